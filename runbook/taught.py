"""Where elements were shown to the runbook by a person: overrides of locators, kept in the state folder.

What `[locators]` in runbook.toml says goes before them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from runbook.private_files import held, private_folder, read_json, write_json

FILE = "locators.json"


@dataclass(frozen=True)
class Lesson:
    """One element: its locator, when it was shown (ISO 8601 UTC), and on which page (origin and path)."""

    locator: str
    date: str
    page: str


class Taught:
    """The lessons of one state folder. Raises ConfigError when the folder cannot be used."""

    def __init__(self, folder: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        private_folder(folder)
        self._path, self._now = folder / FILE, now

    def lessons(self) -> dict[str, Lesson]:
        """All lessons by the element's name."""
        return {name: Lesson(**entry) for name, entry in read_json(self._path).items()}

    def locators(self) -> dict[str, str]:
        """The overrides alone: name to locator."""
        return {name: lesson.locator for name, lesson in self.lessons().items()}

    def remember(self, name: str, locator: str, page: str) -> None:
        """Keeps a lesson in the place of an older one of the same element."""
        entry = {"locator": locator, "date": self._now().isoformat(timespec="seconds"), "page": page}
        self._change(lambda known: {**known, name: entry})

    def forget(self, name: str) -> bool:
        """Drops a lesson; False when there is none."""
        if name not in read_json(self._path):
            return False
        self._change(lambda known: {key: entry for key, entry in known.items() if key != name})
        return True

    def _change(self, change: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> None:
        with held(self._path):
            write_json(self._path, change(read_json(self._path)))
