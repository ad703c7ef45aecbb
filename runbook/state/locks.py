"""Locks that die with their process: one file each in the state's folder, and beside it who holds it and since when."""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from runbook.errors import ConfigError, Locked
from runbook.private_files import linked, read_json, unwritable, write_json

SAYS_SO = 2.0  # seconds


@contextmanager
def os_lock(folder: Path, name: str, clock: Callable[[], float], *, wait: float, what: str) -> Iterator[None]:
    """Holds the lock as long as the block, or its process, lives. Raises Locked when another has it and does not let it go
    within `wait` seconds. `what` it is, for the message: "Another run holds {what}"."""
    file = _file_name(name)
    holder = folder / f"{file}.holder.json"
    # Not of one thread: who waits in a thread (`State.hold_identity`) lets go in another.
    lock = FileLock(folder / f"{file}.lock", timeout=wait, mode=0o600, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        raise locked(what, _told(holder)) from None
    except OSError as error:
        if Path(lock.lock_file).is_symlink():
            raise linked(Path(lock.lock_file)) from None
        raise unwritable(folder, error) from None
    try:
        # Beside the lock file, not in it: opening a lock file may empty it.
        write_json(holder, {"pid": os.getpid(), "since": stamp(clock())})
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def is_held(folder: Path, name: str) -> bool:
    """Whether somebody of this machine may hold the lock: who does has said so. It costs a look, and no lock."""
    return os.path.lexists(folder / f"{_file_name(name)}.holder.json")


def locked(what: str, holder: str) -> Locked:
    """The ending for a lock that another holds."""
    return Locked(f"Another run holds {what} ({holder or 'another process'}).", reason="locked")


def stamp(at: float) -> str:
    """A time for the message: ISO 8601 UTC, to the second."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def _told(holder: Path) -> str:
    """Who holds a lock. Who has just taken it has yet to write that down, which is waited for, but not long."""
    until = time.monotonic() + SAYS_SO
    while not (found := _holder(holder)) and time.monotonic() < until:
        time.sleep(0.01)
    return found


def _holder(path: Path) -> str:
    try:
        known = read_json(path)
        return f"process {known['pid']}, since {known['since']}" if known else ""
    except (ConfigError, KeyError):
        return ""


def _file_name(name: str) -> str:
    """A file name that is safe, readable and different for every lock."""
    return f"{re.sub(r'[^A-Za-z0-9.-]+', '_', name)[:60]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
