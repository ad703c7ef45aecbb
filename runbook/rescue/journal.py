"""What must survive a run that is cut short: which mail was unread when it was moved aside, and what is still to be looked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from runbook.settings.rescue import NOTE


class Notes(Protocol):
    """The state's notes, small JSON by channel and key (`runbook.state.State`)."""

    def read_note(self, channel: str, key: str) -> dict[str, Any] | None: ...

    def write_note(self, channel: str, key: str, data: dict[str, Any] | None) -> None: ...


@dataclass
class Journal:
    """A rescue that is under way; `write` puts it on disk. Times are seconds since 1970.

    `since`: mail that came earlier is left alone. `pulling`: the old connection may have been reading mail until the cut, at
    `cut`. `mail`: the marks of what was unread when it was moved aside. `validity`, `below`: the inbox's edge when the new
    connection was seen, below which unread mail may be older than the connection; None until then. `verified`: when that was.
    """

    notes: Notes
    channel: str
    folder: str
    since: float = 0.0
    pulling: bool = False
    cut: float = 0.0
    mail: set[str] = field(default_factory=set)
    validity: int | None = None
    below: int | None = None
    verified: float | None = None
    open: bool = False

    @classmethod
    def read(cls, notes: Notes, channel: str, folder: str) -> Journal:
        """The unfinished rescue of a channel, or one that has not begun (`open` is False)."""
        kept = notes.read_note(channel, NOTE)
        journal = cls(notes, channel, folder)
        if kept:
            journal.since, journal.mail = float(kept["since"]), set(kept["mail"])
            journal.pulling, journal.cut = bool(kept["pulling"]), float(kept["cut"])
            journal.validity, journal.below, journal.verified = kept["validity"], kept["below"], kept["verified"]
            journal.open = True
        return journal

    def begin(self, since: float, *, pulling: bool, at: float) -> None:
        """A connection is about to be cut. What an earlier run has left unfinished is part of it: since then nobody has pulled
        for certain, and what is older was looked at then."""
        if not self.open:
            self.since = since
        self.pulling, self.cut = pulling, at
        self.validity = self.below = self.verified = None
        self.write()

    def add(self, marks: Iterable[str]) -> None:
        """Mail that is about to be moved aside."""
        self.mail |= set(marks)
        self.write()

    def forget(self, marks: Iterable[str]) -> None:
        """Mail that was read by somebody before it could be moved aside."""
        if gone := self.mail & set(marks):
            self.mail -= gone
            self.write()

    def linked(self, validity: int, below: int, at: float) -> None:
        """The new connection is there."""
        self.validity, self.below, self.verified = validity, below, at
        self.write()

    def write(self) -> None:
        """Puts it on disk."""
        self.open = True
        self.notes.write_note(self.channel, NOTE, self._data())

    def close(self) -> None:
        """Nothing is left to do."""
        if self.open:
            self.open = False
            self.notes.write_note(self.channel, NOTE, None)

    def _data(self) -> dict[str, Any]:
        return {
            "folder": self.folder,
            "since": self.since,
            "pulling": self.pulling,
            "cut": self.cut,
            "mail": sorted(self.mail),
            "validity": self.validity,
            "below": self.below,
            "verified": self.verified,
        }
