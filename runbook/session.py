"""One `connect` from settings to ending: locks the channel, opens a browser and a fresh context, runs the steps."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext
from playwright.async_api import Error as PlaywrightError

from runbook import browser as browsers
from runbook.banner import Banner
from runbook.browser import Browser, Driver
from runbook.errors import ConfigError, Defect, RunbookError, Transient
from runbook.evidence import EvidenceSink, RunFolder, prune
from runbook.guard import Guard, login
from runbook.options import Options
from runbook.outcome import Outcome
from runbook.redact import Redactor
from runbook.runner import Run, Sink
from runbook.settings import Channel
from runbook.state import State
from runbook.step import Step, network_failure

CLOSING = 10.0  # seconds


@dataclass
class Place:
    """Where a run keeps things and which browser it uses. `keep_runs_days`: older run folders are removed; None removes
    none (the sandbox's: the folders beside its own are of real runs). `args`: extra arguments for the browser. `driver`: one that
    is starting already."""

    runs: Path
    state: Path
    keep_runs_days: int | None = None
    browser: str | None = None
    slow_mo: float = 0.0
    args: tuple[str, ...] = ()
    sandbox: bool = False
    retry_rejected: bool = False
    driver: Driver | None = None


@dataclass
class Session:
    """Runs channels, one after the other. `recorder` makes the recorder of a run (None: no recording)."""

    place: Place
    options: Options
    steps: Sequence[Step]
    redactor: Redactor = field(default_factory=Redactor)
    sinks: list[Sink] = field(default_factory=list)
    recorder: Any = None

    async def connect(self, channel: Channel) -> Outcome:
        """One run of all steps on one channel; never raises a RunbookError: the outcome tells."""
        sinks = list(self.sinks)
        try:
            folder = RunFolder.create(self.place.runs, channel.project, datetime.now(UTC))
            evidence = EvidenceSink(folder, self.redactor.text)
            sinks.append(evidence)
            self._tell(sinks, self._started(channel, folder))
            outcome = await self._locked(channel, folder, sinks)
            if evidence.problem:
                self._tell(
                    sinks, {"event": "warning", "text": f"The run's evidence is not complete: {evidence.problem}."}
                )
        except RunbookError as error:
            outcome = Outcome.of(error)
        self._tell(sinks, outcome.event())
        return outcome

    async def _locked(self, channel: Channel, folder: RunFolder, sinks: list[Sink]) -> Outcome:
        played: list[Outcome] = []
        error: RunbookError
        try:
            state = State(self.place.state)
            with state.lock(channel.id):
                if self.place.keep_runs_days is not None:
                    prune(self.place.runs, self.place.keep_runs_days, datetime.now(UTC))
                await self._browse(channel, folder, state, sinks, played)
        except RunbookError as raised:
            error = raised
        except PlaywrightError as raised:
            error = network_failure(raised, channel.site.url)
        except asyncio.CancelledError:
            error = Transient(
                "The run was interrupted before it did anything.", remedy="Run it again.", reason="interrupted"
            )
        except Exception as raised:  # noqa: BLE001 - every ending has a name
            error = Defect.of(raised)
        else:
            return played[0]
        return self._after(played, error, folder, sinks)

    def _after(self, played: list[Outcome], error: RunbookError, folder: RunFolder, sinks: list[Sink]) -> Outcome:
        """The ending when something failed outside the steps. Once they have been played, a browser that does not close
        as it should changes nothing; recordings that cannot be kept turn a good ending into their own."""
        if not played:
            return Outcome.of(error, run=str(folder.path))
        if error.reason == "interrupted":
            return played[0]
        if played[0].exit_code or isinstance(error, Transient):
            self._tell(sinks, {"event": "warning", "text": f"After the last step: {error.cause}"})
            return played[0]
        bad = Outcome.of(error)
        return replace(played[0], name=bad.name, exit_code=bad.exit_code, cause=f"After the last step: {bad.cause}",
                       remedy=bad.remedy, reason=bad.reason)  # fmt: skip

    async def _browse(
        self, channel: Channel, folder: RunFolder, state: State, sinks: list[Sink], played: list[Outcome]
    ) -> None:
        guard = self._guard(channel, state)
        run = Run(channel, self.steps, self.options, folder, guard, self.redactor, sinks)
        headed = self.options.headed
        recorder = self.recorder(run) if self.recorder else None
        with recorder or nullcontext():
            extra = recorder.context_options() if recorder else {}
            place = self.place
            started = browsers.start(
                self._browser(), headed=headed, slow_mo=place.slow_mo, args=place.args, driver=place.driver
            )
            async with started as running:
                context = await browsers.new_context(running, **extra)
                try:
                    if headed:
                        run.banner = Banner(
                            lambda: next((p for p in reversed(context.pages) if not p.is_closed()), None)
                        )
                    run.recorder = recorder
                    played.append(await run.play(context))
                finally:
                    await _close(context)
            if recorder and (written := recorder.finish()):
                self._tell(sinks, {"event": "recordings", "files": [str(path) for path in written]})

    def _browser(self) -> Browser:
        found = browsers.find(self.place.browser, headed=self.options.headed)
        if found is None:
            raise ConfigError("There is no browser on this machine.", remedy="Run `python -m runbook doctor --fix`.")
        return found

    def _guard(self, channel: Channel, state: State) -> Guard:
        sandbox, revealed = self.place.sandbox, list[tuple[str, str]]()

        def learn(name: str, value: str) -> None:
            self.redactor.learn(value)
            revealed.append((name, value))

        admin = login("admin", channel.site.admin, channel.site.admin_origins, learn, sandbox=sandbox)
        mailbox = login("mailbox", channel.mailbox, channel.mailbox_origins, learn, sandbox=sandbox)
        return Guard(channel, state, admin, mailbox, self.redactor, self.place.retry_rejected, revealed)

    def _started(self, channel: Channel, folder: RunFolder) -> dict[str, Any]:
        return {
            "event": "started",
            "project": channel.project,
            "mailbox": channel.address,
            "site": channel.site.url,
            "steps": len(self.steps),
            "dry_run": self.options.dry_run,
            "locators": dict(self.options.locators),
            "run": str(folder.path),
        }

    def _tell(self, sinks: Sequence[Sink], event: Mapping[str, Any]) -> None:
        clean = self.redactor.data(dict(event))
        for sink in sinks:
            sink(clean)


async def _close(context: BrowserContext) -> None:
    # A page that hangs holds the closing up for ever; the browser's own end takes it along.
    with suppress(PlaywrightError, TimeoutError):
        async with asyncio.timeout(CLOSING):
            await context.close()
