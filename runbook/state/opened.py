"""A state that is open: its parts, for `runbook.state.State`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from runbook.state.advisory import Advisory
from runbook.state.database import Database
from runbook.state.safety import Safety
from runbook.state.story import Story


class Opened:
    """The database, and what is asked of it. `between`: the locks between machines, when there can be several."""

    def __init__(self, folder: Path, url: str | None, clock: Callable[[], float]) -> None:
        database = Database(folder, url, clock)
        database.prepare()
        self.database, self.close = database, database.close
        self.safety, self.story = Safety(database), Story(database)
        self.between = Advisory(database.locking, str(database.place)) if database.locking else None
