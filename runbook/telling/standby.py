"""Tells of a sweep or a check that could not be made, and of the first one that can be made again.

The state may be what is wrong. So what was told is remembered in a small private file, in the first folder that takes one.
"""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runbook import files
from runbook.errors import RunbookError, public_name
from runbook.private_files import held
from runbook.redact import Redactor
from runbook.settings.notify import Notify
from runbook.telling.incident import Incident, Note, Seen
from runbook.telling.message import WHOLE, Message
from runbook.telling.teller import Teller

FILE = "cannot-begin.json"


@dataclass
class Standby:
    """`folders`: where what was told may be remembered, the best first. `send` takes the place of all targets, `played`: of the
    sandbox, as for `Teller`."""

    notify: Notify
    folders: Sequence[Path]
    redactor: Redactor
    clock: Callable[[], float] = time.time
    send: Callable[[Message], None] | None = None
    played: bool = False

    def failed(self, error: RunbookError, unsaid: Sequence[tuple[str, Seen]] = ()) -> list[str]:
        """Tells that nothing could be done, or of what was done nothing be told: `unsaid`, by project. Returns warnings."""
        cause = error.cause
        if unsaid:
            channels = ", ".join(f"{project} ({seen.outcome})" for project, seen in unsaid)
            cause = f"{cause} What was found could not be written down, of: {channels}."
        seen = Seen(
            level="down" if any(each.level == "down" for _, each in unsaid) else "failed",
            outcome=public_name(error),
            reason=error.reason,
            cause=cause,
            remedy=error.remedy,
            passing=error.retry,
        )
        return self._tell(seen)

    def works(self) -> list[str]:
        """Tells that it can be done again, if it was told that it could not. Returns warnings."""
        return self._tell(Seen())

    def _tell(self, seen: Seen) -> list[str]:
        memo = _Memo([folder / FILE for folder in self.folders], seen, self.clock)
        teller = Teller(self.notify, memo, self.redactor, self.clock, send=self.send, played=self.played)
        teller.whole(f"{platform.node()}, {_folder()}", seen)
        warnings = teller.finish()
        if warnings:
            memo.forget_blank()
        return warnings


class _Memo:
    """The note of all, in the place of the state. A file that a full disk left empty stands for `seen`, told when it was made."""

    def __init__(self, paths: Sequence[Path], seen: Seen, clock: Callable[[], float]) -> None:
        self.paths, self.seen, self.clock = paths, seen, clock

    def notes(self, key: str) -> Mapping[str, Mapping[str, Any]]:
        """What the newest file says that can be read; nothing when there is none. An older one may lie where nothing can be
        deleted any more."""
        there: list[tuple[float, bytes]] = []
        for path in self.paths:
            with suppress(OSError, files.OpenToOthers):
                there.append((path.stat().st_mtime, files.read(path)))
        if not there:
            return {}
        at, text = max(there)
        found = _parsed(text) if text else self._blank(at)
        return {WHOLE: found} if found else {}

    def write_notes(self, key: str, notes: Mapping[str, Mapping[str, Any] | None]) -> None:
        """Writes the note where it can be written; nowhere, on a disk that takes nothing."""
        note = notes.get(WHOLE)
        left = list(self.paths)
        while note and left:
            path = left.pop(0)
            with suppress(OSError):
                files.make_folder(path.parent)
                self._put(path, json.dumps(note).encode())
                break
        for path in self.paths if not note else left:
            with suppress(OSError):
                path.unlink(missing_ok=True)

    @contextmanager
    def lock_identity(self, name: str) -> Iterator[None]:
        """Keeps two processes from telling the same, where a lock can be had."""
        with ExitStack() as stack:
            for path in self.paths:
                with suppress(RunbookError):
                    stack.enter_context(held(path))
                    break
            yield

    def parked(self, channel: str) -> object | None:
        """Nothing is."""
        return None

    def forget_blank(self) -> None:
        """Drops files that could not keep to whom it has still to go: everybody is told once more."""
        for path in self.paths:
            with suppress(OSError):
                if not path.stat().st_size:
                    path.unlink()

    def _put(self, path: Path, text: bytes) -> None:
        try:
            files.put(path, text)
        except OSError:
            # A full disk has room for a file without content.
            with os.fdopen(os.open(path, files.EMPTIED, 0o600), "wb"):
                pass
            os.utime(path, (self.clock(), self.clock()))

    def _blank(self, at: float) -> dict[str, Any] | None:
        told = (self.seen.key,)
        level = self.seen.level or "failed"
        return Note(Incident(since=at, last=at, level=level, told=told, broken=True, seen=self.seen)).json()


def _parsed(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _folder() -> str:
    try:
        return str(Path.cwd())
    except OSError:
        return "a folder that is gone"
