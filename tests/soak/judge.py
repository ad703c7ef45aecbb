"""Whether a series of measurements grows: the middle of its last third against that of its second; the first is warming up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

FEWEST = 6  # of a series that is judged: two in each third


@dataclass(frozen=True)
class Tolerance:
    """What a series may gain from its second third to its last, and is still said not to grow: the larger of the two. A series
    of less than `fewest` measurements is not judged."""

    share: float
    least: float
    fewest: int = FEWEST


@dataclass(frozen=True)
class Judged:
    """`before`, `after`: medians of the second and the last third; None where there are too few measurements."""

    name: str
    unit: str
    count: int
    before: float | None
    after: float | None
    grows: bool

    def row(self) -> str:
        """A row of the table."""
        if self.before is None or self.after is None:
            return f"| {self.name} | {self.count} | | | too few to judge |"
        shown = [f"{value:.1f} {self.unit}".rstrip() for value in (self.before, self.after)]
        return f"| {self.name} | {self.count} | {shown[0]} | {shown[1]} | {'GROWS' if self.grows else 'no growth'} |"


def judge(name: str, series: Sequence[float], tolerance: Tolerance, unit: str = "") -> Judged:
    """Judges a series of measurements in the order in which they were taken."""
    count = len(series)
    if count < tolerance.fewest:
        return Judged(name, unit, count, None, None, grows=False)
    third = count // 3
    before, after = median(series[third : count - third]), median(series[count - third :])
    return Judged(name, unit, count, before, after, after - before > max(tolerance.share * before, tolerance.least))
