"""What the index knows of each run: from the folders of runs, and from the state where a folder is gone."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from runbook import files
from runbook.errors import ConfigError
from runbook.report import words
from runbook.report.run_page import PAGE
from runbook.run_record import FOLDER, RECORD, RunRecord, read


@dataclass(frozen=True)
class Entry:
    """One run. `run`: its folder's name; `found`: what it found wrong with the connection that it replaced; `link`: its page,
    from the folder of runs; times are aware."""

    run: str
    channel: str
    started: datetime
    ended: datetime | None = None
    outcome: str = ""
    exit_code: int | None = None
    cause: str = ""
    mailbox: str = ""
    sandbox: bool = False
    dry_run: bool = False
    down: bool = False
    gap_from: datetime | None = None
    gap_seconds: float | None = None
    found: str = ""
    link: str | None = None

    @property
    def seconds(self) -> float | None:
        """How long it took."""
        return (self.ended - self.started).total_seconds() if self.ended else None

    @property
    def tone(self) -> words.Tone:
        """How grave its ending is."""
        return "bad" if self.down else words.ENDINGS.get(self.outcome, ("", "bad"))[1]

    @property
    def label(self) -> str:
        """Its ending for a person."""
        return "Dry run" if self.dry_run and self.exit_code == 0 else words.label(self.outcome)


def folders(root: Path) -> list[Path]:
    """The folders of runs, oldest first; no link. Raises ConfigError when the folder cannot be read, or others can get into it."""
    try:
        files.check(root, root.stat())
        with os.scandir(root) as found:
            names = [each.name for each in found if FOLDER.fullmatch(each.name) and each.is_dir(follow_symlinks=False)]
    except FileNotFoundError:
        return []
    except files.OpenToOthers as wide:
        raise ConfigError(f"The folder for runs {root} {wide.problem}.", remedy=wide.remedy) from None
    except OSError as error:
        raise ConfigError(
            f"The folder for runs {root} cannot be read: {error.strerror}.", remedy="Name another one in RUNBOOK_RUNS."
        ) from None
    return [root / name for name in sorted(names)]


def entries(found: Iterable[Path]) -> tuple[list[Entry], list[str]]:
    """The runs in these folders, and what kept others from being read, a sentence each. A folder without a record is none."""
    known, problems = [], []
    for folder in found:
        try:
            known.append(entry(read(folder), (folder / PAGE).is_file()))
        except ConfigError as error:
            if (folder / RECORD).exists():
                problems.append(error.cause)
    return known, problems


def entry(record: RunRecord, has_page: bool) -> Entry:
    """What the index tells of a record."""
    started, gap = words.parse(record.started), record.gap
    replaced = [each.why for each in record.decisions if each.what == "replace" and "--force" not in each.why]
    if started is None:
        raise ConfigError(f"{record.run}/{RECORD} does not say when the run began.")
    return Entry(
        run=record.run,
        channel=record.channel or f"{record.site.removeprefix('https://')}/{record.project}",
        started=started,
        ended=words.parse(record.ended),
        outcome=record.outcome.name,
        exit_code=record.outcome.exit_code,
        cause=record.outcome.cause,
        mailbox=record.mailbox,
        sandbox=record.sandbox,
        dry_run=record.dry_run,
        down=record.outcome.down or (gap is not None and gap.seconds is None and not record.finished),
        gap_from=words.parse(gap.from_) if gap else None,
        gap_seconds=gap.seconds if gap else None,
        found=replaced[0] if replaced else "",
        link=f"{record.run}/{PAGE if has_page else RECORD}",
    )
