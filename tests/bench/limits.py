"""The end of a bench: exit code 1 when a figure is past its limit, which is told."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """What was measured, and what it may be at most."""

    what: str
    value: float
    limit: float

    @property
    def past(self) -> bool:
        """Whether it is more than it may be."""
        return self.value > self.limit


def end(figures: Iterable[Figure]) -> None:
    """Exits with 1 when one is past its limit."""
    past = [f"{each.what}: {each.value:.2f}, at most {each.limit:g}" for each in figures if each.past]
    if past:
        sys.exit("Past its limit: " + "; ".join(past) + ".")
