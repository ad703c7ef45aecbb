"""Tells of failures and recoveries: collects what a sweep or a check has seen, decides what is news, sends it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import fields, replace
from typing import Any, Protocol

from runbook.aside import aside
from runbook.errors import Defect, RunbookError
from runbook.redact import Redactor
from runbook.settings.channel import Channel
from runbook.settings.notify import Notify
from runbook.telling.addresses import addresses
from runbook.telling.hooks import Hook
from runbook.telling.incident import GOOD, Follower, Note, Seen, waiting_for
from runbook.telling.message import WHOLE, Message, Place, grouped
from runbook.telling.seen import Due, Ending, Health, of_health, of_sweep
from runbook.telling.target import Target, Through, Undelivered, addressed, waits

KEY = "telling"  # of the note, and of the lock that keeps two processes from telling the same


class Notes(Protocol):
    """What is needed of the state."""

    def notes(self, key: str) -> Mapping[str, Mapping[str, Any]]: ...

    def write_notes(self, key: str, notes: Mapping[str, Mapping[str, Any] | None]) -> None: ...

    def lock_identity(self, name: str) -> AbstractContextManager[Any]: ...

    def parked(self, channel: str) -> object | None: ...


class Instead(Protocol):
    """Who tells without the state (`runbook.telling.standby.Standby`)."""

    def failed(self, error: RunbookError, unsaid: Sequence[tuple[str, Seen]] = ()) -> list[str]: ...

    def works(self) -> list[str]: ...


class Teller:
    """Tells by the settings `[notify]`. `send`, a function that may raise Undelivered, takes the place of all its targets. `played`:
    what it tells of is a sandbox."""

    def __init__(
        self,
        notify: Notify,
        state: Notes,
        redactor: Redactor,
        clock: Callable[[], float] = time.time,
        *,
        send: Callable[[Message], None] | None = None,
        played: bool = False,
    ) -> None:
        self.notify, self.state, self.redactor, self.clock, self.played = notify, state, redactor, clock, played
        self._send = send
        self._known: list[Target] | None = None
        self._seen: dict[str, tuple[Place, Seen | None]] = {}

    def outcome(self, channel: Channel, due: Due, outcome: Ending | None, parked: bool) -> None:
        """What a sweep did with a channel: why it was due or not, how its run ended (None: there was none), and whether it is
        left alone now until something changes."""
        self._note(channel, of_sweep(due, outcome, parked))

    def health(self, channel: Channel, health: Health) -> None:
        """What a check found."""
        self._note(channel, of_health(channel.project, health))

    def whole(self, where: str, seen: Seen) -> None:
        """Whether there was a sweep at all. `where`: the machine and the folder."""
        self._seen[WHOLE] = Place(WHOLE, "", "", where), seen

    @property
    def unsaid(self) -> list[tuple[str, Seen]]:
        """What was noted and is news by itself, and was not dealt with, by project."""
        return [(place.project, seen) for place, seen in self._seen.values() if seen and seen.is_news]

    def finish(self) -> list[str]:
        """Sends what is news, and what did not go out before. Returns a warning for each target that could not be told; raises
        what the state raises."""
        warnings = self._finish(self._seen)
        self._seen = {}
        return warnings

    def _finish(self, seen: Mapping[str, tuple[Place, Seen | None]]) -> list[str]:
        if self._send is None and self.notify.nobody:
            return []
        if not self.state.notes(KEY) and not any(each and each.is_news for _, each in seen.values()):
            return []  # the usual sweep: all is well, and nothing is remembered
        with self.state.lock_identity(KEY):
            notes = self._look({channel: each for channel, (_, each) in seen.items()})
            places = {channel: place for channel, (place, _) in seen.items()}
            if not any(note.outbox for note in notes.values()):
                return []
            self._address(notes)
            warnings = [self._deliver(target, notes, places) for target in self.targets()]
        return [warning for warning in warnings if warning]

    def targets(self) -> Sequence[Target]:
        """Everybody who is told of something. Secrets are resolved the first time."""
        if self._known is None:
            self._known = [Through(self._send)] if self._send else targets(self.notify, self.redactor)
        return self._known

    def _note(self, channel: Channel, seen: Seen | None) -> None:
        self._seen[channel.id] = Place(channel.id, channel.project, channel.address, channel.site.url), seen

    def _look(self, seen: Mapping[str, Seen | None]) -> dict[str, Note]:
        """The notes of the channels after what was seen of them."""
        remind = None if self.notify.remind == "never" else self.notify.remind
        follower, now, kept = Follower(remind, self.notify.repairs, self._who), self.clock(), self.state.notes(KEY)
        before = {channel: Note.read(kept.get(channel)) for channel in seen}
        after = {
            channel: follower.look(before[channel], self._clean(each) if each else None, now)
            for channel, each in seen.items()
        }
        # Before anything is sent: who is killed meanwhile tells it the next time.
        self._write({channel: note for channel, note in after.items() if note != before[channel]})
        return after

    def _who(self, event: str) -> Iterable[str]:
        """The names of those who are told of an event."""
        other = "on_failure" if event in GOOD else "on_success"
        return [target.name for target in self.targets() if target.name != other]

    def _deliver(self, target: Target, notes: dict[str, Note], places: Mapping[str, Place]) -> str:
        """Sends a target all that waits for it. Returns a warning, or nothing."""
        waiting = [
            (places[channel], item) for channel, note in notes.items() for item in note.outbox if waits(item.to, target)
        ]
        problems: dict[str, None] = {}
        for message in grouped(waiting):
            items = tuple(self._clean(item) for item in message.items)
            clean = replace(message, items=items, played=self.played)
            try:
                target.send(clean)
            except Undelivered as error:
                problems[str(error)] = None
                if error.hung:
                    break  # the others would wait as long
                continue
            for place, item in zip(message.places, message.items, strict=True):
                to = [name for name in item.to if name != target.name]
                notes[place.channel] = waiting_for(notes[place.channel], item, to)
            self._write({place.channel: notes[place.channel] for place in message.places})
        if not problems:
            return ""
        return self.redactor.text(
            f"{target.shown} was not told: {'; '.join(problems)}. It is tried again the next time."
        )

    def _address(self, notes: dict[str, Note]) -> None:
        """Brings those who are waited for up to date with the settings."""
        before = dict(notes)
        for channel, note in before.items():
            for item in note.outbox:
                if (to := addressed(item.to, self.targets())) != item.to:
                    notes[channel] = waiting_for(notes[channel], item, to)
        self._write({channel: note for channel, note in notes.items() if note != before[channel]})

    def _write(self, notes: Mapping[str, Note]) -> None:
        if notes:
            self.state.write_notes(KEY, {channel: note.json() for channel, note in notes.items()})

    def _clean(self, told: Any) -> Any:
        texts = {each.name: getattr(told, each.name) for each in fields(told)}
        return replace(
            told, **{name: self.redactor.text(text) for name, text in texts.items() if isinstance(text, str)}
        )


def targets(notify: Notify, redactor: Redactor) -> list[Target]:
    """Everybody whom the settings name. `redactor` learns the addresses."""
    seconds = notify.timeout.total_seconds()
    hooks = {"on_failure": notify.on_failure, "on_success": notify.on_success}
    found = addresses(notify.urls, seconds, redactor)
    return [*found, *(Hook(name, argv, seconds) for name, argv in hooks.items() if argv)]


async def swept(
    teller: Teller, results: Iterable[tuple[Channel, Due, Ending | None]], instead: Instead | None = None
) -> list[str]:
    """Tells what a sweep did. Returns warnings, as `told` does."""
    unknown = False  # whether who is parked cannot be asked any more; telling says why
    for channel, due, outcome in results:
        parked = False
        if outcome is not None and outcome.exit_code > 0 and not unknown:
            try:
                parked = teller.state.parked(channel.id) is not None
            except RunbookError:
                unknown = True
        teller.outcome(channel, due, outcome, parked)
    return await told(teller, instead)


async def told(teller: Teller, instead: Instead | None = None) -> list[str]:
    """Tells what was collected. Returns warnings: what goes wrong here is no reason for a sweep to fail. `instead` is told when
    the state is what goes wrong, and else that it is well."""
    try:
        warnings = await aside(teller.finish)
        return warnings + (await aside(instead.works) if instead else [])
    except RunbookError as raised:
        error = raised
    except Exception as raised:  # noqa: BLE001 - as above
        error = Defect.of(raised)
    if instead is None or isinstance(error, Defect):
        return [f"Nobody could be told: {error.cause}"]
    return [
        f"The channels could not be told of one by one: {error.cause}",
        *await aside(lambda: instead.failed(error, teller.unsaid)),
    ]
