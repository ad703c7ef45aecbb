"""What a run leaves behind: a private folder with `run.json`, rewritten after every event, and masked pictures.

A write that fails after the folder was made never stops a run, which may be between two connections just then; it is
kept in `problem`.
"""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from runbook import files
from runbook.console import cleaned
from runbook.errors import ConfigError
from runbook.run_record import (
    FOLDER,
    RECORD,
    STAMP,
    Decision,
    Ending,
    Gap,
    RescueRecord,
    RunRecord,
    StepRecord,
    UnknownPage,
    read,
)
from runbook.screenshot import screenshot

__all__ = ["EvidenceSink", "RunFolder", "RunRecord", "prune", "read", "screenshot"]


@dataclass(frozen=True)
class RunFolder:
    """A run's folder (0700); every file in it is new when it is written, and private (0600)."""

    path: Path
    skews: dict[str, float] = field(default_factory=dict)

    @classmethod
    def create(cls, root: Path, project: str, now: datetime) -> RunFolder:
        """Makes `<root>/20261123T221500Z-HELP-3f2a/`; `now` is aware. Raises ConfigError when the root cannot be made,
        or when others than its owner can get into it."""
        _private_root(root)
        word = re.sub(r"[^A-Za-z0-9_]", "", project) or "RUN"
        while True:
            path = root / f"{now.astimezone(UTC).strftime(STAMP)}-{word}-{secrets.token_hex(2)}"
            try:
                path.mkdir(mode=0o700)
            except FileExistsError:
                continue
            except OSError as error:
                raise _unusable(root, error) from None
            return cls(path)

    @property
    def name(self) -> str:
        """The run's own name, which is the folder's."""
        return self.path.name

    def note_skews(self, skews: Mapping[str, float]) -> None:
        """Takes the clock skews of the run (seconds that a site is ahead, by origin) for its record."""
        self.skews.update(skews)

    def write(self, name: str, content: bytes) -> str:
        """Writes a new file and returns its name: `name`, or `name-2` and so on when that is taken. Raises OSError."""
        stem, suffix = Path(name).stem, Path(name).suffix
        for n in range(1, 100):
            free = name if n == 1 else f"{stem}-{n}{suffix}"
            with suppress(FileExistsError):
                files.write_new(self.path / free, content)
                return free
        raise FileExistsError(name)

    def replace(self, name: str, content: bytes) -> None:
        """Puts a whole new file in the place of `name`; a reader sees the old one or the new one. Raises OSError."""
        files.put(self.path / name, content)


