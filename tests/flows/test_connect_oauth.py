"""The step `connect_oauth`, replayed on its own from recordings."""

from __future__ import annotations

from replaying import replay

from runbook.errors import HumanNeeded, WrongMailbox


async def test_the_consent_page_is_checked_and_the_new_row_is_there() -> None:
    played = await replay("connect_oauth-good")
    assert played.as_recorded()
    assert played.facts.connected == ["support@example.com"]
    assert played.facts.client["redirect_host"] == "id.atlassian.com"
    assert any("account support@example.com" in str(event.get("why")) for event in played.stage.events)


async def test_another_application_than_the_pinned_one_is_not_accepted() -> None:
    played = await replay("connect_oauth-other-client")
    assert played.as_recorded()
    assert isinstance(played.error, HumanNeeded)
    assert "Contoso" in played.error.cause


async def test_more_than_mail_is_not_accepted() -> None:
    played = await replay("connect_oauth-more-scopes")
    assert played.as_recorded()
    assert isinstance(played.error, HumanNeeded)
    assert "directory" in played.error.cause


async def test_a_consent_page_for_another_address_is_not_accepted() -> None:
    played = await replay("connect_oauth-good", address="sales@example.com")
    assert isinstance(played.error, WrongMailbox)
    assert not played.facts.connected
