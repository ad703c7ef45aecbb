"""The open database: made, or brought up to date, when it is first used."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, insert, inspect, select, text

from runbook.private_files import held
from runbook.state import legacy
from runbook.state.engines import called, parsed, postgres_engine, sqlite_engine
from runbook.state.failures import foreign, named, newer
from runbook.state.places import FILE, has_old
from runbook.state.tables import METADATA, REVISION, VERSION, VERSION_TABLE

MAKING = 0x72756E626F6F6B  # the advisory lock under which tables are made: "runbook"


class Database:
    """Reads and writes, each in a transaction of its own. Raises ConfigError or Transient for whatever cannot be used."""

    def __init__(self, folder: Path, url: str | None, clock: Callable[[], float]) -> None:
        self.folder, self.clock = folder, clock
        self.place: Path | str = folder / FILE
        self.locking: Engine | None = None
        if url is None:
            self.engine = sqlite_engine(folder)
        else:
            address = parsed(url)
            self.place = called(address)
            self.engine, self.locking = postgres_engine(address), postgres_engine(address, pooled=False)
        self._writing = self.engine.execution_options(writes=True)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One transaction that changes nothing."""
        with named(self.place), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, on disk when the block ends; undone when the block fails."""
        with named(self.place), self._writing.begin() as connection:
            yield connection

    def close(self) -> None:
        """Closes its connections."""
        self.engine.dispose()

    def prepare(self) -> None:
        """Makes the tables, or brings them up to date, if that has to be."""
        try:
            if self.revision() != REVISION or has_old(self.folder):
                with held(self.folder / FILE):
                    self._bring_up_to_date()
        except BaseException:
            self.close()
            raise

    def revision(self) -> str | None:
        """The revision of the tables, None when there are none. Raises ConfigError when they are not ours."""
        with self.read() as connection:
            return self._revision(connection)

    def _bring_up_to_date(self) -> None:
        if self.engine.dialect.name == "sqlite":
            with named(self.place), self.engine.execution_options(bare=True).connect() as connection:
                # Readers and a writer do not wait for each other. The file remembers it.
                connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        with self.write() as connection:
            if self.engine.dialect.name != "sqlite":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MAKING})
            self._make(connection)
            taken = legacy.take(connection, self.folder, self.clock())
        for path in taken:
            path.unlink(missing_ok=True)

    def _make(self, connection: Connection) -> None:
        found = self._revision(connection)
        if found == REVISION:
            return
        if found is None:
            # What the migrations would make, without Alembic's half a second; a test compares the two.
            METADATA.create_all(connection, checkfirst=False)
            VERSION.create(connection)
            connection.execute(insert(VERSION).values(version_num=REVISION))
            return
        from runbook.state.migrations import is_known, upgrade  # Alembic is slow to import, and seldom needed

        if not is_known(found):
            raise newer(self.place)
        upgrade(connection)

    def _revision(self, connection: Connection) -> str | None:
        # Asked once: between two looks at a server another process may have made them all.
        there = set(inspect(connection).get_table_names())
        if VERSION_TABLE in there:
            return connection.scalar(select(VERSION.c.version_num)) or ""
        if there & METADATA.tables.keys() or (there and isinstance(self.place, Path)):
            raise foreign(self.place)
        return None


def look(folder: Path, url: str | None) -> str:
    """The name of a database that is there; nothing is made. Raises what `prepare` would raise."""
    database = Database(folder, url, time.time)
    try:
        found = database.revision()
    finally:
        database.close()
    if found and found != REVISION:
        from runbook.state.migrations import is_known

        if not is_known(found):
            raise newer(database.place)
    return str(database.place)
