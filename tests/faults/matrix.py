"""The matrix: which cells there are, playing them side by side, keeping each as soon as it is known."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from .cell import STEPS, Cell
from .faults import FAULTS, MIDDLE, START

TOP = Path(__file__).resolve().parents[len(__name__.split(".")) - 1]  # the folder from which this package is imported
Pair = tuple[str, str]


def cells(only: Sequence[str] = ()) -> list[Pair]:
    """All pairs of step and fault, or those that `only` names: `STEP/FAULT`, `STEP/` or `/FAULT`."""
    every = [(step, fault) for step in STEPS for fault in FAULTS]
    return [pair for pair in every if not only or any(_named(pair, each) for each in only)]


def _named(pair: Pair, wanted: str) -> bool:
    step, _, fault = wanted.partition("/")
    return step in ("", pair[0]) and fault in ("", pair[1])


def covering(week: int) -> list[Pair]:
    """Every step and every fault at least once, other pairs each week; all pairs after as many weeks as there are steps."""
    return [(STEPS[(number + week) % len(STEPS)], fault) for number, fault in enumerate(FAULTS)]


def moment(week: int, fault: str) -> str:
    """When a fault strikes in the covering part of a week: at the step's beginning, or in its middle where that is another thing. After
    twice as many weeks as there are steps every pair had both."""
    turn = week // len(STEPS) + list(FAULTS).index(fault)
    return MIDDLE if FAULTS[fault].later and turn % 2 else START


def kept(file: Path) -> dict[Pair, Cell]:
    """What was played before; the last word on each pair counts."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    found = [Cell(**json.loads(line)) for line in lines]
    return {(cell.step, cell.fault): cell for cell in found}


def run(pairs: Iterable[Pair], jobs: int, done: Callable[[Cell], None], when: Callable[[str], str]) -> None:
    """Plays the pairs in `jobs` processes; `done` is told of each cell, one at a time. `when`: the moment of a fault."""
    queue: SimpleQueue[Pair] = SimpleQueue()
    for pair in pairs:
        queue.put(pair)
    lock = threading.Lock()

    def work() -> None:
        with _player(when) as played:
            while True:
                try:
                    pair = queue.get_nowait()
                except Empty:
                    return
                cell = played(pair)
                with lock:
                    done(cell)

    threads = [threading.Thread(target=work) for _ in range(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@contextmanager
def _player(when: Callable[[str], str]) -> Iterator[Callable[[Pair], Cell]]:
    """A process that plays cell after cell; a new one takes the place of one that ended."""
    running: list[subprocess.Popen[str]] = []

    def player() -> subprocess.Popen[str]:
        if not running or running[-1].poll() is not None:
            argv = [sys.executable, "-m", f"{__package__}.player"]
            pipe = subprocess.PIPE
            env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [str(TOP), os.environ.get("PYTHONPATH")]))}
            running.append(subprocess.Popen(argv, stdin=pipe, stdout=pipe, text=True, cwd=TOP, env=env))
        return running[-1]

    def play(pair: Pair) -> Cell:
        child = player()
        assert child.stdin
        assert child.stdout
        child.stdin.write("/".join((*pair, when(pair[1]))) + "\n")
        child.stdin.flush()
        line = child.stdout.readline()
        return (
            Cell(**json.loads(line))
            if line
            else Cell(*pair, when(pair[1]), problems=["its player ended without a word"])
        )

    try:
        yield play
    finally:
        for child in running:
            child.communicate()


def scratch() -> tempfile.TemporaryDirectory[str]:
    """A folder for one player."""
    return tempfile.TemporaryDirectory(prefix="faults-", ignore_cleanup_errors=True)


def told(cell: Cell) -> dict[str, Any]:
    """A cell as a line of the file keeps it."""
    return cell.told()
