"""One `connect` from settings to ending: locks the channel, opens a browser and a fresh context, runs the steps."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.async_api import Error as PlaywrightError

from runbook import browser as browsers
from runbook.banner import Banner
from runbook.browser import Browser, Driver
from runbook.capture import captured
from runbook.errors import ConfigError, Defect, RunbookError, Transient
from runbook.evidence import EvidenceSink, RunFolder, prune
from runbook.guard import Guard, login
from runbook.history import DRY_RUN, remember
from runbook.interrupt import BEFORE
from runbook.options import Options
from runbook.outcome import Outcome
from runbook.redact import Redactor
from runbook.report.finish import finish, finish_killed, warm
from runbook.rescuing import rescuing
from runbook.runner import Run, Sink
from runbook.settings import Channel, SecretRef, Settings
from runbook.state import State, open_state
from runbook.step import Step, network_failure


@dataclass
class Place:
    """Where a run keeps things and which browser it uses. `keep_runs_days`: older run folders are removed; None removes
    none (the sandbox's: the folders beside its own are of real runs); `keep_history_days`: the same for what the state
    remembers of runs. `args`: extra arguments for the browser. `driver`: one that is starting already. `settings`: all that is in
    force, for the record of a run."""

    runs: Path
    state: Path
    keep_runs_days: int | None = None
    browser: str | None = None
    slow_mo: float = 0.0
    args: tuple[str, ...] = ()
    sandbox: bool = False
    retry_rejected: bool = False
    state_url: SecretRef | None = None
    keep_history_days: int | None = None
    driver: Driver | None = None
    settings: Settings | None = None

    def open(self, learn: Callable[[str], object]) -> State:
        """The state; `learn` is told what must never be shown. Raises ConfigError when it cannot be used."""
        return open_state(self.state, self.state_url, learn)


@dataclass
class Order:
    """One run that is to be made. `due`: why; `held`: whoever orders it holds the channel and writes the history."""

    channel: Channel
    steps: Sequence[Step]
    options: Options
    sinks: Sequence[Sink] = ()
    due: str = "manual"
    held: bool = False


@dataclass
class Session:
    """Runs channels, one after the other. `recorder` makes the recorder of a run (None: no recording)."""

    place: Place
    options: Options
    steps: Sequence[Step]
    redactor: Redactor = field(default_factory=Redactor)
    sinks: list[Sink] = field(default_factory=list)
    recorder: Any = None
    _state: State | None = None

    @property
    def state(self) -> State:
        """The state of the place. Raises ConfigError when it cannot be used."""
        self._state = self._state or self.place.open(self.redactor.learn)
        return self._state

    def prune(self) -> None:
        """Removes the run folders that are older than is wished."""
        if self.place.keep_runs_days is not None:
            prune(self.place.runs, self.place.keep_runs_days, datetime.now(UTC))

    async def connect(self, channel: Channel) -> Outcome:
        """One run of all steps on one channel; never raises a RunbookError: the outcome tells."""
        order = Order(channel, self.steps, self.options, self.sinks, DRY_RUN if self.options.dry_run else "manual")
        return await self.run(order, self._in_its_own_browser)

    async def run(self, order: Order, play: Callable[[Run], Awaitable[Outcome]]) -> Outcome:
        """One run with a folder of its own, told from its beginning to its ending. `play` gives it a browser.
        Never raises a RunbookError: the outcome tells."""
        sinks, started = list(order.sinks), time.time()
        try:
            folder = RunFolder.create(self.place.runs, order.channel.project, datetime.now(UTC))
            evidence = EvidenceSink(folder, self.redactor.text)
            evidence.note(**self._known(order))
            sinks.append(evidence)
            self._tell(sinks, self._started(order, folder))
            outcome = await self._locked(order, folder, sinks, play)
            if not order.held:
                self._remember(order, outcome, started, sinks)
            self._tell([evidence], outcome.event())
            self._finish(evidence, order.sinks)
        except RunbookError as error:
            outcome = Outcome.of(error)
        self._tell(order.sinks, outcome.event())
        return outcome

    def _finish(self, evidence: EvidenceSink, sinks: Sequence[Sink]) -> None:
        """Writes the report, and what proves that nothing of the run's folder was changed since."""
        for problem in filter(None, (evidence.problem, finish(evidence.folder.path))):
            self._tell(sinks, {"event": "warning", "text": f"The run's evidence is not complete: {problem}."})

    async def _locked(
        self, order: Order, folder: RunFolder, sinks: list[Sink], play: Callable[[Run], Awaitable[Outcome]]
    ) -> Outcome:
        run: Run | None = None
        error: RunbookError
        try:
            state = self.state
            with nullcontext() if order.held else state.lock(order.channel.id):
                if not order.held:
                    self.prune()
                finish_killed(self.place.runs, order.channel.id, self.place.state, folder.path)
                guard = self.guard(order.channel, state)
                run = Run(order.channel, order.steps, order.options, folder, guard, self.redactor, sinks)
                run.program = lambda: self.browser().name
                warm()
                async with rescuing(run, sandbox=self.place.sandbox):
                    return await play(run)
        except RunbookError as raised:
            error = raised
        except PlaywrightError as raised:
            error = network_failure(raised, order.channel.site.url)
        except asyncio.CancelledError:
            error = Transient(BEFORE, remedy="Run it again.", reason="interrupted")
        except Exception as raised:  # noqa: BLE001 - every ending has a name
            error = Defect.of(raised)
        return self._after(run.outcome if run else None, error, folder, sinks)

    def _after(self, played: Outcome | None, error: RunbookError, folder: RunFolder, sinks: list[Sink]) -> Outcome:
        """The ending when something failed outside the steps. Once they have been played, a browser that does not close
        as it should changes nothing; recordings that cannot be kept turn a good ending into their own."""
        if played is None:
            return Outcome.of(error, run=str(folder.path))
        if error.reason == "interrupted":
            return played
        if played.exit_code or isinstance(error, Transient):
            self._tell(sinks, {"event": "warning", "text": f"After the last step: {error.cause}"})
            return played
        bad = Outcome.of(error)
        return replace(played, name=bad.name, exit_code=bad.exit_code, cause=f"After the last step: {bad.cause}",
                       remedy=bad.remedy, reason=bad.reason)  # fmt: skip

    def _remember(self, order: Order, outcome: Outcome, started: float, sinks: list[Sink]) -> None:
        keep, ended = self.place.keep_history_days, time.time()
        try:
            remember(self.state, order.channel, outcome, due=order.due, started=started, ended=ended, keep_days=keep)
        except RunbookError as error:
            if error.cause != outcome.cause:  # else it is told already
                self._tell(sinks, {"event": "warning", "text": f"The run is not in the history: {error.cause}"})

    async def _in_its_own_browser(self, run: Run) -> Outcome:
        headed = run.options.headed
        recorder = self.recorder(run) if self.recorder else None
        self.state.warm()  # beside the browser's start, which takes longer
        with recorder or nullcontext():
            extra = recorder.context_options() if recorder else {}
            place, browser = self.place, self.browser()
            started = browsers.start(
                browser, headed=headed, slow_mo=place.slow_mo, args=place.args, driver=place.driver
            )
            async with started as running:
                context = await browsers.new_context(running, **extra)
                try:
                    if headed:
                        run.banner = Banner(
                            lambda: next((p for p in reversed(context.pages) if not p.is_closed()), None)
                        )
                    run.recorder = recorder
                    outcome = await captured(run, context)
                finally:
                    await browsers.close(context)
            if recorder and (written := recorder.finish()):
                self._tell(run.sinks, {"event": "recordings", "files": [str(path) for path in written]})
        return outcome

    def browser(self) -> Browser:
        """The browser of the place. Raises ConfigError when there is none."""
        found = browsers.find(self.place.browser, headed=self.options.headed)
        if found is None:
            raise ConfigError("There is no browser on this machine.", remedy="Run `python -m runbook doctor --fix`.")
        return found

    def guard(self, channel: Channel, state: State) -> Guard:
        """The identities of a channel, with their secrets bound to where they belong."""
        sandbox, revealed = self.place.sandbox, list[tuple[str, str]]()

        def learn(name: str, value: str) -> None:
            self.redactor.learn(value)
            revealed.append((name, value))

        admin = login("admin", channel.site.admin, channel.site.admin_origins, learn, sandbox=sandbox)
        mailbox = login("mailbox", channel.mailbox, channel.mailbox_origins, learn, sandbox=sandbox)
        return Guard(channel, state, admin, mailbox, self.redactor, self.place.retry_rejected, revealed)

    def _known(self, order: Order) -> dict[str, Any]:
        """What the record tells of a run besides its events."""
        place, options, channel = self.place, order.options, order.channel
        mine = Settings(channels={channel.project: channel}, runs=place.runs, state=place.state)
        rows = (place.settings or mine).rows(channel.project)
        told = [{"key": key, "value": value, "source": "sandbox" if place.sandbox else way} for key, value, way in rows]
        how = {
            key: getattr(options, key) for key in ("dry_run", "force", "headed", "logout_by", "teach", "har", "trace")
        }
        how |= {"retry_rejected": place.retry_rejected, "slow_mo": place.slow_mo}
        return {
            "channel": channel.id,
            "provider": channel.provider,
            "idp": channel.site.idp.kind,
            "sandbox": place.sandbox,
            "plan": [step.title for step in order.steps],
            "settings": told
            + [{"key": f"run.{key}", "value": value, "source": "command"} for key, value in how.items()],
        }

    def _started(self, order: Order, folder: RunFolder) -> dict[str, Any]:
        channel = order.channel
        return {
            "event": "started",
            "project": channel.project,
            "mailbox": channel.address,
            "site": channel.site.url,
            "steps": len(order.steps),
            "dry_run": order.options.dry_run,
            "locators": dict(order.options.locators),
            "run": str(folder.path),
        }

    def _tell(self, sinks: Iterable[Sink], event: Mapping[str, Any]) -> None:
        clean = self.redactor.data(dict(event))
        for sink in sinks:
            sink(clean)
