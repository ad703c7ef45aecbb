"""The verb `schedule`: what it puts in place and takes away, what it refuses, what it tells. The schedulers' tools are played by
scripts; tests/test_schedule_booted.py has the real ones."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from schedulers import tools_in

from runbook import schedule
from runbook.cli import main
from runbook.errors import ConfigError
from runbook.schedule import KINDS, Request, cron, installed, kubernetes, launchd, plan, seal, systemd, windows
from runbook.secret_sources import from_file

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the tools are played by shell scripts")

DOTENV = """
RUNBOOK_SITE=https://acme.atlassian.net
RUNBOOK_PROJECT=HELP
RUNBOOK_ADMIN_USERNAME=ada.admin@example.com
RUNBOOK_ADMIN_PASSWORD=fake-password
RUNBOOK_IDP=microsoft
RUNBOOK_MAILBOX=support@example.com
RUNBOOK_MAIL_PROVIDER=microsoft
RUNBOOK_MAILBOX_PASSWORD=fake-password
"""
OTHERS = "# mine\r\nMAILTO=me\n5 4 * * * true # 100\\% \\r caf\udce9\n0 0 * * * true"


def write_settings(folder: Path) -> None:
    (folder / ".env").write_text(DOTENV, encoding="utf-8")
    (folder / ".env").chmod(0o600)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with settings, in a home of its own, which is the current one."""
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "RUNBOOK_BROWSER", "PLAYWRIGHT_BROWSERS_PATH"):
        monkeypatch.delenv(name, raising=False)
    home, folder = tmp_path / "home", tmp_path / "my runbook"
    home.mkdir()
    (folder / ".git").mkdir(parents=True)
    write_settings(folder)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr(systemd, "HIDDEN", ())  # where pytest keeps its folders
    monkeypatch.setattr(plan, "_fails", lambda made, request: "")  # this interpreter may need its PYTHONPATH
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The schedulers' tools, played; the folder where they keep what they were told."""
    scripts, kept = tools_in(tmp_path)
    monkeypatch.setenv("PATH", f"{scripts}:{os.environ['PATH']}")
    return kept


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["schedule", *words])


def ours(name: str, kept: Path) -> Path:
    """The file that a kind keeps its schedule in."""
    return {
        "systemd": Path.home() / ".config/systemd/user/jsm-mailbox-runbook.timer",
        "cron": kept / "table",
        "launchd": Path.home() / "Library/LaunchAgents/com.jsm-mailbox-runbook.plist",
        "windows": kept / "task",
        "github-actions": Path.cwd() / ".github/workflows/jsm-mailbox-runbook.yml",
    }[name]


INSTALLABLE = ("systemd", "cron", "launchd", "windows", "github-actions")
WITH_SEAL = ("systemd", "cron", "launchd", "github-actions")


def scope(name: str) -> list[str]:
    return ["--user"] if name in schedule.SCOPED else []


# --- install and remove


@pytest.mark.parametrize("name", INSTALLABLE)
def test_installing_twice_and_removing_twice_does_each_once(folder: Path, tools: Path, name: str) -> None:
    words = ["--as", name, *scope(name)]
    assert "not installed" in run("status", *words).output
    first = run("install", *words)
    assert first.exit_code == 0, first.output
    kept = ours(name, tools).read_bytes()
    again = run("install", *words)
    assert again.exit_code == 0
    assert ours(name, tools).read_bytes() == kept
    if name != "windows":  # its scheduler rewrites what it is given; nothing can be compared
        assert "nothing was changed" in again.output
    told = run("status", *words, "--json")
    assert json.loads(told.output)["installed"] is True
    assert f"{name}: installed" in run("status", *words).output
    assert run("remove", *words).exit_code == 0
    gone = run("remove", *words)
    assert (gone.exit_code, gone.output) == (0, "It is not installed; nothing was changed.\n")
    assert "not installed" in run("status", *words).output


