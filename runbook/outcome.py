"""How a run ended: one of the names of the design's section 7, with what a person and a script want to know."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from runbook.errors import ChannelDown, RunbookError, Transient, WrongMailbox, public_name
from runbook.step import Facts


@dataclass(frozen=True)
class Outcome:
    """`name` is the class name; `gap_seconds` is None when nothing was cut; `run` the run folder's path."""

    name: str
    exit_code: int
    cause: str = ""
    remedy: str = ""
    reason: str = ""
    mailbox: str | None = None
    gap_seconds: float | None = None
    run: str = ""
    changed: bool = False
    warnings: tuple[str, ...] = field(default=())

    @classmethod
    def of(cls, error: RunbookError, *, run: str = "") -> Outcome:
        """The ending that an error is, when nothing was changed."""
        return cls(public_name(error), error.exit_code, error.cause, error.remedy, error.reason, run=run)

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
            "warnings": list(self.warnings),
        }


def named(error: RunbookError, facts: Facts, removed_at: str) -> RunbookError:
    """The ending that an error means for the channel: once the old connection is gone, everything but a wrong mailbox is
    `ChannelDown`, and says why. `removed_at`: the time of the removal in words."""
    if not facts.cut or isinstance(error, (ChannelDown, WrongMailbox)):
        return error
    # What is worth waiting for otherwise is not worth waiting for now.
    first = "" if isinstance(error, Transient) else f"{error.remedy} Then: "
    return ChannelDown(
        f"The old connection was removed at {removed_at} and the new one is not there. {error.cause}",
        remedy=f"{first}Run `connect` for this project again at once: no mail is read until then.",
        reason=error.reason or type(error).__name__,
        seen=error.seen,
        expected=error.expected,
    )


def interrupted(facts: Facts) -> Transient:
    """The ending of a run that was cancelled; it tells how far the channel was changed."""
    state = "no connection was changed"
    if facts.verified_at is not None:
        state = "the mailbox is connected and verified"
    elif facts.connected:
        state = f"{', '.join(facts.connected)} is connected and not verified yet"
    elif facts.cut:
        state = "the mailbox has to be connected again"
    return Transient(
        f"The run was interrupted; {state}.", remedy="Run it again; it finds what is there.", reason="interrupted"
    )
