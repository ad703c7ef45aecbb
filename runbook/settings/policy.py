"""When a channel may be re-authorized by a sweep: `[policy]`, and `[channels.KEY.policy]` over it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from difflib import get_close_matches
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from runbook.settings import windows
from runbook.settings.durations import Duration
from runbook.settings.model import Model, Text, wrong


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # not there, a folder of zones, no name at all
        near = get_close_matches(name, available_timezones(), 1)
        raise ValueError("is not a time zone" + (f" (meant {near[0]}?)" if near else "")) from None
    return name


def _window(text: str) -> str:
    windows.parse(text)
    return " ".join(text.split())


def _some(texts: tuple[str, ...]) -> tuple[str, ...]:
    if not texts:
        raise ValueError("is empty, so that it never opens; leave it out to allow every time")
    return texts


def _day(value: object) -> str:
    """A day, or a day and a time, as ISO text: TOML has dates of its own."""
    if isinstance(value, (date, datetime)):
        value = value.isoformat()
    try:
        moment = _moment(str(value))
    except ValueError:
        raise ValueError("should be a date, or a date and a time") from None
    return str(moment.date()) if len(str(value).strip()) <= len("2026-12-24") else moment.isoformat(" ", "minutes")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.strip())


Day = Annotated[str, BeforeValidator(_day)]


class Policy(Model):
    """What a sweep keeps to for one channel.

    window: when a connection may be replaced, by the clock of `time_zone`; always, if it is not given. cool_down: least time
    between two tries. tries_per_day: most tries in 24 hours. retries, retry_wait: how often, in one sweep, a run that failed for
    a passing reason is tried again, and the first wait before that (each further one is twice as long).
    planned: days on which the connection is renewed though it is healthy; every: after this time since the last renewal;
    password_changed: the day on which the mailbox's password changes, and again after each `password_every`.
    """

    window: Annotated[tuple[Annotated[Text, AfterValidator(_window)], ...], AfterValidator(_some)] = ()
    time_zone: Annotated[Text, AfterValidator(_zone)] = "UTC"
    cool_down: Duration = timedelta(minutes=30)
    # More than the 25 sweeps that an hourly schedule, each by chance ten minutes late, can make in 24 hours.
    tries_per_day: Annotated[int, Field(ge=1, le=1000)] = 30
    retries: Annotated[int, Field(ge=0, le=5)] = 2
    retry_wait: Duration = timedelta(seconds=30)
    planned: tuple[Day, ...] = ()
    every: Duration | None = None
    password_changed: Day | None = None
    password_every: Duration | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of its times."""
        return ZoneInfo(self.time_zone)

    def moment(self, day: str) -> float:
        """The moment of a `planned` or `password_changed` (seconds since 1970); a day begins at midnight."""
        found = _moment(day)
        return (found if found.tzinfo else found.replace(tzinfo=self.zone)).timestamp()

    def password_changes(self, at: float) -> list[float]:
        """The last moment at which the mailbox's password changes by `at`, and the first one after it; fewer where there are none."""
        if self.password_changed is None:
            return []
        first = self.moment(self.password_changed)
        if self.password_every is None or first > at:
            return [first]
        # Days of the calendar, not of 24 hours: a password changes at the same time of day in summer and in winter.
        begin, length = datetime.fromtimestamp(first, self.zone), self.password_every
        times = max(int((at - first) / length.total_seconds()) - 1, 0)
        moments = [(begin + length * more).timestamp() for more in range(times, times + 4)]
        return [max(m for m in moments if m <= at), min(m for m in moments if m > at)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        for name in ("every", "password_every"):
            length: Any = getattr(self, name)
            if length is not None and length < timedelta(days=1):
                raise wrong(name, "should be at least a day: every renewal costs a mail gap")
        if self.password_every and not self.password_changed:
            raise wrong("password_changed", "is missing: password_every counts from it")
        return self
