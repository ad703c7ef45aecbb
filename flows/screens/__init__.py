"""The tables of all sign-in sites, and `look`: which screen of which site is on a page."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import ElementHandle, JSHandle, Page
from playwright.async_api import Error as PlaywrightError

from flows.screens import forms
from flows.screens.base import Problem, Screen, Site
from flows.screens.generic import IN_FORMS
from flows.screens.sites import SITES
from runbook.step import Transient, load_script

__all__ = [
    "SITES",
    "Problem",
    "Screen",
    "Seen",
    "Site",
    "by_selector",
    "elements",
    "evaluate",
    "evaluate_handle",
    "look",
    "patiently",
    "patiently_handle",
]

EYES = load_script(__file__, "eyes.js")
LOOK = load_script(__file__, "look.js").replace("EYES", EYES, 1)
# The form finder is five times as long as all the rest, and every call carries its script to the page.
LOOK_BY_TABLES = LOOK.replace("FORMS", "const readForms = null;", 1)
LOOK_BY_FORMS = LOOK.replace("FORMS", forms.script(), 1)
GRACE = 2.0  # seconds beyond its patience that a wait may take, for a document that is just being loaded
MOVED = ("context was destroyed", "because of a navigation", "Cannot find context")
# Playwright's own query_selector first puts its whole selector engine into the main world of each new document.
BY_SELECTOR = "(css) => {" + EYES + "; return roots().map((r) => r.querySelector(css)).find((el) => el) || null; }"
FIND = "(locators) => {" + EYES + "; look.roots = roots(); return findAll(locators); }"


@dataclass(frozen=True)
class Seen:
    """One reading of a page. `fields`: role to CSS selector (None if it is not there); `names`: role to the full name of the
    element that was looked for. `moved`: something is different from
    what stood there before the last answer. `runner_up`: site, screen and why of the one that came next, if that was asked.
    `why`: what the form finder went by, where no table knew the page."""

    site: str
    screen: str
    problem: str | None
    problem_text: str | None
    fields: Mapping[str, str | None]
    origin: str
    path: str
    title: str
    signature: str
    moved: bool = True
    runner_up: Mapping[str, str] | None = None
    why: Sequence[str] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Where the page is, without query and fragment (they carry codes)."""
        return self.origin + self.path


async def evaluate(page: Page, script: str, arg: Any = None) -> Any:
    """`page.evaluate` that begins again in the new document when the old one is navigated away under it."""
    return await _again(page, page.evaluate, script, arg)


async def evaluate_handle(page: Page, script: str, arg: Any = None) -> JSHandle:
    """The same for a handle."""
    handle: JSHandle = await _again(page, page.evaluate_handle, script, arg)
    return handle


async def patiently(page: Page, script: str, arg: dict[str, Any], patience: float) -> Any:
    """`evaluate` of a script that waits for `arg["patience"]` milliseconds at most: the patience (in seconds) is one for all
    documents that come and go. Raises Transient when the page is still being loaded anew by then."""
    return await _patiently(page, page.evaluate, script, arg, patience)


async def patiently_handle(page: Page, script: str, arg: dict[str, Any], patience: float) -> JSHandle:
    """The same for a handle."""
    handle: JSHandle = await _patiently(page, page.evaluate_handle, script, arg, patience)
    return handle


async def _patiently(
    page: Page, call: Callable[[str, Any], Awaitable[Any]], script: str, arg: dict[str, Any], patience: float
) -> Any:
    end = time.monotonic() + patience
    while True:
        left = end - time.monotonic()
        if left < -GRACE:
            raise Transient("A page is loaded again and again and never stands still.", reason="reloads")
        try:
            return await call(script, {**arg, "patience": max(left, 0) * 1000})
        except PlaywrightError as error:
            if not _moved(page, error):
                raise


async def _again(page: Page, call: Callable[[str, Any], Awaitable[Any]], script: str, arg: Any) -> Any:
    while True:
        try:
            return await call(script, arg)
        except PlaywrightError as error:
            if not _moved(page, error):
                raise


def _moved(page: Page, error: PlaywrightError) -> bool:
    return not page.is_closed() and any(text in str(error) for text in MOVED)


async def look(
    page: Page,
    *,
    after: str = "",
    goal: str = "",
    patience: float = 15.0,
    overrides: Mapping[str, str] | None = None,
    pass_hops: bool = True,
    explain: bool = False,
) -> Seen:
    """Waits until a known screen is there that differs from `after` (a signature), or an address that matches `goal` (regex).

    A page that stays unknown, or the same, for `patience` seconds is returned as it is. `explain`: say which screen came
    next to the one that was chosen, and why it was not.
    """
    shown = {role: [way] for role in IN_FORMS if (way := (overrides or {}).get(f"generic.{role}"))}
    wanted = {"after": after, "goal": goal, "settle": 4000, "pass_hops": pass_hops, "explain": explain, "shown": shown}
    own = tuple((overrides or {}).items())
    host, by_forms, settled = urlsplit(page.url).hostname or "", explain, 0.0
    end = time.monotonic() + patience
    while True:
        tables = _tables(*_sites_at(host), own)
        arg = {**wanted, "host": host, "sites": tables, "settled": settled}
        script = LOOK_BY_FORMS if by_forms else LOOK_BY_TABLES
        found = await patiently(page, script, arg, max(end - time.monotonic(), 0.0))
        document = found.pop("document")
        found.pop("guessed", None)
        if elsewhere := found.pop("elsewhere", None):
            host = elsewhere
        elif needs := found.pop("needs", None):
            _found_at.setdefault(host, set()).update(needs)
        elif found.pop("more", False):
            by_forms, settled = True, document
        else:
            return Seen(**found, moved=found["signature"] != after)


# Host to the sites without hosts of their own that pages there were found to be of.
_found_at: dict[str, set[str]] = {}


def _sites_at(host: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The sites whose whole tables a page of this host needs, and those of which it needs to know how they are told: the
    host's own, else all that may live anywhere."""
    own = _own_sites(host)
    if own:
        return own, ()
    found = _found_at.get(host, set())
    anywhere = [name for name, site in SITES.items() if site.marks or site.paths]
    return tuple(n for n in anywhere if n in found), tuple(n for n in anywhere if n not in found)


@cache
def _own_sites(host: str) -> tuple[str, ...]:
    return tuple(name for name, site in SITES.items() if site.hosts and re.search(site.hosts, host, re.IGNORECASE))


@cache
def _tables(whole: tuple[str, ...], told: tuple[str, ...], overrides: tuple[tuple[str, str], ...]) -> str:
    # As text: the driver walks through every value of a structured argument, and these are thousands.
    tables = [SITES[name].table(dict(overrides)) for name in whole] + [SITES[name].told_by() for name in told]
    order = list(SITES)
    return json.dumps(sorted(tables, key=lambda table: order.index(table["name"])))


async def elements(page: Page, locators: Sequence[str]) -> list[ElementHandle]:
    """All really visible elements of the first locator that has any, bound to the document they were found in."""
    array = await evaluate_handle(page, FIND, list(locators))
    handles = [h.as_element() for h in (await array.get_properties()).values()]
    return [h for h in handles if h is not None]


async def by_selector(page: Page, css: str) -> ElementHandle | None:
    """The element that a reading has named in its `fields`, or None when it is gone."""
    return (await evaluate_handle(page, BY_SELECTOR, css)).as_element()
