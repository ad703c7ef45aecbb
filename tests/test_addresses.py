"""Addresses are read whole from pages: half of one would be another mailbox."""

from __future__ import annotations

from html import escape

from play import DRIVER

from flows.jira.email_page import ROWS
from flows.prove_mailbox import addresses_on
from flows.screens import evaluate
from runbook.browser import ensure, start

WHOLE = [
    "r&d@example.com",
    "o'brien+jira@sub.example.com",
    "support_1@example-2.com",
    "büro@straße.example",
    "no#1~x@example.com",
]
AROUND = ("{}", "({})", "<{}>", "'{}'", "Reply-to: {}.")


async def test_an_address_is_read_whole_and_nothing_around_it() -> None:
    found = ensure(None, headed=False, say=lambda _: None)
    async with start(found, headed=False, driver=DRIVER) as running:
        page = await running.new_page()
        for around in AROUND:
            rows = "".join(f"<tr><td>{escape(around.format(each))}</td><td>Microsoft</td></tr>" for each in WHOLE)
            await page.set_content(f"<main><table>{rows}</table></main>")
            assert await addresses_on(page) == WHOLE
            assert [row["address"] for row in (await evaluate(page, ROWS))["rows"]] == WHOLE
