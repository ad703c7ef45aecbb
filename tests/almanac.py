"""What happens in a year, made of a seed: incidents with their beginning and the moment at which somebody has put them right."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

HOUR, DAY = 3_600.0, 86_400.0
HOURS = 365 * 24
JITTER = 600.0  # seconds that a firing may be late
# Channels of the two sites of the sandbox take turns: HELP is of the first, DESK02 of the second.
KEYS = ["HELP", *(f"DESK{number:02}" for number in range(2, 21))]
ADMINS = ("ada.admin@example.com", "gus.admin@example.com")
WINDOW = {"window": ["Mon-Fri 20:00-06:00", "Sat-Sun 00:00-24:00"], "time_zone": "Europe/Berlin"}


@dataclass(frozen=True)
class Incident:
    """`keys`: projects whose connection stops working; `limited`: those whose log says RATE_LIMITED and no more; `until`: when it
    was put right, the beginning itself when nobody has to do anything. Times in seconds from the year's beginning. `first`: the
    sweep that repairs it is made by the real browser; `within`: the great one during which it happens."""

    cause: str
    begin: float
    until: float
    keys: Sequence[str] = ()
    limited: Sequence[str] = ()
    admin: str = ""
    first: bool = False
    within: str = ""

    def blocks(self, key: str) -> bool:
        """Whether a repair of the project cannot succeed as long as it is not put right."""
        match self.cause:
            case "reset":
                return key in self.keys
            case "admin-expired":
                return KEYS.index(key) % 2 == ADMINS.index(self.admin)
            case "idp-outage" | "mail-outage" | "page":
                return True
        return False


@dataclass
class Almanac:
    """A year. `policies` by project: some have a window, some are planned; `firings`: when the sweeps begin."""

    seed: int
    incidents: list[Incident] = field(default_factory=list)
    policies: dict[str, Any] = field(default_factory=dict)
    firings: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)  # noqa: S311 - no secret
        self.firings = [hour * HOUR + self.dice.uniform(0, JITTER) for hour in range(HOURS)]
        self.policies = {key: dict(WINDOW) for key in ("DESK05", "DESK06", "DESK11", "DESK12")}
        self.policies |= {"DESK07": {"every": "120d"}, "DESK12": {**WINDOW, "every": "90d"}}
        self._the_great_ones()
        self._the_small_ones()
        self.incidents.sort(key=lambda each: each.begin)

    def _the_great_ones(self) -> None:
        """What concerns many channels, each in a month of its own, so that each tells of itself alone."""
        some, add = self.dice.sample, self.incidents.append
        first, second = KEYS[0::2], KEYS[1::2]
        add(Incident("mail-outage", *self._span(30, 30 * HOUR, 60 * HOUR)))
        add(Incident("admin-expired", *self._span(90, 14 * DAY, 14 * DAY), admin=ADMINS[1]))
        add(Incident("page", *self._span(150, 2 * DAY, 5 * DAY)))
        add(Incident("idp-outage", *self._span(200, 3 * HOUR, 9 * HOUR)))
        for great, chosen in zip(list(self.incidents), (KEYS, second, KEYS, first), strict=True):
            for key in some([key for key in chosen if key not in self.policies], 2):
                within = great.begin + self.dice.uniform(0.05, 0.6) * (great.until - great.begin)
                add(Incident("revoked", within, within, (key,), first=True, within=great.cause))

    def _the_small_ones(self) -> None:
        """What concerns one channel, in the months between."""
        free = [day for month in ((0, 28), (36, 88), (108, 148), (158, 198), (203, 360)) for day in range(*month)]
        taken: dict[str, list[tuple[float, float]]] = {}
        for number in range(40):
            cause, first = ("revoked", "reset")[number % 2], number < 2
            begin = self.dice.choice(free) * DAY + self.dice.uniform(0, DAY)
            wait = self.dice.uniform(HOUR, 4 * DAY) if cause == "reset" else 0.0
            keys = self.dice.sample([key for key in KEYS if not (first and key in self.policies)], 1)
            # A window opens some hours later, and the next one should find the channel well.
            spans = [span for key in keys for span in taken.get(key, ())]
            if any(begin < end + DAY and start < begin + wait + DAY for start, end in spans):
                continue
            for key in keys:
                taken.setdefault(key, []).append((begin, begin + wait))
            # One log ends with a rate limit besides: what counts is the row before.
            limited = keys if first and cause == "revoked" else ()
            self.incidents.append(Incident(cause, begin, begin + wait, keys, limited, first=first))
        for _ in range(60):
            begin = self.dice.choice(free) * DAY + self.dice.uniform(0, DAY)
            self.incidents.append(Incident("rate-limit", begin, begin, limited=self.dice.sample(KEYS, 6)))

    def _span(self, day: int, least: float, most: float) -> tuple[float, float]:
        begin = day * DAY + self.dice.uniform(0, DAY)
        return begin, begin + self.dice.uniform(least, most)
