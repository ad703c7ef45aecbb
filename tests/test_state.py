"""What is remembered between runs: privately, whole or not at all, and shared between processes."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from runbook.errors import ConfigError, Locked, Transient
from runbook.secrets import Secret, SecretRef
from runbook.state import State

CHANNEL = "acme.atlassian.net/HELP"
NOW = 1_790_000_000.0
HOLDER = """
import sys
from pathlib import Path
from runbook.state import State
with State(Path(sys.argv[1])).lock(sys.argv[2]):
    print("held", flush=True)
    sys.stdin.read()
"""


class Clock:
    now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def state(tmp_path: Path, clock: Clock) -> State:
    return State(tmp_path / "a" / "state", clock)


def secret(value: str = "fake-hunter2") -> Secret:
    return Secret("admin's password", SecretRef(value), ["https://login.example.com"], sandbox=True)


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def test_everything_in_the_state_is_private(state: State) -> None:
    old = os.umask(0)
    try:
        state.ledger.claim("key", 1)
        state.remember_rejected("acme/admin/password", secret())
        state.write_pending(CHANNEL, {"request_type": "x"})
        with state.lock(CHANNEL):
            found = modes(state.folder)
    finally:
        os.umask(old)
    assert len(found) >= 6
    assert set(found.values()) == {0o600}
    assert stat.S_IMODE(state.folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("mode", [0o750, 0o701, 0o755])
def test_a_folder_that_others_can_enter_is_refused(tmp_path: Path, mode: int) -> None:
    tmp_path.chmod(mode)
    with pytest.raises(ConfigError) as caught:
        State(tmp_path)
    assert f"chmod 700 {tmp_path}" in caught.value.remedy


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be written") as caught:
        State(tmp_path / "file" / "state")
    assert "RUNBOOK_STATE" in caught.value.remedy


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setattr(os, "access", lambda *args: False)
    with pytest.raises(ConfigError, match="Permission denied"):
        State(tmp_path)


def test_a_disk_that_fills_up_leaves_the_old_file(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    state.write_pending(CHANNEL, {"reply_to": True})

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigError, match="No space left"):
        state.write_pending(CHANNEL, {"reply_to": False})
    assert state.read_pending(CHANNEL) == {"reply_to": True}
    assert len(list(state.folder.iterdir())) == 1


def test_a_channel_is_held_by_one_run_at_a_time(state: State) -> None:
    with (
        state.lock(CHANNEL),
        pytest.raises(Locked, match=rf"process {os.getpid()}, since 2026-") as caught,
        State(state.folder).lock(CHANNEL),
    ):
        pass
    assert CHANNEL in caught.value.cause
    with state.lock(CHANNEL):
        pass


def test_two_channels_do_not_lock_each_other(state: State) -> None:
    with state.lock("acme.atlassian.net/HELP"), state.lock("acme.atlassian.net_HELP"), state.lock("../x"):
        pass
    assert all(path.parent == state.folder for path in state.folder.rglob("*"))


def test_a_lock_is_released_when_its_block_fails(state: State) -> None:
    with pytest.raises(KeyError), state.lock(CHANNEL):
        raise KeyError
    with state.lock(CHANNEL):
        pass


def test_a_lock_dies_with_its_process(state: State) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(state.folder), CHANNEL],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parent.parent,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(Locked, match=f"process {process.pid},"), state.lock(CHANNEL):
            pass
        process.send_signal(signal.SIGKILL)
        process.wait()
        with state.lock(CHANNEL):
            pass


def test_a_code_is_claimed_once(state: State, clock: Clock) -> None:
    assert state.ledger.claim("key", 1)
    assert not State(state.folder, clock).ledger.claim("key", 1)
    assert state.ledger.claim("key", 2)
    assert state.ledger.claim("other", 1)


def test_claims_are_forgotten_after_a_day_and_not_before(state: State, clock: Clock) -> None:
    state.ledger.claim("key", 1)
    clock.now += 86_399
    assert not state.ledger.claim("key", 1)
    clock.now += 2
    state.ledger.claim("key", 2)
    assert [list(steps) for steps in json.loads((state.folder / "codes.json").read_text()).values()] == [["2"]]


def test_a_clock_that_jumps_back_forgets_no_claim(state: State, clock: Clock) -> None:
    state.ledger.claim("key", 1)
    clock.now -= 1_000_000
    assert not state.ledger.claim("key", 1)


def test_the_ledger_does_not_hold_the_name_it_was_given(state: State, tmp_path: Path) -> None:
    state.ledger.claim("name-of-a-secret", 1)
    other = State(tmp_path / "other")
    other.ledger.claim("name-of-a-secret", 1)
    texts = [(each.folder / "codes.json").read_text() for each in (state, other)]
    assert not [text for text in texts if "name-of-a-secret" in text]
    assert list(json.loads(texts[0])) != list(json.loads(texts[1]))


def test_a_ledger_that_somebody_holds_too_long_is_told(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runbook.private_files.LOCK_SECONDS", 0.0)
    from filelock import FileLock

    with FileLock(state.folder / "codes.lock"), pytest.raises(Transient, match=r"codes\.json"):
        state.ledger.claim("key", 1)


def test_a_rejected_secret_is_recognised_until_it_changes(state: State) -> None:
    assert state.was_rejected("acme/admin/password", secret()) is None
    state.remember_rejected("acme/admin/password", secret())
    again = State(state.folder)
    assert again.was_rejected("acme/admin/password", secret()) == datetime.fromtimestamp(NOW, UTC)
    assert again.was_rejected("acme/admin/password", secret("fake-hunter3")) is None
    assert again.was_rejected("acme/mailbox/password", secret()) is None
    again.forget_rejected("acme/admin/password")
    assert state.was_rejected("acme/admin/password", secret()) is None


def test_forgetting_one_refusal_keeps_the_others(state: State) -> None:
    state.remember_rejected("a", secret())
    state.remember_rejected("b", secret())
    state.forget_rejected("a")
    state.forget_rejected("never")
    assert state.was_rejected("b", secret()) is not None


def test_a_rejected_secret_is_not_written_down(state: State) -> None:
    state.remember_rejected("a", secret())
    state.remember_rejected("b", secret())
    entries = json.loads((state.folder / "rejected.json").read_text())
    assert "hunter2" not in json.dumps(entries)
    assert entries["a"]["fingerprint"] != entries["b"]["fingerprint"]


def test_no_secret_is_resolved_when_nothing_was_rejected(state: State) -> None:
    assert state.was_rejected("a", secret("cmd:no-such-command-here")) is None


def test_what_has_to_be_restored_survives_the_process(state: State) -> None:
    facts = {"request_type": "Report an incident", "reply_to": True, "down_since": NOW, "removed": ["x@example.com"]}
    state.write_pending(CHANNEL, facts)
    assert State(state.folder).read_pending(CHANNEL) == facts
    state.clear_pending(CHANNEL)
    state.clear_pending(CHANNEL)
    assert state.read_pending(CHANNEL) is None


def test_the_channels_that_are_down_are_known(state: State) -> None:
    assert state.down() == []
    state.write_pending("b.atlassian.net/OPS", {})
    state.write_pending(CHANNEL, {})
    assert state.down() == [CHANNEL, "b.atlassian.net/OPS"]
    state.clear_pending("b.atlassian.net/OPS")
    assert state.down() == [CHANNEL]


@pytest.mark.parametrize("content", ["{", "[]", ""])
def test_a_damaged_file_is_named(state: State, content: str) -> None:
    (state.folder / "rejected.json").write_text(content)
    with pytest.raises(ConfigError, match=r"rejected\.json is damaged"):
        state.was_rejected("a", secret())
