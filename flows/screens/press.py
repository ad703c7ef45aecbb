"""Pressing: one click on one element, and the tile of exactly one address."""

from __future__ import annotations

from playwright.async_api import ElementHandle, Page
from playwright.async_api import Error as PlaywrightError

from flows.screens import EYES, SITES, Seen, evaluate_handle
from runbook.step import Job, PageChanged

MOVED = ("navigat", "detached", "not attached", "context was destroyed", "has been closed")
TILE_OF = (
    "([locators, wanted]) => {"
    + EYES
    + """
  look.roots = roots();
  const norm = (s) => tidy(s).toLowerCase();
  const shows = (el) => [el.dataset.testId, el.dataset.identifier, el.dataset.email].some((v) => v && norm(v) === wanted)
    || norm(textOf(el)).split(/[\\s,()<>]+/).includes(wanted);
  return findAll(locators).filter(shows);
}"""
)


async def press(page: Page, target: str | ElementHandle, patience: float) -> None:
    """Clicks once. A page that moves on under the click has been clicked, or needs no click any more."""
    try:
        if isinstance(target, str):
            await page.click(target, timeout=patience * 1000, no_wait_after=True)
        else:
            await target.click(timeout=patience * 1000, no_wait_after=True)
    except PlaywrightError as error:
        if page.is_closed() or any(t in str(error) for t in MOVED):
            return
        raise PageChanged(
            "A button that is shown cannot be clicked.", reason="blocked-click", seen=page.url.split("?")[0]
        ) from None


async def choose_account(page: Page, seen: Seen, address: str, job: Job) -> int:
    """Clicks the tile of exactly this address, told from others of the same name by nothing else. Returns how many tiles show
    the address: with none, or several, nothing is clicked."""
    locators = SITES[seen.site].locators("tile", job.locators)
    array = await evaluate_handle(page, TILE_OF, [locators, address.lower()])
    tiles = [tile for h in (await array.get_properties()).values() if (tile := h.as_element()) is not None]
    if len(tiles) == 1:
        await press(page, tiles[0], job.patience)
    return len(tiles)
