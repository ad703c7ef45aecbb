"""Which driver Playwright brings along, and for which browser it was made: what a machine runs besides Python packages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from runbook.browser_find import driver_package
from runbook.environment import without_secrets

SECONDS = 10.0  # for a program that only says its version


def driver_line() -> str:
    """`Playwright 1.65.2, driver 1.65.1 on Node 26.13.1, made for Chromium 159.0.8154.6 (revision 1255)`; what cannot be found out
    is left out. Raises PackageNotFoundError without Playwright."""
    package = driver_package()
    line = f"Playwright {version('playwright')}"
    if driver := _read(package / "package.json").get("version"):
        line += f", driver {driver}"
    if node := _node(package):
        line += f" on Node {node}"
    browsers = _read(package / "browsers.json").get("browsers", [])
    made_for = next((each for each in browsers if each.get("name") == "chromium"), None)
    if made_for:
        line += f", made for Chromium {made_for.get('browserVersion')} (revision {made_for.get('revision')})"
    return line


def _read(path: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        found = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(found, dict):
            return found
    return {}


def _node(package: Path) -> str:
    program = os.environ.get("PLAYWRIGHT_NODEJS_PATH") or package.parent / (
        "node.exe" if sys.platform == "win32" else "node"
    )
    with suppress(OSError, subprocess.SubprocessError):
        said = subprocess.run(  # noqa: S603 - the driver's own program
            [program, "--version"], capture_output=True, text=True, timeout=SECONDS, check=True,
            env=without_secrets(os.environ),
        )  # fmt: skip
        return said.stdout.strip().removeprefix("v")
    return ""
