"""Which files of a state's folder hold what is remembered."""

from __future__ import annotations

from pathlib import Path

FILE = "state.db"
# Those of version 0.1: refused secrets, used codes and the key of their names, unfinished cuts.
OLD = ("rejected.json", "codes.json", "codes.key")
OLD_PENDING = "*.pending.json"


def has_old(folder: Path) -> bool:
    """Whether the folder has files of version 0.1."""
    return any((folder / name).exists() for name in OLD) or any(folder.glob(OLD_PENDING))
