"""Who is told, read by itself: for a sandbox, and where other settings cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from runbook.errors import ConfigError
from runbook.settings import Settings
from runbook.settings.draft import Draft
from runbook.settings.files import TABLES, tables, variables
from runbook.settings.loading import Reader, refusal
from runbook.settings.notify import Notify


def read_notify(config: Path) -> Notify:
    """The table [notify] of a file, and nothing else of it. Raises ConfigError that names every problem of it at once."""
    reader = Reader(None, config.parent, config)
    notify = reader.make(Notify, reader.draft("notify", tables(config, True, lambda _text: None)["notify"], {}))
    if reader.problems or notify is None:
        raise refusal(list(reader.problems))
    return notify


def salvage(folder: Path, env: Mapping[str, str], config: Path | None) -> Settings | None:
    """Who is told and where the state is, as far as that can be read where other settings cannot; None where it cannot."""
    reader = Reader(None, folder, config or folder / "runbook.toml")
    try:
        found = tables(reader.config, False, reader.problem)
    except ConfigError:
        found = {name: {} for name in TABLES}
    try:
        given = variables(folder, env, reader.problem)
    except ConfigError:
        given = variables(None, env, reader.problem)
    drafts = reader.read_defaults(found, given).data
    reader.problems.clear()
    notify = reader.make(Notify, Draft(drafts.get("notify", {})))
    if notify is None or notify.nobody:
        return None
    state = drafts.get("state")
    return Settings(notify=notify, state=Path(state)) if isinstance(state, str | Path) else Settings(notify=notify)
