"""What the verb `check` does: puts together what a check may use, and tells what it found."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runbook.beginning import Beginning
from runbook.checking import SOURCES, Check, Reader, look
from runbook.errors import ConfigError, Defect, RunbookError, Transient
from runbook.health import Health, worst
from runbook.interrupt import Interrupt
from runbook.redact import Redactor
from runbook.scratch import scratch_folder
from runbook.settings import Channel, Settings
from runbook.state import State, open_state

if TYPE_CHECKING:
    from runbook.session import Place
    from runbook.settings.notify import Notify
    from runbook.telling import Standby

Given = Mapping[str, Any]
DEFAULT_SCENARIO = "entra,g2,popup,revoked"


def check(given: Given) -> int:
    """Looks at the health of the channels and tells it. Returns the exit code of the worst: see `runbook.health.worst`."""
    redactor = Redactor()

    def warn(text: str) -> None:
        sys.stderr.write(redactor.text(text) + "\n")

    def say(text: str) -> None:
        if not given["quiet"]:
            warn(text)

    if given["projects"] and given["all_channels"]:
        raise ConfigError("--project and --all contradict each other.", remedy="Give one of the two.")
    with Interrupt() as interrupt, ExitStack() as stack:
        begins = Beginning(given, redactor, tells=given["tell"])
        try:
            settings = begins.open(stack)
            given, log = begins.given, begins.log
            prepared = (
                _sandbox(begins, stack, say) if given["sandbox"] else _real(given, settings, stack, redactor, say)
            )
            prepared.standby = begins.standby
            found = asyncio.run(interrupt.watch(_look(prepared, warn)), debug=False)
        except asyncio.CancelledError:
            raise Transient("It was interrupted.", remedy="Run it again.", reason="interrupted") from None
        except Exception as raised:
            error = raised if isinstance(raised, RunbookError) else Defect.of(raised)
            if begins.log:
                begins.log.sink()(
                    {"event": "ended", "exit_code": error.exit_code, "cause": error.cause, "remedy": error.remedy}
                )
            for warning in begins.failed(error):
                warn(f"Warning: {warning}")
            raise
        told = [(channel, found[channel.id]) for channel in prepared.channels]
        for each in _rows(told) if log else ():
            log.sink()({"event": "health", **each})  # type: ignore[union-attr]
        _write(given, told, redactor)
        if given["metrics"]:
            from runbook import metrics

            metrics.write(given["metrics"], prepared.check.state, prepared.known)
    return worst(health.verdict for health in found.values())


def _write(given: Given, told: Sequence[tuple[Channel, Health]], redactor: Redactor) -> None:
    """Prints what was found; with --quiet only what is not well, on standard error."""
    if given["as_json"]:
        sys.stdout.write(redactor.text(json.dumps(_rows(told), indent=2, ensure_ascii=False)) + "\n")
    elif not given["quiet"]:
        sys.stdout.write(redactor.text(_table(told)) + "\n")
    elif bad := [each for each in told if each[1].verdict != "healthy"]:
        sys.stderr.write(redactor.text(_table(bad)) + "\n")


@dataclass
class Prepared:
    """The channels, what a check of them may use, whom to tell what is new (None: nobody), the ids of all channels that the
    settings have, and who tells when the state fails."""

    channels: list[Channel]
    check: Check
    notify: Notify | None = None
    known: frozenset[str] = frozenset()
    standby: Standby | None = None


async def _look(prepared: Prepared, warn: Callable[[str], None]) -> dict[str, Health]:
    found = await look(prepared.channels, prepared.check)
    if prepared.notify is not None:
        from runbook.telling import Teller, told

        check = prepared.check
        teller = Teller(prepared.notify, check.state, check.redactor, played=check.sandbox)
        for channel in prepared.channels:
            teller.health(channel, found[channel.id])
        for warning in await told(teller, prepared.standby):
            warn(f"Warning: {warning}")
    return found


def _real(given: Given, found: Settings, stack: ExitStack, redactor: Redactor, say: Callable[[str], None]) -> Prepared:
    projects = list(dict.fromkeys(given["projects"]))
    state = open_state(found.state, found.state_url, redactor.learn)
    stack.callback(state.close)

    def page() -> Reader:
        from runbook.session import Place

        _check_locators(found)
        place = Place(
            found.runs,
            found.state,
            found.keep_runs_days,
            given["browser"] or found.browser,
            retry_rejected=given["retry_rejected"],
            settings=found,
        )
        return _reader(place, stack, redactor, say, found.locators)

    _somebody(given, found.notify)
    check = Check(state, page, given["by"] or SOURCES, redactor, say, retry_rejected=given["retry_rejected"])
    chosen = _chosen(found, projects, given["all_channels"])
    known = frozenset(each.id for each in (*found.channels.values(), *chosen))
    return Prepared(chosen, check, found.notify if given["tell"] else None, known)


def _somebody(given: Given, notify: Notify) -> None:
    if given["tell"] and notify.nobody:
        where = "the file of --config" if given["sandbox"] else "runbook.toml"
        raise ConfigError(
            "--tell has nobody to tell.", remedy=f"Name somebody in the table [notify] of {where}.", reason="nobody"
        )


def _sandbox(begins: Beginning, stack: ExitStack, say: Callable[[str], None]) -> Prepared:
    from runbook.sandbox.child import serve
    from runbook.sandbox.reach import Reach, trust
    from runbook.settings.external import External, load_external

    given, redactor = begins.given, begins.redactor
    by = given["by"] or ("audit", "page")
    external = load_external(given["config"], telling=given["tell"]) if given["config"] else External()
    _somebody(given, external.notify)
    kept, folder = given["sandbox_state"], scratch_folder(stack)
    state = State(kept.with_name(kept.name + ".runbook") if kept else folder / "state")
    stack.callback(state.close)
    begins.hear(external.notify, state.folder)
    scenario = given["scenario"] or DEFAULT_SCENARIO
    served = stack.enter_context(serve(scenario, given["fault"], kept, config=external.file, smtp="canary" in by))
    made = [external.channel(_with_api(each, served.api, served.smtp)) for each in served.channels]
    known = Settings(channels={each.project: each for each in made}, unbound=made[0])
    chosen = _chosen(known, list(dict.fromkeys(given["projects"])), given["all_channels"])

    def page() -> Reader:
        from runbook.session import Place

        runs = Path(os.environ.get("RUNBOOK_RUNS") or Settings().runs)
        place = Place(runs, state.folder, browser=given["browser"], args=served.args, sandbox=True)
        place.retry_rejected = given["retry_rejected"]
        return _reader(place, stack, redactor, say, {})

    check = Check(
        state,
        page,
        by,
        redactor,
        say,
        sandbox=True,
        retry_rejected=given["retry_rejected"],
        transport=lambda: Reach(served.port, served.authority),
        tls=trust(served.authority),
    )
    return Prepared(chosen, check, external.notify if given["tell"] else None, frozenset(each.id for each in made))


def _with_api(channel: Mapping[str, Any], api: Mapping[str, Any], smtp: Mapping[str, Any]) -> dict[str, Any]:
    """A sandbox channel's settings with what only a check needs."""
    site = channel["site"]
    user = api["users"][site["url"].removeprefix("https://")]
    return {
        **channel,
        "site": {**site, "api_user": user, "api_token": api["token"]},
        "canary": smtp or None,
    }


