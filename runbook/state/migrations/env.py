"""Alembic runs this file; `runbook.state.migrations.config` says on which connection."""

from __future__ import annotations

from alembic import context

from runbook.state.tables import METADATA, VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
    render_as_batch=True,  # SQLite changes a table by making it anew
    transaction_per_migration=False,
)
context.run_migrations()
