"""A recording session with the pair of sites."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright

from fixtures_support.pair import PASSWORD, USERNAME, Pair, connect, sign_in
from runbook.browser import find
from runbook.fixtures import Recorder, Tenant

SECRETS = [("admin password", PASSWORD)]


@asynccontextmanager
async def browser(*args: str) -> AsyncIterator[Browser]:
    """A headless browser for the length of the block."""
    async with async_playwright() as driver:
        running = await driver.chromium.launch(executable_path=find(None, headed=False).path, args=list(args))
        try:
            yield running
        finally:
            await running.close()


def recorder(out: Path, **options: Any) -> Recorder:
    """A recorder that knows the pair's secrets."""
    known: dict[str, Any] = {
        "secrets": lambda: SECRETS,
        "people": {"admin": USERNAME},
        "tenant": Tenant(mail_domain="acme.atlassian.net"),
    }
    return Recorder(out, **{"source": "sandbox", "scenario": "pair", **known, **options})


async def record(out: Path, **options: Any) -> list[Path]:
    """Records the two steps `sign_in` and `connect` of the pair; the sites are gone when this returns."""
    with Pair() as pair, recorder(out, **options) as rec:
        async with browser(*pair.args) as running:
            context = await running.new_context(ignore_https_errors=True, **rec.context_options())
            page = await context.new_page()
            await rec.begin("sign_in", context, {})
            await sign_in(page, USERNAME, PASSWORD)
            facts = {"account_id": pair.server.account, "account_address": USERNAME}
            await rec.end("sign_in", facts, None)
            await page.goto("about:blank")
            await rec.begin("connect", context, facts)
            await connect(page)
            await rec.end("connect", {**facts, "connected": ["help@acme.atlassian.net"]}, None)
            await context.close()
        return rec.finish()
