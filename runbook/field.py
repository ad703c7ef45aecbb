"""Puts a value into a field of a page whose scripts may still be taking hold, and sees whether it stays there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from playwright.async_api import ElementHandle, Page, Request
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeout

from runbook.errors import PageChanged

Find = Callable[[], Awaitable[ElementHandle]]
ATTEMPTS = 3
SENDING = 60.0  # milliseconds that a page gets to send a code by itself after its last digit
LEFT = ("context was destroyed", "navigat", "Cannot find context", "has been closed", "Target closed", "detached frame")

# A code in boxes: the boxes of one character each that stand together with the field, as many as the code has characters.
_BOXES = """
  const boxes = (el, length) => {
    for (let up = el.parentElement; el.maxLength === 1 && up; up = up.parentElement) {
      const all = [...up.querySelectorAll('input')].filter((i) => i.maxLength === 1 && i.type !== 'hidden');
      if (all.length >= length) return all.slice(Math.max(all.indexOf(el), 0)).slice(0, length);
    }
    return [el];
  };
"""
BOXES = "(el, length) => {" + _BOXES + "return boxes(el, length); }"
# `targets`: the other origins to which the field's form, or a button of it, sends. Its attributes are read: a field that is called
# `action` stands in the place of the form's own.
PLACE = """(el) => {
  const hides = el.type === 'password' || !['', 'none'].includes(getComputedStyle(el).webkitTextSecurity || '');
  const own = el.ownerDocument.defaultView.location.origin, form = el.form;
  const buttons = form ? [...form.elements].filter((each) => each.hasAttribute('formaction')) : [];
  const addresses = [form && form.getAttribute('action'), ...buttons.map((each) => each.getAttribute('formaction'))];
  const targets = addresses.filter((address) => address).map((address) => {
    try { return new URL(address, el.ownerDocument.baseURI); } catch { return null; }
  }).filter((url) => url && /^https?:$/.test(url.protocol)).map((url) => url.origin);
  return [own, el.maxLength ?? -1, hides, [...new Set(targets)].filter((origin) => origin !== own)];
}"""

# Fields are painted before scripts bind to them, and what was typed by then is dropped. No event tells when a page has bound
# its scripts; so a page that has script files is watched until a quarter of a second after the last of them has come.
STAYS = (
    "(el, [length, least]) => {"
    + _BOXES
    + """
  const QUIET = 250, LATEST = 1500, all = boxes(el, length), began = performance.now();
  const settled = (now) => {
    const loaded = (performance.getEntriesByType('navigation')[0] || {}).loadEventEnd || 0;
    const wanted = [...document.scripts].filter((s) => s.src && !s.noModule);
    if (!loaded || !wanted.length || now - loaded > LATEST) return true;
    const came = performance.getEntriesByType('resource').filter((r) => r.initiatorType === 'script' || /\\.m?js(\\?|$)/.test(r.name));
    return wanted.every((s) => came.some((r) => r.name === s.src)) && now - Math.max(loaded, ...came.map((r) => r.responseEnd)) >= QUIET;
  };
  return new Promise((done) => {
    const check = () => {
      const now = performance.now();
      if (!all.every((box) => box.isConnected)) return done('gone');
      if (all.reduce((sum, box) => sum + box.value.length, 0) < length) return done('lost');
      if (now - began >= least && settled(now)) return done('held');
      setTimeout(check, 20);
    };
    setTimeout(check, 0);
  });
}"""
)


async def put(
    find: Find,
    give: str | Callable[[str], Awaitable[str]],
    *,
    patience: float,
    sent: Callable[[], bool] | None = None,
    sends: bool = True,
    hidden: bool = False,
    sendable: Callable[[str], None] | None = None,
) -> bool:
    """Types `give`, or what it gives for the origin of the field's document, key by key where each character has a box of its own;
    finds the field again and types once more, three times at most, when a script has emptied or replaced it.

    `sent`: whether the page has sent what was typed by itself; it is then left alone. `sends`: it may do so a moment later.
    `hidden`: only a field that does not show what is typed will do. `sendable`: asked of each other origin to which the field's form
    sends, before anything is typed; raises where that is no place for the value.
    Returns True when the value stands in the field, False when the page has gone on with it.
    Raises PageChanged, which holds nothing of the value, when the field does not keep it or, before anything is typed, when it
    would show it; and whatever `find`, `give` raise.
    """
    for attempt in range(ATTEMPTS):
        element = await find()
        origin, longest, hides, targets = "", -1, False, []
        if not isinstance(give, str):
            try:
                origin, longest, hides, targets = await element.evaluate(PLACE)
            except PlaywrightError:
                continue
        if hidden and not hides:
            raise PageChanged(
                "The field for a secret would show what is typed into it; nothing was typed.",
                reason="shown-secret",
                seen=f"a field at {origin} that shows what is typed",
                expected="one that hides it, as a field for a password does",
            )
        if sendable is not None:
            for target in targets:
                sendable(str(target))
        value = give if isinstance(give, str) else await give(str(origin))
        least = SENDING if sent is not None and sends else 0.0
        state = await _type(
            element, value, patience, boxes=longest == 1 and len(value) > 1, singly=attempt > 0, least=least
        )
        if sent is not None and (sent() or state == "left"):
            return False
        if state == "held":
            return True
        if state == "stuck":
            break
    raise PageChanged("A field does not keep what is typed into it.", reason="field-lost")


async def _type(
    element: ElementHandle,
    value: str,
    patience: float,
    *,
    boxes: bool,
    singly: bool,
    least: float,
) -> str:
    # The driver's own error text holds the typed value: it must not travel on.
    try:
        if not boxes:
            await element.fill(value, timeout=patience * 1000)
        elif singly:
            await _fill_each(element, value, patience)
        else:
            await element.type(value, timeout=patience * 1000)
        return str(await element.evaluate(STAYS, [len(value), least]))
    except PlaywrightTimeout:
        return "stuck"
    except PlaywrightError as error:
        return "left" if any(text in str(error) for text in LEFT) else "gone"


async def _fill_each(element: ElementHandle, value: str, patience: float) -> None:
    """For boxes that do not pass the keys on."""
    array = await element.evaluate_handle(BOXES, len(value))
    for box, character in zip((await array.get_properties()).values(), value, strict=False):
        if (field := box.as_element()) is not None:
            await field.fill(character, timeout=patience * 1000)


@contextmanager
def watch(page: Page, value: Callable[[], str]) -> Iterator[Callable[[], bool]]:
    """Gives a function that says whether the page has sent this value, or has begun to go elsewhere, since it was typed."""
    seen: list[bool] = []

    def note(request: Request) -> None:
        typed = value()
        if not typed:
            return
        leaves = request.is_navigation_request() and request.frame == page.main_frame
        if leaves or typed in request.url or typed in (request.post_data_buffer or b"").decode("utf-8", "replace"):
            seen.append(True)

    page.on("request", note)
    try:
        yield lambda: bool(seen)
    finally:
        page.remove_listener("request", note)
