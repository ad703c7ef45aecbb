"""The time that a run and each of its steps may take, and the end of work that takes longer: it is cancelled, and awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any, TypeVar

from runbook.errors import Transient
from runbook.settings.durations import shown

T = TypeVar("T")
STOPPING = 5.0  # seconds that cancelled work gets to put away what it has in its hands


class Clock:
    """Counts the time of the work that is under way. `force` takes away what work hangs on that does not stop when it is
    cancelled: a page that no longer answers."""

    def __init__(self, force: Callable[[], Awaitable[None]] | None = None) -> None:
        self._force = force
        self._counting: set[asyncio.Timeout] = set()

    async def within(self, seconds: float, what: str, remedy: str, work: Coroutine[Any, Any, T]) -> T:
        """What the work returns or raises. Raises Transient when it takes longer; `what` is the beginning of its cause."""
        working = asyncio.ensure_future(work)
        limit = asyncio.timeout(seconds)
        try:
            async with limit:
                self._counting.add(limit)
                await asyncio.wait({working})
        except TimeoutError:
            await self._stop(working)
            if over(working):  # it was done in the very moment, or has noticed something worse while it ended
                return working.result()
            raise Transient(
                f"{what} did not end within {_length(seconds)}.", remedy=remedy, reason="deadline"
            ) from None
        finally:
            self._counting.discard(limit)
            if not working.done():
                await self._stop(working)
        return working.result()

    @contextmanager
    def pause(self) -> Iterator[None]:
        """The time that passes in this block does not count: somebody else's limit holds for it."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        held = {limit: when for limit in self._counting if (when := limit.when()) is not None}
        for limit in held:
            limit.reschedule(None)
        try:
            yield
        finally:
            for limit, when in held.items():
                if limit in self._counting:
                    limit.reschedule(when + loop.time() - begun)

    async def _stop(self, working: asyncio.Future[Any]) -> None:
        if not await stopped(working) and self._force is not None:
            await self._force()
            await _ended(working)


async def stopped(working: asyncio.Future[Any]) -> bool:
    """Cancels work and waits until it has ended, though not for ever; says whether it has."""
    working.add_done_callback(lambda done: done.cancelled() or done.exception())  # told, whoever asks for it
    working.cancel()
    await _ended(working)
    return working.done()


async def _ended(working: asyncio.Future[Any]) -> None:
    with suppress(asyncio.CancelledError):  # a second reason to stop does not hurry the first
        await asyncio.wait({working}, timeout=STOPPING)


def over(working: asyncio.Future[Any]) -> bool:
    """Whether work has come to an end of its own."""
    return working.done() and not working.cancelled()


def longer(setting: str) -> str:
    """The remedy when a time is over; `setting` is the name below `deadlines`."""
    return f"Try again later. If it always takes longer, raise deadlines.{setting}."


def _length(seconds: float) -> str:
    return shown(timedelta(seconds=seconds)) if seconds >= 1 and seconds == int(seconds) else f"{seconds:g} s"
