"""The last that a run does: its page and its seal, whatever its ending, and at no price for the ending."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from made_runs import BEGUN, folder, record
from play import Played
from stranger import Stranger, somebody

from runbook.report import pages
from runbook.report.finish import finish, finish_killed
from runbook.report.seal import SEAL, verify
from runbook.run_record import Ending, Setting, read

pytestmark = pytest.mark.thorough

CHANNEL = "acme.atlassian.net/HELP"
RUN = ("connect", "--project", "HELP", "--sandbox")


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[Stranger]:
    with somebody(tmp_path) as found:
        yield found


def runs_of(root: Path) -> list[Path]:
    return sorted(path for path in root.iterdir() if path.is_dir())


# --- every ending leaves both


@pytest.mark.parametrize(
    ("scenario", "faults", "name"),
    [
        ("entra,g2,popup,revoked", (), "Connected"),
        ("entra,g2,popup,healthy", (), "NothingToDo"),
        ("entra,g2,popup,revoked", ("token-exchange-fails",), "ChannelDown"),
        ("entra,g2,popup,empty", ("slo",), "SessionLost"),
    ],
)
async def test_every_ending_leaves_a_page_and_a_seal_that_verifies(
    scenario: str, faults: tuple[str, ...], name: str, tmp_path: Path
) -> None:
    played = Played(tmp_path, scenario, faults, pictured=True)
    assert (await played.run()).name == name
    (run,) = runs_of(tmp_path / "runs")
    assert verify(run).good
    made = read(run)
    assert (made.schema_, made.outcome.name, made.sandbox, made.channel) == (2, name, True, CHANNEL)
    assert {"runbook", "python", "playwright", "browser", "system"} <= made.versions.keys()
    assert "headless" in made.versions["browser"] or "Chrom" in made.versions["browser"]
    assert len(made.plan) == 11
    page = (run / "report.html").read_text()
    assert page.count("data:image/jpeg;base64,") == len({step.screenshot for step in made.steps if step.screenshot})
    assert played.said("warning") == [] or "evidence" not in str(played.said("warning"))


async def test_the_record_tells_each_decision_with_what_was_seen(tmp_path: Path) -> None:
    played = Played(tmp_path, "okta-google,g3,same-tab,revoked,reply-to", pictured=True)
    assert (await played.run()).name == "Connected"
    (run,) = runs_of(tmp_path / "runs")
    found = {each.what: each for each in read(run).decisions}
    address = "support@example.com"
    assert found["signed-in"].evidence["account shown"] == ["ada.admin@example.com"]
    assert any(address in row and "reply-to" in row for row in found["replace"].evidence["page showed"])
    assert found["mailbox"].evidence["account shown"] == [address]
    assert found["accept"].step == "connect_oauth"
    assert found["accept"].evidence["account shown"] == [address]
    assert found["accept"].evidence["answer goes to"] == ["id.atlassian.com"]
    assert any("mail.google.com" in scope for scope in found["accept"].evidence["scopes asked"])
    assert "unauthorized" in found["remove"].why
    assert address in found["remove"].evidence["connection"][0]
    assert any(address in row for row in found["connected"].evidence["page showed"])
    kinds = {each.what: each.kind for each in read(run).decisions}
    assert (kinds["replace"], kinds["remove"], kinds["accept"], kinds["connected"]) == (*["decision"] * 3, "proof")


async def test_the_settings_in_force_stand_in_the_record_without_a_secret(tmp_path: Path) -> None:
    played = Played(tmp_path, "entra,g2,popup,healthy")
    await played.run(force=False)
    (run,) = runs_of(tmp_path / "runs")
    told = {each.key: (each.value, each.source) for each in read(run).settings}
    assert told["channels.HELP.address"] == ("support@example.com", "sandbox")
    assert told["channels.HELP.mailbox.password"] == ("***", "sandbox")
    assert told["run.force"] == (False, "command")
    assert told["runs"][0] == str(tmp_path / "runs")


def test_a_run_that_is_interrupted_leaves_both_as_well(stranger: Stranger) -> None:
    with stranger.begin(*RUN, "--json") as running:
        assert running.stdout
        for line in running.stdout:
            event = json.loads(line)
            if event["event"] == "step" and (event["n"], event["status"]) == (3, "started"):
                running.send_signal(signal.SIGINT)
                break
        rest = [json.loads(line) for line in running.stdout]
        assert running.wait(30) == 20
    assert rest[-1]["reason"] == "interrupted"
    run = Path(rest[-1]["run"])
    assert verify(run).good
    assert "was cut short" in (run / "report.html").read_text()


def test_a_script_that_has_read_the_ending_finds_the_page_and_the_seal(stranger: Stranger) -> None:
    with stranger.begin(*RUN, "--scenario", "entra,healthy", "--json") as running:
        assert running.stdout
        ended = next(json.loads(line) for line in running.stdout if '"ended"' in line)
        assert verify(Path(ended["run"])).good
        assert running.wait(30) == 0


# --- at no price for the ending


async def test_a_page_that_cannot_be_made_is_told_and_changes_no_ending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(template: str, **given: Any) -> bytes:
        raise KeyError("fake-secret")

    monkeypatch.setattr("runbook.report.run_page.render", broken)
    played = Played(tmp_path, "entra,g2,popup,healthy")
    assert (await played.run()).name == "NothingToDo"
    (told,) = [event["text"] for event in played.said("warning") if "evidence" in event["text"]]
    assert "its report cannot be written" in told
    assert "KeyError at runbook/report/run_page.py" in told
    assert "fake-secret" not in told
    (run,) = runs_of(tmp_path / "runs")
    assert verify(run).good  # the seal is over what there is


def test_a_disk_that_is_full_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = folder(tmp_path / "runs", record())

    def full(path: Path, content: bytes, **how: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("runbook.files.write_new", full)
    problem = finish(made)
    assert problem == (
        "its report cannot be written: No space left on device; its seal cannot be written: No space left on device"
    )
    assert sorted(path.name for path in made.iterdir()) == ["01-jira_login-done.png", "run.json"]


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    assert finish(tmp_path / "gone") is not None


def test_templates_are_loaded_beforehand_and_once(tmp_path: Path) -> None:
    made = folder(tmp_path / "runs", record())
    finish(made)
    assert pages.compiled("run.html.j2") is pages.compiled("run.html.j2")


# --- a run that was killed


def killed(root: Path, state: Path, minutes: int = 0, **given: Any) -> Path:
    """A run that never ended: its process was killed in the middle of the gap."""
    begun = BEGUN + timedelta(minutes=minutes)
    here = [Setting(key="state", value=str(state), source="default")]
    return folder(root, record("Unfinished", begun=begun, outcome=Ending(), settings=here, **given))


def test_a_killed_run_gets_its_ending_its_page_and_its_seal_from_the_next_one(tmp_path: Path) -> None:
    root, state = tmp_path / "runs", tmp_path / "state"
    run, mine = killed(root, state), killed(root, state, 1)
    finish_killed(root, CHANNEL, state, mine)
    made = read(run)
    assert (made.outcome.name, made.outcome.exit_code, made.outcome.down) == ("Unfinished", None, True)
    assert verify(run).good
    assert "Jira reads no mail of help@example.com" in (run / "report.html").read_text()
    assert read(mine).outcome.name == "running"
    assert not (mine / SEAL).exists()


def test_what_a_killed_run_was_about_to_write_is_not_kept(tmp_path: Path) -> None:
    root, state = tmp_path / "runs", tmp_path / "state"
    run = killed(root, state)
    (run / ".run.json.0123abcd").write_bytes(b"{")
    finish_killed(root, CHANNEL, state, root / "mine")
    assert {path.name for path in run.iterdir() if path.name.startswith(".")} == set()
    assert (run / "run.json").exists()


def test_a_killed_run_that_had_cut_nothing_is_not_called_down(tmp_path: Path) -> None:
    root, state = tmp_path / "runs", tmp_path / "state"
    run = killed(root, state, gap=None)
    finish_killed(root, CHANNEL, state, root / "mine")
    assert not read(run).outcome.down
    assert "No connection was removed before that." in (run / "report.html").read_text()


def test_what_may_still_run_is_left_alone(tmp_path: Path) -> None:
    root, state = tmp_path / "runs", tmp_path / "state"
    other_channel = killed(root, state, 0, channel="acme.atlassian.net/OPS")
    other_lock = killed(root, tmp_path / "other-state", 1)
    ended = folder(root, record(begun=BEGUN + timedelta(minutes=2)))
    damaged = killed(root, state, 3)
    (damaged / "run.json").write_text("{")
    before = {path: (path / "run.json").read_bytes() for path in runs_of(root)}
    finish_killed(root, CHANNEL, state, root / "mine")
    assert {path: (path / "run.json").read_bytes() for path in runs_of(root)} == before
    assert not [path for path in (other_channel, other_lock, ended, damaged) if (path / SEAL).exists()]


async def test_the_next_run_finishes_a_run_that_was_killed(tmp_path: Path) -> None:
    run = killed(tmp_path / "runs", tmp_path / "state")
    await Played(tmp_path, "entra,g2,popup,healthy").run()
    assert read(run).outcome.name == "Unfinished"
    assert verify(run).good
