"""The step `remove_old`, replayed on its own from recordings."""

from __future__ import annotations

from replaying import replay

from runbook.errors import Transient


async def test_the_reply_to_is_moved_aside_and_the_old_row_is_gone() -> None:
    played = await replay("remove_old-good")
    assert played.as_recorded()
    assert played.facts.removed == ["support@example.com"]
    assert played.facts.cut


async def test_what_must_be_restored_is_written_down_before_anything_is_touched() -> None:
    played = await replay("remove_old-good")
    (kept,) = played.stage.kept
    assert (kept.removed, kept.request_type, kept.reply_to) == ([], "Report an incident", True)


async def test_a_removal_that_jira_refuses_is_no_cut() -> None:
    played = await replay("remove_old-refused")
    assert played.as_recorded()
    assert isinstance(played.error, Transient)
    assert not played.facts.cut
