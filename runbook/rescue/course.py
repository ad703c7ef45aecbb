"""The course of one rescue beside the steps of a run; why it goes this way is told in `runbook.rescue`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from runbook.aside import aside
from runbook.errors import RunbookError, Transient
from runbook.facts import Facts
from runbook.rescue.journal import Journal
from runbook.rescue.mailbox import Edge, Mailbox, Message
from runbook.rescue.proof import Proof

DAY = 86_400.0
RECENT = 600.0  # seconds: what a connection that pulls every minute has not read in that time it will never read
SOON = 2.0  # seconds that the gap may grow, at most, for one question
LONG = 900.0  # seconds in which a healthy connection has pulled, whoever looked on
CLOSING = 5.0  # seconds
QUIET = ("unauthorized", "absent")  # what is known not to pull


@dataclass
class Rescue:
    """`emit` takes the run's events. `dry_run`: it is proven that mail could be rescued, and nothing is moved."""

    mailbox: Mailbox
    journal: Journal
    emit: Callable[[Mapping[str, Any]], None]
    dry_run: bool = False
    clock: Callable[[], float] = time.time
    _edge: Edge | None = None
    _since: float = 0.0
    _quiet: bool = False
    _work: asyncio.Task[None] | None = None
    _aside: int = 0
    _back: int = 0
    _waits: int = 0  # in the folder
    _left: int = 0  # in the inbox
    _give_back: bool = False
    _was_open: bool = field(init=False)

    def __post_init__(self) -> None:
        self._was_open = self.journal.open

    @property
    def folder(self) -> str:
        """Where mail waits."""
        return self.mailbox.access.settings.folder

    async def after(self, step: str, facts: Facts) -> None:
        """Told by the runner after each step that has done its work. Raises, before the cut, when mail could not be rescued."""
        if step == "prove_mailbox":
            await self._prove(facts)
        elif step == "remove_old":
            await self._cut(facts)
        elif step == "verify" and facts.verified_at is not None and self._edge is not None:
            self._work = asyncio.ensure_future(self._linked(facts.verified_at, self._work))

    def before_cut(self, facts: Facts) -> None:
        """Told right before the old connection is removed. Raises when it cannot be written down."""
        self.journal.begin(self._since, pulling=not self._quiet, at=self.clock())

    async def settle(self, facts: Facts, look: Callable[[], Awaitable[str]]) -> None:
        """Told when all steps are done: brings over what is left, once it is proven that Jira pulls. `look`: a text that changes
        with every pull that Jira logs, or nothing. Raises Transient when this run did nothing else and could not finish."""
        if self.dry_run:
            return
        try:
            await (self._work or self._resume(facts))
            await self._rest(facts, look)
            if self._aside or self._back or self._was_open:
                self._tell()
            self.journal.close()
        except RunbookError as error:
            if facts.verified_at is None:
                raise
            # The mailbox is connected: who would run it all again would cut it once more.
            self._warn(f"{error.cause} {self._unfinished()}")

    def left(self, facts: Facts) -> None:
        """Told when a run fails: says where mail waits."""
        if facts.removed_at is None and not facts.connected and not self._was_open:
            self._give_back = True  # nothing was cut: the inbox becomes what it was
        elif self.journal.open:
            self._warn(self._unfinished())

    async def close(self) -> None:
        """Ends what is still going on; a move that has begun is the server's to finish."""
        if self._work is not None:
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)
        with suppress(TimeoutError, RunbookError):
            async with asyncio.timeout(CLOSING):
                if self._give_back and self.journal.open:
                    if self._work is not None:
                        await self._in()
                    self.journal.close()
                await aside(self.mailbox.close)

    async def _prove(self, facts: Facts) -> None:
        self._quiet = facts.health in QUIET
        if self._quiet and self.journal.open and self.journal.pulling:
            # An earlier run cut a connection that pulled: what it was about to read then it has read by now, or never will.
            self._quiet = self.clock() - self.journal.cut >= RECENT
        span = RECENT if facts.health == "healthy" else self.mailbox.access.settings.days * DAY
        self._since = self.journal.since if self.journal.open else self.clock() - span
        edge = self._edge = await aside(lambda: self.mailbox.prepare(create=not self.dry_run))
        found = await self._unread(edge.uid)
        here = await aside(self.mailbox.waiting)
        self._waits = len(here)
        text = f"Rescue: the mailbox is open at {self.mailbox.access.place}; unread: {len(found)}"
        text += f", already in {self.folder!r}: {len(here)}" if here else ""
        self.emit({"event": "say", "text": f"{text}."})

    async def _cut(self, facts: Facts) -> None:
        """The old connection is gone: from now on nobody reads, until the new one is there."""
        if self._edge is None:
            return
        if facts.removed_at is None or not self.journal.open:
            self.before_cut(facts)
        with suppress(RunbookError, TimeoutError):  # else the edge of the proof counts, which lies before this one
            async with asyncio.timeout(SOON):
                self._edge = await aside(self.mailbox.edge)
        if self._quiet:
            self._work = asyncio.ensure_future(self._move_aside(self._edge.uid))

    async def _move_aside(self, below: int) -> None:
        """Beside the next step: what is surely older than the new connection will be."""
        await self._out(await self._unread(below))
        self._tell()

    async def _linked(self, at: float, before: asyncio.Task[None] | None) -> None:
        """The new connection is there: what waits in the folder goes back."""
        if before is not None:
            await before
        edge = await aside(self.mailbox.edge)
        self.journal.linked(edge.validity, edge.uid, at)
        await self._in()

    async def _resume(self, facts: Facts) -> None:
        """A run that connects nothing finishes what an earlier one has begun."""
        edge = await aside(lambda: self.mailbox.prepare(create=False))
        if not self.journal.open and not await aside(self.mailbox.waiting):
            return
        self._since = self.journal.since
        if self.journal.open and (self.journal.below is None or self.journal.validity != edge.validity):
            self.journal.linked(edge.validity, edge.uid, self.clock())
        await self._in()

    async def _rest(self, facts: Facts, look: Callable[[], Awaitable[str]]) -> None:
        """Mail of the moment in which the new connection was made, and what the old one may have been reading at the cut: it goes
        out and back when Jira has pulled and has not taken it."""
        journal = self.journal
        if not journal.open or journal.below is None or journal.validity is None:
            return
        below = journal.below
        if not await self._unread(below):
            return

        async def taken() -> bool:
            self._left = len(await self._unread(below))
            return not self._left

        if not self._long_ago(facts):
            wait = self.mailbox.access.settings.wait
            proof = Proof(self.mailbox, Edge(journal.validity, below), look)
            self.emit({"event": "say", "text": f"Rescue: waiting until Jira has pulled, for at most {wait:.0f} s."})
            if not await proof.wait(wait, taken):
                raise Transient(
                    f"Nothing has proven in {wait:.0f} s that Jira pulls: {self._left} unread messages that came while the "
                    "connection was replaced were left where they are.",
                    remedy="Run again with --rescue.",
                    reason="rescue-unfinished",
                )
        await self._out(await self._unread(below))
        await self._in()

    def _long_ago(self, facts: Facts) -> bool:
        """Whether the connection was made by an earlier run so long ago that it has pulled many times: Jira's log calls it healthy."""
        at = self.journal.verified
        return facts.verified_at is None and facts.health == "healthy" and at is not None and self.clock() - at >= LONG

    async def _unread(self, below: int) -> list[Message]:
        since = datetime.fromtimestamp(self._since, UTC)
        return await aside(lambda: self.mailbox.unread(since, below))

    async def _out(self, found: list[Message]) -> None:
        """From the inbox into the folder. What was read by somebody in between stays read."""
        if not found:
            return
        marks = {message.mark for message in found}
        self.journal.add(marks)
        await aside(lambda: self.mailbox.aside(found))
        here = await aside(self.mailbox.waiting)
        self._waits = len(here)
        self.journal.forget(message.mark for message in here if message.read and message.mark in marks)
        self._aside += len(found)

    async def _in(self) -> None:
        """From the folder into the inbox, unread again if it was when it was moved aside. It is marked before it is moved: in the
        inbox it is Jira's, which may have read it already."""
        here = await aside(self.mailbox.waiting)
        ours = [message for message in here if not message.read or message.mark in self.journal.mail]
        await aside(lambda: self.mailbox.make_unread([message for message in ours if message.read]))
        await aside(lambda: self.mailbox.back(ours))
        self._back += len(ours)
        self._waits = strange = len(here) - len(ours)
        if strange:
            self._warn(f"{strange} messages in {self.folder!r} are read and were not moved there by a run: they stay.")

    def _unfinished(self) -> str:
        what = "The rescue of unread mail is not finished"
        if self._waits:
            what = f"{self._waits} messages wait in the mail folder {self.folder!r}"
        return f"{what}: run again with --rescue."

    def _tell(self) -> None:
        counts = {"aside": self._aside, "back": self._back, "waiting": self._waits}
        self.emit({"event": "rescue", "folder": self.folder, **counts})

    def _warn(self, text: str) -> None:
        self.emit({"event": "warning", "text": text})
