"""What the verb `reauthorize` does: puts a sweep together from the settings or the sandbox, runs it, and reports."""

from __future__ import annotations

import asyncio
import os
import random
import re
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runbook import browser as browsers
from runbook.errors import ConfigError, Defect, RunbookError, Transient
from runbook.interrupt import Interrupt
from runbook.scratch import scratch_folder

if TYPE_CHECKING:
    from runbook.beginning import Beginning
    from runbook.session import Place, Session
    from runbook.settings import Channel, Settings
    from runbook.sweep_telling import SweepAudience

Given = Mapping[str, Any]
DEFAULT_SCENARIO = "entra,g2,popup,revoked"
SHARD = re.compile(r"([1-9]\d{0,3})/([1-9]\d{0,3})")
BEFORE = "The sweep was interrupted before it did anything."


@dataclass
class Prepared:
    """What a sweep needs: where it keeps things, the channels, overrides of locators, what a look at health may use besides the
    pages, and the longest random delay (seconds)."""

    place: Place
    settings: Settings
    channels: list[Channel]
    reach: Mapping[str, Any]
    delay: float = 0.0


def reauthorize(given: Given) -> int:
    """One sweep. Returns 0 when whatever was due is renewed, 10 when some failed, else the code of what kept it from beginning."""
    error: RunbookError
    with Interrupt() as interrupt, ExitStack() as stack:
        from runbook.beginning import Beginning
        from runbook.redact import Redactor

        begins = Beginning(given, Redactor(), tells=not given["dry_run"])
        try:
            shard = _shard(given["shard"])
            found = begins.open(stack)
            given = begins.given
            loop = stack.enter_context(asyncio.Runner(debug=False))
            scratch = scratch_folder(stack)
            prepared = _sandbox(begins, stack, scratch) if given["sandbox"] else _real(given, found)
            prepared.channels = sharded(prepared.channels, *shard)
            return loop.run(_sweep(begins, prepared, interrupt, stack))
        except RunbookError as raised:
            error = raised
        except (KeyboardInterrupt, asyncio.CancelledError):
            error = Transient(BEFORE, remedy="Run it again.", reason="interrupted")
        except Exception as raised:  # noqa: BLE001 - every ending has a name
            error = Defect.of(raised)
        from runbook.console import make_sink
        from runbook.outcome import Outcome

        logged = [begins.log.sink()] if begins.log else []
        ended = replace(Outcome.of(error), warnings=tuple(begins.failed(error)))
        for sink in (make_sink(as_json=given["as_json"], quiet=given["quiet"]), *logged):
            sink(ended.event())
    return error.exit_code


async def _sweep(begins: Beginning, prepared: Prepared, interrupt: Interrupt, stack: ExitStack) -> int:
    from runbook import sweep_report
    from runbook.fleet import Fleet
    from runbook.site_session import SiteSession
    from runbook.sweep import Sweep
    from runbook.sweep_console import SweepConsole
    from runbook.sweep_telling import SweepAudience, conclude

    given, redactor = begins.given, begins.redactor
    # What asyncio says of an error that nobody waited for may hold what was typed; the outcomes say what matters.
    asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
    console = SweepAudience(SweepConsole(given["as_json"], given["quiet"], redactor.text), begins.log)
    await interrupt.watch(_delayed(_longest(given, prepared), console))
    session = _session(given, prepared, redactor)
    stack.callback(session.state.close)
    session.prune()
    if prepared.channels:
        browsers.ensure(
            prepared.place.browser, headed=False, say=lambda text: console({"event": "browser", "text": text})
        )
    async with Fleet(session) as fleet:
        sweep = Sweep(
            session,
            lambda: SiteSession(session, fleet, session.options, console.sinks, time.time),
            lambda event: console(redactor.data(dict(event))),
            time.time,
            _looker(prepared, session, given, console),
            forced=given["force"],
            jobs=given["jobs"],
        )
        swept = await interrupt.watch(sweep.run(prepared.channels))

    def warn(text: str) -> None:
        console({"event": "warning", "text": redactor.text(text)})

    await conclude(given, prepared.settings, session.state, redactor, swept, warn, begins.standby)
    console(redactor.data(sweep_report.event(swept, rescued=session.options.rescue)))
    return sweep_report.exit_code(swept)


def _session(given: Given, prepared: Prepared, redactor: Any) -> Session:
    from flows import CONNECT
    from flows.elements import known
    from runbook.options import Options
    from runbook.session import Session
    from runbook.taught import Taught

    taught = known(Taught(prepared.place.state).locators())
    options = Options(
        dry_run=given["dry_run"],
        rescue=given["rescue"],
        har=given["har"],
        trace=given["trace"],
        logout_by=given["logout_by"],
        locators={**taught, **prepared.settings.locators},
    )
    return Session(prepared.place, options, CONNECT, redactor)


