"""The step `jira_login`, replayed on its own from recordings."""

from __future__ import annotations

from replaying import replay

from runbook.errors import CredentialsRejected, HumanNeeded


async def test_the_admin_signs_in_through_the_identity_provider_with_a_second_factor() -> None:
    played = await replay("jira_login-good")
    assert played.as_recorded()
    assert played.facts.account_address == "ada.admin@example.com"
    assert played.job.admin.passwords_typed == 1


async def test_a_refused_password_ends_the_step_and_is_remembered() -> None:
    played = await replay("jira_login-wrong-password")
    assert played.as_recorded()
    assert isinstance(played.error, CredentialsRejected)
    assert played.stage.rejected == ["admin password"]
    assert played.job.admin.passwords_typed == 1


async def test_a_captcha_needs_a_person() -> None:
    played = await replay("jira_login-captcha")
    assert played.as_recorded()
    assert isinstance(played.error, HumanNeeded)
    assert played.error.reason == "captcha"
    assert played.job.admin.passwords_typed == 1
