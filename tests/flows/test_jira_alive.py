"""The step `jira_alive`, replayed on its own from recordings."""

from __future__ import annotations

from replaying import replay

from runbook.errors import SessionLost


async def test_jira_still_knows_the_admin() -> None:
    assert (await replay("jira_alive-good")).as_recorded()


async def test_a_jira_that_was_signed_out_as_well_ends_as_session_lost() -> None:
    played = await replay("jira_alive-single-logout")
    assert played.as_recorded()
    assert isinstance(played.error, SessionLost)
    assert "single logout" in played.error.remedy


async def test_another_account_than_before_ends_as_session_lost() -> None:
    played = await replay("jira_alive-good", account_id="somebody-else")
    assert isinstance(played.error, SessionLost)
    assert played.error.reason == "other-account"
