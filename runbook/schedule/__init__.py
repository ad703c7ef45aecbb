"""An hourly `reauthorize`, which looks first, by the machine's own scheduler: one module a kind, the texts in `templates/`.

A kind knows four things: its files as text, how to put them in place, how to take them away again, and what its scheduler tells.
"""

from __future__ import annotations

import os
import shutil
import sys
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from runbook.errors import ConfigError, RunbookError
from runbook.schedule.base import Request, Status

__all__ = ["KINDS", "Kind", "Request", "Status", "choose", "installed", "kind", "system_by_default"]

KINDS = {
    "systemd": "systemd",
    "cron": "cron",
    "launchd": "launchd",
    "windows": "windows",
    "kubernetes": "kubernetes",
    "github-actions": "github_actions",
}
# Kinds that have one scheduler for the machine and one for each user.
SCOPED = frozenset({"systemd", "launchd", "windows"})


class Kind(Protocol):
    """A scheduler. All raise ConfigError: for what it cannot do, what stands in the way, and what its tool refuses."""

    def texts(self, request: Request) -> dict[str, str]:
        """Its files, by name."""
        ...

    def install(self, request: Request, force: bool) -> list[str]:
        """Puts them in place, and says what it did in sentences. Twice does nothing more. `force`: over what a person changed."""
        ...

    def remove(self, request: Request, force: bool) -> list[str]:
        """Takes away what `install` put there, and nothing else."""
        ...

    def status(self, request: Request) -> Status:
        """What there is, and what its scheduler tells of it."""
        ...


def kind(name: str) -> Kind:
    """The kind of that name."""
    return cast(Kind, import_module(f"runbook.schedule.{KINDS[name]}"))


def choose() -> str:
    """The kind that this machine has. Raises ConfigError when it has none."""
    if sys.platform == "win32":
        return "windows"
    if sys.platform == "darwin":
        return "launchd"
    if Path("/run/systemd/system").is_dir():
        return "systemd"
    if shutil.which("crontab"):
        return "cron"
    raise ConfigError(
        "Neither systemd nor cron runs on this machine.",
        remedy="Install cron, or name another kind: --as kubernetes or --as github-actions.",
        reason="no-scheduler",
    )


def system_by_default() -> bool:
    """Whether a schedule is the machine's own if nobody says: for root, and for an elevated prompt of Windows."""
    if sys.platform == "win32":
        import ctypes

        return bool(ctypes.windll.shell32.IsUserAnAdmin())
    return os.geteuid() == 0


def installed(folder: Path | None = None) -> Status | None:
    """The schedule that this machine has for the folder's runbook (default: the current one), its own before the user's; None if
    there is none. Never raises for a scheduler that does not answer: then it has none that is known of."""
    here = folder or Path.cwd()
    names = [name for name in ("systemd", "launchd", "windows") if name == _native()] + ["cron"]
    requests = [(name, Request(here, system=system)) for name in names for system in _scopes(name)]
    for name, request in requests:
        try:
            found = kind(name).status(request)
        except RunbookError:
            continue
        if found.installed:
            return found
    return None


def _native() -> str:
    return {"win32": "windows", "darwin": "launchd"}.get(sys.platform, "systemd")


def _scopes(name: str) -> tuple[bool, ...]:
    return (True, False) if name in {"systemd", "launchd"} else (False,)
