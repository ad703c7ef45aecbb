"""Proof that Jira has pulled: mail that is older than the new connection is told from mail that is only waiting its turn."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

from runbook.aside import aside
from runbook.rescue.mailbox import Edge, Mailbox

LOOK = 15.0  # seconds between two looks at Jira's log, which are page loads
NAP = 10.0  # seconds that the mailbox may be silent before it is asked again


@dataclass
class Proof:
    """Whether a whole pull has happened in which Jira saw everything below an edge of the inbox.

    Two things tell of a pull. `read`: a message that came after the edge has been read, so a pull has begun after it. `log`:
    Jira's connectivity log tells of another one than at the look before, so a pull has ended. A pull that began after the edge
    has ended when `read` is followed by either, or `log` by `log`: pulls of one mailbox do not overlap.
    """

    mailbox: Mailbox
    edge: Edge
    look: Callable[[], Awaitable[str]]
    seen: list[str] = field(default_factory=list)
    _log: str = ""
    _looked: float = 0.0

    @property
    def complete(self) -> bool:
        """Whether it is proven."""
        return "read" in self.seen[:-1] or self.seen.count("log") > 1

    async def wait(self, seconds: float, until: Callable[[], Awaitable[bool]]) -> bool:
        """True when it is proven within the time, or when `until` says that it is not needed any more."""
        end = time.monotonic() + seconds
        await self._ask_log()
        while not await until():
            left = end - time.monotonic()
            if left <= 0:
                return False
            await self._ask()
            if self.complete:
                return True
            await aside(partial(self.mailbox.watch, min(NAP, left)))
        return True

    async def _ask(self) -> None:
        if await aside(lambda: self.mailbox.read_from(self.edge.uid)):
            self.edge = await aside(self.mailbox.edge)
            self.seen.append("read")
            self._log = ""  # what it says next is where the next change begins
        elif time.monotonic() - self._looked >= LOOK:
            before = self._log
            await self._ask_log()
            if before and self._log and self._log != before:
                self.seen.append("log")

    async def _ask_log(self) -> None:
        self._log = await self.look()
        self._looked = time.monotonic()
