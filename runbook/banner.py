"""The banner of a headed run: which step is running, or what a person has to do and how long there is.

Playwright's own `page.screencast.show_overlay` draws without recording, but through `innerHTML`, and a page that
enforces Trusted Types blocks that without an error (measured with 1.65). So this draws with plain DOM calls, which no
Content Security Policy forbids, in a closed shadow root that no selector and no page text sees.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar
from weakref import WeakSet

from playwright.async_api import BrowserContext, Page
from playwright.async_api import Error as PlaywrightError

PATIENCE = 1.5  # seconds: a page that is busy gets its banner with its next document
T = TypeVar("T")
TAG = "runbook-banner"

# The host is a popover: shown in the top layer, above the page's own dialogs. It takes no clicks. A step is told by a
# label in the middle of the edge, which leaves a site's logo and menus in the corners readable; a person by a whole strip.
DRAW = """([tag, say]) => {
  for (const old of document.querySelectorAll(tag)) old.remove();
  if (!say) return;
  const host = document.createElement(tag);
  const set = (el, css) => { for (const [k, v] of Object.entries(css)) el.style.setProperty(k, v, 'important'); };
  set(host, {position: 'fixed', inset: '0 0 auto 0', width: '100%', 'max-width': '100%', height: 'auto', margin: '0',
             padding: '0', border: '0', background: 'transparent', overflow: 'visible', 'pointer-events': 'none',
             'z-index': '2147483647'});
  const line = document.createElement('div');
  line.setAttribute('role', say.person ? 'alert' : 'status');
  set(line, {display: 'flex', 'box-sizing': 'border-box', gap: say.person ? '24px' : '14px', 'line-height': '1.35',
             width: say.person ? '100%' : 'fit-content', 'max-width': '100%', margin: '0 auto',
             padding: say.person ? '9px 16px' : '4px 14px 5px', 'border-radius': say.person ? '0' : '0 0 8px 8px',
             font: (say.person ? '600 17px' : '500 14px') + ' system-ui, "Segoe UI", Roboto, Arial, sans-serif',
             color: say.person ? '#201600' : '#ffffff', background: say.person ? '#ffc400' : '#172b4d',
             'box-shadow': '0 1px 4px rgba(0, 0, 0, .4)'});
  const text = document.createElement('span'), side = document.createElement('span');
  set(text, {flex: '1 1 auto', 'min-width': '0'});
  set(side, {'white-space': 'nowrap', 'font-variant-numeric': 'tabular-nums', opacity: say.person ? '1' : '.75'});
  text.textContent = say.text;
  side.textContent = say.side;
  line.append(...(say.person ? [text, side] : [side, text]));
  host.attachShadow({mode: 'closed'}).append(line);
  document.documentElement.append(host);
  if (host.showPopover) { host.popover = 'manual'; host.showPopover(); }
  if (!say.person) return;
  const end = performance.now() + say.left * 1000;
  const tick = () => {
    const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    side.textContent = Math.floor(left / 60) + ':' + String(left % 60).padStart(2, '0') + ' left';
    if (host.isConnected && left) setTimeout(tick, 250);
  };
  tick();
}"""


class Banner:
    """A label at the upper edge of the tab that `page_getter` names (None: draws nothing until there is one), and of
    the other tabs and windows beside it.

    It is drawn again after every navigation. What goes wrong with it never reaches the run.
    """

    def __init__(self, page_getter: Callable[[], Page | None], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._page = page_getter
        self._clock = clock
        self._say: dict[str, Any] | None = None
        self._until = 0.0
        self._pages: WeakSet[Page] = WeakSet()
        self._contexts: WeakSet[BrowserContext] = WeakSet()
        self._tasks: set[asyncio.Task[None]] = set()

    async def step(self, n: int, of: int, title: str, *, paused: bool = False) -> None:
        """Shows which step is running, or that it waits for a key."""
        text = f"{title} (press Enter in the terminal to go on)" if paused else title
        self._say = {"text": text, "side": f"Step {n} of {of}", "person": False}
        await self._draw_everywhere()

    async def person(self, text: str, seconds_left: float) -> None:
        """Shows what a person has to do on this page, and counts the seconds down by itself."""
        self._until = self._clock() + seconds_left
        self._say = {"text": f"Your turn: {text} The run then goes on by itself.", "side": "", "person": True}
        await self._draw_everywhere()

    async def clear(self) -> None:
        """Takes the banner away, until the next `step` or `person`."""
        self._say = None
        await self._draw_everywhere()

    async def hold(self, page: Page, text: str, seconds: float, until: Awaitable[T]) -> T:
        """Shows `text` to a person while `until` is awaited, and gives its result; `until` has to end in time by itself.
        The step's own banner comes back afterwards."""
        before = self._say
        self._watch(page)
        try:
            await self.person(text, seconds)
            return await until
        finally:
            self._say = before
            await self._draw_everywhere()

    async def _draw_everywhere(self) -> None:
        with suppress(PlaywrightError):
            page = self._page()
            if page is not None:
                pages = [page] if page.is_closed() else page.context.pages
                for each in pages:
                    self._watch(each)
                await asyncio.gather(*map(self._draw, pages))

    def _watch(self, page: Page) -> None:
        if page not in self._pages:
            self._pages.add(page)
            page.on("domcontentloaded", self._redraw)
        if page.context not in self._contexts:
            self._contexts.add(page.context)
            page.context.on("page", self._watch)

    def _redraw(self, page: Page) -> None:
        if self._say is None:
            return
        task = asyncio.ensure_future(self._draw(page))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _draw(self, page: Page) -> None:
        say = self._say and {**self._say, "left": max(0.0, self._until - self._clock())}
        with suppress(PlaywrightError, TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await page.evaluate(DRAW, [TAG, say])
