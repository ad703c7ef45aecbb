"""Private files: made for their owner alone whatever the umask, written whole or not at all, reached through no link.

What is in the way (a link, somebody else's file, a mode that lets others in) is never used and never put right silently:
who can write there may have written more than the mode.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
from pathlib import Path

POSIX = os.name == "posix"
# O_NOFOLLOW, O_CLOEXEC and O_NONBLOCK do not exist on Windows, O_BINARY does not elsewhere.
_PLAIN = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_FRESH = re.compile(r"\..+\.[0-9a-f]{8}")  # the names that `put` gives
_NEW = os.O_CREAT | os.O_EXCL | os.O_WRONLY | _PLAIN
# Without O_NONBLOCK a pipe in the place of a file holds up whoever opens it.
_OLD = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _PLAIN
EMPTIED = os.O_CREAT | os.O_TRUNC | os.O_WRONLY | _PLAIN
OTHERS = 0o077
WRITING = 0o022  # for what is no secret, and must not be another's work


class OpenToOthers(Exception):
    """A file or folder that is not its owner's alone. `problem` continues its path, `remedy` is a sentence."""

    def __init__(self, path: Path, problem: str, remedy: str) -> None:
        self.path, self.problem, self.remedy = path, problem, remedy
        super().__init__(f"{path} {problem}")


def make_folder(folder: Path) -> None:
    """Makes the folder, and every one above it that is missing, with mode 0700. Raises OSError."""
    missing = []
    for each in (folder, *folder.parents):
        if each.exists():
            break
        missing.append(each)
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)


def check(path: Path, found: os.stat_result | None = None, *, others: int = OTHERS) -> None:
    """Raises OpenToOthers when others than this user can use the file or folder; OSError when it is not there.
    `found`: what is known of it; else it is looked at, through no link. `others`: the rights that nobody else may have."""
    if not POSIX:
        return
    found = found or path.lstat()
    folder = stat.S_ISDIR(found.st_mode)
    if found.st_uid != os.geteuid():
        raise OpenToOthers(path, "belongs to another user", f"Run `chown {os.geteuid()} {path}`, or name another one.")
    if found.st_mode & others:
        can = "can be entered by others than its owner" if folder else "can be used by others than its owner"
        raise OpenToOthers(path, can, f"Run `chmod {'700' if folder else '600'} {path}`.")


def write_new(path: Path, content: bytes, *, sync: bool = False) -> None:
    """Writes a file (0600) that must not be there. `sync`: it is on the disk when this returns. Raises OSError."""
    with os.fdopen(os.open(path, _NEW, 0o600), "wb") as file:
        file.write(content)
        if sync:
            file.flush()
            os.fsync(file.fileno())


def put(path: Path, content: bytes, *, sync: bool = False) -> None:
    """Puts a whole new file (0600) in the place of `path`; a reader sees the old one or the new one, a link is replaced and not
    followed. Raises OSError; the old file is there then."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        write_new(fresh, content, sync=sync)
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def drop_unfinished(folder: Path) -> None:
    """Removes what `put` was about to put there when its process was killed. Only for a folder in which nobody writes any more.
    Raises OSError."""
    for path in folder.iterdir():
        if _FRESH.fullmatch(path.name):
            path.unlink()


def read(path: Path, *, private: bool = True) -> bytes:
    """The content of a regular file that is no link. Raises OSError, and OpenToOthers where `private` asks for it."""
    handle = os.open(path, _OLD)
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "Not a regular file", str(path))
        if private:
            check(path, found)
        return file.read()
