"""Keeps a run that has ended, for `status` and `history`."""

from __future__ import annotations

from runbook.errors import Locked
from runbook.outcome import Outcome
from runbook.settings import Channel
from runbook.state import RunRow, State

DRY_RUN = "dry-run"


def remember(
    state: State,
    channel: Channel,
    outcome: Outcome,
    *,
    due: str,
    started: float,
    ended: float,
    keep_days: int | None = None,
) -> None:
    """Writes the run down and what it says of the channel. `due`: why it was run (`manual`, `dry-run`, or the sweep's reason);
    times are seconds since 1970; `keep_days`: what is older is forgotten. A run that another one kept out was none.
    Raises ConfigError or Transient when the state cannot be written."""
    if outcome.name == Locked.__name__:
        return
    ended = max(started, ended)  # a clock may have been put back meanwhile
    state.add_run(
        RunRow(
            channel=channel.id,
            project=channel.project,
            address=channel.address,
            due=due,
            started=started,
            ended=ended,
            outcome=outcome.name,
            exit_code=outcome.exit_code,
            reason=outcome.reason,
            cause=outcome.cause,
            remedy=outcome.remedy,
            mailbox=outcome.mailbox,
            changed=outcome.changed,
            down=outcome.down,
            gap_from=outcome.gap_from,
            gap_to=outcome.gap_to,
            gap_seconds=outcome.gap_seconds,
            folder=outcome.run,
        )
    )
    if outcome.name == "Connected":
        state.update_channel(channel.id, renewed_at=ended)
    if outcome.exit_code == 0 and due != DRY_RUN:
        state.unpark(channel.id)
    if keep_days is not None:
        state.prune(ended - keep_days * 86_400)
