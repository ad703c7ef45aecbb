"""What is remembered between runs: locks, used codes, rejected secrets, unfinished cuts; runs, health, parked channels.

The connection of a channel is not remembered: it is read from Jira.
"""

from __future__ import annotations

from runbook.state.opening import examine, open_state
from runbook.state.records import ChannelRow, Counted, HealthRow, Parked, RunRow
from runbook.state.state import State

__all__ = ["ChannelRow", "Counted", "HealthRow", "Parked", "RunRow", "State", "examine", "open_state"]
