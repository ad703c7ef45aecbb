"""The step `verify`, replayed on its own from recordings."""

from __future__ import annotations

from replaying import replay

from runbook.errors import WrongMailbox


async def test_the_row_shows_exactly_the_mailbox_and_the_clock_stops() -> None:
    played = await replay("verify-good")
    assert played.as_recorded()
    assert played.facts.verified_at == played.stage.now()
    assert not played.facts.cut


async def test_another_address_is_removed_again() -> None:
    played = await replay("verify-another-address")
    assert played.as_recorded()
    assert isinstance(played.error, WrongMailbox)
    assert played.facts.removed == ["ada.admin@example.com"]
    assert played.facts.verified_at is None
