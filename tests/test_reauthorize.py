"""`reauthorize`, the whole verb in the sandbox: what the sandbox's own journal says of a sweep."""

from __future__ import annotations

import json
import os
import signal
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from receivers import webhook
from stranger import Stranger, ends_as, somebody, within
from test_metrics import read

from runbook import site_session
from runbook.cli import main
from runbook.files import put
from runbook.sandbox import build, child, mailer, parse
from runbook.sandbox.seed import channels
from runbook.sandbox.server import Server
from runbook.sandbox.world import ADMIN, World

pytestmark = pytest.mark.thorough


@dataclass
class Play:
    """Sweeps in one world, each by the verb itself."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    scenario: str
    faults: Sequence[str] = ()
    world: World = field(init=False)

    def __post_init__(self) -> None:
        self.world = build(parse(self.scenario), self.faults)
        self.monkeypatch.setenv("RUNBOOK_RUNS", str(self.folder / "runs"))

    def sweep(self, *args: str) -> list[dict[str, Any]]:
        """The events of one sweep; its exit code is the last one's."""
        self.world.offset += 30  # the admin's next one-time code is there already
        with Server(self.world) as server:

            @contextmanager
            def serve(*_: Any, **__: Any) -> Iterator[child.Served]:
                api = {"token": self.world.api_token, "users": self.world.admins}
                made = tuple(channels(self.world))
                yield child.Served(server.port, tuple(server.browser_args()), made, "", server.authority, api)

            self.monkeypatch.setattr(child, "serve", serve)
            kept = ("--sandbox-state", str(self.folder / "world.json"))
            done = CliRunner().invoke(main, ["reauthorize", "--sandbox", *kept, "--delay", "0", "--json", *args])
        events = [json.loads(line) for line in done.stdout.splitlines()]
        assert done.exit_code == events[-1]["exit_code"], done.output
        return events

    def passwords(self, address: str = "") -> list[str]:
        """Who typed a password, in order; of one address if it is named."""
        typed = [event.details["address"] for event in self.world.events("password")]
        return [each for each in typed if address in ("", each)]

    def healthy(self) -> dict[str, bool]:
        """By project, whether Jira reads its mailbox and nothing else."""
        mailer.tick(self.world)
        found = {}
        for each in channels(self.world):
            rows = [row for row in self.world.projects[each["project"]].connections if row.auth != "default"]
            found[each["project"]] = [row.address for row in rows] == [each["address"]] and mailer.healthy(rows[0])
        return found


def by_project(events: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    assert events[-1]["event"] == "swept"
    return {each["project"]: each for each in events[-1]["channels"]}


@pytest.mark.timeout(400)
def test_the_channels_of_one_site_cost_one_admin_sign_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site_session, "LONGEST", 2)  # the third goes on in a context of its own
    play = Play(tmp_path, monkeypatch, "entra,g2,popup,revoked,reply-to,channels-3")
    before = {key: project.reply_to for key, project in play.world.projects.items()}
    kept = ("--metrics", str(tmp_path / "runbook.prom"), "--log-file", str(tmp_path / "log"), "--log-format", "json")
    events = play.sweep("--all", *kept)
    assert (events[-1]["exit_code"], events[-1]["renewed"]) == (0, 3)
    assert play.passwords(ADMIN) == [ADMIN]
    assert len(play.passwords()) == 4, "each mailbox typed its own once"
    assert [event.details["address"] for event in play.world.events("site-session")] == [ADMIN]
    assert all(play.healthy().values())
    for each in by_project(events).values():
        gap = each["outcome"]["gap"]
        assert gap["from"] < gap["to"]
        assert each["advice"]
        folder = Path(each["outcome"]["run"])
        assert json.loads((folder / "run.json").read_text())["outcome"]["name"] == "Connected"
    assert {key: project.reply_to for key, project in play.world.projects.items()} == before
    assert {row.request_type for key in by_project(events) for row in play.world.projects[key].connections[1:]} == {
        "Report an incident"
    }
    check_what_is_kept(tmp_path)
    removed = len(play.world.events("removed"))
    again = play.sweep("--all")
    assert {each["reason"] for each in by_project(again).values()} == {"healthy"}
    assert len(play.world.events("removed")) == removed


def check_what_is_kept(folder: Path) -> None:
    """The metrics are for all, the log is its owner's."""
    assert stat.S_IMODE((folder / "runbook.prom").stat().st_mode) == 0o644
    found = read(folder / "runbook.prom")
    assert list(found["runbook_channel_runs_total"].values()) == [1.0] * 3
    assert all(gap > 0 for gap in found["runbook_channel_gap_seconds"].values())
    assert stat.S_IMODE((folder / "log").stat().st_mode) == 0o600
    events = [json.loads(line) for line in (folder / "log").read_text().splitlines()]
    assert {"due", "started", "step", "ended", "swept"} <= {each["event"] for each in events}
    assert {each["project"] for each in events if each["event"] == "step"} == {"HELP", "DESK02", "DESK03"}
    assert "fake-" not in (folder / "log").read_text(), "every secret of the sandbox begins so"


