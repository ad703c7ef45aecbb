"""Where a run's browser, its driver and a recording that is not scrubbed yet keep theirs: one private folder for each process."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from runbook import files

PREFIX = "runbook-"
LOCK = "in-use.lock"  # held as long as the process lives, however it ends


def scratch_folder(stack: ExitStack) -> Path:
    """A folder (0700) that goes away with the stack. Whatever this process and its children call temporary goes into it: a signal
    to the whole group of processes ends the driver before it can tidy up. Folders that killed processes have left are removed."""
    remove_left()
    scratch, lock = _locked()
    stack.callback(_remove, scratch, lock)
    before, kept = os.environ.get("TMPDIR"), tempfile.tempdir
    os.environ["TMPDIR"] = tempfile.tempdir = str(scratch)

    def back() -> None:
        tempfile.tempdir = kept
        os.environ.pop("TMPDIR") if before is None else os.environ.update(TMPDIR=before)

    stack.callback(back)
    return scratch


def remove_left(root: Path | None = None) -> list[Path]:
    """Removes this user's folders whose process is gone (it was killed, or the machine stopped); returns them. `root`: where
    temporary folders are made."""
    removed = []
    with suppress(OSError):
        for folder in (root or Path(tempfile.gettempdir())).glob(f"{PREFIX}*"):
            with suppress(OSError, Timeout, files.OpenToOthers):
                if not stat.S_ISDIR(folder.lstat().st_mode) or not stat.S_ISREG((folder / LOCK).lstat().st_mode):
                    continue
                files.check(folder)
                with FileLock(folder / LOCK, timeout=0):
                    _empty(folder)
                _vanish(folder)
                removed.append(folder)
    return removed


def _locked() -> tuple[Path, FileLock]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        lock = FileLock(folder / LOCK, mode=0o600)
        # Another process may have taken it for one that was left, between its making and its locking.
        try:
            lock.acquire()
        except FileNotFoundError:
            continue
        with suppress(OSError, files.OpenToOthers):
            (folder / LOCK).lstat()
            files.check(folder)
            return folder, lock
        lock.release()
        with suppress(OSError):
            _vanish(folder)  # locking it has made it anew, open to others


def _remove(folder: Path, lock: FileLock) -> None:
    _empty(folder)
    lock.release()
    with suppress(OSError):
        _vanish(folder)


def _empty(folder: Path) -> None:
    """The lock stays until the last: what cannot be removed now is found again."""
    for entry in folder.iterdir():
        if entry.name == LOCK:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            with suppress(OSError):
                entry.unlink()


def _vanish(folder: Path) -> None:
    """Raises OSError when something is left in it."""
    if [entry.name for entry in folder.iterdir()] in ([LOCK], []):
        (folder / LOCK).unlink(missing_ok=True)
    folder.rmdir()
