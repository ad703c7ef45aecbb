"""Pictures of steps, taken while the next step is already at work on another page.

A picture costs as much as two clicks, and a browser draws one tab while it works in another. So a step that ended well is
pictured beside the next one; whoever changes a page asks `free` for it first, and waits for the picture that is being taken.
A step that changed nothing shares the picture of the one before it, and none is taken while Jira reads no mail.
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
    _taking: dict[Page, asyncio.Task[str | None]] = field(default_factory=dict)
    _as_shown: dict[Page, asyncio.Task[str | None]] = field(
        default_factory=dict
    )  # of pages that nobody has changed since
    _later: dict[Page, tuple[int, str]] = field(default_factory=dict)
    _telling: list[asyncio.Task[None]] = field(default_factory=list)

    async def take(self, page: Page, name: str) -> str | None:
        """Takes a picture now and returns its file name; None when it cannot be had."""
        await self.settle()
        return await screenshot(page, self.folder, name, self.redactor)

    async def begin(self, page: Page, number: int, name: str, *, later: bool = False) -> None:
        """Begins a picture of a step that ended well; its file name is told when it is there. `later`: not before `resume`, or
        before somebody wants to change the page."""
        if (same := self._as_shown.get(page)) is None:
            await self.free(page)
            self._later[page] = (number, name)
            if not later:
                self._begin(page)
        else:
            self._telling.append(asyncio.ensure_future(self._tell(number, same)))
        if not self.beside:
            await self.settle()

    def resume(self) -> None:
        """Begins the pictures that had to wait."""
        for page in list(self._later):
            self._begin(page)

    def changed(self) -> None:
        """Somebody may have changed any page."""
        self._as_shown.clear()

    async def free(self, page: Page) -> None:
        """Waits until no picture of this page is being taken or is still to be taken: it is going to change."""
        if page in self._later:
            self._begin(page)
        if taking := self._taking.pop(page, None):
            await asyncio.shield(taking)
        self._as_shown.pop(page, None)

    async def settle(self) -> None:
        """Waits for every picture."""
        self.resume()
        while self._taking:
            await self.free(next(iter(self._taking)))
        while self._telling:
            await self._telling.pop(0)

    def _begin(self, page: Page) -> None:
        number, name = self._later.pop(page)
        taking = asyncio.ensure_future(screenshot(page, self.folder, name, self.redactor))
        self._taking[page] = self._as_shown[page] = taking
        self._telling.append(asyncio.ensure_future(self._tell(number, taking)))

    async def _tell(self, number: int, taking: asyncio.Task[str | None]) -> None:
        if file := await asyncio.shield(taking):
            self.told(number, file)
