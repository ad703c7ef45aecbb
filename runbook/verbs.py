"""What the verbs do, behind their options."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runbook import browser as browsers
from runbook.aside import aside
from runbook.audience import Audience
from runbook.browser import Browser
from runbook.errors import ChannelDown, ConfigError, Defect, RunbookError, Transient
from runbook.interrupt import BEFORE, Interrupt
from runbook.scratch import scratch_folder

if TYPE_CHECKING:
    from runbook.options import Options
    from runbook.session import Place, Session
    from runbook.settings import Channel, Settings
    from runbook.step import Step

# What is heavy is imported where it is used: the browser's driver starts first, and takes as long as all of it.
Given = Mapping[str, Any]
DEFAULT_SCENARIO = "entra,g2,popup,revoked"


def connect(given: Given, recordings: tuple[Path, str] | None = None) -> int:
    """Runs the runbook for each project, those that are down first. Returns the exit code: that of the worst ending.
    `recordings`: folder and label for one scrubbed recording per step of the one project."""
    error: RunbookError
    audience = Audience(given)
    with Interrupt() as interrupt, ExitStack() as stack:
        try:
            loop = stack.enter_context(asyncio.Runner(debug=False))
            scratch = scratch_folder(stack)
            driver = browsers.Driver()
            stack.callback(lambda: loop.run(driver.end()))
            loop.run(driver.begin())
            session, channels = _session(given, recordings, stack, scratch, audience)
            session.place.driver = driver
            return loop.run(_all(session, channels, interrupt))
        except RunbookError as raised:
            error = raised
        except KeyboardInterrupt:
            error = Transient(BEFORE, remedy="Run it again.", reason="interrupted")
        except Exception as raised:  # noqa: BLE001 - every ending has a name
            error = Defect.of(raised)
        from runbook.outcome import Outcome

        audience(Outcome.of(error).event())
    return error.exit_code


def _session(
    given: Given, recordings: tuple[Path, str] | None, stack: ExitStack, scratch: Path, audience: Audience
) -> tuple[Session, list[Channel]]:
    """What a run needs, and the channels in their order. Opens the audience."""
    from flows import CONNECT
    from flows.elements import known
    from runbook.beginning import filled
    from runbook.redact import Redactor
    from runbook.session import Session
    from runbook.taught import Taught

    redactor = Redactor()
    found, unread = _settings(given)
    given = filled(given, found)
    audience.open(given, redactor.text, stack)
    options = _options(given)
    recorder = _recorder(given, CONNECT, *recordings) if recordings else None
    if unread:
        raise unread
    place, channels, options.locators = _where(given, found, stack, scratch, redactor.learn)
    options.locators = {**known(Taught(place.state).locators()), **options.locators}
    browsers.ensure(place.browser, headed=options.headed, say=lambda text: audience({"event": "browser", "text": text}))
    return Session(place, options, CONNECT, redactor, audience.sinks, recorder), channels


def _settings(given: Given) -> tuple[Settings, RunbookError | None]:
    """The settings of a real run; those of nobody, and why, where they cannot be used: the log takes the ending."""
    from runbook.beginning import refuse_the_sandboxs
    from runbook.settings import Settings, load

    refuse_the_sandboxs(given)
    if not given["sandbox"]:
        try:
            return load(given["projects"][0], config=given["config"]), None
        except RunbookError as error:
            return Settings(), error
    return Settings(), None


def _recorder(given: Given, steps: Sequence[Step], out: Path, label: str) -> Callable[..., Any]:
    from runbook.fixtures.recording import check_place, recorder_for

    if len(set(given["projects"])) > 1:
        raise ConfigError("record takes one project.", remedy="Give --project once; record the others by themselves.")
    check_place(out, label, [step.name for step in steps])
    return recorder_for(out, label, sandbox=given["sandbox"], scenario=given["scenario"] or DEFAULT_SCENARIO)


async def _all(session: Session, channels: Sequence[Channel], interrupt: Interrupt) -> int:
    # What asyncio says of an error that nobody waited for may hold what was typed; the outcome says what matters.
    asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
    codes = []
    for channel in channels:
        codes.append((await interrupt.watch(session.connect(channel))).exit_code)
        if interrupt.came:
            break
    # A channel that is down is worse than one that another run is working on.
    return max(codes, key=lambda code: (code == ChannelDown.exit_code, code))


def _options(given: Given) -> Options:
    from runbook.options import Options

    browsers.require_display(given["headed"])
    if given["pause"] and not (sys.stdin and sys.stdin.isatty()):
        raise ConfigError(
            "--pause needs a terminal to wait for a key.", remedy="Run it in a terminal, or without --pause."
        )
    if given["teach"] and not given["headed"]:
        raise ConfigError("--teach needs somebody who looks at the window.", remedy="Add --headed.")
    return Options(
        teach=given["teach"],
        dry_run=given["dry_run"],
        force=given["force"],
        rescue=given.get("rescue", False),
        headed=given["headed"],
        har=given.get("har", False),
        trace=given.get("trace", False),
        logout_by=given["logout_by"],
        pause=_wait_for_key if given["pause"] else None,
    )


async def _wait_for_key(title: str) -> None:
    _say(f"Press Enter for: {title}")
    # Not input(): at the end of an interrupted run a thread that holds the buffer of standard input stops the interpreter.
    await aside(lambda: os.read(sys.stdin.fileno(), 1024))


def _where(
    given: Given, found: Settings, stack: ExitStack, scratch: Path, learn: Callable[[str], object]
) -> tuple[Place, list[Channel], Mapping[str, str]]:
    """Folders, browser and channels, those that are down first: the sandbox's, or those of the settings."""
    place, channels, locators = _sandbox(given, stack, scratch) if given["sandbox"] else _real(given, found)
    if len(channels) > 1:  # else there is no order, and what a database needs can be loaded beside the browser's start
        down = place.open(learn).down()
        channels = sorted(channels, key=lambda channel: channel.id not in down)
    return place, channels, locators


