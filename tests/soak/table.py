"""What is judged of the commands that were played, and told of them."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from .judge import Judged, Tolerance, judge
from .watching import Played

MEASURES = {
    "memory": (Tolerance(0.05, 15), "MB"),
    "descriptors": (Tolerance(0.05, 5), ""),
    "processes": (Tolerance(0.0, 0.9), ""),
}
KEPT = Tolerance(0.0, 0.9)
# Chromium gives memory back about every eighth channel, some 80 of 420 MB; until then it takes more from channel to channel. A third of
# the measurements has to hold one such climb, or the climb is taken for growth. On a busy machine the climbs come at other channels,
# which moves the medians by up to 6 %; a page that is never closed is 20 MB or more for each channel. The runbook's own process does
# not climb and is judged more strictly.
CLIMB = 8
WITHIN = {
    **MEASURES,
    "memory": (Tolerance(0.1, 15, fewest=3 * CLIMB), "MB"),
    "own_memory": (Tolerance(0.05, 5), "MB"),
}


def judged(name: str, played: Sequence[Played]) -> list[Judged]:
    """The peaks of the commands of one kind."""
    found = [
        judge(f"{name}: {what}", [each.watched.peak(what) for each in played], tolerance, unit)
        for what, (tolerance, unit) in MEASURES.items()
    ]
    return [*found, judge(f"{name}: files kept", [each.kept for each in played], KEPT)]


def within(sweeps: Sequence[Played], channels: int) -> list[Judged]:
    """What a sweep takes from channel to channel: the middle over all sweeps, for each number of channels that are done."""
    found = []
    for what, (tolerance, unit) in WITHIN.items():
        stages = [each.watched.by_stage(what) for each in sweeps]
        at = [[stage[done] for stage in stages if done in stage] for done in range(1, channels)]
        name = f"inside a sweep: {what.replace('_', ' ')}"
        found.append(judge(name, [median(values) for values in at if values], tolerance, unit))
    return found


def told(name: str, played: Sequence[Played]) -> list[str]:
    """What went wrong."""
    said = [f"{name} {at}: {each.failure}" for at, each in enumerate(played, 1) if each.failure]
    return said + [f"{name} {at} left {', '.join(each.left[:5])}" for at, each in enumerate(played, 1) if each.left]
