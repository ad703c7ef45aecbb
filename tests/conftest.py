"""A browser for the tests, fetched once if there is none; and no variable of the machine's own runbook."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from hypothesis import settings

from runbook import browser

if TYPE_CHECKING:
    from playwright.async_api import Browser

# Where the real software of tests/live_idp is: not a setting of a run.
SOFTWARE = (
    "RUNBOOK_BROWSER",
    "RUNBOOK_LIVE",
    "RUNBOOK_CANAILLE",
    "RUNBOOK_SIMPLESAMLPHP",
    "RUNBOOK_NPM",
    "RUNBOOK_ATLASKIT",
)
for name in [name for name in os.environ if name.startswith("RUNBOOK_") and name not in SOFTWARE]:
    del os.environ[name]
# The sandbox takes this page wherever it is named; every test but those that ask for it wants the sandbox's own.
if "RUNBOOK_ATLASKIT" in os.environ:
    os.environ["LIVE_ATLASKIT"] = os.environ.pop("RUNBOOK_ATLASKIT")

# A shell that starts the tests in the background has them ignore Ctrl-C, and every process that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# How long one example takes says how busy the machine is, and nothing of the code.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Gets the browser before any worker asks for it."""
    if not hasattr(session.config, "workerinput") and not session.config.option.collectonly:
        browser.ensure(os.environ.get("RUNBOOK_BROWSER"), headed=False, say=lambda text: sys.stderr.write(text + "\n"))


@pytest_asyncio.fixture(loop_scope="session")
async def running() -> Browser:
    """The one browser of this process; whoever uses it makes contexts of its own in it."""
    from screen_pages import shared

    return await shared()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes minutes comes first, so that no worker is busy with it when the others have nothing left to do."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