class EvidenceSink:
    """Writes `run.json` from the run's events. Besides the events of the console it knows `gap` (from, to, seconds), `proof` (what,
    why, evidence), `versions`, `rescue` (folder, aside, back, waiting), `unknown_page` (seen, expected, screenshot) and `picture`
    (n, screenshot: of a step that ended well, when it is there); a failed `step` may carry `screenshot`, `ended` may carry
    `reason`."""

    def __init__(
        self, folder: RunFolder, clean: Callable[[str], str], *, now: Callable[[], datetime] | None = None
    ) -> None:
        self.folder = folder
        self.problem: str | None = None
        self._clean = clean
        self._now = now or (lambda: datetime.now(UTC))
        self.record = RunRecord(run=folder.name, started=self._stamp())
        self._save()

    def __call__(self, event: Mapping[str, Any]) -> None:
        handle = getattr(self, f"_on_{event['event']}", None)
        if handle is None:
            return
        try:
            handle(cleaned(event, self._clean))
            self._save()
        except (ValidationError, KeyError) as error:
            self.problem = self.problem or f"an event {event['event']} is malformed ({type(error).__name__})"

    def note(self, **known: Any) -> None:
        """Takes what is known of the run from its beginning, by the record's own names."""
        given = {**self.record.model_dump(by_alias=True), **cleaned(known, self._clean)}
        try:
            self.record = RunRecord.model_validate(given)
        except ValidationError as error:
            self.problem = self.problem or f"what is known of the run is malformed ({type(error).__name__})"
        self._save()

    def _on_started(self, event: Mapping[str, Any]) -> None:
        for key in ("project", "mailbox", "site", "dry_run"):
            setattr(self.record, key, event[key])
        self.record.locators = dict(event.get("locators", {}))

    def _on_step(self, event: Mapping[str, Any]) -> None:
        given = {key: event[key] for key in ("status", "seconds", "screenshot") if event.get(key) is not None}
        last = next((step for step in reversed(self.record.steps) if step.n == event["n"]), None)
        if last is None or last.status != "started":
            last = StepRecord(n=event["n"], name=event["name"], title=event["title"], started=self._stamp())
            self.record.steps.append(last)
        self.record.steps[self.record.steps.index(last)] = StepRecord.model_validate({**last.model_dump(), **given})

    def _on_picture(self, event: Mapping[str, Any]) -> None:
        step = next((step for step in reversed(self.record.steps) if step.n == event["n"]), None)
        if step is not None:
            step.screenshot = event["screenshot"]

    def _on_taught(self, event: Mapping[str, Any]) -> None:
        self.record.locators[event["name"]] = event["locator"]

    def _on_decision(self, event: Mapping[str, Any]) -> None:
        self._keep("decision", event)

    def _on_proof(self, event: Mapping[str, Any]) -> None:
        self._keep("proof", event)

    def _keep(self, kind: str, event: Mapping[str, Any]) -> None:
        step = next((step.name for step in reversed(self.record.steps) if step.status == "started"), "")
        given = {"what": event["what"], "why": event["why"], "evidence": event.get("evidence", {})}
        self.record.decisions.append(
            Decision.model_validate({**given, "kind": kind, "step": step, "at": self._stamp()})
        )

    def _on_versions(self, event: Mapping[str, Any]) -> None:
        self.record.versions = {key: str(value) for key, value in event.items() if key != "event"}

    def _on_warning(self, event: Mapping[str, Any]) -> None:
        self.record.warnings.append(event["text"])

    def _on_gap(self, event: Mapping[str, Any]) -> None:
        self.record.gap = Gap.model_validate({key: event.get(key) for key in ("from", "to", "seconds")})

    def _on_rescue(self, event: Mapping[str, Any]) -> None:
        self.record.rescue = RescueRecord.model_validate({key: event[key] for key in RescueRecord.model_fields})

    def _on_unknown_page(self, event: Mapping[str, Any]) -> None:
        given = {key: event[key] for key in ("seen", "expected", "screenshot") if key in event}
        self.record.unknown_page = UnknownPage.model_validate(given)

    def _on_ended(self, event: Mapping[str, Any]) -> None:
        self.record.ended = self._stamp()
        if self.record.gap is None and event.get("gap_seconds") is not None:
            self.record.gap = Gap(seconds=event["gap_seconds"])
        given = {
            key: event[key]
            for key in ("exit_code", "cause", "remedy", "reason", "advice", "changed", "down")
            if event.get(key)
        }
        self.record.outcome = Ending.model_validate({"exit_code": 0, **given, "name": event["outcome"]})

    def _save(self) -> None:
        self.record.skew = {origin: round(seconds, 3) for origin, seconds in self.folder.skews.items()}
        try:
            self.folder.replace(RECORD, self.record.model_dump_json(by_alias=True, indent=1).encode())
        except OSError as error:
            self.problem = self.problem or f"{self.folder.path / RECORD} cannot be written: {error.strerror}"

    def _stamp(self) -> str:
        return self._now().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def prune(root: Path, keep_days: int, now: datetime) -> list[str]:
    """Removes the folders of runs that began more than `keep_days` ago and returns their names.

    Leaves everything that does not look like a run's folder, follows no link, and passes over what it may not remove.
    """
    removed = []
    with suppress(OSError):
        for entry in sorted(root.iterdir()):
            named = FOLDER.fullmatch(entry.name)
            if not named or entry.is_symlink() or not (entry / RECORD).is_file():
                continue
            began = datetime.strptime(named[1], STAMP).replace(tzinfo=UTC)
            if now - began > timedelta(days=keep_days):
                with suppress(OSError):
                    shutil.rmtree(entry)
                    removed.append(entry.name)
    return removed


def _private_root(root: Path) -> None:
    try:
        files.make_folder(root)
        if not root.is_dir():
            raise ConfigError(f"{root} is not a folder.", remedy="Name another folder in RUNBOOK_RUNS.")
        files.check(root, root.stat())  # the folder itself may be a link of its owner's, to a larger disk
    except files.OpenToOthers as found:
        raise ConfigError(f"The folder for runs {root} {found.problem}.", remedy=found.remedy) from None
    except OSError as error:
        raise _unusable(root, error) from None


def _unusable(root: Path, error: OSError) -> ConfigError:
    return ConfigError(
        f"The folder for runs {root} cannot be used: {error.strerror}.",
        remedy="Make it writable, or name another one in RUNBOOK_RUNS.",
    )
