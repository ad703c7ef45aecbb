"""Locks between machines: PostgreSQL's advisory locks, each on a connection of its own, with which it dies."""

from __future__ import annotations

import hashlib
import os
import platform
import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from runbook.errors import Transient
from runbook.state.failures import named
from runbook.state.locks import locked, stamp

# The server notices within a minute that a machine is gone, and ends no session for being idle: holding a lock is all it does.
_SESSION = (
    "SET tcp_keepalives_idle = 30",
    "SET tcp_keepalives_interval = 10",
    "SET tcp_keepalives_count = 3",
    "SET idle_session_timeout = 0",
    "SET statement_timeout = 0",
)
_LOCK_NOT_AVAILABLE = "55P03"
# Who holds a lock is told by the name under which its session shows in pg_stat_activity; it has room for 63 bytes.
_NAME = re.compile(r"runbook/(\d+)@(\S*)/(\d+)")
_HOLDER = text(
    "SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid) WHERE locktype = 'advisory' AND granted"
    " AND ((classid::bigint << 32) | objid::bigint) = :key AND objsubid = 1"
    " AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class Advisory:
    """The locks of one database. `place`: how it is called."""

    def __init__(self, engine: Engine, place: str) -> None:
        self._engine, self._place = engine, place
        self._held: dict[str, Connection] = {}

    @contextmanager
    def hold(self, name: str, since: float, *, wait: float, what: str) -> Iterator[None]:
        """Like `locks.os_lock`, among all machines that use this database."""
        key = int.from_bytes(hashlib.sha256(b"runbook\0" + name.encode()).digest()[:8], signed=True)
        with named(self._place):
            connection = self._engine.execution_options(isolation_level="AUTOCOMMIT").connect()
        try:
            with named(self._place):
                _introduce(connection, since)
                if not _taken(connection, key, wait):
                    raise locked(what, _holder(connection, key))
            self._held[name] = connection
            yield
        finally:
            self._held.pop(name, None)
            connection.close()

    def check(self, name: str) -> None:
        """Raises Transient when the lock, held by this object, was lost with its connection."""
        connection = self._held.get(name)
        if connection is None:
            return
        try:
            connection.execute(text("SELECT 1"))
        except DBAPIError:
            raise Transient(
                f"The connection to the state's database {self._place} was lost, and with it the lock on {name}.",
                remedy="Run it again.",
                reason="lock-lost",
            ) from None


def _introduce(connection: Connection, since: float) -> None:
    for setting in _SESSION:
        if "idle_session" not in setting or connection.dialect.server_version_info >= (14,):  # type: ignore[operator]
            connection.execute(text(setting))
    host = re.sub(r"[^\w.-]", "", platform.node(), flags=re.ASCII)[:30]
    name = f"runbook/{os.getpid()}@{host}/{int(since)}"
    connection.execute(text("SELECT set_config('application_name', :name, false)"), {"name": name})


def _taken(connection: Connection, key: int, wait: float) -> bool:
    if wait <= 0:
        return bool(connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}))
    limit = f"{int(wait * 1000)}ms"
    connection.execute(text("SELECT set_config('lock_timeout', :limit, false)"), {"limit": limit})
    try:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": key})
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
            return False
        raise
    return True


def _holder(connection: Connection, key: int) -> str:
    # The key as pg_locks has it: two unsigned halves.
    found = _NAME.fullmatch(connection.scalar(_HOLDER, {"key": key}) or "")
    return f"process {found[1]} on {found[2]}, since {stamp(int(found[3]))}" if found else "another machine"
