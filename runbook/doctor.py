"""Is this machine ready for a run? Checks that leave nothing behind; with `fix` a missing browser is fetched."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from runbook.browser import Browser, ensure, find, version_line
from runbook.driver_versions import driver_line
from runbook.errors import ConfigError, RunbookError, Transient
from runbook.secrets import SecretRef
from runbook.state import examine

if TYPE_CHECKING:
    from runbook.settings import Settings

VARIABLES = {"runs folder": "RUNBOOK_RUNS", "state folder": "RUNBOOK_STATE"}
FOLDERS = tuple(VARIABLES)
Status = Literal["ok", "warning", "failed"]


class Folders(Protocol):
    """What is needed of the settings."""

    @property
    def runs(self) -> Path: ...

    @property
    def state(self) -> Path: ...

    @property
    def state_url(self) -> SecretRef | None: ...


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    name: str
    status: Status
    detail: str
    remedy: str = ""


def checks(
    settings_loader: Callable[[], Folders], choice: str | None, fix: bool, say: Callable[[str], None]
) -> list[Check]:
    """Looks at driver, browser (starting it once), settings, folders and state; not to be called from a running event loop.

    `choice` as for `browser.find`; `settings_loader` may raise ConfigError; `say` takes the progress of a fetch.
    """
    found = [_driver(), _browser(choice, fix, say)]
    try:
        settings = settings_loader()
    except ConfigError as error:
        unknown = [
            Check(name, "warning", "Not looked at: the settings say where it is.") for name in (*FOLDERS, "state")
        ]
        return [*found, _failed("settings", error), *unknown]
    found.append(Check("settings", "ok", "can be read"))
    return [*found, *map(_folder, FOLDERS, (settings.runs, settings.state)), _state(settings)]


def telling(settings_loader: Callable[[], Settings]) -> list[Check]:
    """Looks at everybody who is told of failures and recoveries, without telling them. Settings that cannot be read are not
    told again."""
    from runbook.redact import Redactor
    from runbook.telling import targets

    try:
        notify = settings_loader().notify
    except ConfigError:
        return []
    found, redactor = [], Redactor()
    for target in targets(notify, redactor):
        if problem := target.problem():
            why = redactor.text(f"{target.shown}: {problem}.")
            found.append(Check("notify", "failed", why, "Correct it; `python -m runbook notify --test` tries it."))
        else:
            found.append(Check("notify", "ok", target.shown))
    return found


def render(results: list[Check], as_json: bool) -> str:
    """The checks for a person, one line each and a line for a remedy, or as a JSON array."""
    if as_json:
        return json.dumps([asdict(check) for check in results], indent=2, ensure_ascii=False)
    width = max((len(check.name) for check in results), default=0)
    lines = []
    for check in results:
        first, *more = check.detail.splitlines() or [""]
        lines.append(f"{check.status:<8}{check.name:<{width}}  {first}")
        lines += [f"{'':<8}{'':<{width}}  {line}" for line in more]
        if check.remedy:
            lines.append(f"{'':<8}{'':<{width}}  Remedy: {check.remedy}")
    return "\n".join(lines)


def exit_code(results: list[Check]) -> int:
    """2 when a check failed, else 0."""
    return 2 if any(check.status == "failed" for check in results) else 0


def _driver() -> Check:
    try:
        return Check("driver", "ok", driver_line())
    except PackageNotFoundError:
        return Check("driver", "failed", "Playwright is not installed.", "Run `pip install jsm-mailbox-runbook` again.")


def _browser(choice: str | None, fix: bool, say: Callable[[str], None]) -> Check:
    try:
        browser = ensure(choice, headed=False, say=say) if fix else find(choice, headed=False)
        if browser is None:
            return Check("browser", "failed", "There is none.", "Run `python -m runbook doctor --fix`.")
        return Check("browser", "ok", f"{asyncio.run(version_line(browser))}, {browser.path}{_headed(choice, browser)}")
    except ConfigError as error:
        return _failed("browser", error)


def _headed(choice: str | None, used: Browser) -> str:
    try:
        window = find(choice, headed=True)
    except ConfigError:
        window = None
    if window is None:
        return "; none with a window for --headed"
    return "" if window == used else f"; with a window: {window.path}"


def _folder(name: str, path: Path) -> Check:
    nearest = next(folder for folder in (path, *path.parents) if folder.exists())
    if not nearest.is_dir():
        return Check(name, "failed", f"{nearest} is not a folder.", f"Name another one in {VARIABLES[name]}.")
    try:
        # Only trying tells: the rights of a folder say nothing about a disk that is full or mounted to be read only.
        tempfile.TemporaryDirectory(prefix=".runbook-", dir=nearest).cleanup()
    except OSError as error:
        why = f"{nearest} cannot be written to ({error.strerror})."
        return Check(name, "failed", why, f"Make it writable, or name another folder in {VARIABLES[name]}.")
    if nearest != path:
        return Check(name, "ok", f"{path}, made by the first run")
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        return Check(name, "failed", f"Others than its owner can get into {path}.", f"Run `chmod 700 {path}`.")
    return Check(name, "ok", str(path))


def _state(settings: Folders) -> Check:
    try:
        return Check("state", "ok", examine(settings.state, settings.state_url))
    except (ConfigError, Transient) as error:
        return _failed("state", error)


def _failed(name: str, error: RunbookError) -> Check:
    return Check(name, "failed", error.cause, error.remedy)
