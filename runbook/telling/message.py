"""What is said: one message for all the channels that have the same news for the same cause."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from runbook.telling.incident import GOOD, RECOVERED, REMINDER, Item

Kind = Literal["info", "success", "warning", "failure"]
TEST = "test"
WHOLE = ""  # in the place of a channel: the sweep itself
LISTED = 20  # channels that one message names
VARIABLES = 100  # channels whose facts fit into a command's environment

SANDBOX = "Sandbox: "
PARKED = "it is not tried again until a secret or the settings are changed, or with --force"


@dataclass(frozen=True)
class Place:
    """Which channel: its id, project, mailbox, and site (`https://host`). Of a whole sweep (WHOLE) the last is the machine and the
    folder."""

    channel: str
    project: str
    address: str
    site: str


@dataclass(frozen=True)
class Message:
    """The news of one or more channels. `places` and `items` go together, one each; a test has neither. `played`: by the sandbox."""

    event: str
    places: tuple[Place, ...] = ()
    items: tuple[Item, ...] = ()
    played: bool = False

    @property
    def kind(self) -> Kind:
        """How loud it is."""
        if self.event == TEST:
            return "info"
        if self.event in GOOD:
            return "success"
        return "failure" if self._down or self._whole else "warning"

    @property
    def title(self) -> str:
        """One line."""
        return f"{SANDBOX}{self._title}" if self.played else self._title

    @property
    def _title(self) -> str:
        if not self.items:
            return "Test of the runbook's messages"
        what = self._ending
        if self._whole:
            if self.event == RECOVERED:
                return "The runbook looks after its mailboxes again"
            still = "Still: t" if self.event == REMINDER else "ALARM: t" if self._down else "T"
            return f"{still}he runbook cannot look after its mailboxes ({what})"
        match self.event:
            case "down":
                return f"ALARM: Jira reads no mail for {self._who}"
            case "unhealthy":
                return f"{self._who}: the mailbox is not read as it should be ({what})"
            case "failed":
                return f"{self._who}: the mailbox could not be connected ({what})"
            case "parked":
                return f"{self._who}: the mailbox could not be connected and waits for a person ({what})"
            case str(event) if event == REMINDER and self._down:
                return f"ALARM, still: Jira reads no mail for {self._who}"
            case str(event) if event == REMINDER:
                return f"Still: {self._who} needs attention ({what})"
            case str(event) if event == RECOVERED:
                return f"{self._who} works again"
        return f"{self._who} was connected again"

    @property
    def text(self) -> str:
        """The body, plain text."""
        if not self.items:
            return "The runbook's messages arrive here."
        first = self.items[0]
        lines = [f"{name}: {value}" for name, value in self._common(first) if value]
        if len(self.items) == 1:
            place = self.places[0]
            named = [f"Project: {place.project} on {place.site}", f"Mailbox: {place.address}"]
            lines[:0] = [f"Where: {place.site}"] if self._whole else named
            return "\n".join([*lines, *(f"{name}: {value}" for name, value in _own(first))])
        lines.append(f"Channels: {len(self.items)}")
        for place, item in list(zip(self.places, self.items, strict=True))[:LISTED]:
            own = "; ".join(f"{name.lower()} {value}" for name, value in _own(item))
            lines.append(f"- {place.project} on {place.site}, {place.address}; {own}")
            if item.cause != first.cause and item.cause:
                lines.append(f"  {item.cause}")
        if len(self.items) > LISTED:
            lines.append(f"- and {len(self.items) - LISTED} more")
        return "\n".join(lines)

    def json(self) -> dict[str, Any]:
        """Everything, for a command's standard input. Times are ISO 8601 UTC."""
        return {
            "event": self.event,
            "kind": self.kind,
            "title": self.title,
            "text": self.text,
            "sandbox": self.played,
            "channels": [
                {
                    "channel": place.channel,
                    "project": place.project,
                    "address": place.address,
                    "site": place.site,
                    "outcome": item.outcome,
                    "reason": item.reason,
                    "cause": item.cause,
                    "remedy": item.remedy,
                    "since": _stamp(item.since),
                    "at": _stamp(item.at),
                    "gap_seconds": item.gap_seconds,
                    "parked": item.parked,
                    "was": item.was,
                    "run": item.run,
                    "report": report_of(item.run),
                }
                for place, item in zip(self.places, self.items, strict=True)
            ],
        }

    def variables(self) -> dict[str, str]:
        """The facts for a command's environment; of several channels, projects, addresses and sites are separated by blanks, runs
        and reports stand one on a line."""
        first = self.items[0] if self.items else Item(event=self.event, at=0, since=0)
        some = list(zip(self.places, self.items, strict=True))[:VARIABLES]
        return {
            "RUNBOOK_EVENT": self.event,
            "RUNBOOK_KIND": self.kind,
            "RUNBOOK_TITLE": self.title,
            "RUNBOOK_CHANNELS": str(0 if self._whole else len(self.items)),
            "RUNBOOK_PROJECT": " ".join(place.project for place, _ in some),
            "RUNBOOK_ADDRESS": " ".join(place.address for place, _ in some),
            "RUNBOOK_SITE": " ".join(place.site for place, _ in some),
            "RUNBOOK_OUTCOME": first.outcome,
            "RUNBOOK_REASON": first.reason,
            "RUNBOOK_CAUSE": first.was or first.cause,
            "RUNBOOK_REMEDY": first.remedy,
            "RUNBOOK_RUN": "\n".join(item.run for _, item in some if item.run),
            "RUNBOOK_REPORT": "\n".join(report_of(item.run) for _, item in some if item.run),
        }

    @property
    def _whole(self) -> bool:
        return bool(self.places) and self.places[0].channel == WHOLE

    @property
    def _down(self) -> bool:
        return any(item.level == "down" for item in self.items)

    @property
    def _who(self) -> str:
        names = list(dict.fromkeys(place.project for place in self.places))
        number = len(set(self.places))
        return names[0] if number == 1 else f"{number} channels ({_some(names)})"

    @property
    def _ending(self) -> str:
        first = self.items[0]
        return ": ".join(word for word in (first.outcome, first.reason) if word)

    def _common(self, item: Item) -> list[tuple[str, str]]:
        """What is the same for every channel of the message."""
        if self.event in GOOD:
            return [("Outcome", item.outcome), ("What it was", item.was), ("Evidence", "" if item.run else item.cause)]
        told = [("Outcome", self._ending), ("Cause", item.cause), ("Remedy", item.remedy)]
        return [*told, ("Parked", PARKED)] if item.parked else told