def _chosen(found: Settings, projects: Sequence[str], everything: bool) -> list[Channel]:
    """The channels that are meant; without a project the one that `Settings.channel` takes."""
    if not everything:
        return [found.channel(key) for key in projects] or [found.channel()]
    if not found.channels:
        raise ConfigError(
            "No channel is configured.", remedy="Write runbook.toml, or give --project KEY.", reason="no-channel"
        )
    return list(found.channels.values())


def _check_locators(found: Settings) -> None:
    from flows.elements import check_overrides

    check_overrides(found.locators)


def _reader(
    place: Place, stack: ExitStack, redactor: Redactor, say: Callable[[str], None], locators: Mapping[str, str]
) -> Reader:
    """What reads pages, with what it takes to start a browser."""
    from flows.elements import known
    from runbook.options import Options
    from runbook.page_health import PageReader
    from runbook.taught import Taught

    if not place.sandbox:
        scratch_folder(stack)
    options = Options(locators={**known(Taught(place.state).locators()), **locators})
    return PageReader(place, options, redactor, say)


def _rows(told: Sequence[tuple[Channel, Health]]) -> list[dict[str, str]]:
    return [
        {
            "project": channel.project,
            "address": channel.address,
            "verdict": health.verdict,
            "evidence": health.evidence,
            "source": health.source,
            "at": datetime.fromtimestamp(health.at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        }
        for channel, health in told
    ]


def _table(told: Sequence[tuple[Channel, Health]]) -> str:
    rows = [(channel.project, channel.address, health.verdict, health.evidence) for channel, health in told]
    wide = [max(len(row[at]) for row in rows) for at in range(3)]
    return "\n".join("  ".join([f"{row[at]:<{wide[at]}}" for at in range(3)] + [row[3]]) for row in rows)
