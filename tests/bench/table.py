"""Pairs of runs, their medians, and the table for the README."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from .limits import Figure
from .sides import Measured, environment, measure, program

HELP_RUNS = 20
# What `connect` may need, compared with the others, and the seconds of --help.
TIME, MEMORY, GAP, HELP = 1.25, 1.15, 0.35, 0.25
MEGA = 1024 * 1024


@dataclass
class Results:
    """All that was measured. Times in seconds, memory in bytes."""

    runs: dict[str, list[Measured]] = field(default_factory=dict)
    memory: dict[str, list[int]] = field(default_factory=dict)
    help_seconds: list[float] = field(default_factory=list)
    help_imports_playwright: bool = False


def run(folder: Path, pairs: int, memory_pairs: int, say: Callable[[str], None]) -> Results:
    """Plays `connect` against each of the bare scripts, in pairs whose order alternates (A B, B A, ...), so that a machine
    that gets slower or faster meanwhile does so for both."""
    found = Results()
    for side in ("connect", "bare", "article"):
        measure(side, folder)  # not counted: compiles the modules and fills the system's cache
    found.help_imports_playwright, found.help_seconds = help_imports_playwright(), help_times(HELP_RUNS)
    for at, side in enumerate(in_turns(("connect", "bare"), pairs)):
        measured = measure(side, folder)
        found.runs.setdefault(side, []).append(measured)
        say(f"{at + 1}/{2 * pairs} {side}: {measured.seconds:.2f} s, gap {measured.gap:.2f} s")
    for _ in range(max(1, pairs // 2)):
        measured = measure("article", folder)
        found.runs.setdefault("article", []).append(measured)
        say(f"article: {measured.seconds:.2f} s, gap {measured.gap:.2f} s")
    for side in in_turns(("connect", "bare"), memory_pairs):
        peak = measure(side, folder, memory=True).peak or 0
        found.memory.setdefault(side, []).append(peak)
        say(f"memory of {side}: {peak / MEGA:.0f} MB")
    return found


def in_turns(sides: Sequence[str], pairs: int) -> Iterator[str]:
    """A B, B A, A B ..."""
    for at in range(pairs):
        yield from sides if at % 2 == 0 else reversed(sides)


def help_times(times: int) -> list[float]:
    """Seconds of `python -m runbook --help`, each a process of its own."""
    found = []
    for _ in range(times):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-m", "runbook", "--help"], check=True, capture_output=True, env=environment())
        found.append(time.perf_counter() - begun)
    return found


def help_imports_playwright() -> bool:
    """Whether `--help` loads the browser's driver."""
    code = (
        "import sys, json\nsys.argv = ['runbook', '--help']\nfrom runbook.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "sys.stderr.write(json.dumps('playwright' in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return bool(json.loads(done.stderr))


def markdown(found: Results) -> tuple[str, list[Figure]]:
    """The table, with the facts of the machine above it, and the figures that have a limit."""
    seconds = {side: median(run.seconds for run in runs) for side, runs in found.runs.items()}
    gap = {side: median(run.gap for run in runs) for side, runs in found.runs.items()}
    told = median(run.told_gap or 0.0 for run in found.runs["connect"])
    peak = {side: median(peaks) / MEGA for side, peaks in found.memory.items()}
    paired = median(
        ours.seconds / theirs.seconds for ours, theirs in zip(found.runs["connect"], found.runs["bare"], strict=True)
    )
    pairs, samples, articles = len(found.runs["bare"]), len(found.memory["bare"]), len(found.runs["article"])
    lines = [
        machine(),
        "",
        "| What | `connect` | Compared with | Ratio | Limit | Runs |",
        "|---|---|---|---|---|---|",
        f"| Time, browser start included | {seconds['connect']:.2f} s | bare script, same clicks: {seconds['bare']:.2f} s "
        f"| {seconds['connect'] / seconds['bare']:.2f} (in pairs: {paired:.2f}) | {TIME} | {pairs} pairs |",
        f"| Peak memory (runner, driver, browser) | {peak['connect']:.0f} MB | bare script: {peak['bare']:.0f} MB "
        f"| {peak['connect'] / peak['bare']:.2f} | {MEMORY} | {samples} pairs |",
        f"| Mail gap, in Jira's journal | {gap['connect']:.2f} s | article's order: {gap['article']:.2f} s "
        f"| {gap['connect'] / gap['article']:.2f} | {GAP} | {pairs} and {articles} |",
        f"| Mail gap, as `connect` reports it | {told:.2f} s | article's order: {gap['article']:.2f} s "
        f"| {told / gap['article']:.2f} | | {pairs} and {articles} |",
        f"| `python -m runbook --help` | {median(found.help_seconds):.3f} s "
        f"| Playwright imported: {'yes' if found.help_imports_playwright else 'no'} | | {HELP} s | {len(found.help_seconds)} |",
    ]
    figures = [
        Figure("time", seconds["connect"] / seconds["bare"], TIME),
        Figure("peak memory", peak["connect"] / peak["bare"], MEMORY),
        Figure("mail gap", gap["connect"] / gap["article"], GAP),
        Figure("--help", median(found.help_seconds), HELP),
    ]
    return "\n".join(lines), figures


def machine() -> str:
    """What the numbers were measured on."""
    browser = subprocess.run([program(), "--version"], check=False, capture_output=True, text=True).stdout.strip()
    return (
        f"Medians, {os.cpu_count()} cores ({platform.machine()}), {platform.system()}, Python {platform.python_version()}, "
        f"{browser}, headless."
    )
