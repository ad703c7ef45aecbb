"""Everybody who takes the events of a run: the console, and a log where one is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runbook.logs import Log
    from runbook.redact import Redactor

Given = Mapping[str, Any]
Sink = Callable[[Mapping[str, Any]], None]


def ready(given: Given, stack: ExitStack, redactor: Redactor) -> Log | None:
    """The log, if one is asked for; `stack` closes it. Raises ConfigError when it, or the metrics file, could not be
    written."""
    if given["metrics"]:
        from runbook import metrics

        metrics.check(given["metrics"])
    if not (given["log_file"] or given["log_format"]):
        return None
    from runbook.logs import asked_for

    return stack.enter_context(asked_for(given, redactor.text))


class Audience:
    """The sinks that a verb's options ask for: `as_json`, `quiet`. Itself a sink, for all of them; before it is opened it is the
    console alone."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given
        self.sinks: list[Sink] = []

    def open(self, given: Mapping[str, Any], clean: Callable[[str], str], stack: ExitStack) -> None:
        """Opens them, and the log of the options `log_file` and `log_format`, which `stack` closes; `clean` is applied to every
        text (the redactor). Raises ConfigError when the log cannot be written."""
        self.sinks.append(self._console(clean))
        if given["log_file"] or given["log_format"]:
            from runbook.logs import asked_for

            self.sinks.append(stack.enter_context(asked_for(given, clean)).sink())

    def __call__(self, event: Mapping[str, Any]) -> None:
        for sink in self.sinks or [self._console(str)]:
            sink(event)

    def _console(self, clean: Callable[[str], str]) -> Sink:
        from runbook.console import make_sink

        return make_sink(as_json=self._given["as_json"], quiet=self._given["quiet"], clean=clean)
