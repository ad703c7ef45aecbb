"""The soak: a short form of it, and that it would find what grows, what fails and what is left behind."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from soak.judge import Judged, Tolerance, judge
from soak.table import CLIMB, judged, told, within
from soak.watching import Moment, Played, Watched, marked, watching

pytestmark = pytest.mark.thorough

TOP = Path(__file__).parents[1]
STRICT = Tolerance(0.05, 5)


def played(
    memory: float = 300, *, descriptors: int = 100, failure: str = "", left: tuple[str, ...] = (), kept: int = 9
) -> Played:
    return Played(1.0, Watched([Moment(memory, descriptors, 8, 0, memory / 4)]), failure, left, kept)


def grown(rows: list[Judged]) -> set[str]:
    return {row.name for row in rows if row.grows}


@pytest.mark.long
@pytest.mark.timeout(900)
def test_the_short_form_finds_nothing_that_grows_fails_or_is_left_behind() -> None:
    command = [sys.executable, "-m", "tests.soak", "--runs", "1", "--minutes", "0.01"]
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Nothing failed, and nothing was left behind." in done.stdout
    for what in ("memory", "own memory", "descriptors", "processes"):
        assert re.search(rf"\| inside a sweep: {what} \| 24 \| .* \| no growth \|", done.stdout), done.stdout


@pytest.mark.parametrize(
    ("series", "grows"),
    [
        ([300.0] * 9, False),
        ([100.0, 200.0, 290.0, 300.0, 301.0, 300.0, 302.0, 300.0, 299.0], False),  # it warms up
        ([300.0, 300.0, 300.0, 300.0, 900.0, 300.0, 300.0, 300.0, 900.0], False),  # now and then
        ([300.0 + 10 * at for at in range(9)], True),
        ([300.0] * 6 + [330.0] * 3, True),
        ([300.0 - 10 * at for at in range(9)], False),
    ],
)
def test_growth_is_told_from_warming_up_and_from_peaks(series: list[float], *, grows: bool) -> None:
    assert judge("memory", series, STRICT, "MB").grows is grows


def test_too_few_measurements_are_not_judged() -> None:
    row = judge("memory", [1.0, 2.0, 30.0, 400.0, 5000.0], STRICT)
    assert not row.grows
    assert "too few" in row.row()


@pytest.mark.parametrize("what", ["memory", "descriptors", "kept"])
def test_whatever_grows_from_command_to_command_is_found(what: str) -> None:
    start = {"memory": 300, "descriptors": 100, "kept": 9}[what]
    rows = judged("runs", [played(**{what: start + 10 * at}) for at in range(12)])
    assert grown(rows) == {f"runs: {'files kept' if what == 'kept' else what}"}
    assert not grown(judged("runs", [played() for _ in range(12)]))


def test_whatever_grows_inside_a_sweep_is_found() -> None:
    moments = [Moment(300, 100 + 10 * stage, 8, stage, 70) for stage in range(10)]
    rows = within([Played(1.0, Watched(moments), "", (), 9)], 10)
    assert grown(rows) == {"inside a sweep: descriptors"}


def swept(memory: Callable[[int], float], channels: int = 25, *, own: float = 0) -> list[Played]:
    """One sweep that takes so much memory while so many channels are done; its own process takes so much more for each."""
    moments = [Moment(memory(done), 100, 8, done, 70 + own * done) for done in range(channels)]
    return [Played(1.0, Watched(moments), "", (), 9)]


def test_the_memory_of_a_sweep_climbs_and_falls_again_and_only_a_higher_climb_is_growth() -> None:
    assert not grown(within(swept(lambda done: 340 + 12 * (done % CLIMB)), 25))
    assert grown(within(swept(lambda done: 340 + 12 * (done % CLIMB) + 6 * done), 25)) == {"inside a sweep: memory"}
    assert grown(within(swept(lambda _: 340, own=1), 25)) == {"inside a sweep: own memory"}
    assert "too few" in within(swept(lambda done: 340 + 12 * done, channels=24), 24)[0].row()  # it may be one climb


def test_what_failed_and_what_was_left_is_told() -> None:
    said = told("run", [played(), played(failure="connect ended with 20"), played(left=("process 1", "tmp/x"))])
    assert said == ["run 2: connect ended with 20", "run 3 left process 1, tmp/x"]


def test_a_process_is_watched_with_its_children_and_found_by_its_mark(tmp_path: Path) -> None:
    mark = uuid.uuid4().hex
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'print(1, flush=True); input()'])"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "SOAK_TEST": mark}, **pipes) as running:
        assert running.stdout
        assert running.stdin
        assert running.stdout.readline()
        with watching(running.pid, lambda: 3) as watched:
            assert len(marked("SOAK_TEST", mark)) == 2
            while not watched.moments:
                pass
        running.stdin.close()
    assert watched.peak("processes") == 2
    assert watched.peak("memory") > 1
    assert watched.by_stage("descriptors")[3] >= 6
    assert marked("SOAK_TEST", mark) == []
