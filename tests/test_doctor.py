"""Is this machine ready for a run?"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from runbook import doctor, driver_versions
from runbook.browser import Browser
from runbook.doctor import Check, checks, exit_code, render
from runbook.driver_versions import driver_line
from runbook.errors import ConfigError
from runbook.secrets import SecretRef
from runbook.state import State


@dataclass
class Folders:
    runs: Path
    state: Path
    state_url: SecretRef | None = None


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    tmp_path.chmod(0o700)
    return Folders(tmp_path / "runs", tmp_path / "state")


@pytest.fixture
def no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "find", lambda choice, headed: None)


def of(results: list[Check], name: str) -> Check:
    return next(check for check in results if check.name == name)


def test_a_ready_machine_passes_and_its_browser_is_named(folders: Folders) -> None:
    results = checks(lambda: folders, None, True, lambda text: None)
    assert [check.status for check in results] == ["ok"] * 6
    assert "Playwright 1." in of(results, "browser").detail
    assert exit_code(results) == 0
    assert not folders.runs.exists()


@pytest.mark.usefixtures("no_browser")
def test_no_browser_is_told_with_the_command_that_gets_one(folders: Folders) -> None:
    results = checks(lambda: folders, None, False, lambda text: None)
    assert of(results, "browser").status == "failed"
    assert "doctor --fix" in of(results, "browser").remedy
    assert exit_code(results) == 2


def test_fix_gets_a_browser_and_tells_how(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    def ensure(choice: str | None, *, headed: bool, say: object) -> Browser:
        said.append("getting one")
        raise ConfigError("none could be fetched", remedy="Do it by hand.")

    monkeypatch.setattr(doctor, "ensure", ensure)
    checked = of(checks(lambda: folders, None, True, said.append), "browser")
    assert said == ["getting one"]
    assert (checked.status, checked.remedy) == ("failed", "Do it by hand.")


@pytest.mark.usefixtures("no_browser")
def test_settings_that_cannot_be_read_are_told_in_their_own_words() -> None:
    def load() -> Folders:
        raise ConfigError("RUNBOOK_SITE is missing.", remedy="Set it.")

    results = checks(load, None, False, lambda text: None)
    assert of(results, "settings") == Check("settings", "failed", "RUNBOOK_SITE is missing.", "Set it.")
    assert [check.name for check in results] == [
        "driver",
        "browser",
        "settings",
        "runs folder",
        "state folder",
        "state",
    ]
    assert {of(results, name).status for name in ("runs folder", "state folder", "state")} == {"warning"}


@pytest.mark.usefixtures("no_browser")
def test_several_bad_settings_stay_inside_the_table() -> None:
    def load() -> Folders:
        raise ConfigError("2 settings are not usable:\n- one\n- two", remedy="Set them.")

    lines = render(checks(load, None, False, lambda text: None), as_json=False).splitlines()
    at = next(n for n, line in enumerate(lines) if "2 settings" in line)
    column = lines[at].index("2 settings")
    assert [line[column:] for line in lines[at : at + 4]] == [
        "2 settings are not usable:",
        "- one",
        "- two",
        "Remedy: Set them.",
    ]
    assert all(line[:column].strip() == "" for line in lines[at + 1 : at + 4])


@pytest.mark.skipif(os.name != "posix", reason="file modes")
@pytest.mark.usefixtures("no_browser")
def test_the_state_is_looked_at_and_not_made(folders: Folders) -> None:
    checked = of(checks(lambda: folders, None, False, lambda text: None), "state")
    assert checked == Check("state", "ok", "SQLite, made by the first run")
    assert not folders.state.exists()
    State(folders.state).write_note("acme.atlassian.net/HELP", "k", {})
    checked = of(checks(lambda: folders, None, False, lambda text: None), "state")
    assert checked == Check("state", "ok", f"SQLite, {folders.state}/state.db")


def test_a_state_that_cannot_be_used_is_told_with_its_remedy(folders: Folders) -> None:
    folders.state.mkdir(mode=0o700)
    (folders.state / "state.db").write_bytes(b"no database")
    (folders.state / "state.db").chmod(0o600)
    checked = of(checks(lambda: folders, None, False, lambda text: None), "state")
    assert (checked.status, checked.detail) == ("failed", f"The state file {folders.state}/state.db is no database.")
    assert "Move it" in checked.remedy


def test_a_states_server_that_does_not_answer_is_told(folders: Folders) -> None:
    folders.state_url = SecretRef("postgresql://runbook:fake-password@127.0.0.1:9/runbook")
    results = checks(lambda: folders, None, False, lambda text: None)
    checked = of(results, "state")
    assert (checked.status, checked.detail) == (
        "failed", "The state's database runbook on 127.0.0.1:9 cannot be reached.",
    )  # fmt: skip
    assert "fake-password" not in render(results, True)


def test_a_folder_that_others_can_get_into_is_told(folders: Folders) -> None:
    folders.runs.mkdir()
    folders.runs.chmod(0o755)
    results = checks(lambda: folders, None, False, lambda text: None)
    assert of(results, "runs folder").status == "failed"
    assert of(results, "runs folder").remedy == f"Run `chmod 700 {folders.runs}`."
    assert of(results, "state folder").status == "ok"


@pytest.mark.usefixtures("no_browser")
def test_a_file_in_the_place_of_a_folder_is_told(folders: Folders) -> None:
    folders.state.touch()
    checked = of(checks(lambda: folders, None, False, lambda text: None), "state folder")
    assert (checked.status, checked.detail) == ("failed", f"{folders.state} is not a folder.")


@pytest.mark.usefixtures("no_browser")
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a folder in which nobody can write, root neither")
def test_a_folder_that_cannot_be_written_to_is_told(folders: Folders) -> None:
    folders.runs = Path("/proc/nobody/runs")
    results = checks(lambda: folders, None, False, lambda text: None)
    checked = of(results, "runs folder")
    assert (checked.status, "/proc cannot be written to" in checked.detail) == ("failed", True)
    assert "RUNBOOK_RUNS" in checked.remedy
    assert of(results, "state folder").status == "ok"
    assert not list(folders.state.parent.iterdir()), "nothing is left of the trial"


def test_the_checks_are_printed_for_a_person_and_for_a_script() -> None:
    results = [Check("driver", "ok", "Playwright 1.65"), Check("browser", "failed", "There is none.", "Get one.")]
    assert render(results, as_json=False).splitlines() == [
        "ok      driver   Playwright 1.65",
        "failed  browser  There is none.",
        "                 Remedy: Get one.",
    ]
    assert json.loads(render(results, as_json=True))[1] == {
        "name": "browser",
        "status": "failed",
        "detail": "There is none.",
        "remedy": "Get one.",
    }


def test_driver_and_the_browser_that_it_was_made_for_are_named() -> None:
    shape = r"Playwright 1\.[\d.]+, driver 1\.[\d.]+ on Node [\d.]+, made for Chromium [\d.]+ \(revision \d+\)"
    assert re.fullmatch(shape, driver_line())


def test_what_cannot_be_found_out_about_the_driver_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver_versions, "driver_package", lambda: tmp_path / "package")
    monkeypatch.delenv("PLAYWRIGHT_NODEJS_PATH", raising=False)
    assert re.fullmatch(r"Playwright [\d.]+", driver_line())
