"""Looks at a process and its children while they run: what each moment takes, and what is left of them afterwards."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from statistics import median

import psutil

EVERY = 0.2  # seconds between two looks
MEGABYTE = 2**20


@dataclass(frozen=True)
class Moment:
    """What a tree of processes takes at one moment. `memory`: megabytes that are in no file; `descriptors`: open files and
    connections; `stage`: how far the work is; `own_memory`: the memory of the first process alone."""

    memory: float
    descriptors: int
    processes: int
    stage: int
    own_memory: float


@dataclass
class Watched:
    """The moments of one process's life."""

    moments: list[Moment] = field(default_factory=list)

    def peak(self, what: str) -> float:
        """The most of something at any moment; 0 for a process that ended before it was looked at."""
        return max((getattr(moment, what) for moment in self.moments), default=0)

    def by_stage(self, what: str) -> dict[int, float]:
        """The middle of something in each stage."""
        found: dict[int, list[float]] = {}
        for moment in self.moments:
            found.setdefault(moment.stage, []).append(getattr(moment, what))
        return {stage: median(values) for stage, values in sorted(found.items())}


@dataclass(frozen=True)
class Played:
    """One command. `failure`: why it is none that should be; `left`: temporary files and processes that are still there; `kept`:
    files in the state's and the user's folder."""

    seconds: float
    watched: Watched
    failure: str
    left: tuple[str, ...]
    kept: int


@contextmanager
def watching(pid: int, stage: Callable[[], int] = lambda: 0) -> Iterator[Watched]:
    """Looks at a process and its children until the block ends."""
    watched, over = Watched(), threading.Event()

    def watch() -> None:
        with suppress(psutil.Error):
            root = psutil.Process(pid)
            while not over.wait(EVERY):
                tree = [root, *root.children(recursive=True)]
                taken = [found for process in tree if (found := _taken(process))]
                memory, descriptors = sum(each[0] for each in taken), sum(each[1] for each in taken)
                own = taken[0][0] if taken else 0
                watched.moments.append(Moment(memory / MEGABYTE, descriptors, len(taken), stage(), own / MEGABYTE))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield watched
    finally:
        over.set()
        thread.join()


def _taken(process: psutil.Process) -> tuple[int, int] | None:
    with suppress(psutil.Error):
        memory = process.memory_info()
        return memory.rss - getattr(memory, "shared", 0), process.num_fds() if hasattr(process, "num_fds") else 0
    return None


def marked(name: str, value: str) -> list[psutil.Process]:
    """Every process that has a variable of this value in its environment, whoever its parent is by now."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get(name) == value:
                found.append(process)
    return found
