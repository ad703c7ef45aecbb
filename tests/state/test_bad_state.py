"""A state that cannot be used is told with its cause and its remedy, never with the password of its database."""

from __future__ import annotations

import os
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import CHANNEL, Clock
from postgres_server import PASSWORD, Server, free_port
from pragmas import FULL, READ_ONLY, pragma
from sqlalchemy import text

from runbook.errors import ConfigError, RunbookError, Transient
from runbook.files import write_new
from runbook.state import HealthRow, State, engines, open_state

pytestmark = pytest.mark.thorough


def silent(error: RunbookError) -> RunbookError:
    """The error, in which nothing gives the password away."""
    assert PASSWORD not in f"{error} {error.cause} {error.remedy} {vars(error)}"
    assert error.__suppress_context__ or error.__context__ is None
    return error


@pytest.mark.parametrize("content", [b"no database", b"\0" * 4096, b"SQLite format 3\0" + b"x" * 4000])
def test_a_file_that_is_no_database_is_named_and_left_alone(tmp_path: Path, content: bytes) -> None:
    state = State(tmp_path / "state")
    write_new(state.folder / "state.db", content)
    with pytest.raises(ConfigError, match=rf"The state file {state.folder}/state\.db is no database\.") as caught:
        state.runs()
    assert caught.value.reason == "damaged-state"
    assert "Move it" in caught.value.remedy
    assert (state.folder / "state.db").read_bytes() == content


