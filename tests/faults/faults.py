"""The faults: what each does while a step runs, and how a run may end that has met it."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import psutil
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, Route

from flows import CONNECT
from runbook import files
from runbook.sandbox.world import ADMIN, MAILBOX, totp_secret
from runbook.step import Job, Step

from . import between
from .stage import Stage

START, MIDDLE = "start", "middle"  # the moments of a step at which a fault can come
DONE = frozenset({"Connected", "NothingToDo"})
LATER = DONE | {"Transient", "ChannelDown"}  # a schedule tries again
ODD = LATER | {"PageChanged", "HumanNeeded"}  # a page that is not the one that was awaited
# Steps that open no page, and those in which somebody signs in.
WITHOUT_PAGE = frozenset({"project_check", "jira_alive"})
EVERY = frozenset(step.name for step in CONNECT)
PAGES = EVERY - WITHOUT_PAGE
SIGNS_IN = frozenset({"jira_login", "prove_mailbox"})
CONNECTS = frozenset({"connect_oauth"})
During = Callable[[Stage, Job, Step], AbstractAsyncContextManager[None]]


@dataclass(frozen=True)
class Fault:
    """`during`: holds while the step runs; None: it strikes a run in a process of its own, as `strike` says (a signal, or the program
    that is killed). `endings`: those that a run may have. `where`: the steps in which it has something to strike from their beginning
    on; None: all. `later`: it can also come in the middle of a step. `short`: the step gets little time. `parks`: a secret was refused,
    and the next run is told to try it again. `pictured`: it matters that pictures are taken."""

    during: During | None = None
    strike: str = ""
    endings: frozenset[str] = LATER
    where: frozenset[str] | None = None
    later: bool = True
    short: bool = False
    parks: bool = False
    pictured: bool = False


def served(deed: Callable[[], between.Deed]) -> During:
    """A fault of the site or of the way to it."""

    @asynccontextmanager
    async def during(stage: Stage, _job: Job, _step: Step) -> AsyncIterator[None]:
        stage.between.deed = deed()
        try:
            yield
        finally:
            stage.between.deed = None

    return during


def played(*names: str) -> During:
    """Faults that the sandbox has itself."""

    @asynccontextmanager
    async def during(stage: Stage, _job: Job, _step: Step) -> AsyncIterator[None]:
        stage.world.faults.update(dict.fromkeys(names, True))
        try:
            yield
        finally:
            for name in names:
                stage.world.faults.pop(name, None)

    return during


@asynccontextmanager
async def no_name(stage: Stage, job: Job, _step: Step) -> AsyncIterator[None]:
    async def lost(route: Route) -> None:
        stage.strikes()
        await route.abort("namenotresolved")

    await job.context.route("**/*", lost)
    try:
        yield
    finally:
        with suppress(PlaywrightError):
            await job.context.unroute("**/*", lost)


@asynccontextmanager
async def session_expires(stage: Stage, _job: Job, _step: Step) -> AsyncIterator[None]:
    """Nobody is signed in anywhere any more."""
    with stage.world.lock:
        for key in [key for key, session in stage.world.sessions.items() if session.accounts]:
            del stage.world.sessions[key]
            stage.strikes()
    yield


@asynccontextmanager
async def popup_closed(stage: Stage, job: Job, _step: Step) -> AsyncIterator[None]:
    """The first window that opens is closed when it shows something; one that is open already, at once."""
    closing: list[asyncio.Future[None]] = []

    async def close(page: Page, *, shown: bool) -> None:
        with suppress(PlaywrightError):
            if not shown and await page.opener() is None:
                return
            if not shown:
                await page.wait_for_load_state("domcontentloaded")
            stage.strikes()
            await page.close()

    def opened(page: Page) -> None:
        if page is not job.page and page is not job.jira:
            closing.append(asyncio.ensure_future(close(page, shown=False)))

    if job.window is not None and not job.window.is_closed():
        await close(job.window, shown=True)
    job.context.on("page", opened)
    try:
        yield
    finally:
        job.context.remove_listener("page", opened)
        for each in closing:
            each.cancel()


@asynccontextmanager
async def tab_crash(stage: Stage, job: Job, step: Step) -> AsyncIterator[None]:
    page = job.shown(step)
    crashed = asyncio.Event()

    def struck(_: Page) -> None:
        crashed.set()
        stage.strikes()  # also where the step has ended by it before this is waited for

    page.once("crash", struck)
    session = await job.context.new_cdp_session(page)
    sent = asyncio.ensure_future(session.send("Page.crash"))
    sent.add_done_callback(lambda done: done.cancelled() or done.exception())
    await crashed.wait()
    try:
        yield
    finally:
        sent.cancel()


@asynccontextmanager
async def browser_killed(stage: Stage, _job: Job, _step: Step) -> AsyncIterator[None]:
    for process in stage.ground.browsers():
        with suppress(psutil.Error):
            process.kill()
            stage.strikes()
    yield


@asynccontextmanager
async def wrong_code(stage: Stage, _job: Job, _step: Step) -> AsyncIterator[None]:
    """What the settings hold is not the sites' secret any more."""
    accounts = [stage.world.accounts[address] for address in (ADMIN, MAILBOX)]
    right = [account.totp for account in accounts]
    for account in accounts:
        account.totp = totp_secret()
    typed = len(stage.world.events("code"))
    try:
        yield
    finally:
        if len(stage.world.events("code")) > typed:
            stage.strikes()
        for account, secret in zip(accounts, right, strict=True):
            account.totp = secret


