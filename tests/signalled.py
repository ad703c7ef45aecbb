"""`python -m tests.signalled STEP SIGNAL GROUP ARGUMENTS...`: the runbook, which gets a signal just as it tells that a step starts;
`GROUP` is 1: its whole group gets it, as from a terminal's Ctrl-C. Sent from outside, it may come when the step has long ended."""

from __future__ import annotations

import os
import signal
import sys
from unittest.mock import patch

from runbook.cli import main
from runbook.console import JsonSink


def signalled(step: int, number: int, *, group: bool, argv: list[str]) -> None:
    """Runs a command with `--json`."""
    tell = JsonSink.__call__

    def told(sink: JsonSink, event: dict[str, object]) -> None:
        tell(sink, event)
        if (event["event"], event.get("n"), event.get("status")) == ("step", step, "started"):
            (os.killpg if group else os.kill)(os.getpid(), number)

    with patch.object(JsonSink, "__call__", told):
        main(argv)


if __name__ == "__main__":
    signalled(int(sys.argv[1]), getattr(signal, sys.argv[2]), group=sys.argv[3] == "1", argv=sys.argv[4:])
