"""What is watched beside the steps: whether the browser still lives, whether sites answer, and what their clocks say."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from playwright.async_api import BrowserContext, Page, Request, Response
from playwright.async_api import Error as PlaywrightError

from runbook.clock import stopped
from runbook.errors import PageChanged, Transient
from runbook.net import answered, origin_of, unreachable
from runbook.otp import skew_from_date_header
from runbook.step import Job

NOTICE = 2.0  # seconds


async def while_it_lives(context: BrowserContext, work: Coroutine[Any, Any, None]) -> None:
    """Awaits the work. Raises Transient when the browser, or a page of it, goes away under it: the driver leaves some of its calls
    unanswered."""
    with _lost(context) as lost:
        working, losing = asyncio.ensure_future(work), asyncio.ensure_future(lost.wait())
        try:
            await asyncio.wait({working, losing}, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                return await working
            # What has noticed it by itself says it better; the rest never will.
            await asyncio.wait({working}, timeout=NOTICE)
            if working.done():
                return await working
            raise Transient(
                "The browser was closed, or a page of it crashed, while a step was running.", reason="browser-gone"
            )
        finally:
            losing.cancel()
            await stopped(working)


@contextmanager
def _lost(context: BrowserContext) -> Iterator[asyncio.Event]:
    """An event that is set when the browser is gone, or when one of the context's pages has crashed."""
    lost, browser = asyncio.Event(), context.browser
    watched: list[Page] = []

    def gone(_: object) -> None:
        lost.set()

    def watch(page: Page) -> None:
        watched.append(page)
        page.on("crash", gone)

    if browser is not None:
        browser.on("disconnected", gone)
    for page in context.pages:
        watch(page)
    context.on("page", watch)
    try:
        yield lost
    finally:
        context.remove_listener("page", watch)
        for page in watched:
            page.remove_listener("crash", gone)
        if browser is not None:
            browser.remove_listener("disconnected", gone)


def note_document(job: Job, request: Request, response: Response | None) -> None:
    """Remembers of each page whether its last document came: a click leads to a page that is not there as well as an address does.
    `response` is None for a request that failed."""
    if not request.is_navigation_request():
        return
    with suppress(PlaywrightError):  # of a window that is only just opening
        frame = request.frame
        if frame.parent_frame is None:
            failed = _failed(request) if response is None else None
            status = response.status if response is not None else 0
            if response is not None or failed:
                job.documents[frame.page] = failed or (
                    answered(origin_of(request.url), status) if status >= 500 else None
                )


def _failed(request: Request) -> Transient | None:
    """Why a document did not come; None where the page itself, or another navigation, did without it."""
    why = request.failure or ""
    return None if "ERR_ABORTED" in why or "ERR_BLOCKED" in why else unreachable(why, request.url)


def failed_site(job: Job, error: Exception) -> Exception:
    """What a step's error comes from: a page that does not show what was expected shows that its site, or the way to it, failed."""
    if isinstance(error, PageChanged):
        for page in (job.window, job.stage, job.page, job.jira):
            if page is not None and not page.is_closed() and (known := job.documents.get(page)) is not None:
                return known
    return error


def note_date(job: Job, response: Response) -> None:
    """Each document's `Date` header tells how far the site's clock is from ours."""
    request = response.request
    if not request.is_navigation_request() or not (date := response.headers.get("date")):
        return
    sent = request.timing.get("startTime", 0) / 1000
    if sent > 0:
        skew = skew_from_date_header(date, sent, time.time())
        if skew is not None:
            job.skews[origin_of(request.url)] = skew
