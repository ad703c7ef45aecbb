"""The runbook in every scenario: all six worlds, crossed with every trait at least once with every other."""

from __future__ import annotations

from pathlib import Path

import pytest
from play import Played

from runbook.sandbox.scenario import NAMES
from runbook.sandbox.world import ADMIN, MAILBOX, PROJECT

# Each pair of values of two traits stands in one of these lines at least (a test below counts them).
TRAITS = [
    "g1,popup,empty",
    "g1,same-tab,basic,consented",
    "g1,popup,revoked,consented",
    "g1,same-tab,wrong-mailbox",
    "g2,popup,revoked",
    "g2,same-tab,revoked,reply-to,consented",
    "g2,same-tab,wrong-mailbox,reply-to",
    "g2,popup,basic,reply-to,consented",
    "g2,same-tab,empty",
    "g3,popup,revoked,reply-to",
    "g3,same-tab,revoked",
    "g3,popup,wrong-mailbox,consented",
    "g3,same-tab,basic",
    "g3,popup,empty,consented",
    "g1,popup,healthy",
    "g2,popup,healthy,reply-to",
    "g3,same-tab,healthy",
]
CASES = [f"{name},{TRAITS[(at * 5 + step) % len(TRAITS)]}" for at, name in enumerate(NAMES) for step in range(5)]


@pytest.mark.parametrize("scenario", CASES)
async def test_the_right_mailbox_is_connected(scenario: str, tmp_path: Path) -> None:
    played = Played(tmp_path, scenario)
    project = played.world.projects[PROJECT]
    before = {row.address: row.request_type for row in project.connections}
    outcome = await played.run()

    assert (outcome.name, outcome.cause if outcome.exit_code else "") == (
        "NothingToDo" if "healthy" in scenario else "Connected",
        "",
    )
    assert played.rows == [MAILBOX]
    if "healthy" not in scenario:
        assert played.connected_only_the_mailbox()
        row = next(row for row in project.connections if row.address == MAILBOX)
        assert row.token is not None
        assert not row.token.revoked
        assert row.request_type == before.get(MAILBOX, before.get(ADMIN, row.request_type))
        removed = played.world.events("removed")
        assert (outcome.gap_seconds is not None) == any(
            e.details["address"] == MAILBOX or "g1" in scenario for e in removed
        )
    if "reply-to" in scenario and "g1" not in scenario:
        assert project.reply_to == MAILBOX
    assert not [event for event in played.world.events("password") if not event.details["right"]]
    assert len(played.world.events("password")) == (1 if "healthy" in scenario else 2)


CHANNELS = ["empty", "basic", "healthy", "revoked", "wrong-mailbox"]


def test_every_pair_of_traits_is_played() -> None:
    lines = [set(line.split(",")) for line in TRAITS]
    groups = (["g1", "g2", "g3"], ["popup", "same-tab"], CHANNELS, ["consented", "reply-to"])
    for one in groups:
        for other in groups:
            if one is other:
                continue
            for a in one:
                for b in other:
                    impossible = {a, b} in (
                        {"g1", "reply-to"},
                        {"empty", "reply-to"},
                        {"healthy", "consented"},
                        {"healthy", "same-tab"},
                    )
                    assert impossible or any({a, b} <= line for line in lines), (a, b)
    assert {case.split(",", 1)[1] for case in CASES} == set(TRAITS)


@pytest.mark.parametrize("scenario", ["entra,g2,popup,revoked", "okta-google,g3,same-tab,empty"])
async def test_a_second_run_changes_nothing(scenario: str, tmp_path: Path) -> None:
    played = Played(tmp_path, scenario)
    first = await played.run()
    lines = len(played.world.events("connected") + played.world.events("removed"))
    second = await played.run()
    assert (first.name, second.name) == ("Connected", "NothingToDo")
    assert len(played.world.events("connected") + played.world.events("removed")) == lines


async def test_force_replaces_a_healthy_connection(tmp_path: Path) -> None:
    played = Played(tmp_path, "entra,g2,popup,healthy")
    outcome = await played.run(force=True)
    assert outcome.name == "Connected"
    assert outcome.gap_seconds is not None
    assert [event.details["address"] for event in played.world.events("removed")] == [MAILBOX]


async def test_a_dry_run_proves_everything_and_changes_nothing(tmp_path: Path) -> None:
    played = Played(tmp_path)
    outcome = await played.run(dry_run=True)
    assert outcome.name == "NothingToDo"
    assert "replace the connection of support@example.com" in outcome.cause
    assert len(played.world.events("password")) == 2
    assert not played.world.events("removed")
    done = {event["name"]: event["status"] for event in played.said("step")}
    assert done["prove_mailbox"] == "done"
    assert {done[name] for name in ("remove_old", "connect_oauth", "restore", "verify")} == {"skipped"}
    assert done["leave"] == "done"
