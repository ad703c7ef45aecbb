"""Waiting for what Jira's page has sent to be kept."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace
from typing import Any, cast

import pytest
from playwright.async_api import Browser, Route

from flows.jira.writes import written
from runbook import browser
from runbook.step import Job

SITE = "https://acme.atlassian.net"
PAGE = """<button onclick="this.textContent = 'kept'; fetch('%s/act', {method: '%s', mode: 'no-cors'})">keep</button>"""


async def left(
    running: Browser, asked: str, method: str, *, patience: float = 10.0, takes: float = 0.5
) -> tuple[list[str], float]:
    """What had been answered when a page was left that shows a change as soon as it is asked for; and how long that took."""
    answered: list[str] = []

    async def serve(route: Route) -> None:
        if route.request.url.endswith("/act"):
            await asyncio.sleep(takes)
            await route.fulfill(body="")
            answered.append(route.request.method)
        else:
            await route.fulfill(body=PAGE % (asked, method), content_type="text/html")

    context = await browser.new_context(running)
    try:
        page = await context.new_page()
        await context.route("**/*", serve)
        await page.goto(SITE)
        job = cast(
            Job, SimpleNamespace(jira=page, patience=patience, channel=SimpleNamespace(site=SimpleNamespace(url=SITE)))
        )
        begun = time.monotonic()
        async with written(job):
            await page.click("button", no_wait_after=True)
            assert await page.inner_text("button") == "kept"
        return list(answered), time.monotonic() - begun
    finally:
        await context.unroute_all(behavior="ignoreErrors")
        await context.close()


async def test_a_change_that_the_page_shows_already_is_answered_before_it_goes_on(running: Browser) -> None:
    answered, _ = await left(running, SITE, "POST")
    assert answered == ["POST"]


@pytest.mark.parametrize(("asked", "method"), [(SITE, "GET"), ("https://metrics.example", "POST")])
async def test_what_changes_nothing_and_what_goes_elsewhere_is_not_waited_for(
    running: Browser, asked: str, method: str
) -> None:
    answered, seconds = await left(running, asked, method, takes=5.0)
    assert answered == []
    assert seconds < 4


async def test_it_waits_no_longer_than_it_may(running: Browser) -> None:
    answered, seconds = await left(running, SITE, "POST", patience=0.3, takes=5.0)
    assert answered == []
    assert seconds < 4


async def test_a_failure_inside_is_told_at_once(running: Browser) -> None:
    context: Any = await browser.new_context(running)
    page = await context.new_page()
    job = cast(Job, SimpleNamespace(jira=page, patience=60, channel=SimpleNamespace(site=SimpleNamespace(url=SITE))))
    with pytest.raises(ValueError, match="inside"):
        async with written(job):
            raise ValueError("inside")
    await context.close()
