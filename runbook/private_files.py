"""Files of the state folder: private, written whole or not at all, changed by one process at a time."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from runbook.errors import ConfigError, Transient

LOCK_SECONDS = 10.0  # a file of the state is held for milliseconds; who waits longer waits for a process that hangs


def private_folder(folder: Path) -> None:
    """Makes the folder (0700) if it is not there. Raises ConfigError when it cannot be used or others can enter it."""
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        mode = folder.stat().st_mode
        usable = os.access(folder, os.W_OK | os.X_OK)
    except OSError as error:
        raise unwritable(folder, error) from None
    if not usable:
        raise unwritable(folder, PermissionError(13, "Permission denied"))
    if os.name == "posix" and mode & 0o077:
        raise ConfigError(
            f"The state folder {folder} can be entered by others than its owner.",
            remedy=f"Run `chmod 700 {folder}`, or set RUNBOOK_STATE to a folder of your own.",
            reason="open-state",
        )


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
        raise unwritable(path.parent, error) from None
    try:
        yield
    finally:
        lock.release()


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in the file; empty when there is no file."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise unwritable(path.parent, error) from None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ConfigError(
            f"The state file {path} is damaged.", remedy="Delete that file and run again.", reason="damaged-state"
        )
    return found


def write_json(path: Path, data: Mapping[str, Any]) -> None:
    """Puts the object into the file, whole or not at all, with mode 0600."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(data, file)
                file.flush()
                os.fsync(handle)
            Path(name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise unwritable(path.parent, error) from None