def _real(given: Given, found: Settings) -> tuple[Place, list[Channel], Mapping[str, str]]:
    from flows.elements import check_overrides
    from runbook.session import Place

    place = Place(
        found.runs,
        found.state,
        found.keep_runs_days,
        given["browser"] or found.browser,
        slow_mo=given["slow_mo"],
        retry_rejected=given["retry_rejected"],
        settings=found,
        state_url=found.state_url,
        keep_history_days=found.keep_history_days,
    )
    channels = [found.channel(key) for key in dict.fromkeys(given["projects"])]
    check_overrides(found.locators)
    return place, channels, found.locators


def _sandbox(given: Given, stack: ExitStack, scratch: Path) -> tuple[Place, list[Channel], Mapping[str, str]]:
    from runbook.sandbox.child import serve
    from runbook.session import Place
    from runbook.settings import Settings
    from runbook.settings.external import External, load_external

    # Nothing of the user's settings is read here but where runs go, unless a file with external providers is named: a
    # broken .env must not spoil the first look.
    external = load_external(given["config"]) if given["config"] else External()
    runs = Path(os.environ.get("RUNBOOK_RUNS") or Settings().runs)
    kept = given["sandbox_state"]
    # What must survive a run belongs to the world it was written for, so it stands beside that world's file.
    state = kept.with_name(kept.name + ".runbook") if kept else scratch / "state"
    scenario = given["scenario"] or DEFAULT_SCENARIO
    served = stack.enter_context(serve(scenario, given["fault"], kept, config=given["config"]))
    place = Place(
        runs,
        state,
        browser=given["browser"],
        slow_mo=given["slow_mo"],
        args=served.args,
        sandbox=True,
        retry_rejected=given["retry_rejected"],
    )
    made = [external.channel(each) for each in served.channels]
    known = Settings(
        channels={each.project: each for each in made},
        unbound=made[0],
        runs=runs,
        state=state,
        browser=given["browser"],
    )
    place.settings = known
    return place, [known.channel(key) for key in dict.fromkeys(given["projects"])], {}


def explore(
    *,
    scenario: str,
    fault: tuple[str, ...],
    sandbox_state: Path | None,
    port: int,
    config: Path | None,
    browser: str | None,
) -> int:
    """Serves the sandbox until the window is closed or Ctrl-C."""
    from runbook.sandbox.child import serve

    browsers.require_display(True)
    found = browsers.ensure(browser, headed=True, say=_say)
    with Interrupt() as interrupt, serve(scenario, fault, sandbox_state, port, config) as served:
        _say(
            f"The sandbox is at {served.start} in the window that opens now. Close the window, or press Ctrl-C, to end it."
        )
        with suppress(asyncio.CancelledError):
            asyncio.run(interrupt.watch(_window(found, served.args, served.start)))
    return 0


async def _window(found: Browser, args: tuple[str, ...], start: str) -> None:
    from playwright.async_api import Error as PlaywrightError

    async with browsers.start(found, headed=True, args=args) as running:
        context = await browsers.new_context(running, no_viewport=True, viewport=None)
        page = await context.new_page()
        gone = asyncio.Event()
        page.on("close", lambda _: gone.set())
        context.on("close", lambda _: gone.set())
        with suppress(PlaywrightError):  # it was closed before it had loaded
            await page.goto(start)
        await gone.wait()


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
