"""What the verb `notify` does: lists who is told, and tells them a test."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from runbook.errors import ConfigError
from runbook.redact import Redactor
from runbook.settings import load
from runbook.settings.notify import Notify
from runbook.telling import Message, Undelivered, targets

FAILED = 10


@dataclass(frozen=True)
class Line:
    """One target: how it is shown, and what became of it (`ready`, `sent`, `failed`), with why."""

    target: str
    status: str
    why: str = ""


def notify(test: bool, config: Path | None, as_json: bool) -> int:
    """Prints each target of the settings, and whether it can be used; with `test` whether a message went out. Returns 0, or 10
    when one did not work. Raises ConfigError when a test has nobody to reach."""
    settings = load(config=config).notify
    if test and settings.nobody:
        raise ConfigError(
            "The settings name nobody to tell.",
            remedy="Set RUNBOOK_NOTIFY, or [notify] in runbook.toml.",
            reason="nobody",
        )
    lines = look(settings, test)
    click.echo(json.dumps([asdict(line) for line in lines], indent=2) if as_json else _table(lines))
    return FAILED if any(line.status == "failed" for line in lines) else 0


def look(settings: Notify, test: bool) -> list[Line]:
    """Each target; with `test`, after it was told."""
    redactor = Redactor()
    lines = []
    for target in targets(settings, redactor):
        why = target.problem()
        if test and not why:
            try:
                target.send(Message("test"))
            except Undelivered as error:
                why = str(error)
        lines.append(Line(target.shown, "failed" if why else "sent" if test else "ready", redactor.text(why)))
    return lines


def _table(lines: list[Line]) -> str:
    if not lines:
        return "Nobody is told. Set RUNBOOK_NOTIFY, or [notify] in runbook.toml."
    width = max(len(line.target) for line in lines)
    return "\n".join(f"{line.status:<8}{line.target:<{width}}  {line.why}".rstrip() for line in lines)
