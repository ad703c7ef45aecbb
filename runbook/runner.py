"""Runs the steps on one channel and tells how it ended. Knows no page, retries nothing."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from playwright.async_api import BrowserContext, Page, Request, Response
from playwright.async_api import Error as PlaywrightError

from flows.jira.logs import last_pull
from runbook import browser as browsers
from runbook.beside import failed_site, note_date, note_document, while_it_lives
from runbook.clock import Clock, longer
from runbook.errors import Defect, PageChanged, RunbookError, Transient
from runbook.evidence import RunFolder
from runbook.guard import Guard
from runbook.options import Options
from runbook.outcome import Outcome, failed, interrupted, named, succeeded
from runbook.pictures import Pictures
from runbook.redact import Redactor
from runbook.settings import Channel
from runbook.step import Facts, Job, Step, network_failure
from runbook.taught import Taught
from runbook.unknown_page import summary
from runbook.versions import versions

Sink = Callable[[Mapping[str, Any]], None]
LAST = "leave"
LEAVING = 30.0  # seconds that the last step gets after a failure
T = TypeVar("T")
OF_THE_SITE = ("account_id", "account_address", "discovered")  # facts that hold for every channel of it


@dataclass
class Seat:
    """What a run leaves to the next one in the same browser context: the tab that is signed in to Jira, the one beside it, and
    what was learned of the site. `near`: its project and where that one's e-mail page is; `signed_out`: of the identity
    provider, and proven."""

    page: Page
    spare: Page | None = None
    near: tuple[str, str] | None = None
    asked: str = ""
    skews: dict[str, float] = field(default_factory=dict)
    known: dict[str, Any] = field(default_factory=dict)
    signed_out: bool = False


@dataclass
class Run:
    """One execution for one project; what steps may ask of it is `runbook.step.Host`."""

    channel: Channel
    steps: Sequence[Step]
    options: Options
    folder: RunFolder
    guard: Guard
    redactor: Redactor
    sinks: Iterable[Sink]
    program: Callable[[], str] = lambda: "Chromium"
    banner: Any = None
    recorder: Any = None
    rescue: Any = None  # `runbook.rescue.Rescue`, with --rescue
    warnings: list[str] = field(default_factory=list)
    facts: Facts = field(default_factory=Facts)
    pictures: Pictures = field(init=False)
    clock: Clock = field(default_factory=Clock)
    seat: Seat | None = None
    step: str = ""
    failed_step: str = ""
    outcome: Outcome | None = None
    _gap: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        self.pictures = Pictures(self.folder, self.redactor, self._pictured)

    @property
    def headed(self) -> bool:
        return self.options.headed

    @property
    def teaching(self) -> bool:
        return self.options.teach

    async def learn(self, name: str, locator: str, page: str) -> None:
        """Keeps where a person has shown an element, for this run and those that come."""
        Taught(self.guard.state.folder).remember(name, locator, page)
        self.options.locators = {**self.options.locators, name: locator}
        self.emit({"event": "taught", "name": name, "locator": locator, "page": page})

    def now(self) -> float:
        return time.time()

    def emit(self, event: Mapping[str, Any]) -> None:
        """Sends an event to every sink, cleaned of secrets."""
        clean = self.redactor.data(dict(event))
        if clean.get("event") == "warning":
            self.warnings.append(clean["text"])
        for sink in self.sinks:
            sink(clean)

    async def code(self, login: Any, origin: str, skew: float) -> str:
        return await self.guard.code(login, origin, skew, self.emit)

    def refuse_rejected(self, login: Any, what: str) -> None:
        self.guard.refuse_rejected(login, what)

    def remember_rejected(self, login: Any, what: str) -> None:
        self.guard.remember_rejected(login, what)

    def signing_in(self, login: Any) -> contextlib.AbstractAsyncContextManager[None]:
        return self.guard.signing_in(login, self.emit, self.clock.pause)

    def before_cut(self, facts: Facts) -> None:
        if self.rescue is not None:
            self.rescue.before_cut(facts)
        self.guard.before_cut(facts, self.now())

    async def free(self, page: Page) -> None:
        await self.pictures.free(page)

    def pending(self) -> Mapping[str, Any]:
        return self.guard.pending()

    async def person(self, page: Page, text: str, until: Awaitable[Any]) -> Any:
        """Holds a page open for a person, with a countdown, until `until` is done."""
        seconds, text = self.channel.person_timeout, self.redactor.text(text)
        self.emit({"event": "person", "text": text, "seconds": seconds})
        with contextlib.suppress(PlaywrightError):  # what is wrong with the page is told by `until`
            await page.bring_to_front()
        with self.clock.pause():
            return await (until if self.banner is None else self.banner.hold(page, text, seconds, until))

    async def play(self, context: BrowserContext) -> Outcome:
        """Runs all steps in this context and returns the ending; a run that is cancelled ends with a name as well. `seat`: what
        an earlier run in this context has left, if there was one; what this one leaves afterwards."""
        if context.browser:
            self.emit({"event": "versions", **versions(f"{self.program()} {context.browser.version}")})
        self.clock = Clock(lambda: browsers.close(context))
        # A window that is looked at shows one tab at a time, and a recording belongs to one step.
        self.pictures.beside = not self.headed and self.recorder is None
        seat = self.seat = self.seat or Seat(await self._within_run(context.new_page()))
        self.facts = self.facts.model_copy(update=seat.known)
        job = Job(
            channel=self.channel,
            context=context,
            page=seat.page,
            admin=self.guard.admin,
            mailbox=self.guard.mailbox,
            host=self,
            facts=self.facts,
            dry_run=self.options.dry_run,
            force=self.options.force,
            rescue=self.options.rescue,
            seen=self.options.seen,
            logout_by=self.options.logout_by,
            patience=self.options.patience or self.channel.deadlines.patience.total_seconds(),
            locators=dict(self.options.locators),
            spare=seat.spare,
            near=seat.near,
            skews=seat.skews,
            asked=seat.asked,
            beside=self.pictures.beside,
        )

        def note(response: Response) -> None:
            note_date(job, response)
            note_document(job, response.request, response)

        def lost(request: Request) -> None:
            note_document(job, request, None)

        context.on("response", note)
        context.on("requestfailed", lost)
        try:
            error = await self._stopped_by(context, job)
            self.outcome = self._success() if error is None else self._ended(error)
            if error is not None and not isinstance(error, (Transient, Defect)):  # the browser is still of use
                await self._leave(job)
                self.outcome = replace(self.outcome, warnings=tuple(self.warnings))
            return self.outcome
        finally:
            context.remove_listener("response", note)
            context.remove_listener("requestfailed", lost)
            await job.drop()
            await self.pictures.settle()
            self.folder.note_skews(job.skews)
            seat.asked = job.asked
            seat.spare = job.spare if job.page is seat.page else job.page
            if self.facts.email_page:
                seat.near = (job.channel.project, self.facts.email_page)
            seat.known = {name: getattr(self.facts, name) for name in OF_THE_SITE}

    async def _stopped_by(self, context: BrowserContext, job: Job) -> RunbookError | None:
        """Runs the steps; what kept the run from its end, if anything did."""
        error: RunbookError
        try:
            await self._within_run(while_it_lives(context, self._steps(job)))
            self._keep()
        except RunbookError as raised:
            error = raised
        except PlaywrightError as raised:
            error = network_failure(raised, job.channel.site.url)
        except asyncio.CancelledError:
            error = interrupted(self.facts)
        except Exception as raised:  # noqa: BLE001 - every ending has a name
            error = Defect.of(raised)
        else:
            return None
        if self.step != LAST or error.reason == "interrupted":
            return error
        self._tell_left(self.steps[-1], error)  # all that counts is done
        self._keep()
        return None

    async def _within_run(self, work: Coroutine[Any, Any, T]) -> T:
        seconds = self.channel.deadlines.run.total_seconds()
        return await self.clock.within(seconds, "The run", longer("run"), work)

    async def _within_step(self, job: Job, step: Step) -> None:
        seconds, what = self.channel.deadlines.of_step(step.name), f"Step `{step.name}` ({step.title})"
        await self.clock.within(seconds, what, longer(f"step, or deadlines.steps.{step.name}"), step.run(job))

    async def _steps(self, job: Job) -> None:
        for number, step in enumerate(self.steps, 1):
            if self._over(step):
                self._tell(number, step, "skipped", 0.0)
                continue
            await self._step(job, number, step)
        self.step = ""
        if self.rescue is not None:
            with self.clock.pause():
                await self.rescue.settle(self.facts, lambda: last_pull(job))

    def _over(self, step: Step) -> bool:
        if step.name == LAST:
            return not self.facts.proven
        unwanted = bool(self.facts.decision) and self.facts.decision not in step.serves
        return unwanted or (self.options.dry_run and step.cuts)

    async def _step(self, job: Job, number: int, step: Step) -> None:
        job.stage, self.step = None, step.name
        if self.headed:
            await job.shown(step).bring_to_front()
        if not step.still:
            await self.pictures.free(job.shown(step))
            self.pictures.changed()
        await self._announce(number, step)
        self._tell(number, step, "started", None)  # after a pause, whose question its live line would draw over
        try:
            async with self._recorded(job, step):
                await self._made(job, number, step)
        except Exception as error:
            if not (step.name == self.failed_step == LAST):
                raise
            self._tell_left(step, error)
            return
        if self.rescue is not None:
            with self.clock.pause():
                await self.rescue.after(step.name, self.facts)

    async def _made(self, job: Job, number: int, step: Step) -> None:
        begun = time.monotonic()
        try:
            await self._within_step(job, step)
        except Exception as raised:
            error = failed_site(job, raised)
            self.failed_step = step.name
            self._tell_gap()
            shot = await self.pictures.take(job.shown(step), f"{number:02d}-{step.name}-failed")
            self._tell(number, step, "failed", time.monotonic() - begun, shot)
            if isinstance(error, PageChanged):
                await self._unknown(job.shown(step), error, shot)
            if error is raised:
                raise
            raise error from None
        seconds = time.monotonic() - begun
        if step.signs_out and self.seat is not None:
            self.seat.signed_out = True
        self._tell_gap()
        if self.headed:
            await job.shown(step).bring_to_front()
        self._tell(number, step, "done", seconds)
        cut, over = self.facts.cut, self.facts.removed_at is None or self.facts.verified_at is not None
        await self.pictures.begin(job.shown(step), number, f"{number:02d}-{step.name}-done", later=cut)
        if over:
            self.pictures.resume()

    async def _announce(self, number: int, step: Step) -> None:
        async def show(*, paused: bool) -> None:
            if self.banner is not None:
                await self.banner.step(number, len(self.steps), step.title, paused=paused)

        if self.options.pause is not None:
            await show(paused=True)
            with self.clock.pause():
                await self.options.pause(step.title)
        await show(paused=False)

    @contextlib.asynccontextmanager
    async def _recorded(self, job: Job, step: Step) -> AsyncIterator[None]:
        if self.recorder is None:
            yield
            return
        async with self.recorder.step(job, step.name):
            yield

    def _tell_gap(self) -> None:
        """Tells the gap's beginning and its end, each as soon as it is known."""
        gap = self.facts.gap
        if gap is not None and gap != self._gap:
            self._gap = gap
            self.emit({"event": "gap", **gap})

    def _pictured(self, number: int, file: str) -> None:
        self.emit({"event": "picture", "n": number, "screenshot": file})

    async def _unknown(self, page: Page, error: PageChanged, shot: str | None) -> None:
        seen = {**await summary(page), "recognised": error.seen}
        self.emit({"event": "unknown_page", "seen": seen, "expected": error.expected, "screenshot": shot})

    def _tell(self, number: int, step: Step, status: str, seconds: float | None, shot: str | None = None) -> None:
        event: dict[str, Any] = {"event": "step", "n": number, "of": len(self.steps)}
        event |= {"name": step.name, "title": step.title, "status": status}
        if seconds is not None:
            event["seconds"] = round(seconds, 3)
        if shot:
            event["screenshot"] = shot
        self.emit(event)

    def _keep(self) -> None:
        if self.facts.verified_at is not None or self.facts.decision == "nothing":
            self.guard.after_connect()

    def _success(self) -> Outcome:
        rescued, run = self.rescue is not None, str(self.folder.path)
        return succeeded(self.facts, self.channel.address, run, tuple(self.warnings), rescued=rescued)

    async def _leave(self, job: Job) -> None:
        """Signs the mailbox out before the last step."""
        last = self.steps[-1]
        if last.name == LAST and self.facts.proven:
            seconds = min(LEAVING, self.channel.deadlines.of_step(LAST))
            with contextlib.suppress(RunbookError, PlaywrightError):
                await self.clock.within(seconds, last.title, "", last.run(job))

    def _tell_left(self, step: Step, error: Exception) -> None:
        cause = error.cause if isinstance(error, RunbookError) else f"it did not work ({type(error).__name__})"
        self.emit({"event": "warning", "text": f"{step.title}: {cause}"})

    def _ended(self, error: RunbookError) -> Outcome:
        if self.rescue is not None:
            self.rescue.left(self.facts)
        ending = named(error, self.facts)
        told = {"Seen": ending.seen, "Expected": ending.expected}
        if text := " ".join(f"{what}: {value.rstrip('.')}." for what, value in told.items() if value):
            self.emit({"event": "say", "text": text})
        return failed(error, self.facts, str(self.folder.path), tuple(self.warnings))
