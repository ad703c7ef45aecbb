"""The step `project_check`, replayed on its own from recordings."""

from __future__ import annotations

from replaying import replay

from runbook.errors import ConfigError, HumanNeeded


async def test_a_service_project_and_an_admin_pass() -> None:
    assert (await replay("project_check-good")).as_recorded()


async def test_an_admin_without_the_permission_needs_a_person() -> None:
    played = await replay("project_check-no-permission")
    assert played.as_recorded()
    assert isinstance(played.error, HumanNeeded)
    assert "Administer Jira" in played.error.remedy


async def test_a_project_of_another_type_is_refused() -> None:
    played = await replay("project_check-not-a-service-project")
    assert played.as_recorded()
    assert isinstance(played.error, ConfigError)
    assert "software" in played.error.cause
