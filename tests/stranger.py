"""Somebody who runs `python -m runbook ...` on a machine of their own: home, temporary and working folder are fresh."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from click.testing import CliRunner

from runbook.browser import find
from runbook.cli import main

PACKAGE = Path(__file__).parents[1]
MARK = "STRANGER"


@dataclass(frozen=True)
class Done:
    """What a command has said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        """Standard output of `--json`; every line has to be an object."""
        found = [json.loads(line) for line in self.out.splitlines()]
        assert all(isinstance(event, dict) for event in found)
        return found

    @property
    def ended(self) -> dict[str, Any]:
        """The last event."""
        assert self.events[-1]["event"] == "ended"
        return self.events[-1]


@dataclass
class Stranger:
    """`folder` has `home`, `tmp` and `here`, where the commands run."""

    folder: Path
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)

    def __post_init__(self) -> None:
        for name in ("home", "tmp", "here"):
            (self.folder / name).mkdir()

    @property
    def here(self) -> Path:
        return self.folder / "here"

    def env(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        kept = {key: os.environ[key] for key in ("PATH", "LANG", "RUNBOOK_BROWSER") if key in os.environ}
        own = {"HOME": str(self.folder / "home"), "TMPDIR": str(self.folder / "tmp"), "PYTHONPATH": str(PACKAGE)}
        return {**kept, **own, MARK: self.mark, **(more or {})}

    def run(self, *args: str, env: Mapping[str, str] | None = None, **how: Any) -> Done:
        """Runs a command to its end, without a terminal."""
        how = {"stdin": subprocess.DEVNULL, "capture_output": True, **how}
        done = subprocess.run(
            [sys.executable, "-m", "runbook", *args], env=self.env(env), cwd=self.here, text=True, check=False, **how
        )
        return Done(done.returncode, done.stdout or "", done.stderr or "")

    @contextmanager
    def begin(
        self, *args: str, env: Mapping[str, str] | None = None, module: str = "runbook", **how: Any
    ) -> Iterator[subprocess.Popen[str]]:
        """A command that runs during the block, in a group of processes of its own, as a terminal would start it."""
        how = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **how}
        argv = [sys.executable, "-m", module, *args]
        with subprocess.Popen(
            argv, env=self.env(env), cwd=self.here, text=True, start_new_session=True, **how
        ) as running:
            try:
                yield running
            finally:
                # Only what still runs: what an ended one has left behind is for the test to see.
                if running.poll() is None:
                    os.killpg(running.pid, signal.SIGKILL)

    def processes(self) -> list[psutil.Process]:
        """Everything that still runs of what this stranger has started, however it was started."""
        return [process for process in psutil.process_iter() if self._mine(process)]

    def _mine(self, process: psutil.Process) -> bool:
        with suppress(psutil.Error):
            return process.environ().get(MARK) == self.mark
        return False

    def leftovers(self) -> list[str]:
        """Names in the temporary folder."""
        return sorted(path.name for path in (self.folder / "tmp").iterdir())

    def settings(self, **changed: str | None) -> Path:
        """Writes a complete `.env`; `changed` goes over it, None leaves a variable away."""
        values = {
            "RUNBOOK_SITE": "https://acme.atlassian.net",
            "RUNBOOK_ADMIN_USERNAME": "ada.admin@example.com",
            "RUNBOOK_ADMIN_PASSWORD": "not-a-real-password",
            "RUNBOOK_IDP": "microsoft",
            "RUNBOOK_MAILBOX": "support@example.com",
            "RUNBOOK_MAILBOX_PASSWORD": "not-a-real-password-either",
            "RUNBOOK_MAIL_PROVIDER": "microsoft",
            **changed,
        }
        path = self.here / ".env"
        path.write_text("".join(f"{key}={value}\n" for key, value in values.items() if value is not None))
        path.chmod(0o600)
        return path

    def browser(self, *args: str, first: str = ":", name: str = "headless-browser") -> str:
        """A browser that adds these arguments to its own: so a run without --sandbox meets the sandbox, or nothing at all.
        `first`: a line of shell that is run before."""
        real = find(os.environ.get("RUNBOOK_BROWSER"), headed=False)
        assert real
        path = self.folder / name
        words = " ".join(f"'{arg}'" for arg in args)
        path.write_text(f'#!/bin/sh\n{first}\nexec "{real.path}" "$@" {words}\n')
        path.chmod(0o755)
        return str(path)


def within(*args: str) -> Done:
    """A command in this process, for what needs no other: arguments, above all. Where it runs and with which environment is the
    test's to say."""
    done = CliRunner().invoke(main, args)
    return Done(done.exit_code, done.stdout, done.stderr)


@contextmanager
def somebody(folder: Path) -> Iterator[Stranger]:
    """A new stranger, of whom nothing runs any more afterwards."""
    found = Stranger(folder)
    yield found
    for process in found.processes():
        with suppress(psutil.Error):
            process.kill()


def ends_as(done: Done, name: str, code: int, cause: str, *, where: str = "out") -> None:
    """Asserts one ending: its exit code, one line of cause, one of remedy, and no traceback."""
    said = done.out if where == "out" else done.err
    assert "Traceback" not in done.out + done.err, done
    assert done.code == code, done
    lines = said.strip().splitlines()
    at = next((n for n, line in enumerate(lines) if line.startswith(f"{name}: ")), None)
    assert at is not None, done
    assert cause in lines[at], lines[at]
    assert lines[at].endswith("."), lines[at]
    assert lines[at + 1].startswith("Remedy: "), lines
    assert len(lines[at + 1]) > len("Remedy: ") + 10
