"""Many runs at once: one works and the others say so, no code is sent twice, and a lock lives as long as its process."""

from __future__ import annotations

import asyncio
import signal
from contextlib import ExitStack
from pathlib import Path

import pytest
from crowd import crowd
from state.processes import go_on, process, said

from runbook.options import Options
from runbook.otp import OneTimeCodes
from runbook.outcome import Outcome
from runbook.runner import Run
from runbook.sandbox import build, channel, parse
from runbook.sandbox.desks import desks
from runbook.sandbox.server import Server
from runbook.sandbox.world import ADMIN, MAILBOX, World
from runbook.session import Order, Place, Session
from runbook.settings import Channel
from runbook.state import State

pytestmark = pytest.mark.thorough

SECRET = "FAKE2345ABCDEFGHIJKLMNOP"
WRITTEN = (SECRET, "fake 2345 abcd efgh ijkl mnop", f"otpauth://totp/Acme:support?secret={SECRET.lower()}")


@pytest.mark.timeout(900)
def test_of_twenty_runs_at_once_one_works_and_the_others_say_locked_before_it_is_done(tmp_path: Path) -> None:
    world = build(parse("entra,g2,popup,revoked"))
    with Server(world) as server, crowd(server, tmp_path, [["connect", "--project", "HELP"]] * 20, held=True) as runs:
        locked = [runs.ended() for _ in range(19)]
        runs.go_on()
        worked = runs.ended()
    assert {(each["code"], each["events"][-1]["outcome"]) for each in locked} == {(75, "Locked")}
    assert all(f"process {worked['pid']}, since " in each["events"][-1]["cause"] for each in locked)
    assert not [event for each in locked for event in each["events"] if event["event"] == "step"]
    assert (worked["code"], worked["events"][-1]["outcome"]) == (0, "Connected")
    assert [each.details["address"] for each in world.events("connected")] == [MAILBOX]


@pytest.mark.timeout(900)
def test_two_sweeps_at_once_renew_each_channel_once_and_sign_the_admin_in_one_after_the_other(tmp_path: Path) -> None:
    world = build(parse("entra,g2,popup,revoked,channels-2"))

    def next_step(world: World) -> None:
        """The clock goes on by a step once the admin's code was taken: the other need not wait for it."""
        if not world.offset and world.events("code"):
            world.offset = 30.0

    sweep = ["reauthorize", "--all", "--delay", "0"]
    with Server(world, after=next_step) as server, crowd(server, tmp_path, [sweep, sweep]) as sweeps:
        both = [sweeps.ended(), sweeps.ended()]
    assert [each["code"] for each in both] == [0, 0]
    connected = [each.details["address"] for each in world.events("connected")]
    assert sorted(connected) == sorted(desk.address for desk in desks(world))
    told = [{each["project"]: each for each in ended["events"][-1]["channels"]} for ended in both]
    for key in ("HELP", "DESK02"):
        endings = [(each[key]["outcome"] or {"name": each[key]["reason"]})["name"] for each in told]
        assert endings.count("Connected") == 1, endings
        assert {*endings} <= {"Connected", "Locked", "NothingToDo", "healthy"}
    signing_in = [
        event.kind
        for event in world.journal
        if event.kind in ("password", "code") and event.details["address"] == ADMIN
    ]
    assert signing_in == ["password", "code"] * 2
    assert {each.details["verdict"] for each in world.events("code")} == {"ok"}


def test_identities_that_share_a_secret_never_send_the_same_code_in_any_process(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    with ExitStack() as stack:
        askers = [stack.enter_context(process("codes", folder, None, text)) for text in WRITTEN]
        assert [said(each) for each in askers] == ["ready"] * len(WRITTEN)
        for each in askers:
            go_on(each)
        given = [int(counter) for each in askers for counter in said(each).split()]
    assert len(given) == len({*given}) == 3 * len(WRITTEN)


async def test_identities_that_share_a_secret_never_send_the_same_code_in_one_process(tmp_path: Path) -> None:
    state, now = State(tmp_path / "state"), [1_800_000_000.0]

    async def wait(seconds: float) -> None:
        await asyncio.sleep(0)
        now[0] += seconds

    codes = [OneTimeCodes(state.ledger, lambda: now[0], wait) for _ in WRITTEN]
    given = await asyncio.gather(*(each.code(text) for each, text in zip(codes, WRITTEN, strict=True)))
    assert len({code.value for code in given}) == len({code.counter for code in given}) == len(WRITTEN)
    state.close()


async def test_a_lock_whose_process_was_killed_is_none_whatever_files_it_left(tmp_path: Path) -> None:
    settings = Channel.model_validate(channel(build(parse("entra,g2,popup,healthy"))))
    place = Place(tmp_path / "runs", tmp_path / "state", sandbox=True)
    session = Session(place, Options(), ())

    async def play(_: Run) -> Outcome:
        return Outcome("NothingToDo", 0)

    async def run() -> Outcome:
        return await session.run(Order(settings, (), session.options), play)

    with process("lock", place.state, None, settings.id) as holder:
        assert said(holder) == "held"
        assert f"process {holder.pid}, since " in (locked := await run()).cause
        assert (locked.name, locked.exit_code) == ("Locked", 75)
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    left = {path.suffix for path in place.state.iterdir()}
    assert {".lock", ".json"} <= left, "the killed process has left both of its files"
    assert (await run()).name == "NothingToDo"
    session.state.close()
