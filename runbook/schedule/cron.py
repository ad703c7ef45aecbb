"""cron: one line of the user's crontab, told by the seal at its end. Every other byte of the table stays as it is."""

from __future__ import annotations

import re
import shlex
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from runbook.errors import ConfigError
from runbook.schedule.base import PATH, Request, Status, fill, must, run, template
from runbook.schedule.plan import Plan, plan, ready
from runbook.schedule.seal import SEAL, check, notes, sealed

LONGEST = 998  # bytes of a command; what is longer is cut or refused by the usual crons
WHERE = "The line in the crontab"
RETURN = "\\r"
NONE = re.compile(r"no crontab for|can't open .*No such file", re.IGNORECASE)


def texts(request: Request) -> dict[str, str]:
    """The line."""
    return {"crontab": line(plan(request), request)}


def install(request: Request, force: bool) -> list[str]:
    """Puts the line at the end of the crontab, or in the place of the one that is there."""
    made = plan(request)
    wanted = line(made, request)
    table = _table()
    ours = _ours(table)
    for each in ours:
        check(each, request.mark, WHERE, force)
    ready(made, request)
    if ours == [wanted]:
        return ["It is installed already; nothing was changed."]
    _write(_with(table, wanted))
    return ["The crontab has the line:", wanted.rstrip("\n")]


def remove(request: Request, force: bool) -> list[str]:
    """Takes the line out."""
    table = _table()
    ours = _ours(table)
    if not ours:
        return ["It is not installed; nothing was changed."]
    for each in ours:
        check(each, request.mark, WHERE, force)
    _write("".join(each for each in _split(table) if each not in ours))
    return ["The line was taken out of the crontab."]


def status(request: Request) -> Status:
    """From the line, the clock and the log: cron itself tells nothing."""
    ours = _ours(_table())
    if not ours:
        return Status("cron", False, "crontab")
    said = [
        *notes(ours[0], request.mark, WHERE),
        "cron does not tell when it fired; the log was last written then. Whether cron runs cannot be known from here.",
    ]
    if ours[0].startswith("#"):
        return Status("cron", True, "crontab", None, _written(ours[0]), notes=(*said, "The line is commented out."))
    return Status("cron", True, "crontab", _next(ours[0]), _written(ours[0]), notes=tuple(said))


def line(made: Plan, request: Request) -> str:
    """The line of a plan, sealed."""
    if "\\" in "".join((made.python, made.folder, *made.options, made.log, *made.env.values())):
        raise ConfigError(
            "A path or a variable of the schedule has a backslash, which every cron reads in another way.",
            remedy="Use paths without one, or another kind of schedule.",
            reason="odd-path",
        )
    values = {
        "minute": str(request.minute),
        "folder": quoted(made.folder),
        "environment": " ".join(f"{key}={quoted(value)}" for key, value in {"PATH": PATH, **made.env}.items()),
        "python": quoted(made.python),
        "options": "".join(f" {quoted(each)}" for each in made.options),
        "log": quoted(made.log),
    }
    text = sealed(fill(template("crontab"), values), request.mark)
    if len(text.encode()) > LONGEST:
        raise ConfigError(
            f"The line for the crontab is longer than {LONGEST} bytes.",
            remedy="Use shorter paths, or set in .env what this shell sets.",
            reason="odd-path",
        )
    return text


def quoted(text: str) -> str:
    """A word for the shell that also passes cron, which takes a bare % for a line break: it stands outside of the quotes with a
    backslash, and comes out as a % whether this cron removes that or the shell does."""
    return "\\%".join(shlex.quote(part) if part else "" for part in text.split("%")) or "''"


def unquoted(line: str) -> list[str]:
    """The words of such a line."""
    try:
        return shlex.split(line, comments=True)
    except ValueError:
        return line.split()


def _table() -> str:
    done = run(["crontab", "-l"])
    told = done.stderr.decode(errors="replace")
    if done.returncode == 0:
        shown = done.stdout.decode(errors="surrogateescape")
        return _edited('cat "$1" > raw') if RETURN in shown else shown
    if NONE.search(told):
        return ""
    raise ConfigError(
        f"The crontab cannot be read ({told.strip().rstrip('.') or f'exit code {done.returncode}'}).",
        remedy="`crontab -l` has to work for this user.",
        reason="tool",
    )


def _write(table: str) -> None:
    if "\r" in table or RETURN in table:
        _edited('cat table > "$1"; touch -t 203001010000 "$1"', table)  # some crons tell a change by the second
    else:
        must(["crontab", "-"], table.encode(errors="surrogateescape"))


def _edited(script: str, table: str = "") -> str:
    """Has `crontab -e` run the shell script as its editor, in a folder where `table` is; what it leaves in `raw`. Debian's `crontab -l`
    shows a carriage return as two letters, so that a table that has one can only be had, and put back, this way."""
    with tempfile.TemporaryDirectory(prefix="runbook-") as folder:
        editor = Path(folder) / "editor"
        (Path(folder) / "table").write_bytes(table.encode(errors="surrogateescape"))
        editor.write_text(f"#!/bin/sh\ncd {shlex.quote(folder)} && {{ {script}; }}\n", encoding="utf-8")
        editor.chmod(0o700)
        must(["crontab", "-e"], VISUAL=str(editor), EDITOR=str(editor))
        raw = Path(folder) / "raw"
        return raw.read_bytes().decode(errors="surrogateescape") if raw.exists() else ""


def _split(table: str) -> list[str]:
    """Lines with their ends; only a line feed ends one."""
    return re.findall(r"[^\n]*\n|[^\n]+", table)


def _ours(table: str) -> list[str]:
    return [line for line in _split(table) if SEAL.search(line)]


def _with(table: str, line: str) -> str:
    """The table with the line where ours was, else at its end; a last line without an end gets one."""
    kept: list[str] = []
    placed = False
    for each in _split(table):
        if not SEAL.search(each):
            kept.append(each)
        elif not placed:
            kept.append(line)
            placed = True
    if placed:
        return "".join(kept)
    return table + ("" if not table or table.endswith("\n") else "\n") + line


def _next(line: str) -> float | None:
    found = re.match(r"(\d+) \* \* \* \* ", line)
    if not found:
        return None
    now = datetime.now().astimezone()
    at = now.replace(minute=int(found[1]), second=0, microsecond=0)
    return (at if at > now else at + timedelta(hours=1)).timestamp()


def _written(line: str) -> float | None:
    log = next((word.removeprefix(">>") for word in unquoted(line) if word.startswith(">>")), None)
    return written(log) if log else None


def written(log: str) -> float | None:
    """When the log was last written; None if it is not there."""
    try:
        return Path(log).stat().st_mtime
    except OSError:
        return None
