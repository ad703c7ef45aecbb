"""The state of a folder: what runs ask, and where it is kept. SQLAlchemy is loaded when something is asked for."""

from __future__ import annotations

import secrets
import threading
import time
import weakref
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Unpack

from runbook.aside import entered_aside
from runbook.errors import Locked, RunbookError
from runbook.private_files import private_folder
from runbook.state.locks import is_held, os_lock
from runbook.state.places import FILE, has_old
from runbook.state.records import ChannelFields, ChannelRow, Counted, HealthRow, Parked, RunRow

if TYPE_CHECKING:
    from runbook.state.opened import Opened
    from runbook.state.safety import Safety
    from runbook.state.story import Story

IDENTITY_SECONDS = 900.0  # a sign-in that waits for a person takes minutes; who waits longer waits for one that hangs


class Fingerprinted(Protocol):
    """A secret that can be recognised again (`runbook.secrets.Secret`)."""

    def fingerprint(self, salt: bytes) -> str:
        """A slow salted hash of it."""
        ...


class State:
    """The state folder, made with mode 0700 if it is not there, and the database: the file `state.db` in it, or PostgreSQL's
    at `url`. Safe to use from several threads and processes.

    Raises ConfigError when the folder cannot be made or written, or when others than its owner can enter it. Everything that
    asks the database raises ConfigError when it cannot be used, and Transient when it does not answer.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time, url: str | None = None) -> None:
        self.folder = folder
        self._clock, self._url = clock, url
        self._opening = threading.Lock()
        self._opened: Opened | None = None
        private_folder(folder)

    @property
    def ledger(self) -> Ledger:
        """Which one-time codes were used."""
        return Ledger(self)

    def warm(self) -> None:
        """Opens the database in a thread, so that it is there when it is first asked. What fails, fails when it is asked."""
        threading.Thread(target=self._open_quietly, daemon=True).start()

    def close(self) -> None:
        """Closes the database; it is opened again when it is asked."""
        with self._opening:
            if self._opened:
                self._opened.close()
            self._opened = None

    @contextmanager
    def lock(self, channel_id: str) -> Iterator[None]:
        """Holds a channel as long as the block, or its process, lives. Raises Locked at once when another run does."""
        with self._hold(channel_id, 0.0, channel_id):
            yield

    def holder(self, channel_id: str) -> str:
        """Who works on a channel, as a sentence; empty when nobody does."""
        if self._url is None and not is_held(self.folder, channel_id):
            return ""
        try:
            with self.lock(channel_id):
                return ""
        except Locked as held:
            return held.cause

    @contextmanager
    def lock_identity(self, name: str, wait: float = IDENTITY_SECONDS) -> Iterator[None]:
        """Lets one sign-in of an identity go on at a time. Blocks while another goes on; raises Locked after `wait` seconds."""
        with self._hold(f"identity {name}", wait, f"the sign-in of {name}"):
            yield

    @asynccontextmanager
    async def hold_identity(self, name: str, wait: float = IDENTITY_SECONDS) -> AsyncIterator[None]:
        """The same for a coroutine. Cancelled while it waits, it holds nothing."""
        async with entered_aside(self.lock_identity(name, wait)):
            yield

    def remember_rejected(self, identity: str, secret: Fingerprinted) -> None:
        """Writes down that a site refused this secret. `identity` names whose and which: `acme/admin/password`."""
        salt = secrets.token_bytes(16)
        self._safety.reject(identity, salt, secret.fingerprint(salt))

    def was_rejected(self, identity: str, secret: Fingerprinted) -> datetime | None:
        """When a site refused exactly this secret; None if it did not. Costs a slow hash only if something was."""
        found = self._safety.rejected(identity)
        if found is None or secret.fingerprint(found[0]) != found[1]:
            return None
        return datetime.fromtimestamp(found[2], UTC)

    def forget_rejected(self, identity: str) -> None:
        """Forgets a refusal, because the secret was accepted or changed."""
        self._safety.forget(identity)

    def write_pending(self, channel_id: str, facts: Mapping[str, Any]) -> None:
        """Writes down, before the cut, what has to be restored after it. Replaces what was written before.
        Raises Transient when the lock on the channel was lost: another machine may have it."""
        if (between := self._open().between) is not None:
            between.check(channel_id)
        self._safety.write_pending(channel_id, facts)

    def read_pending(self, channel_id: str) -> dict[str, Any] | None:
        """What an unfinished run wrote down for this channel, or None."""
        return self._safety.read_pending(channel_id)

    def clear_pending(self, channel_id: str) -> None:
        """The channel is whole again: nothing has to be restored."""
        self._safety.clear_pending(channel_id)

    def down(self) -> list[str]:
        """The channels whose cut was begun and not finished, sorted."""
        return [] if self._is_new() else self._safety.down()

    def read_note(self, channel: str, key: str) -> dict[str, Any] | None:
        """What was noted of a channel under a key, or None."""
        return self._safety.read_note(channel, key)

    def write_note(self, channel: str, key: str, data: Mapping[str, Any] | None) -> None:
        """Notes something small, as JSON has it, in the place of what was noted before; None takes the note away."""
        self._safety.write_notes(key, {channel: data})

    def notes(self, key: str) -> dict[str, dict[str, Any]]:
        """What was noted under a key of each channel that has such a note."""
        return {} if self._is_new() else self._safety.notes(key)

    def write_notes(self, key: str, notes: Mapping[str, Mapping[str, Any] | None]) -> None:
        """Writes the notes of several channels, all or none."""
        self._safety.write_notes(key, notes)

    def add_run(self, run: RunRow) -> int:
        """Keeps a run that has ended, and the project and address of its channel. Returns its id."""
        return self._story.add_run(run)

    def runs(
        self,
        channel: str | None = None,
        since: float | None = None,
        limit: int | None = None,
        *,
        project: str | None = None,
    ) -> list[RunRow]:
        """Runs, newest first: of a channel or a project, that ended at `since` or later, `limit` at most."""
        return [] if self._is_new() else self._story.runs(channel, project, since, limit)

    def tries(self, since: float) -> dict[str, int]:
        """How many runs that began at `since` or later had something to do, whatever their ending, of each channel that had any."""
        return {} if self._is_new() else self._story.tries(since)

    def counted(self, after: int) -> Counted:
        """The runs with an id above `after`, counted by the database."""
        return Counted() if self._is_new() else self._story.counted(after)

    def add_health(self, *looks: HealthRow) -> None:
        """Keeps what was seen of channels' health. The same as the last time makes a channel's row last until now."""
        self._story.add_health(*looks)

    def health(
        self, channel: str | None = None, limit: int | None = None, *, project: str | None = None
    ) -> list[HealthRow]:
        """What was seen of the health of a channel or a project, newest first, `limit` at most."""
        return [] if self._is_new() else self._story.health(channel, project, limit)

    def channels(self) -> list[ChannelRow]:
        """All channels of which anything is known, by their id."""
        return [] if self._is_new() else self._story.channels()

    def channel(self, channel: str) -> ChannelRow | None:
        """What is known of a channel, or None."""
        return next(iter(self._story.channels(channel)), None)

    def update_channel(self, channel: str, **fields: Unpack[ChannelFields]) -> None:
        """Sets what is known of a channel; what is not named stays as it is."""
        self._story.update_channel(channel, fields)

    def park(self, parked: Parked) -> None:
        """Leaves a channel alone from now on, in the place of an older reason."""
        self._story.park(parked)

    def unpark(self, channel: str) -> None:
        """The channel is no longer parked."""
        self._story.unpark(channel)

    def parked(self, channel: str) -> Parked | None:
        """Why a channel is parked; None if it is not."""
        return self._story.parked(channel)

    def prune(self, before: float) -> int:
        """Forgets runs that ended and health that was last seen before that time, but for the newest run of every channel.
        Returns how many rows are gone."""
        return self._story.prune(before)

    @contextmanager
    def _hold(self, name: str, wait: float, what: str) -> Iterator[None]:
        with ExitStack() as stack:
            stack.enter_context(os_lock(self.folder, name, self._clock, wait=wait, what=what))
            if self._url is not None and (between := self._open().between) is not None:
                stack.enter_context(between.hold(name, self._clock(), wait=wait, what=what))
            yield

    @property
    def _safety(self) -> Safety:
        return self._open().safety

    @property
    def _story(self) -> Story:
        return self._open().story

    def _is_new(self) -> bool:
        """Whether nothing can be known yet, which is told without loading what a database needs."""
        return self._url is None and not (self.folder / FILE).exists() and not has_old(self.folder)

    def _open(self) -> Opened:
        with self._opening:
            if self._opened is None:
                from runbook.state.opened import Opened  # slow to import

                self._opened = Opened(self.folder, self._url, self._clock)
                weakref.finalize(self, self._opened.close)
            return self._opened

    def _open_quietly(self) -> None:
        with suppress(RunbookError):
            self._open()


class Ledger:
    """Which one-time codes were used, by whatever process or machine of the same state (`runbook.otp.CodeLedger`).

    A secret's name is hashed once more with a key of the state's own. Entries older than a day are forgotten.
    """

    def __init__(self, state: State) -> None:
        self._state = state

    def claim(self, key: str, counter: int) -> bool:
        """Takes the step `counter` of the secret `key`; False when it was taken before. On disk before it returns."""
        return self._state._safety.claim(key, counter)
