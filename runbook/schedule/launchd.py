"""launchd: a property list, of the user (LaunchAgents) or of the machine (LaunchDaemons)."""

from __future__ import annotations

import os
import plistlib
import re
from datetime import datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

from runbook.schedule.base import NAME, PATH, Request, Status, fill, must, run, template
from runbook.schedule.cron import written
from runbook.schedule.plan import Plan, plan, ready
from runbook.schedule.seal import check, drop, notes, put, read, sealed

LABEL = f"com.{NAME}"
FILE = f"{LABEL}.plist"


def texts(request: Request) -> dict[str, str]:
    """The property list, sealed."""
    return {FILE: plist(plan(request), request)}


def install(request: Request, force: bool) -> list[str]:
    """Writes the file and loads it."""
    made = plan(request)
    text, path = plist(made, request), _path(request)
    check(read(path), request.mark, str(path), force)
    ready(made, request)
    loaded = run(["launchctl", "print", _target(request)]).returncode == 0
    if path.is_symlink():
        drop(path)  # only --force gets here
    changed = put(path, text)
    if loaded and not changed:
        return ["It is installed already; nothing was changed."]
    if loaded:
        must(["launchctl", "bootout", _target(request)])
    must(["launchctl", "bootstrap", _domain(request), str(path)])
    return [f"Written: {path}", "launchd has loaded it."]


def remove(request: Request, force: bool) -> list[str]:
    """Unloads it and deletes the file."""
    path = _path(request)
    text = read(path)
    if text is None:
        return ["It is not installed; nothing was changed."]
    check(text, request.mark, str(path), force)
    if run(["launchctl", "print", _target(request)]).returncode == 0:
        must(["launchctl", "bootout", _target(request)])
    drop(path)
    return [f"Deleted: {path}"]


def status(request: Request) -> Status:
    """From the file, `launchctl print`, the clock and the log."""
    path = _path(request)
    text = read(path)
    if text is None:
        return Status("launchd", False, str(path))
    said = notes(text, request.mark, str(path))
    done = run(["launchctl", "print", _target(request)])
    if done.returncode:
        said.append("launchd has not loaded it; `python -m runbook schedule install` does.")
    else:
        said.append("launchd does not tell when it fired; the log was last written then.")
    exited = re.search(rb"last exit code = (\d+)", done.stdout)
    log, minute = read_list(text)
    return Status(
        "launchd",
        True,
        str(path),
        None if done.returncode or minute is None else next_at(minute),
        written(log) if log else None,
        int(exited[1]) if exited else None,
        tuple(said),
    )


def next_at(minute: int) -> float:
    """The next time, in seconds since 1970, at which the hour is that many minutes old."""
    now = datetime.now().astimezone()
    at = now.replace(minute=minute, second=0, microsecond=0)
    return (at if at > now else at + timedelta(hours=1)).timestamp()


def read_list(text: str) -> tuple[str | None, int | None]:
    """Log and minute of an installed list."""
    try:
        found = plistlib.loads(text.encode())
        return str(found["StandardOutPath"]), int(found["StartCalendarInterval"]["Minute"])
    except (plistlib.InvalidFileException, ValueError, KeyError, TypeError, IndexError, AttributeError):
        return None, None
    except Exception as error:  # what the XML parser raises is a type of its own
        if type(error).__name__ == "ExpatError":
            return None, None
        raise


def plist(made: Plan, request: Request) -> str:
    """The property list of a plan, sealed."""

    def strings(words: list[str]) -> str:
        return "\n".join(f"    <string>{escape(each)}</string>" for each in words)

    variables = {"PATH": f"/opt/homebrew/bin:{PATH}", **made.env}
    user = f"  <key>UserName</key>\n  <string>{escape(made.user)}</string>" if request.system else ""
    values = {
        "label": LABEL,
        "arguments": strings(made.argv("reauthorize")),
        "folder": escape(made.folder),
        "variables": "\n".join(
            f"    <key>{key}</key>\n    <string>{escape(text)}</string>" for key, text in variables.items()
        ),
        "minute": str(request.minute),
        "user": user,
        "output": escape(made.log),
    }
    lines = [line for line in fill(template("launchd.plist"), values).splitlines() if line.strip()]
    return sealed("\n".join(lines) + "\n", request.mark)


def _path(request: Request) -> Path:
    if request.system:
        return Path("/Library/LaunchDaemons") / FILE
    return Path.home() / "Library" / "LaunchAgents" / FILE


def _domain(request: Request) -> str:
    return "system" if request.system else f"gui/{os.getuid()}"


def _target(request: Request) -> str:
    return f"{_domain(request)}/{LABEL}"
