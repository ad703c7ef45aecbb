"""The live list of a run on a terminal. Apart from `console`, because rich takes time to import."""

from __future__ import annotations

import atexit
from collections.abc import Callable, Mapping
from typing import Any, TextIO, cast

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from runbook.console import CONTROL, Clean, Event, ending, headline, recorded, rescued, silence

MARKS = {"done": ("✓", "green"), "failed": ("✗", "bold red"), "skipped": ("–", "dim")}
STYLES = {"decision": "cyan", "warning": "yellow", "person": "bold black on yellow"}


class RichSink:
    """Steps that have ended stand as lines; the current one has a spinner and what it is saying beneath it."""

    def __init__(self, stream: TextIO, clean: Clean, *, console: Console | None = None) -> None:
        file = cast(TextIO, _Lasting(stream))
        self.console = console or Console(file=file, highlight=False, emoji=False, markup=False)
        self.clean = clean
        self.started: Event = {}
        self.current = _Current()
        self.live: Live | None = None

    def __call__(self, event: Event) -> None:
        match event["event"]:
            case "started":
                self.started = event
                self._print(headline(event), "bold")
            case "step":
                self._step(event)
            case "say" | "browser":
                self._say(event["text"])
            case "decision":
                self._print(f"    {event['what']} ({event['why']})", STYLES["decision"])
            case "warning":
                self._print(f"    Warning: {event['text']}", STYLES["warning"])
            case "person":
                self._print(f" {event['text']} ({event['seconds']:.0f} s) ", STYLES["person"])
            case "rescue":
                self._print(f"    {rescued(event)}")
            case "recordings":
                self._stop()
                self._print(recorded(event))
            case "ended":
                self._end(event)

    def _step(self, event: Event) -> None:
        if event["status"] == "started":
            self.current.begin(self._safe(_title(event)))
            self._live()
            return
        self._stop()
        mark, style = MARKS[event["status"]]
        line = Table.grid(padding=(0, 1), expand=True)
        line.add_column(width=1)
        line.add_column(ratio=1)
        line.add_column(justify="right")
        seconds = None if event["status"] == "skipped" else event.get("seconds")
        line.add_row(
            Text(mark, style), Text(self._safe(_title(event)), style if event["status"] == "skipped" else ""),
            Text("" if seconds is None else f"{seconds:.1f} s", "dim"),
        )  # fmt: skip
        self.console.print(line, width=min(self.console.width, 100))

    def _say(self, text: str) -> None:
        if self.live is None:
            self._print(f"    {text}", "dim")
        else:
            self.current.say(self._safe(text))

    def _end(self, event: Event) -> None:
        self._stop()
        failed = bool(event.get("exit_code"))
        for line in ending(event, self.started):
            alarm = line.startswith("ALARM")
            style = "bold white on red" if alarm else "red" if failed and line.startswith(str(event["outcome"])) else ""
            self._print(line, style or ("bold green" if line.startswith(("Connected", "Nothing to do")) else ""))
            if alarm:
                self.console.bell()

    def _print(self, text: str, style: str = "") -> None:
        self.console.print(Text(self._safe(text), style))

    def _safe(self, text: str) -> str:
        return CONTROL.sub("", self.clean(text))

    def _live(self) -> None:
        if self.live is None:
            self.live = Live(self.current, console=self.console, refresh_per_second=8, transient=True)
            self.live.start()
            # An interrupted run must not leave the terminal without its cursor.
            atexit.register(self._stop)

    def _stop(self) -> None:
        if self.live is not None:
            live, self.live = self.live, None
            live.stop()
            atexit.unregister(self._stop)


class _Lasting:
    """A stream that is silent once it cannot be written to: rich itself would end the whole process on a closed pipe."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._gone = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        self._try(lambda: self._stream.write(text))
        return len(text)

    def flush(self) -> None:
        self._try(self._stream.flush)

    def _try(self, act: Callable[[], object]) -> None:
        if self._gone:
            return
        try:
            act()
        except (OSError, ValueError):
            self._gone = True
            silence(self._stream)


class _Current:
    """The step that is running: a spinner, its title, and the last thing it said."""

    def __init__(self) -> None:
        self.spinner = Spinner("dots")
        self.words = ""

    def begin(self, title: str) -> None:
        self.spinner = Spinner("dots", Text(title, "bold"))
        self.words = ""

    def say(self, words: str) -> None:
        self.words = words

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield self.spinner
        if self.words:
            yield Text(f"    {self.words}", "dim", no_wrap=True, overflow="ellipsis")


def _title(event: Mapping[str, Any]) -> str:
    return f"{event['n']:>2} of {event['of']}  {event['title']}"
