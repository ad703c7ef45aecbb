"""What a channel's incident is, when something of it is told, and what has still to go out. Pure: no clock, no storage.

An incident begins with the first failure and ends when the channel works again. It is told when it begins, when it gets worse,
when it has a cause that was not told yet, and, as long as it goes on, after a reminder's time; its end is told once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import timedelta
from typing import Any

# From the least to the worst: a check found the mailbox not read; a run failed; nothing is tried any more; no mail is read.
LEVELS = ("unhealthy", "failed", "parked", "down")
REMINDER, RECOVERED, REPAIRED = "reminder", "recovered", "repaired"
GOOD = (RECOVERED, REPAIRED)
MOST = 8  # messages of one channel that wait for a target; older ones are given up for newer ones

Targets = Callable[[str], Iterable[str]]


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What was seen of a channel. `level`: one of LEVELS, or nothing when it is well. `why`: why it was renewed. `broken`: Jira
    did not read its mail as it should (a planned renewal that fails leaves a channel that works). `repaired`: it was broken and
    is connected again. `parked`: it is not tried again before something is changed. `passing`: the failure may be over the next
    time. `standing`: it was so before, and is news only to somebody who has heard of no failure of the channel.
    `looked`: nothing was done, it was only looked at."""

    level: str = ""
    outcome: str = ""
    reason: str = ""
    cause: str = ""
    remedy: str = ""
    run: str = ""
    gap_seconds: float | None = None
    why: str = ""
    broken: bool = True
    repaired: bool = False
    parked: bool = False
    passing: bool = False
    standing: bool = False
    looked: bool = False

    @property
    def is_news(self) -> bool:
        """Whether it says anything of a channel of which nothing is remembered."""
        return bool(self.level) or self.repaired

    @property
    def key(self) -> str:
        """By which a failure is told from another one of the same channel."""
        return f"{self.level}:{self.outcome}:{self.reason}"


@dataclass(frozen=True, kw_only=True)
class Item:
    """One piece of news, and the names of the targets that it has to reach yet. `was`: what an incident that is over had been.
    Times are seconds since 1970."""

    event: str
    at: float
    since: float
    level: str = ""
    outcome: str = ""
    reason: str = ""
    cause: str = ""
    remedy: str = ""
    run: str = ""
    gap_seconds: float | None = None
    parked: bool = False
    was: str = ""
    to: tuple[str, ...] = ()

    def says_the_same(self, other: Item) -> bool:
        """Whether it is the same failure of the same channel."""
        return (self.event, self.outcome, self.reason) == (other.event, other.outcome, other.reason)


@dataclass(frozen=True, kw_only=True)
class Incident:
    """A failure that goes on. `level`: the worst so far; `told`: keys of what was told; `last`: when news of it was last made;
    `broken`: whether Jira does not read the mail."""

    since: float
    last: float
    level: str
    told: tuple[str, ...]
    broken: bool
    seen: Seen


@dataclass(frozen=True)
class Note:
    """What is remembered of one channel."""

    open: Incident | None = None
    outbox: tuple[Item, ...] = ()

    @classmethod
    def read(cls, data: Mapping[str, Any] | None) -> Note:
        """From its JSON form; one that cannot be read counts as none."""
        if not data:
            return cls()
        try:
            found = data.get("open")
            incident = None
            if found:
                seen = _made(Seen, found["seen"])
                incident = _made(Incident, {**found, "seen": seen, "told": tuple(found["told"])})
            return cls(incident, tuple(_made(Item, {**each, "to": tuple(each["to"])}) for each in data["outbox"]))
        except (KeyError, TypeError, AttributeError):
            return cls()

    def json(self) -> dict[str, Any] | None:
        """Its JSON form; None when there is nothing to remember."""
        return asdict(self) if self.open or self.outbox else None


