"""The report of a sweep: one for all channels, at the end. For a program as one event, for a person as lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from runbook.outcome import Outcome
from runbook.sweep import Swept, named

SOME_FAILED = 10
MOVE_BACK = (
    "Move it out of the inbox and back and mark it as unread (--rescue does that for you), "
    "or give these times to Atlassian's support."
)


def event(swept: Sequence[Swept], *, rescued: bool) -> dict[str, Any]:
    """The last event of a sweep. `rescued`: mail of the gaps was brought over."""
    renewed = [each for each in swept if each.outcome and each.outcome.name == "Connected"]
    return {
        "event": "swept",
        "exit_code": exit_code(swept),
        "renewed": len(renewed),
        "failed": sum(each.failed for each in swept),
        "not_due": sum(not each.due.due for each in swept),
        "channels": [row(each, rescued=rescued) for each in swept],
    }


def exit_code(swept: Sequence[Swept]) -> int:
    """0: whatever was due is renewed, 10: some failed. A channel that another run is working on did not fail."""
    return SOME_FAILED if any(each.failed for each in swept) else 0


def row(each: Swept, *, rescued: bool) -> dict[str, Any]:
    """What became of one channel, JSON-ready. Times are ISO 8601 UTC."""
    told = {**named(each.channel), **each.due.event(), "since": stamp(each.due.since)}
    outcome, parked = each.outcome, each.parked
    return {
        **told,
        "outcome": _outcome(outcome) if outcome else None,
        "tries": each.tries,
        "advice": advice(each, rescued=rescued),
        "parked": {**asdict(parked), "at": stamp(parked.at)} if parked else None,
    }


def advice(each: Swept, *, rescued: bool) -> str | None:
    """What to do about mail that came while Jira did not read it; None where there is none, or it was brought over."""
    outcome = each.outcome
    if outcome is None or outcome.gap_from is None or rescued:
        return None
    begun = f"from {moment(outcome.gap_from)}"
    if outcome.gap_to is None:
        return f"Jira reads no mail of {each.channel.address} {begun} until it is connected again, and then none that came before."
    before = " and whatever came after the old connection had failed" if each.due.reason == "unauthorized" else ""
    return f"Jira does not read mail that came {begun} to {moment(outcome.gap_to)}{before}. {MOVE_BACK}"


def lines(told: Mapping[str, Any]) -> Iterator[str]:
    """The report for a person: what is well in one line, each channel that was worked on with its own."""
    rows = told["channels"]
    wide = max((len(each["project"]) for each in rows), default=0)
    yield f"Of {len(rows)} channels {told['renewed']} renewed, {told['failed']} failed, {told['not_due']} not due."
    for each in rows:
        head, outcome = f"{each['project']:<{wide}}", each["outcome"]
        if outcome is None:
            yield f"{head}  not due ({each['reason']}): {each['why']}"
            continue
        yield f"{head}  {_ending(outcome)} ({each['reason']})"
        indent = " " * (wide + 2)
        if outcome["exit_code"]:
            yield f"{indent}{outcome['cause']}"
            yield f"{indent}Remedy: {outcome['remedy']}"
        if each["parked"]:
            yield f"{indent}Parked until its secrets or settings change, or --force."
        yield from (f"{indent}Warning: {text}" for text in outcome["warnings"])
        if each["advice"]:
            yield f"{indent}{each['advice']}"
        if outcome["run"]:
            yield f"{indent}Run folder: {outcome['run']}"


def _ending(outcome: Mapping[str, Any]) -> str:
    if outcome["exit_code"]:
        return "ALARM, JIRA READS NO MAIL: ChannelDown" if outcome["down"] else str(outcome["name"])
    if not outcome["changed"]:
        return "nothing to do" + (f": {outcome['cause']}" if outcome["cause"] else "")
    gap = outcome["gap"]
    return "renewed" + (f", mail gap {gap['seconds']:.1f} s" if gap else ", no mail gap")


def _outcome(outcome: Outcome) -> dict[str, Any]:
    keys = ("name", "exit_code", "cause", "remedy", "reason", "mailbox", "run", "changed", "down")
    told: dict[str, Any] = {key: getattr(outcome, key) for key in keys}
    gap = None
    if outcome.gap_from is not None:
        gap = {"from": stamp(outcome.gap_from), "to": stamp(outcome.gap_to), "seconds": outcome.gap_seconds}
    return {**told, "warnings": list(outcome.warnings), "gap": gap}


def stamp(at: float | None) -> str | None:
    """A time for a program."""
    if at is None:
        return None
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(at: float) -> str:
    """A time for a person, exact enough to be compared with a mail's."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S} UTC"
