"""What a person or a script sees of a run: sinks that take events, one for each kind of reader.

An event is a JSON-ready dict with the key `event`: started, step, say, decision, warning, person, browser, recordings, ended.
Kinds and keys that a sink does not know are passed over. A reader that has gone away never stops a run.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, TextIO

Event = Mapping[str, Any]
Clean = Callable[[str], str]

OWN_WORDS = ("event", "status")
CONTROL = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Sink(Protocol):
    """Takes events, one at a time, and shows them."""

    def __call__(self, event: Event) -> None: ...


def make_sink(
    *, as_json: bool, quiet: bool, stream: TextIO | None = None, errors: TextIO | None = None, clean: Clean = str
) -> Sink:
    """The sink for this reader: JSON lines, failures only, a live list on a terminal, or plain lines.

    `stream` and `errors` are standard output and error when not given; `clean` is applied to every text (the redactor).
    `as_json` goes before `quiet`.
    """
    out, err = Writer(stream or sys.stdout, clean), Writer(errors or sys.stderr, clean)
    if as_json:
        return JsonSink(out, err)
    if quiet:
        return QuietSink(err)
    if _is_lively(out.stream):
        from runbook.console_live import RichSink

        return RichSink(out.stream, clean)
    return PlainSink(out)


class Writer:
    """Writes whole lines, cleaned and flushed. After the first failure (a closed pipe, a full disk) it is silent."""

    def __init__(self, stream: TextIO, clean: Clean) -> None:
        self.stream = stream
        self.clean = clean
        self.gone = False

    def line(self, text: str) -> None:
        """Writes one line; control characters are taken out, a letter that the stream cannot show becomes `?`."""
        self.write(CONTROL.sub("", self.clean(text)))

    def write(self, text: str) -> None:
        """Writes one line as it is."""
        if self.gone:
            return
        encoding = getattr(self.stream, "encoding", None) or "utf-8"
        try:
            self.stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")
            self.stream.flush()
        except (OSError, ValueError):
            self.gone = True
            silence(self.stream)


class PlainSink:
    """Plain lines, for a log or a pipe."""

    def __init__(self, out: Writer) -> None:
        self.out = out
        self.started: Event = {}

    def __call__(self, event: Event) -> None:
        if event["event"] == "started":
            self.started = event
        for line in plain_lines(event, self.started):
            self.out.line(line)


class JsonSink:
    """One JSON object a line, the last one `ended`. A channel that is down is told on standard error as well."""

    def __init__(self, out: Writer, err: Writer) -> None:
        self.out = out
        self.err = err
        self.started: Event = {}

    def __call__(self, event: Event) -> None:
        if event["event"] == "started":
            self.started = event
        self.out.write(json.dumps(cleaned(event, self.out.clean), ensure_ascii=False, default=str))
        if event.get("down"):
            self.err.line(alarm(self.started))


class QuietSink:
    """Nothing but failures, on standard error."""

    def __init__(self, err: Writer) -> None:
        self.err = err
        self.started: Event = {}

    def __call__(self, event: Event) -> None:
        if event["event"] == "started":
            self.started = event
        if event["event"] == "ended" and event.get("exit_code"):
            for line in ending(event, self.started):
                self.err.line(line)


def plain_lines(event: Event, started: Event) -> list[str]:
    """An event as lines of text; `started` is the run's first event, or empty."""
    match event["event"]:
        case "started":
            return [headline(event)]
        case "step":
            return [_step_line(event)]
        case "say":
            return [f"    {event['text']}"]
        case "decision":
            return [f"    Decision: {event['what']} ({event['why']})"]
        case "warning":
            return [f"    Warning: {event['text']}"]
        case "taught":
            return [f"    Learned {event['name']}: {event['locator']}"]
        case "person":
            return [f"  A person is needed, within {event['seconds']:.0f} s: {event['text']}"]
        case "browser":
            return [f"Browser: {event['text']}"]
        case "recordings":
            return [recorded(event)]
        case "rescue":
            return [f"    {rescued(event)}"]
        case "ended":
            return ending(event, started)
    return []


def recorded(event: Event) -> str:
    """Where the recordings of a run are, in one line."""
    files = [Path(file) for file in event["files"]]
    return f"Recordings in {files[0].parent}: {', '.join(file.name for file in files)}"


def rescued(event: Event) -> str:
    """How far the rescue of unread mail is, in one line."""
    moved = f"Rescue: {event['aside']} messages moved aside into {event['folder']!r}, {event['back']} moved back"
    return f"{moved}, {event['waiting']} wait there." if event["waiting"] else f"{moved}."


def headline(started: Event) -> str:
    """What is about to happen, in one line."""
    what = "Dry run for" if started.get("dry_run") else "Connecting"
    return f"{what} {started['mailbox']} to {started['project']} on {started['site']}, {started['steps']} steps"


def ending(event: Event, started: Event) -> list[str]:
    """How a run ended: what was connected and the mail gap, or cause and remedy; then where the run's folder is."""
    project = started.get("project", "the project")
    lines = [f"Warning: {text}" for text in event.get("warnings") or ()]
    if event.get("exit_code"):
        if event.get("down"):
            lines.append(alarm(started))
        lines.append(f"{event.get('outcome')}: {event.get('cause') or 'The run failed.'}")
        if event.get("remedy"):
            lines.append(f"Remedy: {event['remedy']}")
    elif event.get("changed"):
        gap = event.get("gap_seconds")
        pause = "No connection of this mailbox was removed, so there is no mail gap."
        if gap is not None:
            pause = f"Mail gap: {gap:.1f} s."
        lines.append(f"Connected {event.get('mailbox')} to {project}. {pause}")
        lines += [event["advice"]] if event.get("advice") else []
    elif started.get("dry_run"):
        lines.append(event.get("cause") or f"Dry run of {project} done; nothing was changed.")
    else:
        lines.append(f"Nothing to do for {project}. {event.get('cause') or ''}".strip())
    if event.get("run"):
        lines.append(f"Run folder: {event['run']}")
    return lines


def alarm(started: Event) -> str:
    """The one line that must not be overlooked."""
    return f"ALARM: JIRA READS NO MAIL FOR {started.get('project', 'THIS PROJECT')} UNTIL IT IS CONNECTED AGAIN."


def silence(stream: TextIO) -> None:
    """Points a stream that nobody reads at the null device, so that the interpreter's last flush does not complain."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        null = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(null, stream.fileno())
        finally:
            os.close(null)


def _is_lively(stream: TextIO) -> bool:
    utf8 = "utf" in (getattr(stream, "encoding", None) or "").lower()
    return stream.isatty() and utf8 and os.environ.get("TERM") != "dumb"


def _step_line(event: Event) -> str:
    head = f"[{event['n']}/{event['of']}] {event['title']}"
    status = event["status"]
    if status == "started":
        return head
    if status == "skipped":
        return f"{head}: skipped"
    seconds = f", {event['seconds']:.1f} s" if event.get("seconds") is not None else ""
    return f"{head}: {status}{seconds}"


def cleaned(value: Any, clean: Clean) -> Any:
    """JSON-like data with `clean` applied to every text in it, but for the words that are this project's own."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {key: item if key in OWN_WORDS else cleaned(item, clean) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [cleaned(item, clean) for item in value]
    return value
