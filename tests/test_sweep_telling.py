"""What a sweep leaves for others: messages, metrics, a log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from receivers import webhook
from stranger import Stranger, somebody
from test_metrics import read
from test_telling import HELP

from runbook.due import Due
from runbook.outcome import Outcome
from runbook.redact import Redactor
from runbook.secrets import SecretRef
from runbook.settings import Settings
from runbook.settings.notify import Notify
from runbook.state import State
from runbook.sweep import Swept
from runbook.sweep_telling import conclude

pytestmark = pytest.mark.thorough

CAPTCHA = Outcome(
    "HumanNeeded", 40, "The site asks for a captcha.", "Run again with --headed.", "captcha", run="/runs/x"
)
DUE = Due(HELP.id, True, "unauthorized", "Jira may not read it.")


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[Stranger]:
    with somebody(tmp_path) as found:
        yield found


async def test_whoever_is_named_hears_of_a_sweep_once_and_prometheus_each_time(tmp_path: Path) -> None:
    state, warnings = State(tmp_path / "state"), list[str]()
    state.update_channel(HELP.id, project=HELP.project, address=HELP.address)
    with webhook() as hook:
        urls = (SecretRef(f"json://127.0.0.1:{hook.port}/x"), SecretRef("json://127.0.0.1:9/fake-token-of-it"))
        settings = Settings(channels={"HELP": HELP}, notify=Notify(urls=urls))
        for _ in range(2):
            given = {"dry_run": False, "sandbox": False, "metrics": tmp_path / "runbook.prom"}
            await conclude(given, settings, state, Redactor(), [Swept(HELP, DUE, CAPTCHA)], warnings.append)
        given["dry_run"] = True
        await conclude(given, settings, state, Redactor(), [Swept(HELP, DUE, None)], warnings.append)
    assert hook.titles == ["HELP: the mailbox could not be connected (HumanNeeded: captcha)"]
    assert (
        warnings
        == [
            "json://*** was not told: it cannot be reached, or refuses what it was sent. It is tried again the next time."
        ]
        * 2
    )
    assert set(read(tmp_path / "runbook.prom")["runbook_channel_down"]) == {
        (HELP.site.host, "HELP", "help@example.com")
    }


async def test_metrics_that_cannot_be_written_are_a_warning(tmp_path: Path) -> None:
    state, warnings = State(tmp_path / "state"), list[str]()
    given = {"dry_run": False, "sandbox": False, "metrics": tmp_path / "nowhere" / "runbook.prom"}
    await conclude(given, Settings(), state, Redactor(), [], warnings.append)
    assert warnings == [f"The metrics file {given['metrics']} cannot be written (No such file or directory)."]


def test_a_metrics_file_that_cannot_be_written_ends_a_sweep_before_it_begins(stranger: Stranger) -> None:
    done = stranger.run("reauthorize", "--all", "--sandbox", "--metrics", "nowhere/x.prom", "--json")
    assert (done.code, done.ended["reason"]) == (2, "metrics-file")


def test_a_check_by_a_schedule_says_only_what_is_not_well_and_leaves_metrics_and_a_log(stranger: Stranger) -> None:
    files = ("--metrics", "runbook.prom", "--log-file", "check.log", "--log-format", "json")
    done = stranger.run("check", "--all", "--sandbox", "--scenario", "entra,revoked", "--quiet", *files)
    assert (done.code, done.out) == (10, "")
    assert "unauthorized" in done.err
    [line] = [json.loads(line) for line in (stranger.here / "check.log").read_text().splitlines()]
    assert (line["event"], line["project"], line["verdict"], line["level"]) == (
        "health",
        "HELP",
        "unauthorized",
        "warning",
    )
    health = read(stranger.here / "runbook.prom")["runbook_channel_health"]
    assert [labels[-1] for labels, value in health.items() if value] == ["unauthorized"]
    done = stranger.run("check", "--all", "--sandbox", "--scenario", "entra,healthy", "--quiet")
    assert (done.code, done.out, done.err) == (0, "", "")


def test_a_check_that_cannot_begin_is_in_its_log(stranger: Stranger) -> None:
    done = stranger.run("check", "--all", "--log-file", "check.log", "--log-format", "json")
    assert done.code == 2
    [line] = [json.loads(line) for line in (stranger.here / "check.log").read_text().splitlines()]
    assert (line["event"], line["level"], line["exit_code"]) == ("ended", "error", 2)
