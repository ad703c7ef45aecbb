"""Which screen of which site the runbook sees: on a saved page, on each page of a HAR, on a live page. Types nothing.

A saved page is served at its own address by interception, without its scripts; everything else it asks for is refused, so
that nothing reaches the network.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, Route

from flows.screens import Seen, look
from flows.screens.actions import next_action
from runbook import browser as browsers
from runbook.browser import Browser
from runbook.errors import ConfigError, PageChanged
from runbook.step import network_failure

AT_ONCE = 4  # pages open at a time
SAVED_PATIENCE = 0.0  # seconds: a saved page does not change any more
LIVE_PATIENCE = 15.0  # seconds
NOWHERE = "https://saved-page.example/"
FIELDS = ("username", "password", "code", "submit")
# A page that is only looked at runs nothing, loads nothing and goes nowhere.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"
SCRIPT = re.compile(r"<(script|noscript)\b[^>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
REFRESH = re.compile(r"<meta\b[^>]*http-equiv\s*=\s*[\"']?refresh[^>]*>", re.IGNORECASE)


@dataclass(frozen=True)
class Source:
    """One page to look at. `html` None: a live page, opened at its address."""

    name: str
    url: str
    html: str | None


def sources(given: Sequence[str], url: str | None, urls: Path | None) -> list[Source]:
    """The pages that the arguments name, in their order; a HAR gives one for each of its pages. Raises ConfigError."""
    if url and (len(given) > 1 or urls):
        raise ConfigError("--url is for one file.", remedy="For several files give --urls MAP.json: file name to URL.")
    addresses = _map(urls) if urls else {}
    found: list[Source] = []
    for name in given:
        if re.match(r"https?://", name):
            found.append(Source(name, name, None))
            continue
        text = _text(Path(name))
        if text.lstrip().startswith("{"):
            found += _har(name, text)
        else:
            found.append(Source(name, url or _address(name, addresses) or NOWHERE, text))
    return found


def _map(path: Path) -> dict[str, str]:
    try:
        told = json.loads(_text(path))
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise ConfigError(
            f"{path} is not a JSON map of file name to URL.",
            remedy='Example: {"login.html": "https://sso.example.com/"}',
        )
    # A file of labels, with the URL beside other facts of each page, is a map as well.
    return {name: value["url"] if isinstance(value, dict) else value for name, value in told.items()}


def _address(name: str, addresses: Mapping[str, str]) -> str | None:
    """The address of a file by its name as given, by the longest end of its path, or by its bare name."""
    parts = Path(name).parts
    return next((addresses[end] for at in range(len(parts)) if (end := "/".join(parts[at:])) in addresses), None)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {error.strerror}.", remedy="Give a saved page, a HAR, or a URL."
        ) from None


def _har(name: str, text: str) -> list[Source]:
    try:
        entries = json.loads(text)["log"]["entries"]
    except (ValueError, KeyError, TypeError):
        raise ConfigError(f"{name} is JSON, and not a HAR.", remedy="Give a saved page, a HAR, or a URL.") from None
    pages = [Source(f"{name}#{at}", e["request"]["url"], _body(e)) for at, e in enumerate(entries) if _is_page(e)]
    if not pages:
        raise ConfigError(f"{name} holds no page.", remedy="Record it with the pages' contents.")
    return pages


def _is_page(entry: Mapping[str, Any]) -> bool:
    content = entry["response"].get("content", {})
    kind = entry.get("_resourceType", "document")
    return bool(kind == "document" and content.get("text") and "html" in content.get("mimeType", ""))


def _body(entry: Mapping[str, Any]) -> str:
    content = entry["response"]["content"]
    text = str(content["text"])
    return base64.b64decode(text).decode("utf-8", "replace") if content.get("encoding") == "base64" else text


async def inspect(browser: Browser, given: Iterable[Source], overrides: Mapping[str, str]) -> list[Seen]:
    """What is seen on each page, in their order. Raises Transient when a live page cannot be opened."""
    sources = list(given)
    # A tab is used again and again: making one takes longer than reading a page.
    tabs: asyncio.Queue[Page] = asyncio.Queue()

    async def one(source: Source) -> Seen:
        page = await tabs.get()
        try:
            return await see(page, source, overrides)
        finally:
            tabs.put_nowait(page)

    async with browsers.start(browser, headed=False) as running:
        context = await browsers.new_context(running)
        for _ in range(min(AT_ONCE, len(sources))):
            tabs.put_nowait(await context.new_page())
        return list(await asyncio.gather(*(one(source) for source in sources)))


def still(html: str) -> str:
    """A saved page without what would run in it or lead away from it."""
    return REFRESH.sub("", SCRIPT.sub("", html))


async def see(page: Page, source: Source, overrides: Mapping[str, str]) -> Seen:
    """What is seen on one page. Raises Transient when a live page cannot be opened."""
    saved = source.html is not None

    async def answer(route: Route) -> None:
        request = route.request
        if request.is_navigation_request() and request.frame == page.main_frame:
            headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": POLICY}
            await route.fulfill(status=200, headers=headers, body=still(source.html or ""))
        else:
            await route.abort()

    if saved:
        await page.route("**/*", answer)
    try:
        await page.goto(source.url, wait_until="load" if saved else "commit")
        patience = SAVED_PATIENCE if saved else LIVE_PATIENCE
        return await look(page, patience=patience, overrides=overrides, pass_hops=not saved, explain=True)
    except PlaywrightError as error:
        raise network_failure(error, source.url) from None
    finally:
        if saved:
            await page.unroute("**/*", answer)


def used(seen: Seen, overrides: Mapping[str, str]) -> dict[str, str]:
    """The overrides that had a say in a reading: those of the site's elements, and of the form finder's."""
    looked_for = {*seen.names.values()}
    return {name: way for name, way in overrides.items() if name.startswith(f"{seen.site}.") or name in looked_for}


def as_json(seen: Seen, overrides: Mapping[str, str]) -> dict[str, Any]:
    """One page as data: what the README documents."""
    return {
        "site": seen.site,
        "screen": seen.screen,
        "problem": seen.problem,
        "problem_text": seen.problem_text,
        "fields": {name: seen.fields.get(name) for name in FIELDS},
        "action": next_action(seen),
        "runner_up": dict(seen.runner_up) if seen.runner_up else None,
        "overrides": used(seen, overrides),
    }


def as_text(source: Source, seen: Seen, overrides: Mapping[str, str]) -> str:
    """One page for a person."""
    lines = [f"{source.name}", f"  site       {seen.site}", f"  screen     {seen.screen}"]
    if seen.problem or seen.problem_text:
        lines.append(f"  problem    {seen.problem or 'none'}: {seen.problem_text or ''}".rstrip(": "))
    lines += [f"  {role:<10} {selector}" for role, selector in seen.fields.items() if selector]
    lines.append(f"  next       {next_action(seen)}")
    lines += [f"  because    {reason}" for reason in seen.why]
    if up := seen.runner_up:
        lines.append(f"  not        {up['site']}/{up['screen']}: {up['why']}")
    lines += [f"  override   {name}: {locator}" for name, locator in used(seen, overrides).items()]
    if urlsplit(source.url).netloc == urlsplit(NOWHERE).netloc:
        lines.append("  note       its own address is not known; give it with --url, it helps to tell the site")
    return "\n".join(lines)


def exit_code(found: Iterable[Seen]) -> int:
    """0 when every page was recognised, else that of `PageChanged`."""
    return PageChanged.exit_code if any(seen.screen == "unknown" for seen in found) else 0
