"""The chart: whatever the times of a record, nothing is drawn beside the axis, and every step is told."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_runs import ENDINGS, record, stamp

from runbook.report.chart import Span, chart
from runbook.report.words import duration
from runbook.run_record import Gap, StepRecord

TIMES = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2030, 1, 1)).map(  # noqa: DTZ001
    lambda at: at.replace(tzinfo=UTC).isoformat()
)
STEPS = st.builds(
    StepRecord,
    n=st.integers(1, 11),
    name=st.text(max_size=5),
    title=st.text(max_size=9),
    started=TIMES | st.just("") | st.text(max_size=9),
    seconds=st.none() | st.floats(0, 1e6),
    status=st.sampled_from(["started", "done", "failed", "skipped"]),
)


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_step_of_the_plan_has_a_row(ending: str) -> None:
    rows = chart(record(ending)).rows
    expected = list(range(1, 12)) if record(ending).steps else []
    assert [row.number for row in rows if row.number] == expected


@given(
    steps=st.lists(STEPS, max_size=12),
    begun=TIMES,
    ended=st.none() | TIMES,
    opened=st.none() | TIMES,
    closed=st.none() | TIMES,
)
def test_nothing_is_drawn_beside_the_axis(
    steps: list[StepRecord], begun: str, ended: str | None, opened: str | None, closed: str | None
) -> None:
    gap = Gap.model_validate({"from": opened, "to": closed})
    drawn = chart(record(steps=steps, started=begun, ended=ended, gap=gap))
    spans = [row.span for row in drawn.rows if row.span] + ([drawn.gap] if drawn.gap else [])
    assert all(span.x >= 0 and span.width > 0 and span.x + span.width <= 100.01 for span in spans)
    assert all(0 <= x <= 100 for x, _ in drawn.ticks)
    assert len(drawn.ticks) <= 8


def test_a_gap_of_which_the_beginning_is_before_the_run_begins_at_its_left_edge() -> None:
    gap = Gap.model_validate({"from": stamp(-3600), "to": stamp(3.5), "seconds": 3603.5})
    assert chart(record(gap=gap)).gap == Span(0, 50)


def test_what_is_shorter_than_a_hair_can_still_be_seen() -> None:
    step = StepRecord(n=1, name="a", title="a", started=stamp(6.9999), seconds=0.0, status="done")
    (span,) = [row.span for row in chart(record(steps=[step], plan=[])).rows if row.number]
    assert span == Span(99.6, 0.4)


def test_the_time_before_the_first_step_and_after_the_last_is_told_as_well() -> None:
    rows = chart(record()).rows
    assert (rows[0].title, rows[0].seconds, rows[-1].title, rows[-1].seconds) == (
        "Start the browser", "0.50 s", "Close the browser", "1.00 s",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "unknown"), (0, "0.00 s"), (0.634, "0.63 s"), (9.999, "10.0 s"), (59.96, "1 min 00 s"), (200, "3 min 20 s"),
     (7500, "2 h 05 min"), (273_600, "3 d 4 h")],
)  # fmt: skip
def test_a_length_of_time_is_told_as_short_as_it_can_be(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text
