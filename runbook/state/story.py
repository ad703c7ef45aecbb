"""What has happened to the channels: runs, health, why one is parked, and what is known of each now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, and_, bindparam, delete, func, insert, null, select, update

from runbook.state.database import Database
from runbook.state.records import ChannelFields, ChannelRow, Counted, HealthRow, Parked, RunRow
from runbook.state.rows import clean, known_channel, known_channels, put
from runbook.state.safety import DAY
from runbook.state.tables import CHANNELS, CODES, HEALTH, PARKED, PENDING, RUNS

MANY = 500  # values that one statement may name in any database
OWN = [each.name for each in fields(ChannelRow) if each.name not in ("parked", "last")]
SETTABLE = ChannelFields.__annotations__.keys()


class Story:
    """See `runbook.state.State` for each."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add_run(self, run: RunRow) -> int:
        row = clean({name: value for name, value in asdict(run).items() if name != "id"})
        known = {name: row[name] for name in ("project", "address") if row[name]}
        with self._db.write() as connection:
            _update_channel(connection, run.channel, known)
            return int(connection.scalar(insert(RUNS).values(row).returning(RUNS.c.id)) or 0)

    def runs(self, channel: str | None, project: str | None, since: float | None, limit: int | None) -> list[RunRow]:
        # In the order in which they were written: a clock may have been put back meanwhile.
        wanted = select(RUNS).order_by(RUNS.c.id.desc()).limit(limit)
        wanted = _of(wanted, RUNS, channel, project)
        if since is not None:
            wanted = wanted.where(RUNS.c.ended >= since)
        with self._db.read() as connection:
            return [RunRow(**row._mapping) for row in connection.execute(wanted)]

    def tries(self, since: float) -> dict[str, int]:
        # What a clock that was wrong has written into the far future must not count until then. That it ended later than it
        # began is for the index.
        tried = and_(RUNS.c.ended >= since, RUNS.c.started >= since, RUNS.c.started <= self._db.clock() + DAY)
        wanted = select(RUNS.c.channel, func.count()).where(tried, RUNS.c.outcome != "NothingToDo")
        with self._db.read() as connection:
            return {channel: int(number) for channel, number in connection.execute(wanted.group_by(RUNS.c.channel))}

    def counted(self, after: int) -> Counted:
        fresh = RUNS.c.id > after
        numbers = select(RUNS.c.channel, RUNS.c.outcome, func.count(), func.max(RUNS.c.id)).where(fresh)
        with_gap = and_(fresh, RUNS.c.gap_seconds != null())
        newest = select(func.max(RUNS.c.id)).where(with_gap).group_by(RUNS.c.channel)
        gaps = select(RUNS.c.channel, RUNS.c.gap_seconds).where(RUNS.c.id.in_(newest))
        outcomes: dict[str, dict[str, int]] = {}
        last = 0
        with self._db.read() as connection:
            for channel, outcome, number, newest_id in connection.execute(
                numbers.group_by(RUNS.c.channel, RUNS.c.outcome)
            ):
                outcomes.setdefault(channel, {})[outcome] = int(number)
                last = max(last, int(newest_id))
            return Counted(last, outcomes, {channel: float(gap) for channel, gap in connection.execute(gaps)})

    def add_health(self, *looks: HealthRow) -> None:
        if len({seen.channel for seen in looks}) < len(looks):
            for seen in looks:  # what was seen last of a channel goes over what was seen before
                self.add_health(seen)
        elif looks:
            with self._db.write() as connection:
                _add_health(connection, looks)

    def health(self, channel: str | None, project: str | None, limit: int | None) -> list[HealthRow]:
        wanted = select(HEALTH).order_by(HEALTH.c.id.desc()).limit(limit)
        with self._db.read() as connection:
            found = connection.execute(_of(wanted, HEALTH, channel, project))
            return [HealthRow(row.channel, row.at, row.verdict, row.evidence, row.source, row.until) for row in found]

    def channels(self, only: str | None = None) -> list[ChannelRow]:
        """Each channel with why it is parked, whether it is down, and its newest run."""
        wanted = _whole_channels()
        if only is not None:
            wanted = wanted.where(CHANNELS.c.channel == only)
        with self._db.read() as connection:
            return [_channel(row) for row in connection.execute(wanted)]

    def update_channel(self, channel: str, changes: Mapping[str, Any]) -> None:
        if unknown := changes.keys() - SETTABLE:
            raise TypeError(f"A channel has no {', '.join(sorted(unknown))}.")
        with self._db.write() as connection:
            _update_channel(connection, channel, clean(changes))

    def park(self, parked: Parked) -> None:
        with self._db.write() as connection:
            known_channel(connection, parked.channel)
            put(connection, PARKED, asdict(parked), over=True)

    def unpark(self, channel: str) -> None:
        with self._db.write() as connection:
            connection.execute(delete(PARKED).where(PARKED.c.channel == channel))

    def parked(self, channel: str) -> Parked | None:
        with self._db.read() as connection:
            row = connection.execute(select(PARKED).where(PARKED.c.channel == channel)).one_or_none()
        return Parked(**row._mapping) if row else None

    def prune(self, before: float) -> int:
        newest = select(func.max(RUNS.c.id)).group_by(RUNS.c.channel)
        old = and_(RUNS.c.ended < before, RUNS.c.id.not_in(newest))
        with self._db.write() as connection:
            gone = connection.execute(delete(RUNS).where(old)).rowcount
            gone += connection.execute(delete(HEALTH).where(HEALTH.c.until < before)).rowcount
            connection.execute(delete(CODES).where(CODES.c.at < min(before, self._db.clock() - DAY)))
        return gone


