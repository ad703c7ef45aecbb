"""Plays the runbook in the sandbox, as the verb does, with the world at hand for a test to look into."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from flows import CONNECT
from runbook.browser import Driver
from runbook.options import Options
from runbook.outcome import Outcome
from runbook.pictures import Pictures
from runbook.sandbox import build, channel, parse
from runbook.sandbox.server import Server
from runbook.sandbox.world import MAILBOX, PROJECT, World
from runbook.session import Place, Session
from runbook.settings.external import External
from runbook.step import Step

# One for all runs of this process: its start would be a good part of each.
DRIVER = Driver()
# Each page is seen once: to compile its scripts costs more than it saves.
FAST = "--js-flags=--jitless"


@dataclass
class Played:
    """One or more runs in one world. `events` are those of the last run. `pictured`: with a picture of each step that ended
    well, which is a sixth of a run's time; one that fails has its picture anyway."""

    folder: Path
    scenario: str = "entra,g2,popup,revoked"
    faults: tuple[str, ...] = ()
    external: External = field(default_factory=External)
    pictured: bool = False
    world: World = field(init=False)
    events: list[Mapping[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.world = build(parse(self.scenario), self.faults, self.external)

    async def run(
        self,
        *,
        place: Mapping[str, Any] | None = None,
        change: Mapping[str, Any] | None = None,
        recorder: Any = None,
        steps: Sequence[Step] = CONNECT,
        **options: Any,
    ) -> Outcome:
        """`change` goes over the channel's settings, `place` over where things are kept, the rest are `Options`."""
        if self.events:
            self.world.offset += 30  # the next one-time code is there already, so that no test waits for it
        self.events.clear()
        with Server(self.world) as server:
            # A driver gives its browsers the display that was there when it started.
            driver = None if options.get("headed") else DRIVER
            where = {"runs": self.folder / "runs", "state": self.folder / "state", "sandbox": True, "driver": driver}
            where |= place or {}
            session = Session(
                Place(args=(*server.browser_args(), FAST), **where),
                Options(**{"patience": 8.0, **options}),
                steps,
                sinks=[self.events.append],
                recorder=recorder,
            )
            with patch.object(Pictures, "begin", Pictures.begin if self.pictured else _no_picture):
                return await session.connect(self.external.channel(merged(channel(self.world), change or {})))

    @property
    def rows(self) -> list[str]:
        """The custom addresses that the project reads now."""
        return [row.address for row in self.world.projects[PROJECT].connections if row.auth != "default"]

    @property
    def record(self) -> dict[str, Any]:
        """The `run.json` of the last run."""
        return dict(json.loads((Path(self.events[0]["run"]) / "run.json").read_text()))

    def said(self, kind: str) -> list[Mapping[str, Any]]:
        """The events of one kind."""
        return [event for event in self.events if event["event"] == kind]

    def connected_only_the_mailbox(self) -> bool:
        """Whether nothing but the mailbox was ever connected in this world."""
        return {event.details["address"] for event in self.world.events("connected")} == {MAILBOX}


async def _no_picture(*_: Any, **__: Any) -> None:
    """In the place of `Pictures.begin`."""


def merged(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with the values of `change`, nested ones too."""
    result = dict(base)
    for key, value in change.items():
        old = result.get(key)
        result[key] = merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return result
