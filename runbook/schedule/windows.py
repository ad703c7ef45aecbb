"""Windows: one task of the Task Scheduler, made from its XML by `schtasks`."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from xml.sax.saxutils import escape

from runbook.errors import ConfigError
from runbook.schedule.base import NAME, Request, Status, fill, must, run, template
from runbook.schedule.plan import Plan, plan, ready
from runbook.schedule.seal import SEAL, sealed

FILE = f"{NAME}.xml"
NAMESPACE = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


def texts(request: Request) -> dict[str, str]:
    """The task's XML."""
    return {FILE: xml(plan(request), request)}


def install(request: Request, force: bool) -> list[str]:
    """Registers the task. The scheduler rewrites what it is given, so that only a task of another's can be told, and no change."""
    made = plan(request)
    _check(_registered(), force)
    ready(made, request)
    with tempfile.TemporaryDirectory(prefix="runbook-") as folder:
        file = Path(folder) / FILE
        file.write_bytes(xml(made, request).encode("utf-16"))
        must(["schtasks", "/Create", "/TN", NAME, "/XML", str(file), "/F"])
    return [f"The task {NAME} is registered."]


def remove(request: Request, force: bool) -> list[str]:
    """Deletes the task."""
    there = _registered()
    if there is None:
        return ["It is not installed; nothing was changed."]
    _check(there, force)
    must(["schtasks", "/Delete", "/TN", NAME, "/F"])
    return [f"The task {NAME} is deleted."]


def status(request: Request) -> Status:
    """From `schtasks /Query`, whose times are in the system's own language."""
    there = _registered()
    if there is None:
        return Status("windows", False, NAME)
    shown = must(["schtasks", "/Query", "/TN", NAME, "/FO", "CSV", "/V", "/NH"]).decode(errors="replace")
    row = _cells(shown)
    notes = [f"Next: {row[2]}. Last: {row[5]}."] if len(row) > 6 else []
    result = int(row[6]) if len(row) > 6 and row[6].lstrip("-").isdigit() else None
    return Status("windows", True, NAME, None, None, result, tuple(notes))


def argument(words: list[str]) -> str:
    """Arguments as a Windows program takes them apart. Raises ConfigError for what the scheduler would replace."""
    for each in words:
        if "%" in each or "$(" in each:
            raise ConfigError(
                f"Windows replaces % and $( in a task's command: {each}.",
                remedy="Use a path without them.",
                reason="odd-path",
            )
    return subprocess.list2cmdline(words)


def xml(made: Plan, request: Request) -> str:
    """The task of a plan, sealed."""
    if made.env:
        raise ConfigError(
            f"A task of Windows has no environment of its own, and {', '.join(sorted(made.env))} is set in this shell alone.",
            remedy="Put it into .env.",
            reason="shell-variable",
        )
    for path in (made.python, made.folder):
        argument([path])
    domain = os.environ.get("USERDOMAIN", "")
    values = {
        "minute": f"{request.minute:02}",
        "user": escape(f"{domain}\\{made.user}" if domain else made.user),
        # A schedule of the machine runs while nobody is signed in, and has no keyring then; one of the user needs no rights.
        "logon": "S4U" if request.system else "InteractiveToken",
        "command": escape(made.python),
        "folder": escape(made.folder),
        "reauthorize": escape(argument(made.argv("reauthorize")[1:])),
    }
    return sealed(fill(template("windows.xml"), values), request.mark)


def _registered() -> str | None:
    done = run(["schtasks", "/Query", "/TN", NAME, "/XML"])
    if done.returncode:
        return None
    wide = done.stdout[:2] in (b"\xff\xfe", b"\xfe\xff")
    return done.stdout.decode("utf-16" if wide else "utf-8", errors="replace")


def _check(there: str | None, force: bool) -> None:
    if there is not None and not SEAL.search(there) and not force:
        raise ConfigError(
            f"The task {NAME} was not made by this tool.",
            remedy="Look at it; with --force it is replaced or removed.",
            reason="not-our-schedule",
        )


def _cells(shown: str) -> list[str]:
    import csv

    return next(csv.reader(shown.strip().splitlines()), [])
