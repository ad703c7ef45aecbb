"""How the two kinds of database are opened."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from runbook import files
from runbook.errors import ConfigError
from runbook.private_files import linked, opened, unwritable
from runbook.state.failures import unusable_address
from runbook.state.places import FILE

BUSY_SECONDS = 10.0  # a change of the state takes milliseconds; who waits longer waits for a process that hangs
BESIDE = ("-wal", "-shm", "-journal")
# Seconds. A server that is gone must not hold up a run for the quarter of an hour that TCP takes to notice.
_PATIENCE = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,  # ms
}


def sqlite_engine(folder: Path) -> Engine:
    """The file in the folder. Made, empty and private, if it is not there. Raises ConfigError when it cannot be."""
    path = folder / FILE
    try:
        # SQLite gives the files beside it (-wal, -shm) the mode of this one.
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        # SQLite itself follows a link, and would read whatever the file says.
        for each in (path, *(path.with_name(FILE + more) for more in BESIDE)):
            with suppress(FileNotFoundError):  # a process that closes the database takes those beside it away
                found = each.lstat()
                if stat.S_ISLNK(found.st_mode):
                    raise linked(each)
                if stat.S_ISREG(found.st_mode):
                    files.check(each, found)
    except files.OpenToOthers as problem:
        raise opened(problem) from None
    except OSError as error:
        raise unwritable(folder, error) from None
    url = URL.create("sqlite", database=str(path))
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True)
    event.listen(engine, "connect", _connected)
    event.listen(engine, "begin", _begin)
    return engine


def _connected(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver would begin transactions where it likes; `_begin` does
    # A used code and an unfinished cut must be on disk when the run goes on.
    connection.execute("PRAGMA synchronous = FULL")


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get("bare"):
        # A transaction that reads first and writes then would fail where it could have waited.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes") else "BEGIN")


def parsed(url: str) -> URL:
    """The address of a PostgreSQL database, for the one driver. Raises ConfigError, which shows nothing of it."""
    try:
        found = make_url(url.strip())
        scheme, _, driver = found.drivername.partition("+")
    except (ArgumentError, ValueError):
        raise unusable_address("is not the address of a database") from None
    if scheme not in ("postgresql", "postgres") or driver not in ("", "psycopg"):
        raise unusable_address("is not the address of a PostgreSQL database")
    if not found.database:
        raise unusable_address("names no database")
    return found.set(drivername="postgresql+psycopg")


def called(url: URL) -> str:
    """The database's name for a person, without user and password."""
    host = url.host or url.normalized_query.get("host", ("this machine",))[0]
    return f"{url.database} on {host}" + (f":{url.port}" if url.port else "")


def postgres_engine(url: URL, *, pooled: bool = True) -> Engine:
    """The server's database. Not pooled: a connection is closed, and what it holds let go, as soon as it is given back.
    Raises ConfigError without the driver."""
    more: dict[str, Any] = {"pool_pre_ping": True} if pooled else {"poolclass": NullPool}
    try:
        patience = {key: value for key, value in _PATIENCE.items() if key not in url.query}
        engine = create_engine(url, connect_args=patience, hide_parameters=True, **more)
    except ImportError:
        raise ConfigError(
            "RUNBOOK_STATE_URL needs PostgreSQL's driver, which is not installed.",
            remedy="Install it: pip install 'jsm-mailbox-runbook[postgres]'",
            reason="no-driver",
        ) from None
    if pooled:
        event.listen(engine, "connect", _limited)
    return engine


def _limited(connection: Any, _record: Any) -> None:
    # Not among the parameters of the connection: what stands between here and the server may refuse those.
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{BUSY_SECONDS:g}s'")
    connection.commit()
