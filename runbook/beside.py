"""What is watched beside the steps: whether the browser still lives, and what the sites' clocks say."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from typing import Any

from playwright.async_api import BrowserContext, Response

from runbook.clock import stopped
from runbook.errors import Transient
from runbook.net import origin_of
from runbook.otp import skew_from_date_header
from runbook.step import Job

NOTICE = 2.0  # seconds


async def while_it_lives(context: BrowserContext, work: Coroutine[Any, Any, None]) -> None:
    """Awaits the work. Raises Transient when the browser goes away under it: the driver leaves some of its calls unanswered."""
    gone, browser = asyncio.Event(), context.browser
    if browser is not None:
        browser.on("disconnected", lambda _: gone.set())
    working, dying = asyncio.ensure_future(work), asyncio.ensure_future(gone.wait())
    try:
        await asyncio.wait({working, dying}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return await working
        # What has noticed it by itself says it better; the rest never will.
        await asyncio.wait({working}, timeout=NOTICE)
        if working.done():
            return await working
        raise Transient("The browser was closed while a step was running.", reason="browser-gone")
    finally:
        dying.cancel()
        await stopped(working)


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
