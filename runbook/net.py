"""Addresses and the network as a run tells of them: origins only, and a driver's failure as a named ending."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeout

from runbook.errors import Defect, RunbookError, Transient

# The driver names what failed only in its texts. The browser's code, that of the driver's own requests, and a page's.
NETWORK = re.compile(
    r"\bERR_([A-Z_]+)|\b(ECONN[A-Z]+|ENOTFOUND|ETIMEDOUT|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EPIPE)\b"
    r"|(socket hang up|Failed to fetch|NetworkError when|Load failed)"
)
GONE = re.compile(
    r"(?i)\b(target|page|context|browser|connection|session)\b[\w ,.]{0,40}\b(been )?(closed|crashed)|not attached to an active page"
)
MOVED = re.compile(
    r"context was destroyed|because of a navigation|interrupted by another|Cannot find context|frame (was|got) detached"
    r"|not attached to the DOM|frame has been detached"
)
SELECTOR = re.compile(r"InvalidSelectorError|while parsing (css )?selector|Unknown engine|is not a valid selector")
# What a script of ours or a call of ours did wrong; no site has a hand in it.
OURS = re.compile(r"\b(Type|Reference|Syntax|Range)Error\b|strict mode violation|invalid URL|: expected ")
CALL = re.compile(r"^[A-Z]\w+\.\w+(?=:)")


def origin_of(url: str) -> str:
    """`https://host[:port]` of an address, without path and query (which may carry codes)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def answered(origin: str, status: int) -> Transient:
    """The ending for a site that answers 5xx."""
    return Transient(f"{origin} answered {status}.", reason=f"http-{status}")


def unreachable(text: str, url: str) -> Transient | None:
    """The ending that a browser's or a driver's word for a failed request (`net::ERR_...`) means; None where it names none."""
    if not (found := NETWORK.search(text)):
        return None
    code = (found[1] or found[2] or "failed").lower()
    return Transient(
        f"{origin_of(url)} cannot be reached ({code.replace('_', ' ')}).",
        remedy="Check the network, the proxy and the address, then run again.",
        reason=f"err_{code}",
    )


def network_failure(error: PlaywrightError, url: str) -> RunbookError:
    """A driver's error as a named ending; its text is not passed on, it may hold an address with codes in it."""
    text, origin = str(error), origin_of(url)
    if (
        isinstance(error, PlaywrightTimeout) or "TimeoutError: signal timed out" in text
    ):  # a page's own request, see `Job.fetch`
        return Transient(f"{origin} did not answer in time.", reason="timeout")
    if found := unreachable(text, url):
        return found
    if SELECTOR.search(text):
        told = Defect.of(error)
        return Defect(f"{told.cause.rstrip('.')}, a selector that the browser does not understand.", reason="selector")
    if GONE.search(text):
        return Transient("The browser or its page was closed while a step was running.", reason="browser-gone")
    if MOVED.search(text):
        return Transient(f"A page of {origin} moved on while it was being read.", reason="moved-on")
    if OURS.search(text):
        return Defect.of(error)
    call = CALL.search(text)
    return Transient(
        f"The browser could not do what was asked of it on {origin}{f' ({call[0]})' if call else ''}.", reason="driver"
    )
