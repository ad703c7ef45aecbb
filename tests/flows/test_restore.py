"""The step `restore`, replayed on its own from recordings."""

from __future__ import annotations

from replaying import replay

from runbook.errors import PageChanged


async def test_the_request_type_and_the_reply_to_are_as_before() -> None:
    played = await replay("restore-good")
    assert played.as_recorded()
    assert any("reply-to address again" in str(event.get("text")) for event in played.stage.events)


async def test_a_request_type_that_the_project_does_not_have_is_told_with_those_it_has() -> None:
    played = await replay("restore-no-such-request-type")
    assert played.as_recorded()
    assert isinstance(played.error, PageChanged)
    assert "Emailed request" in played.error.seen
