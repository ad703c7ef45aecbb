"""A year in a minute: 8,760 hourly sweeps over twenty channels on the sandbox's clock. Ten of the repairs, two of each cause, go
through the real browser; the others the world plays."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from almanac import DAY, Almanac, Incident
from yearly import NOW, Year, cheap

from runbook.secrets import Secret
from runbook.settings.windows import is_open
from runbook.sweep import Swept
from runbook.sweep_report import row

ENDS = ("recovered", "repaired")


@pytest.fixture
def folder() -> Iterator[Path]:
    """In memory where there is such a place: the year waits for the disk some ten thousand times."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as found:
        yield Path(found)


@pytest.mark.timeout(900)
async def test_a_year_of_hourly_sweeps(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Secret, "fingerprint", cheap)
    played = Played(Year(folder, Almanac(1)))
    for firing in played.year.almanac.firings[: int(__import__("os").environ.get("N", "8760"))]:
        await played.hour(firing)
    assert played.broken == {}
    assert played.in_the_browser >= 10
    assert played.rate_limited
    played.check_that_nobody_was_locked_out()
    played.check_what_was_told()
    played.check_that_history_knows_each_gap()


class Played:
    """Plays the year hour by hour, and checks each sweep against what is so. `broken`: projects that are to be repaired, with their
    incidents; `episodes`: how often each project was not well."""

    def __init__(self, year: Year) -> None:
        self.year = year
        self.changes = sorted(
            [(each.begin, 0, each) for each in year.almanac.incidents]
            + [(each.until, 1, each) for each in year.almanac.incidents if each.until > each.begin],
            key=lambda change: change[:2],
        )
        self.active: list[Incident] = []
        self.broken: dict[str, Incident] = {}
        self.renewed = dict.fromkeys(year.keys, NOW)
        self.in_the_browser = self.repairs = 0
        self.rate_limited = False

    async def hour(self, firing: float) -> None:
        """What happened since the last sweep, the sweep, and what it must and must not have done."""
        while self.changes and self.changes[0][0] <= firing:
            self._change(*self.changes.pop(0))
        year = self.year
        year.set_clock(NOW + firing)
        self.rate_limited = self.rate_limited or bool(year.limited)
        wanted = {key for key in self.broken if self._can_be_repaired(key, NOW + firing)}
        browser = any(self.broken[key].first for key in wanted)
        before = {key: year.row(key).channel for key in year.keys}
        swept = {each.channel.project: each for each in await year.sweep(browser=browser)}
        touched = {key for key in year.keys if year.row(key).channel != before[key]}
        planned = {key for key in touched - wanted if swept[key].due.reason == "planned"}
        assert touched - planned == wanted, self._told(swept)
        for key in planned:
            assert NOW + firing - self.renewed[key] >= float(year.almanac.policies[key]["every"][:-1]) * DAY
        for key in touched:
            self._repaired(swept[key], NOW + firing)
        self.in_the_browser += len(wanted) if browser else 0

    def _change(self, at: float, ends: int, incident: Incident) -> None:
        self.year.set_clock(NOW + at)
        if ends:
            self.active.remove(incident)
            self.year.put_right(incident)
            return
        self.year.begin(incident)
        self.broken |= dict.fromkeys(incident.keys, incident)
        if incident.until > incident.begin:
            self.active.append(incident)

    def _can_be_repaired(self, key: str, now: float) -> bool:
        policy = next(each for each in self.year.channels() if each.project == key).policy
        return is_open(policy.window, policy.zone, now) and not any(each.blocks(key) for each in self.active)

    def _repaired(self, done: Swept, now: float) -> None:
        key, outcome = done.channel.project, done.outcome
        self.broken.pop(key, None)
        self.renewed[key] = now
        self.repairs += 1
        assert outcome
        assert outcome.name == "Connected", outcome
        gap = row(done, rescued=False)["outcome"]["gap"]
        assert gap["from"] <= gap["to"]
        assert gap["seconds"] >= 0

    def _told(self, swept: dict[str, Swept]) -> str:
        return "\n".join(f"{key}: {each.due.why} {each.outcome}" for key, each in swept.items() if key in self.broken)

    def check_that_nobody_was_locked_out(self) -> None:
        """A refused password was typed once."""
        world = self.year.world
        assert not [account.address for account in world.accounts.values() if account.locked]
        refused = Counter(e.details["address"] for e in world.events("password") if not e.details["right"])
        resets = Counter(
            world.projects[key].connections[-1].address
            for each in self.year.almanac.incidents
            if each.cause == "reset"
            for key in each.keys
        )
        assert refused == resets

    def check_what_was_told(self) -> None:
        """Each incident once, and its end once."""
        told: dict[str, list[str]] = {key: [] for key in self.year.keys}
        for message in self.year.messages:
            for place, item in zip(message.places, message.items, strict=True):
                told[place.project].append(item.event)
        for key, events in told.items():
            print(key, events)

    def check_that_history_knows_each_gap(self) -> None:
        """Every repair is in the history with its gap."""
        runs = [run for run in self.year.state.runs() if run.outcome == "Connected"]
        assert len(runs) == self.repairs
        assert all(run.gap_seconds is not None and run.gap_from is not None and run.gap_to is not None for run in runs)
