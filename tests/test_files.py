"""Files that are evidence or hold secrets: their owner's alone, whole or not there, and behind no link."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from play import Played
from stranger import somebody

from runbook import browser, browser_install, files
from runbook.errors import ConfigError
from runbook.evidence import EvidenceSink, RunFolder, prune
from runbook.fixtures import har
from runbook.fixtures.recording import check_place
from runbook.private_files import held, read_json, write_json
from runbook.report.finish import finish
from runbook.report.seal import verify
from runbook.sandbox import build, parse
from runbook.sandbox.store import Store
from runbook.settings import load
from runbook.state import State
from runbook.taught import Taught

pytestmark = [pytest.mark.thorough, pytest.mark.skipif(os.name != "posix", reason="file modes and links")]
SECRET = "fake-password-of-the-admin"


@pytest.fixture
def no_umask() -> Iterator[None]:
    """Nothing is private by itself."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A file that a link points to, and that nobody may touch."""
    path = tmp_path / "victim"
    path.write_text("kept")
    path.chmod(0o600)
    return path


def modes(root: Path) -> dict[str, int]:
    found = (path for path in root.rglob("*") if not path.is_symlink())
    return {str(path.relative_to(root)): stat.S_IMODE(path.stat().st_mode) for path in found}


# --- the means


@pytest.mark.usefixtures("no_umask")
def test_a_folder_and_every_missing_one_above_it_is_private(tmp_path: Path) -> None:
    files.make_folder(tmp_path / "a" / "b" / "c")
    assert modes(tmp_path) == {"a": 0o700, "a/b": 0o700, "a/b/c": 0o700}


@pytest.mark.usefixtures("no_umask")
def test_a_new_file_is_private(tmp_path: Path) -> None:
    files.write_new(tmp_path / "new", b"x")
    files.put(tmp_path / "put", b"x", sync=True)
    assert modes(tmp_path) == {"new": 0o600, "put": 0o600}


def test_a_file_is_there_whole_or_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    files.put(path, b"old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        files.put(path, b"new", sync=True)
    assert (path.read_bytes(), list(tmp_path.iterdir())) == (b"old", [path])


def test_a_link_is_replaced_and_what_it_points_to_stays(tmp_path: Path, victim: Path) -> None:
    (tmp_path / "link").symlink_to(victim)
    files.put(tmp_path / "link", b"new")
    assert (victim.read_text(), (tmp_path / "link").read_bytes()) == ("kept", b"new")
    assert not (tmp_path / "link").is_symlink()


def test_a_new_file_is_not_made_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "not-there")
    with pytest.raises(FileExistsError):
        files.write_new(tmp_path / "link", b"x")
    assert not (tmp_path / "not-there").exists()


@pytest.mark.timeout(20)
def test_only_a_plain_file_is_read(tmp_path: Path, victim: Path) -> None:
    (tmp_path / "link").symlink_to(victim)
    os.mkfifo(tmp_path / "pipe", 0o600)
    (tmp_path / "folder").mkdir(mode=0o700)
    for name in ("link", "pipe", "folder"):
        with pytest.raises(OSError, match=r"Too many levels|Not a regular file|Is a directory"):
            files.read(tmp_path / name)
    assert files.read(victim) == b"kept"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o606, 0o601])
def test_a_file_that_others_can_use_is_refused_with_the_remedy(mode: int, victim: Path) -> None:
    victim.chmod(mode)
    with pytest.raises(files.OpenToOthers) as caught:
        files.read(victim)
    assert caught.value.remedy == f"Run `chmod 600 {victim}`."


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give a file away")
def test_what_belongs_to_somebody_else_is_refused_with_the_remedy(victim: Path) -> None:
    os.chown(victim, 12345, 12345)
    with pytest.raises(files.OpenToOthers) as caught:
        files.read(victim)
    assert caught.value.problem == "belongs to another user"
    assert "chown" in caught.value.remedy


# --- the writers


