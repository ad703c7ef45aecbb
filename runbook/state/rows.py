"""What every query needs: inserting what may be there already, and text that any database takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, select

from runbook.state.tables import CHANNELS


def put(connection: Connection, table: Table, row: Mapping[str, Any], *, over: bool) -> bool:
    """Inserts the row. One of the same primary key stays as it is, or with `over` takes the values of this one.
    Returns whether anything was written. Atomic, whoever else does the same."""
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]
    keys = [column.name for column in table.primary_key]
    statement = insert(table).values(clean(row))
    changed = {name: statement.excluded[name] for name in row if name not in keys}
    if over and changed:
        statement = statement.on_conflict_do_update(index_elements=keys, set_=changed)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    return connection.execute(statement.returning(*table.primary_key)).first() is not None


def known_channels(connection: Connection, channels: Sequence[str]) -> None:
    """The same for several."""
    there = set(connection.scalars(select(CHANNELS.c.channel)))
    for channel in channels:
        if channel not in there:
            known_channel(connection, channel)


def known_channel(connection: Connection, channel: str) -> None:
    """Makes sure that the channel has a row; its id tells its project."""
    put(connection, CHANNELS, {"channel": channel, "project": channel.rpartition("/")[2]}, over=False)


def clean(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row without what a text of a database cannot hold: NUL, and halves of characters. Pages have said stranger things."""
    return {name: _text(value) if isinstance(value, str) else value for name, value in row.items()}


def _text(value: str) -> str:
    return value.replace("\0", "").encode("utf-8", "replace").decode()
