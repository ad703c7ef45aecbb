"""A year in a minute: 8,760 hourly sweeps over twenty channels on the sandbox's clock. Ten of the repairs, of password
resets, revocations and in the greater incidents, go through the real browser; the others the world plays."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import pytest
from almanac import DAY, Almanac, Incident
from yearly import NOW, Year, cheap

from runbook import sweep
from runbook.secrets import Secret
from runbook.settings.windows import is_open
from runbook.sweep import Swept
from runbook.sweep_report import row
from runbook.telling import teller

pytestmark = pytest.mark.thorough

BEGINS = ("unhealthy", "failed", "parked")
# Each of these has to be among what the real browser repairs.
CAUSES = {"reset", "revoked", "rate-limit", "admin-expired", "mail-outage", "idp-outage", "page"}
SIGN_INS = ("admin-expired", "idp-outage")  # what keeps a sweep from looking
MANY = 10  # channels of one cause, which are one message


@pytest.fixture
def folder() -> Iterator[Path]:
    """In memory where there is such a place: the year waits for the disk some thousand times."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made there
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as found:
        yield Path(found)


@pytest.mark.long
@pytest.mark.timeout(1500)
async def test_a_year_of_hourly_sweeps(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Secret, "fingerprint", cheap)
    for module in (sweep, teller):  # a thread for each question to the state would be half of the year
        monkeypatch.setattr(module, "aside", here)
    played = Played(Year(folder, Almanac(1)))
    for firing in played.year.almanac.firings:
        await played.hour(firing)
    assert played.broken == {}
    assert played.in_the_browser >= 10
    assert played.causes_in_the_browser == CAUSES
    assert played.rate_limited
    played.check_that_nobody_was_locked_out()
    played.check_that_history_knows_each_gap()


async def here(work: Callable[[], Any]) -> Any:
    """In the place of `runbook.aside.aside`."""
    return work()


class Played:
    """Plays the year hour by hour, and checks each sweep against what is so. `broken`: projects that are to be repaired, with their
    incidents; `ill`: those of which a failure was told, and no end; `worse`: of which two were; `waits`: those that were told to be
    outside of their window."""

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
        self.ill = set[str]()
        self.worse = set[str]()
        self.waits = set[str]()
        self.causes_in_the_browser = set[str]()

    async def hour(self, firing: float) -> None:
        """What happened since the last sweep, the sweep, and what it must and must not have done."""
        while self.changes and self.changes[0][0] <= firing:
            self._change(*self.changes.pop(0))
        year = self.year
        year.set_clock(NOW + firing)
        self.rate_limited = self.rate_limited or bool(year.limited)
        wanted = {key for key in self.broken if self._can_be_repaired(key, NOW + firing)}
        browser = any(self.broken[key].first for key in wanted)
        causes = {cause for key in wanted for cause in self._causes(key)}
        before = {key: year.row(key).channel for key in year.keys}
        swept = {each.channel.project: each for each in await year.sweep(browser=browser)}
        touched = {key for key in year.keys if year.row(key).channel != before[key]}
        planned = {key for key in touched - wanted if swept[key].due.reason == "planned"}
        assert touched - planned == wanted, self._told(swept)
        for key in planned:
            assert NOW + firing - self.renewed[key] >= float(year.almanac.policies[key]["every"][:-1]) * DAY
        for key in touched:
            self._repaired(swept[key], NOW + firing)
        if browser:
            self.in_the_browser += len(wanted)
            self.causes_in_the_browser |= causes
        waits = {key for key, each in swept.items() if each.due.wanted == "planned"}
        self._check_what_was_told(wanted, waits, NOW + firing)

    def _causes(self, key: str) -> set[str]:
        """What a broken channel is to be repaired of, and in the midst of what."""
        incident = self.broken[key]
        limited = {"rate-limit"} if key in self.year.limited else set[str]()
        return {incident.cause, incident.within or incident.cause} | limited

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
        return self._window_is_open(key, now) and not any(each.blocks(key) for each in self.active)

    def _window_is_open(self, key: str, now: float) -> bool:
        policy = next(each for each in self.year.channels() if each.project == key).policy
        return is_open(policy.window, policy.zone, now)

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
        """A password that was changed was typed once at most."""
        world = self.year.world
        assert not [account.address for account in world.accounts.values() if account.locked]
        refused = Counter(e.details["address"] for e in world.events("password") if not e.details["right"])
        resets = Counter(
            world.projects[key].connections[-1].address
            for each in self.year.almanac.incidents
            if each.cause == "reset"
            for key in each.keys
        )
        assert refused
        assert refused <= resets

    def _check_what_was_told(self, repaired: Collection[str], planned: Collection[str], now: float) -> None:
        """Each incident once, at the sweep that has seen it, and its end once. `planned`: whose planned renewal waits for its window,
        with which an incident of it ends."""
        told: dict[str, list[str]] = {}
        for message in self.year.messages:
            for place, item in zip(message.places, message.items, strict=True):
                told.setdefault(place.project, []).append(item.event)
        kinds = Counter((m.event, item.outcome) for m in self.year.messages for item in m.items)
        messages = Counter((message.event, message.items[0].outcome) for message in self.year.messages)
        assert [messages[kind] for kind, number in kinds.items() if number >= MANY and messages[kind] > 1] == []
        self.year.messages.clear()
        for key in self.year.keys:
            was, ill = key in self.ill, self._is_ill(key) or (key in self.ill and key in planned)
            self.ill = self.ill - {key} | ({key} if ill else set())
            news = told.get(key, [])
            match was, key in self.ill:
                case False, True:
                    assert len(news) == 1, (key, news)
                    assert news[0] in BEGINS
                    if key in self.broken and not self._window_is_open(key, now):
                        self.waits.add(key)
                case True, True if news and key in self.waits:  # its window has opened, and its renewal has failed
                    assert len(news) == 1, (key, news)
                    assert news[0] in BEGINS[1:]
                    assert self._window_is_open(key, now)
                    self.waits.remove(key)
                case True, True if news:  # the mailbox is let in nowhere, and has lost its authorization besides
                    assert (news, self._active("mail-outage"), key in self.broken) == (["failed"], True, True)
                    assert key not in self.worse
                    self.worse.add(key)
                case True, False:
                    assert news == ["recovered"], (key, news)
                    self.waits.discard(key)
                case False, False:
                    assert news == ["repaired"] * (key in repaired), (key, news)

    def _is_ill(self, key: str) -> bool:
        """Whether a failure of it has been told after this sweep: whatever was found is told at once, though it may wait."""
        if self._active("mail-outage") or any(i.cause in SIGN_INS and i.blocks(key) for i in self.active):
            return True
        return key in self.broken

    def _active(self, cause: str) -> bool:
        return any(each.cause == cause for each in self.active)

    def check_that_history_knows_each_gap(self) -> None:
        """Every repair is in the history with its gap."""
        runs = [run for run in self.year.state.runs() if run.outcome == "Connected"]
        assert len(runs) == self.repairs
        assert all(run.gap_seconds is not None and run.gap_from is not None and run.gap_to is not None for run in runs)