@pytest.mark.parametrize("name", WITH_SEAL)
@pytest.mark.parametrize("how", ["edited", "another's", "not ours"])
def test_what_a_person_changed_or_another_made_is_kept_unless_forced(
    folder: Path, tools: Path, name: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["--as", name, *scope(name)]
    if name == "cron" and how == "not ours":
        pytest.skip("a line that is not ours is any other line")
    if name == "github-actions" and how == "another's":
        other = folder / "inner"
        other.mkdir()
        write_settings(other)
        monkeypatch.chdir(other)
    assert run("install", *words).exit_code == 0
    monkeypatch.chdir(folder)
    file = ours(name, tools)
    if how == "edited":
        file.write_text(
            file.read_text().replace("* * *", "1 * *").replace("Hourly", "Daily").replace("Background", "Interactive")
        )
    elif how == "not ours":
        file.write_text("something else\n")
    elif name != "github-actions":
        other = folder.parent / "another"
        other.mkdir()
        write_settings(other)
        monkeypatch.chdir(other)
    before = file.read_bytes()
    for action in ("install", "remove"):
        refused = run(action, *words)
        assert refused.exit_code == 2, refused.output
        assert "--force" in refused.output
        assert file.read_bytes() == before
    assert len(json.loads(run("status", *words, "--json").output)["notes"]) >= 1
    assert run("install", *words, "--force").exit_code == 0
    assert file.read_bytes() != before
    assert run("remove", *words).exit_code == 0


def test_a_masked_unit_is_not_written_through(folder: Path, tools: Path) -> None:
    file = ours("systemd", tools)
    file.parent.mkdir(parents=True)
    target = folder / "target"
    target.write_text("kept")
    file.symlink_to(target)
    assert run("install", "--as", "systemd", "--user").exit_code == 2
    assert run("install", "--as", "systemd", "--user", "--force").exit_code == 0
    assert target.read_text() == "kept"
    assert not file.is_symlink()


def test_a_task_of_another_tool_is_kept_unless_forced(folder: Path, tools: Path) -> None:
    (tools / "task").write_text("<Task/>")
    for action in ("install", "remove"):
        assert run(action, "--as", "windows", "--user").exit_code == 2
    assert (tools / "task").read_text() == "<Task/>"
    assert run("install", "--as", "windows", "--user", "--force").exit_code == 0
    assert windows.FILE.removesuffix(".xml") in (tools / "task").read_bytes().decode("utf-16")


def test_nothing_is_written_when_systemd_does_not_answer(folder: Path, tools: Path) -> None:
    (tools / "mute").touch()
    refused = run("install", "--as", "systemd", "--user")
    assert refused.exit_code == 2
    assert "does not answer" in refused.output
    assert not ours("systemd", tools).exists()


def test_a_unit_of_an_older_release_is_replaced_and_the_timer_started_anew(folder: Path, tools: Path) -> None:
    assert run("install", "--as", "systemd", "--user").exit_code == 0
    file = ours("systemd", tools)
    text = file.read_text()
    older = text.replace("10min", "5min")
    file.write_text(seal.sealed(seal.SEAL.sub(seal.PLACE, older), Request(folder).mark))
    (tools / "calls").unlink()
    again = run("install", "--as", "systemd", "--user")
    assert again.exit_code == 0
    assert file.read_text() == text
    assert "--user restart jsm-mailbox-runbook.timer" in (tools / "calls").read_text().splitlines()


# --- the crontab


@pytest.mark.parametrize("others", [OTHERS, OTHERS + "\n", OTHERS.replace("\r", "").replace("\\r", ""), "\n\n", ""])
def test_every_other_byte_of_the_crontab_stays_as_it_is(folder: Path, tools: Path, others: str) -> None:
    table = others.encode(errors="surrogateescape")
    (tools / "table").write_bytes(table)
    ended = table if not table or table.endswith(b"\n") else table + b"\n"
    assert run("install", "--as", "cron").exit_code == 0
    with_ours = (tools / "table").read_bytes()
    assert with_ours.startswith(ended)
    assert with_ours.count(b"\n") == ended.count(b"\n") + 1
    assert run("remove", "--as", "cron").exit_code == 0
    assert (tools / "table").read_bytes() == ended


def test_a_line_in_the_middle_keeps_its_place_when_it_changes(folder: Path, tools: Path) -> None:
    assert run("install", "--as", "cron").exit_code == 0
    line = (tools / "table").read_text()
    older = seal.sealed(seal.SEAL.sub(seal.PLACE, line).replace("reauthorize", "check"), Request(folder).mark)
    (tools / "table").write_text(f"1 1 * * * a\n{older}2 2 * * * b\n")
    assert run("install", "--as", "cron").exit_code == 0
    assert (tools / "table").read_text() == f"1 1 * * * a\n{line}2 2 * * * b\n"


def test_a_line_that_was_commented_out_is_told_and_fires_at_no_time(folder: Path, tools: Path) -> None:
    assert run("install", "--as", "cron").exit_code == 0
    (tools / "table").write_text("#" + (tools / "table").read_text())
    found = cron.status(Request(folder))
    assert (found.installed, found.next) == (True, None)
    assert "commented out" in found.notes[-1]


def test_a_user_who_may_not_use_cron_is_told_so(folder: Path, tools: Path) -> None:
    (tools / "forbidden").touch()
    refused = run("install", "--as", "cron")
    assert refused.exit_code == 2
    assert "not allowed to use this program" in refused.output


def test_crons_last_firing_is_when_its_log_was_written(folder: Path, tools: Path) -> None:
    assert run("install", "--as", "cron").exit_code == 0
    found = cron.status(Request(folder))
    assert found.last is None
    log = Path.home() / ".local/state/jsm-mailbox-runbook/state/schedule.log"
    if sys.platform == "darwin":
        log = Path.home() / "Library/Application Support/jsm-mailbox-runbook/state/schedule.log"
    log.write_text("{}")
    os.utime(log, (1_000_000_000, 1_000_000_000))
    found = cron.status(Request(folder))
    assert found.last == 1_000_000_000
    assert found.next
    assert 0 <= found.next - time.time() <= 3600
    assert time.localtime(found.next).tm_min == Request(folder).minute


# --- what is refused, and what is told


def test_kubernetes_is_printed_and_never_installed_from_here(folder: Path) -> None:
    for action in ("install", "remove"):
        refused = run(action, "--as", "kubernetes")
        assert refused.exit_code == 2
        assert "kubectl" in refused.output


def test_kubernetes_tells_what_kubectl_tells(folder: Path, tools: Path) -> None:
    assert kubernetes.status(Request(folder)).installed is False
    (tools / "job").touch()
    found = kubernetes.status(Request(folder))
    assert (found.installed, found.last) == (True, 1795620900.0)
    (tools / "deaf").touch()
    found = kubernetes.status(Request(folder))
    assert found.installed is False
    assert "no configuration has been provided" in found.notes[0]


@pytest.mark.parametrize(
    "words",
    [
        ("print", "--force"),
        ("print", "--json"),
        ("install", "--json"),
        ("install", "--out", "x"),
        ("remove", "--config", "x.toml"),
        ("status", "--force"),
        ("install", "--as", "cron", "--system"),
        ("print", "--as", "github-actions", "--user"),
        ("print", "--as", "cron", "--image", "x"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(folder: Path, tools: Path, words: tuple[str, ...]) -> None:
    given = words if "--as" in words else (*words, "--as", "cron")
    refused = run(*given)
    assert refused.exit_code == 2
    assert "Remedy: Leave" in refused.output
    assert not (tools / "table").exists()


def test_a_schedule_is_installed_once_the_folders_are_there_that_the_settings_have_files_in(
    folder: Path, tools: Path
) -> None:
    (folder / "runbook.toml").write_text('[defaults]\nlog_file = "logs/sweeps.log"\n', encoding="utf-8")
    refused = run("install", "--as", "cron")
    assert refused.exit_code == 2
    assert f"The folder {folder}/logs is not there" in refused.output
    assert not (tools / "table").exists()
    (folder / "logs").mkdir()
    assert run("install", "--as", "cron").exit_code == 0


def test_a_folder_without_settings_gets_no_schedule(folder: Path, tools: Path) -> None:
    (folder / ".env").unlink()
    refused = run("install", "--as", "cron")
    assert refused.exit_code == 2
    assert "No channel is configured" in refused.output
    assert not (tools / "table").exists()


def test_an_interpreter_that_needs_this_shell_is_refused(
    folder: Path, tools: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.undo()
    bare = tmp_path / "python"
    bare.write_text("#!/bin/sh\necho 'No module named runbook' >&2\nexit 1\n")
    bare.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(bare))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    request = Request(folder, env={})
    with pytest.raises(ConfigError, match="No module named runbook") as caught:
        plan.ready(plan.plan(request), request)
    assert caught.value.reason == "interpreter"


def test_printing_writes_nothing_but_what_was_asked_for(folder: Path, tools: Path) -> None:
    shown = run("print", "--as", "systemd", "--user")
    assert shown.output.count("# ---- jsm-mailbox-runbook") == 2
    assert not (Path.home() / ".config").exists()
    assert not (Path.home() / ".local").exists()
    assert run("print", "--as", "systemd", "--user", "--out", "units").exit_code == 0
    names = sorted(path.name for path in (folder / "units").iterdir())
    assert names == ["jsm-mailbox-runbook.service", "jsm-mailbox-runbook.timer"]
    assert (folder / "units" / names[1]).read_text() in shown.output
    assert run("print", "--as", "windows", "--out", "task").exit_code == 0
    assert (folder / "task" / windows.FILE).read_bytes().decode("utf-16").startswith("<?xml")


def test_another_settings_file_goes_into_the_schedule_by_its_full_path(folder: Path, tools: Path) -> None:
    (folder / "other file.toml").write_text("")
    shown = run("print", "--as", "cron", "--config", "other file.toml")
    assert f"--config '{folder}/other file.toml'" in shown.output


@pytest.mark.parametrize(
    ("platform", "there", "expected"),
    [
        ("win32", (), "windows"),
        ("darwin", (), "launchd"),
        ("linux", ("systemd",), "systemd"),
        ("linux", ("crontab",), "cron"),
    ],
)
def test_the_kind_is_the_one_that_the_machine_has(
    monkeypatch: pytest.MonkeyPatch, platform: str, there: tuple[str, ...], expected: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(Path, "is_dir", lambda path: "systemd" in there)
    monkeypatch.setattr("shutil.which", lambda name: "/bin/it" if name in there else None)
    assert schedule.choose() == expected


def test_a_machine_without_a_scheduler_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(Path, "is_dir", lambda path: False)
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(ConfigError, match="Neither systemd nor cron"):
        schedule.choose()


def test_the_status_tells_the_times_and_the_result(folder: Path, tools: Path) -> None:
    assert run("install", "--as", "systemd", "--user").exit_code == 0
    found = systemd.status(Request(folder))
    assert (found.next, found.last, found.result) == (1795624919.0, 1795621327.0, 10)
    told = run("status", "--as", "systemd", "--user").output
    assert "exit code 10" in told
    assert run("install", "--as", "launchd", "--user").exit_code == 0
    assert launchd.status(Request(folder)).result == 10
    assert run("install", "--as", "windows", "--user").exit_code == 0
    found = windows.status(Request(folder))
    assert found.result == 10
    assert "25.11.2026 17:35:00" in found.notes[0]


def test_the_doctor_finds_whatever_is_installed(folder: Path, tools: Path) -> None:
    assert installed(folder) is None
    assert run("install", "--as", "cron").exit_code == 0
    found = installed(folder)
    assert found
    assert found.kind == "cron"
    (tools / "forbidden").touch()
    assert installed(folder) is None


def test_every_kind_that_can_be_asked_for_exists() -> None:
    assert isinstance(main.commands["schedule"].params[1].type.choices, list | tuple)
    assert list(main.commands["schedule"].params[1].type.choices) == list(KINDS)


def test_the_verb_takes_what_a_schedule_gives_it() -> None:
    taken = {name for option in main.commands["reauthorize"].params for name in option.opts}
    assert {"--all", "--config"} <= taken


def test_the_line_runs_in_the_environment_that_cron_gives_it(folder: Path) -> None:
    """The command as it is, with nothing but HOME and PATH: it finds the folder's settings, which are not usable."""
    (folder / "runbook.toml").write_text("[nonsense-in-this-folder]\n", encoding="utf-8")
    made = plan.Plan(sys.executable, str(folder), (), {}, "", str(folder.parent / "a log"), ())
    command = cron.line(made, Request(folder)).split(" * * * * ", 1)[1].replace("\\%", "%")
    env = {"PATH": "/usr/bin:/bin", "HOME": str(folder.parent / "home")}
    done = subprocess.run(["/bin/sh", "-c", command], env=env, cwd="/", capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert (done.stdout, done.stderr) == ("", "")
    assert (folder.parent / "a log").read_text().count("nonsense-in-this-folder") == 1


# --- secrets that systemd hands over


@pytest.mark.parametrize(("mode", "taken"), [(0o400, True), (0o440, True), (0o460, False), (0o444, False)])
def test_a_credential_of_systemd_may_show_the_mask_of_its_access_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, taken: bool
) -> None:
    secret = tmp_path / "admin-password"
    secret.write_text("fake-secret\n")
    secret.chmod(mode)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    if taken:
        assert from_file(secret, "password") == "fake-secret"
    else:
        with pytest.raises(ConfigError, match="can be used by others"):
            from_file(secret, "password")
    if mode == 0o440:
        monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/elsewhere")
        with pytest.raises(ConfigError, match="can be used by others"):
            from_file(secret, "password")
