"""Pictures of steps, taken while the next step is already at work on another page.

A picture costs as much as two clicks, and a browser draws one tab while it works in another. So a step that ended well is
pictured beside the next one; whoever changes a page asks `free` for it first, and waits for the picture that is being taken.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.async_api import Page

from runbook.screenshot import Folder, Texts, screenshot


@dataclass
class Pictures:
    """The pictures of one run. `beside`: whether the run may go on meanwhile. `told` takes a step's number and the file name."""

    folder: Folder
    redactor: Texts
    told: Callable[[int, str], None]
    beside: bool = True
    _taking: dict[Page, asyncio.Task[None]] = field(default_factory=dict)

    async def take(self, page: Page, name: str) -> str | None:
        """Takes a picture now and returns its file name; None when it cannot be had."""
        await self.settle()
        return await screenshot(page, self.folder, name, self.redactor)

    async def begin(self, page: Page, number: int, name: str) -> None:
        """Begins a picture of a step that ended well; its file name is told when it is there."""
        await self.free(page)
        self._taking[page] = asyncio.ensure_future(self._taken(page, number, name))
        if not self.beside:
            await self.free(page)

    async def free(self, page: Page) -> None:
        """Waits until no picture of this page is being taken."""
        if taking := self._taking.pop(page, None):
            await asyncio.shield(taking)

    async def settle(self) -> None:
        """Waits for every picture."""
        while self._taking:
            await self.free(next(iter(self._taking)))

    async def _taken(self, page: Page, number: int, name: str) -> None:
        if file := await screenshot(page, self.folder, name, self.redactor):
            self.told(number, file)
