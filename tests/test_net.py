"""A driver's failure is told as what it is: the network, the browser, a page that moved on, or a mistake of the runbook's own."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Error
from playwright.async_api import TimeoutError as PlaywrightTimeout

from runbook.browser import new_context
from runbook.errors import Defect, RunbookError, Transient
from runbook.net import network_failure

URL = "https://login.example.com/authorize?code=fake-code"


@pytest.mark.parametrize(
    ("text", "kind", "reason", "said"),
    [
        ("Page.goto: net::ERR_NAME_NOT_RESOLVED at " + URL, Transient, "err_name_not_resolved", "(name not resolved)"),
        ("Page.goto: net::ERR_CERT_DATE_INVALID at " + URL, Transient, "err_cert_date_invalid", "cannot be reached"),
        ("APIRequestContext.get: connect ECONNREFUSED 127.0.0.1:1", Transient, "err_econnrefused", "cannot be reached"),
        ("Page.evaluate: TypeError: Failed to fetch", Transient, "err_failed", "cannot be reached"),
        ("Page.click: Target page, context or browser has been closed", Transient, "browser-gone", "was closed"),
        ("Page.click: Target crashed", Transient, "browser-gone", "was closed"),
        ("Page.evaluate: Execution context was destroyed, most likely because of a navigation", Transient, "moved-on", "moved"),
        ("Page.evaluate: Error: the shop is closed for a navigation", Transient, "driver", "(Page.evaluate)"),
        ("Page.pdf: Protocol error (Page.printToPDF): " + URL, Transient, "driver", "(Page.pdf)"),
        ('Page.query_selector: Unexpected token "" while parsing css selector "a["', Defect, "selector", "a selector that"),
        ('Page.query_selector: Unknown engine "x" while parsing selector x=y', Defect, "selector", "a selector that"),
        ("Page.evaluate: TypeError: x.y is not a function", Defect, "defect", "The runbook itself failed"),
        ('Locator.click: Error: strict mode violation: locator("a") resolved to 2 elements', Defect, "defect", "itself failed"),
    ],
)  # fmt: skip
def test_a_failure_is_told_as_what_it_is(text: str, kind: type[RunbookError], reason: str, said: str) -> None:
    told = network_failure(Error(text), URL)
    assert (type(told), told.reason) == (kind, reason)
    assert said in told.cause
    assert "fake-code" not in str(vars(told))


def test_only_a_wait_that_was_too_long_is_told_as_one() -> None:
    told = network_failure(PlaywrightTimeout("Page.goto: Timeout 8000ms exceeded."), URL)
    assert (type(told), told.cause) == (Transient, "https://login.example.com did not answer in time.")


async def test_what_the_browser_says_of_a_selector_is_known(running: Browser) -> None:
    context = await new_context(running)
    page = await context.new_page()
    try:
        for wrong in ("div[", "role=but[ton", "nope=x", "internal:role=button[["):
            with pytest.raises(Error) as caught:
                await page.wait_for_selector(wrong, timeout=5000)
            assert network_failure(caught.value, URL).reason == "selector", wrong
    finally:
        await context.close()
