"""Telling and metrics over the real state: once over processes and restarts, and from several at once."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from receivers import Mailbag
from test_metrics import read
from test_telling import CONNECTED, HELP, LEFT_ALONE, Due, Ending

from runbook import metrics
from runbook.redact import Redactor
from runbook.settings.notify import Notify
from runbook.state import HealthRow, Parked, RunRow, State
from runbook.telling import Message, Teller, swept

pytestmark = pytest.mark.thorough

SWEEP = """
import sys, pathlib
sys.path[:0] = ["tests"]
from test_telling import *
from runbook.state import State
out = pathlib.Path(sys.argv[2])
def send(message):
    with out.open("a") as file:
        file.write(message.event + "\\n")
teller = Teller(Notify(), State(pathlib.Path(sys.argv[1])), Redactor(), send=send)
teller.outcome(HELP, Due(), {"bad": Ending(), "good": CONNECTED}[sys.argv[3]], parked=False)
teller.finish()
"""
ROOT = Path(__file__).parent.parent


def state_of(folder: Path) -> State:
    folder.mkdir(mode=0o700, exist_ok=True)
    return State(folder)


async def test_an_incident_is_told_once_over_restarts_of_the_state(tmp_path: Path) -> None:
    bag = Mailbag()

    async def sweep(due: Due, ending: Ending | None) -> list[str]:
        state = state_of(tmp_path / "state")
        assert await swept(Teller(Notify(), state, Redactor(), send=bag), [(HELP, due, ending)]) == []
        state.close()
        return bag.told()

    state = state_of(tmp_path / "state")
    state.park(Parked(HELP.id, "fake-print", 1.0, "HumanNeeded"))
    state.close()
    assert await sweep(Due(), Ending()) == ["parked"]
    assert await sweep(LEFT_ALONE, None) == []
    assert await sweep(Due(), CONNECTED) == ["recovered"]
    assert await sweep(Due("healthy", due=False), None) == []


def test_several_processes_at_once_tell_an_incident_once(tmp_path: Path) -> None:
    state_of(tmp_path / "state").read_note(HELP.id, "telling")  # makes the database

    def at_once(what: str) -> None:
        argv = [sys.executable, "-c", SWEEP, str(tmp_path / "state"), str(tmp_path / "out"), what]
        running = [subprocess.Popen(argv, cwd=ROOT, env=dict(os.environ, PYTHONPATH=str(ROOT))) for _ in range(3)]
        assert [each.wait(60) for each in running] == [0, 0, 0]

    at_once("bad")
    assert (tmp_path / "out").read_text().split() == ["failed"]
    at_once("good")
    events = (tmp_path / "out").read_text().split()
    assert events[:2] == ["failed", "recovered"]
    assert set(events[2:]) <= {"repaired"}, "each of the other two has connected it as well"


def test_the_metrics_of_the_real_state(tmp_path: Path) -> None:
    state = state_of(tmp_path / "state")
    labels = (HELP.site.host, HELP.project, HELP.address)
    for outcome, gap in (("Transient", None), ("Connected", 3.5)):
        state.add_run(
            RunRow(
                channel=HELP.id,
                project=HELP.project,
                address=HELP.address,
                started=900.0,
                ended=1_000.0,
                outcome=outcome,
                gap_seconds=gap,
            )
        )
    state.update_channel(HELP.id, renewed_at=1_000.0)
    state.add_health(HealthRow(HELP.id, 1_100.0, "healthy"))
    state.write_pending(HELP.id, {})
    file = tmp_path / "runbook.prom"
    metrics.write(file, state, {HELP.id})
    state.prune(2_000.0)
    metrics.write(file, state, {HELP.id})
    found = read(file)
    assert found["runbook_channel_runs_total"] == {(*labels, "Connected"): 1.0, (*labels, "Transient"): 1.0}
    assert found["runbook_channel_gap_seconds"] == {labels: 3.5}
    assert found["runbook_channel_renewal_timestamp_seconds"] == {labels: 1_000.0}
    assert found["runbook_channel_check_timestamp_seconds"] == {labels: 1_100.0}
    assert found["runbook_channel_down"] == {labels: 1.0}
    assert found["runbook_channel_health"][(*labels, "healthy")] == 1.0


def test_a_message_goes_out_while_the_state_is_not_held(tmp_path: Path) -> None:
    """A slow receiver must not keep a run from writing down its cut."""
    state, other, done = state_of(tmp_path / "state"), state_of(tmp_path / "state"), threading.Event()

    def send(_message: Message) -> None:
        other.write_pending(HELP.id, {"reply_to": True})
        done.set()

    teller = Teller(Notify(), state, Redactor(), send=send)
    teller.outcome(HELP, Due(), Ending(), parked=False)
    assert teller.finish() == []
    assert done.is_set()
