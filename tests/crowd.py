"""Many commands at once, each a process of its own: `python crowd.py`, told on standard input what and where.

What they import is imported once and then forked, so that twenty of them start at the same moment and cost little. A line of
JSON for each tells how it ended, in the order in which they end.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, redirect_stdout, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from runbook.sandbox.__main__ import ready
from runbook.sandbox.server import Server

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Crowd:
    """The processes that run, or have ended."""

    running: subprocess.Popen[str]

    def ended(self) -> Mapping[str, Any]:
        """How the next one has ended: its `pid`, its exit `code` and its `events`."""
        assert self.running.stdout
        return dict(json.loads(self.running.stdout.readline()))

    def go_on(self) -> None:
        """Lets the one that was held go on."""
        assert self.running.stdin
        self.running.stdin.close()


@contextmanager
def crowd(server: Server, folder: Path, commands: Sequence[Sequence[str]], *, held: bool = False) -> Iterator[Crowd]:
    """Starts verbs of the sandbox, all with one state in `folder`. `held`: a run that has its channel's lock waits with it until it
    may go on."""
    shared = ["--sandbox", "--json", "--sandbox-state", str(folder / "world.json")]
    given = {"served": ready(server), "held": held, "commands": [[*each, *shared] for each in commands]}
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "RUNBOOK_RUNS": str(folder / "runs")}
    with subprocess.Popen(
        [sys.executable, __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=environment,
        start_new_session=True,
    ) as running:
        assert running.stdin
        try:
            running.stdin.write(json.dumps(given) + "\n")
            running.stdin.flush()
            yield Crowd(running)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(running.pid, 9)


def _one(served: Mapping[str, Any], argv: Sequence[str], *, held: bool) -> None:
    from runbook.aside import aside
    from runbook.cli import main
    from runbook.sandbox import child
    from runbook.session import Session

    @contextmanager
    def reached(*_: Any, **__: Any) -> Iterator[child.Served]:
        yield child.Served.said(served)

    play = Session._in_its_own_browser

    async def later(session: Session, run: Any) -> Any:
        await aside(lambda: os.read(0, 1))
        return await play(session, run)

    said, code = io.StringIO(), 0
    with ExitStack() as stack:
        stack.enter_context(redirect_stdout(said))
        stack.enter_context(patch.object(child, "serve", reached))
        if held:
            stack.enter_context(patch.object(Session, "_in_its_own_browser", later))
        try:
            main(list(argv))
        except SystemExit as ended:
            code = int(ended.code or 0)
    events = [json.loads(line) for line in said.getvalue().splitlines()]
    _said(os.getpid()).write_text(json.dumps({"pid": os.getpid(), "code": code, "events": events}))


def _said(pid: int) -> Path:
    return Path(f"{pid}.said")


def _all(given: Mapping[str, Any]) -> None:
    import playwright.async_api  # noqa: F401 - what every one of them needs

    import flows  # noqa: F401
    from runbook import session, site_session, sweep, verbs, verbs_sweep  # noqa: F401

    for argv in given["commands"]:
        if not os.fork():
            try:
                _one(given["served"], argv, held=given["held"])
            finally:
                os._exit(0)
    for _ in given["commands"]:
        pid, _status = os.wait()
        sys.stdout.write(_said(pid).read_text() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _all(json.loads(sys.stdin.readline()))
