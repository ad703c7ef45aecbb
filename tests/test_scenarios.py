"""The runbook in every scenario, with every trait: the right mailbox is connected, and nothing else happens.

One world serves for more than one run where that saves a sign-in: a healthy one for --force, a revoked one for --dry-run
first, one on basic authentication for a second run.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from play import Played
from scenarios import CASES, NAIVE, PLAYED

from runbook.outcome import Outcome
from runbook.sandbox.scenario import NAMES
from runbook.sandbox.scenario import TRAITS as ALL_TRAITS
from runbook.sandbox.world import ADMIN, MAILBOX, PROJECT, Connection, Event

# `mixed` is for several channels: tests/test_sandbox_sizes.py and tests/test_check.py play it.
TRAITS = {name: how for name, how in ALL_TRAITS.items() if name != "mixed"}
CUTS = ("remove_old", "connect_oauth", "restore", "verify")


class Watched:
    """One run, and what its world noted during it."""

    def __init__(self, played: Played) -> None:
        self.played, self.begun = played, len(played.world.journal)

    def events(self, kind: str) -> list[Event]:
        return [event for event in self.played.world.journal[self.begun :] if event.kind == kind]

    async def run(self, **options: Any) -> Outcome:
        outcome = await self.played.run(**options)
        assert not outcome.exit_code, outcome.cause
        return outcome

    def signed_in(self, *addresses: str) -> bool:
        """Whether exactly these gave one right password and one right second factor each: a code, or in the scenarios with
        passkeys what theirs has signed."""
        passwords = [(e.details["address"], e.details["right"]) for e in self.events("password")]
        codes = [(e.details["address"], e.details["verdict"]) for e in self.events("code")]
        keys = [(e.details["address"], "ok" if e.details["right"] else "refused") for e in self.events("passkey")]
        if self.played.world.scenario.passkey:
            assert codes == []
            codes = keys
        else:
            assert keys == []
        assert sorted(passwords) == sorted((address, True) for address in addresses)
        assert sorted(codes) == sorted((address, "ok") for address in addresses)
        return True

    def changed(self) -> list[Event]:
        """What was connected and removed."""
        return self.events("connected") + self.events("removed")


def of_the_mailbox(played: Played) -> Connection:
    return next(row for row in played.world.projects[PROJECT].connections if row.address == MAILBOX)


@pytest.mark.parametrize("scenario", CASES)
async def test_the_right_mailbox_is_connected(scenario: str, tmp_path: Path) -> None:
    played = Played(tmp_path, scenario, pictured="empty" in scenario)
    project = played.world.projects[PROJECT]
    before = {row.address: row.request_type for row in project.connections}
    if "revoked" in scenario:
        await a_dry_run_proves_everything_and_changes_nothing(played)
    if "healthy" in scenario:
        await nothing_is_to_be_done(played, f"{MAILBOX} is connected over OAuth")
    old = [row.token.access_token for row in project.connections if row.token]

    watched = Watched(played)
    outcome = await watched.run(force="healthy" in scenario)
    assert outcome.name == "Connected"
    assert watched.signed_in(ADMIN, MAILBOX)
    assert played.rows == [MAILBOX]
    assert {event.details["address"] for event in watched.events("connected")} == {MAILBOX}
    row = of_the_mailbox(played)
    assert row.token is not None
    assert (row.token.address, row.token.revoked) == (MAILBOX, False)
    assert row.token.access_token not in old
    assert row.request_type == before.get(MAILBOX, before.get(ADMIN, row.request_type))
    removed = [event.details["address"] for event in watched.events("removed")]
    assert removed == [address for address in before if address in (MAILBOX, ADMIN)]
    assert (outcome.gap_seconds is not None) == any(address == MAILBOX or "g1" in scenario for address in removed)
    if "reply-to" in scenario:
        assert project.reply_to == MAILBOX

    if "basic" in scenario:
        await nothing_is_to_be_done(played, f"{MAILBOX} is connected over OAuth")


async def a_dry_run_proves_everything_and_changes_nothing(played: Played) -> None:
    watched, rows = Watched(played), played.rows
    outcome = await watched.run(dry_run=True)
    assert outcome.name == "NothingToDo"
    assert "replace the connection of support@example.com" in outcome.cause
    assert watched.signed_in(ADMIN, MAILBOX)
    assert not watched.changed()
    assert played.rows == rows
    done = {event["name"]: event["status"] for event in played.said("step")}
    assert {name for name, status in done.items() if status == "skipped"} == set(CUTS)
    assert {status for name, status in done.items() if name not in CUTS} == {"done"}


async def nothing_is_to_be_done(played: Played, why: str) -> None:
    """A run on a healthy connection signs in the admin alone, reads, and changes nothing."""
    watched, project = Watched(played), played.world.projects[PROJECT]

    def state() -> tuple[Any, ...]:
        row = of_the_mailbox(played)
        assert row.token is not None
        return row.channel, row.request_type, row.token.access_token, project.reply_to, played.rows

    before = state()
    outcome = await watched.run()
    assert outcome.name == "NothingToDo"
    assert why in outcome.cause
    assert watched.signed_in(ADMIN)
    assert not watched.changed()
    assert state() == before


# --- what is played


def test_every_scenario_is_played_with_every_trait() -> None:
    assert set(PLAYED) == set(NAMES)
    missing = {
        (name, trait) for name, lines in PLAYED.items() for trait in TRAITS if trait not in ",".join(lines).split(",")
    }
    assert missing == set()


def test_every_pair_of_traits_is_played() -> None:
    lines = [set(case.split(",")[1:]) for case in CASES]
    impossible = ({"g1", "reply-to"}, {"empty", "reply-to"})
    for one, (kind, _) in TRAITS.items():
        for other, (another, _) in TRAITS.items():
            if kind != another and {one, other} not in impossible:
                assert any({one, other} <= line for line in lines), (one, other)


def test_force_dry_run_and_a_second_run_are_played_in_every_scenario() -> None:
    for channel in ("healthy", "revoked", "basic"):
        assert {case.split(",")[0] for case in CASES if channel in case} == set(NAMES)


def test_the_runbook_is_played_where_the_naive_script_fails() -> None:
    assert set(NAIVE) <= set(CASES)
    assert {case.split(",")[0] for case in NAIVE} == set(NAMES)
