"""Whether a schedule is installed, when it fired last, and what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from runbook.doctor import Check
from runbook.schedule import Status, installed

HOUR = 3_600.0
LATE = 2.5 * HOUR  # an hour, ten minutes by chance, and a sweep that takes long


def schedule(look: Callable[[], Status | None] = installed, now: Callable[[], float] = time.time) -> Check:
    """One line for the schedule of the current folder."""
    found = look()
    if found is None:
        text = "None is installed for this folder: a mailbox that loses its authorization is found by nobody."
        return Check("schedule", "warning", text, "Run `python -m runbook schedule install`.")
    where = f"{found.kind}, {found.where}"
    if found.last is None:
        after = f"; fires next {_when(found.next)}" if found.next is not None else ""
        if found.next is None:
            return Check("schedule", "warning", f"{where}: whether it fires is not known.", _look())
        return Check("schedule", "ok", f"{where}: has not fired yet{after}")
    fired = f"{where}: fired last {_when(found.last)}"
    if now() - found.last > LATE:
        remedy = "See `python -m runbook schedule status`; `schedule install` puts it in place again."
        return Check("schedule", "warning", f"{fired}, which is too long ago.", remedy)
    if found.result not in (None, 0):
        return Check("schedule", "warning", f"{fired}, and ended with exit code {found.result}.", _look())
    return Check("schedule", "ok", f"{fired}" + ("" if found.result is None else ", exit code 0"))


def _look() -> str:
    return "`python -m runbook status` tells which channel it is about, `schedule status` when it fires."


def _when(at: float | None) -> str:
    return (
        "at a time that is not known" if at is None else f"{datetime.fromtimestamp(at).astimezone():%Y-%m-%d %H:%M %Z}"
    )
