"""The comparison of `connect` with bare scripts still plays: one run of each side, no word about its speed."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench import check
from bench.limits import Figure, end
from bench.sides import Measured, measure
from bench.table import Results, help_imports_playwright, in_turns, markdown

from runbook.sandbox.world import MAILBOX

pytestmark = pytest.mark.thorough


@pytest.mark.parametrize("side", ["connect", "bare", "article"])
def test_every_side_connects_the_mailbox_and_nothing_else(side: str, tmp_path: Path) -> None:
    measured = measure(side, tmp_path, memory=True)
    assert measured.connected == (MAILBOX,)
    assert measured.seconds > measured.gap > 0
    assert (measured.told_gap is not None) == (side == "connect")
    assert measured.peak is not None
    assert measured.peak > 50_000_000  # a browser was among the processes that were looked at


def test_the_reported_gap_is_no_shorter_than_the_one_in_the_journal(tmp_path: Path) -> None:
    measured = measure("connect", tmp_path)
    assert measured.told_gap is not None
    assert measured.told_gap >= measured.gap
    assert measured.peak is None


def test_help_does_not_load_the_browser_driver() -> None:
    assert not help_imports_playwright()


def test_the_sides_take_turns_in_being_first() -> None:
    assert list(in_turns(("a", "b"), 3)) == ["a", "b", "b", "a", "a", "b"]


def test_the_table_holds_medians_and_ratios() -> None:
    def runs(*seconds: float, told: float | None = None) -> list[Measured]:
        return [Measured(s, s / 4, (MAILBOX,), told) for s in seconds]

    found = Results(
        runs={"connect": runs(6.0, 5.0, 40.0, told=2.0), "bare": runs(4.0, 5.0, 5.0), "article": runs(30.0)},
        memory={"connect": [330 * 1024 * 1024], "bare": [300 * 1024 * 1024]},
        help_seconds=[0.1, 0.2, 0.9],
    )
    table, figures = markdown(found)
    assert "| 6.00 s | bare script, same clicks: 5.00 s | 1.20 (in pairs: 1.50) | 1.25 | 3 pairs |" in table
    assert "| 330 MB | bare script: 300 MB | 1.10 | 1.15 | 1 pairs |" in table
    assert "| 1.50 s | article's order: 7.50 s | 0.20 | 0.35 | 3 and 1 |" in table
    assert "| 2.00 s | article's order: 7.50 s | 0.27 | | 3 and 1 |" in table
    assert "| 0.200 s | Playwright imported: no |" in table
    assert [(each.what, round(each.value, 2), each.past) for each in figures] == [
        ("time", 1.2, False),
        ("peak memory", 1.1, False),
        ("mail gap", 0.2, False),
        ("--help", 0.2, False),
    ]
    end(figures)


def test_a_bench_that_is_past_a_limit_ends_with_1_and_says_which() -> None:
    with pytest.raises(SystemExit) as caught:
        end([Figure("time", 1.3, 1.25), Figure("gap", 0.3, 0.35)])
    assert caught.value.code == "Past its limit: time: 1.30, at most 1.25.", "Python prints it and exits with 1"


def test_a_check_of_many_channels_asks_the_audit_endpoint_alone(tmp_path: Path) -> None:
    measured = check.measure(tmp_path / "one", 4)
    assert measured.seconds > 0
    assert (measured.code, measured.verdicts, measured.sources) == (0, {"healthy": 4}, {"audit": 4})
