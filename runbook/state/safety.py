"""What keeps a run from doing harm: used codes, rejected secrets, unfinished cuts, notes."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, and_, delete, select

from runbook.state.database import Database
from runbook.state.legacy import LEDGER_KEY
from runbook.state.rows import known_channel, put
from runbook.state.tables import CODES, KEYS, NOTES, PENDING, REJECTED

DAY = 86_400.0
# A machine whose clock is wrong must not make the others forget: of the secret's own newest steps none is forgotten.
KEPT_STEPS = 24


class Safety:
    """See `runbook.state.State` for each."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def claim(self, key: str, counter: int) -> bool:
        """Takes a step of a secret; False when it was taken. The secret's own old entries are forgotten."""
        now = self._db.clock()
        with self._db.write() as connection:
            name = hmac.new(_ledger_key(connection), key.encode(), hashlib.sha256).hexdigest()
            old = and_(CODES.c.secret == name, CODES.c.at <= now - DAY, CODES.c.counter < counter - KEPT_STEPS)
            connection.execute(delete(CODES).where(old))
            return put(connection, CODES, {"secret": name, "counter": counter, "at": now}, over=False)

    def reject(self, identity: str, salt: bytes, fingerprint: str) -> None:
        row = {"identity": identity, "salt": salt.hex(), "fingerprint": fingerprint, "at": self._db.clock()}
        with self._db.write() as connection:
            put(connection, REJECTED, row, over=True)

    def rejected(self, identity: str) -> tuple[bytes, str, float] | None:
        """Salt, fingerprint and time of a refusal."""
        with self._db.read() as connection:
            row = connection.execute(select(REJECTED).where(REJECTED.c.identity == identity)).one_or_none()
        return (bytes.fromhex(row.salt), row.fingerprint, row.at) if row else None

    def forget(self, identity: str) -> None:
        with self._db.write() as connection:
            connection.execute(delete(REJECTED).where(REJECTED.c.identity == identity))

    def write_pending(self, channel: str, facts: Mapping[str, Any]) -> None:
        with self._db.write() as connection:
            known_channel(connection, channel)
            row = {"channel": channel, "at": self._db.clock(), "facts": dict(facts)}
            put(connection, PENDING, row, over=True)

    def read_pending(self, channel: str) -> dict[str, Any] | None:
        with self._db.read() as connection:
            found = connection.scalar(select(PENDING.c.facts).where(PENDING.c.channel == channel))
        return None if found is None else dict(found)

    def clear_pending(self, channel: str) -> None:
        with self._db.write() as connection:
            connection.execute(delete(PENDING).where(PENDING.c.channel == channel))

    def down(self) -> list[str]:
        with self._db.read() as connection:
            return sorted(connection.scalars(select(PENDING.c.channel)))

    def read_note(self, channel: str, key: str) -> dict[str, Any] | None:
        wanted = and_(NOTES.c.channel == channel, NOTES.c.key == key)
        with self._db.read() as connection:
            found = connection.scalar(select(NOTES.c.data).where(wanted))
        return None if found is None else dict(found)

    def notes(self, key: str) -> dict[str, dict[str, Any]]:
        with self._db.read() as connection:
            found = connection.execute(select(NOTES.c.channel, NOTES.c.data).where(NOTES.c.key == key))
            return {row.channel: dict(row.data) for row in found}

    def write_notes(self, key: str, notes: Mapping[str, Mapping[str, Any] | None]) -> None:
        with self._db.write() as connection:
            for channel, data in notes.items():
                if data is None:
                    connection.execute(delete(NOTES).where(and_(NOTES.c.channel == channel, NOTES.c.key == key)))
                else:
                    put(connection, NOTES, {"channel": channel, "key": key, "data": dict(data)}, over=True)


def _ledger_key(connection: Connection) -> bytes:
    """The key with which the names of secrets are hashed, of this database's own."""
    wanted = select(KEYS.c.value).where(KEYS.c.name == LEDGER_KEY)
    found = connection.scalar(wanted)
    if found is None:
        put(connection, KEYS, {"name": LEDGER_KEY, "value": secrets.token_hex(32)}, over=False)
        found = connection.scalar(wanted)
    return bytes.fromhex(str(found))
