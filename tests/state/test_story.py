"""What has happened to the channels can be told: runs, health, why one is parked, and what is known of each now."""

from __future__ import annotations

from dataclasses import replace

import pytest
from conftest import CHANNEL, NOW, Clock

from runbook.state import ChannelRow, Counted, HealthRow, Parked, RunRow, State

pytestmark = pytest.mark.thorough

OTHER = "b.atlassian.net/OPS"
DAY = 86_400.0
FAILED = RunRow(
    channel=CHANNEL,
    project="HELP",
    address="help@example.com",
    due="unauthorized",
    started=NOW - 60,
    ended=NOW,
    outcome="PageChanged",
    exit_code=50,
    reason="unknown-page",
    cause="A page is not one that the runbook knows.",
    remedy="Look at it.",
    folder="/runs/1",
)
RENEWED = RunRow(
    channel=CHANNEL,
    project="HELP",
    address="help@example.com",
    due="planned",
    started=NOW,
    ended=NOW + 30,
    outcome="Connected",
    mailbox="help@example.com",
    changed=True,
    down=False,
    gap_from=NOW + 10.125,
    gap_to=NOW + 12.25,
    gap_seconds=2.125,
    folder="/runs/2",
)
PARKED = Parked(CHANNEL, "fingerprint", NOW, "CredentialsRejected", "parked", "A site refused it.", "Correct it.")


def at(run: RunRow, moment: float, channel: str = CHANNEL) -> RunRow:
    return replace(run, started=moment, ended=moment + 1, channel=channel, project=channel.rpartition("/")[2])


def ids(runs: list[RunRow]) -> list[int]:
    return [run.id for run in runs]


def test_a_run_is_kept_as_it_was(state: State, again: State) -> None:
    first, second = state.add_run(FAILED), state.add_run(RENEWED)
    assert again.runs() == [replace(RENEWED, id=second), replace(FAILED, id=first)]
    assert first < second


def test_a_run_tells_project_and_address_of_its_channel(state: State) -> None:
    state.add_run(FAILED)
    state.add_run(replace(RENEWED, address="new@example.com"))
    found = state.channel(CHANNEL)
    assert found is not None
    assert (found.project, found.address, found.last and found.last.outcome) == ("HELP", "new@example.com", "Connected")


def test_runs_are_found_by_channel_project_time_and_number(state: State) -> None:
    first, second = (state.add_run(at(FAILED, NOW + n)) for n in (0, 10))
    other = state.add_run(at(RENEWED, NOW + 20, OTHER))
    third = state.add_run(at(RENEWED, NOW + 30))
    assert ids(state.runs(CHANNEL)) == ids(state.runs(project="HELP")) == [third, second, first]
    assert ids(state.runs(OTHER)) == ids(state.runs(project="OPS")) == [other]
    assert ids(state.runs(since=NOW + 11)) == [third, other, second]
    assert ids(state.runs(limit=2)) == [third, other]
    assert ids(state.runs(CHANNEL, NOW + 11, 1)) == [third]
    assert state.runs("never/X") == state.runs(project="NEVER") == []


def test_tries_are_runs_that_had_something_to_do(state: State) -> None:
    for moment in (-2 * DAY, -3600, -60):
        state.add_run(at(FAILED, NOW + moment))
    state.add_run(at(RENEWED, NOW - 30))
    state.add_run(at(replace(RENEWED, outcome="NothingToDo"), NOW - 20))
    state.add_run(at(FAILED, NOW - 10, OTHER))
    assert state.tries(NOW - DAY) == {CHANNEL: 3, OTHER: 1}
    assert state.tries(NOW - 60) == {CHANNEL: 2, OTHER: 1}


def test_runs_are_counted_by_channel_and_ending_with_the_newest_gap(state: State) -> None:
    assert state.counted(0) == Counted()
    first = [state.add_run(run) for run in (FAILED, RENEWED, replace(RENEWED, gap_seconds=None), FAILED)]
    state.add_run(at(RENEWED, NOW + 60, OTHER))
    newest = state.add_run(replace(at(RENEWED, NOW, OTHER), gap_seconds=0.5))  # by a clock that was put back
    outcomes = {CHANNEL: {"Connected": 2, "PageChanged": 2}, OTHER: {"Connected": 2}}
    assert state.counted(0) == Counted(newest, outcomes, {CHANNEL: 2.125, OTHER: 0.5})
    assert state.counted(first[-1]) == Counted(newest, {OTHER: {"Connected": 2}}, {OTHER: 0.5})
    assert state.counted(newest) == Counted()


def test_a_clock_that_was_wrong_blocks_no_channel_for_ever(state: State, clock: Clock) -> None:
    state.add_run(at(FAILED, NOW + 400 * DAY))
    assert state.tries(NOW - DAY) == {}
    clock.now += 400 * DAY
    assert state.tries(clock.now - DAY) == {CHANNEL: 1}


def test_the_newest_run_is_the_one_that_was_written_last_whatever_the_clock_said(state: State) -> None:
    state.add_run(at(FAILED, NOW + 10 * DAY))
    put_right = state.add_run(at(RENEWED, NOW))
    found = state.channel(CHANNEL)
    assert found is not None
    assert found.last is not None
    assert found.last.id == put_right == state.runs(limit=1)[0].id


