"""A browser for the tests, fetched once if there is none; and no variable of the machine's own runbook."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, Any

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
# What is skipped unless it is asked for, by its marker or by a file's name: how.
ASK = {
    "live_idp": 'real software: eval "$(bash .ci/live_idp FOLDER)" && pytest -m live_idp',
    "thorough": "more than the tests of one run: pytest -m thorough",
}
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


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """A test waits for a browser, or for the next one-time code, much of its time: more of them than there are cores."""
    return (os.cpu_count() or 1) + 2


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tells a worker of pytest-xdist what only the first process can know."""
    node.workerinput["asked"] = sorted(asked(node.config))


def asked(config: pytest.Config) -> set[str]:
    """The markers of `ASK` that somebody has asked for; a file's name asks for all that is in it."""
    named = config.args_source is pytest.Config.ArgsSource.ARGS
    return {marker for marker in ASK if named or marker in config.option.markexpr}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What has to be asked for is skipped unless it was. What takes minutes comes first, so that no worker is busy with it when
    the others have nothing left to do."""
    told = getattr(config, "workerinput", None)
    for marker in ASK.keys() - (told["asked"] if told else asked(config)):
        for item in items:
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=ASK[marker]))
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
