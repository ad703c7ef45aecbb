"""Opening an address in a page that moves on by itself meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Route
from replaying import Stage
from scripted import JIRA, ORIGINS, SEED, Web, staged

from runbook.browser import new_context
from runbook.errors import Transient
from runbook.step import Job


@pytest_asyncio.fixture(loop_scope="session")
async def job(running: Browser) -> AsyncIterator[Job]:
    context = await new_context(running)
    yield (await staged(context, Web(()), 3.0, "", SEED, ORIGINS, Stage())).job
    await context.close()


async def test_a_page_that_moves_on_by_itself_does_not_keep_the_address_from_being_opened(job: Job) -> None:
    asked = 0

    async def answer(route: Route) -> None:
        nonlocal asked
        asked += 1
        if asked > 1:  # before that the page has moved on
            await route.fulfill(body="<p>wanted", content_type="text/html")

    await job.page.goto(f"{JIRA}/home")
    await job.page.route(f"{JIRA}/wanted", answer)
    # As after a click: a browser lets a page go first, before an address that was opened, only after something a person did.
    await job.page.evaluate("setTimeout(() => location.replace('/elsewhere'), 300)")
    await job.goto(f"{JIRA}/wanted")
    assert (await job.page.locator("p").inner_text(), asked) == ("wanted", 2)


async def test_an_address_that_never_has_a_page_is_told_as_that(job: Job) -> None:
    asked = 0

    async def answer(route: Route) -> None:
        nonlocal asked
        asked += 1
        await route.fulfill(status=204)

    await job.page.goto(f"{JIRA}/home")
    await job.page.route(f"{JIRA}/wanted", answer)
    with pytest.raises(Transient) as told:
        await asyncio.wait_for(job.goto(f"{JIRA}/wanted"), 10)
    assert (told.value.reason, asked) == ("err_aborted", 3)