def grouped(news: Iterable[tuple[Place, Item]]) -> list[Message]:
    """The messages for one target: those of one event and one cause are one, in the order in which they came."""
    groups: dict[tuple[str, ...], list[tuple[Place, Item]]] = {}
    for place, item in news:
        groups.setdefault(_cause(place, item), []).append((place, item))
    return [
        Message(items[0][1].event, tuple(place for place, _ in items), tuple(item for _, item in items))
        for items in groups.values()
    ]


def report_of(run: str) -> str:
    """The report of a run to look at, or the run's folder where it has none."""
    page = Path(run, "report.html") if run else None
    return str(page) if page and page.is_file() else run


def _cause(place: Place, item: Item) -> tuple[str, ...]:
    """By which news of one cause is told: what names only the channel, the run or a time of day does not count."""
    own = (item.run, place.channel, place.site, place.address, place.site.partition("//")[2], place.project)
    names = "|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in own if name)

    def common(text: str) -> str:
        return re.sub(r"\d+", "0", re.sub(names, "*", text) if names else text)

    parts = (
        item.event,
        item.level,
        item.outcome,
        item.reason,
        common(item.cause),
        common(item.remedy),
        common(item.was),
    )
    return (item.event, item.outcome, common(item.was)) if item.event == RECOVERED else parts


def _own(item: Item) -> list[tuple[str, str]]:
    """What is a channel's own."""
    told = [("Since", _minutes(item.since))]
    if item.event in GOOD:
        told = [
            ("Time", f"{_minutes(item.since)} to {_minutes(item.at)}" if item.since != item.at else _minutes(item.at))
        ]
        told += [("Mail gap", f"{item.gap_seconds:.1f} s")] if item.gap_seconds is not None else []
    return told + ([("Report", report_of(item.run))] if item.run else [])


def _some(names: list[str], most: int = 5) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _minutes(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
