"""What a sweep remembers of channels between times: when each was renewed, tried and parked, and how this sweep ended for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from runbook.due import DAY, Due, Known, Looked, next_planned
from runbook.fingerprint import Fingerprints
from runbook.history import DRY_RUN, remember
from runbook.outcome import Outcome
from runbook.session import Session
from runbook.settings import Channel
from runbook.settings.rescue import NOTE
from runbook.site_session import INTERRUPTED, Work
from runbook.state import ChannelRow, Parked, State

SEEN = "sweep"  # the note of when a channel was first seen


@dataclass(frozen=True)
class Before:
    """What the state has of all channels, by their ids: `seen` and `rescues` are notes, `tries` those of the last 24 hours."""

    rows: Mapping[str, ChannelRow]
    seen: Mapping[str, Mapping[str, Any]]
    rescues: Mapping[str, Mapping[str, Any]]
    tries: Mapping[str, int]


@dataclass
class Memory:
    """The state, as a sweep asks and tells it. Its methods may block for a while: a fingerprint needs the secrets."""

    session: Session
    clock: Callable[[], float]
    tell: Callable[[Mapping[str, Any]], None]
    forced: bool = False
    _prints: Fingerprints = field(init=False)

    def __post_init__(self) -> None:
        self._prints = Fingerprints(self.session.state, self.session.options.locators)

    @property
    def state(self) -> State:
        """The state."""
        return self.session.state

    def recall(self, channels: Sequence[Channel]) -> dict[str, Known]:
        """What is known of each channel by its id. One that is parked for other secrets or settings than today's is not any more."""
        now = self.clock()
        before = Before(
            {row.channel: row for row in self.state.channels()},
            self.state.notes(SEEN),
            self.state.notes(NOTE) if self.session.options.rescue else {},
            self.state.tries(now - DAY),
        )
        if new := {channel.id: {"first": now} for channel in channels if channel.id not in before.seen}:
            self.state.write_notes(SEEN, new)
        return {channel.id: self._known(channel, before, now) for channel in channels}

    def looked(self, channel: Channel, known: Known) -> Looked | None:
        """What somebody else has found of a channel that is parked and well again since."""
        if known.parked_at is None:
            return None
        newest = next(iter(self.state.health(channel.id, 1)), None)
        return newest if newest and newest.at > known.parked_at and newest.verdict == "healthy" else None

    def left(self, channel: Channel, known: Known, answer: Due) -> Parked | None:
        """Notes a channel that is not due, and returns its park if it stays parked."""
        if known.parked_at is not None and answer.reason in ("healthy", "not-planned"):
            self.state.unpark(channel.id)
            return None
        return self.state.parked(channel.id) if known.parked_at is not None else None

    def ended(self, work: Work) -> Parked | None:
        """Notes how a channel ended. Parks it, and returns the park, when neither time nor another try can help."""
        outcome, dry = work.outcome or INTERRUPTED, self.session.options.dry_run
        if work.tries or not outcome.passing:
            remember(
                self.state,
                work.channel,
                outcome,
                due=DRY_RUN if dry else work.due.reason,
                started=work.started,
                ended=self.clock(),
                keep_days=self.session.place.keep_history_days,
            )
        if outcome.name == "Connected":
            self._plan(work.channel)
        return None if dry or not outcome.exit_code or outcome.passing else self._park(work.channel, outcome)

    def _known(self, channel: Channel, before: Before, now: float) -> Known:
        row = before.rows.get(channel.id)
        parked = self._still_parked(channel, row.parked) if row and row.parked else None
        last = row.last if row and row.last and row.last.due != DRY_RUN else None
        pending = (self.state.read_pending(channel.id) or {}) if row and row.down else None
        known = Known(
            renewed_at=row.renewed_at if row else None,
            first_seen=before.seen.get(channel.id, {}).get("first", now),
            down=None if pending is None else pending.get("down_since", now),
            parked_at=parked.at if parked else None,
            parked_why=(parked.cause or parked.outcome) if parked else "",
            tried_at=last.ended if last and last.reason != "interrupted" else None,
            tries=before.tries.get(channel.id, 0),
            rescue=channel.id in before.rescues,
        )
        planned = next_planned(channel.policy, known, now)
        if row is None or (row.due_at, row.address, row.project) != (planned, channel.address, channel.project):
            self.state.update_channel(channel.id, project=channel.project, address=channel.address, due_at=planned)
        return known

    def _still_parked(self, channel: Channel, parked: Parked) -> Parked | None:
        if self.forced or self._print(channel) == parked.fingerprint:
            return parked
        told = "Its secrets or settings have changed since it was parked: it is tried again."
        self.tell({"event": "unparked", "channel": channel.id, "project": channel.project, "text": told})
        self.state.unpark(channel.id)
        return None

    def _park(self, channel: Channel, outcome: Outcome) -> Parked:
        told = (outcome.name, outcome.reason, outcome.cause, outcome.remedy)
        parked = Parked(channel.id, self._print(channel), self.clock(), *told)
        self.state.park(parked)
        return parked

    def _plan(self, channel: Channel) -> None:
        now = self.clock()
        self.state.update_channel(channel.id, due_at=next_planned(channel.policy, Known(renewed_at=now), now))

    def _print(self, channel: Channel) -> str:
        return self._prints.of(channel, self.session.guard(channel, self.state))
