"""What the steps of a run have learned so far."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict


class Facts(BaseModel):
    """What the steps have learned so far; JSON-ready, without secrets. Times are seconds since 1970."""

    model_config = ConfigDict(extra="forbid")

    account_id: str = ""
    account_address: str = ""
    email_page: str = ""
    rows: list[dict[str, Any]] = []
    decision: str = ""
    why: str = ""
    request_type: str = ""
    reply_to: bool = False
    removed: list[str] = []
    removed_at: float | None = None
    connected: list[str] = []
    verified_at: float | None = None
    client: dict[str, Any] = {}
    proven: bool = False
    consent_shown: bool = False
    discovered: dict[str, dict[str, str]] = {}

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
