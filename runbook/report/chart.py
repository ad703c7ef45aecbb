"""The steps of a run on one axis of time, as numbers for a drawing and words for whoever does not see it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from runbook.report.words import duration, parse
from runbook.run_record import RunRecord, StepRecord

NICE = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 10_800, 43_200, 86_400)
MOST_TICKS = 7
THIN = 0.4  # percent: what is shorter can still be seen
WORTH_A_ROW = 0.05  # seconds
WORDS = {"done": "done", "failed": "failed", "skipped": "not needed", "started": "not finished"}


@dataclass(frozen=True)
class Span:
    """A part of the axis, in percent of it."""

    x: float
    width: float


@dataclass(frozen=True)
class Row:
    """One line of the chart. `number`: 0 for what is no step; `status`: a step's, `missing` (not reached) or `other`."""

    number: int
    title: str
    status: str
    words: str
    seconds: str = ""
    span: Span | None = None
    picture: str | None = None


@dataclass
class Chart:
    """`ticks`: place in percent and label; `gap`: the time in which Jira read no mail, as far as it is on the axis."""

    seconds: float
    rows: list[Row] = field(default_factory=list)
    ticks: list[tuple[float, str]] = field(default_factory=list)
    gap: Span | None = None


def chart(record: RunRecord) -> Chart:
    """The chart of a run; without bars where the record has no usable times."""
    begun = parse(record.started)
    ended = _end(record) if begun else None
    found = Chart(max(0.0, (ended - begun).total_seconds()) if begun and ended else 0.0)
    axis = _Axis(begun, found.seconds)
    if record.steps:
        found.rows += _aside("Start the browser", axis, begun, parse(record.steps[0].started))
    found.rows += [_row(step, axis, ended) for step in record.steps]
    found.rows += [
        Row(number, title, "missing", "not reached")
        for number, title in enumerate(record.plan, 1)
        if record.steps and number > record.steps[-1].n
    ]
    if record.steps and record.ended:
        found.rows += _aside("Close the browser", axis, _step_end(record.steps[-1]), ended)
    if record.gap and (opened := parse(record.gap.from_)):
        found.gap = axis.span(opened, parse(record.gap.to) or ended or opened)
    found.ticks = axis.ticks()
    return found


@dataclass(frozen=True)
class _Axis:
    begun: datetime | None
    seconds: float

    def span(self, start: datetime | None, end: datetime | None) -> Span | None:
        if not (self.begun and self.seconds and start and end):
            return None
        left, right = (self._at(each) for each in (start, end))
        if right <= 0 or left >= 100 or right < left:
            return None
        left, right = max(0.0, left), min(100.0, right)
        width = max(THIN, right - left)
        return Span(round(min(left, 100 - width), 2), round(width, 2))

    def ticks(self) -> list[tuple[float, str]]:
        if not self.seconds:
            return []
        size = next((each for each in NICE if self.seconds / each <= MOST_TICKS), NICE[-1])
        count = min(int(self.seconds / size), MOST_TICKS)
        return [(round(at * size / self.seconds * 100, 2), _tick(at * size)) for at in range(count + 1)]

    def _at(self, when: datetime) -> float:
        assert self.begun  # noqa: S101 - `span` asked
        return (when - self.begun).total_seconds() / self.seconds * 100


def _tick(seconds: float) -> str:
    return f"{seconds:g} s" if seconds < 60 else duration(seconds).replace(" 00 s", "").replace(" 00 min", "")


def _row(step: StepRecord, axis: _Axis, ended: datetime | None) -> Row:
    words = WORDS[step.status]
    if step.status == "skipped":
        return Row(step.n, step.title, "skipped", words)
    end = _step_end(step) or ended
    seconds = "" if step.seconds is None else duration(step.seconds)
    return Row(step.n, step.title, step.status, words, seconds, axis.span(parse(step.started), end), step.screenshot)


def _aside(title: str, axis: _Axis, start: datetime | None, end: datetime | None) -> list[Row]:
    if not (start and end) or (seconds := (end - start).total_seconds()) < WORTH_A_ROW:
        return []
    return [Row(0, title, "other", "", duration(seconds), axis.span(start, end))]


def _step_end(step: StepRecord) -> datetime | None:
    started = parse(step.started)
    return started + timedelta(seconds=step.seconds) if started and step.seconds is not None else started


def _end(record: RunRecord) -> datetime | None:
    """When the run ended, or the last moment that is known of it."""
    stamps = [record.ended, *(each.at for each in record.decisions), *([record.gap.to] if record.gap else [])]
    known = [at for at in map(parse, stamps) if at] + [at for at in map(_step_end, record.steps) if at]
    return parse(record.ended) or max(known, default=parse(record.started))
