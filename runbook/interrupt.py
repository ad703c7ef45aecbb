"""Ctrl-C and its kin end a run in order: what is open is closed, the ending is told, then the process ends."""

from __future__ import annotations

import signal
from collections.abc import Callable, Coroutine
from types import FrameType, TracebackType
from typing import Any, Self, TypeVar

T = TypeVar("T")
NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
BEFORE = "The run was interrupted before it did anything."


class Interrupt:
    """For the length of a block, the first SIGINT, SIGTERM or SIGHUP raises KeyboardInterrupt, or cancels what `watch`
    runs. The later ones do nothing: everything is being closed by then, each thing within a limit of its own.

    `came` says whether there was one. Only for the main thread; a signal that is ignored (`nohup`) stays ignored.
    """

    def __init__(self) -> None:
        self.came = False
        self._cancel: Callable[[], object] | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        for number in (getattr(signal, name) for name in NAMES if hasattr(signal, name)):
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._on)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    async def watch(self, work: Coroutine[Any, Any, T]) -> T:
        """Runs `work`, which a signal cancels; when it has ended, a signal does nothing any more."""
        import asyncio  # not needed by the verbs that have no loop

        loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)
        # Called from a signal's handler, which may stand anywhere in the loop's own code.
        self._cancel = lambda: loop.call_soon_threadsafe(task.cancel)
        try:
            return await task
        finally:
            self._cancel = _nothing

    def _on(self, _number: int, _frame: FrameType | None) -> None:
        if self.came:
            return
        self.came = True
        if self._cancel is None:
            raise KeyboardInterrupt
        self._cancel()


def _nothing() -> None:
    pass
