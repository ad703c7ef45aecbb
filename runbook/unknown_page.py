"""What an unknown page looked like, for whoever has to teach it: no value that was typed, no query, no fragment."""

from __future__ import annotations

import asyncio
from typing import Any

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

MOST = 25
LIMIT = 5.0  # seconds; a page that hangs is not asked
SUMMARY = """(most) => {
  const tidy = (text) => (text || '').replace(/\\s+/g, ' ').trim().slice(0, 120);
  const shown = (el) => el.checkVisibility({checkOpacity: true, checkVisibilityCSS: true});
  const all = (css, say) => [...document.querySelectorAll(css)].filter(shown).slice(0, most).map(say).filter(Boolean);
  const name = (el) => tidy(el.getAttribute('aria-label') || el.labels?.[0]?.textContent || el.placeholder || '');
  return {
    place: location.origin + location.pathname,
    title: tidy(document.title),
    headings: all('h1, h2, h3, [role=heading]', (el) => tidy(el.innerText)),
    fields: all('input:not([type=hidden]), select, textarea', (el) =>
      [el.tagName.toLowerCase(), el.type, el.name && 'name=' + el.name, el.id && '#' + el.id, name(el)].filter(Boolean).join(' ')),
    buttons: all('button, [role=button], input[type=submit], input[type=button]', (el) =>
      tidy(el.innerText || (el.matches('input') ? el.value : '') || el.getAttribute('aria-label')) + (el.id ? ' #' + el.id : '')),
  };
}"""


async def summary(page: Page) -> dict[str, Any]:
    """Place (origin and path), title, headings, fields and buttons of a page; empty when it cannot be asked any more."""
    try:
        async with asyncio.timeout(LIMIT):
            return dict(await page.evaluate(SUMMARY, MOST))
    except (PlaywrightError, TimeoutError):
        return {}
