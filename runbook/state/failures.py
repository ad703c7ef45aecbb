"""What goes wrong with a database, as an ending with a cause and a remedy; never with an address, which may hold a password."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from runbook.errors import ConfigError, RunbookError, Transient

ELSEWHERE = "Set RUNBOOK_STATE to a folder that can be written. Example: RUNBOOK_STATE=/var/lib/runbook/state"
AWAY = "Move it and the files beside it away; the next run begins a new one."
# SQLite's result codes without their details (`SQLITE_IOERR_WRITE`): what is said, and what is to be done.
_SQLITE = {
    "READONLY": ("cannot be written (it is read-only)", ELSEWHERE),
    "PERM": ("cannot be opened (permission denied)", ELSEWHERE),
    "AUTH": ("cannot be opened (permission denied)", ELSEWHERE),
    "CANTOPEN": ("cannot be opened", ELSEWHERE),
    "FULL": (
        "cannot be written (no space left on device)",
        "Make room on its disk, or set RUNBOOK_STATE to another one.",
    ),
    "IOERR": ("cannot be read or written (the disk reports an error)", "Check its disk for space and faults."),
    "NOTADB": ("is no database", AWAY),
    "CORRUPT": ("is damaged", AWAY),
}
_DAMAGED = frozenset({"NOTADB", "CORRUPT"})
# PostgreSQL's SQLSTATE, or its beginning.
_POSTGRES: dict[str, tuple[type[RunbookError], str, str]] = {
    "42501": (ConfigError, "refuses what the runbook needs to do (insufficient privilege)",
              "Make the user of RUNBOOK_STATE_URL the owner of that database."),
    "25006": (ConfigError, "is read-only", "Name the primary server in RUNBOOK_STATE_URL, not a standby."),
    "53100": (ConfigError, "cannot be written (its disk is full)", "Make room on the server's disk."),
    "53": (Transient, "has no room for another connection", "Try again later, or raise the server's max_connections."),
    "55P03": (Transient, "is held by another process for too long", "Wait for the other runs to end."),
    "57014": (Transient, "did not answer in time", "Try again later."),
    "40": (Transient, "had to undo a change because of another one", "Try again."),
    "28": (ConfigError, "refuses the user or the password", "Correct the user and the password in RUNBOOK_STATE_URL."),
    "3D000": (ConfigError, "does not have that database", "Create it with createdb, or correct RUNBOOK_STATE_URL."),
}  # fmt: skip
# A server that refuses a connection gives no SQLSTATE; in another language than English this falls to "not reachable".
_REFUSED = (
    (
        re.compile(r"password authentication failed|no password supplied|no pg_hba\.conf entry|role .* does not exist"),
        "28",
    ),
    (re.compile(r"database .* does not exist"), "3D000"),
    (re.compile(r"too many (clients|connections)|remaining connection slots"), "53"),
    (re.compile(r"permission denied for database"), "42501"),
)

_WRONG_VALUE = re.compile(r"invalid \S+ value")  # of an option in the address


@contextmanager
def named(place: Path | str) -> Iterator[None]:
    """Turns what a database raises into the ending that it is. `place`: the file, or how the server is called."""
    try:
        yield
    except DBAPIError as error:
        known = _sqlite(error, place) if isinstance(place, Path) else _postgres(error, place)
        if known is None:
            raise
        raise known from None


def newer(place: Path | str) -> ConfigError:
    """The ending for a state that a newer version has brought up to date."""
    return ConfigError(
        f"The state {place} was written by a newer version of the runbook.",
        remedy="Update the runbook: pip install --upgrade jsm-mailbox-runbook",
        reason="newer-state",
    )


def foreign(place: Path | str) -> ConfigError:
    """The ending for a database that holds something else."""
    remedy = "Set RUNBOOK_STATE to another folder."
    if not isinstance(place, Path):
        remedy = "Give it a database of its own: name another one in RUNBOOK_STATE_URL."
    return ConfigError(
        f"The state {place} holds tables that are not the runbook's.", remedy=remedy, reason="other-state"
    )


def unusable_address(what: str) -> ConfigError:
    """The ending for an address that is none; nothing of it is shown."""
    example = "Example: RUNBOOK_STATE_URL=postgresql://runbook:PASSWORD@db.example.com/runbook"
    remedy = f"Correct it, or leave it out: the state is then a file in the folder RUNBOOK_STATE. {example}"
    return ConfigError(f"RUNBOOK_STATE_URL {what}.", remedy=remedy, reason="state-url")


def _sqlite(error: DBAPIError, place: Path) -> RunbookError | None:
    code = getattr(error.orig, "sqlite_errorname", "").removeprefix("SQLITE_").partition("_")[0]
    if code in ("BUSY", "LOCKED"):
        return Transient(f"Another process holds {place.name} in the state folder.", reason="state-busy")
    if code not in _SQLITE:
        return None
    what, remedy = _SQLITE[code]
    reason = "damaged-state" if code in _DAMAGED else "state-folder"
    return ConfigError(f"The state file {place} {what}.", remedy=remedy, reason=reason)


def _postgres(error: DBAPIError, place: str) -> RunbookError | None:
    code = getattr(error.orig, "sqlstate", None) or next(
        (known for pattern, known in _REFUSED if pattern.search(str(error.orig))), ""
    )
    if not code and (type(error.orig).__name__ == "ProgrammingError" or _WRONG_VALUE.search(str(error.orig))):
        return unusable_address("cannot be understood")
    for known, (kind, what, remedy) in _POSTGRES.items():
        if code.startswith(known):
            return kind(f"The state's database {place} {what}.", remedy=remedy, reason="state-database")
    # 08: connection, 57P: shutting down or starting up, 58: the server's system; without a code: it never answered.
    if error.connection_invalidated or code[:2] in ("08", "58") or code[:3] == "57P" or _unanswered(error, code):
        return Transient(
            f"The state's database {place} cannot be reached.",
            remedy="Check that it runs and that RUNBOOK_STATE_URL names it, then try again.",
            reason="state-database",
        )
    return None


def _unanswered(error: DBAPIError, code: str) -> bool:
    return not code and type(error.orig).__name__ in ("OperationalError", "ConnectionTimeout", "InterfaceError")
