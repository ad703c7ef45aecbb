"""The sandbox in a process of its own: prints how to reach it, serves until standard input closes, prints its journal."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict

from runbook.sandbox import build, channel, parse
from runbook.sandbox.server import Server

STEP = 30  # seconds that a one-time code is good for
INTO = 2  # how far into a step the sandbox's clock begins


def serve(scenario: str) -> None:
    """Serves one world, whose clock begins near the start of a step: no run has to wait for the next code, and none
    reaches the end of a step."""
    world = build(parse(scenario))
    world.offset = STEP + INTO - time.time() % STEP
    with Server(world) as server:
        ready = {"args": server.browser_args(), "channel": channel(world), "offset": world.offset}
        sys.stdout.write(json.dumps(ready) + "\n")
        sys.stdout.flush()
        sys.stdin.read()
    sys.stdout.write(json.dumps([asdict(event) for event in world.journal]) + "\n")


if __name__ == "__main__":
    serve(sys.argv[1])