def _of(wanted: Any, table: Table, channel: str | None, project: str | None) -> Any:
    if channel is not None:
        wanted = wanted.where(table.c.channel == channel)
    if project is not None:
        wanted = wanted.where(table.c.channel.in_(select(CHANNELS.c.channel).where(CHANNELS.c.project == project)))
    return wanted


def _add_health(connection: Connection, looks: Sequence[HealthRow]) -> None:
    """Looks at as many channels: a few statements, however many there are."""
    rows = [clean({**asdict(seen), "until": seen.at if seen.until is None else seen.until}) for seen in looks]
    known_channels(connection, [row["channel"] for row in rows])
    newest = select(func.max(HEALTH.c.id)).group_by(HEALTH.c.channel)
    if len(rows) < MANY:
        newest = newest.where(HEALTH.c.channel.in_([row["channel"] for row in rows]))
    last = {row.channel: row for row in connection.execute(select(HEALTH).where(HEALTH.c.id.in_(newest)))}
    same = [row for row in rows if _says(last.get(row["channel"]), row)]
    if lasting := [
        {"its": last[row["channel"]].id, "end": max(row["until"], last[row["channel"]].until)} for row in same
    ]:
        connection.execute(
            update(HEALTH).where(HEALTH.c.id == bindparam("its")).values(until=bindparam("end")), lasting
        )
    if new := [row for row in rows if row not in same]:
        connection.execute(insert(HEALTH), new)
    now = [{"its": row["channel"], **{name: row[name] for name in ("verdict", "until", "evidence")}} for row in rows]
    changes: dict[str, Any] = {
        "verdict": bindparam("verdict"),
        "verdict_at": bindparam("until"),
        "evidence": bindparam("evidence"),
    }
    connection.execute(update(CHANNELS).where(CHANNELS.c.channel == bindparam("its")).values(changes), now)


def _says(last: Row[Any] | None, row: Mapping[str, Any]) -> bool:
    """Whether the last look found the same."""
    return last is not None and all(getattr(last, name) == row[name] for name in ("verdict", "evidence", "source"))


def _update_channel(connection: Connection, channel: str, changes: Mapping[str, Any]) -> None:
    known_channel(connection, channel)
    if changes:
        connection.execute(update(CHANNELS).where(CHANNELS.c.channel == channel).values(dict(changes)))


@cache
def _whole_channels() -> Select[Any]:
    """Channels with all that belongs to them, by one index look-up each."""
    ran = RUNS.alias()
    newest = select(func.max(ran.c.id)).where(ran.c.channel == CHANNELS.c.channel).correlate(CHANNELS)
    joined = CHANNELS.outerjoin(PARKED, PARKED.c.channel == CHANNELS.c.channel)
    joined = joined.outerjoin(PENDING, PENDING.c.channel == CHANNELS.c.channel)
    joined = joined.outerjoin(RUNS, RUNS.c.id == newest.scalar_subquery())
    down = (PENDING.c.channel != null()).label("down")
    wanted = select(CHANNELS, down, *_labelled(PARKED), *_labelled(RUNS)).select_from(joined)
    return wanted.order_by(CHANNELS.c.channel)


def _labelled(table: Table) -> list[Any]:
    return [column.label(f"{table.name}_{column.name}") for column in table.c]


def _part(row: Row[Any], table: Table) -> dict[str, Any] | None:
    found = row._mapping
    if found[f"{table.name}_channel"] is None:
        return None
    return {column.name: found[f"{table.name}_{column.name}"] for column in table.c}


def _channel(row: Row[Any]) -> ChannelRow:
    parked, last = _part(row, PARKED), _part(row, RUNS)
    own = {name: getattr(row, name) for name in OWN}
    return ChannelRow(**own, parked=Parked(**parked) if parked else None, last=RunRow(**last) if last else None)
