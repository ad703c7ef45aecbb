"""A part of the matrix that has every step and every fault in it, other pairs each week; and what the matrix itself is made of.

`python -m tests.faults` plays all of it.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
import pytest_asyncio

from runbook import __version__
from runbook.state.locks import os_lock

from . import between, judge
from .cell import STEPS, Cell, play
from .faults import FAULTS, MIDDLE, START, in_the_middle
from .matrix import Pair, cells, covering, kept, moment
from .stage import Ground
from .table import END, MARK, markdown, parsed, put_into, short, summary

pytestmark = pytest.mark.thorough

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
    when = moment(WEEK, pair[1])
    cell = await play(*pair, ground, tmp_path / "cell", moment=when, again=PAIRS.index(pair) % AGAIN == WEEK % AGAIN)
    assert not cell.problems, cell


def test_a_week_has_every_step_and_every_fault_and_the_weeks_have_every_pair() -> None:
    for week in range(1, 54):
        assert {step for step, _ in covering(week)} == set(STEPS)
        assert [fault for _, fault in covering(week)] == list(FAULTS)
    assert {pair for week in range(len(STEPS)) for pair in covering(week)} == set(cells())


def test_every_pair_has_both_moments_where_they_differ() -> None:
    played = {(*pair, moment(week, pair[1])) for week in range(2 * len(STEPS)) for pair in covering(week)}
    later = [(step, fault) for step, fault in cells() if FAULTS[fault].later]
    assert played == {(*pair, START) for pair in cells()} | {(*pair, MIDDLE) for pair in later}
    assert len(later) > len(cells()) / 2


def test_the_cells_can_be_narrowed_down() -> None:
    assert len(cells()) == len(STEPS) * len(FAULTS)
    assert cells(["verify/stall"]) == [("verify", "stall")]
    assert len(cells(["verify/", "/stall"])) == len(STEPS) + len(FAULTS) - 1
    assert cells(["nothing/at-all"]) == []


def test_the_table_has_every_cell_and_names_what_is_red_or_empty(tmp_path: Path) -> None:
    good = Cell("verify", "stall", met=True, ending="Transient")
    red = Cell("leave", "stall", ending="Defect", problems=["it broke"])
    file = tmp_path / "cells.jsonl"
    file.write_text("".join(json.dumps(each.told()) + "\n" for each in (good, red)))
    found = kept(file)
    assert found == {("verify", "stall"): good, ("leave", "stall"): red}
    [line] = [line for line in markdown(found).splitlines() if line.startswith("| stall ")]
    assert line.endswith("| Transient | **RED** Defect (not met) |")
    assert line.count("**empty**") == len(STEPS) - 2
    assert "- leave / stall: it broke" in markdown(found)
    assert summary(found).startswith(f"2 of {len(cells())} cells, 1 red, {len(cells()) - 2} empty; in 1 ")
    assert markdown(found).startswith(f"Played on {datetime.now(UTC):%Y-%m-%d} with version {__version__}.")


def test_the_table_that_is_kept_has_every_cell_and_none_of_them_is_red() -> None:
    text = (Path(__file__).parent / "RESULT.md").read_text(encoding="utf-8")
    header, _, *rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")]
    assert header == ["fault", *(f"`{step}`" for step in STEPS)]
    assert [row[0] for row in rows] == list(FAULTS)
    assert {len(row) for row in rows} == {len(header)}
    assert "**" not in text
    assert re.match(r"Played on 20\d\d-\d\d-\d\d with version \d+\.\d+\.\d+", text)


def test_the_readme_has_the_table_in_short() -> None:
    result = (Path(__file__).parent / "RESULT.md").read_text(encoding="utf-8")
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    told = readme.partition(MARK)[2].partition(END)[0].strip()
    assert told == short(parsed(result)).strip(), "run `python -m tests.faults`, which writes both"


def test_what_a_table_says_is_read_from_it_again(tmp_path: Path) -> None:
    found = {pair: Cell(*pair, met=pair[1] != "captcha", ending="Connected") for pair in cells()}
    assert parsed(markdown(found)) == found
    (tmp_path / "README.md").write_text(f"before\n{MARK}\nold\n{END}\nafter\n")
    put_into(tmp_path / "README.md", found)
    text = (tmp_path / "README.md").read_text()
    assert text == f"before\n{MARK}\n{short(found)}{END}\nafter\n"
    assert "| captcha | nothing to strike 11 |" in text


@pytest.mark.parametrize(
    ("changed", "state", "says"),
    [
        ({}, "before", ""),
        ({"outcome": "Defect", "exit_code": 90}, "before", "ended as Defect"),
        ({"exit_code": 1}, "before", "Transient with exit code 1"),
        ({"remedy": ""}, "before", "without cause or remedy"),
        ({}, "down", "the channel is down and the ending is Transient"),
        ({}, "wrong", "another mailbox is connected"),
        ({}, "unfinished", "request type or reply-to have still to be set, and the ending does not say so"),
        ({"cause": "support@example.com is connected."}, "unfinished", "the ending does not say so"),
        ({"cause": "Its request type may have to be set."}, "unfinished", ""),
        ({"outcome": "Connected", "exit_code": 0}, "before", "Connected, and the channel is before"),
    ],
)
def test_an_ending_that_does_not_fit_is_seen(changed: dict[str, object], state: str, says: str) -> None:
    ended = {"outcome": "Transient", "exit_code": 20, "cause": "It.", "remedy": "Wait.", "reason": "", "down": False}
    allowed = frozenset({"Transient", "Connected"})
    problems = judge.ending({**ended, **changed}, allowed, state)
    assert any(says in each for each in problems) if says else not problems


def test_a_fault_that_has_struck_nothing_is_seen() -> None:
    for step, when, met, fine in (
        ("jira_login", START, False, False),
        ("jira_login", START, True, True),
        ("jira_login", MIDDLE, False, True),
        ("verify", START, False, True),  # nobody signs in there
    ):
        assert (judge.met(Cell(step, "captcha", when, met), FAULTS["captcha"]) == []) == fine
    assert judge.met(Cell("verify", "clock-off-40s"), FAULTS["clock-off-40s"])


def test_a_lock_that_is_left_is_seen(tmp_path: Path) -> None:
    with os_lock(tmp_path, "channel", time.time, wait=0, what="it"):
        assert [each.rpartition(" is ")[2] for each in judge.held(tmp_path)] == ["left", "held"]
    assert judge.held(tmp_path) == []


async def test_a_fault_in_the_middle_comes_with_the_first_answer_and_one_that_does_not_come_is_called_off() -> None:
    stage, told = SimpleNamespace(between=between.Between(lambda environ, start: [b""])), []

    @asynccontextmanager
    async def during(*_: object) -> AsyncIterator[None]:
        told.append("comes")
        yield
        told.append("goes")

    comes = in_the_middle(during)
    for answers in (0, 2):
        async with comes(stage, None, None):  # type: ignore[arg-type]
            for _ in range(answers):
                stage.between({"HTTP_SEC_FETCH_DEST": "document"}, None)
            await asyncio.sleep(0.01)
        assert told == (["comes", "goes"] if answers else [])
    stage.between({"HTTP_SEC_FETCH_DEST": "document"}, None)
    assert told == ["comes", "goes"]
