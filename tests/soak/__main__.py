"""`python -m tests.soak`: runs in a row, then sweeps for some minutes, each a process of its own in one sandbox and with one
state. Prints a table, and ends with 1 when something failed, was left behind, or grew.

Judged are the peaks of each command over the commands, and, within a sweep, which is one process and one browser for all its
channels, what it takes while it works on each of them.
"""

from __future__ import annotations

import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import click

from runbook.sandbox.server import Server

from .judge import Judged
from .played import Soak
from .table import judged, told, within
from .watching import Played

MOST_FAILURES = 10


def repeat(play: Callable[[Server], Played], server: Server, more: Callable[[int], bool]) -> Iterator[Played]:
    """Plays while there is to be more, and until too much has failed."""
    count = failures = 0
    while more(count) and failures < MOST_FAILURES:
        played = play(server)
        count, failures = count + 1, failures + bool(played.failure)
        yield played


def _say(name: str, at: int, played: Played) -> None:
    what = f"{played.watched.peak('memory'):.0f} MB, {played.watched.peak('descriptors'):.0f} descriptors"
    click.echo(f"{name} {at}: {played.seconds:.1f} s, {what} {played.failure}".rstrip(), err=True)


def _play(name: str, soak: Soak, play: Callable[[Server], Played], more: Callable[[int], bool]) -> list[Played]:
    found = []
    with Server(soak.stage.world) as server, suppress(KeyboardInterrupt):  # what was measured by then is judged
        for played in repeat(play, server, more):
            found.append(played)
            _say(name, len(found), played)
    return found


@click.command(context_settings={"show_default": True})
@click.option("--runs", default=300, type=click.IntRange(0), help="`connect` runs in a row.")
@click.option("--minutes", default=30.0, type=click.FloatRange(0), help="So long sweep follows on sweep.")
@click.option("--channels", default=25, type=click.IntRange(2), help="Channels of each sweep.")
def main(runs: int, minutes: float, channels: int) -> None:
    """Looks whether anything grows."""
    for number in (signal.SIGINT, signal.SIGTERM):  # in the background of a shell the first is ignored
        signal.signal(number, signal.default_int_handler)
    rows: list[Judged] = []
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        if runs:
            soak = Soak(Path(name) / "runs")
            played = _play("run", soak, soak.connect, lambda count: count < runs)
            rows, wrong = judged("runs", played), told("run", played)
        if minutes:
            soak, end = Soak(Path(name) / "sweeps", channels), time.monotonic() + 60 * minutes
            swept = _play("sweep", soak, soak.sweep, lambda count: not count or time.monotonic() < end)
            rows += [*judged("sweeps", swept), *within(swept, channels)]
            wrong += told("sweep", swept)
    click.echo("| What | Measurements | Second third | Last third | |\n|---|---|---|---|---|")
    for row in rows:
        click.echo(row.row())
    click.echo("\n".join(wrong) or "Nothing failed, and nothing was left behind.")
    sys.exit(1 if wrong or any(row.grows for row in rows) else 0)


if __name__ == "__main__":
    main()
