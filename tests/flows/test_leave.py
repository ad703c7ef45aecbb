"""The step `leave`, replayed on its own from recordings."""

from __future__ import annotations

from replaying import replay


async def test_no_session_of_the_mailbox_is_left() -> None:
    played = await replay("leave-good")
    assert played.as_recorded()
    assert not played.stage.warnings()
    assert not {cookie["name"] for cookie in played.cookies()} & {"ESTSAUTH", "ESTSAUTHPERSISTENT"}


async def test_a_session_that_stays_is_told() -> None:
    played = await replay("leave-session-stays")
    assert played.as_recorded()
    assert any("ESTSAUTH" in text for text in played.stage.warnings())
