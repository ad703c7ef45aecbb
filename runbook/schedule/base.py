"""What the kinds of schedule share: the request, the answer, texts with places to fill, and the system's own tools."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from runbook.environment import given
from runbook.errors import ConfigError

NAME = "jsm-mailbox-runbook"
TOOL_SECONDS = 30.0
# A scheduler's own PATH is shorter than a person's; password managers and browsers live in these.
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PLACE = re.compile(r"<<(\w+)>>")


@dataclass(frozen=True)
class Request:
    """For which settings, and whose schedule: `folder` holds `.env` and `runbook.toml`, `config` is another file in the latter's
    place; `system`: the machine's scheduler and not the user's; `image`: the container's, for kubernetes."""

    folder: Path
    config: Path | None = None
    system: bool = False
    image: str | None = None
    env: Mapping[str, str] = field(default_factory=given)

    @property
    def minute(self) -> int:
        """The minute of the hour: the same for the same folder of the same machine, spread over machines, never the full or the
        half hour, at which everybody's fire."""
        return 1 + 2 * (int(_digest(f"{platform.node()}\0{self.folder}"), 16) % 29)

    @property
    def mark(self) -> str:
        """What tells this folder's schedule from another's."""
        return _digest(str(self.folder))[:8]


@dataclass(frozen=True)
class Status:
    """What is known of a schedule. `where`: its file or its name at the scheduler; `next`, `last`: seconds since 1970, None where
    nobody tells; `result`: exit code of the last firing; `notes`: what is to be done or cannot be known, in sentences."""

    kind: str
    installed: bool
    where: str
    next: float | None = None
    last: float | None = None
    result: int | None = None
    notes: tuple[str, ...] = ()


def template(name: str) -> str:
    """A text of `templates/`."""
    return (files("runbook.schedule") / "templates" / name).read_text(encoding="utf-8")


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its `<<places>>` filled; `<<seal>>` stays for `seal.sealed`."""
    return PLACE.sub(lambda found: found[0] if found[1] == "seal" else values[found[1]], text)


def plain(what: str, path: Path | str) -> str:
    """The path as text. Raises ConfigError for one that no scheduler's file can hold: with a line break, a control character, or
    bytes that are no text."""
    text = str(path)
    if not text.isprintable():
        raise ConfigError(
            f"The path of the {what} has a character that cannot be written into a schedule: {text!r}.",
            remedy="Move it to a path of ordinary letters, or make a link there and start from that one.",
            reason="odd-path",
        )
    return text


def run(argv: Sequence[str], given: bytes | None = None, **more: str) -> subprocess.CompletedProcess[bytes]:
    """Runs a tool of the system, its messages in English and its times in UTC, with `more` in its environment. Raises ConfigError
    when it is not there or hangs; what its exit code means is for the caller."""
    try:
        return subprocess.run(  # noqa: S603 - a program of the system with arguments of our own, no shell
            argv, input=given, stdin=None if given is not None else subprocess.DEVNULL, capture_output=True,
            timeout=TOOL_SECONDS, check=False, env={**os.environ, "LC_ALL": "C", "TZ": "UTC", **more},
        )  # fmt: skip
    except FileNotFoundError:
        raise ConfigError(
            f"There is no {argv[0]} on this machine.",
            remedy="Name the kind of schedule that it has with --as.",
            reason="no-scheduler",
        ) from None
    except subprocess.TimeoutExpired:
        raise ConfigError(
            f"{argv[0]} did not answer in {TOOL_SECONDS:.0f} s.",
            remedy=f"Run `{' '.join(argv)}` by hand.",
            reason="tool",
        ) from None


def must(argv: Sequence[str], given: bytes | None = None, **more: str) -> bytes:
    """The same for a tool that has to succeed: what it printed. Raises ConfigError with its own first line when it does not."""
    done = run(argv, given, **more)
    if done.returncode:
        told = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()
        said = f": {told[0]}" if told else ""
        raise ConfigError(
            f"`{' '.join(argv)}` ended with exit code {done.returncode}{said.rstrip('.')}.",
            remedy="Run that command by hand to see more.",
            reason="tool",
        )
    return done.stdout


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()
