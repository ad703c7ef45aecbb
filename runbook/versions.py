"""Which software a run was made with."""

from __future__ import annotations

import platform
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version

from runbook import __version__


def versions(browser: str = "") -> dict[str, str]:
    """Name to version: runbook, Python, Playwright, the browser (as given; left out when empty), the operating system."""
    found = {"runbook": __version__, "python": f"{platform.python_implementation()} {platform.python_version()}"}
    with suppress(PackageNotFoundError):
        found["playwright"] = version("playwright")
    if browser:
        found["browser"] = browser
    return {**found, "system": _system()}


def _system() -> str:
    kernel = f"{platform.system()} {platform.release()} {platform.machine()}".strip()
    with suppress(OSError):  # not Linux, or one that does not say
        return f"{platform.freedesktop_os_release()['PRETTY_NAME']}, {kernel}"
    return kernel
