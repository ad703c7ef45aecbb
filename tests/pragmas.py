"""A SQLite state that changes under an open connection's hands."""

from __future__ import annotations

from sqlalchemy import event

from runbook.state import State

READ_ONLY = "query_only = ON"
FULL = "max_page_count = 1"  # as large as it is already


def pragma(state: State, line: str) -> None:
    """Carries a pragma out on every connection of an open SQLite state."""
    engine = state._open().database.engine
    engine.dispose()
    event.listen(engine, "connect", lambda connection, _: connection.execute(f"PRAGMA {line}"))
