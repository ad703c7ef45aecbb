"""One browser for all tests of a process that need no more than a page of it; and pages that a test wrote, read the way a
saved page is inspected: at their own address, without scripts or network."""

from __future__ import annotations

import asyncio
import os
from urllib.parse import urlsplit

from playwright.async_api import Browser, Page, Route

from flows.screens import Seen, look
from runbook import browser, inspection
from runbook.step import origin_of

_browsers: dict[asyncio.AbstractEventLoop, asyncio.Future[Browser]] = {}
_pages: dict[asyncio.AbstractEventLoop, Page] = {}
_holders: set[asyncio.Task[None]] = set()
GO = "(address) => history.replaceState(null, '', address)"


async def shared() -> Browser:
    """The browser that a run without a window uses, one for all tests of a process."""
    loop = asyncio.get_running_loop()
    if loop not in _browsers:
        _browsers[loop] = loop.create_future()
        _holders.add(loop.create_task(_hold(_browsers[loop])))
    return await _browsers[loop]


async def read(html: str, url: str) -> Seen:
    """What the runbook sees on this page, in one tab of the shared browser."""
    return await look(await written(html, url), patience=0.0, pass_hops=False, explain=True)


async def written(html: str, url: str) -> Page:
    """The one tab of the shared browser, with this page at this address.

    Only another origin is navigated to: the next page of the same one is written over the last, in a fifth of the time.
    """
    loop = asyncio.get_running_loop()
    page = _pages.get(loop)
    if page is None:
        page = await (await browser.new_context(await shared())).new_page()
        await page.route("**/*", _nothing)
        _pages[loop] = page
    if origin_of(page.url) != origin_of(url):
        await page.goto(origin_of(url) + "/", wait_until="commit")
    await page.evaluate(GO, url if urlsplit(url).path else f"{url}/")
    await page.set_content(inspection.still(html), wait_until="domcontentloaded")
    return page


async def _nothing(route: Route) -> None:
    """An empty page that runs and loads nothing, and nothing else."""
    if not route.request.is_navigation_request() or route.request.frame.parent_frame:
        return await route.abort()
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": inspection.POLICY}
    return await route.fulfill(status=200, headers=headers, body="<!doctype html>")


async def _hold(ready: asyncio.Future[Browser]) -> None:
    # Ended by the loop itself, which cancels its tasks when the tests are over: the browser is closed with it.
    try:
        found = browser.find(os.environ.get("RUNBOOK_BROWSER"), headed=False)
        async with browser.start(found, headed=False) as running:
            ready.set_result(running)
            await asyncio.Event().wait()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told by the test that waits
        ready.set_exception(error)