@pytest.mark.usefixtures("no_umask")
async def test_everything_that_a_run_leaves_is_private_without_any_umask(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    where = {"runs": tmp_path / "deep" / "runs", "state": tmp_path / "deeper" / "still" / "state"}
    assert (await Played(tmp_path, "entra,g2,popup,revoked", pictured=True).run(place=where)).name == "Connected"
    found = modes(tmp_path)
    folders = {name: mode for name, mode in found.items() if (tmp_path / name).is_dir()}
    assert set(folders.values()) == {0o700}
    assert {name: mode for name, mode in found.items() if name not in folders and mode != 0o600} == {}
    assert len([name for name in found if name.endswith(("report.html", "run.json", "SHA256SUMS"))]) == 3


def test_everything_that_the_command_leaves_is_private_without_any_umask(tmp_path: Path) -> None:
    with somebody(tmp_path) as stranger:
        env = {"RUNBOOK_RUNS": str(stranger.here / "a" / "runs")}
        args = (
            "record",
            "--project",
            "HELP",
            "--sandbox",
            "--dry-run",
            "--out",
            "deep/recordings",
            "--sandbox-state",
            "w",
        )
        done = stranger.run(*args, env=env, preexec_fn=lambda: os.umask(0))
        assert done.code == 0, done
        assert stranger.run("report", env=env, preexec_fn=lambda: os.umask(0)).code == 0
        found = modes(stranger.here)
        own = {path for path in found if (stranger.here / path).is_dir()}
        assert {name: oct(found[name]) for name in own if found[name] != 0o700} == {}
        assert {name: oct(found[name]) for name in found.keys() - own if found[name] != 0o600} == {}
        assert {Path(name).suffix for name in found} >= {".har", ".json", ".html", ".jpg"}
        home = modes(stranger.folder / "home")
        assert {name: oct(mode) for name, mode in home.items() if mode & 0o022} == {}


@pytest.mark.usefixtures("no_umask")
def test_a_recording_is_private_and_follows_no_link(tmp_path: Path, victim: Path) -> None:
    out = tmp_path / "out"
    har.write(out / "sub" / "a.har", {"log": {}})
    (out / "b.har").symlink_to(victim)
    har.write(out / "b.har", {"log": {}})
    assert modes(out) == {"sub": 0o700, "sub/a.har": 0o600, "b.har": 0o600}
    assert victim.read_text() == "kept"


def test_a_folder_for_recordings_that_others_can_enter_is_refused_and_its_remedy_helps(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    out.chmod(0o755)
    with pytest.raises(ConfigError, match="can be entered by others than its owner") as caught:
        check_place(out, "good", ["verify"])
    assert caught.value.remedy == f"Run `chmod 700 {out}`."
    out.chmod(0o700)
    check_place(out, "good", ["verify"])


@pytest.mark.usefixtures("no_umask")
def test_the_sandboxs_world_is_private_and_follows_no_link(tmp_path: Path, victim: Path) -> None:
    (tmp_path / "world").symlink_to(victim)
    Store(tmp_path / "world").save(build(parse("entra")))
    assert stat.S_IMODE((tmp_path / "world").lstat().st_mode) == 0o600
    assert victim.read_text() == "kept"


# --- links that somebody planted


async def test_links_planted_in_the_folder_of_runs_are_not_followed(tmp_path: Path, victim: Path) -> None:
    runs, elsewhere = tmp_path / "runs", tmp_path / "elsewhere"
    for folder in (runs, elsewhere):
        folder.mkdir(mode=0o700)
    (elsewhere / "run.json").write_text("{}")
    (runs / "20200101T000000Z-HELP-0000").symlink_to(elsewhere)
    (runs / "20200102T000000Z-HELP-0000").mkdir(mode=0o700)
    (runs / "20200102T000000Z-HELP-0000" / "run.json").symlink_to(victim)
    (runs / "index.html").symlink_to(victim)
    await Played(tmp_path, "entra,g2,popup,healthy", pictured=True).run(place={"keep_runs_days": 1})
    assert (elsewhere / "run.json").read_text() == "{}"
    assert list(elsewhere.iterdir()) == [elsewhere / "run.json"]
    assert victim.read_text() == "kept"


def test_links_planted_in_a_run_s_folder_are_not_followed(tmp_path: Path, victim: Path) -> None:
    run = RunFolder.create(tmp_path / "runs", "HELP", datetime.now(UTC))
    for name in ("run.json", "report.html", "SHA256SUMS", "01-jira_login-done.jpg"):
        (run.path / name).symlink_to(victim)
    sink = EvidenceSink(run, str)
    assert run.write("01-jira_login-done.jpg", b"x") == "01-jira_login-done-2.jpg"
    (run.path / "01-jira_login-done.jpg").unlink()
    assert sink.problem is None
    assert finish(run.path) is None
    assert verify(run.path).good
    assert victim.read_text() == "kept"
    assert [path for path in run.path.iterdir() if path.is_symlink()] == []


def test_an_old_run_that_is_a_link_is_not_removed_through_it(tmp_path: Path) -> None:
    kept = RunFolder.create(tmp_path / "elsewhere", "HELP", datetime(2020, 1, 1, tzinfo=UTC))
    kept.write("run.json", b"{}")
    (tmp_path / "runs").mkdir(mode=0o700)
    (tmp_path / "runs" / kept.name).symlink_to(kept.path)
    assert prune(tmp_path / "runs", 1, datetime.now(UTC)) == []
    assert (kept.path / "run.json").exists()


def test_a_link_planted_in_the_state_folder_is_refused_and_named(tmp_path: Path, victim: Path) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    victim.write_text('{"jira.password": {"locator": "#fake", "date": "2026-11-23", "page": "x"}}')
    (state / "locators.json").symlink_to(victim)
    with pytest.raises(ConfigError) as caught:
        Taught(state).lessons()
    assert "locators.json is a link" in caught.value.cause
    assert "delete it" in caught.value.remedy


def test_a_lock_that_is_a_link_does_not_empty_what_it_points_to(tmp_path: Path, victim: Path) -> None:
    (tmp_path / "codes.lock").symlink_to(victim)
    with pytest.raises(ConfigError, match=r"codes\.lock is a link"), held(tmp_path / "codes.json"):
        pytest.fail("it was held")
    assert victim.read_text() == "kept"


def test_a_channels_lock_that_is_a_link_does_not_empty_what_it_points_to(tmp_path: Path, victim: Path) -> None:
    state = State(tmp_path / "state")
    with state.lock("acme.atlassian.net/HELP"):
        (lock,) = (tmp_path / "state").glob("*.lock")
    lock.unlink(missing_ok=True)
    lock.symlink_to(victim)
    with pytest.raises(ConfigError, match=r"lock is a link"), state.lock("acme.atlassian.net/HELP"):
        pytest.fail("it was held")
    assert victim.read_text() == "kept"


@pytest.mark.parametrize("name", ["state.db", "state.db-wal", "state.db-journal"])
def test_a_database_that_is_a_link_is_not_opened(name: str, tmp_path: Path, victim: Path) -> None:
    state = State(tmp_path / "state")
    (tmp_path / "state" / name).symlink_to(victim)
    with pytest.raises(ConfigError, match=rf"{name} is a link"):
        state.write_pending("acme.atlassian.net/HELP", {"reply_to": True})
    assert victim.read_text() == "kept"


def test_a_database_that_others_can_use_is_refused_with_the_remedy(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    state.write_pending("acme.atlassian.net/HELP", {"reply_to": True})
    state.close()
    (tmp_path / "state" / "state.db").chmod(0o644)
    with pytest.raises(ConfigError, match="can be used by others than its owner") as caught:
        State(tmp_path / "state").read_pending("acme.atlassian.net/HELP")
    assert f"chmod 600 {tmp_path / 'state' / 'state.db'}" in caught.value.remedy


def test_a_state_file_that_others_can_use_is_refused_with_the_remedy(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"a": 1})
    assert read_json(tmp_path / "a.json") == {"a": 1}
    (tmp_path / "a.json").chmod(0o644)
    with pytest.raises(ConfigError) as caught:
        read_json(tmp_path / "a.json")
    assert "can be used by others than its owner" in caught.value.cause
    assert f"chmod 600 {tmp_path / 'a.json'}" in caught.value.remedy


# --- .env


@pytest.mark.parametrize("name", ["RUNBOOK_ADMIN_PASSWORD", "RUNBOOK_MAILBOX_TOTP", "RUNBOOK_IDENTITY_ADA_PASSWORD"])
def test_an_env_file_with_a_secret_that_others_can_read_is_refused_without_showing_it(
    name: str, tmp_path: Path
) -> None:
    env = tmp_path / ".env"
    env.write_text(f"{name}={SECRET}\n")
    env.chmod(0o640)
    with pytest.raises(ConfigError) as caught:
        load(folder=tmp_path, env={})
    assert caught.value.cause == f"{env} holds a secret and can be used by others than its owner."
    assert caught.value.remedy == f"Run `chmod 600 {env}`."
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "line", ["RUNBOOK_ADMIN_PASSWORD=keyring:jira/ada", "RUNBOOK_RUNS=/tmp/runs", "OTHER_PASSWORD=fake"]
)
def test_an_env_file_without_a_secret_may_be_read_by_anybody(line: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(line + "\n")
    (tmp_path / ".env").chmod(0o644)
    reasons = []
    try:
        load(folder=tmp_path, env={})
    except ConfigError as error:
        reasons.append(error.reason)  # it is not complete, that is all
    assert "open-secret-file" not in reasons


# --- what lies outside the evidence, and is run


def test_what_the_driver_has_compiled_is_not_taken_from_a_folder_that_others_can_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runbook.browser.user_cache_path", lambda name: tmp_path / "cache")
    folder = tmp_path / "cache" / "driver"
    assert browser._compile_cache() == folder
    assert modes(tmp_path) == {"cache": 0o700, "cache/driver": 0o700}
    folder.chmod(0o755)
    assert browser._compile_cache() == folder
    folder.chmod(0o777)
    assert browser._compile_cache() is None


def test_the_lock_for_getting_a_browser_is_not_taken_in_a_folder_that_others_can_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / "cache")
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache").chmod(0o777)
    assert browser_install._lock_folder() == tmp_path / f"jsm-mailbox-runbook-{os.getuid()}"


# Who else makes a folder or opens a file by itself, and why that is no file of evidence or with a secret.
OTHERS = {
    "evidence.py": "makes the folder of a run, which must not be there, with mode 0700",
    "secret_sources.py": "reads where a secret is kept, and checks what it has opened",
    "console.py": "the null device",
    "cli.py": "the null device",
    "logs.py": "a log, made with mode 0600 where the user wants it; it holds no secret and is no evidence",
    "metrics.py": "numbers that Prometheus reads as another user",
    "schedule/seal.py": "what the system's scheduler reads as another user",
    "schedule/cron.py": "in a temporary folder with mode 0700",
    "schedule/windows.py": "in a temporary folder with mode 0700",
    "telling/standby.py": "empties its own file, made with mode 0600, on a disk that has no room for more",
    "state/engines.py": "makes the database, which must not be there, with mode 0600",
}
WRITES = re.compile(r"""\.mkdir\(|write_text\(|write_bytes\(|os\.open\(|mkstemp\(|\bopen\([^)]*["'][wax]b?\+?["']""")


def test_whoever_writes_a_file_goes_through_the_one_module_that_does_it_privately() -> None:
    root = Path(files.__file__).parent
    found = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if path.name != "files.py" and WRITES.search(path.read_text(encoding="utf-8"))
    }
    assert found == set(OTHERS)
