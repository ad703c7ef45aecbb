"""Times of the week in which something may be done: `Mon-Fri 20:00-06:00`, by the clock on the wall of a time zone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAY_MINUTES = 1440
_SPAN = re.compile(r"(?:(?P<days>[A-Za-z,\s-]+?)\s+)?(?P<start>\d{1,2}:\d\d)\s*-\s*(?P<end>\d{1,2}:\d\d)")
_FORM = "should be days and times"


@dataclass(frozen=True)
class Window:
    """The days (0 is Monday) on which it opens, and the minutes of the day from which and until which it is open. One that ends
    before it begins lasts over midnight, into the day after."""

    days: frozenset[int]
    start: int
    end: int

    def open_at(self, local: datetime) -> bool:
        """Whether it is open at this time of its zone's clock."""
        day, minute = local.weekday(), local.hour * 60 + local.minute
        if self.start < self.end:
            return day in self.days and self.start <= minute < self.end
        return (day in self.days and minute >= self.start) or ((day - 1) % 7 in self.days and minute < self.end)


@cache
def parse(text: str) -> Window:
    """The window that a text gives; without days it opens every day. Raises ValueError, whose text continues the setting's name."""
    match = _SPAN.fullmatch(text.strip())
    if not match:
        raise ValueError(_FORM)
    start, end = _minutes(match["start"]), _minutes(match["end"])
    if start == DAY_MINUTES:
        raise ValueError("should begin before 24:00")
    if start == end:
        raise ValueError("never opens: it ends when it begins; all day is 00:00-24:00")
    return Window(_days(match["days"] or "Mon-Sun"), start, end % DAY_MINUTES if end < start else end)


def is_open(windows: Sequence[str], zone: ZoneInfo, at: float) -> bool:
    """Whether one of the windows is open at a moment (seconds since 1970). No window at all is always open."""
    local = datetime.fromtimestamp(at, zone)
    return not windows or any(parse(text).open_at(local) for text in windows)


def next_opening(windows: Sequence[str], zone: ZoneInfo, at: float) -> float:
    """The moment (seconds since 1970) from which on one of the windows is open, after `at`, when all are closed."""
    return min(moment for moment in _openings(windows, zone, at) if moment > at and is_open(windows, zone, moment))


def _openings(windows: Sequence[str], zone: ZoneInfo, at: float) -> Iterator[float]:
    today = datetime.fromtimestamp(at, zone).date()
    # Two weeks: a window that the clock jumps over in spring opens a week later.
    for ahead in range(-1, 16):
        day = today + timedelta(days=ahead)
        for window in map(parse, windows):
            if day.weekday() in window.days:
                yield _moment(datetime.combine(day, time(window.start // 60, window.start % 60)), zone)


def _moment(local: datetime, zone: ZoneInfo) -> float:
    """The moment at which the zone's clock shows this time, or has just jumped over it in spring."""
    moment = local.replace(tzinfo=zone).timestamp()
    if datetime.fromtimestamp(moment, zone).replace(tzinfo=None) == local:
        return moment
    # The clock jumps forward between these two; what lies behind the jump is what it first shows of the window.
    early, late = local.replace(tzinfo=zone, fold=1).timestamp(), moment
    offset = datetime.fromtimestamp(late, UTC).astimezone(zone).utcoffset()
    while late - early > 1:
        middle = (early + late) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == offset:
            late = middle
        else:
            early = middle
    return late


def _days(text: str) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        first, dash, last = (word.strip() for word in part.partition("-"))
        begin = _day(first)
        end = _day(last) if dash else begin
        found |= {(begin + more) % 7 for more in range((end - begin) % 7 + 1)}
    return frozenset(found)


def _day(word: str) -> int:
    for number, name in enumerate(DAYS):
        if len(word) >= 3 and word.lower() in (name.lower(), _LONG[number]):
            return number
    raise ValueError(f"{_FORM}, the days as {' '.join(DAYS)}")


_LONG = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _minutes(text: str) -> int:
    hours, minutes = (int(part) for part in text.split(":"))
    if minutes > 59 or hours * 60 + minutes > DAY_MINUTES:
        raise ValueError("has a time of day that does not exist")
    return hours * 60 + minutes