@dataclass(frozen=True)
class Follower:
    """Follows channels by the settings. `targets` names who is told of an event."""

    remind: timedelta | None
    repairs: bool
    targets: Targets

    def look(self, note: Note, seen: Seen | None, now: float) -> Note:
        """The note after a look at the channel; `seen` is None when there is no news of it. What has to go out is added to the
        outbox."""
        if seen is None or (seen.standing and note.open):
            return self._remind(note, now)
        if seen.level:
            return self._goes_on(note, note.open, seen, now) if note.open else self._begins(note, seen, now)
        if note.open and seen.looked and not note.open.broken:
            return self._remind(
                note, now
            )  # a planned renewal that failed did no harm to the channel, and is not done yet
        if note.open:
            over = _without(note, REMINDER, *LEVELS)  # who did not hear of it yet reads of it in the news of its end
            told = self._add(over, RECOVERED, seen, now, since=note.open.since, was=note.open.seen.cause)
            return replace(told, open=None)
        repaired = seen.repaired and self.repairs
        return self._add(note, REPAIRED, seen, now, since=now, was=seen.why) if repaired else note

    def _begins(self, note: Note, seen: Seen, now: float) -> Note:
        begun = Incident(since=now, last=now, level=seen.level, told=(seen.key,), broken=seen.broken, seen=seen)
        return replace(self._add(note, seen.level, seen, now, since=now), open=begun)

    def _goes_on(self, note: Note, incident: Incident, seen: Seen, now: float) -> Note:
        news = _is_news(incident, seen)
        still = replace(
            incident,
            level=max(incident.level, seen.level, key=LEVELS.index),
            told=tuple(dict.fromkeys((*incident.told, seen.key))),
            broken=incident.broken or seen.broken,
            seen=seen if news or seen.key == incident.seen.key else incident.seen,
        )
        if not news:
            return self._remind(replace(note, open=still), now)
        told = self._add(_without(note, REMINDER), seen.level, seen, now, since=incident.since)
        return replace(told, open=replace(still, last=now))

    def _remind(self, note: Note, now: float) -> Note:
        incident = note.open
        # A clock that jumped back must not silence it for ever.
        if incident is None or self.remind is None or abs(now - incident.last) < self.remind.total_seconds():
            return note
        again = self._add(_without(note, REMINDER), REMINDER, incident.seen, now, since=incident.since)
        return replace(again, open=replace(incident, last=now))

    def _add(self, note: Note, event: str, seen: Seen, now: float, *, since: float, was: str = "") -> Note:
        to = tuple(self.targets(event))
        told = {each.name: getattr(seen, each.name) for each in fields(Item) if hasattr(seen, each.name)}
        item = Item(**told, event=event, at=now, since=since, was=was, to=to)
        if not to:
            return note
        # What says the same and did not go out yet would say nothing more.
        before = [each for each in note.outbox if event in GOOD or not each.says_the_same(item)]
        return replace(note, outbox=(*before, item)[-MOST:])


def _is_news(incident: Incident, seen: Seen) -> bool:
    """Whether a failure says more than what was told of its incident."""
    if LEVELS.index(seen.level) > LEVELS.index(incident.level):
        return True
    if seen.parked:
        return True  # it was tried because somebody had changed something, who waits to hear of it
    if seen.level == "unhealthy" and incident.level != "unhealthy":
        return not incident.broken  # else it is what the runs failed to mend
    # A passing failure leaves nothing to do that was not told.
    return seen.key not in incident.told and not seen.passing


def waiting_for(note: Note, item: Item, names: Iterable[str]) -> Note:
    """The note when `item` has still to reach these targets, and no others."""
    left = replace(item, to=tuple(names))
    return replace(
        note, outbox=tuple(left if each is item else each for each in note.outbox if each is not item or left.to)
    )


def _without(note: Note, *events: str) -> Note:
    return replace(note, outbox=tuple(item for item in note.outbox if item.event not in events))


def _made(kind: type[Any], data: Mapping[str, Any]) -> Any:
    known = {each.name for each in fields(kind)}
    return kind(**{key: value for key, value in data.items() if key in known})
