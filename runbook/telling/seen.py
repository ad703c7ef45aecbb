"""What a sweep's or a check's result means for telling."""

from __future__ import annotations

from typing import Protocol

from runbook.telling.incident import Seen

# Why a channel was renewed that did not work; of a planned or forced renewal that fails the channel goes on working.
BROKEN = frozenset({"unauthorized", "channel-down"})
WELL = frozenset({"healthy", "not-planned"})
NOT_HEALED = frozenset(
    {"failing", "absent", "wrong-mailbox"}
)  # by a new authorization, so that a sweep leaves it alone
REMEDIES = {
    "unauthorized": "Run `python -m runbook reauthorize --project {project}`, or leave it to the schedule.",
    "failing": "Look at the project's email logs in Jira; a new authorization does not heal this.",
    "absent": "Run `python -m runbook connect --project {project}`.",
    "wrong-mailbox": "See which address Jira shows for the project, then run `python -m runbook connect --project {project}`.",
}
WAITS = (
    "Nothing, if that can wait: it is tried then by itself. "
    "`python -m runbook reauthorize --project {project} --force` does it at once."
)
SAID = {
    "unauthorized": "Jira is not authorized to read the mailbox any more",
    "failing": "Jira reads the mailbox, and mail fails",
    "absent": "Jira has no connection of the mailbox",
    "wrong-mailbox": "Jira reads another mailbox than the configured one",
}


class Due(Protocol):
    """Why a channel is due or not (`runbook.due.Due`)."""

    @property
    def channel_id(self) -> str: ...

    @property
    def due(self) -> bool: ...

    @property
    def reason(self) -> str: ...

    @property
    def why(self) -> str: ...

    @property
    def wanted(self) -> str | None: ...


class Ending(Protocol):
    """How a run ended (`runbook.outcome.Outcome`)."""

    @property
    def name(self) -> str: ...

    @property
    def exit_code(self) -> int: ...

    @property
    def cause(self) -> str: ...

    @property
    def remedy(self) -> str: ...

    @property
    def reason(self) -> str: ...

    @property
    def gap_seconds(self) -> float | None: ...

    @property
    def run(self) -> str: ...

    @property
    def changed(self) -> bool: ...

    @property
    def down(self) -> bool: ...

    @property
    def passing(self) -> bool: ...


class Health(Protocol):
    """What a check found (`runbook.health.Health`)."""

    @property
    def verdict(self) -> str: ...

    @property
    def evidence(self) -> str: ...


def of_sweep(due: Due, outcome: Ending | None, parked: bool) -> Seen | None:
    """What the result of a sweep says of a channel; None when it says nothing."""
    if outcome is None:
        return _not_run(due)
    if outcome.exit_code == 0:
        return Seen(
            outcome=outcome.name,
            cause=outcome.cause,
            run=outcome.run,
            gap_seconds=outcome.gap_seconds,
            why=due.why,
            repaired=outcome.changed and due.reason in BROKEN,
        )
    if not outcome.down and (outcome.name == "Locked" or outcome.reason == "interrupted"):
        return None
    return Seen(
        level="down" if outcome.down else "parked" if parked else "failed",
        outcome=outcome.name,
        reason=outcome.reason,
        cause=outcome.cause,
        remedy=outcome.remedy,
        run=outcome.run,
        broken=outcome.down or due.reason in BROKEN,
        parked=parked,
        passing=outcome.passing,
    )


def of_health(project: str, health: Health) -> Seen | None:
    """What a check says of a channel; None when it says nothing."""
    if health.verdict == "healthy":
        return Seen(outcome="healthy", cause=health.evidence, looked=True)
    if health.verdict not in SAID:
        return None
    return _unhealthy(project, health.verdict, health.evidence)


def _not_run(due: Due) -> Seen | None:
    if due.reason in WELL and not due.due:
        return Seen(outcome="healthy", cause=due.why)
    project = due.channel_id.rpartition("/")[2]
    if due.reason == "parked":
        remedy = "Correct the secret or the settings, or run `python -m runbook reauthorize --project {} --force`."
        return Seen(
            level="parked", outcome="parked", cause=due.why, remedy=remedy.format(project), parked=True, standing=True
        )
    if due.reason in NOT_HEALED and not due.due:
        return _unhealthy(project, due.reason, due.why)
    return _waiting(project, due) if due.wanted in BROKEN else None


def _waiting(project: str, due: Due) -> Seen:
    """A channel that does not work, of which it is known and which waits for a better time: nobody should learn it only then."""
    down = due.wanted == "channel-down"
    return Seen(
        level="down" if down else "unhealthy",
        outcome=str(due.wanted),
        cause=due.why,
        remedy=WAITS.format(project=project),
        passing=down,  # the run that took it down has told of it by another name
    )


def _unhealthy(project: str, verdict: str, evidence: str) -> Seen:
    cause = f"{SAID[verdict]}: {evidence.rstrip('.')}." if evidence else f"{SAID[verdict]}."
    return Seen(level="unhealthy", outcome=verdict, cause=cause, remedy=REMEDIES[verdict].format(project=project))
