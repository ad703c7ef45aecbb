"""One browser for several sites side by side, and a new one in its place when it has gone away."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Self

from runbook import browser as browsers

if TYPE_CHECKING:
    from playwright.async_api import Browser as Running
    from playwright.async_api import BrowserContext

    from runbook.session import Session


class Fleet:
    """Gives fresh contexts. The browser is started when the first one is asked for, and ends with the block."""

    def __init__(self, session: Session) -> None:
        self._session, self._stack = session, AsyncExitStack()
        self._gate = asyncio.Lock()
        self._running: Running | None = None
        self.starts = 0

    async def context(self) -> BrowserContext:
        """A context in which nothing is remembered. Raises ConfigError when no browser can be started."""
        async with self._gate:
            if self._running is None or not self._running.is_connected():
                self._running = await self._start()
            running = self._running
        return await browsers.new_context(running)

    async def _start(self) -> Running:
        place = self._session.place
        # The driver of a browser that has gone away may have gone with it.
        driver = place.driver if not self.starts else None
        self.starts += 1
        started = browsers.start(
            self._session.browser(), headed=False, slow_mo=place.slow_mo, args=place.args, driver=driver
        )
        return await self._stack.enter_async_context(started)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()
