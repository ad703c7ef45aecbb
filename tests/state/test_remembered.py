"""A run that has ended is remembered with all that `status` and `history` tell of it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import CHANNEL, NOW
from play import Played

from runbook.errors import ConfigError, Locked, PageChanged
from runbook.history import remember
from runbook.outcome import Outcome
from runbook.sandbox import build, parse
from runbook.sandbox import channel as sandbox_channel
from runbook.sandbox.world import MAILBOX
from runbook.secrets import SecretRef
from runbook.settings import Channel
from runbook.state import Parked, RunRow, State

pytestmark = pytest.mark.thorough

DAY = 86_400.0
CONNECTED = Outcome("Connected", 0, mailbox=MAILBOX, gap_seconds=1.5, run="/runs/1", changed=True)
PARKED = Parked(CHANNEL, "fingerprint", NOW, "CredentialsRejected")


@pytest.fixture
def channel() -> Channel:
    return Channel.model_validate(sandbox_channel(build(parse("entra,g2,popup,revoked"))))


def keep(state: State, channel: Channel, outcome: Outcome, *, due: str = "manual", at: float = NOW) -> None:
    remember(state, channel, outcome, due=due, started=at - 30, ended=at, keep_days=30)


def last(state: State) -> RunRow:
    return state.runs(limit=1)[0]


def test_a_run_that_connected_is_the_channels_renewal(state: State, channel: Channel) -> None:
    state.park(PARKED)
    keep(state, channel, replace(CONNECTED, gap_from=NOW - 10, gap_to=NOW - 8.5))
    assert last(state) == RunRow(
        id=last(state).id,
        channel=CHANNEL,
        project="HELP",
        address=MAILBOX,
        due="manual",
        started=NOW - 30,
        ended=NOW,
        outcome="Connected",
        mailbox=MAILBOX,
        changed=True,
        gap_from=NOW - 10,
        gap_to=NOW - 8.5,
        gap_seconds=1.5,
        folder="/runs/1",
    )
    found = state.channel(CHANNEL)
    assert found is not None
    assert (found.project, found.address, found.renewed_at, found.parked) == ("HELP", MAILBOX, NOW, None)


def test_a_run_that_failed_leaves_the_renewal_and_what_is_parked(state: State, channel: Channel) -> None:
    keep(state, channel, CONNECTED, at=NOW - DAY)
    state.park(PARKED)
    keep(state, channel, Outcome.of(PageChanged("It is another page.", reason="unknown-page"), run="/runs/2"))
    found = state.channel(CHANNEL)
    assert found is not None
    assert (found.renewed_at, found.parked) == (NOW - DAY, PARKED)
    assert (last(state).outcome, last(state).exit_code, last(state).cause) == ("PageChanged", 50, "It is another page.")
    assert (last(state).reason, last(state).remedy, last(state).folder) == (
        "unknown-page", PageChanged.default_remedy, "/runs/2",
    )  # fmt: skip


def test_a_dry_run_takes_no_channel_out_of_the_park(state: State, channel: Channel) -> None:
    state.park(PARKED)
    keep(state, channel, Outcome("NothingToDo", 0), due="dry-run")
    assert state.parked(CHANNEL) == PARKED
    keep(state, channel, Outcome("NothingToDo", 0))
    assert state.parked(CHANNEL) is None


def test_a_run_that_another_one_kept_out_was_none(state: State, channel: Channel) -> None:
    keep(state, channel, Outcome.of(Locked("Another run holds it.")))
    assert state.runs() == []


def test_a_clock_that_is_put_back_during_a_run_ends_it_no_earlier_than_it_began(state: State, channel: Channel) -> None:
    remember(state, channel, CONNECTED, due="manual", started=NOW, ended=NOW - 3600)
    assert (last(state).started, last(state).ended) == (NOW, NOW)


def test_what_is_older_than_is_kept_goes_with_the_next_run(state: State, channel: Channel) -> None:
    for days in (40, 31, 29, 0):
        keep(state, channel, CONNECTED, at=NOW - days * DAY)
    assert [run.ended for run in state.runs()] == [NOW, NOW - 29 * DAY]


async def test_a_run_in_the_browser_is_remembered_wherever_the_state_is(tmp_path: Path, url: str | None) -> None:
    play = Played(tmp_path)
    place = {"state_url": SecretRef(url) if url else None}
    assert (await play.run(place=place)).name == "Connected"
    assert (await play.run(place=place, dry_run=True)).name == "NothingToDo"
    assert (await play.run(place=place, change={"request_type": "No such type"})).exit_code != 0
    state = State(tmp_path / "state", url=url)
    failed, dry, connected = state.runs()
    assert (connected.outcome, connected.due, connected.mailbox) == ("Connected", "manual", MAILBOX)
    assert connected.gap_from is not None
    assert connected.gap_to is not None
    assert connected.gap_to - connected.gap_from == pytest.approx(connected.gap_seconds, abs=0.001)
    assert connected.started < connected.gap_from < connected.gap_to < connected.ended
    assert re.fullmatch(r"\d{8}T\d{6}Z-HELP-\w+", Path(connected.folder).name)
    assert (dry.outcome, dry.due, failed.cause != "") == ("NothingToDo", "dry-run", True)
    found = state.channel(CHANNEL)
    assert found is not None
    assert (found.renewed_at, found.down) == (connected.ended, False)
    assert (tmp_path / "state" / "state.db").exists() == (url is None)
    state.close()


async def test_a_state_that_cannot_be_used_ends_the_run_before_anything_is_typed(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    (folder / "state.db").write_bytes(b"no database")
    (folder / "state.db").chmod(0o600)
    play = Played(tmp_path)
    outcome = await play.run()
    assert (outcome.name, outcome.reason, outcome.exit_code) == (ConfigError.__name__, "damaged-state", 2)
    assert not [event for event in play.events if event["event"] == "warning"], "it is told once"
    assert play.world.projects["HELP"].connections, "nothing was cut"
