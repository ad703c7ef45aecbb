"""What the verb `schedule` does: print, install, status and remove for one kind of scheduler."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from runbook.errors import ConfigError
from runbook.schedule import SCOPED, Request, Status, choose, kind, system_by_default
from runbook.schedule.seal import put

# Which options an action takes, by what is given without them.
TAKES = {
    "config": ("print", "install"),
    "force": ("install", "remove"),
    "out": ("print",),
    "image": ("print",),
    "as_json": ("status",),
}
WRITTEN = {"as_json": "--json"}


def schedule(action: str, name: str | None, system: bool | None, given: Mapping[str, Any]) -> int:
    """Carries the action out. Returns the exit code. `system`: None where nobody said. Raises ConfigError."""
    name = name or choose()
    _check(action, name, system, given)
    scoped = system_by_default() if system is None else system
    request = Request(Path.cwd(), given["config"], scoped and name in SCOPED, given["image"])
    does = kind(name)
    if action == "print":
        _print(does.texts(request), given["out"])
    elif action == "status":
        found = does.status(request)
        _say(json.dumps(asdict(found), indent=2, ensure_ascii=False) if given["as_json"] else told(found))
    else:
        done = does.install if action == "install" else does.remove
        _say("\n".join(done(request, given["force"])))
    return 0


def told(status: Status) -> str:
    """The status for a person."""
    lines = [f"{status.kind}: {'installed' if status.installed else 'not installed'} ({status.where})"]
    if status.installed:
        lines.append(
            f"Last firing: {_time(status.last)}" + ("" if status.result is None else f", exit code {status.result}")
        )
        lines.append(f"Next firing: {_time(status.next)}")
    return "\n".join((*lines, *status.notes))


def _check(action: str, name: str, system: bool | None, given: Mapping[str, Any]) -> None:
    """An option that would do nothing is refused."""
    for option, actions in TAKES.items():
        if given[option] and action not in actions:
            raise ConfigError(
                f"{WRITTEN.get(option, f'--{option}')} says nothing to `schedule {action}`.",
                remedy="Leave it out.",
                reason="usage",
            )
    if system is not None and name not in SCOPED:
        raise ConfigError(
            f"{name} has no schedule of the machine beside that of the user.",
            remedy="Leave --system and --user out.",
            reason="usage",
        )
    if given["image"] and name != "kubernetes":
        raise ConfigError(f"{name} uses no image.", remedy="Leave --image out.", reason="usage")


def _print(texts: Mapping[str, str], out: Path | None) -> None:
    if out:
        for file, text in texts.items():
            # The Task Scheduler takes what it gives itself, and that is UTF-16.
            put(out / file, text, "utf-16" if file.endswith(".xml") else "utf-8")
            _say(f"Written: {out / file}")
        return
    for file, text in texts.items():
        header = f"# ---- {file}\n" if len(texts) > 1 else ""
        sys.stdout.write(header + text)


def _time(at: float | None) -> str:
    return "not known" if at is None else datetime.fromtimestamp(at).astimezone().isoformat(" ", "minutes")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
