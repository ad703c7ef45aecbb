"""One run in a process of its own, which a test may see killed: `python apart.py FILE`, a JSON file with `args` (for the
browser), `external`, `channel`, `folder`, `options` and perhaps `kill`. Prints the run's events, one JSON object a line.

`kill` names the moment at which the process ends itself, as `kill -9` would: `{"step": NAME}` when that step is done, or
`{"call": METHOD, "time": N}` when a method of the mailbox returns for the Nth time.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flows import CONNECT
from runbook.options import Options
from runbook.rescue.mailbox import Mailbox
from runbook.session import Place, Session
from runbook.settings.external import External


def die() -> None:
    sys.stdout.flush()
    os.kill(os.getpid(), signal.SIGKILL)


def sink(kill: Mapping[str, Any]) -> Any:
    def take(event: Mapping[str, Any]) -> None:
        sys.stdout.write(json.dumps(event, default=str) + "\n")
        sys.stdout.flush()
        if "step" in kill and (event.get("name"), event.get("status")) == (kill["step"], "done"):
            die()

    return take


def watch(kill: Mapping[str, Any]) -> None:
    if "call" not in kill:
        return
    real, calls = getattr(Mailbox, kill["call"]), []

    def called(*args: Any) -> Any:
        result = real(*args)
        calls.append(1)
        if len(calls) == kill["time"]:
            die()
        return result

    setattr(Mailbox, kill["call"], called)


async def main(given: Mapping[str, Any]) -> int:
    kill = given.get("kill") or {}
    watch(kill)
    folder = Path(given["folder"])
    place = Place(folder / "runs", folder / "state", args=tuple(given["args"]), sandbox=True)
    session = Session(place, Options(**given["options"]), CONNECT, sinks=[sink(kill)])
    channel = External.model_validate(given["external"]).channel(given["channel"])
    return (await session.connect(channel)).exit_code


if __name__ == "__main__":
    sys.exit(asyncio.run(main(json.loads(Path(sys.argv[1]).read_text("utf-8")))))
