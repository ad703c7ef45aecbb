"""Teaching: a person shows an element that was not found, once; later runs find it by themselves."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import ElementHandle, Page
from playwright.async_api import Error as PlaywrightError

from flows.screens import EYES, evaluate
from runbook.step import Job, PageChanged, load_script, origin_of

WAY = load_script(__file__, "teach.js").replace("EYES", EYES, 1)
HERE = "() => location.origin + location.pathname"


async def teach(
    job: Job, page: Page, name: str, words: str, *, kind: str = "press", row: str | None = None
) -> ElementHandle | None:
    """Asks the person to click what `words` describe, checks it, keeps it as the override of `name`, and returns it. None when
    nobody is there to teach, or nobody did within the channel's `person_timeout`. Raises PageChanged when it was shown before in
    this run: a second click would teach no more than the first.

    `kind`: username, password, code (a field for it), choice (a list) or press (a button or a link); `row`: CSS of the row
    that it belongs to.
    """
    if not job.host.teaching:
        return None
    if name in job.taught:
        raise in_vain(job, page, name)
    text, end = f"Click {words} ({name}).", asyncio.get_running_loop().time() + job.channel.person_timeout
    while True:
        left = end - asyncio.get_running_loop().time()
        picked: ElementHandle | None = await job.host.person(page, text, pick(page, left)) if left > 0 else None
        if picked is None:
            return None
        found = await way(job, picked, kind, row)
        if found["locator"]:
            break
        text = f"{found['problem']}. Click {words} ({name})."
    job.taught.add(name)
    job.locators[name] = found["locator"]
    await job.host.learn(name, found["locator"], await evaluate(page, HERE))
    return picked


async def pick(page: Page, seconds: float) -> ElementHandle | None:
    """The element that the person clicks; the page itself does not get that click. None in time."""
    try:
        async with asyncio.timeout(seconds):
            picked = await page.pick_locator()
            return await picked.element_handle()
    except TimeoutError:
        await page.cancel_pick_locator()
        return None


async def way(job: Job, picked: ElementHandle, kind: str, row: str | None) -> dict[str, Any]:
    """How the element can be found again (`locator`), or why it will not do (`problem`)."""
    arg = {"row": row, "kind": kind, "mask": job.channel.address}
    try:
        return dict(await picked.evaluate(WAY, arg))
    except PlaywrightError:
        return {"problem": f"The page of {origin_of(job.page.url)} moved on", "locator": None}


def in_vain(job: Job, page: Page, name: str) -> PageChanged:
    """The ending for an element that was taught or set, and with which the page is still none that the run can go on from."""
    return PageChanged(
        f"{name} was shown as {job.locators.get(name)}, and the run cannot go on from this page all the same.",
        seen=origin_of(page.url) + urlsplit(page.url).path,
        expected=f"a page that {name} belongs to",
        remedy=f"Look at the page with `inspect`; if another element was shown, drop it: python -m runbook locators --forget {name}.",
        reason=name,
    )
