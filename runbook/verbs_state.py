"""What the verbs do that tell what is remembered: `status`, `history`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from runbook.settings import Channel, Settings, load
from runbook.state import ChannelRow, HealthRow, Parked, RunRow, State, open_state

NOTHING = "Nothing is remembered yet: no channel was connected or checked."
COLOURS = {"healthy": "green", "unknown": "yellow", "not checked": "yellow"}  # any other health is red
TAKEN_IN = 200  # rows; drawing thousands takes longer than anybody reads
ROOMY = 120  # columns
MIN_WIDTH = {"when": 14, "last renewal": 14, "next due": 14, "remarks": 20}  # a time wraps between date and time of day
Told = dict[str, Any]
Lines = list[tuple[str, ...]]


def status(as_json: bool, config: Path | None) -> str:
    """Each channel: address, health, last renewal, next due, why it is parked, whether it is down. Those of the settings, and
    those of which something is remembered."""
    found = load(config=config)
    state = _state(found)
    known = {row.channel: row for row in state.channels()} if state else {}
    configured = {channel.id: channel for channel in found.channels.values()}
    rows = [known.get(each) or _unknown(configured[each]) for each in sorted(known.keys() | configured.keys())]
    if as_json:
        return _json({**_channel(row), "configured": row.channel in configured} for row in rows)
    named = [(row, bool(configured) and row.channel not in configured) for row in rows]
    return _table(
        ("project", "site", "address", "health", "last renewal", "next due", "remarks"),
        [_status_line(row, gone) for row, gone in named],
    )


def history(project: str | None, limit: int, as_json: bool, config: Path | None) -> str:
    """The newest runs and changes of health, newest first: of a project, or of all."""
    state = _state(load(config=config))
    story: list[tuple[float, RunRow | HealthRow]] = []
    if state:
        story += [(run.ended, run) for run in state.runs(project=project, limit=limit)]
        story += [(seen.at, seen) for seen in state.health(project=project, limit=limit)]
    newest = [what for _, what in sorted(story, key=lambda each: each[0], reverse=True)[:limit]]
    if as_json:
        return _json(_run(each) if isinstance(each, RunRow) else _health(each) for each in newest)
    lines = [_run_line(each) if isinstance(each, RunRow) else _health_line(each) for each in newest]
    return _table(("when", "project", "why", "outcome", "remarks"), lines)


def _state(found: Settings) -> State | None:
    """The state of the settings; None when no run has made one yet. To look leaves nothing behind."""
    if found.state_url is None and not found.state.is_dir():
        return None
    return open_state(found.state, found.state_url)


def _unknown(channel: Channel) -> ChannelRow:
    return ChannelRow(channel=channel.id, project=channel.project, address=channel.address)


def _status_line(row: ChannelRow, gone: bool) -> tuple[str, ...]:
    site = row.channel.rpartition("/")[0]
    health = row.verdict or "not checked"
    return (
        row.project,
        site,
        row.address,
        health,
        when(row.renewed_at),
        when(row.due_at),
        "; ".join(_remarks(row, gone)),
    )


def _remarks(row: ChannelRow, gone: bool) -> Iterable[str]:
    if row.down:
        yield "down: the old connection is gone and the new one is not there"
    if row.parked:
        yield f"parked since {when(row.parked.at)}: {(row.parked.cause or row.parked.outcome).rstrip('.')}"
    elif row.last and row.last.exit_code and not row.down:
        yield f"last run: {row.last.outcome}"
    if row.evidence and row.verdict not in ("healthy", None):
        yield row.evidence
    if gone:
        yield "not in the settings"


def _run_line(run: RunRow) -> tuple[str, ...]:
    told = [run.cause] if run.cause else []
    if run.gap_seconds is not None:
        told.append(f"Mail gap: {run.gap_seconds:.1f} s.")
    return (when(run.ended), run.project, run.due, run.outcome, " ".join(told))


def _health_line(seen: HealthRow) -> tuple[str, ...]:
    until = f" (until {when(seen.until)})" if seen.until and seen.until != seen.at else ""
    evidence = f"{seen.evidence} " if seen.evidence else ""
    project = seen.channel.rpartition("/")[2]
    return (when(seen.at), project, f"check ({seen.source})", seen.verdict, f"{evidence}{until}".strip())


def when(at: float | None) -> str:
    """A time for a person: local, with its offset; `-` where there is none."""
    if at is None:
        return "-"
    try:
        return datetime.fromtimestamp(at).astimezone().isoformat(" ", "seconds")
    except (ValueError, OverflowError, OSError):
        return "?"  # a clock that was far off wrote it


def stamp(at: float | None) -> str | None:
    """A time for a program: ISO 8601 UTC."""
    if at is None:
        return None
    try:
        return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError):
        return None


def _channel(row: ChannelRow) -> Told:
    told = _stamped(row, "verdict_at", "renewed_at", "due_at")
    told["parked"] = _stamped(row.parked, "at") if row.parked else None
    told["last"] = _run(row.last) if row.last else None
    return told


def _run(run: RunRow) -> Told:
    return {"kind": "run", **_stamped(run, "started", "ended", "gap_from", "gap_to")}


def _health(seen: HealthRow) -> Told:
    told = _stamped(seen, "at", "until")
    return {"kind": "health", "project": seen.channel.rpartition("/")[2], **told}


def _stamped(row: ChannelRow | HealthRow | Parked | RunRow, *times: str) -> Told:
    return {key: stamp(value) if key in times else value for key, value in vars(row).items()}


def _json(told: Iterable[Told]) -> str:
    # One line each: quick to write when there are thousands, and to search.
    lines = [json.dumps(each, ensure_ascii=False) for each in told]
    return "[\n" + ",\n".join(lines) + "\n]" if lines else "[]"


def _table(head: Sequence[str], lines: Lines) -> str:
    """For a person: a table on a terminal that a person can still take in, plain lines elsewhere."""
    if not lines:
        return NOTHING
    lines = [tuple(map(_one_line, line)) for line in lines]
    if len(lines) <= TAKEN_IN and sys.stdout.isatty():
        return _drawn(head, lines)
    rows = [head, *lines]
    wide = [max(len(row[at]) for row in rows) for at in range(len(head))]
    return "\n".join(
        "  ".join(f"{text:<{width}}" for text, width in zip(row, wide, strict=True)).rstrip() for row in rows
    )


def _one_line(text: str) -> str:
    # What a page has said may hold line breaks, and codes that a terminal obeys.
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())


def _drawn(head: Sequence[str], lines: Lines) -> str:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    sites = {line[head.index("site")] for line in lines} if "site" in head else set()
    # Where a row has no room left for remarks they follow the table.
    left_out = {"site"} if len(sites) == 1 else set()
    below = Console().width < ROOMY and "next due" in head
    left_out |= {"remarks"} if below else set()
    shown = [at for at, name in enumerate(head) if name not in left_out]
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for at in shown:
        whole = head[at] in ("project", "health", "outcome")
        table.add_column(head[at], no_wrap=whole, overflow="fold", min_width=MIN_WIDTH.get(head[at]))
    for line in lines:
        table.add_row(*(Text(line[at], _colour(head[at], line[at])) for at in shown))
    console = Console()
    with console.capture() as captured:
        console.print(table)
        for line in lines if below else ():
            if line[-1]:
                console.print(Text(f"{line[0]}: {line[-1]}", _colour("remarks", line[-1])))
    return captured.get().rstrip("\n")


def _colour(name: str, text: str) -> str:
    if name == "health":
        return COLOURS.get(text, "red")
    if name == "remarks":
        return "red" if text.startswith("down") else "yellow"
    return ""
