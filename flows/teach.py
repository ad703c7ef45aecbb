"""Teaching: a person shows an element that was not found, once; later runs find it by themselves."""

from __future__ import annotations

import asyncio
from typing import Any

from playwright.async_api import ElementHandle, Page
from playwright.async_api import Error as PlaywrightError

from flows.screens import EYES, evaluate
from runbook.step import Job, load_script, origin_of

WAY = load_script(__file__, "teach.js").replace("EYES", EYES, 1)
HERE = "() => location.origin + location.pathname"


async def teach(
    job: Job, page: Page, name: str, words: str, *, kind: str = "press", row: str | None = None
) -> ElementHandle | None:
    """Asks the person to click what `words` describe, checks it, keeps it as the override of `name`, and returns it. None when
    nobody is there to teach, or nobody did within the channel's `person_timeout`.

    `kind`: username, password, code (a field for it), choice (a list) or press (a button or a link); `row`: CSS of the row
    that it belongs to.
    """
    if not job.host.teaching:
        return None
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