def test_health_is_told_newest_first_and_the_same_again_makes_it_last(state: State, again: State) -> None:
    for moment, verdict in ((0, "healthy"), (60, "healthy"), (120, "unauthorized"), (180, "healthy")):
        state.add_health(HealthRow(CHANNEL, NOW + moment, verdict, f"{verdict}!", "audit"))
    state.add_health(HealthRow(OTHER, NOW, "absent", "", "page"))
    assert again.health(CHANNEL, 10) == [
        HealthRow(CHANNEL, NOW + 180, "healthy", "healthy!", "audit", NOW + 180),
        HealthRow(CHANNEL, NOW + 120, "unauthorized", "unauthorized!", "audit", NOW + 120),
        HealthRow(CHANNEL, NOW, "healthy", "healthy!", "audit", NOW + 60),
    ]
    assert [row.verdict for row in state.health(CHANNEL, 1)] == ["healthy"]
    assert [row.channel for row in state.health(project="OPS")] == [OTHER]
    assert len(state.health()) == 4


@pytest.mark.parametrize("changed", [{"evidence": "another row"}, {"source": "page"}, {"verdict": "failing"}])
def test_other_evidence_is_another_row(state: State, changed: dict[str, str]) -> None:
    seen = HealthRow(CHANNEL, NOW, "unauthorized", "a row", "audit")
    state.add_health(seen)
    state.add_health(replace(seen, **changed))
    assert len(state.health(CHANNEL)) == 2


def test_a_channel_tells_its_last_health(state: State) -> None:
    state.add_health(HealthRow(CHANNEL, NOW, "unauthorized", "a row", "audit"))
    state.add_health(HealthRow(CHANNEL, NOW + 60, "unauthorized", "a row", "audit"))
    expected = ChannelRow(
        channel=CHANNEL, project="HELP", verdict="unauthorized", verdict_at=NOW + 60, evidence="a row"
    )
    assert state.channel(CHANNEL) == expected
    assert state.channels() == [expected]


def test_a_clock_that_jumps_back_ends_no_health_before_it_began(state: State) -> None:
    for moment in (NOW, NOW - DAY):
        state.add_health(HealthRow(CHANNEL, moment, "healthy"))
    assert [(row.at, row.until) for row in state.health(CHANNEL)] == [(NOW, NOW)]


def test_what_is_not_named_of_a_channel_stays_as_it_is(state: State) -> None:
    state.update_channel(CHANNEL, address="help@example.com", renewed_at=NOW)
    state.update_channel(CHANNEL, due_at=NOW + DAY, audit_key="7")
    state.update_channel(CHANNEL, due_at=None)
    state.update_channel(CHANNEL)
    assert state.channel(CHANNEL) == ChannelRow(
        channel=CHANNEL, project="HELP", address="help@example.com", renewed_at=NOW, audit_key="7"
    )
    with pytest.raises(TypeError, match="verdict"):
        state.update_channel(CHANNEL, verdict="healthy")  # type: ignore[call-arg]


def test_a_channel_is_parked_until_it_is_taken_out(state: State, again: State) -> None:
    assert state.parked(CHANNEL) is None
    state.park(replace(PARKED, outcome="Transient"))
    state.park(PARKED)
    assert again.parked(CHANNEL) == PARKED
    found = again.channel(CHANNEL)
    assert found is not None
    assert found.parked == PARKED
    again.unpark(CHANNEL)
    again.unpark(CHANNEL)
    assert state.parked(CHANNEL) is None


def test_the_channels_are_told_with_all_that_is_known_of_them(state: State) -> None:
    number = state.add_run(FAILED)
    state.add_run(at(RENEWED, NOW, OTHER))
    state.park(PARKED)
    state.write_pending(OTHER, {})
    assert state.channel("never/X") is None
    help_desk, ops = state.channels()
    assert (help_desk.last, help_desk.parked, help_desk.down) == (replace(FAILED, id=number), PARKED, False)
    assert (ops.channel, ops.parked, ops.down) == (OTHER, None, True)


def test_what_is_old_is_forgotten_but_for_the_newest_run_of_a_channel(state: State, clock: Clock) -> None:
    state.add_run(at(FAILED, NOW - 90 * DAY))
    kept = state.add_run(at(FAILED, NOW - 80 * DAY))
    state.add_run(at(FAILED, NOW - 80 * DAY, OTHER))
    recent = state.add_run(at(RENEWED, NOW - DAY, OTHER))
    state.add_health(HealthRow(CHANNEL, NOW - 70 * DAY, "unauthorized"))
    state.add_health(HealthRow(CHANNEL, NOW - 69 * DAY, "healthy", until=NOW))
    state.park(PARKED)
    state.ledger.claim("key", 1)
    clock.now += 2 * DAY
    assert state.prune(NOW - 30 * DAY) == 3
    assert ids(state.runs()) == [recent, kept]
    assert [row.verdict for row in state.health(CHANNEL)] == ["healthy"]
    assert state.parked(CHANNEL) == PARKED
    assert state.ledger.claim("key", 1) is False, "younger than what is pruned"
    assert state.prune(clock.now) == 1, "health that was last seen before"
    assert state.ledger.claim("key", 1), "older than a day and than what is pruned"


def test_pruning_forgets_no_code_of_the_last_day(state: State, clock: Clock) -> None:
    state.ledger.claim("key", 1)
    clock.now += 60
    state.prune(clock.now + DAY)
    assert not state.ledger.claim("key", 1)


@pytest.mark.parametrize("told", ["nul \0 in it", "half a character \ud83d", "x" * 100_000, "Gültig & 'quoted'; --"])
def test_any_text_of_a_page_can_be_kept(state: State, told: str) -> None:
    state.add_run(replace(FAILED, cause=told))
    state.add_health(HealthRow(CHANNEL, NOW, "failing", told, "page"))
    state.add_health(HealthRow(CHANNEL, NOW + 1, "failing", told, "page"))
    state.park(replace(PARKED, cause=told))
    kept = told.replace("\0", "").encode("utf-8", "replace").decode()
    assert state.runs()[0].cause == kept
    assert [row.evidence for row in state.health(CHANNEL)] == [kept]
    parked = state.parked(CHANNEL)
    assert parked is not None
    assert parked.cause == kept
