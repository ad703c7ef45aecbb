"""`status` and `history` tell what is remembered: to a person, to a program, quickly, and leaving nothing behind."""

from __future__ import annotations

import json
import os
import pty
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from bench.status import fill, settings
from click.testing import CliRunner
from conftest import CHANNEL, NOW
from sqlalchemy import event

from runbook import verbs_state
from runbook.cli import main
from runbook.state import HealthRow, Parked, RunRow, State

pytestmark = pytest.mark.thorough

COLOUR = re.compile(r"\x1b\[[\d;]*m")
OTHER = "b.atlassian.net/OPS"
FAILED = RunRow(
    channel=OTHER,
    project="OPS",
    address="ops@example.com",
    due="unauthorized",
    started=NOW,
    ended=NOW + 30,
    outcome="PageChanged",
    exit_code=50,
    cause="A page is \x1b[31mnot one\nthat the runbook knows.",
    folder="/runs/2",
)


@pytest.fixture(autouse=True)
def _zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Half an hour off from everywhere else."""
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def known(state: State) -> State:
    """One channel that is well and was renewed, one that is down and parked."""
    renewed = {
        "outcome": "Connected",
        "due": "planned",
        "changed": True,
        "gap_seconds": 1.25,
        "mailbox": "help@example.com",
    }
    state.add_run(
        RunRow(channel=CHANNEL, project="HELP", address="help@example.com", started=NOW - 90, ended=NOW - 60, **renewed)
    )
    state.update_channel(CHANNEL, renewed_at=NOW - 60, due_at=NOW + 86_400)
    state.add_health(HealthRow(CHANNEL, NOW - 30, "healthy", "connectivity log: SUCCESS", "page"))
    state.add_health(HealthRow(CHANNEL, NOW + 3600, "healthy", "connectivity log: SUCCESS", "page"))
    state.add_health(HealthRow(OTHER, NOW - 3600, "unauthorized", "AUTHENTICATION_FAILED", "audit"))
    state.add_run(FAILED)
    state.park(Parked(OTHER, "fingerprint", NOW + 40, "CredentialsRejected", "parked", "A site refused the password."))
    state.write_pending(OTHER, {})
    return state


@pytest.fixture
def tell(state: State, url: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Calls a verb where the settings name the state."""
    monkeypatch.chdir(tmp_path)
    env = {"RUNBOOK_STATE": str(state.folder), **({"RUNBOOK_STATE_URL": url} if url else {})}

    def call(*arguments: str) -> str:
        done = CliRunner().invoke(main, arguments, env=env)
        assert done.exit_code == 0, done.output
        assert "fake-state-password" not in done.output
        return done.stdout

    return call


def test_each_channel_is_a_line(known: State, tell: Any) -> None:
    head, *lines = [re.split(r"  +", line) for line in tell("status").splitlines()]
    assert head == ["project", "site", "address", "health", "last renewal", "next due", "remarks"]
    assert lines == [
        [
            "HELP",
            "acme.atlassian.net",
            "help@example.com",
            "healthy",
            "2026-09-21 19:42:20+05:30",
            "2026-09-22 19:43:20+05:30",
        ],
        [
            "OPS",
            "b.atlassian.net",
            "ops@example.com",
            "unauthorized",
            "-",
            "-",
            "down: the old connection is gone and the new one is not there; parked since 2026-09-21 19:44:00+05:30: "
            "A site refused the password; AUTHENTICATION_FAILED",
        ],
    ]


def test_each_channel_is_an_object_for_a_program(known: State, tell: Any) -> None:
    desk, ops = json.loads(tell("status", "--json"))
    assert desk | {"last": None} == {
        "channel": CHANNEL,
        "project": "HELP",
        "address": "help@example.com",
        "verdict": "healthy",
        "verdict_at": "2026-09-21T15:13:20.000Z",
        "evidence": "connectivity log: SUCCESS",
        "renewed_at": "2026-09-21T14:12:20.000Z",
        "due_at": "2026-09-22T14:13:20.000Z",
        "audit_key": None,
        "parked": None,
        "down": False,
        "last": None,
        "configured": False,
    }
    assert (desk["last"]["outcome"], desk["last"]["ended"]) == ("Connected", "2026-09-21T14:12:20.000Z")
    assert (ops["down"], ops["renewed_at"]) == (True, None)
    assert (ops["parked"]["at"], ops["parked"]["cause"]) == ("2026-09-21T14:14:00.000Z", "A site refused the password.")


