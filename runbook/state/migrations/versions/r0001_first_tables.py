"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def text(column: str) -> sa.Column[str]:
    return sa.Column(column, sa.String(), nullable=False)


def time(column: str, *, known: bool = True) -> sa.Column[float]:
    return sa.Column(column, sa.Double(), nullable=not known)


def upgrade() -> None:
    op.create_table(
        "channels",
        text("channel"),
        text("project"),
        text("address"),
        sa.Column("verdict", sa.String()),
        time("verdict_at", known=False),
        text("evidence"),
        time("renewed_at", known=False),
        time("due_at", known=False),
        sa.Column("audit_key", sa.String()),
        sa.PrimaryKeyConstraint("channel", name="pk_channels"),
    )
    op.create_index("ix_channels_project", "channels", ["project"])
    op.create_table(
        "runs",
        sa.Column("id", ID, nullable=False),
        text("channel"),
        text("project"),
        text("address"),
        text("due"),
        time("started"),
        time("ended"),
        text("outcome"),
        sa.Column("exit_code", sa.Integer(), nullable=False),
        text("reason"),
        text("cause"),
        text("remedy"),
        sa.Column("mailbox", sa.String()),
        sa.Column("changed", sa.Boolean(), nullable=False),
        sa.Column("down", sa.Boolean(), nullable=False),
        time("gap_from", known=False),
        time("gap_to", known=False),
        sa.Column("gap_seconds", sa.Double()),
        text("folder"),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
    )
    op.create_index("ix_runs_channel_id", "runs", ["channel", "id"])
    op.create_index("ix_runs_channel_started", "runs", ["channel", "started"])
    op.create_index("ix_runs_ended", "runs", ["ended"])
    op.create_table(
        "health",
        sa.Column("id", ID, nullable=False),
        text("channel"),
        time("at"),
        time("until"),
        text("verdict"),
        text("evidence"),
        text("source"),
        sa.PrimaryKeyConstraint("id", name="pk_health"),
    )
    op.create_index("ix_health_channel_id", "health", ["channel", "id"])
    op.create_index("ix_health_until", "health", ["until"])
    op.create_table(
        "parked",
        text("channel"),
        text("fingerprint"),
        time("at"),
        text("outcome"),
        text("reason"),
        text("cause"),
        text("remedy"),
        sa.PrimaryKeyConstraint("channel", name="pk_parked"),
    )
    op.create_table(
        "pending",
        text("channel"),
        time("at"),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name="pk_pending"),
    )
    op.create_table(
        "notes",
        text("channel"),
        text("key"),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "key", name="pk_notes"),
    )
    op.create_table(
        "rejected",
        text("identity"),
        text("salt"),
        text("fingerprint"),
        time("at"),
        sa.PrimaryKeyConstraint("identity", name="pk_rejected"),
    )
    op.create_table(
        "codes",
        text("secret"),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        time("at"),
        sa.PrimaryKeyConstraint("secret", "counter", name="pk_codes"),
    )
    op.create_index("ix_codes_at", "codes", ["at"])
    op.create_table("keys", text("name"), text("value"), sa.PrimaryKeyConstraint("name", name="pk_keys"))


def downgrade() -> None:
    for table in ("keys", "codes", "rejected", "notes", "pending", "parked", "health", "runs", "channels"):
        op.drop_table(table)
