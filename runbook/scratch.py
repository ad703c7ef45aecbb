"""Where a run's browser and its driver keep theirs."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path

PREFIX = "runbook-"
OWNER = "owner"  # a file that the folder's process holds locked for as long as it lives


def scratch_folder(stack: ExitStack) -> Path:
    """A folder that goes away with the stack, in which the browser and its driver keep theirs: a signal to the whole group
    of processes ends the driver before it can tidy up. Those of processes that were killed go away as well."""
    sweep(Path(tempfile.gettempdir()))
    scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True))
    _own(Path(scratch), stack)
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = scratch
    stack.callback(lambda: os.environ.pop("TMPDIR") if before is None else os.environ.update(TMPDIR=before))
    return Path(scratch)


def sweep(temporary: Path) -> None:
    """Removes this user's scratch folders whose process has gone without tidying up. Follows no link, and passes over what it
    may not remove."""
    if sys.platform == "win32":  # a lock there is none that a killed process lets go in time
        return
    for folder in temporary.glob(PREFIX + "*"):
        with suppress(OSError):
            if not folder.is_symlink() and folder.stat().st_uid == os.geteuid() and _abandoned(folder / OWNER):
                shutil.rmtree(folder, ignore_errors=True)


def _own(scratch: Path, stack: ExitStack) -> None:
    if sys.platform == "win32":
        return
    import fcntl

    # Locked before it has its name: a sweep must not find it free.
    fresh = scratch / f"{OWNER}.new"
    handle = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
    stack.callback(os.close, handle)
    with suppress(OSError):  # where nothing can be locked, nothing is swept
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fresh.rename(scratch / OWNER)


def _abandoned(owner: Path) -> bool:
    """Whether nobody holds that file. Raises OSError when it is not there, or somebody does."""
    if sys.platform == "win32":
        return False
    import fcntl

    handle = os.open(owner, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(handle)
    return True
