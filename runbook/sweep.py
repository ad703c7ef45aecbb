"""A sweep: which channels are due, and what became of each. One channel's failure never stops the others.

The look at a site's channels and their renewals share one browser context, and so one sign-in of the admin.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol, TypeVar

from runbook.aside import aside
from runbook.checking import by_site
from runbook.due import Due, Known, Looked, due
from runbook.errors import Locked, RunbookError
from runbook.memory import Memory
from runbook.outcome import Outcome
from runbook.session import Session
from runbook.settings import Channel
from runbook.site_session import INTERRUPTED, SiteSession, Work, end
from runbook.state import Parked

T = TypeVar("T")
FIRST = ("channel-down", "unauthorized", "planned", "forced", "rescue")  # the order in which reasons are worked on
Tell = Callable[[Mapping[str, Any]], None]
UNSEEN = "The sweep was interrupted before it was looked at."


class Looker(Protocol):
    """Finds out how channels are (`runbook.sweep_look.Looks`)."""

    async def look(
        self, channels: Sequence[Channel], site: SiteSession, *, sign_in: bool = True
    ) -> tuple[Mapping[str, Looked], Outcome | None]:
        """What is found of each channel of a site by its id, and how the sign-in for that has failed, if it has. `sign_in`:
        whether there may be one; without it a page is only read where one has been made already."""
        ...


@dataclass(frozen=True)
class Swept:
    """What became of a channel. `outcome`: None when it was not due; `parked`: if it is; `tries`: runs of it in this sweep."""

    channel: Channel
    due: Due
    outcome: Outcome | None = None
    parked: Parked | None = None
    tries: int = 0

    @property
    def failed(self) -> bool:
        """Whether somebody has to know: not that another run is working on it."""
        return self.outcome is not None and bool(self.outcome.exit_code) and self.outcome.name != Locked.__name__


@dataclass
class Sweep:
    """One sweep. `site` makes the session of a site; `looker` may be None, for nobody looks then; `clock`: seconds since 1970;
    `jobs`: sites side by side."""

    session: Session
    site: Callable[[], SiteSession]
    tell: Tell
    clock: Callable[[], float]
    looker: Looker | None = None
    forced: bool = False
    jobs: int = 2
    swept: dict[str, Swept] = field(default_factory=dict)
    memory: Memory = field(init=False)

    def __post_init__(self) -> None:
        self.memory = Memory(self.session, self.clock, self.tell, forced=self.forced)

    async def run(self, channels: Sequence[Channel]) -> list[Swept]:
        """What became of each channel, in the order given. When it is cancelled, what was not begun is told as such, and it
        returns. Raises ConfigError or Transient only for a state that cannot be read at its beginning."""
        try:
            known = await aside(lambda: self.memory.recall(channels))
            sites = sorted(by_site(channels), key=lambda site: all(known[each.id].down is None for each in site))
            gate = asyncio.Semaphore(self.jobs)
            async with asyncio.TaskGroup() as group:
                for site in sites:
                    group.create_task(self._site(site, known, gate))
        except asyncio.CancelledError:
            uncancel()
        except BaseExceptionGroup as raised:
            # A defect; each site has caught what is its own.
            raise raised.exceptions[0] from None
        return [self.swept.get(each.id) or unseen(each) for each in channels]

    async def _site(self, channels: Sequence[Channel], known: Mapping[str, Known], gate: asyncio.Semaphore) -> None:
        """Looks at the channels of one site and renews those that are due, each under its lock."""
        works: list[Work] = []
        try:
            async with AsyncExitStack() as stack:
                await stack.enter_async_context(gate)
                site = self.site()
                stack.push_async_callback(site.close)
                works = await self._judge(channels, known, site)
                locks = stack.enter_context(ExitStack())
                await site.renew([work for work in works if self._hold(work, locks)])
                await self._write_down(works)
        except asyncio.CancelledError:
            uncancel()
            await self._write_down(works)
        except RunbookError as error:  # the state; the other sites go on
            end(works, Outcome.of(error))
            await self._write_down(works)
            for channel in (each for each in channels if each.id not in self.swept):
                self.swept[channel.id] = Swept(
                    channel, Due(channel.id, False, "unknown", error.cause), Outcome.of(error)
                )

    async def _judge(self, channels: Sequence[Channel], known: Mapping[str, Known], site: SiteSession) -> list[Work]:
        """The channels that are due, in the order of their reasons; of the others it is written down why they are not."""
        asked = {each.id for each in channels if known[each.id].parked_at is None}
        found, failure = await self._look(channels, asked, site)
        works = []
        for channel in channels:
            mine, looked = known[channel.id], found.get(channel.id)
            if looked is None or looked.verdict == "unknown":
                looked = await self._parked(mine, partial(self.memory.looked, channel, mine)) or looked
            answer = due(channel, looked, mine, self.clock(), forced=self.forced)
            self.tell({"event": "due", **named(channel), **answer.event()})
            stopped = failure if channel.id in asked and not (failure and failure.passing and answer.due) else None
            if stopped is not None and (looked is None or looked.verdict == "unknown" or answer.due):
                await self._stopped(channel, answer, stopped)
            elif answer.due:
                works.append(Work(channel, answer, judged=self.clock(), seen=_seen(found.get(channel.id))))
            else:
                parked = await self._parked(mine, partial(self.memory.left, channel, mine, answer))
                self.swept[channel.id] = Swept(channel, answer, None, parked)
        return sorted(works, key=lambda work: FIRST.index(work.due.reason))

    async def _look(
        self, channels: Sequence[Channel], free: Collection[str], site: SiteSession
    ) -> tuple[Mapping[str, Looked], Outcome | None]:
        """What is found of a site's channels, unless nobody looks. For parked ones alone nobody signs in: that is perhaps what must
        not be tried again."""
        if self.looker is None or self.forced:
            return {}, None
        found: dict[str, Looked] = {}
        failure: Outcome | None = None
        if wanted := [each for each in channels if each.id in free]:
            looked, failure = await self.looker.look(wanted, site)
            found.update(looked)
        if parked := [each for each in channels if each.id not in free]:
            found.update((await self.looker.look(parked, site, sign_in=False))[0])
        return found, failure

    async def _parked(self, known: Known, ask: Callable[[], T | None]) -> T | None:
        """What the state says of a channel that is parked, and nothing of another."""
        return await aside(ask) if known.parked_at is not None else None

    async def _stopped(self, channel: Channel, answer: Due, failure: Outcome) -> None:
        """The sign-in for the look has failed in a way that another one would as well."""
        work = Work(channel, answer, failure, started=self.clock())
        parked = await self._noted(work)
        self.swept[channel.id] = Swept(channel, answer, work.outcome, parked)

    async def _noted(self, work: Work) -> Parked | None:
        """Writes down how a channel has ended. That the state does not take it is told, and stops no other channel."""
        try:
            return await aside(lambda: self.memory.ended(work))
        except RunbookError as error:
            text = f"This run is not in the history: {error.cause}"
            self.tell({"event": "warning", **named(work.channel), "text": text})
            ended = work.outcome or INTERRUPTED
            work.outcome = replace(ended, warnings=(*ended.warnings, text))
            return None

    def _hold(self, work: Work, locks: ExitStack) -> bool:
        """Takes the channel's lock; False when another run has it, or has renewed the channel just now."""
        try:
            locks.enter_context(self.session.state.lock(work.channel.id))
        except Locked as held:
            work.outcome = Outcome.of(held)
            return False
        row = self.session.state.channel(work.channel.id)
        if row and row.renewed_at is not None and work.judged < row.renewed_at <= self.clock():
            why = "Another run has renewed it meanwhile."
            work.outcome = Outcome("NothingToDo", 0, cause=why, mailbox=work.channel.address)
            return False
        return True

    async def _write_down(self, works: Sequence[Work]) -> None:
        end(works, INTERRUPTED)  # whatever else has ended the site, none is without an ending
        for work in works:
            parked = await self._noted(work) if work.tries else None
            self.swept[work.channel.id] = Swept(work.channel, work.due, work.outcome, parked, work.tries)


def _seen(looked: Looked | None) -> tuple[str, str] | None:
    """What the e-mail page said a moment ago, for the run that would read it again."""
    if looked is None or looked.source != "page" or looked.verdict not in ("unauthorized", "healthy"):
        return None
    return looked.verdict, looked.evidence


def uncancel() -> None:
    """The cancellation has been obeyed: what comes now is the telling of it."""
    if task := asyncio.current_task():
        task.uncancel()


def unseen(channel: Channel) -> Swept:
    """What is said of a channel that the sweep did not come to."""
    return Swept(channel, Due(channel.id, False, "unknown", UNSEEN), INTERRUPTED)


def named(channel: Channel) -> dict[str, str]:
    """A channel as an event names it."""
    return {"channel": channel.id, "project": channel.project, "site": channel.site.url, "address": channel.address}
