"""What Jira's page sends to have something changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from playwright.async_api import Request

from runbook.step import Job, origin_of

READS = ("GET", "HEAD", "OPTIONS")


@asynccontextmanager
async def written(job: Job) -> AsyncIterator[None]:
    """Ends when Jira has answered what its page has sent in the block to have something changed, or after `job.patience` seconds.

    A page may show a change that it has only asked for; who leaves it then may take that back.
    """
    sent: list[Request] = []

    def note(request: Request) -> None:
        if request.method not in READS and origin_of(request.url) == job.channel.site.url:
            sent.append(request)

    job.jira.on("request", note)
    try:
        yield
        with suppress(TimeoutError):
            async with asyncio.timeout(job.patience):
                await asyncio.gather(*(request.response() for request in sent), return_exceptions=True)
    finally:
        job.jira.remove_listener("request", note)