def _looker(prepared: Prepared, session: Session, given: Given, console: SweepAudience) -> Any:
    """Who looks at the channels' health; nobody, when all are renewed whatever it is."""
    if given["force"]:
        return None
    from runbook.checking import Check
    from runbook.sweep_look import Looks

    def say(text: str) -> None:
        console({"event": "say", "text": session.redactor.text(text)})

    def nobody() -> Any:
        raise AssertionError  # the site's session reads its pages

    place = prepared.place
    check = Check(
        session.state,
        nobody,
        redactor=session.redactor,
        say=say,
        sandbox=place.sandbox,
        retry_rejected=place.retry_rejected,
        **prepared.reach,
    )
    return Looks(session, check, say)


async def _delayed(longest: float, console: SweepAudience) -> None:
    """Many machines that begin at the full hour would knock at the same door: who is not watched waits a while."""
    if longest > 0:
        seconds = random.uniform(0, longest)  # noqa: S311 - no secret
        console(
            {"event": "say", "text": f"Waiting {seconds:.0f} s, because nobody is watching (--delay 0 begins at once)."}
        )
        await asyncio.sleep(seconds)


def _longest(given: Given, prepared: Prepared) -> float:
    if given["delay"] is not None:
        return float(given["delay"])
    watched = any(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))
    return 0.0 if watched else prepared.delay


def _shard(text: str | None) -> tuple[int, int]:
    """Which part, of how many."""
    if text is None:
        return 1, 1
    match = SHARD.fullmatch(text)
    if not match or int(match[1]) > int(match[2]):
        raise ConfigError(f"--shard {text} is not a part of a whole.", remedy="Example: --shard 1/3", reason="usage")
    return int(match[1]), int(match[2])


def sharded(channels: Sequence[Channel], part: int, parts: int) -> list[Channel]:
    """The channels of one part (from 1). Those of one site stay together, for one sign-in serves them all; the sites are spread so
    that the parts have about as much to do. The same settings give the same parts on every machine."""
    from runbook.checking import by_site

    if parts == 1:
        return list(channels)
    sites = sorted(by_site(channels), key=lambda site: (-len(site), site[0].site.url, site[0].site.admin.username))
    loads: list[list[Channel]] = [[] for _ in range(parts)]
    for site in sites:
        min(loads, key=len).extend(site)
    mine = {channel.id for channel in loads[part - 1]}
    return [channel for channel in channels if channel.id in mine]


def _chosen(found: Settings, given: Given) -> list[Channel]:
    if given["projects"] and given["all_channels"]:
        raise ConfigError("--project and --all contradict each other.", remedy="Give one of the two.", reason="usage")
    if given["projects"]:
        return [found.channel(key) for key in dict.fromkeys(given["projects"])]
    if not given["all_channels"]:
        return [_only(found)]
    if not found.channels:
        raise ConfigError(
            "No channel is configured.", remedy="Write runbook.toml, or give --project KEY.", reason="no-channel"
        )
    return list(found.channels.values())


def _only(found: Settings) -> Channel:
    """The channel that is meant when nobody says which."""
    if found.default_project is None and len(found.channels) > 1:
        raise ConfigError(
            f"There are {len(found.channels)} channels, and none is named.",
            remedy=f"Give --all, or --project KEY. Configured: {', '.join(sorted(found.channels))}.",
            reason="no-project",
        )
    return found.channel()


def _real(given: Given, found: Settings) -> Prepared:
    from flows.elements import check_overrides
    from runbook.session import Place

    check_overrides(found.locators)
    place = Place(
        found.runs,
        found.state,
        found.keep_runs_days,
        given["browser"] or found.browser,
        retry_rejected=given["retry_rejected"],
        state_url=found.state_url,
        keep_history_days=found.keep_history_days,
        settings=found,
    )
    return Prepared(place, found, _chosen(found, given), {}, found.delay.total_seconds())


def _sandbox(begins: Beginning, stack: ExitStack, scratch: Path) -> Prepared:
    from runbook.sandbox.child import serve
    from runbook.sandbox.reach import Reach, trust
    from runbook.session import Place
    from runbook.settings import Settings
    from runbook.settings.external import External, load_external

    given = begins.given
    external = load_external(given["config"], telling=True) if given["config"] else External()
    runs = Path(os.environ.get("RUNBOOK_RUNS") or Settings().runs)
    kept = given["sandbox_state"]
    state = kept.with_name(kept.name + ".runbook") if kept else scratch / "state"
    begins.hear(external.notify, state)
    served = stack.enter_context(
        serve(given["scenario"] or DEFAULT_SCENARIO, given["fault"], kept, config=external.file)
    )
    made = [external.channel(each) for each in served.channels]
    known = Settings(
        channels={each.project: each for each in made},
        unbound=made[0],
        runs=runs,
        state=state,
        notify=external.notify,
    )
    place = Place(
        runs,
        state,
        browser=given["browser"],
        args=tuple(served.args),
        sandbox=True,
        retry_rejected=given["retry_rejected"],
        settings=known,
    )
    reach = {
        "by": ("audit", "page"),
        "transport": lambda: Reach(served.port, served.authority),
        "tls": trust(served.authority),
    }
    return Prepared(place, known, _chosen(known, given), reach)
