"""What keeps a run from doing harm is remembered privately, and shared between processes."""

from __future__ import annotations

import os
import sqlite3
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import CHANNEL, NOW, Clock
from sqlalchemy import text
from sqlalchemy.exc import StatementError

from runbook.errors import ConfigError
from runbook.secrets import Secret, SecretRef
from runbook.state import State

pytestmark = pytest.mark.thorough

STEP = 59_666_666  # of a code at NOW


def secret(value: str = "fake-hunter2") -> Secret:
    return Secret("admin's password", SecretRef(value), ["https://login.example.com"], sandbox=True)


def column(state: State, table: str, name: str) -> list[object]:
    with state._open().database.read() as connection:
        return list(connection.scalars(text(f"SELECT {name} FROM {table}")))  # noqa: S608 - names of this file


def everything(state: State) -> str:
    """Every value of every table as text."""
    with state._open().database.read() as connection:
        tables = ["channels", "runs", "health", "parked", "pending", "notes", "rejected", "codes", "keys"]
        rows = [connection.execute(text(f"SELECT * FROM {name}")).all() for name in tables]  # noqa: S608
    return repr(rows)


def test_everything_in_the_state_is_private(state: State) -> None:
    old = os.umask(0)
    try:
        state.ledger.claim("key", STEP)
        state.remember_rejected("acme/admin/password", secret())
        state.write_pending(CHANNEL, {"request_type": "x"})
        with state.lock(CHANNEL), state.lock_identity("acme/admin"):
            found = {path.name: stat.S_IMODE(path.stat().st_mode) for path in state.folder.iterdir()}
    finally:
        os.umask(old)
    assert len(found) >= 4
    assert set(found.values()) == {0o600}
    assert stat.S_IMODE(state.folder.stat().st_mode) == 0o700


