"""The page of one run: `report.html` in its folder, made from `run.json` and the pictures alone."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from runbook import files
from runbook.report import words
from runbook.report.chart import Chart, chart
from runbook.report.pages import compiled, render
from runbook.run_record import Decision, RunRecord, StepRecord, read

PAGE = "report.html"
TEMPLATE = "run.html.j2"
LARGEST_PICTURE = 2_000_000  # bytes; a larger one stays beside the page
KINDS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png"}


@dataclass(frozen=True)
class Picture:
    """One picture on the page, of one step or of several that saw the same. `data`: as a data address; None where it is not in the
    page."""

    id: str
    steps: list[StepRecord]
    file: str
    data: str | None

    @property
    def alt(self) -> str:
        """What it is, for whoever does not see it."""
        told = [f"step {step.n}, {step.title}{', where it failed' * (step.status == 'failed')}" for step in self.steps]
        return f"Picture of {' and of '.join(told)}"


@dataclass(frozen=True)
class Figure:
    """One of the few numbers that tell a run. `note`: what it means here."""

    name: str
    value: str
    note: str = ""
    tone: words.Tone = "plain"


def load() -> None:
    """Does beforehand what the first page takes longer for."""
    compiled(TEMPLATE)


def write(folder: Path) -> Path:
    """Makes the page of a run from its folder, and returns its path. Raises OSError, and ConfigError when the record cannot be
    read."""
    page = folder / PAGE
    files.put(page, html(read(folder), folder))
    return page


def html(record: RunRecord, folder: Path) -> bytes:
    """The page of a run; pictures are read from its folder."""
    drawn = chart(record)
    begun, ended = words.parse(record.started), words.parse(record.ended)
    return render(
        TEMPLATE,
        run=record,
        headline=words.headline(record),
        reassurance=words.reassurance(record),
        tone=words.tone(record),
        label="Dry run" if record.dry_run and record.outcome.exit_code == 0 else words.label(record.outcome.name),
        through=words.PROVIDERS.get(record.provider, record.provider),
        begun=begun,
        figures=figures(record, drawn, (ended - begun).total_seconds() if begun and ended else None),
        chart=drawn,
        decisions=[_told(each, record) for each in record.decisions],
        pictures=pictures(record, folder),
        host=record.site.removeprefix("https://"),
        seen=_seen(record),
        clocks=_clocks(record),
    )


def figures(record: RunRecord, drawn: Chart, seconds: float | None) -> list[Figure]:
    """Mail gap, length, steps, exit code."""
    gap, code = _gap(record), record.outcome.exit_code
    done = sum(step.status == "done" for step in record.steps)
    skipped = sum(step.status == "skipped" for step in record.steps)
    total = len(record.plan) or max((step.n for step in record.steps), default=0)
    stopped = next((step.n for step in record.steps if step.status in ("failed", "started")), None)
    note = f"stopped at step {stopped}" if stopped else f"{skipped} not needed" if skipped else "all done"
    return [
        gap,
        Figure("Took", words.duration(seconds), f"until {words.clock(words.parse(record.ended))} UTC" if record.ended else ""),
        Figure("Steps", f"{done} of {total}", note if record.steps else "none was begun"),
        Figure("Exit code", "none" if code is None else str(code), record.outcome.name),
    ]  # fmt: skip


def _gap(record: RunRecord) -> Figure:
    gap = record.gap
    if gap is None:
        return Figure("Mail gap", "None", "no connection of this mailbox was removed")
    opened, closed = words.parse(gap.from_), words.parse(gap.to)
    if gap.seconds is None:
        begun = words.parse(record.started)
        today = opened and begun and opened.date() == begun.date()
        since = f"{words.clock(opened)} UTC" if today else words.moment(opened)
        return Figure("Mail gap", "Open", f"since {since}", "bad")
    between = (
        f"{words.clock(opened)} to {words.clock(closed)} UTC" if opened and closed else "in which Jira read no mail"
    )
    return Figure("Mail gap", words.duration(gap.seconds), between)


def _seen(record: RunRecord) -> list[tuple[str, list[str]]]:
    page = record.unknown_page.seen if record.unknown_page else {}
    texts = {name: seen if isinstance(seen, list) else [seen] for name, seen in page.items() if seen}
    return [(name, [str(each) for each in seen]) for name, seen in texts.items()]


def _clocks(record: RunRecord) -> list[tuple[str, str]]:
    off = {origin: skew for origin, skew in sorted(record.skew.items()) if abs(skew) >= 1}
    found = [
        (f"clock of {urlsplit(origin).hostname or origin}", f"{abs(skew):.1f} s {'ahead' if skew > 0 else 'behind'}")
        for origin, skew in off.items()
    ]
    if right := len(record.skew) - len(off):
        found.append(("clocks", f"{right} {'site' if right == 1 else 'sites'} within a second of this machine"))
    return found


def _told(decision: Decision, record: RunRecord) -> dict[str, Any]:
    step = next((step for step in record.steps if step.name == decision.step), None)
    at, begun = words.parse(decision.at), words.parse(record.started)
    return {
        "title": words.DECISIONS.get(decision.what, decision.what),
        "kind": decision.kind,
        "why": decision.why,
        "evidence": decision.evidence,
        "step": step,
        "after": words.duration((at - begun).total_seconds()) if at and begun else "",
    }


def pictures(record: RunRecord, folder: Path) -> list[Picture]:
    """The pictures in the order of the steps; of a file that is not there, no plain picture, or too large, only the name."""
    shown: dict[str, list[StepRecord]] = {}
    for step in record.steps:
        if step.screenshot:
            shown.setdefault(step.screenshot, []).append(step)
    return [
        Picture(f"picture-{at}", steps, file, embedded(folder, file))
        for at, (file, steps) in enumerate(shown.items(), 1)
    ]


def embedded(folder: Path, name: str) -> str | None:
    """A picture of the folder as a data address."""
    if Path(name).name != name:
        return None
    try:
        content = files.read(folder / name, private=False)
    except OSError:
        return None
    kind = next((kind for start, kind in KINDS.items() if content.startswith(start)), None)
    if kind is None or len(content) > LARGEST_PICTURE:
        return None
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
