"""`python -m runbook report` as a person and a script use it."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from made_runs import BEGUN, folder, record
from stranger import Done, Stranger, somebody

from runbook.report.finish import finish
from runbook.report.seal import SEAL

pytestmark = pytest.mark.thorough


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[Stranger]:
    with somebody(tmp_path) as found:
        yield found


@pytest.fixture
def runs(stranger: Stranger) -> list[Path]:
    """Two runs, in the folder that RUNBOOK_RUNS names."""
    root = stranger.here / "runs"
    found = [folder(root, record(begun=BEGUN + timedelta(hours=hours))) for hours in (0, 1)]
    for each in found:
        assert finish(each) is None
    return found


def report(stranger: Stranger, *args: str, **env: str) -> Done:
    return stranger.run("report", *args, env={"RUNBOOK_RUNS": str(stranger.here / "runs"), **env})


def refused(done: Done, cause: str) -> None:
    assert (done.code, done.out) == (2, ""), done
    assert cause in done.err
    assert "Remedy: " in done.err


# --- the index and the pages


def test_the_index_is_made_and_its_place_told(stranger: Stranger, runs: list[Path]) -> None:
    done = report(stranger)
    index = stranger.here / "runs" / "index.html"
    assert (done.code, done.out, done.err) == (0, f"Index over 2 runs: {index}\n", "")
    assert f"{runs[0].name}/report.html" in index.read_text()
    assert stat.S_IMODE(index.stat().st_mode) == 0o600


def test_a_script_is_told_the_same(stranger: Stranger, runs: list[Path]) -> None:
    (runs[0] / "run.json").write_text("{")
    told = json.loads(report(stranger, "--json").out)
    assert told == {
        "index": str(stranger.here / "runs" / "index.html"), "runs": 1, "channels": 1, "opened": False,
        "unreadable": [f"{runs[0] / 'run.json'} is not the record of a run, schema 2 or older."],
    }  # fmt: skip


def test_the_page_of_a_run_is_found_by_name_and_by_path(stranger: Stranger, runs: list[Path]) -> None:
    done = report(stranger, runs[0].name, str(runs[1]), "--json")
    assert json.loads(done.out) == {"reports": [str(each / "report.html") for each in runs], "opened": False}


def test_a_copy_is_read_by_itself_whatever_the_settings(stranger: Stranger, runs: list[Path]) -> None:
    (stranger.here / ".env").write_text("RUNBOOK_NONSENSE=1\n")
    assert report(stranger).code == 2
    assert report(stranger, "--runs", "runs").code == 0
    assert report(stranger, "--runs", "runs", "--verify").code == 0


def test_a_link_planted_where_the_index_goes_is_replaced_and_not_followed(stranger: Stranger, runs: list[Path]) -> None:
    victim = stranger.here / "victim"
    victim.write_text("kept")
    (stranger.here / "runs" / "index.html").symlink_to(victim)
    assert report(stranger).code == 0
    assert victim.read_text() == "kept"
    assert not (stranger.here / "runs" / "index.html").is_symlink()


@pytest.mark.parametrize(
    ("args", "cause"),
    [
        (("nonsense",), "There is no run nonsense in "),
        (("../here",), None),
        (("--verify", "nonsense"), "There is no run nonsense in "),
        (("--verify", "--open"), "--verify opens nothing."),
        (("--nonsense",), "No such option"),
        (("--runs", "none"), "There is no folder for runs "),
    ],
)
def test_an_argument_that_is_wrong_is_refused(
    args: tuple[str, ...], cause: str | None, stranger: Stranger, runs: list[Path]
) -> None:
    refused(report(stranger, *args), cause or "has no report.html")


def test_a_folder_of_runs_that_others_can_enter_is_refused(stranger: Stranger, runs: list[Path]) -> None:
    (stranger.here / "runs").chmod(0o755)
    for args in ((), ("--verify",)):
        done = report(stranger, *args)
        refused(done, "can be entered by others than its owner.")
        assert f"chmod 700 {stranger.here / 'runs'}" in done.err


def test_a_run_that_has_no_page_is_told(stranger: Stranger, runs: list[Path]) -> None:
    (runs[0] / "report.html").unlink()
    refused(report(stranger, runs[0].name), f"{runs[0]} has no report.html.")


# --- the desktop's browser


def browser(stranger: Stranger) -> dict[str, str]:
    """A desktop whose browser writes down what it is given."""
    program = stranger.folder / "desktop-browser"
    program.write_text(f'#!/bin/sh\necho "$1" >> "{stranger.folder}/opened"\n')
    program.chmod(0o755)
    return {"BROWSER": f"{program} %s", "DISPLAY": ":77"}


def test_open_gives_the_page_to_the_desktops_browser(stranger: Stranger, runs: list[Path]) -> None:
    desktop = browser(stranger)
    assert report(stranger, "--open", **desktop).code == 0
    done = report(stranger, "--open", "--json", runs[0].name, **desktop)
    assert json.loads(done.out)["opened"] is True
    opened = (stranger.folder / "opened").read_text().split()
    assert opened == [(stranger.here / "runs" / "index.html").as_uri(), (runs[0] / "report.html").as_uri()]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always a desktop")
def test_without_a_desktop_open_is_refused_and_tells_where_the_page_is(stranger: Stranger, runs: list[Path]) -> None:
    program = browser(stranger)["BROWSER"]
    done = report(stranger, "--open", BROWSER=program)
    refused(done, "There is no desktop browser to open the report with.")
    assert str(stranger.here / "runs" / "index.html") in done.err
    assert not (stranger.folder / "opened").exists()


def test_a_desktop_without_a_browser_is_told(stranger: Stranger, runs: list[Path]) -> None:
    done = report(stranger, "--open", DISPLAY=":77", PATH=str(stranger.folder / "no-programs"))
    refused(done, "There is no desktop browser")


# --- the proof


def test_runs_that_nobody_touched_verify(stranger: Stranger, runs: list[Path]) -> None:
    done = report(stranger, "--verify")
    assert (done.code, done.out) == (0, "2 of 2 runs are as left.\n")
    assert json.loads(report(stranger, "--verify", "--json", runs[0].name).out) == [
        {
            "run": runs[0].name,
            "good": True,
            "sealed": True,
            "damaged": False,
            "missing": [],
            "changed": [],
            "added": [],
            "odd": [],
        }
    ]


def test_a_run_that_was_changed_is_named_with_what_was_changed(stranger: Stranger, runs: list[Path]) -> None:
    with (runs[1] / "run.json").open("a") as file:
        file.write(" ")
    (runs[1] / "new").touch(0o600)
    (runs[1] / "01-jira_login-done.png").unlink()
    done = report(stranger, "--verify")
    assert done.code == 10
    assert done.out.splitlines() == [
        f"{runs[1].name} does not verify.", "  missing: '01-jira_login-done.png'", "  changed: 'run.json'", "  added: 'new'",
        "1 of 2 runs is as left.",
    ]  # fmt: skip
    assert report(stranger, "--verify", runs[0].name).code == 0
    assert report(stranger, "--verify", runs[1].name).code == 10
    told = json.loads(report(stranger, "--verify", "--json").out)
    assert [(each["good"], each["changed"]) for each in told] == [(True, []), (False, ["run.json"])]


@pytest.mark.parametrize("change", ["unsealed", "open", "link", "damaged"])
def test_every_other_way_in_which_a_run_does_not_verify_is_told(
    change: str, stranger: Stranger, runs: list[Path]
) -> None:
    seal = runs[0] / SEAL
    if change == "unsealed":
        seal.unlink()
    elif change == "open":
        (runs[0] / "report.html").chmod(0o644)
    elif change == "link":
        (runs[0] / "link").symlink_to("/etc")
    else:
        seal.write_text("fake")
    done = report(stranger, "--verify")
    expected = {"unsealed": "no SHA256SUMS", "open": "not private: report.html can be used by others",
                "link": "not private: link is not a file", "damaged": "SHA256SUMS cannot be read"}  # fmt: skip
    assert done.code == 10
    assert expected[change] in done.out


def test_a_name_with_control_characters_cannot_play_tricks_on_a_terminal(stranger: Stranger, runs: list[Path]) -> None:
    (runs[0] / "\x1b[2J\nall is well").touch(0o600)
    done = report(stranger, "--verify")
    assert done.code == 10
    assert "\x1b" not in done.out
    assert len(done.out.splitlines()) == 3


def test_nothing_at_all_is_verified_with_success(stranger: Stranger) -> None:
    done = report(stranger, "--verify")
    assert (done.code, done.out) == (0, "0 of 0 runs are as left.\n")


def test_the_verb_does_not_load_the_browsers_driver(stranger: Stranger, runs: list[Path]) -> None:
    code = (
        "import sys\nfrom runbook.verbs_report import report\n"
        "report(given=(), check=False, open_=False, as_json=False, runs=None, config=None)\n"
        "sys.exit('playwright' in sys.modules)"
    )
    env = stranger.env({"RUNBOOK_RUNS": str(stranger.here / "runs")})
    done = subprocess.run([sys.executable, "-c", code], env=env, cwd=stranger.here, capture_output=True, check=False)
    assert done.returncode == 0, done
