"""Files of the state folder: private, written whole or not at all, changed by one process at a time."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from runbook import files
from runbook.errors import ConfigError, Transient

LOCK_SECONDS = 10.0  # a file of the state is held for milliseconds; who waits longer waits for a process that hangs


def private_folder(folder: Path) -> None:
    """Makes the folder (0700) if it is not there. Raises ConfigError when it cannot be used or others can enter it."""
    try:
        files.make_folder(folder)
        # The folder itself may be a link of its owner's, to a larger disk; what is in it may not.
        if not folder.is_dir():
            raise NotADirectoryError(20, "Not a directory")
        files.check(folder, folder.stat())
        usable = os.access(folder, os.W_OK | os.X_OK)
    except files.OpenToOthers as found:
        raise ConfigError(
            f"The state folder {folder} {found.problem}.",
            remedy=f"{found.remedy.rstrip('.')}, or set RUNBOOK_STATE to a folder of your own.",
            reason="open-state",
        ) from None
    except OSError as error:
        raise unwritable(folder, error) from None
    if not usable:
        raise unwritable(folder, PermissionError(13, "Permission denied"))


def unwritable(folder: Path, error: OSError) -> ConfigError:
    """The ending for a state folder that cannot be written."""
    return ConfigError(
        f"The state folder {folder} cannot be written ({error.strerror}).",
        remedy="Set RUNBOOK_STATE to a folder that can be. Example: RUNBOOK_STATE=/var/lib/runbook/state",
        reason="state-folder",
    )


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Keeps other processes from changing the file meanwhile."""
    lock = FileLock(path.with_suffix(".lock"), timeout=LOCK_SECONDS, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        raise Transient(f"Another process holds {path.name} in the state folder.", reason="state-busy") from None
    except OSError as error:
        if Path(lock.lock_file).is_symlink():
            raise linked(Path(lock.lock_file)) from None
        raise unwritable(path.parent, error) from None
    try:
        yield
    finally:
        lock.release()


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in the file; empty when there is no file. Raises ConfigError when it is damaged, a link, or not private."""
    try:
        found = json.loads(files.read(path))
    except FileNotFoundError:
        return {}
    except files.OpenToOthers as found_open:
        raise opened(found_open) from None
    except OSError as error:
        if path.is_symlink():
            raise linked(path) from None
        raise unwritable(path.parent, error) from None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise damaged(path)
    return found


def damaged(path: Path) -> ConfigError:
    """The ending for a file that does not hold what was written into it."""
    return ConfigError(
        f"The state file {path} is damaged.", remedy="Delete that file and run again.", reason="damaged-state"
    )


def write_json(path: Path, data: Mapping[str, Any]) -> None:
    """Puts the object into the file, whole or not at all, with mode 0600."""
    try:
        files.put(path, json.dumps(data).encode(), sync=True)
    except OSError as error:
        raise unwritable(path.parent, error) from None


def opened(found: files.OpenToOthers) -> ConfigError:
    """The ending for a file of the state that others can use."""
    return ConfigError(
        f"The state file {found.path} {found.problem}.",
        remedy=f"Look at what is in it, then {found.remedy[0].lower()}{found.remedy[1:]}",
        reason="open-state",
    )


def linked(path: Path) -> ConfigError:
    """The ending for a link where a file of the state should be."""
    return ConfigError(
        f"The state file {path} is a link, and no link is followed there.",
        remedy="Find out who has put it there, then delete it.",
        reason="open-state",
    )
