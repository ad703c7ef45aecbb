"""Runs one side, in a sandbox of its own, and measures it from outside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from runbook.browser import FLAGS, ensure

SCENARIO = "entra,g2,popup,revoked"
SAMPLE = 0.1  # seconds between two looks at the memory
TOP = Path(__file__).resolve().parents[len(__name__.split(".")) - 1]  # the folder from which this package is imported
SIDES = {"connect": ("verb",), "bare": ("bare", "same"), "article": ("bare", "article")}


class Failed(Exception):
    """A side did not get to its end."""


@dataclass(frozen=True)
class Measured:
    """One run of one side. `seconds`: of its whole process; `gap`: seconds from the removal to the new connection in the
    sandbox's journal; `told_gap`: the gap that `connect` reports; `peak`: bytes of its process tree, if asked for."""

    seconds: float
    gap: float
    connected: tuple[str, ...]
    told_gap: float | None = None
    peak: int | None = None


def measure(side: str, folder: Path, *, memory: bool = False) -> Measured:
    """Plays one side. `folder`: where `connect` keeps its runs. Looking at the memory takes time, so a run of which the
    time counts goes without. Raises Failed with what the side said."""
    with _stage() as stage:
        given = {**stage.ready, "program": program(), "args": [*FLAGS, *stage.ready["args"]]}
        if side == "connect":
            given["args"] = stage.ready["args"]  # it sets its own flags
        seconds, said, peak = _run(side, given, folder, memory=memory)
    journal = stage.journal
    at = {event["kind"]: event["at"] for event in journal}
    connected = tuple(event["details"]["address"] for event in journal if event["kind"] == "connected")
    if not connected or "removed" not in at:
        raise Failed(f"{side}: nothing was connected. {said[-500:]}")
    told = _told(said) if side == "connect" else None
    return Measured(seconds, at["connected"] - at["removed"], connected, told, peak)


def program() -> str:
    """The browser that `connect` finds by itself."""
    return str(ensure(None, headed=False, say=lambda _: None).path)


@dataclass
class _Stage:
    ready: dict[str, Any]
    journal: list[dict[str, Any]]


@contextmanager
def _stage() -> Iterator[_Stage]:
    with _python("stage", SCENARIO) as child:
        assert child.stdin
        assert child.stdout
        stage = _Stage(json.loads(child.stdout.readline()), [])
        try:
            yield stage
        finally:
            child.stdin.close()
            stage.journal = json.loads(child.stdout.read() or "[]")


def _run(side: str, given: dict[str, Any], folder: Path, *, memory: bool) -> tuple[float, str, int | None]:
    begun = time.perf_counter()
    with _python(*SIDES[side], env={"RUNBOOK_RUNS": str(folder / "runs")}) as child:
        with _peak(child.pid) if memory else _no_peak() as peak:
            said, complained = child.communicate(json.dumps(given) + "\n")
        seconds = time.perf_counter() - begun
    if child.returncode:
        raise Failed(f"{side} ended with {child.returncode}: {complained[-1000:] or said[-1000:]}")
    return seconds, said, peak[0] if peak else None


def _python(module: str, *args: str, env: dict[str, str] | None = None) -> subprocess.Popen[str]:
    argv = [sys.executable, "-m", f"{__package__}.{module}", *args]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        argv, stdin=pipe, stdout=pipe, stderr=pipe, text=True, cwd=TOP, env={**environment(), **(env or {})}
    )


def environment() -> dict[str, str]:
    """Where this process must not keep compiled modules, the measured ones still do, as on a user's machine."""
    return {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


def _told(said: str) -> float | None:
    ended = json.loads(said.strip().splitlines()[-1])
    gap = ended["gap_seconds"]
    return None if gap is None else float(gap)


@contextmanager
def _peak(pid: int) -> Iterator[list[int]]:
    """The most memory that a process and its children held at one moment, in bytes; known when the block ends."""
    peak, over = [0], threading.Event()
    root = psutil.Process(pid)

    def watch() -> None:
        while not over.wait(SAMPLE):
            with suppress(psutil.Error):
                peak[0] = max(peak[0], sum(_memory(p) for p in [root, *root.children(recursive=True)]))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        over.set()
        thread.join()


@contextmanager
def _no_peak() -> Iterator[list[int]]:
    yield []


def _memory(process: psutil.Process) -> int:
    """Its own memory and its share of what it shares (PSS): a sum of resident sizes would count the browser's program
    once for every process. Where the system does not tell, what it shares with nobody."""
    with suppress(psutil.Error):
        told = process.memory_full_info()
        return int(getattr(told, "pss", 0) or told.uss)
    return 0
