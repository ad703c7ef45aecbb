"""The step `leave`, replayed on its own from recordings."""

from __future__ import annotations

from replaying import replay

from runbook.errors import Transient


async def test_no_session_of_the_mailbox_is_left() -> None:
    played = await replay("leave-good")
    assert played.as_recorded()
    assert not played.stage.warnings()
    assert not {cookie["name"] for cookie in played.cookies()} & {"ESTSAUTH", "ESTSAUTHPERSISTENT"}


async def test_a_sign_out_that_the_site_does_not_answer_is_an_error_of_this_step() -> None:
    played = await replay("leave-site-down")
    assert played.as_recorded()
    assert isinstance(played.error, Transient)
    assert played.error.reason == "http-503"


async def test_a_session_that_stays_is_told() -> None:
    played = await replay("leave-session-stays")
    assert played.as_recorded()
    assert any("ESTSAUTH" in text for text in played.stage.warnings())