@pytest.mark.timeout(300)
def test_a_mailbox_that_needs_a_person_is_parked_and_the_others_are_renewed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    play = Play(tmp_path, monkeypatch, "entra,g3,revoked,channels-3", ["captcha=desk02@example.com"])
    found = by_project(events := play.sweep("--all"))
    assert events[-1]["exit_code"] == 10
    assert {key: each["outcome"]["name"] for key, each in found.items()} == {
        "HELP": "Connected",
        "DESK02": "HumanNeeded",
        "DESK03": "Connected",
    }
    assert found["DESK02"]["parked"]["reason"] == "captcha"
    assert not found["DESK02"]["outcome"]["changed"]
    typed = len(play.passwords("desk02@example.com"))
    again = by_project(play.sweep("--all"))
    assert {key: each["reason"] for key, each in again.items()} == {
        "HELP": "healthy",
        "DESK02": "parked",
        "DESK03": "healthy",
    }
    assert len(play.passwords("desk02@example.com")) == typed
    assert play.passwords(ADMIN) == [ADMIN] * 2, "the parked one was looked at by the same sign-in"
    del play.world.faults["captcha"]
    forced = by_project(play.sweep("--project", "DESK02", "--force"))
    assert forced["DESK02"]["outcome"]["name"] == "Connected"
    assert all(play.healthy().values())


@pytest.mark.timeout(300)
def test_an_admin_who_cannot_sign_in_types_the_password_once_for_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    play = Play(tmp_path, monkeypatch, "entra,revoked,channels-3", [f"password-expired={ADMIN}"])
    found = by_project(play.sweep("--all"))
    assert {each["outcome"]["reason"] for each in found.values()} == {"password-expired"}
    assert play.passwords() == [ADMIN]
    assert not play.world.events("removed")
    assert {each["reason"] for each in by_project(play.sweep("--all")).values()} == {"parked"}
    assert play.passwords() == [ADMIN]


@pytest.mark.timeout(300)
def test_two_sites_are_worked_on_side_by_side_and_shards_share_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    play = Play(tmp_path, monkeypatch, "entra,revoked,channels-3,sites-2")
    mine = by_project(play.sweep("--all", "--shard", "2/2", "--dry-run"))
    assert list(mine) == ["DESK02"], "the other part has the other site"
    assert not play.world.events("removed")
    assert mine["DESK02"]["outcome"]["name"] == "NothingToDo"
    begun = [event["project"] for event in play.sweep("--all", "--jobs", "2") if event["event"] == "started"]
    assert begun.index("DESK02") < 2, "the second site did not wait for the first one's end"
    assert all(play.healthy().values())


# --- as a program


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[Stranger]:
    with somebody(tmp_path) as found:
        yield found


SANDBOX = ("reauthorize", "--sandbox", "--delay", "0")


@pytest.mark.timeout(300)
def test_sigterm_in_the_middle_names_one_and_tells_the_rest_and_the_next_sweep_converges(stranger: Stranger) -> None:
    args = (*SANDBOX, "--all", "--json", "--scenario", "entra,revoked,channels-2", "--sandbox-state", "world.json")
    env = {"RUNBOOK_RUNS": str(stranger.here / "runs")}
    with stranger.begin(*args, env=env) as running:
        assert running.stdout
        events = []
        for line in running.stdout:
            events.append(json.loads(line))
            if events[-1].get("name") == "prove_mailbox" and events[-1]["status"] == "started":
                os.kill(running.pid, signal.SIGTERM)
        assert running.wait(60) == 10
    found = by_project(events)
    told = [each["outcome"] for each in found.values()]
    assert {each["reason"] for each in told} == {"interrupted"}
    assert sum("before it came to this channel" in each["cause"] for each in told) == 1
    assert stranger.processes() == []
    assert stranger.leftovers() == []
    done = stranger.run(*args, env=env)
    assert done.code == 0, done
    assert by_project(done.events)["HELP"]["outcome"]["name"] == "Connected"


@pytest.mark.timeout(300)
def test_sigterm_after_the_cut_is_told_as_an_alarm_and_so_is_the_next_sweep_that_connects_it(
    stranger: Stranger,
) -> None:
    with webhook() as hook:
        put(stranger.here / "urls", f"json://127.0.0.1:{hook.port}/x".encode())
        (stranger.here / "runbook.toml").write_text('[notify]\nurls = ["file:urls"]\n')
        config = ("--config", "runbook.toml", "--sandbox-state", "world.json")
        args = (*SANDBOX, "--all", "--json", "--scenario", "entra,revoked", *config)
        env = {"RUNBOOK_RUNS": str(stranger.here / "runs")}
        with stranger.begin(*args, env=env) as running:
            assert running.stdout
            events = []
            for line in running.stdout:
                events.append(json.loads(line))
                if (events[-1].get("name"), events[-1].get("status")) == ("connect_oauth", "started"):
                    os.kill(running.pid, signal.SIGTERM)
            assert running.wait(60) == 10
        outcome = by_project(events)["HELP"]["outcome"]
        assert (outcome["name"], outcome["reason"], outcome["down"]) == ("ChannelDown", "interrupted", True)
        assert hook.titles == ["Sandbox: ALARM: Jira reads no mail for HELP"]
        assert stranger.processes() == []
        done = stranger.run(*args, env=env)
        found = by_project(done.events)["HELP"]
        assert (done.code, found["reason"], found["outcome"]["name"]) == (0, "channel-down", "Connected"), done
        assert hook.titles[1:] == ["Sandbox: HELP works again"]


@pytest.mark.parametrize(
    ("args", "cause"),
    [
        (("--project", "HELP", "--all"), "contradict"),
        (("--all", "--shard", "3/2"), "not a part of a whole"),
        (("--all", "--scenario", "entra,channels-0"), "1 to 500 channels"),
    ],
)
def test_bad_input_is_told_before_anything_begins(
    args: tuple[str, ...], cause: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ends_as(within(*SANDBOX, *args), "ConfigError", 2, cause)
