"""The seal of a run's folder: `SHA256SUMS`, as `sha256sum -c` reads it, over every file that the run left.

It proves that no file was changed, taken away or added since the run ended, as long as nobody wrote the seal anew: there is no
key in it. Whoever needs more keeps a copy of it elsewhere.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from runbook import files

SEAL = "SHA256SUMS"
LINE = re.compile(r"(\\?)([0-9a-f]{64}) [ *](.+)")


@dataclass
class Verdict:
    """What a seal says of its folder; every list holds names in it. `unsealed`: there is no seal. `odd`: what is no file or folder
    of this user's alone. `damaged`: the seal itself cannot be read."""

    run: str
    unsealed: bool = False
    damaged: bool = False
    missing: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether the folder is as the run left it."""
        return not (self.unsealed or self.damaged or self.missing or self.changed or self.added or self.odd)


def seal(folder: Path) -> None:
    """Writes the seal of a run's folder, in the place of an older one. Raises OSError, also for what is no plain file."""
    lines = []
    for name, path, found in _entries(folder):
        if name == SEAL:
            continue
        if not stat.S_ISREG(found.st_mode):
            raise OSError(f"{name} is not a file")
        lines.append(f"{_line(name, _sum(path))}\n")
    files.put(folder / SEAL, "".join(lines).encode("utf-8", "surrogateescape"), sync=True)


def verify(folder: Path) -> Verdict:
    """Compares a run's folder with its seal. Raises OSError when the folder cannot be read."""
    verdict = Verdict(folder.name)
    _check(verdict, ".", folder)
    try:
        expected = _read(folder / SEAL)
    except FileNotFoundError:
        verdict.unsealed = True
        return verdict
    except (OSError, ValueError):
        verdict.damaged = True
        return verdict
    here = set()
    for name, path, found in _entries(folder):
        if not stat.S_ISREG(found.st_mode):
            verdict.odd.append(f"{name} is not a file")
        else:
            _check(verdict, name, path, found)
        if name == SEAL:
            continue
        here.add(name)
        if name not in expected:
            verdict.added.append(name)
        elif not stat.S_ISREG(found.st_mode) or _sum(path) != expected[name]:
            verdict.changed.append(name)
    verdict.missing = sorted(set(expected) - here)
    return verdict


def _check(verdict: Verdict, name: str, path: Path, found: os.stat_result | None = None) -> None:
    try:
        files.check(path, found)
    except files.OpenToOthers as wide:
        verdict.odd.append(f"{name} {wide.problem}")


def _entries(folder: Path, below: str = "") -> Iterator[tuple[str, Path, os.stat_result]]:
    """Everything in the folder and its folders but these themselves, sorted, with names as the seal has them; no link followed."""
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _entries(Path(entry.path), f"{below}{entry.name}/")
        else:
            yield below + entry.name, Path(entry.path), entry.stat(follow_symlinks=False)


def _sum(path: Path) -> str:
    return hashlib.sha256(files.read(path, private=False)).hexdigest()


def _line(name: str, digest: str) -> str:
    # As coreutils write it: a name that would break the line is escaped, and a backslash in front says so.
    escaped = name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return f"{'' if escaped == name else chr(92)}{digest}  {escaped}"


def _read(path: Path) -> dict[str, str]:
    """Name to digest. Raises OSError, and ValueError for a line that is none of a seal."""
    found = {}
    for line in files.read(path, private=False).decode("utf-8", "surrogateescape").removesuffix("\n").split("\n"):
        parts = LINE.fullmatch(line)
        if not parts:
            raise ValueError("not a line of a seal")
        escaped, digest, name = parts.groups()
        if escaped:
            name = re.sub(r"\\(.)", lambda one: {"n": "\n", "r": "\r"}.get(one[1], one[1]), name)
        found[name] = digest
    return found