def test_channels_of_the_settings_are_there_before_anything_is_known_of_them(
    known: State, tell: Any, tmp_path: Path
) -> None:
    (tmp_path / "runbook.toml").write_text(settings(1))
    told = {each["channel"]: each for each in json.loads(tell("status", "--json"))}
    assert {channel: each["configured"] for channel, each in told.items()} == {
        CHANNEL: False,
        OTHER: False,
        "acme.atlassian.net/P00000": True,
    }
    new, ops = told["acme.atlassian.net/P00000"], tell("status").splitlines()[-1]
    assert (new["address"], new["verdict"], new["last"]) == ("desk0@example.com", None, None)
    assert ops.endswith("; not in the settings")
    assert "desk0@example.com  not checked " in tell("status")


def test_history_tells_runs_and_changes_of_health_newest_first(known: State, tell: Any) -> None:
    head, *lines = [re.split(r"  +", line) for line in tell("history").splitlines()]
    assert head == ["when", "project", "why", "outcome", "remarks"]
    assert lines == [
        [
            "2026-09-21 19:43:50+05:30",
            "OPS",
            "unauthorized",
            "PageChanged",
            "A page is [31mnot one that the runbook knows.",
        ],
        [
            "2026-09-21 19:42:50+05:30",
            "HELP",
            "check (page)",
            "healthy",
            "connectivity log: SUCCESS (until 2026-09-21 20:43:20+05:30)",
        ],
        ["2026-09-21 19:42:20+05:30", "HELP", "planned", "Connected", "Mail gap: 1.2 s."],
        ["2026-09-21 18:43:20+05:30", "OPS", "check (audit)", "unauthorized", "AUTHENTICATION_FAILED"],
    ]


def test_history_can_be_limited_to_a_project_and_a_number(known: State, tell: Any) -> None:
    told = json.loads(tell("history", "--project", "OPS", "--json"))
    assert [(each["kind"], each["project"]) for each in told] == [("run", "OPS"), ("health", "OPS")]
    assert (told[0]["ended"], told[0]["cause"]) == ("2026-09-21T14:13:50.000Z", FAILED.cause)
    assert (told[1]["at"], told[1]["until"], told[1]["verdict"]) == ("2026-09-21T13:13:20.000Z",) * 2 + (
        "unauthorized",
    )
    assert len(json.loads(tell("history", "--limit", "3", "--json"))) == 3
    assert json.loads(tell("history", "--project", "NEVER", "--json")) == []


def test_a_time_that_a_wrong_clock_has_written_is_no_obstacle(state: State, tell: Any) -> None:
    state.add_run(RunRow(channel=CHANNEL, project="HELP", started=1e18, ended=1e18, outcome="Connected"))
    state.update_channel(CHANNEL, renewed_at=-1e18)
    assert "?" in tell("status")
    assert "?" in tell("history")
    assert json.loads(tell("history", "--json"))[0]["ended"] is None


@pytest.mark.parametrize("verb", ["status", "history"])
def test_an_empty_state_says_so_and_stays_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    monkeypatch.chdir(tmp_path)
    env = {"RUNBOOK_STATE": str(tmp_path / "state")}
    assert CliRunner().invoke(main, [verb], env=env).output == (
        "Nothing is remembered yet: no channel was connected or checked.\n"
    )
    assert CliRunner().invoke(main, [verb, "--json"], env=env).output == "[]\n"
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("verb", ["status", "history"])
def test_a_state_that_cannot_be_used_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    monkeypatch.chdir(tmp_path)
    State(tmp_path / "state")
    (tmp_path / "state" / "state.db").write_bytes(b"no database")
    done = CliRunner().invoke(main, [verb], env={"RUNBOOK_STATE": str(tmp_path / "state")})
    assert done.exit_code == 2
    assert done.stderr.startswith("ConfigError: The state file ")
    assert "\nRemedy: " in done.stderr


