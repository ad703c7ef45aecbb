"""Deadlines: what the settings take, and how a step, a run, and work that does not want to stop are ended."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from play import DRIVER, Played
from test_settings import ONE_SITE, TOML, read, refused

from flows import CONNECT, NEXT
from flows.connect_oauth import ConnectOauth
from flows.leave import Leave
from flows.project_check import ProjectCheck
from flows.read_health import ReadHealth
from runbook import clock
from runbook.clock import Clock
from runbook.errors import Transient
from runbook.sandbox.world import MAILBOX
from runbook.settings.deadlines import STEPS
from runbook.step import Job

pytestmark = pytest.mark.thorough

HEALTHY = "entra,g2,popup,healthy"


# --- the settings


def test_the_settings_know_every_step() -> None:
    assert set(STEPS) == {step.name for step in (*CONNECT, *NEXT)} | {ReadHealth.name}


def test_a_channels_own_deadlines_go_over_those_for_every_channel(tmp_path: Path) -> None:
    common = '[deadlines]\nrun = "30m"\nsteps = { verify = "1m", leave = "20s" }\n'
    own = '[channels.OPS.deadlines]\npatience = "40s"\n[channels.OPS.deadlines.steps]\nverify = "2m"\n'
    channels = read(tmp_path, toml=TOML + common + own).channels
    found, ops = channels["HELP"].deadlines, channels["OPS"].deadlines
    assert (found.run, found.of_step("verify"), found.of_step("leave")) == (timedelta(minutes=30), 60, 20)
    assert (ops.run, ops.of_step("verify"), ops.of_step("leave")) == (timedelta(minutes=30), 120, 20)
    assert (found.patience.total_seconds(), ops.patience.total_seconds()) == (15, 40)
    assert found.of_step("jira_login") == found.step.total_seconds() == 300


def test_deadlines_are_variables_too_and_are_shown_with_their_source(tmp_path: Path) -> None:
    env = ONE_SITE | {"RUNBOOK_DEADLINE_CONNECT_OAUTH": "7m", "RUNBOOK_PATIENCE": "20s"}
    shown = {key: (value, source) for key, value, source in read(tmp_path, env, project="HELP").describe("HELP")}
    assert shown["channels.HELP.deadlines.steps.connect_oauth"] == (
        "7m",
        "environment RUNBOOK_DEADLINE_CONNECT_OAUTH",
    )
    assert shown["channels.HELP.deadlines.patience"] == ("20s", "environment RUNBOOK_PATIENCE")
    assert shown["channels.HELP.deadlines.step"] == ("5m", "default")


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ('[deadlines.steps]\nconect_oauth = "1m"', "[deadlines.steps] conect_oauth is not a step; the steps are: jira"),
        ('[channels.OPS.deadlines.steps]\nbye = "1m"', "[channels.OPS.deadlines.steps] bye is not a step; the steps"),
        ('[deadlines]\nrun = "0s"', "[deadlines] run should be more than 0s and at most 1d. Example: run = "),
        ('[deadlines]\nstep = "2d"', "[deadlines] step should be more than 0s and at most 1d"),
        ('[deadlines.steps]\nleave = "soon"', "[deadlines.steps] leave should be a length of time"),
        ('[deadlines]\nsteps = "1m"', "[deadlines] steps should be a table"),
        ('[deadlines]\npatients = "1m"', "[deadlines] patients is not a setting (meant patience?)"),
    ],
)
def test_a_bad_deadline_is_told(table: str, says: str, tmp_path: Path) -> None:
    assert says in "".join(refused(tmp_path, toml=f"{TOML}\n{table}\n"))


def test_a_variable_for_a_step_that_there_is_not_is_told_with_those_that_there_are(tmp_path: Path) -> None:
    [problem] = refused(tmp_path, ONE_SITE | {"RUNBOOK_DEADLINE_CONECT_OAUTH": "1m"}, project="HELP")
    assert "Did you mean RUNBOOK_DEADLINE_CONNECT_OAUTH?" in problem
    assert "READ_CHANNEL, IDP_LOGOUT, JIRA_ALIVE" in problem


# --- the clock


async def test_work_that_ends_in_time_gives_what_it_gives() -> None:
    async def work() -> int:
        return 7

    assert await Clock().within(60, "It", "", work()) == 7


async def test_work_that_takes_too_long_is_cancelled_and_awaited() -> None:
    put_away = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            put_away.append(1)

    with pytest.raises(Transient, match=r"It did not end within 0\.01 s\.") as caught:
        await Clock().within(0.01, "It", "Wait.", work())
    assert (caught.value.reason, caught.value.remedy, put_away) == ("deadline", "Wait.", [1])


async def test_work_that_does_not_stop_loses_what_it_hangs_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "STOPPING", 0.01)
    gone, ended = asyncio.Event(), asyncio.Event()

    async def force() -> None:
        gone.set()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await gone.wait()
            ended.set()

    with pytest.raises(Transient):
        await Clock(force).within(0.01, "It", "", work())
    await asyncio.wait_for(ended.wait(), 5)


async def test_who_is_cancelled_takes_the_work_along() -> None:
    begun, put_away = asyncio.Event(), []

    async def work() -> None:
        try:
            begun.set()
            await asyncio.Event().wait()
        finally:
            put_away.append(1)

    waiting = asyncio.ensure_future(Clock().within(60, "It", "", work()))
    await begun.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert put_away == [1]


async def test_the_time_in_which_a_person_is_waited_for_does_not_count() -> None:
    counted = Clock()

    async def work() -> str:
        with counted.pause():
            await asyncio.sleep(0.2)
        return "done"

    assert await counted.within(0.1, "It", "", work()) == "done"


# --- a run


async def forever(_step: object, _job: Job) -> None:
    await asyncio.Event().wait()


async def test_a_step_beyond_its_deadline_ends_the_run_and_the_next_one_converges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    played = Played(tmp_path)
    await DRIVER.get()
    before = asyncio.all_tasks()
    with monkeypatch.context() as patch:
        patch.setattr(ConnectOauth, "run", forever)
        steps = {"connect_oauth": timedelta(seconds=0.2)}
        first = await played.run(change={"deadlines": {"steps": steps}})
    assert (first.name, first.reason, first.passing) == ("ChannelDown", "deadline", True)
    assert "Step `connect_oauth` (Connect the mailbox over OAuth) did not end within 0.2 s." in first.cause
    assert asyncio.all_tasks() == before
    assert (await played.run()).name == "Connected"
    assert played.rows == [MAILBOX]


async def test_a_run_beyond_its_deadline_ends_and_says_that_nothing_was_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ProjectCheck, "run", forever)
    played = Played(tmp_path, HEALTHY)
    outcome = await played.run(change={"deadlines": {"run": timedelta(seconds=5)}})
    assert (outcome.name, outcome.exit_code, outcome.reason) == ("Transient", 20, "deadline")
    assert outcome.cause == "The run did not end within 5s. No connection was changed."
    assert "deadlines.run" in outcome.remedy
    assert played.record["outcome"]["reason"] == "deadline"


async def test_a_last_step_beyond_its_deadline_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Leave, "run", forever)
    played = Played(tmp_path)
    outcome = await played.run(change={"deadlines": {"steps": {"leave": timedelta(seconds=0.2)}}})
    assert (outcome.name, outcome.exit_code) == ("Connected", 0)
    assert "Sign the mailbox out: Step `leave` (Sign the mailbox out) did not end within 0.2 s." in outcome.warnings
