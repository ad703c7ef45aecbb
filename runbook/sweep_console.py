"""What is seen of a sweep: events of many runs at once, each with its channel's name."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TextIO

from runbook.console import Clean, Event, Writer, cleaned, plain_lines
from runbook.settings import Channel
from runbook.sweep_report import lines


@dataclass
class SweepConsole:
    """One reader of a sweep: JSON lines, failures only on standard error, or plain lines. `clean` is applied to every text."""

    as_json: bool
    quiet: bool
    clean: Clean = str
    stream: TextIO | None = None
    errors: TextIO | None = None

    def __post_init__(self) -> None:
        self.out = Writer(self.stream or sys.stdout, self.clean)
        self.err = Writer(self.errors or sys.stderr, self.clean)

    def __call__(self, event: Event) -> None:
        """An event of the sweep itself: due, unparked, say, warning, browser, swept."""
        if self.as_json:
            self.out.write(json.dumps(cleaned(event, self.clean), ensure_ascii=False, default=str))
        elif not self.quiet:
            for line in _sweep_lines(event):
                self.out.line(line)
        elif event["event"] == "swept" and event["exit_code"]:
            for line in lines({**event, "channels": [each for each in event["channels"] if _bad(each)]}):
                self.err.line(line)

    def sink(self, channel: Channel) -> Callable[[Event], None]:
        """Who is told of a run on this channel."""
        started: dict[str, Any] = {}

        def told(event: Event) -> None:
            if event["event"] == "started":
                started.update(event)
            if self.as_json:
                self({**event, "channel": channel.id, "project": channel.project})
            elif not self.quiet:
                for line in plain_lines(event, started):
                    self.out.line(f"{channel.project}: {line}")

        return told


def _bad(each: Mapping[str, Any]) -> bool:
    return bool(each["outcome"] and each["outcome"]["exit_code"])


def _sweep_lines(event: Event) -> list[str]:
    match event["event"]:
        case "due":
            return [f"{event['project']}: {'due' if event['due'] else 'not due'} ({event['reason']}). {event['why']}"]
        case "unparked":
            return [f"{event['project']}: {event['text']}"]
        case "say":
            return [str(event["text"])]
        case "swept":
            return ["", *lines(event)]
    return plain_lines(event, {})
