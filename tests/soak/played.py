"""Real commands, one after the other, in one sandbox and with one state; and what each took and left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runbook.browser import ensure
from runbook.sandbox.__main__ import ready
from runbook.sandbox.desks import desks
from runbook.sandbox.seed import channels
from runbook.sandbox.server import Server

from ..bench.sides import TOP, environment
from ..bench.sweep import Stage
from .watching import Played, marked, watching

MARK = "RUNBOOK_SOAK"
LIMIT = 1800  # seconds for one command
# A sweep leaves alone what was renewed a moment ago; here it has to work each time.
POLICY = {"cool_down": "1s", "tries_per_day": 1000}


@dataclass
class Soak:
    """A sandbox of so many channels, and folders of its own for whatever is written."""

    folder: Path
    count: int = 1
    stage: Stage = field(init=False)
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)

    def __post_init__(self) -> None:
        self.stage = Stage(self.count)
        for name in ("home", "tmp", "runs"):
            (self.folder / name).mkdir(mode=0o700, parents=True)

    def connect(self, server: Server) -> Played:
        """One `connect` of the first channel, whose connection is revoked."""
        return self._play(server, "connect", "--project", self.stage.keys[0])

    def sweep(self, server: Server) -> Played:
        """One `reauthorize --all`; every channel is revoked."""
        return self._play(server, "reauthorize", "--all", "--delay", "0")

    def _play(self, server: Server, *argv: str) -> Played:
        self.stage.revoke()
        self.stage.world.sessions.clear()
        given = {**ready(server), "channels": [{**each, "policy": POLICY} for each in channels(server.world)]}
        begun = time.perf_counter()
        with (
            subprocess.Popen(
                [sys.executable, "-m", "tests.bench.any_verb", *argv, "--sandbox", "--json", *self._state()],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                cwd=TOP,
                env=self._environment(),
            ) as child,
            watching(child.pid, lambda: len(self.stage.connected())) as watched,
        ):
            try:
                said, complained = child.communicate(json.dumps(given) + "\n", timeout=LIMIT)
            except subprocess.TimeoutExpired:
                child.terminate()  # it names what it was doing
                said, complained = child.communicate()
        seconds = time.perf_counter() - begun
        failure = self._failure(argv[0], child.returncode, said, complained)
        return Played(seconds, watched, failure, tuple(self._left()), self._kept())

    def _state(self) -> Sequence[str]:
        return "--sandbox-state", str(self.folder / "world.json")

    def _environment(self) -> dict[str, str]:
        browser = ensure(os.environ.get("RUNBOOK_BROWSER"), headed=False, say=lambda _: None)
        own = {"HOME": self.folder / "home", "TMPDIR": self.folder / "tmp", "RUNBOOK_RUNS": self.folder / "runs"}
        told = {name: str(path) for name, path in own.items()}
        return {**environment(), **told, "RUNBOOK_BROWSER": str(browser.path), MARK: self.mark}

    def _failure(self, verb: str, code: int, said: str, complained: str) -> str:
        world = self.stage.world
        wanted = [desk.address for desk in desks(world)][: 1 if verb == "connect" else None]
        got = self.stage.connected()
        if code == 0 and sorted(got) == sorted(wanted):
            return ""
        last = next((line for line in reversed((said + complained).splitlines()) if line.strip()), "nothing")
        return f"{verb} ended with {code}, {len(got)} of {len(wanted)} connected: {_told(last)}"

    def _left(self) -> list[str]:
        files = [str(path.relative_to(self.folder)) for path in (self.folder / "tmp").rglob("*")]
        return files + [f"process {process.pid}" for process in marked(MARK, self.mark)]

    def _kept(self) -> int:
        return sum(len(list((self.folder / name).rglob("*"))) for name in ("home", "world.json.runbook"))


def _told(line: str) -> str:
    """The cause in the last line of a command."""
    try:
        event: dict[str, Any] = json.loads(line)
    except ValueError:
        return line[:300]
    failed = [each for each in event.get("channels", ()) if (each.get("outcome") or {}).get("exit_code")]
    return str([each["outcome"].get("cause") for each in failed] or event.get("cause") or event)[:300]