def test_a_damaged_database_is_named(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    for number in range(200):
        state.add_health(HealthRow(CHANNEL, number, str(number), "x" * 200))
    state.close()
    path = state.folder / "state.db"
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\xff" * (size // 2))
    with pytest.raises(ConfigError, match=r"state\.db is damaged"):
        state.health()
    state.close()


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    (state.folder / "state.db").mkdir()
    with pytest.raises(ConfigError, match=r"state\.db cannot be opened") as caught:
        state.runs()
    assert "RUNBOOK_STATE" in caught.value.remedy


def test_a_read_only_file_is_told(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    state.write_pending(CHANNEL, {"reply_to": True})
    pragma(state, READ_ONLY)
    with pytest.raises(ConfigError, match=r"state\.db cannot be written \(it is read-only\)") as caught:
        state.write_pending(CHANNEL, {"reply_to": False})
    assert "RUNBOOK_STATE" in caught.value.remedy
    assert state.read_pending(CHANNEL) == {"reply_to": True}
    state.close()


@pytest.mark.skipif(os.name != "posix" or os.getuid() == 0, reason="root may write what is read-only")
def test_a_file_without_the_right_to_write_is_told(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    state.write_pending(CHANNEL, {})
    state.close()
    (state.folder / "state.db").chmod(0o400)
    with pytest.raises(ConfigError, match=r"state\.db cannot be (written|opened)"):
        state.write_pending(CHANNEL, {"x": 1})
    state.close()


def test_a_disk_that_fills_up_leaves_what_was_there(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    state.write_pending(CHANNEL, {"reply_to": True})
    pragma(state, FULL)
    with pytest.raises(ConfigError, match="no space left on device") as caught:
        state.write_pending(CHANNEL, {"reply_to": "x" * 1_000_000})
    assert "Make room" in caught.value.remedy
    assert state.read_pending(CHANNEL) == {"reply_to": True}
    state.close()


def test_a_folder_in_which_no_file_can_be_made_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = State(tmp_path / "state")

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "open", full)
    with pytest.raises(ConfigError, match="No space left"):
        state.ledger.claim("key", 1)


def test_a_state_that_somebody_holds_too_long_is_told(
    state: State, url: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.05)
    state.ledger.claim("key", 1)
    holder: Any
    if url is None:
        holder = sqlite3.connect(state.folder / "state.db", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
    else:
        import psycopg

        holder = psycopg.connect(url)
        holder.execute("LOCK TABLE codes")
    with pytest.raises(Transient, match=r"state\.db|is held by another process") as caught:
        state.ledger.claim("key", 2)
    assert caught.value.reason in ("state-busy", "state-database")
    holder.rollback()
    holder.close()
    assert state.ledger.claim("key", 2)


def test_a_state_that_somebody_makes_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from filelock import FileLock

    monkeypatch.setattr("runbook.private_files.LOCK_SECONDS", 0.0)
    state = State(tmp_path / "state")
    with FileLock(state.folder / "state.lock"), pytest.raises(Transient, match=r"state\.db"):
        state.ledger.claim("key", 1)
    assert state.ledger.claim("key", 1)
    state.close()


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        (f"{PASSWORD}", "is not the address of a database"),
        (f"postgresql://runbook:{PASSWORD}@db.example.com:port/runbook", "is not the address of a database"),
        (f"mysql://runbook:{PASSWORD}@db.example.com/runbook", "is not the address of a PostgreSQL database"),
        (f"postgresql+psycopg2://runbook:{PASSWORD}@db.example.com/runbook", "is not the address of a PostgreSQL"),
        ("sqlite:///state.db", "is not the address of a PostgreSQL database"),
        (f"postgresql://runbook:{PASSWORD}@db.example.com", "names no database"),
        (f"postgresql://runbook:{PASSWORD}@127.0.0.1:9/x?no_such_option=1", "cannot be understood"),
        (f"postgresql://runbook:{PASSWORD}@127.0.0.1:9/x?sslmode=never", "cannot be understood"),
        (f"postgresql://runbook:{PASSWORD}@127.0.0.1:9/x?connect_timeout=soon", "cannot be understood"),
        ("", "is not the address of a database"),
    ],
)
def test_an_address_that_is_none_is_refused(tmp_path: Path, url: str, cause: str) -> None:
    with pytest.raises(ConfigError, match=f"RUNBOOK_STATE_URL {cause}") as caught:
        State(tmp_path / "state", url=url).runs()
    assert silent(caught.value).reason == "state-url"
    assert "postgresql://" in caught.value.remedy


@pytest.mark.parametrize("driver", ["postgres", "postgresql", "postgresql+psycopg"])
def test_the_usual_ways_to_write_the_address_are_taken(server: Server, tmp_path: Path, driver: str) -> None:
    state = State(tmp_path / "state", url=server.new().replace("postgresql", driver) + "\n")
    state.write_note(CHANNEL, "k", {})
    assert state.read_note(CHANNEL, "k") == {}
    state.close()


def test_a_missing_driver_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ConfigError, match="driver, which is not installed") as caught:
        State(tmp_path / "state", url=f"postgresql://runbook:{PASSWORD}@127.0.0.1/x").runs()
    assert "[postgres]" in silent(caught.value).remedy


def test_a_server_that_is_not_there_may_come_back(tmp_path: Path) -> None:
    state = State(tmp_path / "state", url=f"postgresql://runbook:{PASSWORD}@127.0.0.1:{free_port()}/x")
    with pytest.raises(Transient, match=r"The state's database x on 127\.0\.0\.1:\d+ cannot be reached") as caught:
        state.runs()
    assert silent(caught.value).reason == "state-database"
    with pytest.raises(Transient), state.lock(CHANNEL):
        pass
    assert [path.suffix for path in state.folder.iterdir()] == [".lock"], "nothing is held"


def test_a_server_that_refuses_is_a_matter_of_the_settings(server: Server, tmp_path: Path) -> None:
    urls = {
        "refuses the user or the password": server.url("postgres", password=f"{PASSWORD}-wrong"),
        "does not have that database": server.url("nowhere"),
    }
    for cause, url in urls.items():
        with pytest.raises(ConfigError, match=cause) as caught:
            State(tmp_path / "state", url=url).runs()
        assert "RUNBOOK_STATE_URL" in silent(caught.value).remedy


def test_a_user_without_rights_is_told(server: Server, tmp_path: Path) -> None:
    server.sql(f"CREATE ROLE guest LOGIN PASSWORD '{PASSWORD}'")
    url = server.database().replace("runbook:", "guest:", 1)
    with pytest.raises(ConfigError, match="insufficient privilege") as caught:
        State(tmp_path / "state", url=url).runs()
    assert "owner" in silent(caught.value).remedy


def test_a_standby_is_told(server: Server, tmp_path: Path) -> None:
    url = server.database()
    state = State(tmp_path / "state", url=url)
    state.write_note(CHANNEL, "k", {})
    state.close()
    server.sql(f"ALTER DATABASE {url.rpartition('/')[2]} SET default_transaction_read_only = on")
    with pytest.raises(ConfigError, match="is read-only") as caught:
        state.write_note(CHANNEL, "k", {"x": 1})
    assert "primary" in silent(caught.value).remedy
    assert state.read_note(CHANNEL, "k") == {}
    state.close()


@pytest.mark.parametrize(
    ("code", "kind", "cause"),
    [
        ("53100", ConfigError, "its disk is full"),
        ("53300", Transient, "no room for another connection"),
        ("57014", Transient, "did not answer in time"),
        ("40001", Transient, "undo a change"),
        ("57P01", Transient, "cannot be reached"),
        ("08006", Transient, "cannot be reached"),
    ],
)
def test_what_the_server_says_is_understood(
    server: Server, tmp_path: Path, code: str, kind: type[RunbookError], cause: str
) -> None:
    state = State(tmp_path / "state", url=server.new())
    raising = text(f"DO $$ BEGIN RAISE EXCEPTION '{PASSWORD}' USING ERRCODE = '{code}'; END $$")
    with pytest.raises(kind, match=cause) as caught, state._open().database.write() as connection:
        connection.execute(raising)
    silent(caught.value)
    state.close()


def test_a_server_that_was_started_again_is_used_again(server: Server, tmp_path: Path) -> None:
    state = State(tmp_path / "state", url=server.new())
    assert state.ledger.claim("key", 1)
    server.stop()
    try:
        with pytest.raises(Transient, match="cannot be reached") as caught:
            state.ledger.claim("key", 2)
    finally:
        server.start()
    silent(caught.value)
    assert not state.ledger.claim("key", 1)
    assert state.ledger.claim("key", 2)
    state.close()


def test_what_fails_while_it_is_warmed_up_fails_where_it_is_asked(tmp_path: Path, clock: Clock) -> None:
    state = State(tmp_path / "state", clock)
    write_new(state.folder / "state.db", b"no database")
    state.warm()
    with pytest.raises(ConfigError, match="is no database"):
        state.ledger.claim("key", 1)
    (state.folder / "state.db").unlink()
    assert state.ledger.claim("key", 1), "put right meanwhile"
    state.close()


def test_the_databases_address_and_password_are_learned_before_they_are_used(tmp_path: Path) -> None:
    class Kept:
        def resolve(self, name: str) -> str:
            assert "RUNBOOK_STATE_URL" in name
            return "postgresql://runbook:fake%2Fp%40ss@db.example.com/runbook"

    learned: list[str] = []
    open_state(tmp_path / "state", Kept(), learned.append)
    assert learned == [Kept().resolve("RUNBOOK_STATE_URL"), "fake/p@ss"]
    assert "fake" not in repr(vars(open_state(tmp_path / "state")))
