"""Lengths of time as people write them in the settings: `30s`, `45m`, `6h`, `90d`, `2w`, `1h30m`."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator

UNITS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
LONGEST = timedelta(days=3_660)


def parse(value: object) -> timedelta:
    """The length that a text gives. Raises ValueError, whose text continues the setting's name."""
    if isinstance(value, timedelta):
        return value
    text = value.strip().lower() if isinstance(value, str) else ""
    parts = re.findall(r"(\d{1,9})\s*([smhdw])", text)
    if not parts or re.sub(r"\d{1,9}\s*[smhdw]\s*", "", text):
        raise ValueError("should be a length of time: a number with s, m, h, d or w")
    found = timedelta(seconds=sum(int(number) * UNITS[unit] for number, unit in parts))
    if found > LONGEST:
        raise ValueError("should be at most ten years")
    return found


def shown(length: timedelta) -> str:
    """The shortest text that `parse` reads as the same length: `90d`, `1h30m`."""
    left, parts = int(length.total_seconds()), []
    for unit, seconds in UNITS.items():
        number, rest = divmod(left, seconds)
        if number and (unit != "w" or rest == 0):
            parts.append(f"{number}{unit}")
            left = rest
    return "".join(parts) or "0s"


Duration = Annotated[timedelta, BeforeValidator(parse)]
