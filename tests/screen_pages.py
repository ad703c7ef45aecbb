"""Reads a page that a test wrote the way a saved page is inspected: at its own address, without scripts or network."""

from __future__ import annotations

import asyncio
import os

from playwright.async_api import Page

from flows.screens import Seen
from runbook import browser, inspection

_pages: dict[asyncio.AbstractEventLoop, asyncio.Future[Page]] = {}
_holders: set[asyncio.Task[None]] = set()


async def read(html: str, url: str) -> Seen:
    """What the runbook sees on this page. One browser, and one tab of it, serves all the tests of a process."""
    loop = asyncio.get_running_loop()
    if loop not in _pages:
        _pages[loop] = loop.create_future()
        _holders.add(loop.create_task(_hold(_pages[loop])))
    return await inspection.see(await _pages[loop], inspection.Source("test", url, html), {})


async def _hold(ready: asyncio.Future[Page]) -> None:
    # Ended by the loop itself, which cancels its tasks when the tests are over: the browser is closed with it.
    try:
        found = browser.find(os.environ.get("RUNBOOK_BROWSER"), headed=False)
        async with browser.start(found, headed=False) as running:
            ready.set_result(await (await browser.new_context(running)).new_page())
            await asyncio.Event().wait()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told by the test that waits
        ready.set_exception(error)
