"""The step `read_channel`, replayed on its own from recordings."""

from __future__ import annotations

from replaying import replay

from flows.jira.logs import verdict
from runbook.errors import PageChanged


async def test_a_revoked_channel_is_read_and_shall_be_replaced() -> None:
    played = await replay("read_channel-good")
    assert played.as_recorded()
    facts = played.facts
    assert (facts.decision, facts.request_type, facts.reply_to) == ("replace", "Report an incident", True)
    assert "Could not retrieve access token" in facts.why
    assert facts.email_page.startswith("https://acme.atlassian.net/")


async def test_the_newest_row_that_is_not_a_rate_limit_is_the_one_that_counts() -> None:
    limits = [{"status": "RATE_LIMITED", "details": "Retrying in 8 minutes", "time": "now"}] * 3
    failed = {"status": "FAILURE", "details": "Could not retrieve access token", "time": "then"}
    assert verdict([*limits, failed, {"status": "SUCCESS", "details": "", "time": "before"}])[0] == "unauthorized"
    assert verdict([*limits, {"status": "SUCCESS", "details": "", "time": "before"}, failed])[0] == "healthy"
    assert verdict(limits)[0] == "unknown"
    assert verdict([{"status": "FAILURE", "details": "mailbox is full", "time": "now"}])[0] == "failing"
    assert verdict([])[0] == "unknown"


async def test_a_page_without_addresses_is_not_taken_for_an_empty_channel() -> None:
    played = await replay("read_channel-no-such-page")
    assert played.as_recorded()
    assert isinstance(played.error, PageChanged)
    assert not played.facts.decision
