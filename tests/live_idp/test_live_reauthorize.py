"""A sweep with real mail: one mail a second arrives all through a replacement, and with `reauthorize --rescue` every one of them becomes
exactly one request, none lost, none twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from replacing import Stage, stage

from runbook.cli import main
from runbook.sandbox import child
from runbook.sandbox.seed import channels
from runbook.sandbox.world import MAILBOX

pytestmark = [pytest.mark.live_idp, pytest.mark.timeout(300)]
KEPT = "world.json"


@dataclass
class Sweeps:
    """Sweeps by the verb itself, on a stage."""

    stage: Stage
    monkeypatch: pytest.MonkeyPatch

    def sweep(self, *args: str, **access: Any) -> dict[str, Any]:
        """What became of the one channel. `access`: over the settings of the mailbox's IMAP access."""
        stage = self.stage
        stage.world.offset += 30  # the next one-time code is there already

        @contextmanager
        def serve(*_: Any, **__: Any) -> Iterator[child.Served]:
            api = {"token": stage.world.api_token, "users": stage.world.admins}
            made = tuple(channels(stage.world))
            yield child.Served(
                stage.server.port, tuple(stage.server.browser_args()), made, "", stage.server.authority, api
            )

        self.monkeypatch.setattr(child, "serve", serve)
        self.monkeypatch.setenv("RUNBOOK_RUNS", str(stage.folder / "runs"))
        config = stage.folder / "external.toml"
        config.write_text(f"{table('sandbox.mail', stage.mail())}{table('sandbox.rescue', stage.access(access))}")
        config.chmod(0o600)
        argv = ["reauthorize", "--sandbox", "--config", str(config), "--sandbox-state", str(stage.folder / KEPT)]
        done = CliRunner().invoke(main, [*argv, "--delay", "0", "--json", *args])
        swept = json.loads(done.stdout.splitlines()[-1])
        assert (done.exit_code, swept["event"]) == (0, "swept"), done.output
        (found,) = swept["channels"]
        return dict(found)


def table(name: str, values: dict[str, Any]) -> str:
    return f"[{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())


@pytest.fixture
def sweeps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sweeps]:
    with stage(tmp_path) as there:
        yield Sweeps(there, monkeypatch)


def test_with_rescue_every_mail_is_one_request_while_a_sweep_renews_its_channel(sweeps: Sweeps) -> None:
    there = sweeps.stage
    with there.mail_every(1.0):
        repaired = sweeps.sweep("--all", "--rescue")
    assert (repaired["reason"], repaired["outcome"]["name"]) == ("unauthorized", "Connected")
    assert repaired["outcome"]["gap"]["seconds"] > 0
    assert repaired["advice"] is None, "nothing is left to do by hand"
    there.check_each_is_one_request()
    # The same of a connection that reads mail until it is cut, over IMAP with the token that Jira has.
    with there.mail_every(1.1):
        there.until_pulled("Mail 2 of 1.1 s")
        forced = sweeps.sweep("--all", "--force", "--rescue", **there.token())
    assert (forced["reason"], forced["outcome"]["name"]) == ("forced", "Connected")
    there.check_each_is_one_request()
    assert sweeps.sweep("--all", "--rescue")["reason"] == "healthy"


def test_a_sweep_finishes_what_a_killed_run_has_left_and_brings_its_mail_over(sweeps: Sweeps) -> None:
    there = sweeps.stage
    with there.mail_every(1.0):
        assert there.run(kill={"step": "verify"}, rescue=True).code == -9
        (there.folder / "state").rename(there.folder / f"{KEPT}.runbook")
        row = there.row
        finished = sweeps.sweep("--all", "--rescue")
        assert there.row is row, "the new connection was left as it was"
    assert (finished["reason"], finished["outcome"]["changed"]) == ("channel-down", False)
    there.check_each_is_one_request()


def test_without_rescue_a_sweep_says_which_mail_nobody_reads(sweeps: Sweeps) -> None:
    there = sweeps.stage
    with there.mail_every(1.0):
        done = sweeps.sweep("--all")
        there.until_pulled(there.sent[-1])
    assert [subject for subject in there.sent if subject not in there.requests]
    assert f"Jira does not read mail that came from {done['outcome']['gap']['from'][:10]}" in done["advice"]
    assert "--rescue does that for you" in done["advice"]
    assert done["address"] == MAILBOX
