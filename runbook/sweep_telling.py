"""Who hears of a sweep: the console and a log as it goes on, and at its end those whom the settings name, and Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from runbook.errors import RunbookError
from runbook.settings import Channel, Settings
from runbook.sweep import Swept
from runbook.sweep_console import SweepConsole

if TYPE_CHECKING:
    from runbook.logs import Log
    from runbook.redact import Redactor
    from runbook.state import State
    from runbook.telling import Standby

Given = Mapping[str, Any]
Sink = Callable[[Mapping[str, Any]], None]


class SweepAudience:
    """Takes the events of a sweep, and makes the sinks for its runs."""

    def __init__(self, console: SweepConsole, log: Log | None) -> None:
        self._console, self._log = console, log
        self._logged = log.sink() if log else None

    def __call__(self, event: Mapping[str, Any]) -> None:
        self._console(event)
        if self._logged:
            self._logged(event)

    def sinks(self, channel: Channel) -> list[Sink]:
        """Who is told of a run on this channel."""
        logged: list[Sink] = [self._log.sink(channel=channel.id)] if self._log else []
        return [self._console.sink(channel), *logged]


async def conclude(
    given: Given,
    settings: Settings,
    state: State,
    redactor: Redactor,
    swept: Sequence[Swept],
    warn: Callable[[str], None],
    standby: Standby | None = None,
) -> None:
    """Tells those whom the settings name, unless it was a dry run, and writes the metrics. What fails is a warning. `standby` tells
    when the state is what fails."""
    from runbook.telling import Teller
    from runbook.telling import swept as tell

    if not given["dry_run"]:
        teller = Teller(settings.notify, state, redactor, played=given["sandbox"])
        for text in await tell(teller, [(each.channel, each.due, each.outcome) for each in swept], standby):
            warn(text)
    if given["metrics"]:
        from runbook import metrics

        known = {channel.id for channel in settings.channels.values()} | {each.channel.id for each in swept}
        try:
            metrics.write(given["metrics"], state, known)
        except RunbookError as error:
            warn(error.cause)
