"""The page over all runs and channels: `index.html` in the folder of runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from runbook import files
from runbook.report import words
from runbook.report.channels import Channel, Day
from runbook.report.pages import render
from runbook.report.run_page import Figure

INDEX = "index.html"
SHOWN = 20  # runs of a channel that are to be seen at once
BARS = 60
FEWEST_BARS = 30  # as many as these find room, so that few are not broad
HEIGHTS = {"plain": 15, "good": 55, "warn": 78, "bad": 100}
LOWEST = 4.0  # percent: the height of the shortest gap's bar


@dataclass(frozen=True)
class Bar:
    """A gap as a bar, in percent."""

    x: float
    width: float
    height: float


def write(root: Path, channels: Sequence[Channel], problems: Sequence[str], now: datetime) -> Path:
    """Makes the index in the folder of runs and returns its path. Raises OSError."""
    page = root / INDEX
    files.put(page, html(channels, problems, now))
    return page


def html(channels: Sequence[Channel], problems: Sequence[str], now: datetime) -> bytes:
    """The index."""
    real = [channel for channel in channels if not channel.sandbox]
    tone, headline = summary(real, played=len(real) < len(channels))
    return render(
        "index.html.j2",
        tone=tone,
        label={"good": "All fine", "warn": "Look at it", "bad": "Something is wrong", "plain": "Nothing yet"}[tone],
        headline=headline,
        figures=figures(real or list(channels)),
        real=real,
        sandbox=[channel for channel in channels if channel.sandbox],
        problems=problems,
        now=now,
        shown=SHOWN,
        state=state,
        days=days_told,
        strip=strip,
        bars=bars,
        gap_told=gaps_told,
    )


def summary(channels: Sequence[Channel], *, played: bool) -> tuple[words.Tone, str]:
    """How things stand, in one sentence, and how grave that is."""
    if not channels:
        return "plain", "Only sandbox runs so far" if played else "There are no runs yet"
    down = sum(
        bool(channel.entries and channel.open and channel.open.name == words.label("ChannelDown"))
        for channel in channels
    )
    wrong = sum(channel.open is not None for channel in channels)
    total = len(channels)
    if down:
        return (
            "bad",
            f"{down} of {total} channels {'reads' if down == 1 else 'read'} no mail"
            if total > 1
            else "The channel reads no mail",
        )
    if wrong:
        return (
            "bad",
            f"{wrong} of {total} channels {'needs' if wrong == 1 else 'need'} a look"
            if total > 1
            else "The channel needs a look",
        )
    return "good", f"All {total} channels are fine" if total > 1 else "The channel is fine"


def figures(channels: Sequence[Channel]) -> list[Figure]:
    """Channels, runs, incidents, gaps."""
    gaps = [each.gap_seconds or 0.0 for channel in channels for each in channel.gaps]
    cases = [incident for channel in channels for incident in channel.incidents]
    still = sum(incident.ended is None for incident in cases)
    longest = ("None", "no connection was replaced")
    if gaps:
        longest = (words.duration(max(gaps)), f"of {len(gaps)}")
    over = f"{still} not over" if still else "all over" if cases else ""
    return [
        Figure("Longest mail gap", *longest),
        Figure("Incidents", str(len(cases)), over, "bad" if still else "plain"),
        Figure("Channels", str(len(channels))),
        Figure("Runs", str(sum(len(channel.entries) for channel in channels))),
    ]


def state(channel: Channel) -> tuple[words.Tone, str]:
    """How a channel stands now."""
    if channel.last is None:
        return "plain", "Unknown"
    if channel.open:
        return channel.open.tone, channel.open.name
    return "good", "Connected"


def strip(days: Sequence[Day]) -> list[tuple[float, float, int, Day]]:
    """The days as boxes: place, width and height in percent. The graver, the higher: not by colour alone."""
    each = 100 / len(days)
    return [(round(at * each, 2), round(each * 0.8, 2), HEIGHTS[day.tone], day) for at, day in enumerate(days)]


def days_told(days: Sequence[Day]) -> str:
    """The same in words, for whoever does not see it."""
    told = [f"{words.day_of(day.day)}: {day.name}" for day in days if day.tone in ("warn", "bad")]
    good = sum(day.tone == "good" for day in days)
    text = f"The last {len(days)} days. Good: {good}. Nothing known: {sum(day.tone == 'plain' for day in days)}."
    return f"{text} {'; '.join(told)}." if told else text


def bars(channel: Channel) -> list[Bar]:
    """The newest gaps, oldest first, as bars."""
    gaps = [each.gap_seconds or 0.0 for each in channel.gaps[:BARS]][::-1]
    highest, each = max(gaps, default=0.0) or 1.0, 100 / max(len(gaps), FEWEST_BARS)
    return [
        Bar(round(at * each, 2), round(each * 0.7, 2), round(max(LOWEST, gap / highest * 100), 2))
        for at, gap in enumerate(gaps)
    ]


def gaps_told(channel: Channel) -> str:
    """The gaps in one sentence."""
    count = len(channel.gaps)
    if count == 1:
        return f"One gap, of {words.duration(channel.longest_gap)}."
    middle, longest = words.duration(channel.middle_gap), words.duration(channel.longest_gap)
    return f"{count} gaps: median {middle}, longest {longest}."
