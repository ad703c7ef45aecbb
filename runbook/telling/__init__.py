"""Telling: who hears of a channel's failure, its recovery, and what did not go out yet."""

from __future__ import annotations

from runbook.telling.message import Message
from runbook.telling.standby import Standby
from runbook.telling.target import Undelivered
from runbook.telling.teller import Notes, Teller, swept, targets, told

__all__ = ["Message", "Notes", "Standby", "Teller", "Undelivered", "swept", "targets", "told"]
