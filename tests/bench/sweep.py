"""`python -m tests.bench.sweep`: re-authorizing the channels of one site by one sweep against as many `connect` runs, one after the
other, in the same sandbox; and the memory of a sweep over many channels (`--memory 50`).

Not counted is what a second sign-in of the admin has to wait for a one-time code of its own, which the sandbox's clock skips;
`--wait` counts it, as a real site's clock does: ten separate runs take five minutes for that alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from statistics import median
from typing import Any

import click

from runbook.sandbox import build, parse
from runbook.sandbox.__main__ import ready
from runbook.sandbox.desks import connections, desks
from runbook.sandbox.server import Server
from runbook.sandbox.world import World

from ..soak.judge import Tolerance, judge
from ..soak.watching import Watched, watching
from .limits import Figure, end
from .sides import TOP, Failed, environment

SCENARIO = "entra,g2,popup,revoked"
STEP = 30  # seconds that a one-time code is good for
INTO = 2
LIMIT = 0.5
WARM = 5  # channels after which the memory of a sweep does not grow any more
GAIN = Tolerance(0.05, 15)  # megabytes
Watch = Callable[[int], AbstractContextManager[object]]


class Stage:
    """A sandbox of many channels that plays several runs; each begins with every channel revoked."""

    def __init__(self, count: int, *, wait: bool = False) -> None:
        self.wait, self.rounds = wait, 0
        self.world: World = build(parse(f"{SCENARIO},channels-{count}"))
        self.keys = [desk.key for desk in desks(self.world)]

    def revoke(self) -> None:
        """All channels as they were at the beginning, and a new state with it: nothing was renewed a moment ago."""
        self.rounds += 1
        for desk in desks(self.world):
            self.world.projects[desk.key].connections[:] = connections(self.world, desk)
        self.world.journal.clear()
        self.next_codes()

    def next_codes(self) -> None:
        """Moves the sandbox's clock near the start of a later step, so that nobody has to wait for a code."""
        now = self.world.now()
        self.world.offset += STEP + INTO - now % STEP

    def kept(self, folder: Path) -> list[str]:
        """The options that let a run know which codes the runs before it have used."""
        return ["--sandbox-state", str(folder / f"world-{self.rounds}.json")] if self.wait else []

    def connected(self) -> list[str]:
        """The addresses that were connected since the channels were revoked."""
        return [event.details["address"] for event in self.world.events("connected")]


def play(server: Server, folder: Path, argv: Sequence[str], watch: Watch = lambda pid: nullcontext()) -> float:
    """Runs a verb as a process of its own and returns its seconds. Raises Failed with what it said."""
    begun = time.perf_counter()
    with (
        subprocess.Popen(
            [sys.executable, "-m", "tests.bench.any_verb", *argv],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=TOP,
            env={**environment(), "RUNBOOK_RUNS": str(folder / "runs")},
        ) as child,
        watch(child.pid),
    ):
        said, complained = child.communicate(json.dumps(ready(server)) + "\n")
    if child.returncode:
        raise Failed(f"{argv[0]} ended with {child.returncode}: {complained[-1000:]}{said[-1500:]}")
    return time.perf_counter() - begun


def separate(server: Server, stage: Stage, folder: Path) -> float:
    """One `connect` for each channel, one after the other; seconds of all of them."""
    stage.revoke()
    seconds = 0.0
    for key in stage.keys:
        if not stage.wait:
            stage.next_codes()
        seconds += play(server, folder, ["connect", "--project", key, "--sandbox", "--json", *stage.kept(folder)])
    return _all(stage, seconds)


def together(server: Server, stage: Stage, folder: Path, watch: Watch = lambda pid: nullcontext()) -> float:
    """One sweep over all of them, the look at their health included."""
    stage.revoke()
    argv = ["reauthorize", "--all", "--sandbox", "--json", "--delay", "0", *stage.kept(folder)]
    return _all(stage, play(server, folder, argv, watch))


def _all(stage: Stage, seconds: float) -> float:
    if sorted(stage.connected()) != sorted(desk.address for desk in desks(stage.world)):
        raise Failed(f"Not every channel was connected once: {stage.connected()}")
    return seconds


def memory_after(server: Server, stage: Stage, folder: Path) -> Mapping[int, float]:
    """The megabytes of the sweep's whole process tree, by how many channels were connected: the middle of each such time."""
    found: list[Watched] = []

    @contextmanager
    def watch(pid: int) -> Iterator[None]:
        with watching(pid, lambda: len(stage.connected())) as watched:
            found.append(watched)
            yield

    together(server, stage, folder, watch)
    return found[0].by_stage("memory")


def compare(count: int, pairs: int, folder: Path, say: Callable[[str], None], *, wait: bool = False) -> dict[str, Any]:
    """Plays both sides in pairs, in turns. Returns the medians (seconds) and their ratio."""
    stage = Stage(count, wait=wait)
    found: dict[str, list[float]] = {"separate": [], "together": []}
    with Server(stage.world) as server:
        for at in range(pairs):
            for side in ("together", "separate") if at % 2 else ("separate", "together"):
                seconds = {"separate": separate, "together": together}[side](server, stage, folder)
                found[side].append(seconds)
                say(f"{side}: {seconds:.1f} s")
    ratios = [ours / theirs for ours, theirs in zip(found["together"], found["separate"], strict=True)]
    return {**{side: median(seconds) for side, seconds in found.items()}, "ratio": median(ratios)}


@click.command(context_settings={"show_default": True})
@click.option("--channels", "count", default=10, type=click.IntRange(2), help="Channels of the site.")
@click.option("--pairs", default=2, type=click.IntRange(1), help="Pairs of timed runs.")
@click.option("--wait", is_flag=True, help="Count what a run waits for a one-time code of its own.")
@click.option("--memory", "many", default=0, help="Watch the memory of a sweep over so many channels instead.")
def main(count: int, pairs: int, wait: bool, many: int) -> None:
    """Measures a sweep against separate runs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if many:
            stage = Stage(many)
            with Server(stage.world) as server:
                seen = memory_after(server, stage, folder)
            for done in sorted({1, WARM, many // 2, many - 1} & set(seen)):
                click.echo(f"after {done} channels: {seen[done]:.0f} MB")
            later = judge(
                "memory after the fifth channel", [seen[done] for done in seen if WARM <= done < many], GAIN, "MB"
            )
            click.echo(f"| What | Measurements | Second third | Last third | |\n|---|---|---|---|---|\n{later.row()}")
            sys.exit(1 if later.grows else 0)
        found = compare(count, pairs, folder, lambda text: click.echo(text, err=True), wait=wait)
    click.echo(
        f"{count} channels: one sweep {found['together']:.1f} s, separate runs {found['separate']:.1f} s, "
        f"ratio {found['ratio']:.2f} (limit {LIMIT})"
    )
    end([Figure("ratio", found["ratio"], LIMIT)])


if __name__ == "__main__":
    main()
