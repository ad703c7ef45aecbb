"""What the state tells and is told. Times are seconds since 1970; `channel` is `Channel.id`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypedDict


@dataclass(frozen=True, kw_only=True)
class RunRow:
    """One run. `id` is given by the state, in the order in which runs ended; `due`: why it was run (`manual`, `unauthorized`
    ...); `gap_*`: the time in which Jira read no mail; `folder`: the run's folder on the machine that ran it."""

    id: int = 0
    channel: str
    project: str = ""
    address: str = ""
    due: str = ""
    started: float
    ended: float
    outcome: str
    exit_code: int = 0
    reason: str = ""
    cause: str = ""
    remedy: str = ""
    mailbox: str | None = None
    changed: bool = False
    down: bool = False
    gap_from: float | None = None
    gap_to: float | None = None
    gap_seconds: float | None = None
    folder: str = ""


@dataclass(frozen=True)
class HealthRow:
    """What was seen of a channel's health from `at` until `until`, which is the last look that found the same."""

    channel: str
    at: float
    verdict: str
    evidence: str = ""
    source: str = ""
    until: float | None = None


@dataclass(frozen=True)
class Parked:
    """Why a channel is left alone until its secrets or settings, of which `fingerprint` is one, are others."""

    channel: str
    fingerprint: str
    at: float
    outcome: str
    reason: str = ""
    cause: str = ""
    remedy: str = ""


@dataclass(frozen=True, kw_only=True)
class ChannelRow:
    """What is known of a channel. `verdict`: of the last look at its health; `renewed_at`: when it was last connected;
    `audit_key`: its name in the mail audit; `down`: a cut was begun and not finished; `last`: its newest run."""

    channel: str
    project: str = ""
    address: str = ""
    verdict: str | None = None
    verdict_at: float | None = None
    evidence: str = ""
    renewed_at: float | None = None
    due_at: float | None = None
    audit_key: str | None = None
    parked: Parked | None = None
    down: bool = False
    last: RunRow | None = None


@dataclass(frozen=True)
class Counted:
    """Runs that were written after a certain one, counted. `last`: id of the newest, 0 when there is none; `outcomes`: of each
    channel, how many ended how; `gaps`: the mail gap (seconds) of the newest that had one."""

    last: int = 0
    outcomes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    gaps: Mapping[str, float] = field(default_factory=dict)


class ChannelFields(TypedDict, total=False):
    """What may be set of a channel."""

    project: str
    address: str
    renewed_at: float | None
    due_at: float | None
    audit_key: str | None
