"""Whether a channel is to be re-authorized now, and why, or why not: a pure question, asked of what is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

from runbook.settings import Channel
from runbook.settings.durations import shown
from runbook.settings.policy import Policy
from runbook.settings.windows import is_open, next_opening

Reason = Literal[
    "channel-down",
    "unauthorized",
    "planned",
    "forced",
    "rescue",
    "healthy",
    "not-planned",
    "failing",
    "absent",
    "wrong-mailbox",
    "unknown",
    "parked",
    "tries",
    "cool-down",
    "outside-window",
]
DAY = 86_400.0
# What a look at a channel says that no new authorization heals.
NOT_HEALED = {
    "failing": "a new authorization does not heal that",
    "absent": "`connect` makes a first connection",
    "wrong-mailbox": "`connect` puts that right once a person has looked at it",
}


class Looked(Protocol):
    """What a check has found (`runbook.health.Health`)."""

    @property
    def verdict(self) -> str: ...

    @property
    def evidence(self) -> str: ...

    @property
    def source(self) -> str: ...

    @property
    def at(self) -> float: ...


@dataclass(frozen=True)
class Known:
    """What is remembered of a channel; times in seconds since 1970. `down`: a cut was begun and not finished, since when.
    `parked_at`, `parked_why`: it waits for another secret or other settings, which have not changed. `tried_at`: the end of the
    last try; `tries`: those of the last 24 hours. `rescue`: a rescue of unread mail (--rescue) was not finished, which a run does
    without touching a healthy connection."""

    renewed_at: float | None = None
    first_seen: float | None = None
    down: float | None = None
    parked_at: float | None = None
    parked_why: str = ""
    tried_at: float | None = None
    tries: int = 0
    rescue: bool = False


@dataclass(frozen=True)
class Due:
    """The answer. `why` is a sentence with the evidence; `since`: when what makes it due began, or the park, if it is known.
    `wanted`: of one that only waits (`tries`, `cool-down`, `outside-window`), what it would be due for."""

    channel_id: str
    due: bool
    reason: Reason
    why: str
    since: float | None = None
    wanted: Reason | None = None

    @property
    def replaces(self) -> bool:
        """Whether the connection is replaced whatever its health."""
        return self.due and self.reason in ("planned", "forced")

    def event(self) -> dict[str, Any]:
        """For a report."""
        return {"due": self.due, "reason": self.reason, "why": self.why, "since": self.since, "wanted": self.wanted}


def due(channel: Channel, looked: Looked | None, known: Known, now: float, *, forced: bool = False) -> Due:
    """Whether the channel is due at `now` (seconds since 1970). `looked`: what a check has found, None if there was none."""
    policy = channel.policy
    wanted = _wanted(channel, looked, known, now, forced)
    unsure = wanted.reason == "unknown" and known.parked_at is not None  # what is parked is not looked at
    if forced or not (wanted.due or unsure):
        return wanted
    if known.parked_at is not None:
        why = f"Parked since {_when(known.parked_at, policy)} until its secrets or settings change, or --force: {known.parked_why}"
        return Due(channel.id, False, "parked", why, known.parked_at)
    if known.tries >= policy.tries_per_day:
        why = f"{wanted.why} It was tried {known.tries} times in 24 hours, which is the most (tries_per_day)."
        return _waiting(wanted, "tries", why)
    if wanted.reason in ("channel-down", "rescue"):
        return wanted  # nothing is read until it is connected again: there is no better time to wait for
    return _at_a_good_time(channel, wanted, known, now)


def next_planned(policy: Policy, known: Known, now: float) -> float | None:
    """The moment at which the channel is planned to be renewed next, past if it is overdue; None when it is never planned."""
    return min((moment for moment, _ in _planned(policy, known, now)), default=None)


def _wanted(channel: Channel, looked: Looked | None, known: Known, now: float, forced: bool) -> Due:
    """The reason for a renewal, or why there is none, whatever the time of day."""
    if known.down is not None:
        since = f"since {_when(known.down, channel.policy)} "
        why = f"The old connection was removed and the new one is not there: {since}Jira reads no mail of {channel.address}."
        return Due(channel.id, True, "channel-down", why, known.down)
    if forced:
        return Due(channel.id, True, "forced", "--force: it is renewed whatever its health.")
    found = _current(looked, known, now)
    verdict, evidence = (found.verdict, found.evidence) if found else ("unknown", "")
    if verdict == "unauthorized" and found:
        return Due(
            channel.id, True, "unauthorized", _sentence(f"Jira may not read {channel.address}: {evidence}"), found.at
        )
    moment, why = min(_planned(channel.policy, known, now), default=(None, ""))
    if moment is not None and moment <= now:
        return Due(channel.id, True, "planned", why, moment)
    if known.rescue:
        why = f"An earlier rescue of mail to {channel.address} was not finished."
        return Due(channel.id, True, "rescue", why)
    told = _sentence(f"{channel.address} is {verdict}: {evidence}" if evidence else _unseen(channel, known))
    if verdict in NOT_HEALED:
        told = f"{told} Not touched: {NOT_HEALED[verdict]}."
    elif moment is not None:
        told = f"{told} Planned next: {_when(moment, channel.policy)}."
    reason: Any = verdict if verdict != "healthy" or moment is None else "not-planned"
    return Due(channel.id, False, reason, told, found.at if found else None)


def _at_a_good_time(channel: Channel, wanted: Due, known: Known, now: float) -> Due:
    policy = channel.policy
    # A try that lies in the future was written by a clock that has been put back: it says nothing.
    since = now - known.tried_at if known.tried_at is not None and known.tried_at <= now else None
    if since is not None and since < policy.cool_down.total_seconds():
        again = _when(now - since + policy.cool_down.total_seconds(), policy)
        why = f"{wanted.why} The last try was less than {shown(policy.cool_down)} ago; again from {again} (cool_down)."
        return _waiting(wanted, "cool-down", why)
    if not is_open(policy.window, policy.zone, now):
        opens = _when(next_opening(policy.window, policy.zone, now), policy)
        return _waiting(wanted, "outside-window", f"{wanted.why} It waits for its window, which opens {opens}.")
    return wanted


def _waiting(wanted: Due, reason: Reason, why: str) -> Due:
    return Due(wanted.channel_id, False, reason, why, wanted.since, wanted.reason)


def _current(looked: Looked | None, known: Known, now: float) -> Looked | None:
    """What was found, unless the connection was renewed after it."""
    renewed = known.renewed_at if known.renewed_at is not None and known.renewed_at <= now else None
    return None if looked is None or (renewed is not None and looked.at < renewed) else looked


def _unseen(channel: Channel, known: Known) -> str:
    if known.renewed_at is not None:
        return f"{channel.address} was renewed {_when(known.renewed_at, channel.policy)}, and was not looked at since"
    return f"the health of {channel.address} is not known"


def _planned(policy: Policy, known: Known, now: float) -> Iterator[tuple[float, str]]:
    """Each moment at which a renewal is planned and not done, past or next, and why."""
    # What was planned for before the channel was first seen is not made up for, but for the day itself.
    done = known.renewed_at
    if done is None or done > now:
        done = (now if known.first_seen is None else min(known.first_seen, now)) - DAY
    for day in policy.planned:
        if (moment := policy.moment(day)) > done:
            yield moment, f"It is planned for {day}."
    if policy.every is not None:
        base = known.renewed_at or known.first_seen or now
        yield min(base, now) + policy.every.total_seconds(), f"It is renewed every {shown(policy.every)}."
    for moment in policy.password_changes(now):
        if moment > done:
            yield moment, f"The mailbox's password changes {_when(moment, policy)}."


def _when(at: float, policy: Policy) -> str:
    """A moment by the channel's own clock."""
    zone = UTC if policy.time_zone == "UTC" else policy.zone
    return f"{datetime.fromtimestamp(at, zone):%a %Y-%m-%d %H:%M} {policy.time_zone}"


def _sentence(text: str) -> str:
    return (
        f"{text[:1].upper()}{text[1:].rstrip('.')}." if text and "@" not in text.split()[0] else f"{text.rstrip('.')}."
    )
