"""Opens a page of the report as a person does, and tells everything that it did besides being shown."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page

# Everything that axe-core knows, its best practices and the strictest contrast aside from none.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@asynccontextmanager
async def opened(running: Browser, page: Path, *, dark: bool = False) -> AsyncIterator[tuple[Page, list[str]]]:
    """The page, and what it did that a page which is only shown does not: requests, messages, dialogs, errors."""
    context = await running.new_context(
        viewport={"width": 1280, "height": 800}, color_scheme="dark" if dark else "light"
    )
    did: list[str] = []
    try:
        tab = await context.new_page()
        tab.on("console", lambda message: did.append(f"console: {message.text}"))
        tab.on("pageerror", lambda error: did.append(f"error: {error.message}"))
        tab.on("dialog", lambda dialog: did.append(f"dialog: {dialog.message}"))
        allowed = (page.as_uri(), "data:")
        tab.on("request", lambda asked: None if asked.url.startswith(allowed) else did.append(f"request: {asked.url}"))
        await tab.goto(page.as_uri())
        yield tab, did
    finally:
        await context.close()


async def flaws(tab: Page) -> list[str]:
    """What axe-core has against the page."""
    found = await Axe().run(tab, options=RULES)
    return [
        f"{each['id']}: {node['html'][:120]} ({node['failureSummary']})"
        for each in found.response["violations"]
        for node in each["nodes"]
    ]


async def fits(tab: Page, *widths: int, printed: int) -> None:
    """Makes the window as wide as each of these (pixels), and prints a page of `printed`: nothing may reach beyond it."""
    for width in (*widths, printed):
        await tab.set_viewport_size({"width": width, "height": 800})
        await tab.emulate_media(media="print" if width == printed else "screen")
        assert (width, await overflow(tab)) == (width, [])


async def overflow(tab: Page) -> list[str]:
    """The elements that reach beyond the window, sideways."""
    found: list[str] = await tab.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('body *')]
        .filter((el) => el.getBoundingClientRect().right > innerWidth + 1).map((el) => el.outerHTML.slice(0, 120))"""
    )
    return found


async def seen(tab: Page) -> dict[str, Any]:
    """Text, elements that could do something, and colours."""
    return dict(
        await tab.evaluate(
            """() => ({text: document.body.innerText,
            active: [...document.querySelectorAll('script, iframe, object, embed, form, input, base, meta[http-equiv=refresh]')].length,
            handlers: [...document.querySelectorAll('*')].flatMap((el) => [...el.attributes].filter((a) => a.name.startsWith('on'))).length,
            links: [...document.querySelectorAll('a')].map((a) => a.getAttribute('href')),
            images: [...document.querySelectorAll('img')].map((img) => [img.src.slice(0, 15), img.naturalWidth]),
            colours: [getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]})"""
        )
    )
