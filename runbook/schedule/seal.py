"""Files that are ours: each carries a seal that tells for which folder it was made, and whether a person changed it since."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Literal

from runbook.errors import ConfigError
from runbook.schedule.base import NAME

PLACE = "<<seal>>"
SEAL = re.compile(rf"{NAME} ([0-9a-f]{{8}})-([0-9a-f]{{16}})")

Found = Literal["ours", "edited", "another's", "not ours"]


def sealed(text: str, mark: str) -> str:
    """The text with its seal in the place for it. `mark`: the folder's."""
    return text.replace(PLACE, f"{NAME} {mark}-{_digest(text.replace(PLACE, mark))}")


def judge(text: str, mark: str) -> Found:
    """Whose text it is. `mark`: the folder's."""
    seal = SEAL.search(text)
    if not seal:
        return "not ours"
    if _digest(text.replace(seal[0], seal[1])) != seal[2]:
        return "edited"
    return "ours" if mark == seal[1] else "another's"


def check(text: str | None, mark: str, where: str, force: bool) -> None:
    """Raises ConfigError when what is there must not be touched without --force."""
    causes = [] if text is None or force else notes(text, mark, where)
    if causes:
        raise ConfigError(
            causes[0], remedy="Look at it; with --force it is replaced or removed.", reason="not-our-schedule"
        )


def notes(text: str, mark: str, where: str) -> list[str]:
    """What a status has to say of it."""
    said = {
        "edited": f"{where} was changed by hand since it was installed.",
        "another's": f"{where} is the schedule of another folder.",
        "not ours": f"{where} was not made by this tool.",
    }
    return [said[found]] if (found := judge(text, mark)) in said else []


def read(path: Path, encoding: str = "utf-8") -> str | None:
    """The file's text as it is, None where there is no file. A link, or what is no text, is nothing of ours: an empty text."""
    try:
        if path.is_symlink():
            return ""
        return path.read_bytes().decode(encoding)
    except FileNotFoundError:
        return None
    except (UnicodeError, IsADirectoryError):
        return ""
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}).", remedy="Correct its permissions.") from None


def put(path: Path, text: str, encoding: str = "utf-8") -> bool:
    """Writes the file, whole or not at all, readable for everybody. False when it is there already. Raises ConfigError."""
    if read(path, encoding) == text:
        return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(text.encode(encoding))
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written ({error.strerror}).",
            remedy="Run it as somebody who may write there, or use `schedule print`.",
            reason="schedule-file",
        ) from None
    return True


def drop(path: Path) -> bool:
    """Deletes the file. False when there is none. Raises ConfigError."""
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be deleted ({error.strerror}).",
            remedy="Run it as somebody who may write there.",
            reason="schedule-file",
        ) from None
    return True


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:16]
