"""Opens the state that the settings name."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from runbook.private_files import unwritable
from runbook.state.places import FILE
from runbook.state.state import State


class Reference(Protocol):
    """Where a secret comes from (`runbook.secrets.SecretRef`)."""

    def resolve(self, name: str) -> str:
        """The secret, called `name` in errors."""
        ...


def open_state(folder: Path, url: Reference | None = None, learn: Callable[[str], object] | None = None) -> State:
    """The state as the settings have it. `learn` is told the database's address and the password in it."""
    if url is None:
        return State(folder)
    address = _address(url)
    if learn:
        learn(address)
        with suppress(ValueError):  # the address is judged where it is used
            learn(unquote(urlsplit(address).password or ""))
    return State(folder, url=address)


def examine(folder: Path, url: Reference | None = None) -> str:
    """Looks at the database and makes nothing: its kind and its name, for a person. Raises what a run would raise."""
    try:
        if url is None and not (folder / FILE).exists():
            return "SQLite, made by the first run"
    except OSError as error:
        raise unwritable(folder, error) from None
    from runbook.state.database import look  # slow to import

    name = look(folder, _address(url) if url else None)
    return f"PostgreSQL, {name}" if url else f"SQLite, {name}"


def _address(url: Reference) -> str:
    return url.resolve("state's address (RUNBOOK_STATE_URL)")
