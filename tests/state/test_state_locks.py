"""A channel is held by one run at a time, an identity signs in once at a time, and both end with the process."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from conftest import CHANNEL, Clock
from postgres_server import Server
from processes import go_on, process, said

from runbook.errors import Locked, Transient
from runbook.state import State

pytestmark = pytest.mark.thorough

IDENTITY = "acme/admin/ada@example.com"


@pytest.fixture
def machines(tmp_path: Path, server: Server, clock: Clock) -> list[State]:
    """Two machines that share a database."""
    url = server.new()
    return [State(tmp_path / name, clock, url) for name in ("one", "two")]


def test_a_channel_is_held_by_one_run_at_a_time(state: State, again: State) -> None:
    with (
        state.lock(CHANNEL),
        pytest.raises(Locked, match=rf"process {os.getpid()}, since 2026-") as caught,
        again.lock(CHANNEL),
    ):
        pass
    assert CHANNEL in caught.value.cause
    with state.lock(CHANNEL):
        pass


def test_who_has_only_just_taken_a_lock_is_named_all_the_same(state: State, again: State) -> None:
    with state.lock(CHANNEL), ThreadPoolExecutor(1) as pool:
        [holder] = state.folder.rglob("*.holder.json")
        said = holder.read_text()
        holder.unlink()
        asking = pool.submit(again.lock(CHANNEL).__enter__)
        with pytest.raises(TimeoutError):  # it waits to be told
            asking.result(0.3)
        holder.write_text(said)
        holder.chmod(0o600)
        with pytest.raises(Locked, match=rf"process {os.getpid()}, since 2026-"):
            asking.result(10)


def test_two_channels_do_not_lock_each_other(state: State) -> None:
    with state.lock("acme.atlassian.net/HELP"), state.lock("acme.atlassian.net_HELP"), state.lock("../x"):
        pass
    assert all(path.parent == state.folder for path in state.folder.rglob("*"))


def test_a_lock_is_released_when_its_block_fails(state: State) -> None:
    with pytest.raises(KeyError), state.lock(CHANNEL):
        raise KeyError
    with state.lock(CHANNEL):
        pass


def test_a_lock_dies_with_its_process(state: State, url: str | None) -> None:
    with process("lock", state.folder, url, CHANNEL) as other:
        assert said(other) == "held"
        with pytest.raises(Locked, match=f"process {other.pid},"), state.lock(CHANNEL):
            pass
        other.send_signal(signal.SIGKILL)
        other.wait()
        with state.lock(CHANNEL):
            pass


def test_machines_that_share_a_database_keep_each_other_out(machines: list[State]) -> None:
    one, two = machines
    with one.lock(CHANNEL):
        with pytest.raises(Locked) as caught, two.lock(CHANNEL):
            pass
        with two.lock("acme.atlassian.net/OPS"):
            pass
    said_of_it = rf"Another run holds {CHANNEL} \(process {os.getpid()} on [\w.-]+, since 2026-\d\d-\d\dT[\d:+]+\)\."
    assert re.fullmatch(said_of_it, caught.value.cause)
    with two.lock(CHANNEL):
        pass


def test_a_lock_between_machines_dies_with_its_process(machines: list[State], tmp_path: Path) -> None:
    one, _ = machines
    with process("lock", tmp_path / "other", one._url, CHANNEL) as other:
        assert said(other) == "held"
        with pytest.raises(Locked, match=f"process {other.pid} on "), one.lock(CHANNEL):
            pass
        other.send_signal(signal.SIGKILL)
        other.wait()
        with one._hold(CHANNEL, 20.0, CHANNEL):  # until the server has noticed that its holder is gone
            pass


def test_a_run_whose_lock_was_lost_does_not_begin_the_cut(machines: list[State], server: Server) -> None:
    one, two = machines
    with one.lock(CHANNEL):
        server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'runbook/%'")
        with pytest.raises(Transient, match="lost, and with it the lock") as caught:
            one.write_pending(CHANNEL, {})
        assert caught.value.reason == "lock-lost"
        assert two.down() == []
        with two.lock(CHANNEL):
            two.write_pending(CHANNEL, {"x": 1})
        one.clear_pending(CHANNEL)  # what has to be put right after a cut still can be
    assert two.read_pending(CHANNEL) is None


def test_one_sign_in_of_an_identity_waits_for_the_other(state: State, url: str | None) -> None:
    with process("identity", state.folder, url, IDENTITY) as other:
        assert said(other) == "held"
        mine = state.lock_identity(IDENTITY, wait=0.1)
        with pytest.raises(Locked, match=rf"the sign-in of {IDENTITY} \(process {other.pid}, since"), mine:
            pass
        with ThreadPoolExecutor() as pool:
            waiting = pool.submit(_sign_in, state)
            go_on(other)
            assert waiting.result(30)


def _sign_in(state: State) -> bool:
    with state.lock_identity(IDENTITY, wait=30):
        return True


def test_one_sign_in_waits_for_that_of_another_machine(machines: list[State]) -> None:
    one, two = machines
    other = two.lock_identity(IDENTITY, wait=0.1)
    with one.lock_identity(IDENTITY), pytest.raises(Locked, match=f"process {os.getpid()} on"), other:
        pass
    with two.lock_identity(IDENTITY, wait=0.1):
        pass


async def test_sign_ins_of_one_process_take_turns_and_do_not_hold_up_the_loop(state: State) -> None:
    inside: list[int] = []
    most = 0

    async def sign_in(number: int) -> None:
        nonlocal most
        async with state.hold_identity(IDENTITY, wait=30):
            inside.append(number)
            most = max(most, len(inside))
            await asyncio.sleep(0)
            inside.remove(number)

    await asyncio.gather(*map(sign_in, range(5)))
    assert (most, inside) == (1, [])


def test_two_processes_never_claim_the_same_code(state: State, url: str | None) -> None:
    with ExitStack() as stack:
        claimers = [stack.enter_context(process("claim", state.folder, url, "secret")) for _ in range(3)]
        assert [said(each) for each in claimers] == ["ready"] * 3
        for each in claimers:
            go_on(each)
        taken = [int(step) for each in claimers for step in said(each).split()]
    assert sorted(taken) == list(range(60))


def test_a_process_that_is_killed_in_a_transaction_leaves_nothing_behind(state: State, url: str | None) -> None:
    state.write_note(CHANNEL, "torn", {"whole": True})
    with process("write", state.folder, url, CHANNEL) as other:
        assert said(other) == "written"
        assert state.read_note(CHANNEL, "torn") == {"whole": True}, "readers do not wait"
        other.send_signal(signal.SIGKILL)
        other.wait()
        state.write_note(CHANNEL, "other", {})
        assert state.read_note(CHANNEL, "torn") == {"whole": True}


def test_a_file_that_goes_while_it_is_looked_at_is_no_obstacle(
    state: State, again: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    state.write_note(CHANNEL, "k", {})
    look = Path.lstat

    def gone(path: Path) -> os.stat_result:
        if path.name in ("state.db-wal", "state.db-shm"):
            raise FileNotFoundError(2, "No such file or directory", str(path))
        return look(path)

    monkeypatch.setattr(Path, "lstat", gone)
    assert again.read_note(CHANNEL, "k") == {}


def test_processes_that_make_a_state_at_the_same_time_make_one(tmp_path: Path, url: str | None) -> None:
    folder = tmp_path / "state"
    with ExitStack() as stack:
        makers = [stack.enter_context(process("open", folder, url, CHANNEL)) for _ in range(3)]
        assert [said(each) for each in makers] == ["ready"] * 3
        for each in makers:
            go_on(each)
        assert [said(each) for each in makers] == ["opened"] * 3
        state = State(folder, url=url)
        assert all(state.read_note(CHANNEL, str(each.pid)) == {} for each in makers)
        state.close()
