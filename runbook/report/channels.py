"""From runs and looks at their health to what a channel's past was: incidents, days, gaps. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median

from runbook.report import words
from runbook.report.entries import Entry
from runbook.run_record import RUNNING

DAYS = 30
SICK = {
    "unauthorized": "Authorization lost",
    "failing": "Mail not fetched",
    "absent": "Not connected",
    "wrong-mailbox": "Wrong mailbox",
}
GRAVITY = {"plain": 0, "good": 1, "warn": 2, "bad": 3}


@dataclass(frozen=True)
class Look:
    """A channel's health: the verdict of `runbook.health` and its evidence, the same from `at` until `until`."""

    channel: str
    at: datetime
    until: datetime
    verdict: str
    evidence: str = ""


@dataclass(frozen=True)
class Event:
    """A run or a look, as something good or bad that happened, `until` then. `repaired`: it put right what it found."""

    at: datetime
    until: datetime
    tone: words.Tone
    name: str
    cause: str = ""
    repaired: datetime | None = None
    run: Entry | None = None


@dataclass
class Incident:
    """A time in which something was wrong. `ended` None: it still is."""

    began: datetime
    name: str
    cause: str
    ended: datetime | None = None
    tone: words.Tone = "bad"
    events: int = 1
    link: str | None = None

    @property
    def seconds(self) -> float | None:
        """How long it lasted."""
        return (self.ended - self.began).total_seconds() if self.ended else None


@dataclass(frozen=True)
class Day:
    """One day and the worst that happened on it; `plain` where nothing did."""

    day: date
    tone: words.Tone
    name: str = ""


@dataclass
class Channel:
    """A channel's past. `entries`, `incidents`, `gaps`: newest first."""

    id: str
    sandbox: bool
    mailbox: str = ""
    entries: list[Entry] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
    days: list[Day] = field(default_factory=list)
    last: Event | None = None

    @property
    def gaps(self) -> list[Entry]:
        """The runs that had a mail gap which is over."""
        return [each for each in self.entries if each.gap_seconds is not None]

    @property
    def middle_gap(self) -> float | None:
        """The median of the gaps, in seconds."""
        return median(each.gap_seconds or 0.0 for each in self.gaps) if self.gaps else None

    @property
    def longest_gap(self) -> float | None:
        """The longest gap, in seconds."""
        return max((each.gap_seconds or 0.0 for each in self.gaps), default=None)

    @property
    def open(self) -> Incident | None:
        """What is wrong now."""
        return next((each for each in self.incidents if each.ended is None), None)


def channels(entries: Iterable[Entry], looks: Iterable[Look], now: datetime) -> list[Channel]:
    """Every channel with its past; those that something is wrong with first, the sandbox's last."""
    found: dict[tuple[bool, str], Channel] = {}
    for each in sorted(entries, key=lambda each: each.started, reverse=True):
        channel = found.setdefault((each.sandbox, each.channel), Channel(each.channel, each.sandbox))
        channel.mailbox = channel.mailbox or each.mailbox
        channel.entries.append(each)
    for look in sorted(looks, key=lambda look: look.at, reverse=True):
        found.setdefault((False, look.channel), Channel(look.channel, False)).looks.append(look)
    for channel in found.values():
        events = _events(channel)
        channel.last = events[-1] if events else None
        channel.incidents = incidents(events)[::-1]
        channel.days = _days(events, now.date())
    return sorted(found.values(), key=lambda one: (one.sandbox, one.open is None, one.id))


def _events(channel: Channel) -> list[Event]:
    """What happened, oldest first. A dry run, one that another run held up, and one that goes on say nothing of the channel."""
    found = [_of_look(look) for look in channel.looks if look.verdict == "healthy" or look.verdict in SICK]
    found += [
        _of_run(each) for each in channel.entries if not each.dry_run and each.outcome not in ("Locked", RUNNING, "")
    ]
    return sorted(found, key=lambda event: event.at)


def _of_look(look: Look) -> Event:
    if look.verdict == "healthy":
        return Event(look.at, look.until, "good", "Healthy", look.evidence)
    return Event(look.at, look.until, "bad", SICK[look.verdict], look.evidence)


def _of_run(each: Entry) -> Event:
    ended = each.ended or each.started
    if each.found and each.exit_code == 0:
        return Event(each.started, ended, "warn", "Replaced", each.found, ended, each)
    return Event(each.started, ended, each.tone, each.label, each.cause, None, each)


def incidents(events: Sequence[Event]) -> list[Incident]:
    """The times in which something was wrong, oldest first: from the first bad event to the next good one."""
    found: list[Incident] = []
    current: Incident | None = None
    for event in events:
        good = event.tone == "good" or event.repaired is not None
        if current is None and (not good or event.repaired):
            current = Incident(event.at, event.name, event.cause, tone=event.tone, events=0, link=_link(event))
            found.append(current)
        if current is None:
            continue
        current.events += 1
        if GRAVITY[event.tone] > GRAVITY[current.tone]:
            current.tone, current.name, current.cause = event.tone, event.name, event.cause
            current.link = _link(event)
        if good:
            current.ended = event.repaired or event.at
            current = None
    return found


def _link(event: Event) -> str | None:
    return event.run.link if event.run else None


def _days(events: Sequence[Event], today: date) -> list[Day]:
    worst: dict[date, Event] = {}
    days = [today - timedelta(days=ago) for ago in range(DAYS - 1, -1, -1)]
    for event in events:
        for on in (day for day in days if event.at.date() <= day <= event.until.date()):
            if on not in worst or GRAVITY[event.tone] > GRAVITY[worst[on].tone]:
                worst[on] = event
    return [Day(on, worst[on].tone, worst[on].name) if on in worst else Day(on, "plain") for on in days]
