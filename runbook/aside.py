"""Blocking work beside the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager, suppress
from typing import TypeVar

T = TypeVar("T")


async def aside(work: Callable[[], T]) -> T:
    """What `work` returns or raises, from a thread of its own.

    Unlike `asyncio.to_thread` it holds nobody up: who is cancelled here leaves the thread behind, and the process ends
    without waiting for it.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def tell(result: T | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error is None:
            done.set_result(result)  # type: ignore[arg-type]
        else:
            done.set_exception(error)

    def run() -> None:
        try:
            result, error = work(), None
        except BaseException as raised:  # noqa: BLE001 - it is raised again where it was waited for
            result, error = None, raised
        with suppress(RuntimeError):  # the loop has gone
            loop.call_soon_threadsafe(tell, result, error)

    threading.Thread(target=run, daemon=True).start()
    return await done


@asynccontextmanager
async def entered_aside(manager: AbstractContextManager[T]) -> AsyncIterator[T]:
    """A context whose beginning may block and whose end does not. Who is cancelled while it blocks holds nothing: what the
    thread gets all the same, it gives back at once."""
    gate = threading.Lock()
    abandoned = entered = False

    def enter() -> T:
        nonlocal entered
        got = manager.__enter__()
        with gate:
            entered = not abandoned
        if not entered:
            manager.__exit__(None, None, None)
        return got

    try:
        got = await aside(enter)
    except BaseException:
        with gate:
            abandoned = True
        if entered:
            manager.__exit__(None, None, None)
        raise
    try:
        yield got
    finally:
        manager.__exit__(None, None, None)
