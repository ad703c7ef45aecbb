"""Takes over the JSON files in which version 0.1 kept the state, once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from runbook.private_files import damaged, read_json
from runbook.state.places import OLD, OLD_PENDING
from runbook.state.rows import known_channel, put
from runbook.state.tables import CODES, KEYS, PENDING, REJECTED

LEDGER_KEY = "codes"


def take(connection: Connection, folder: Path, now: float) -> list[Path]:
    """Puts what the files hold into the tables, where nothing newer is there; the files can go when that is on disk.
    Raises ConfigError, which names it, for a damaged file."""
    rejected, codes, key = (folder / name for name in OLD)
    pending = sorted(folder.glob(OLD_PENDING))
    for row in _rejected(rejected):
        put(connection, REJECTED, row, over=False)
    # The codes are named with that key. Where the database has one of its own their names say nothing any more, and
    # what they were used for is over.
    named, used = _key(key), _codes(codes)
    if named and put(connection, KEYS, {"name": LEDGER_KEY, "value": named}, over=False):
        for row in used:
            put(connection, CODES, row, over=False)
    for path in pending:
        row = _pending(path, now)
        known_channel(connection, row["channel"])
        put(connection, PENDING, row, over=False)
    return [path for path in (rejected, codes, key, *pending) if path.exists()]


@contextmanager
def _whole(path: Path) -> Iterator[dict[str, Any]]:
    found = read_json(path)
    try:
        yield found
    except (AttributeError, KeyError, TypeError, ValueError):
        raise damaged(path) from None


def _rejected(path: Path) -> list[dict[str, Any]]:
    with _whole(path) as found:
        return [
            {
                "identity": identity,
                "salt": bytes.fromhex(entry["salt"]).hex(),
                "fingerprint": str(entry["fingerprint"]),
                "at": datetime.fromisoformat(entry["at"]).timestamp(),
            }
            for identity, entry in found.items()
        ]


def _codes(path: Path) -> list[dict[str, Any]]:
    with _whole(path) as found:
        steps = [(secret, int(step), float(at)) for secret, used in found.items() for step, at in used.items()]
    return [{"secret": secret, "counter": step, "at": at} for secret, step, at in steps]


def _key(path: Path) -> str | None:
    with _whole(path) as found:
        return bytes.fromhex(found["key"]).hex() if path.exists() else None


def _pending(path: Path, now: float) -> dict[str, Any]:
    with _whole(path) as found:
        facts = dict(found["facts"])
        return {"channel": str(found["channel"]), "at": float(facts.get("down_since", now)), "facts": facts}
