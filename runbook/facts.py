"""What the steps of a run have learned so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

Evidence = str | bool | Iterable[str]


def lines_of(evidence: Mapping[str, Evidence]) -> dict[str, list[str]]:
    """What was seen, for a record: names in words, lists of texts. What there is nothing to say of is left out."""
    found: dict[str, list[str]] = {}
    for name, seen in evidence.items():
        if isinstance(seen, bool):
            seen = "yes" if seen else "no"
        texts = [seen] if isinstance(seen, str) else [str(each) for each in seen]
        if texts := [text for text in texts if text]:
            found[name.replace("_", " ")] = texts
    return found


class Facts(BaseModel):
    """What the steps have learned so far; JSON-ready, without secrets. Times are seconds since 1970. `aside`: the reply-to was taken
    from the old connection, which is still there; `restored`: request type and reply-to are as they should be; `looks`: by project,
    what the e-mail page says of its channel's health."""

    model_config = ConfigDict(extra="forbid")

    account_id: str = ""
    account_address: str = ""
    email_page: str = ""
    rows: list[dict[str, Any]] = []
    decision: str = ""
    why: str = ""
    health: str = (
        ""  # of the mailbox's row: what its log means, `unknown` when nobody looked, `absent` when there is no row
    )
    request_type: str = ""
    reply_to: bool = False
    removed: list[str] = []
    removed_at: float | None = None
    aside: bool = False
    connected: list[str] = []
    restored: bool = False
    verified_at: float | None = None
    client: dict[str, Any] = {}
    proven: bool = False
    consent_shown: bool = False
    discovered: dict[str, dict[str, str]] = {}
    looks: dict[str, dict[str, Any]] = {}

    @property
    def gap_seconds(self) -> float | None:
        """Seconds between the removal of the mailbox's old connection and the proof of its new one; None if nothing was cut."""
        if self.removed_at is None or self.verified_at is None:
            return None
        return round(self.verified_at - self.removed_at, 3)

    @property
    def gap(self) -> dict[str, Any] | None:
        """The time in which Jira reads no mail of the mailbox, as far as it is known; None if nothing was cut."""
        if self.removed_at is None:
            return None
        return {"from": _stamp(self.removed_at), "to": _stamp(self.verified_at), "seconds": self.gap_seconds}

    @property
    def cut(self) -> bool:
        """Whether the old connection is gone and the mailbox's new one is not there yet."""
        return self.removed_at is not None and self.verified_at is None and not self.connected


def _stamp(at: float | None) -> str | None:
    if at is None:
        return None
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
