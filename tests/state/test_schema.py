"""The tables are those that the migrations make; an older state is brought up to date, a newer one left alone."""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from conftest import CHANNEL, Clock
from sqlalchemy import Connection, event, insert, inspect, select, text, update

from runbook.errors import ConfigError
from runbook.secrets import SecretRef
from runbook.state import State, examine, migrations
from runbook.state import database as databases
from runbook.state.database import Database
from runbook.state.engines import parsed, postgres_engine, sqlite_engine
from runbook.state.tables import METADATA, REVISION, VERSION, VERSION_TABLE

pytestmark = pytest.mark.thorough

NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    with op.batch_alter_table("channels") as channels:
        channels.add_column(sa.Column("colour", sa.String(), server_default="blue", nullable=False))
"""


def described(connection: Connection) -> dict[str, Any]:
    """Everything that can be known of the tables."""
    seen = inspect(connection)
    return {
        name: {
            "columns": [{**column, "type": str(column["type"])} for column in seen.get_columns(name)],
            "key": seen.get_pk_constraint(name),
            "indexes": sorted(seen.get_indexes(name), key=lambda index: str(index["name"])),
            "unique": seen.get_unique_constraints(name),
            "checks": seen.get_check_constraints(name),
        }
        for name in seen.get_table_names()
    }


def opened(state: State) -> Database:
    return state._open().database


def begun(folder: Path, url: str | None) -> None:
    """A database in which no migration was carried out yet."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = sqlite_engine(folder) if url is None else postgres_engine(parsed(url))
    with engine.execution_options(writes=True).begin() as connection:
        VERSION.create(connection)
    engine.dispose()


def test_a_new_state_has_the_tables_that_the_migrations_make(
    tmp_path: Path, url: str | None, request: pytest.FixtureRequest
) -> None:
    other = url and request.getfixturevalue("server").new()
    begun(tmp_path / "migrated", other)
    made, migrated = State(tmp_path / "made", url=url), State(tmp_path / "migrated", url=other)
    with opened(made).read() as connection:
        expected = described(connection)
        assert connection.scalars(select(VERSION.c.version_num)).all() == [REVISION]
    with opened(migrated).read() as connection:
        assert described(connection) == expected
        assert connection.scalars(select(VERSION.c.version_num)).all() == [REVISION]
    assert expected.keys() == {*METADATA.tables, VERSION_TABLE}
    made.close()
    migrated.close()


def test_nothing_is_left_to_migrate(state: State) -> None:
    with opened(state).read() as connection:
        options = {"version_table": VERSION_TABLE, "compare_type": True, "compare_server_default": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), METADATA) == []


def test_the_newest_migration_is_the_one_that_the_tables_name() -> None:
    assert ScriptDirectory.from_config(migrations.config()).get_heads() == [REVISION]


@pytest.fixture
def next_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The runbook as it will be after another migration; undoing it brings today's back."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrations.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "r0002_next.py").write_text(NEXT)
    monkeypatch.setattr(migrations, "FOLDER", folder)
    monkeypatch.setattr(databases, "REVISION", "0002")
    return monkeypatch


def test_an_older_state_is_brought_up_to_date_and_keeps_what_is_in_it(
    state: State, again: State, next_version: pytest.MonkeyPatch
) -> None:
    next_version.undo()
    state.update_channel(CHANNEL, address="help@example.com")
    state.close()
    next_version.setattr(migrations, "FOLDER", state.folder.parents[1] / "migrations")
    next_version.setattr(databases, "REVISION", "0002")
    with opened(again).read() as connection:
        row = connection.execute(text("SELECT address, colour FROM channels")).one()
    assert tuple(row) == ("help@example.com", "blue")
    found = again.channel(CHANNEL)
    assert found is not None
    assert found.address == "help@example.com"


