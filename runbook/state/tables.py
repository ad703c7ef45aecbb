"""The tables. A change here needs a revision in `migrations/versions` and its name in `REVISION`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
)
from sqlalchemy.types import TypeEngine

REVISION = "0001"
VERSION_TABLE = "runbook_version"  # not Alembic's usual name: the database may hold the tables of others
METADATA = MetaData(
    naming_convention={"pk": "pk_%(table_name)s", "ix": "ix_%(table_name)s_%(column_0_N_name)s"},
)


def _key(name: str, kind: type[TypeEngine[Any]] = String) -> Column[Any]:
    return Column(name, kind, primary_key=True)


def _name(name: str) -> Column[str]:
    return Column(name, String, nullable=False)


def _text(name: str) -> Column[str]:
    return Column(name, String, nullable=False, default="")


def _time(name: str, *, known: bool = True) -> Column[float]:
    return Column(name, Double, nullable=not known)


CHANNELS = Table(
    "channels",
    METADATA,
    _key("channel"),
    _text("project"),
    _text("address"),
    Column("verdict", String),
    _time("verdict_at", known=False),
    _text("evidence"),
    _time("renewed_at", known=False),
    _time("due_at", known=False),
    Column("audit_key", String),
    Index(None, "project"),
)
RUNS = Table(
    "runs",
    METADATA,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    _name("channel"),
    _text("project"),
    _text("address"),
    _text("due"),
    _time("started"),
    _time("ended"),
    _name("outcome"),
    Column("exit_code", Integer, nullable=False),
    _text("reason"),
    _text("cause"),
    _text("remedy"),
    Column("mailbox", String),
    Column("changed", Boolean, nullable=False),
    Column("down", Boolean, nullable=False),
    _time("gap_from", known=False),
    _time("gap_to", known=False),
    Column("gap_seconds", Double),
    _text("folder"),
    Index(None, "channel", "id"),  # the newest of a channel
    Index(None, "channel", "started"),  # its tries
    Index(None, "ended"),  # what is old
)
HEALTH = Table(
    "health",
    METADATA,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    _name("channel"),
    _time("at"),
    _time("until"),
    _name("verdict"),
    _text("evidence"),
    _text("source"),
    Index(None, "channel", "id"),
    Index(None, "until"),
)
PARKED = Table(
    "parked",
    METADATA,
    _key("channel"),
    _name("fingerprint"),
    _time("at"),
    _name("outcome"),
    _text("reason"),
    _text("cause"),
    _text("remedy"),
)
PENDING = Table("pending", METADATA, _key("channel"), _time("at"), Column("facts", JSON, nullable=False))
NOTES = Table("notes", METADATA, _key("channel"), _key("key"), Column("data", JSON, nullable=False))
REJECTED = Table("rejected", METADATA, _key("identity"), _name("salt"), _name("fingerprint"), _time("at"))
# One row is one step of one secret: the primary key is what makes a code claimed once, whoever claims it.
CODES = Table("codes", METADATA, _key("secret"), _key("counter", BigInteger), _time("at"), Index(None, "at"))
KEYS = Table("keys", METADATA, _key("name"), _name("value"))
# As Alembic makes it.
VERSION = Table(
    VERSION_TABLE,
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name=f"{VERSION_TABLE}_pkc"),
)