def test_sqlite_writes_ahead_and_waits_for_the_disk(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    state.write_pending(CHANNEL, {})
    with state._open().database.read() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA synchronous")) == 2, "FULL"
    assert {"state.db", "state.db-wal", "state.db-shm"} <= {path.name for path in state.folder.iterdir()}
    state.close()


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


def test_a_code_is_claimed_once(state: State, again: State) -> None:
    assert state.ledger.claim("key", STEP)
    assert not again.ledger.claim("key", STEP)
    assert again.ledger.claim("key", STEP + 1)
    assert state.ledger.claim("other", STEP)


def test_claims_are_forgotten_after_a_day_and_not_before(state: State, clock: Clock) -> None:
    state.ledger.claim("key", STEP)
    clock.now += 86_399
    assert not state.ledger.claim("key", STEP)
    clock.now += 2
    state.ledger.claim("key", STEP + 2880)
    assert column(state, "codes", "counter") == [STEP + 2880]


def test_a_clock_that_jumps_forgets_no_claim(state: State, clock: Clock) -> None:
    state.ledger.claim("key", STEP)
    clock.now -= 1_000_000
    assert not state.ledger.claim("key", STEP)
    clock.now += 3_000_000  # a machine whose clock is wrong, and that follows the site's for its codes
    assert state.ledger.claim("key", STEP + 1)
    clock.now = NOW
    assert not state.ledger.claim("key", STEP)


def test_the_ledger_does_not_hold_the_name_it_was_given(state: State, tmp_path: Path) -> None:
    state.ledger.claim("name-of-a-secret", STEP)
    other = State(tmp_path / "other")
    other.ledger.claim("name-of-a-secret", STEP)
    assert "name-of-a-secret" not in everything(state)
    assert column(state, "codes", "secret") != column(other, "codes", "secret")
    other.close()


def test_a_rejected_secret_is_recognised_until_it_changes(state: State, again: State) -> None:
    assert state.was_rejected("acme/admin/password", secret()) is None
    state.remember_rejected("acme/admin/password", secret())
    assert again.was_rejected("acme/admin/password", secret()) == datetime.fromtimestamp(NOW, UTC)
    assert again.was_rejected("acme/admin/password", secret("fake-hunter3")) is None
    assert again.was_rejected("acme/mailbox/password", secret()) is None
    again.forget_rejected("acme/admin/password")
    assert state.was_rejected("acme/admin/password", secret()) is None


def test_the_last_refusal_counts(state: State) -> None:
    state.remember_rejected("a", secret())
    state.remember_rejected("a", secret("fake-hunter3"))
    assert state.was_rejected("a", secret()) is None
    assert state.was_rejected("a", secret("fake-hunter3")) is not None


def test_forgetting_one_refusal_keeps_the_others(state: State) -> None:
    state.remember_rejected("a", secret())
    state.remember_rejected("b", secret())
    state.forget_rejected("a")
    state.forget_rejected("never")
    assert state.was_rejected("b", secret()) is not None


def test_a_rejected_secret_is_not_written_down(state: State) -> None:
    state.remember_rejected("a", secret())
    state.remember_rejected("b", secret())
    assert "hunter2" not in everything(state)
    assert len(set(column(state, "rejected", "fingerprint"))) == 2


def test_no_secret_is_resolved_when_nothing_was_rejected(state: State) -> None:
    assert state.was_rejected("a", secret("cmd:no-such-command-here")) is None


def test_what_has_to_be_restored_survives_the_process(state: State, again: State) -> None:
    facts = {"request_type": "Störung \0 melden", "reply_to": True, "down_since": NOW, "rows": ["x@example.com"]}
    state.write_pending(CHANNEL, {"request_type": "older"})
    state.write_pending(CHANNEL, facts)
    assert again.read_pending(CHANNEL) == facts
    state.clear_pending(CHANNEL)
    state.clear_pending(CHANNEL)
    assert again.read_pending(CHANNEL) is None


def test_the_channels_that_are_down_are_known(state: State) -> None:
    assert state.down() == []
    state.write_pending("b.atlassian.net/OPS", {})
    state.write_pending(CHANNEL, {})
    assert state.down() == [CHANNEL, "b.atlassian.net/OPS"]
    assert [(row.channel, row.project, row.down) for row in state.channels()] == [
        (CHANNEL, "HELP", True),
        ("b.atlassian.net/OPS", "OPS", True),
    ]
    state.clear_pending("b.atlassian.net/OPS")
    assert state.down() == [CHANNEL]


def test_the_notes_of_several_channels_are_read_and_written_together(state: State, again: State) -> None:
    assert state.notes("telling") == {}
    state.write_notes("telling", {CHANNEL: {"a": 1}, "acme.atlassian.net/OPS": {"b": None}})
    state.write_note(CHANNEL, "other", {})
    assert again.notes("telling") == {CHANNEL: {"a": 1}, "acme.atlassian.net/OPS": {"b": None}}
    again.write_notes("telling", {CHANNEL: None, "acme.atlassian.net/OPS": {"c": 2}})
    assert state.notes("telling") == {"acme.atlassian.net/OPS": {"c": 2}}
    assert state.read_note(CHANNEL, "other") == {}


def test_a_note_is_kept_per_channel_and_key(state: State, again: State) -> None:
    assert state.read_note(CHANNEL, "telling") is None
    state.write_note(CHANNEL, "telling", {"told": [1, 2], "since": None})
    state.write_note(CHANNEL, "rescue", {"folder": "Möwe"})
    state.write_note("b.atlassian.net/OPS", "telling", {})
    assert again.read_note(CHANNEL, "telling") == {"told": [1, 2], "since": None}
    again.write_note(CHANNEL, "telling", {"told": []})
    assert state.read_note(CHANNEL, "telling") == {"told": []}
    state.write_note(CHANNEL, "telling", None)
    assert (again.read_note(CHANNEL, "telling"), again.read_note("b.atlassian.net/OPS", "telling")) == (None, {})
    assert again.read_note(CHANNEL, "rescue") == {"folder": "Möwe"}


def test_a_state_that_nobody_has_used_needs_no_database(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    (state.folder / "locators.json").write_text("{}")
    assert (state.down(), state.channels(), state.runs(), state.health()) == ([], [], [], [])
    assert [path.name for path in state.folder.iterdir()] == ["locators.json"]


def test_a_transaction_that_fails_leaves_what_was_there(state: State) -> None:
    state.write_pending(CHANNEL, {"reply_to": True})
    with pytest.raises((StatementError, TypeError)):
        state.write_pending(CHANNEL, {"reply_to": object()})
    assert state.read_pending(CHANNEL) == {"reply_to": True}


def test_sqlite_has_no_file_open_after_closing(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    state.write_note(CHANNEL, "k", {})
    state.close()
    assert [path.name for path in state.folder.iterdir() if path.name.startswith("state.db")] == ["state.db"]
    with sqlite3.connect(state.folder / "state.db") as connection:
        assert connection.execute("SELECT count(*) FROM notes").fetchone() == (1,)
    connection.close()
    assert state.read_note(CHANNEL, "k") == {}, "it opens again by itself"
    state.close()
