"""Events as log lines: for people and for machines, private, rotated, without a secret."""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from runbook import logs
from runbook.errors import ConfigError
from runbook.logs import Format, open_log
from runbook.redact import Redactor

STARTED: dict[str, Any] = {
    "event": "started",
    "project": "HELP",
    "mailbox": "help@example.com",
    "run": "/runs/20261123T221500Z-HELP-3f2a",
}
ENDED = {"event": "ended", "outcome": "HumanNeeded", "exit_code": 40, "cause": "A captcha.", "down": False}


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_every_event_is_one_json_object_with_time_level_run_and_project(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    with open_log(path, "json") as log:
        sink = log.sink()
        for event in (STARTED, {"event": "say", "text": "grüß\nGott"}, ENDED, ENDED | {"down": True}):
            sink(event)
    found = lines(path)
    assert [(each["event"], each["level"]) for each in found] == [
        ("started", "info"),
        ("say", "info"),
        ("ended", "error"),
        ("ended", "critical"),
    ]
    assert {(each["project"], each["run_id"]) for each in found} == {("HELP", "20261123T221500Z-HELP-3f2a")}
    assert found[1]["text"] == "grüß\nGott"
    assert found[2]["cause"] == "A captcha."
    assert all(each["timestamp"].endswith("Z") for each in found)


def test_for_people_an_event_is_one_line_whatever_a_page_says(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    with open_log(path) as log:
        log.sink()({"event": "say", "text": "one\r\n2026-11-25 [error] ended \x1b[31mred\x1b[0m\ttwo", "n": 3})
    [line] = path.read_text().splitlines()
    assert "[info     ] say" in line
    assert "one / 2026-11-25 [error] ended red" in line
    assert "n=3" in line
    assert "\x1b" not in line


@pytest.mark.parametrize(
    ("event", "level"),
    [
        ({"event": "step", "status": "done"}, "info"),
        ({"event": "step", "status": "failed"}, "error"),
        ({"event": "warning", "text": "x"}, "warning"),
        ({"event": "person", "text": "x"}, "warning"),
        ({"event": "unknown_page"}, "warning"),
        ({"event": "ended", "exit_code": 0}, "info"),
        ({"event": "ended", "exit_code": 70, "down": True}, "critical"),
    ],
)
def test_how_grave_an_event_is(event: dict[str, Any], level: str) -> None:
    assert logs.level_of(event) == level


def test_runs_side_by_side_keep_their_names_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    with open_log(path, "json") as log:
        one, two = log.sink(), log.sink(site="beta")
        one(STARTED)
        two(STARTED | {"project": "OPS", "run": "/runs/20261123T221500Z-OPS-aaaa"})
        one({"event": "say", "text": "x"})
        two({"event": "say", "text": "y"})
    assert [(each["project"], each.get("site")) for each in lines(path)] == [("HELP", None), ("OPS", "beta")] * 2


@pytest.mark.parametrize("form", ["console", "json"])
def test_a_learned_secret_is_in_no_line(tmp_path: Path, form: Format) -> None:
    redactor, secret, path = Redactor(), "fake-pässword&/1", tmp_path / "a.log"
    redactor.learn(secret)
    with open_log(path, form, redactor.text) as log:
        sink = log.sink()
        sink(STARTED | {"locators": {"x": secret}})
        sink({"event": "say", "text": f"typed {secret} here", "list": [secret, {"deep": secret}]})
    text = path.read_text(encoding="utf-8")
    assert text.count("***") == 4
    assert redactor.text(text) == text


def test_what_other_libraries_log_stays_out_of_it(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    with open_log(path) as log:
        logging.getLogger("urllib3").error("https://hooks.example.com/fake-token")
        logging.getLogger().error("something")
        log.sink()({"event": "say", "text": "ours"})
    assert len(path.read_text().splitlines()) == 1


def test_the_file_is_private_and_is_appended_to(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    before = os.umask(0)
    try:
        for _ in range(2):
            with open_log(path) as log:
                log.sink()(STARTED)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(path.read_text().splitlines()) == 2


def test_a_full_file_is_put_aside_and_only_so_many_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "LARGEST", 2_000)
    path = tmp_path / "a.log"
    with open_log(path, "json") as log:
        sink = log.sink()
        for n in range(200):
            sink({"event": "say", "text": "x" * 100, "n": n})
    files = sorted(each.name for each in tmp_path.iterdir())
    assert files == ["a.log", *(f"a.log.{n}" for n in range(1, logs.KEPT + 1))]
    assert all(each.stat().st_size <= 2_000 for each in tmp_path.iterdir())
    assert {stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()} == {0o600}
    assert lines(path)[-1]["n"] == 199
    kept = [line["n"] for name in [*reversed(files[1:]), "a.log"] for line in lines(tmp_path / name)]
    assert kept == list(range(200 - len(kept), 200)), "none in between is lost"


def _write(path: str, word: str) -> None:
    with open_log(Path(path), "json") as log:
        sink = log.sink()
        for n in range(300):
            sink({"event": "say", "text": word, "n": n})


def test_two_processes_write_into_one_file_and_no_line_is_torn(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(str(path), word)) for word in ("one", "two")]
    for each in writers:
        each.start()
    for each in writers:
        each.join(60)
    found = lines(path)
    for word in ("one", "two"):
        assert [line["n"] for line in found if line["text"] == word] == list(range(300))


def test_a_file_that_another_process_has_put_aside_is_followed(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    with open_log(path, "json") as log:
        sink = log.sink()
        sink({"event": "say", "text": "before"})
        path.rename(tmp_path / "a.log.1")
        sink({"event": "say", "text": "after"})
    assert [line["text"] for line in lines(path)] == ["after"]


@pytest.mark.parametrize(
    ("name", "why"),
    [("nowhere/a.log", "No such file or directory"), (".", "it is not a file"), ("pipe", "it is not a file")],
)
def test_a_log_file_that_cannot_be_written_is_told_at_once(tmp_path: Path, name: str, why: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ConfigError, match=why) as caught:
        open_log(tmp_path / name)
    assert (caught.value.reason, caught.value.exit_code) == ("log-file", 2)


@pytest.mark.skipif(os.name != "posix", reason="rights of files are POSIX")
def test_a_log_file_that_others_can_read_is_refused_and_its_remedy_helps(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.touch(mode=0o644)
    path.chmod(0o644)
    with pytest.raises(ConfigError, match="can be used by others than its owner") as caught:
        open_log(path)
    assert (caught.value.reason, caught.value.remedy) == ("log-file", f"Run `chmod 600 {path}`.")
    path.chmod(0o600)
    open_log(path).close()


FULL = """
import pathlib, resource, sys
from runbook.logs import open_log
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
with open_log(pathlib.Path(sys.argv[1])) as log:
    sink = log.sink()
    for n in range(100):
        sink({"event": "say", "text": "fake-text-of-a-record"})
print("the run goes on")
"""


def test_a_full_disk_ends_the_log_and_not_the_run(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    done = subprocess.run([sys.executable, "-c", FULL, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout == "the run goes on\n"
    assert done.stderr == f"The log file {path} could not be written (File too large); the log ends here.\n"
    assert path.stat().st_size == 1000


def test_a_dash_is_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    with open_log(Path("-"), "json") as log:
        log.sink()({"event": "say", "text": "x"})
    assert json.loads(capsys.readouterr().err)["text"] == "x"
    assert sys.stderr


def test_a_format_without_a_log_is_an_option_that_would_do_nothing() -> None:
    with pytest.raises(ConfigError, match="--log-format is for a log, and none is written"):
        logs.asked_for({"log_file": None, "log_format": "json"}, str)
