"""Addresses and the network as a run tells of them: origins only, and a driver's failure as a named ending."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.async_api import Error as PlaywrightError

from runbook.errors import RunbookError, Transient


def origin_of(url: str) -> str:
    """`https://host[:port]` of an address, without path and query (which may carry codes)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def answered(origin: str, status: int) -> Transient:
    """The ending for a site that answers 5xx."""
    return Transient(f"{origin} answered {status}.", reason=f"http-{status}")


CODES = (
    "ERR_NAME_NOT_RESOLVED",
    "ERR_INTERNET_DISCONNECTED",
    "ERR_CONNECTION_REFUSED",
    "ERR_CONNECTION_RESET",
    "ERR_CONNECTION_CLOSED",
    "ERR_PROXY_CONNECTION_FAILED",
    "ERR_CERT",
    "ERR_SSL",
    "ERR_TIMED_OUT",
    "ERR_EMPTY_RESPONSE",
)


def unreachable(text: str, url: str) -> Transient | None:
    """The ending that a browser's word for a failed request (`net::ERR_...`) means; None where it is none of the network's."""
    for code in CODES:
        if code in text:
            return Transient(
                f"{origin_of(url)} cannot be reached ({code.removeprefix('ERR_').replace('_', ' ').lower()}).",
                remedy="Check the network, the proxy and the address, then run again.",
                reason=code.lower(),
            )
    return None


def network_failure(error: PlaywrightError, url: str) -> RunbookError:
    """A driver's error as a named ending; its text is not passed on, it may hold an address with codes in it."""
    text = str(error)
    if found := unreachable(text, url):
        return found
    if "Failed to fetch" in text:  # what a page is told of the network
        return Transient(f"{origin_of(url)} cannot be reached.", reason="unreachable")
    if "closed" in text or "crash" in text.lower():
        return Transient("The browser or its page was closed while a step was running.", reason="browser-gone")
    return Transient(f"{origin_of(url)} did not answer in time.", reason="timeout")
