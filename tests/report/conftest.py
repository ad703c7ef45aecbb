"""One browser for all the pages of the report that are looked at."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from runbook.browser import ensure, start


@pytest.fixture(scope="session")
async def running() -> AsyncIterator[Browser]:
    found = ensure(None, headed=False, say=lambda text: None)
    async with start(found, headed=False) as browser:
        yield browser
