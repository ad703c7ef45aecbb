"""Other processes that use a state: `python processes.py WHAT FOLDER URL NAME`. Each says what it has done on a line of its
own and then waits for its standard input to end."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runbook.state import State

ROOT = Path(__file__).parents[2]


@contextmanager
def process(what: str, folder: Path, url: str | None, name: str = "x") -> Iterator[subprocess.Popen[str]]:
    """Such a process, killed at the end of the block if it still lives."""
    command = [sys.executable, str(Path(__file__)), what, str(folder), url or "", name]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def said(running: subprocess.Popen[str]) -> str:
    """The next line of a process."""
    assert running.stdout
    return running.stdout.readline().strip()


def go_on(running: subprocess.Popen[str]) -> None:
    """Ends its standard input."""
    assert running.stdin
    running.stdin.close()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _lock(state: State, name: str) -> None:
    with state.lock(name):
        _say("held")
        sys.stdin.read()


def _identity(state: State, name: str) -> None:
    with state.lock_identity(name):
        _say("held")
        sys.stdin.read()


def _write(state: State, name: str) -> None:
    """Is in the middle of a transaction that has written."""
    from runbook.state.rows import put
    from runbook.state.tables import NOTES

    with state._open().database.write() as connection:
        put(connection, NOTES, {"channel": name, "key": "torn", "data": {}}, over=True)
        _say("written")
        sys.stdin.read()


def _claim(state: State, name: str) -> None:
    """Claims the steps of one secret as fast as it can, all at the same time as the others."""
    state.ledger.claim("ready", os.getpid())
    _say("ready")
    sys.stdin.read()
    _say(" ".join(str(step) for step in range(60) if state.ledger.claim(name, step)))


def _codes(state: State, text: str) -> None:
    """Asks for codes of one secret, at the same time as the others, by a clock that goes on only while it waits."""
    from runbook.otp import OneTimeCodes

    clock = [1_800_000_000.0]

    async def wait(seconds: float) -> None:
        clock[0] += seconds

    async def take() -> list[int]:
        codes = OneTimeCodes(state.ledger, lambda: clock[0], wait)
        return [(await codes.code(text)).counter for _ in range(3)]

    state.ledger.claim("ready", os.getpid())
    _say("ready")
    sys.stdin.read()
    _say(" ".join(map(str, asyncio.run(take()))))


def _open(state: State, name: str) -> None:
    """Opens a state that is not there yet, at the same time as the others."""
    _say("ready")
    sys.stdin.read()
    state.write_note(name, str(os.getpid()), {})
    _say("opened")


if __name__ == "__main__":
    what, folder, url, name = sys.argv[1:]
    kinds = {"lock": _lock, "identity": _identity, "write": _write, "claim": _claim, "codes": _codes, "open": _open}
    kinds[what](State(Path(folder), url=url or None), name)
