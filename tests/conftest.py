"""A browser for the tests, fetched once if there is none; and no variable of the machine's own runbook."""

from __future__ import annotations

import os
import sys

import pytest

from runbook import browser

for name in [name for name in os.environ if name.startswith("RUNBOOK_") and name != "RUNBOOK_BROWSER"]:
    del os.environ[name]


def pytest_sessionstart(session: pytest.Session) -> None:
    """Gets the browser before any worker asks for it."""
    if not hasattr(session.config, "workerinput") and not session.config.option.collectonly:
        browser.ensure(os.environ.get("RUNBOOK_BROWSER"), headed=False, say=lambda text: sys.stderr.write(text + "\n"))