@contextmanager
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Standard output is a terminal of 80 columns. (Not a fixture: pytest puts its own output in its place after those.)"""
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as stream, monkeypatch.context() as patch:
        patch.setenv("COLUMNS", "80")
        patch.setenv("TERM", "xterm")
        patch.delenv("NO_COLOR", raising=False)
        patch.setattr("sys.stdout", stream)
        yield
    os.close(ours)


def test_a_terminal_gets_a_table_with_the_remarks_beneath(
    known: State, url: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RUNBOOK_STATE", str(known.folder))
    if url:
        monkeypatch.setenv("RUNBOOK_STATE_URL", url)
    with terminal(monkeypatch):
        drawn, history = verbs_state.status(False, None), verbs_state.history(None, 9, False, None)
    assert "\x1b[31m" in drawn, "what is wrong is red"
    lines = COLOUR.sub("", drawn).splitlines()
    assert [line for line in lines if len(line) > 80] == []
    assert [word for word in ("project", "site", "address", "health", "remarks") if word in lines[1]] == [
        "project", "site", "address", "health",
    ]  # fmt: skip
    told = " ".join(" ".join(lines).split())
    assert "OPS: down: the old connection is gone and the new one is not there; parked since 2026-09-21" in told
    assert "[31mnot" in history
    assert "\x1b[31mnot" not in history, "no code of a page is obeyed"


def test_a_terminal_gets_plain_lines_when_there_are_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RUNBOOK_STATE", str(tmp_path / "state"))
    state = State(tmp_path / "state")
    fill(state, verbs_state.TAKEN_IN + 1, 0)
    state.close()
    with terminal(monkeypatch):
        told = verbs_state.status(False, None)
    assert "\x1b" not in told
    assert len(told.splitlines()) == verbs_state.TAKEN_IN + 2


def test_what_status_and_history_ask_is_found_by_an_index(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    fill(state, 50, 2_000)
    asked: list[tuple[str, Any]] = []
    engine = state._open().database.engine

    @event.listens_for(engine, "before_cursor_execute")
    def _(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if not statement.startswith(("BEGIN", "EXPLAIN", "PRAGMA")):
            asked.append((statement, parameters))

    state.channels()
    state.channel(CHANNEL)
    state.runs(CHANNEL, limit=20)
    state.runs(limit=20)
    state.runs(project="P00007", limit=20)
    state.health(CHANNEL, 20)
    state.health(project="P00007", limit=20)
    state.tries(NOW)
    state.prune(NOW)
    plans = []
    with engine.connect() as connection:
        for statement, parameters in list(asked):
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            plans.append((statement, [str(row[3]) for row in plan]))
    assert len(plans) == 11
    for statement, plan in plans:
        scans = [step for step in plan if re.match(r"SCAN (runs|health|codes)\b(?!.* USING)", step)]
        newest = (
            "ORDER BY runs.id DESC" in statement and "WHERE" not in statement
        )  # the newest are the last of the table
        assert newest or not scans, (statement, plan)
    state.close()


def test_the_last_run_of_a_channel_costs_the_same_however_many_there_are(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    fill(state, 40, 400)
    few = steps_of(state, state.channels)
    fill_more(state, 20_000)
    assert 0 < steps_of(state, state.channels) < 1.5 * few
    state.close()


def steps_of(state: State, ask: Callable[[], object]) -> int:
    """How many hundred instructions SQLite needs for the answer."""
    ask()
    with state._open().database.read() as connection:
        driver: Any = connection.connection.driver_connection
    count = 0

    def one() -> int:
        nonlocal count
        count += 1
        return 0

    driver.set_progress_handler(one, 100)
    ask()
    driver.set_progress_handler(None, 0)
    return count


def fill_more(state: State, runs: int) -> None:
    """Adds runs of channels that are there already."""
    from bench import status
    from sqlalchemy import insert

    from runbook.state.tables import RUNS

    with state._open().database.write() as connection:
        connection.execute(insert(RUNS), [status._run(number, 40) for number in range(runs)])
