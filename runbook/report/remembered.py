"""What the state remembers of runs and health, as the index knows them: it holds more than the folders, which are removed in time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from runbook.report.channels import SICK, Look
from runbook.report.entries import Entry


class Run(Protocol):
    """What is needed of a remembered run (`runbook.state.RunRow`); times are seconds since 1970."""

    @property
    def channel(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def due(self) -> str: ...
    @property
    def started(self) -> float: ...
    @property
    def ended(self) -> float: ...
    @property
    def outcome(self) -> str: ...
    @property
    def exit_code(self) -> int: ...
    @property
    def cause(self) -> str: ...
    @property
    def down(self) -> bool: ...
    @property
    def gap_from(self) -> float | None: ...
    @property
    def gap_seconds(self) -> float | None: ...
    @property
    def folder(self) -> str: ...


class Health(Protocol):
    """What is needed of a remembered look (`runbook.state.HealthRow`)."""

    @property
    def channel(self) -> str: ...
    @property
    def at(self) -> float: ...
    @property
    def verdict(self) -> str: ...
    @property
    def evidence(self) -> str: ...
    @property
    def until(self) -> float | None: ...


def joined(entries: Sequence[Entry], runs: Iterable[Run]) -> list[Entry]:
    """The entries of the folders, and those of the state whose folder is not among them."""
    known = {each.run for each in entries}
    return [*entries, *(entry for run in runs if (entry := _entry(run)).run not in known)]


def looks(rows: Iterable[Health]) -> list[Look]:
    """The looks at health."""
    return [
        Look(row.channel, _at(row.at), _at(row.at if row.until is None else row.until), row.verdict, row.evidence)
        for row in rows
    ]


def _entry(run: Run) -> Entry:
    return Entry(
        run=Path(run.folder).name,
        channel=run.channel,
        started=_at(run.started),
        ended=_at(run.ended),
        outcome=run.outcome,
        exit_code=run.exit_code,
        cause=run.cause,
        mailbox=run.address,
        dry_run=run.due == "dry-run",
        down=run.down,
        gap_from=None if run.gap_from is None else _at(run.gap_from),
        gap_seconds=run.gap_seconds,
        found=f"{SICK[run.due]}: that is why it was run." if run.due in SICK else "",
    )


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
