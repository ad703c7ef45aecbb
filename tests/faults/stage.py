"""A world, what stands between it and the browser, and the runs in it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil

from runbook.browser import Driver
from runbook.options import Options
from runbook.outcome import Outcome
from runbook.sandbox import build, channel, parse
from runbook.sandbox.__main__ import ready
from runbook.sandbox.server import Server
from runbook.sandbox.world import MAILBOX, PROJECT, Connection, World
from runbook.session import Place, Session
from runbook.settings import Channel
from runbook.step import Step

from .between import Between

SCENARIO = "entra,g2,popup,revoked,reply-to"
CODE = 30  # seconds that a one-time code is good for
INTO = 2  # how far into such a time the sandbox's clock begins: no run has to wait for the next code
STEP, RUN = 120, 240  # deadlines, seconds: a machine may be busy
SHORT = 2.0  # the deadline of a step that stalls
CLOSING = 40.0  # seconds beyond the deadline for pictures, for closing the browser, and for a machine that is busy
PATIENCE = 5.0  # of the step that meets a fault


@dataclass
class Ground:
    """A folder for one process, with a driver that keeps its temporary files there."""

    folder: Path
    driver: Driver = field(default_factory=Driver)

    @property
    def scratch(self) -> Path:
        return self.folder / "scratch"

    async def begin(self) -> None:
        self.scratch.mkdir(exist_ok=True)
        before = os.environ.get("TMPDIR")
        os.environ["TMPDIR"] = str(self.scratch)
        try:
            await self.driver.get()
        finally:
            if before is None:
                del os.environ["TMPDIR"]
            else:
                os.environ["TMPDIR"] = before

    def browsers(self) -> list[psutil.Process]:
        """The processes of browsers that this ground's driver has started, the browser's own one first."""
        drivers = [each for each in psutil.Process().children() if self._mine(each)]
        return [each for driver in drivers for each in driver.children(recursive=True)]

    def _mine(self, process: psutil.Process) -> bool:
        return "run-driver" in process.cmdline() and process.environ().get("TMPDIR") == str(self.scratch)


class Noted(dict[str, Any]):
    """The faults of a world. `asked` is told when the sandbox asks for one that is switched on."""

    asked: Callable[[], object]

    def get(self, key: str, default: Any = None) -> Any:
        if key in self:
            self.asked()
        return super().get(key, default)


@dataclass
class Stage:
    """One world with its server. `stack` is unwound when a run is over: what a fault has put there is taken away again. `met`: whether
    the fault has struck anything."""

    ground: Ground
    folder: Path
    world: World = field(default_factory=lambda: build(parse(SCENARIO)))
    events: list[Mapping[str, Any]] = field(default_factory=list)
    stack: ExitStack = field(default_factory=ExitStack)
    met: bool = False

    def __post_init__(self) -> None:
        self.world.faults = Noted(self.world.faults)
        self.world.faults.asked = self.strikes
        self.world.offset = CODE + INTO - time.time() % CODE
        self.before = self.seen()

    def strikes(self) -> None:
        """The fault has struck something."""
        self.met = True

    @property
    def runs(self) -> Path:
        return self.folder / "runs"

    @property
    def memory(self) -> Path:
        """The state's folder of runs in this process."""
        return self.folder / "state"

    @contextmanager
    def served(self) -> Iterator[Stage]:
        with Server(self.world) as server:
            self.between = Between(server.dispatcher)
            self.between.struck = self.strikes
            server._http.app = self.between
            self.ready = ready(server)
            try:
                yield self
            finally:
                self.between.released.set()

    def channel(self, deadlines: Mapping[str, Any]) -> Channel:
        return Channel.model_validate({**channel(self.world), "deadlines": deadlines})

    async def run(self, steps: Sequence[Step], *, short: str = "", retry_rejected: bool = False) -> Outcome:
        """One run. `short`: the step that has little time."""
        if self.events:
            self.world.offset += CODE
        self.events.clear()
        deadlines: dict[str, Any] = {"run": timedelta(seconds=RUN), "step": timedelta(seconds=STEP)}
        if short:
            deadlines["steps"] = {short: timedelta(seconds=SHORT)}
        place = Place(
            self.runs,
            self.memory,
            args=tuple(self.ready["args"]),
            sandbox=True,
            driver=self.ground.driver,
            retry_rejected=retry_rejected,
        )
        session = Session(place, Options(), steps, sinks=[self.events.append])
        with self.stack:
            outcome = await session.connect(self.channel(deadlines))
        self.between.deed = None
        session.state.close()
        return outcome

    @property
    def rows(self) -> list[Connection]:
        """The custom addresses that the project reads."""
        return [row for row in self.world.projects[PROJECT].connections if row.auth != "default"]

    def seen(self) -> list[tuple[Any, ...]]:
        """All that can be told of the channel."""
        rows = [(row.channel, row.address, row.request_type, row.token and row.token.access_token) for row in self.rows]
        return [*rows, (self.world.projects[PROJECT].reply_to,)]

    def state(self) -> str:
        """The channel, as Jira has it: `before`, `wanted`, `unfinished` (the mailbox is connected, and its request type or reply-to is not
        as it was), `down`, or `wrong`."""
        if self.seen() == self.before:
            return "before"
        if any(row.address != MAILBOX for row in self.rows) or len(self.rows) > 1:
            return "wrong"
        if not self.rows:
            return "down"
        [row], old = self.rows, self.before[0]
        if row.channel == old[0]:
            return "unfinished"  # the old connection, without its reply-to
        whole = row.request_type == old[2] and self.world.projects[PROJECT].reply_to == self.before[-1][0]
        return "wanted" if whole and row.token is not None and not row.token.revoked else "unfinished"