def test_a_state_of_a_newer_version_is_left_alone(state: State, again: State) -> None:
    state.update_channel(CHANNEL, address="help@example.com")
    with opened(state).write() as connection:
        connection.execute(update(VERSION).values(version_num="9999"))
        before = described(connection)
    with pytest.raises(ConfigError, match="written by a newer version") as caught:
        again.channel(CHANNEL)
    assert caught.value.reason == "newer-state"
    assert "pip install --upgrade" in caught.value.remedy
    with opened(state).read() as connection:
        assert described(connection) == before


def test_to_look_at_a_state_makes_nothing(tmp_path: Path, url: str | None) -> None:
    ref = SecretRef(url) if url else None
    folder = tmp_path / "state"
    if url is None:
        assert examine(folder) == "SQLite, made by the first run"
    else:
        assert re.fullmatch(r"PostgreSQL, postgres on 127\.0\.0\.1:\d+", examine(folder, ref))
        engine = postgres_engine(parsed(url))
        with engine.begin() as connection:
            assert inspect(connection).get_table_names() == []
        engine.dispose()
    assert not folder.exists()


def test_to_look_at_a_newer_state_tells_it(state: State, url: str | None) -> None:
    with opened(state).write() as connection:
        connection.execute(update(VERSION).values(version_num="9999"))
    with pytest.raises(ConfigError, match="written by a newer version"):
        examine(state.folder, SecretRef(url) if url else None)


def test_a_database_that_holds_something_else_is_left_alone(tmp_path: Path, url: str | None, clock: Clock) -> None:
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    engine = sqlite_engine(folder) if url is None else postgres_engine(parsed(url))
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(text("CREATE TABLE runs (kilometres INTEGER)"))
    with pytest.raises(ConfigError, match="tables that are not the runbook's") as caught:
        State(folder, clock, url).runs()
    assert ("RUNBOOK_STATE_URL" if url else "RUNBOOK_STATE ") in caught.value.remedy
    with engine.begin() as connection:
        assert inspect(connection).get_table_names() == ["runs"]
        if url is None:
            assert connection.scalar(text("PRAGMA journal_mode")) == "delete"
    engine.dispose()


def test_tables_that_another_machine_makes_meanwhile_are_those_of_the_state(server: Any, tmp_path: Path) -> None:
    url = server.new()
    here, there = Database(tmp_path / "here", url, time.time), Database(tmp_path / "there", url, time.time)
    for each in (here, there):
        each.folder.mkdir(mode=0o700)
    event.listen(here.engine, "after_cursor_execute", lambda *_: there.prepare(), once=True)
    here.prepare()
    assert here.revision() == there.revision() == REVISION
    here.close()
    there.close()


def test_a_server_may_hold_other_tables_beside_those_of_the_state(server: Any, tmp_path: Path) -> None:
    url = server.new()
    engine = postgres_engine(parsed(url))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num TEXT)"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('of another program')"))
    state = State(tmp_path / "state", url=url)
    state.write_note(CHANNEL, "k", {})
    with engine.begin() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "of another program"
    engine.dispose()
    state.close()


def test_a_schema_of_its_own_can_be_named_in_the_address(server: Any, tmp_path: Path) -> None:
    url = server.database()
    engine = postgres_engine(parsed(url))
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA desk"))
        connection.execute(text("CREATE TABLE runs (kilometres INTEGER)"))
    state = State(tmp_path / "state", url=f"{url}?options=-csearch_path%3Ddesk")
    state.write_note(CHANNEL, "k", {"x": 1})
    with engine.begin() as connection:
        assert set(inspect(connection).get_table_names("desk")) == {*METADATA.tables, VERSION_TABLE}
    assert state.read_note(CHANNEL, "k") == {"x": 1}
    engine.dispose()
    state.close()


def test_half_made_tables_are_made_again(state: State, again: State, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise OSError("the process ends here")

    monkeypatch.setattr(databases, "insert", fails)
    with pytest.raises(OSError, match="ends here"):
        state.write_note(CHANNEL, "k", {})
    monkeypatch.setattr(databases, "insert", insert)
    again.write_note(CHANNEL, "k", {})
    assert again.read_note(CHANNEL, "k") == {}
