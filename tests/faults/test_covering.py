"""A part of the matrix that has every step and every fault in it, other pairs each week; and what the matrix itself is made of.

`python -m tests.faults` plays all of it.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from . import judge
from .cell import STEPS, Cell, play
from .faults import FAULTS
from .matrix import Pair, cells, covering, kept
from .stage import Ground
from .table import markdown, summary

WEEK = int(os.environ.get("FAULT_WEEK") or datetime.now(UTC).isocalendar().week)
PAIRS = covering(WEEK)
AGAIN = len(STEPS)  # of so many cells one has a next run although its channel is as before


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ground(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    found = Ground(tmp_path_factory.mktemp("ground"))
    await found.begin()
    yield found
    await found.driver.end()


@pytest.mark.timeout(400)
@pytest.mark.parametrize("pair", PAIRS, ids="/".join)
async def test_a_step_that_meets_a_fault_ends_by_name_and_leaves_nothing_behind(
    pair: Pair, ground: Ground, tmp_path: Path
) -> None:
    cell = await play(*pair, ground, tmp_path / "cell", again=PAIRS.index(pair) % AGAIN == WEEK % AGAIN)
    assert not cell.problems, cell


def test_a_week_has_every_step_and_every_fault_and_the_weeks_have_every_pair() -> None:
    for week in range(1, 54):
        assert {step for step, _ in covering(week)} == set(STEPS)
        assert [fault for _, fault in covering(week)] == list(FAULTS)
    assert {pair for week in range(len(STEPS)) for pair in covering(week)} == set(cells())


def test_the_cells_can_be_narrowed_down() -> None:
    assert len(cells()) == len(STEPS) * len(FAULTS)
    assert cells(["verify/stall"]) == [("verify", "stall")]
    assert len(cells(["verify/", "/stall"])) == len(STEPS) + len(FAULTS) - 1
    assert cells(["nothing/at-all"]) == []


def test_the_table_has_every_cell_and_names_what_is_red_or_empty(tmp_path: Path) -> None:
    good, red = Cell("verify", "stall", "Transient"), Cell("leave", "stall", "Defect", problems=["it broke"])
    file = tmp_path / "cells.jsonl"
    file.write_text("".join(json.dumps(each.told()) + "\n" for each in (good, red)))
    found = kept(file)
    assert found == {("verify", "stall"): good, ("leave", "stall"): red}
    [line] = [line for line in markdown(found).splitlines() if line.startswith("| stall ")]
    assert line.endswith("| Transient | **RED** Defect |")
    assert line.count("**empty**") == len(STEPS) - 2
    assert "- leave / stall: it broke" in markdown(found)
    assert summary(found).startswith(f"2 of {len(cells())} cells, 1 red, {len(cells()) - 2} empty.")


def test_the_table_that_is_kept_has_every_cell_and_none_of_them_is_red() -> None:
    text = (Path(__file__).parent / "RESULT.md").read_text(encoding="utf-8")
    header, _, *rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")]
    assert header == ["fault", *(f"`{step}`" for step in STEPS)]
    assert [row[0] for row in rows] == list(FAULTS)
    assert {len(row) for row in rows} == {len(header)}
    assert "**" not in text


@pytest.mark.parametrize(
    ("changed", "state", "says"),
    [
        ({}, "before", ""),
        ({"outcome": "Defect", "exit_code": 90}, "before", "ended as Defect"),
        ({"exit_code": 1}, "before", "Transient with exit code 1"),
        ({"remedy": ""}, "before", "without cause or remedy"),
        ({}, "down", "the channel is down and the ending is Transient"),
        ({}, "wrong", "another mailbox is connected"),
        ({}, "unfinished", "the channel is not as it was, and the ending does not say so"),
        ({"outcome": "Connected", "exit_code": 0}, "before", "Connected, and the channel is before"),
    ],
)
def test_an_ending_that_does_not_fit_is_seen(changed: dict[str, object], state: str, says: str) -> None:
    ended = {"outcome": "Transient", "exit_code": 20, "cause": "It.", "remedy": "Wait.", "reason": "", "down": False}
    allowed = frozenset({"Transient", "Connected"})
    problems = judge.ending({**ended, **changed}, allowed, state)
    assert any(says in each for each in problems) if says else not problems