@asynccontextmanager
async def clock_off(stage: Stage, _job: Job, _step: Step) -> AsyncIterator[None]:
    """The sites' clocks are put forward, and stay so."""
    stage.world.offset += 40
    stage.strikes()
    yield


@asynccontextmanager
async def disk_full(stage: Stage, _job: Job, _step: Step) -> AsyncIterator[None]:
    """Nothing more can be written to the folder of runs until the run has ended."""
    stage.stack.enter_context(no_space(stage.runs, stage.strikes))
    yield


def in_the_middle(during: During) -> During:
    """The fault comes when a site has answered the step for the first time: a page that it has opened, or what it has pressed."""

    @asynccontextmanager
    async def later(stage: Stage, job: Job, step: Step) -> AsyncIterator[None]:
        loop, answered = asyncio.get_running_loop(), asyncio.Event()
        stage.between.answered = lambda: loop.call_soon_threadsafe(answered.set)
        async with AsyncExitStack() as stack:

            async def begin() -> None:
                await answered.wait()
                await stack.enter_async_context(during(stage, job, step))

            beginning = asyncio.ensure_future(begin())
            try:
                yield
            finally:
                stage.between.answered = between.nothing
                beginning.cancel()
                with suppress(asyncio.CancelledError, PlaywrightError):  # what it was to strike has gone already
                    await beginning

    return later


@contextmanager
def no_space(folder: Path, struck: Callable[[], object]) -> Iterator[None]:
    write = files.write_new

    def full(path: Path, content: bytes, *, sync: bool = False) -> None:
        if path.is_relative_to(folder):
            struck()
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        write(path, content, sync=sync)

    with patch.object(files, "write_new", full):
        yield


FAULTS: dict[str, Fault] = {
    "http-500": Fault(served(lambda: between.status("500 Internal Server Error"))),
    "http-503": Fault(served(lambda: between.status("503 Service Unavailable"))),
    "connection-reset": Fault(served(lambda: between.reset)),
    "dns-failure": Fault(no_name),
    "stall": Fault(served(lambda: between.stall), short=True, pictured=True),
    "aborted-navigation": Fault(served(lambda: between.no_content), endings=ODD, where=PAGES),
    "empty-page": Fault(served(lambda: between.empty), endings=ODD, where=PAGES),
    "script-error": Fault(served(lambda: between.script_error), endings=ODD, where=PAGES - {"leave"}),
    "other-language": Fault(served(lambda: between.other_language), endings=ODD, where=PAGES),
    "interstitial": Fault(served(lambda: between.interstitial(1)), endings=ODD, where=PAGES),
    "interstitial-twice": Fault(served(lambda: between.interstitial(2)), endings=ODD, where=PAGES),
    "session-expires": Fault(session_expires, endings=LATER | {"SessionLost"}, where=EVERY - {"jira_login"}),
    "popup-closed": Fault(popup_closed, endings=LATER | {"PageChanged"}, where=CONNECTS, later=False),
    "popup-blocked": Fault(
        played("popup-blocked"), endings=LATER | {"PageChanged"}, where=frozenset({"remove_old"}), later=False
    ),
    "tab-crash": Fault(tab_crash, pictured=True),
    "browser-killed": Fault(browser_killed, pictured=True),
    "driver-killed": Fault(strike="driver"),
    "token-exchange-fails": Fault(played("token-exchange-fails"), where=CONNECTS, later=False),
    "jira-error-banner": Fault(played("jira-error-banner"), where=CONNECTS, later=False),
    "captcha": Fault(played("captcha"), endings=LATER | {"HumanNeeded"}, where=SIGNS_IN, later=False),
    "wrong-code": Fault(wrong_code, endings=LATER | {"CredentialsRejected"}, where=SIGNS_IN, later=False, parks=True),
    "clock-off-40s": Fault(clock_off, later=False),
    "disk-full": Fault(disk_full, later=False, pictured=True),
    "sigterm": Fault(strike="SIGTERM"),
    "sigkill": Fault(strike="SIGKILL", endings=frozenset({"killed"})),
}
