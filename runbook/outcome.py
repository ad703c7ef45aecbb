"""How a run ended: one of the names of the design's section 7, with what a person and a script want to know."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from runbook.errors import ChannelDown, Locked, RunbookError, Transient, WrongMailbox, public_name
from runbook.step import Facts


@dataclass(frozen=True)
class Outcome:
    """`name` is the class name; `gap_seconds` is None when nothing was cut, and so are its ends (seconds since 1970, the second
    None as long as it lasts); `run` the run folder's path; `down`: Jira reads no mail of the mailbox now; `passing`: what stopped
    the run may be over by itself the next time, whatever it left behind; `advice`: what to do about mail that fell into the gap."""

    name: str
    exit_code: int
    cause: str = ""
    remedy: str = ""
    reason: str = ""
    mailbox: str | None = None
    gap_seconds: float | None = None
    run: str = ""
    changed: bool = False
    down: bool = False
    warnings: tuple[str, ...] = field(default=())
    gap_from: float | None = None
    gap_to: float | None = None
    advice: str = ""
    passing: bool = False

    @classmethod
    def of(cls, error: RunbookError, *, run: str = "") -> Outcome:
        """The ending that an error is, when nothing was changed."""
        return cls(
            public_name(error), error.exit_code, error.cause, error.remedy, error.reason, run=run, passing=passes(error)
        )

    def event(self) -> dict[str, Any]:
        """The last event of a run."""
        return {
            "event": "ended",
            "outcome": self.name,
            "exit_code": self.exit_code,
            "mailbox": self.mailbox,
            "gap_seconds": self.gap_seconds,
            "run": self.run,
            "cause": self.cause,
            "remedy": self.remedy,
            "reason": self.reason,
            "changed": self.changed,
            "down": self.down,
            "advice": self.advice,
            "warnings": list(self.warnings),
        }


def succeeded(facts: Facts, address: str, run: str, warnings: tuple[str, ...], *, rescued: bool = False) -> Outcome:
    """The ending of a run whose steps all did their work. `rescued`: unread mail was brought over."""
    if facts.verified_at is not None:
        told = {**_gap(facts), "advice": "" if rescued else _advice(facts, address)}
        return Outcome("Connected", 0, mailbox=address, changed=True, run=run, warnings=warnings, **told)
    cause, mailbox = facts.why, address
    if facts.decision != "nothing":
        would = WOULD.get(facts.decision, "go on with")
        cause = f"Dry run: everything up to the cut is proven; the next step would {would} {address}. {cause}"
    return Outcome(
        "NothingToDo",
        0,
        cause=cause.strip(),
        mailbox=mailbox if facts.decision == "nothing" else None,
        run=run,
        warnings=warnings,
    )


def passes(error: RunbookError) -> bool:
    """Whether what an error tells of may be over by itself the next time."""
    return isinstance(error, (Transient, Locked))


def failed(error: RunbookError, facts: Facts, run: str, warnings: tuple[str, ...]) -> Outcome:
    """The ending of a run that a step stopped with this error."""
    ending = named(error, facts)
    return Outcome(
        public_name(ending),
        ending.exit_code,
        ending.cause,
        ending.remedy,
        ending.reason,
        run=run,
        changed=facts.removed_at is not None or bool(facts.removed or facts.connected),
        down=facts.cut or isinstance(ending, ChannelDown),
        warnings=warnings,
        passing=passes(error),
        **_gap(facts),
    )


def _advice(facts: Facts, address: str) -> str:
    """What to do about mail that Jira does not fetch, because it came before the new connection."""
    if facts.removed_at is None or facts.verified_at is None:
        return ""
    since, until = (datetime.fromtimestamp(at, UTC) for at in (facts.removed_at, facts.verified_at))
    came = f"between {since:%Y-%m-%d %H:%M:%S} and {until:%Y-%m-%d %H:%M:%S} UTC"
    if facts.health in ("unauthorized", "failing"):
        came = f"after the old connection had failed and before {until:%Y-%m-%d %H:%M:%S} UTC"
    return (
        f"Mail that came to {address} {came} stays unread there, and Jira does not fetch it. Move it out of the inbox and back, "
        "unread; with --rescue the next run does so by itself."
    )


def _gap(facts: Facts) -> dict[str, Any]:
    if facts.removed_at is None:
        return {}
    return {"gap_seconds": facts.gap_seconds, "gap_from": facts.removed_at, "gap_to": facts.verified_at}


WOULD = {"connect": "connect", "replace": "replace the connection of", "restore": "restore the settings of"}
ASIDE = "The mailbox may not be the reply-to any more; the next run makes it that again."
AGAIN = "Run `connect` for this project again at once: no mail is read until then."


def named(error: RunbookError, facts: Facts) -> RunbookError:
    """The ending that an error means for the channel, of which it tells the state: once the old connection is gone, everything
    but a wrong mailbox is `ChannelDown`."""
    if error.reason == "interrupted" and not facts.cut:
        return error
    if facts.connected and facts.verified_at is None:
        return _like(error, f"{_connected(facts)}. {error.cause}", error.remedy)
    if facts.aside and facts.removed_at is None:
        return _like(error, f"{error.cause} {ASIDE}", error.remedy)
    if error.reason == "deadline" and facts.removed_at is None:
        return _like(error, f"{error.cause} No connection was changed.", error.remedy)
    if not facts.cut or isinstance(error, ChannelDown):
        return error
    removed_at = datetime.fromtimestamp(facts.removed_at or 0.0, UTC).strftime("%H:%M:%S UTC")
    # What is worth waiting for otherwise is not worth waiting for now.
    remedy = AGAIN if isinstance(error, Transient) else f"{error.remedy} Then: {AGAIN}"
    if isinstance(error, WrongMailbox):
        return _like(error, f"{error.cause} The old connection was removed at {removed_at}.", remedy)
    return ChannelDown(
        f"The old connection was removed at {removed_at} and the new one is not there. {error.cause}",
        remedy=remedy,
        reason=error.reason or type(error).__name__,
        seen=error.seen,
        expected=error.expected,
    )


def _connected(facts: Facts) -> str:
    wanted = {"request type": facts.request_type, "reply-to": facts.reply_to}
    unset = [] if facts.restored else [name for name, wish in wanted.items() if wish]
    still = f"; its {' and '.join(unset)} may have to be set again, which the next run does" if unset else ""
    return f"{', '.join(facts.connected)} is connected and not verified yet{still}"


def _like(error: RunbookError, cause: str, remedy: str) -> RunbookError:
    return type(error)(cause, remedy=remedy, reason=error.reason, seen=error.seen, expected=error.expected)


def interrupted(facts: Facts) -> Transient:
    """The ending of a run that was cancelled; it tells how far the channel was changed."""
    state = "no connection was changed"
    if facts.verified_at is not None:
        state = "the mailbox is connected and verified"
    elif facts.connected:
        state = _connected(facts)
    elif facts.cut:
        state = "the mailbox has to be connected again"
    elif facts.aside:
        state = f"no connection was changed. {ASIDE.rstrip('.')}"
    return Transient(
        f"The run was interrupted; {state}.", remedy="Run it again; it finds what is there.", reason="interrupted"
    )
