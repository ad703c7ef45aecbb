"""What is remembered between runs, in one private folder: locks, used codes, rejected secrets, unfinished cuts.

The state of a channel itself is not remembered: it is read from Jira.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from filelock import FileLock, Timeout

from runbook.errors import ConfigError, Locked, Transient

DAY = 86_400.0
LOCK_SECONDS = 10.0  # a file of the state is held for milliseconds; who waits longer waits for a process that hangs


class Fingerprinted(Protocol):
    """A secret that can be recognised again (`runbook.secrets.Secret`)."""

    def fingerprint(self, salt: bytes) -> str:
        """A slow salted hash of it."""
        ...


class State:
    """The state folder. Made with mode 0700 if it is not there.

    Raises ConfigError when it cannot be made or written, or when others than its owner can enter it.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self.folder = folder
        self._clock = clock
        _private_folder(folder)
        self.ledger = Ledger(folder, clock)

    @contextmanager
    def lock(self, channel_id: str) -> Iterator[None]:
        """Holds a channel as long as the block, or its process, lives. Raises Locked at once when another run does."""
        name = _file_name(channel_id)
        holder = self.folder / f"{name}.holder.json"
        lock = FileLock(self.folder / f"{name}.lock", timeout=0, mode=0o600)
        try:
            lock.acquire()
        except Timeout:
            raise _locked(channel_id, holder) from None
        except OSError as error:
            raise _unwritable(self.folder, error) from None
        try:
            # Beside the lock file, not in it: opening a lock file may empty it.
            _write(holder, {"pid": os.getpid(), "since": self._time()})
            yield
        finally:
            holder.unlink(missing_ok=True)
            lock.release()

    def remember_rejected(self, identity: str, secret: Fingerprinted) -> None:
        """Writes down that a site refused this secret. `identity` names whose and which: `acme/admin/password`."""
        salt = secrets.token_bytes(16)
        entry = {"salt": salt.hex(), "fingerprint": secret.fingerprint(salt), "at": self._time()}
        with _held(self._rejected):
            _write(self._rejected, {**_read(self._rejected), identity: entry})

    def was_rejected(self, identity: str, secret: Fingerprinted) -> datetime | None:
        """When a site refused exactly this secret; None if it did not. Costs a slow hash only if something was."""
        entry = _read(self._rejected).get(identity)
        if entry is None or secret.fingerprint(bytes.fromhex(entry["salt"])) != entry["fingerprint"]:
            return None
        return datetime.fromisoformat(entry["at"])

    def forget_rejected(self, identity: str) -> None:
        """Forgets a refusal, because the secret was accepted or changed."""
        if identity not in _read(self._rejected):
            return
        with _held(self._rejected):
            _write(self._rejected, {key: entry for key, entry in _read(self._rejected).items() if key != identity})

    def write_pending(self, channel_id: str, facts: Mapping[str, Any]) -> None:
        """Writes down, before the cut, what has to be restored after it. Replaces what was written before."""
        _write(self._pending(channel_id), {"channel": channel_id, "facts": dict(facts)})

    def read_pending(self, channel_id: str) -> dict[str, Any] | None:
        """What an unfinished run wrote down for this channel, or None."""
        found = _read(self._pending(channel_id))
        return dict(found["facts"]) if found else None

    def clear_pending(self, channel_id: str) -> None:
        """The channel is whole again: nothing has to be restored."""
        self._pending(channel_id).unlink(missing_ok=True)

    def down(self) -> list[str]:
        """The channels whose cut was begun and not finished, sorted."""
        return sorted(str(_read(path)["channel"]) for path in self.folder.glob("*.pending.json"))

    @property
    def _rejected(self) -> Path:
        return self.folder / "rejected.json"

    def _pending(self, channel_id: str) -> Path:
        return self.folder / f"{_file_name(channel_id)}.pending.json"

    def _time(self) -> str:
        return datetime.fromtimestamp(self._clock(), UTC).isoformat(timespec="seconds")


class Ledger:
    """Which one-time codes were used, for all processes of this machine (`runbook.otp.CodeLedger`).

    A secret's name is hashed once more with a key of this folder. Entries older than a day are forgotten.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self._path, self._key, self._clock = folder / "codes.json", folder / "codes.key", clock

    def claim(self, key: str, counter: int) -> bool:
        """Takes the step `counter` of the secret `key`; False when it was taken before. On disk before it returns."""
        with _held(self._path):
            name = hmac.new(self._own_key(), key.encode(), hashlib.sha256).hexdigest()
            now = self._clock()
            used = {secret: _fresh(steps, now) for secret, steps in _read(self._path).items()}
            steps = used.setdefault(name, {})
            if str(counter) in steps:
                return False
            steps[str(counter)] = now
            _write(self._path, {secret: steps for secret, steps in used.items() if steps})
        return True

    def _own_key(self) -> bytes:
        if not self._key.exists():
            _write(self._key, {"key": secrets.token_hex(32)})
        return bytes.fromhex(_read(self._key)["key"])


def _fresh(steps: dict[str, float], now: float) -> dict[str, float]:
    return {counter: at for counter, at in steps.items() if now - at < DAY}


def _file_name(channel_id: str) -> str:
    """A file name that is safe, readable and different for every channel."""
    return f"{re.sub(r'[^A-Za-z0-9.-]+', '_', channel_id)[:60]}-{hashlib.sha256(channel_id.encode()).hexdigest()[:8]}"


def _private_folder(folder: Path) -> None:
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        mode = folder.stat().st_mode
        usable = os.access(folder, os.W_OK | os.X_OK)
    except OSError as error:
        raise _unwritable(folder, error) from None
    if not usable:
        raise _unwritable(folder, PermissionError(13, "Permission denied"))
    if os.name == "posix" and mode & 0o077:
        raise ConfigError(
            f"The state folder {folder} can be entered by others than its owner.",
            remedy=f"Run `chmod 700 {folder}`, or set RUNBOOK_STATE to a folder of your own.",
            reason="open-state",
        )


def _unwritable(folder: Path, error: OSError) -> ConfigError:
    return ConfigError(
        f"The state folder {folder} cannot be written ({error.strerror}).",
        remedy="Set RUNBOOK_STATE to a folder that can be. Example: RUNBOOK_STATE=/var/lib/runbook/state",
        reason="state-folder",
    )


def _locked(channel_id: str, holder: Path) -> Locked:
    try:
        known = _read(holder)
    except ConfigError:
        known = {}
    who = f"process {known['pid']}, since {known['since']}" if known else "another process"
    return Locked(f"Another run holds {channel_id} ({who}).", reason="locked")


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """Keeps other processes from changing the file meanwhile."""
    lock = FileLock(path.with_suffix(".lock"), timeout=LOCK_SECONDS, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        raise Transient(f"Another process holds {path.name} in the state folder.", reason="state-busy") from None
    except OSError as error:
        raise _unwritable(path.parent, error) from None
    try:
        yield
    finally:
        lock.release()


def _read(path: Path) -> dict[str, Any]:
    """The JSON object in the file; empty when there is no file."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise _unwritable(path.parent, error) from None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ConfigError(
            f"The state file {path} is damaged.", remedy="Delete that file and run again.", reason="damaged-state"
        )
    return found


def _write(path: Path, data: Mapping[str, Any]) -> None:
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
        raise _unwritable(path.parent, error) from None
