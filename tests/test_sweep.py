"""A sweep decides, orders, isolates, parks and reports: played with sites that end as a script says."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pragmas import FULL, READ_ONLY, pragma
from receivers import Mailbag
from sweeping import BUSY, CONNECTED, DAY, HOUR, NOW, REFUSED, World, channel, put

from runbook import sweep_report
from runbook.errors import ConfigError, Transient
from runbook.memory import Memory
from runbook.outcome import Outcome
from runbook.redact import Redactor
from runbook.session import Session
from runbook.settings.notify import Notify
from runbook.site_session import Work
from runbook.state import HealthRow, State
from runbook.sweep import Sweep, Swept
from runbook.telling import Standby, Teller, swept
from runbook.verbs_sweep import sharded

pytestmark = pytest.mark.thorough

KEYS = ["AA", "BB", "CC", "DD"]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def state(world: World) -> State:
    return State(world.folder / "state", lambda: world.now)


def broken(world: World, *keys: str) -> None:
    world.found.update(dict.fromkeys(keys, "unauthorized"))


# --- what is due


async def test_a_healthy_channel_that_is_not_planned_is_never_touched(world: World) -> None:
    broken(world, "BB")
    found = await world.sweep([channel(key) for key in KEYS])
    assert world.renewed == [["BB"]]
    assert [(key, each.due.reason, each.outcome) for key, each in found.items() if key != "BB"] == [
        ("AA", "healthy", None),
        ("CC", "healthy", None),
        ("DD", "healthy", None),
    ]
    assert found["BB"].outcome == CONNECTED
    assert sweep_report.exit_code(list(found.values())) == 0


async def test_nothing_due_is_a_good_end(world: World) -> None:
    found = await world.sweep([channel(key) for key in KEYS])
    assert world.renewed == [[]]
    assert sweep_report.exit_code(list(found.values())) == 0


async def test_a_channel_that_is_down_goes_first_before_all_of_its_site_and_its_site_before_all_others(
    world: World,
) -> None:
    broken(world, "AA", "BB", "CC", "DD")
    with state(world).lock("x"):
        state(world).write_pending("globex.atlassian.net/DD", {"down_since": NOW - HOUR})
    mine = [channel("AA"), channel("BB"), channel("CC", "globex"), channel("DD", "globex")]
    found = await world.sweep(mine, jobs=1)
    assert world.renewed == [["DD", "CC"], ["AA", "BB"]]
    assert found["DD"].due.reason == "channel-down"
    assert found["DD"].due.since == NOW - HOUR


async def test_force_renews_all_without_a_look(world: World) -> None:
    found = await world.sweep([channel(key) for key in KEYS], forced=True)
    assert world.looked == []
    assert world.renewed == [KEYS]
    assert {each.due.reason for each in found.values()} == {"forced"}


async def test_a_planned_channel_is_renewed_once_and_the_next_day_is_written_down(world: World) -> None:
    mine = channel("AA", policy={"every": "90d"})
    assert (await world.sweep([mine]))["AA"].due.reason == "not-planned"
    world.later(91 * DAY)
    assert (await world.sweep([mine]))["AA"].due.reason == "planned"
    known = state(world).channel(mine.id)
    assert known is not None
    assert known.due_at == pytest.approx(world.now + 90 * DAY)
    world.later()
    assert (await world.sweep([mine]))["AA"].due.reason == "not-planned"


# --- isolation


async def test_one_channels_failure_stops_neither_its_site_nor_the_others(world: World) -> None:
    broken(world, *KEYS)
    world.endings["AA"] = REFUSED
    mine = [channel("AA"), channel("BB"), channel("CC", "globex"), channel("DD", "globex")]
    found = await world.sweep(mine)
    assert sorted(world.renewed) == [["AA", "BB"], ["CC", "DD"]]
    assert [each.outcome.name for each in found.values() if each.outcome] == [
        "CredentialsRejected",
        "Connected",
        "Connected",
        "Connected",
    ]
    assert sweep_report.exit_code(list(found.values())) == 10


@pytest.mark.parametrize(("jobs", "most"), [(1, 1), (2, 2), (8, 3)])
async def test_so_many_sites_are_worked_on_side_by_side(world: World, jobs: int, most: int) -> None:
    broken(world, *KEYS)
    meet = asyncio.Event()

    async def wait(_work: Work) -> Outcome:
        if world.together == most:
            meet.set()
        await asyncio.wait_for(meet.wait(), 10)
        return CONNECTED

    world.endings.update(dict.fromkeys(KEYS, wait))
    await world.sweep([channel("AA"), channel("BB", "globex"), channel("CC", "initech")], jobs=jobs)
    assert world.most_together == most


async def test_a_failed_sign_in_for_the_look_ends_all_channels_of_the_site_and_is_not_tried_again(world: World) -> None:
    world.failure = REFUSED
    mine = [channel("AA"), channel("BB", policy={"planned": ["2026-11-17"]})]
    found = await world.sweep(mine)
    assert world.renewed == [[]]
    assert [each.outcome for each in found.values()] == [REFUSED, REFUSED]
    assert all(each.parked for each in found.values())
    world.later()
    again = await world.sweep(mine)
    assert world.looked == []
    assert [each.outcome for each in again.values()] == [None, None]
    assert sweep_report.exit_code(list(again.values())) == 0


async def test_a_site_that_does_not_answer_the_look_is_asked_again_the_next_time(world: World) -> None:
    world.failure = BUSY
    found = await world.sweep([channel("AA")])
    assert (found["AA"].due.reason, found["AA"].outcome, found["AA"].parked) == ("unknown", BUSY, None)
    assert sweep_report.exit_code(list(found.values())) == 10
    world.failure = None
    broken(world, "AA")
    world.later()
    assert (await world.sweep([channel("AA")]))["AA"].outcome == CONNECTED


# --- locks


async def test_what_another_run_holds_is_told_with_its_process_and_fails_nobody(world: World) -> None:
    broken(world, *KEYS)
    with state(world).lock("acme.atlassian.net/BB"):
        found = await world.sweep([channel(key) for key in KEYS])
    held = found["BB"].outcome
    assert held is not None
    assert held.name == "Locked"
    assert f"process {os.getpid()}, since 20" in held.cause
    assert world.renewed == [["AA", "CC", "DD"]]
    assert sweep_report.exit_code(list(found.values())) == 0
    assert state(world).runs("acme.atlassian.net/BB") == []


async def test_what_another_sweep_has_renewed_just_now_is_left_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(world, "AA", "BB")
    real = State.lock

    @contextmanager
    def lock(self: State, channel_id: str) -> Iterator[None]:
        if channel_id.endswith("AA"):  # the other has let go of it a moment ago
            world.now += 10
            self.update_channel(channel_id, renewed_at=world.now)
        with real(self, channel_id):
            yield

    monkeypatch.setattr(State, "lock", lock)
    found = await world.sweep([channel("AA"), channel("BB")])
    assert world.renewed == [["BB"]]
    done = found["AA"].outcome
    assert done is not None
    assert (done.name, done.cause) == ("NothingToDo", "Another run has renewed it meanwhile.")


async def test_locks_are_let_go_when_a_site_is_done(world: World) -> None:
    broken(world, "AA")
    await world.sweep([channel("AA")])
    with state(world).lock("acme.atlassian.net/AA"):
        pass


# --- parking


async def test_a_failure_that_time_does_not_heal_parks_until_the_secret_changes(world: World) -> None:
    mine = channel("AA", folder=world.folder)
    broken(world, "AA")
    world.endings["AA"] = REFUSED
    found = (await world.sweep([mine]))["AA"]
    assert found.parked is not None
    assert found.parked.cause == REFUSED.cause
    assert "not-a-secret" not in str(state(world).parked(mine.id))
    for _ in range(30):
        world.later()
        again = (await world.sweep([mine]))["AA"]
        assert (again.due.reason, again.outcome, world.renewed) == ("parked", None, [[]])
    put(world.folder / "AA", "a-new-one")
    world.endings.clear()
    world.later()
    assert (await world.sweep([mine]))["AA"].outcome == CONNECTED
    assert state(world).parked(mine.id) is None
    assert [event["event"] for event in world.events if event["event"] == "unparked"] == ["unparked"]


@pytest.mark.parametrize("changed", [{"shown_as": "aa@example.onmicrosoft.com"}, {"request_type": "Bug"}])
async def test_a_parked_channel_is_tried_again_when_its_settings_change(world: World, changed: dict[str, str]) -> None:
    broken(world, "AA")
    world.endings["AA"] = REFUSED
    await world.sweep([channel("AA")])
    world.later()
    assert (await world.sweep([channel("AA")]))["AA"].due.reason == "parked"
    assert (await world.sweep([channel("AA", **changed)]))["AA"].outcome == REFUSED


async def test_a_parked_channel_is_tried_again_when_a_locator_is_taught_and_not_when_its_policy_changes(
    world: World,
) -> None:
    broken(world, "AA")
    world.endings["AA"] = Outcome("PageChanged", 50, cause="Jira's page does not show what was looked for.")
    await world.sweep([channel("AA")])
    world.later()
    assert (await world.sweep([channel("AA", policy={"cool_down": "1m"})]))["AA"].due.reason == "parked"
    again = await world.sweep([channel("AA")], locators={"email-page.add-account": "#add"})
    assert again["AA"].due.reason == "unauthorized"


async def test_a_parked_channel_is_looked_at_where_that_needs_no_sign_in_and_is_unparked_when_it_is_well(
    world: World,
) -> None:
    broken(world, "AA")
    world.endings["AA"] = REFUSED
    mine = [channel("AA"), channel("BB"), channel("CC", "globex")]
    await world.sweep(mine[:1])
    world.later()
    alone = await world.sweep([mine[0], mine[2]])
    assert (alone["AA"].due.reason, world.looked) == ("parked", ["CC"]), "nobody is signed in at its site"
    world.later()
    beside = await world.sweep(mine)
    assert (beside["AA"].due.reason, sorted(world.looked)) == ("parked", ["AA", "BB", "CC"])
    assert beside["AA"].parked
    world.found["AA"] = "healthy"  # by somebody's hand
    world.later()
    mended = await world.sweep(mine)
    assert (mended["AA"].due.reason, mended["AA"].parked) == ("healthy", None)
    assert state(world).parked(mine[0].id) is None


async def test_force_tries_a_parked_channel_and_a_success_ends_the_park(world: World) -> None:
    broken(world, "AA")
    world.endings["AA"] = REFUSED
    await world.sweep([channel("AA")])
    world.endings.clear()
    assert (await world.sweep([channel("AA")], forced=True))["AA"].outcome == CONNECTED
    assert state(world).parked("acme.atlassian.net/AA") is None


async def test_a_passing_failure_parks_nobody_and_a_channel_that_is_down_because_of_one_neither(world: World) -> None:
    broken(world, "AA", "BB")
    world.endings |= {"AA": BUSY, "BB": Outcome("ChannelDown", 70, cause="It is down.", down=True, passing=True)}
    found = await world.sweep([channel("AA"), channel("BB")])
    assert [each.parked for each in found.values()] == [None, None]
    world.later()
    assert {each.due.due for each in (await world.sweep([channel("AA"), channel("BB")])).values()} == {True}


async def test_a_parked_channel_that_somebody_has_mended_is_no_longer_parked(world: World) -> None:
    broken(world, "AA")
    world.endings["AA"] = REFUSED
    await world.sweep([channel("AA")])
    world.later()
    state(world).add_health(HealthRow("acme.atlassian.net/AA", world.now, "healthy", "mail was read", "audit"))
    found = (await world.sweep([channel("AA")]))["AA"]
    assert (found.due.reason, found.parked) == ("healthy", None)
    assert state(world).parked("acme.atlassian.net/AA") is None


async def test_a_secret_that_cannot_be_read_keeps_a_channel_parked_until_it_can(world: World) -> None:
    mine = channel("AA", folder=world.folder)
    (world.folder / "AA").unlink()
    broken(world, "AA")
    world.endings["AA"] = Outcome("ConfigError", 2, cause="The mailbox's password cannot be read.")
    assert (await world.sweep([mine]))["AA"].parked
    world.later()
    assert (await world.sweep([mine]))["AA"].due.reason == "parked"
    put(world.folder / "AA", "there-it-is")
    assert (await world.sweep([mine]))["AA"].due.reason == "unauthorized"


# --- limits


async def test_a_failure_is_tried_again_after_the_cool_down_and_so_often_a_day(world: World) -> None:
    mine = channel("AA", policy={"cool_down": "2h", "tries_per_day": 3})
    broken(world, "AA")
    world.endings["AA"] = BUSY
    reasons = []
    for _ in range(9):
        reasons.append((await world.sweep([mine]))["AA"].due.reason)
        world.later()
    assert reasons == [
        *("unauthorized", "cool-down", "unauthorized", "cool-down", "unauthorized"),
        *("tries", "tries", "tries", "tries"),
    ]
    world.later(18 * HOUR)
    assert (await world.sweep([mine]))["AA"].due.reason == "unauthorized"


async def test_a_clock_that_was_put_back_holds_up_nothing(world: World) -> None:
    mine = channel("AA", policy={"every": "30d"})
    broken(world, "AA")
    assert (await world.sweep([mine]))["AA"].outcome == CONNECTED
    world.later(-400 * DAY)
    assert (await world.sweep([mine]))["AA"].outcome == CONNECTED
    world.later()
    world.found.clear()
    assert (await world.sweep([mine]))["AA"].due.reason == "not-planned"


async def test_a_dry_run_parks_nobody_and_counts_as_no_try(world: World) -> None:
    mine = channel("AA", policy={"cool_down": "6h"})
    broken(world, "AA")
    world.endings["AA"] = REFUSED
    found = (await world.sweep([mine], dry_run=True))["AA"]
    assert (found.outcome, found.parked) == (REFUSED, None)
    assert state(world).runs()[0].due == "dry-run"
    world.later(60)
    assert (await world.sweep([mine]))["AA"].due.reason == "unauthorized"


# --- the history


async def test_every_run_is_in_the_history_with_its_reason(world: World) -> None:
    broken(world, "AA", "BB")
    world.endings["BB"] = REFUSED
    await world.sweep([channel("AA"), channel("BB")])
    rows = {row.project: row for row in state(world).runs()}
    assert {key: (row.due, row.outcome) for key, row in rows.items()} == {
        "AA": ("unauthorized", "Connected"),
        "BB": ("unauthorized", "CredentialsRejected"),
    }
    assert rows["AA"].gap_seconds == 0.5


# --- interruption


async def test_an_interrupted_sweep_names_what_was_worked_on_and_tells_the_rest_as_not_begun(world: World) -> None:
    broken(world, *KEYS)
    begun = asyncio.Event()

    async def slow(_work: Work) -> Outcome:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return Outcome(
                "Transient",
                20,
                cause="The run was interrupted; no connection was changed.",
                reason="interrupted",
                passing=True,
            )
        raise AssertionError

    world.endings["AA"] = slow
    mine = [channel("AA"), channel("BB"), channel("CC", "globex"), channel("DD", "initech")]
    sweeping = asyncio.ensure_future(world.sweep(mine, jobs=1))
    await begun.wait()
    sweeping.cancel()
    found = await sweeping
    told = [each.outcome.cause for each in found.values() if each.outcome]
    assert told[0] == "The run was interrupted; no connection was changed."
    assert len(told) == 4
    assert all("before it came to this channel; nothing was changed" in text for text in told[1:])
    assert sweep_report.exit_code(list(found.values())) == 10
    assert state(world).parked("acme.atlassian.net/AA") is None
    world.endings.clear()
    world.later()
    assert {each.outcome for each in (await world.sweep(mine)).values()} == {CONNECTED}


async def test_a_state_that_cannot_be_written_ends_the_sweep_with_its_own_name(world: World) -> None:
    (world.folder / "state").mkdir(mode=0o755)
    (world.folder / "state").chmod(0o755)
    with pytest.raises(ConfigError):
        await world.sweep([channel("AA")])


async def test_a_state_that_does_not_take_one_ending_stops_nothing_and_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(world, *KEYS)
    ended, full = Memory.ended, "The state cannot be written: no space left."

    def fails(memory: Memory, work: Work) -> Any:
        if work.channel.project == "AA":
            raise ConfigError(full)
        return ended(memory, work)

    monkeypatch.setattr(Memory, "ended", fails)
    mine = [channel("AA"), channel("BB"), channel("CC", "globex")]
    found = await world.sweep(mine)
    outcomes = [each.outcome for each in found.values() if each.outcome]
    assert [each.name for each in outcomes] == ["Connected"] * 3
    assert [each.warnings for each in outcomes] == [(f"This run is not in the history: {full}",), (), ()]
    assert [each["project"] for each in world.events if each["event"] == "warning"] == ["AA"]
    assert {row.project for row in state(world).runs()} == {"BB", "CC"}


@pytest.mark.parametrize(
    ("becomes", "cause"), [(READ_ONLY, "cannot be written (it is read-only)"), (FULL, "no space left on device")]
)
async def test_a_disk_that_fails_in_the_middle_stops_no_channel_is_told_once_and_the_next_sweep_converges(
    world: World, monkeypatch: pytest.MonkeyPatch, becomes: str, cause: str
) -> None:
    sessions: list[Session] = []
    make = world.session
    monkeypatch.setattr(world, "session", lambda **options: sessions.append(make(**options)) or sessions[-1])
    large = "x" * 1_000_000  # more than there is room for in a page

    async def breaks(_: Work) -> Outcome:
        pragma(sessions[0].state, becomes)
        return replace(REFUSED, cause=large)

    broken(world, *KEYS[:3])
    world.endings = {"AA": breaks, "BB": replace(REFUSED, cause=large)}
    mine = [channel("AA"), channel("BB"), channel("CC", "globex")]
    found = await world.sweep(mine, jobs=1)
    assert [each.outcome.name for each in found.values() if each.outcome] == [REFUSED.name] * 2 + ["Connected"]
    for key in ("AA", "BB"):
        [warning] = found[key].outcome.warnings  # type: ignore[union-attr]
        assert warning.startswith("This run is not in the history: The state file ")
        assert cause in warning
    bag = Mailbag()
    pragma(sessions[0].state, becomes)  # the sweep has closed it
    assert await tell(world, sessions[0].state, bag, found) == [("failed", "ConfigError")]
    [message] = bag.got
    assert cause in message.text
    assert "of: AA (CredentialsRejected), BB (CredentialsRejected), CC (Connected)." in message.text
    bag.told()

    sessions.clear()  # the disk is well again
    world.endings = {"BB": REFUSED}
    world.found["CC"] = "healthy"
    world.later()
    found = await world.sweep(mine)
    assert world.renewed == [["AA", "BB"], []]
    now = state(world)
    assert await tell(world, now, bag, found) == [
        ("repaired", "Connected"),
        ("parked", REFUSED.name),
        ("recovered", ""),
    ]
    assert {row.project: row.outcome for row in now.runs()} == {"AA": "Connected", "BB": REFUSED.name} | (
        {"CC": "Connected"} if becomes == FULL else {}
    )
    now.close()


async def tell(world: World, where: State, bag: Mailbag, found: Mapping[str, Swept]) -> list[tuple[str, str]]:
    """What is told at the end of a sweep: events and outcomes."""
    teller = Teller(Notify(), where, Redactor(), lambda: world.now, send=bag)
    standby = Standby(Notify(), (world.folder,), Redactor(), lambda: world.now, bag)
    await swept(teller, [(each.channel, each.due, each.outcome) for each in found.values()], standby)
    return [(message.event, message.items[0].outcome) for message in bag.got]


async def test_a_state_that_fails_on_one_site_leaves_the_others_to_be_renewed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(world, *KEYS)
    hold = Sweep._hold

    def fails(sweep: Sweep, work: Work, locks: Any) -> bool:
        if work.channel.project == "AA":
            raise Transient("The state is busy.", reason="state-busy")
        return hold(sweep, work, locks)

    monkeypatch.setattr(Sweep, "_hold", fails)
    found = await world.sweep([channel("AA"), channel("BB"), channel("CC", "globex")])
    told = [(each.outcome.name, each.outcome.reason) for each in found.values() if each.outcome]
    assert told == [("Transient", "state-busy"), ("Transient", "state-busy"), ("Connected", "")]
    assert world.renewed == [["CC"]]
    assert sweep_report.exit_code(list(found.values())) == 10


# --- the report


async def test_the_report_has_the_gap_with_exact_times_and_what_to_do_about_mail_that_fell_into_it(
    world: World,
) -> None:
    broken(world, "AA")
    told = sweep_report.event(list((await world.sweep([channel("AA"), channel("BB")])).values()), rescued=False)
    told = json.loads(json.dumps(told))
    first, second = told["channels"]
    assert (told["exit_code"], told["renewed"], told["failed"], told["not_due"]) == (0, 1, 0, 1)
    assert first["outcome"]["gap"] == {
        "from": "2026-11-18T11:06:39.000Z",
        "to": "2026-11-18T11:06:39.500Z",
        "seconds": 0.5,
    }
    assert "came from 2026-11-18 11:06:39 UTC to 2026-11-18 11:06:39 UTC and whatever came after" in first["advice"]
    assert "mark it as unread" in first["advice"]
    assert (second["outcome"], second["advice"], second["due"]) == (None, None, False)
    lines = "\n".join(sweep_report.lines(told))
    assert "Of 2 channels 1 renewed, 0 failed, 1 not due." in lines
    assert "AA  renewed, mail gap 0.5 s (unauthorized)" in lines
    assert "BB  not due (healthy): bb@example.com is healthy" in lines


async def test_mail_that_was_rescued_needs_no_advice(world: World) -> None:
    broken(world, "AA")
    told = sweep_report.event(list((await world.sweep([channel("AA")])).values()), rescued=True)
    assert told["channels"][0]["advice"] is None


async def test_the_report_names_cause_and_remedy_and_shouts_for_a_channel_that_is_down(world: World) -> None:
    broken(world, "AA", "BB")
    down = Outcome(
        "ChannelDown", 70, cause="It is gone.", remedy="Run it again.", down=True, gap_from=NOW, run="/runs/x"
    )
    world.endings |= {"AA": REFUSED, "BB": down}
    told = sweep_report.event(list((await world.sweep([channel("AA"), channel("BB")])).values()), rescued=False)
    lines = "\n".join(sweep_report.lines(told))
    assert "AA  CredentialsRejected (unauthorized)\n    The password of the mailbox's sign-in was refused.\n" in lines
    assert "Parked until its secrets or settings change" in lines
    assert "BB  ALARM, JIRA READS NO MAIL: ChannelDown" in lines
    assert "until it is connected again" in lines
    assert "Run folder: /runs/x" in lines


# --- shards


def test_shards_share_all_channels_and_keep_those_of_a_site_together() -> None:
    mine = [channel(f"A{n}") for n in range(5)] + [channel(f"B{n}", f"site{n}") for n in range(4)]
    parts = [sharded(mine, part, 3) for part in (1, 2, 3)]
    assert sorted(each.id for part in parts for each in part) == sorted(each.id for each in mine)
    assert [len(part) for part in parts] == [5, 2, 2]
    assert sharded(mine, 1, 1) == mine
    assert [len(sharded(mine[:1], part, 4)) for part in (1, 2, 3, 4)] == [1, 0, 0, 0]
