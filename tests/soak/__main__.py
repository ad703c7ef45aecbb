"""`python -m tests.soak`: runs in a row, then sweeps for some minutes, each a process of its own in one sandbox and with one
state. Prints a table, and ends with 1 when something failed, was left behind, or grew.

Judged are the peaks of each command over the commands, and, within a sweep, which is one process and one browser for all its
channels, what it takes while it works on each of them.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from statistics import median

import click

from runbook.sandbox.server import Server

from .judge import Judged, Tolerance, judge
from .played import Played, Soak

MOST_FAILURES = 10
MEASURES = {
    "memory": (Tolerance(0.05, 15), "MB"),
    "descriptors": (Tolerance(0.05, 5), ""),
    "processes": (Tolerance(0.0, 0.9), ""),
}
KEPT = Tolerance(0.0, 0.9)


def repeat(play: Callable[[Server], Played], server: Server, more: Callable[[int], bool]) -> Iterator[Played]:
    """Plays while there is to be more, and until too much has failed."""
    count = failures = 0
    while more(count) and failures < MOST_FAILURES:
        played = play(server)
        count, failures = count + 1, failures + bool(played.failure)
        yield played


def judged(name: str, played: list[Played]) -> list[Judged]:
    """The peaks of the commands of one kind."""
    found = [
        judge(f"{name}: {what}", [each.watched.peak(what) for each in played], tolerance, unit)
        for what, (tolerance, unit) in MEASURES.items()
    ]
    return [*found, judge(f"{name}: files kept", [each.kept for each in played], KEPT)]


def within(sweeps: list[Played], channels: int) -> list[Judged]:
    """What a sweep takes from channel to channel: the middle over all sweeps, for each number of channels that are done."""
    found = []
    for what, (tolerance, unit) in MEASURES.items():
        stages = [each.watched.by_stage(what) for each in sweeps]
        at = [[stage[done] for stage in stages if done in stage] for done in range(1, channels)]
        found.append(judge(f"inside a sweep: {what}", [median(values) for values in at if values], tolerance, unit))
    return found


def told(name: str, played: list[Played]) -> list[str]:
    """What went wrong."""
    said = [f"{name} {at}: {each.failure}" for at, each in enumerate(played, 1) if each.failure]
    return said + [f"{name} {at} left {', '.join(each.left[:5])}" for at, each in enumerate(played, 1) if each.left]


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
@click.option("--channels", default=10, type=click.IntRange(2), help="Channels of each sweep.")
def main(runs: int, minutes: float, channels: int) -> None:
    """Looks whether anything grows."""
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
