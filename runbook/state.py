"""What is remembered between runs, in one private folder: locks, used codes, rejected secrets, unfinished cuts.

The state of a channel itself is not remembered: it is read from Jira.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from filelock import FileLock, Timeout

from runbook.errors import ConfigError, Locked
from runbook.private_files import held, private_folder, read_json, unwritable, write_json

DAY = 86_400.0


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
        private_folder(folder)
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
            raise unwritable(self.folder, error) from None
        try:
            # Beside the lock file, not in it: opening a lock file may empty it.
            write_json(holder, {"pid": os.getpid(), "since": self._time()})
            yield
        finally:
            holder.unlink(missing_ok=True)
            lock.release()

    def remember_rejected(self, identity: str, secret: Fingerprinted) -> None:
        """Writes down that a site refused this secret. `identity` names whose and which: `acme/admin/password`."""
        salt = secrets.token_bytes(16)
        entry = {"salt": salt.hex(), "fingerprint": secret.fingerprint(salt), "at": self._time()}
        with held(self._rejected):
            write_json(self._rejected, {**read_json(self._rejected), identity: entry})

    def was_rejected(self, identity: str, secret: Fingerprinted) -> datetime | None:
        """When a site refused exactly this secret; None if it did not. Costs a slow hash only if something was."""
        entry = read_json(self._rejected).get(identity)
        if entry is None or secret.fingerprint(bytes.fromhex(entry["salt"])) != entry["fingerprint"]:
            return None
        return datetime.fromisoformat(entry["at"])

    def forget_rejected(self, identity: str) -> None:
        """Forgets a refusal, because the secret was accepted or changed."""
        if identity not in read_json(self._rejected):
            return
        with held(self._rejected):
            write_json(
                self._rejected, {key: entry for key, entry in read_json(self._rejected).items() if key != identity}
            )

    def write_pending(self, channel_id: str, facts: Mapping[str, Any]) -> None:
        """Writes down, before the cut, what has to be restored after it. Replaces what was written before."""
        write_json(self._pending(channel_id), {"channel": channel_id, "facts": dict(facts)})

    def read_pending(self, channel_id: str) -> dict[str, Any] | None:
        """What an unfinished run wrote down for this channel, or None."""
        found = read_json(self._pending(channel_id))
        return dict(found["facts"]) if found else None

    def clear_pending(self, channel_id: str) -> None:
        """The channel is whole again: nothing has to be restored."""
        self._pending(channel_id).unlink(missing_ok=True)

    def down(self) -> list[str]:
        """The channels whose cut was begun and not finished, sorted."""
        return sorted(str(read_json(path)["channel"]) for path in self.folder.glob("*.pending.json"))

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
        with held(self._path):
            name = hmac.new(self._own_key(), key.encode(), hashlib.sha256).hexdigest()
            now = self._clock()
            used = {secret: _fresh(steps, now) for secret, steps in read_json(self._path).items()}
            steps = used.setdefault(name, {})
            if str(counter) in steps:
                return False
            steps[str(counter)] = now
            write_json(self._path, {secret: steps for secret, steps in used.items() if steps})
        return True

    def _own_key(self) -> bytes:
        if not self._key.exists():
            write_json(self._key, {"key": secrets.token_hex(32)})
        return bytes.fromhex(read_json(self._key)["key"])


def _fresh(steps: dict[str, float], now: float) -> dict[str, float]:
    return {counter: at for counter, at in steps.items() if now - at < DAY}


def _file_name(channel_id: str) -> str:
    """A file name that is safe, readable and different for every channel."""
    return f"{re.sub(r'[^A-Za-z0-9.-]+', '_', channel_id)[:60]}-{hashlib.sha256(channel_id.encode()).hexdigest()[:8]}"


def _locked(channel_id: str, holder: Path) -> Locked:
    try:
        known = read_json(holder)
    except ConfigError:
        known = {}
    who = f"process {known['pid']}, since {known['since']}" if known else "another process"
    return Locked(f"Another run holds {channel_id} ({who}).", reason="locked")
