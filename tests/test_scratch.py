"""What is not scrubbed yet is in one private folder, which goes away however the process ends."""

from __future__ import annotations

import json
import os
import signal
import stat
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest
from filelock import FileLock
from stranger import Stranger, somebody

from runbook import scratch
from runbook.fixtures import gate
from runbook.scratch import LOCK, remove_left, scratch_folder

pytestmark = pytest.mark.thorough

RUN = ("connect", "--project", "HELP", "--sandbox", "--json", "--har", "--trace")
RECORD = ("record", "--project", "HELP", "--sandbox", "--json", "--out", "recordings")


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[Stranger]:
    with somebody(tmp_path) as found:
        yield found


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def test_whatever_is_temporary_goes_into_it_and_away_with_it(root: Path) -> None:
    with ExitStack() as stack:
        folder = scratch_folder(stack)
        assert (folder.parent, stat.S_IMODE(folder.stat().st_mode)) == (root, 0o700)
        made = Path(tempfile.mkdtemp())
        assert (made.parent, os.environ["TMPDIR"]) == (folder, str(folder))
        (made / "raw").write_text("fake-secret")
    assert list(root.iterdir()) == []
    assert (tempfile.gettempdir(), os.environ["TMPDIR"]) == (str(root), str(root))


def test_one_that_another_process_removes_before_it_is_locked_is_made_anew(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, taken = [], []

    class Late(FileLock):
        def acquire(self, *args: Any, **how: Any) -> Any:
            asked.append(self)
            if len(asked) == 1:
                Path(self.lock_file).touch()  # it was opened, and not locked yet
                taken.extend(remove_left(root))
            return super().acquire(*args, **how)

    with ExitStack() as stack:
        with monkeypatch.context() as patched:
            patched.setattr(scratch, "FileLock", Late)
            folder = scratch_folder(stack)
        assert taken
        assert folder not in taken
        assert list(root.iterdir()) == [folder]
    assert list(root.iterdir()) == []


def test_one_that_is_in_use_is_left_alone_and_one_that_was_left_is_removed(root: Path) -> None:
    left = root / "runbook-left"
    (left / "deep").mkdir(parents=True)
    left.chmod(0o700)
    (left / "deep" / "raw.har").write_text("fake-secret")
    (left / LOCK).touch()
    with ExitStack() as stack:
        mine = scratch_folder(stack)
        assert [path.name for path in root.iterdir()] == [mine.name]
        assert remove_left(root) == []
        assert mine.exists()


def test_one_that_cannot_be_emptied_is_found_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = root / "runbook-left"
    (left / "held").mkdir(parents=True)
    left.chmod(0o700)
    (left / LOCK).touch()
    with monkeypatch.context() as broken:
        broken.setattr(scratch.shutil, "rmtree", lambda *_, **__: None)  # as on a machine that keeps what is open
        assert remove_left(root) == []
    assert (left / LOCK).exists()
    assert remove_left(root) == [left]


def test_what_is_not_ours_is_left_alone(root: Path) -> None:
    other = root / "somewhere"
    other.mkdir()
    (other / LOCK).touch()
    (root / "runbook-link").symlink_to(other)
    open_to_others, without_lock, strange = root / "runbook-open", root / "runbook-raw-x", root / "runbook-strange"
    for folder in (open_to_others, without_lock, strange):
        folder.mkdir(mode=0o700)
    (open_to_others / LOCK).touch()
    open_to_others.chmod(0o755)
    (strange / LOCK).symlink_to(other / LOCK)
    assert remove_left(root) == []
    assert (other / LOCK).exists()


def test_one_that_another_process_took_for_left_is_made_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    acquire, raced = FileLock.acquire, []

    def slow(lock: FileLock, *args: object, **how: object) -> object:
        if not raced:
            raced.append(Path(lock.lock_file).parent)
            raced[0].rmdir()
            raced[0].touch()  # whoever comes there now finds no folder
            raced[0].unlink()
            raced[0].mkdir(mode=0o755)
        return acquire(lock, *args, **how)

    monkeypatch.setattr(FileLock, "acquire", slow)
    with ExitStack() as stack:
        folder = scratch_folder(stack)
        assert folder != raced[0]
        assert (folder / LOCK).exists()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("words", [RUN, RECORD], ids=["connect", "record"])
def test_a_recorded_run_that_is_asked_to_end_keeps_nothing_raw(words: tuple[str, ...], stranger: Stranger) -> None:
    with stranger.begin(*words) as running:
        run = until_step(running.stdout, 3)
        assert raw_in(stranger)
        running.send_signal(signal.SIGTERM)
        assert running.wait(120) == 20
    assert stranger.leftovers() == []
    assert not {"run.har", "trace.zip"} & {path.name for path in run.iterdir()}
    assert all(gate(path) == [] for path in stranger.here.glob("recordings/*"))  # those of the steps that were done


@pytest.mark.timeout(300)
def test_what_a_killed_run_has_left_is_removed_by_the_next(stranger: Stranger) -> None:
    with stranger.begin(*RUN) as running:
        run = until_step(running.stdout, 3)
        os.killpg(running.pid, signal.SIGKILL)
        running.wait(120)
    psutil.wait_procs(stranger.processes(), timeout=60)
    assert raw_in(stranger)
    assert not {"run.har", "trace.zip"} & {path.name for path in run.iterdir()}
    assert stranger.run("connect", "--project", "HELP", "--sandbox", "--scenario", "nowhere").code == 2
    assert stranger.leftovers() == []


def until_step(said: object, number: int) -> Path:
    """Reads until a step starts; returns the run's folder."""
    run = Path()
    for line in said:  # type: ignore[attr-defined]
        event = json.loads(line)
        run = Path(event.get("run") or run)
        if (event["event"], event.get("n"), event.get("status")) == ("step", number, "started"):
            break
    return run


def raw_in(stranger: Stranger) -> list[Path]:
    """The folders of recordings that are not scrubbed yet."""
    return [
        path for kind in ("raw", "record") for path in (stranger.folder / "tmp").glob(f"runbook-*/runbook-{kind}-*")
    ]
