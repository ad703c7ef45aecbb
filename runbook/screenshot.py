"""A picture of a page on which nothing that was typed can be read.

Playwright's own `style` option does not do that: it puts a style element into the page, which a Content Security Policy
blocks, and the typed text shows (measured with 1.65). A constructed style sheet is not subject to the policy. Every
field's computed style is read back before the picture and after it; a picture that cannot be proven masked is not kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Frame, Page

LIMIT = 5.0  # seconds for one picture
# A jpeg takes two thirds of the time of a png and of its size; text stays legible.
QUALITY = 60

# Buttons keep their words; a list shows what can be chosen, not what was typed.
FIELDS = (
    "input:not([type=submit i], [type=button i], [type=reset i], [type=image i], [type=checkbox i], [type=radio i]), "
    "textarea, [contenteditable]:not([contenteditable=false i])"
)

# put: the sheet goes into the document and every open shadow root; done: it is taken away again. Gives whether every field
# is masked, and all the text there is, in the two ways in which a secret can be spread over it.
MASK = """([fields, put, done]) => {
  const key = Symbol.for('runbook-mask');
  const strong = ':not(#_#_#_)';  // an id that nothing has: outweighs the page's own rules
  const css = `:is(${fields})${strong}, :is(${fields})${strong} * { color: transparent !important;
    -webkit-text-fill-color: transparent !important; text-shadow: none !important; caret-color: transparent !important;
    transition: none !important; animation: none !important; }`;
  const roots = [document], words = [];
  let masked = true;
  for (let i = 0; i < roots.length; i++) {
    const root = roots[i];
    if (put && !root[key]) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      root[key] = sheet;
      root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    }
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE) {
        if (!/^(SCRIPT|STYLE|NOSCRIPT|TEXTAREA)$/.test(node.parentNode.nodeName)) words.push(node.data.trim());
        continue;
      }
      if (node.shadowRoot) roots.push(node.shadowRoot);
      if (!node.matches(fields)) continue;
      const [r, g, b, a = '1'] = getComputedStyle(node).webkitTextFillColor.match(/[\\d.]+/g) || [];
      if (a !== '0') masked = false;
    }
  }
  if (done) for (const root of roots) if (root[key]) {
    root.adoptedStyleSheets = root.adoptedStyleSheets.filter(s => s !== root[key]);
    delete root[key];
  }
  const said = words.filter(Boolean);
  return {masked, text: said.join(' ') + '\\n' + said.join('')};
}"""


class Texts(Protocol):
    """What is needed of a redactor."""

    def text(self, text: str) -> str: ...


class Folder(Protocol):
    """What is needed of a run's folder."""

    def write(self, name: str, content: bytes) -> str: ...


async def screenshot(
    page: Page, folder: Folder, name: str, redactor: Texts, *, why: Callable[[str], None] | None = None
) -> str | None:
    """Writes a masked picture of what the page shows and returns its file name: `name` and its ending.

    None, with the reason told to `why`, when the page is closed or hangs, when a learned secret stands in its text, when
    a field could not be masked, or when the file cannot be written. Never raises for these.
    """
    reason = "the page is closed"
    try:
        if not page.is_closed():
            async with asyncio.timeout(LIMIT):
                picture, reason = await _settled_picture(page, redactor)
            if picture is not None:
                return folder.write(f"{name}.jpg", picture)
    except PlaywrightError:
        reason = "the page is closed or moving on"
    except TimeoutError:
        reason = "the page does not answer"
    except OSError as error:
        reason = f"the picture cannot be written: {error.strerror}"
    if why:
        why(f"No picture {name}: {reason}.")
    return None


async def _settled_picture(page: Page, redactor: Texts) -> tuple[bytes | None, str]:
    try:
        return await _picture(page, redactor)
    except PlaywrightError:
        # Usually a document that moved on between two calls: the next one can be had.
        return await _picture(page, redactor)


async def _picture(page: Page, redactor: Texts) -> tuple[bytes | None, str]:
    frames = page.frames
    before = await _mask(frames, put=True)
    picture = None
    if not (problem := _problem(before, redactor)):
        picture = await page.screenshot(
            type="jpeg", quality=QUALITY, scale="css", animations="allow", caret="initial", timeout=LIMIT * 1000
        )
    after = await _mask(page.frames, put=False)
    # A frame or a document that came in between was never masked; a secret may have come in between as well.
    if problem or (problem := _problem(after, redactor)):
        return None, problem
    return picture, ""


async def _mask(frames: list[Frame], *, put: bool) -> list[dict[str, Any]]:
    looks: list[dict[str, Any]] = await asyncio.gather(*(f.evaluate(MASK, [FIELDS, put, not put]) for f in frames))
    return looks


def _problem(looks: list[dict[str, Any]], redactor: Texts) -> str:
    if not all(look["masked"] for look in looks):
        return "a field's text could not be hidden"
    if any(redactor.text(look["text"]) != look["text"] for look in looks):
        return "a secret stands on the page"
    return ""
