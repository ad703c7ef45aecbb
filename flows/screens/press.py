"""Pressing: one click on one element, and the tile of exactly one address."""

from __future__ import annotations

from playwright.async_api import ElementHandle, Page
from playwright.async_api import Error as PlaywrightError

from flows.screens import BY_SELECTOR, EYES, SITES, Seen, evaluate_handle
from runbook.step import Job, PageChanged

# Playwright watches an element over two frames before it clicks, four times as long as the click itself. That is needed where
# something still loads, moves, or lies over it; here it is asked whether that is so.
CALM = """(el) => {
  const doc = el && el.ownerDocument;
  if (!doc || !el.isConnected || doc.defaultView !== window.top || doc.readyState !== 'complete') return false;
  if (el.matches(':disabled, [aria-disabled=true]')) return false;
  const moves = (a) => a.playState === 'running' && a.effect && a.effect.target && a.effect.target.contains(el);
  if (doc.getAnimations().some(moves)) return false;
  const box = el.getBoundingClientRect();
  const hit = el.getRootNode().elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return box.width > 0 && box.height > 0 && !!hit && el.contains(hit);
}"""
CALM_ONE = f"(css) => {{ const el = ({BY_SELECTOR})(css); return ({CALM})(el) ? el : null; }}"
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
    limit = patience * 1000
    try:
        if (calm := await _calm(page, target)) is not None:
            await calm.click(timeout=limit, no_wait_after=True, force=True)
        elif isinstance(target, str):
            await page.click(target, timeout=limit, no_wait_after=True)
        else:
            await target.click(timeout=limit, no_wait_after=True)
    except PlaywrightError as error:
        if page.is_closed() or any(t in str(error) for t in MOVED):
            return
        raise PageChanged(
            "A button that is shown cannot be clicked.", reason="blocked-click", seen=page.url.split("?")[0]
        ) from None


async def _calm(page: Page, target: str | ElementHandle) -> ElementHandle | None:
    """The element, when nothing about it is going to change before it is clicked."""
    if isinstance(target, str):
        return (await page.evaluate_handle(CALM_ONE, target)).as_element()
    return target if await target.evaluate(CALM) else None


async def choose_account(page: Page, seen: Seen, address: str, job: Job) -> int:
    """Clicks the tile of exactly this address, told from others of the same name by nothing else. Returns how many tiles show
    the address: with none, or several, nothing is clicked."""
    locators = SITES[seen.site].locators("tile", job.locators)
    array = await evaluate_handle(page, TILE_OF, [locators, address.lower()])
    tiles = [tile for h in (await array.get_properties()).values() if (tile := h.as_element()) is not None]
    if len(tiles) == 1:
        await press(page, tiles[0], job.patience)
    return len(tiles)
