"""What a person or a script sees of a run."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from typing import Any

import pytest
from rich.console import Console

from runbook.console import JsonSink, PlainSink, QuietSink, Sink, Writer, make_sink
from runbook.console_live import RichSink

RUN = "/home/somebody/runs/20261123T221500Z-HELP-3f2a"
STARTED: dict[str, Any] = {
    "event": "started",
    "project": "HELP",
    "mailbox": "help@example.com",
    "site": "https://acme.atlassian.net",
    "steps": 11,
    "dry_run": False,
    "run": RUN,
}
CONNECTED: dict[str, Any] = {
    "event": "ended",
    "outcome": "Connected",
    "exit_code": 0,
    "mailbox": "help@example.com",
    "gap_seconds": 3.21,
    "run": RUN,
    "cause": "",
    "remedy": "",
    "warnings": [],
    "changed": True,
}
DOWN = CONNECTED | {
    "outcome": "ChannelDown",
    "down": True,
    "exit_code": 70,
    "mailbox": None,
    "gap_seconds": None,
    "cause": "The old connection is gone.",
    "remedy": "Run it again now.",
}


def step(status: str, n: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "event": "step",
        "n": n,
        "of": 11,
        "name": "jira_login",
        "title": "Sign in to Jira",
        "status": status,
        **more,
    }


WHOLE: list[dict[str, Any]] = [
    STARTED,
    {"event": "browser", "text": "12 s, 40 lines: Unpacking"},
    step("started"),
    {"event": "say", "text": "waiting 12 s for the next one-time code"},
    {"event": "decision", "what": "replace", "why": "the connection is revoked"},
    {"event": "warning", "text": "the clock is 3 s off"},
    {"event": "person", "text": "Solve the captcha.", "seconds": 300},
    step("done", seconds=1.25),
    step("started", n=2),
    step("skipped", n=2, seconds=0.0),
    {"event": "something new", "text": "not for the console"},
    CONNECTED,
]


class Reader(io.StringIO):
    """A stream as a person or a script reads it."""

    def __init__(self, *, terminal: bool = False, encoding: str = "utf-8") -> None:
        super().__init__()
        self._terminal, self._encoding = terminal, encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding

    def isatty(self) -> bool:
        return self._terminal


def plain(*events: dict[str, Any], **more: Any) -> str:
    reader = Reader(**more)
    sink = PlainSink(Writer(reader, str))
    for event in events:
        sink(event)
    return reader.getvalue()


def live(*events: dict[str, Any], clean: Any = str) -> str:
    out = io.StringIO()
    sink = RichSink(out, clean, console=Console(file=out, force_terminal=True, width=90, color_system=None))
    for event in events:
        sink(event)
    return out.getvalue()


def test_plain_lines_tell_the_whole_run() -> None:
    assert plain(*WHOLE).splitlines() == [
        "Connecting help@example.com to HELP on https://acme.atlassian.net, 11 steps",
        "Browser: 12 s, 40 lines: Unpacking",
        "[1/11] Sign in to Jira",
        "    waiting 12 s for the next one-time code",
        "    Decision: replace (the connection is revoked)",
        "    Warning: the clock is 3 s off",
        "  A person is needed, within 300 s: Solve the captcha.",
        "[1/11] Sign in to Jira: done, 1.2 s",
        "[2/11] Sign in to Jira",
        "[2/11] Sign in to Jira: skipped",
        "Connected help@example.com to HELP. Mail gap: 3.2 s.",
        f"Run folder: {RUN}",
    ]


def test_the_live_list_tells_steps_seconds_gap_and_run_folder() -> None:
    shown = live(*WHOLE)
    for part in ("✓", " 1 of 11  Sign in to Jira", "1.2 s", "–", "Solve the captcha.", "Mail gap: 3.2 s.", RUN):
        assert part in shown
    assert "not for the console" not in shown


def test_the_live_list_gives_the_cursor_back() -> None:
    shown = live(STARTED, step("started"), step("done", seconds=1.0), CONNECTED)
    assert shown.rfind("\x1b[?25h") > shown.rfind("\x1b[?25l") >= 0


def test_what_is_said_outside_a_step_does_not_bring_the_last_step_back() -> None:
    shown = live(STARTED, step("started"), step("done", seconds=1.0), {"event": "say", "text": "between"})
    assert "    between" in shown
    assert "\x1b[?25l" not in shown[shown.index("✓") :]


def test_a_text_is_never_taken_for_markup() -> None:
    assert "[red]not red[/red]" in live(STARTED, {"event": "warning", "text": "[red]not red[/red]"})


def test_json_is_one_object_a_line_and_the_last_one_is_ended() -> None:
    out = Reader()
    sink = JsonSink(Writer(out, str), Writer(Reader(), str))
    for event in WHOLE:
        sink(event)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert lines == WHOLE
    wanted = {"event": "ended", "outcome": "Connected", "exit_code": 0, "gap_seconds": 3.21, "run": RUN}
    assert wanted.items() <= lines[-1].items()
    assert lines[-1]["mailbox"] == "help@example.com"


def test_quiet_says_nothing_of_a_good_run_and_all_of_a_failed_one() -> None:
    err = Reader()
    sink = QuietSink(Writer(err, str))
    for event in WHOLE:
        sink(event)
    assert err.getvalue() == ""
    sink(DOWN)
    assert "ChannelDown: The old connection is gone." in err.getvalue()
    assert "Remedy: Run it again now." in err.getvalue()
    assert RUN in err.getvalue()


@pytest.mark.parametrize("kind", ["plain", "live", "json", "quiet"])
def test_a_channel_that_is_down_is_told_loudly_to_every_reader(kind: str) -> None:
    out, err = Reader(terminal=kind == "live"), Reader()
    sink = make_sink(as_json=kind == "json", quiet=kind == "quiet", stream=out, errors=err)
    sink(STARTED)
    sink(DOWN)
    assert "ALARM: JIRA READS NO MAIL FOR HELP" in out.getvalue() + err.getvalue()
    if kind == "json":
        assert [json.loads(line)["event"] for line in out.getvalue().splitlines()] == ["started", "ended"]


def test_the_warnings_of_a_run_are_repeated_at_its_end() -> None:
    shown = plain(STARTED, CONNECTED | {"warnings": ["the clock is 3 s off"]})
    assert "Warning: the clock is 3 s off" in shown


def test_a_run_that_changed_nothing_says_so() -> None:
    nothing = CONNECTED | {"outcome": "NothingToDo", "changed": False, "gap_seconds": None, "cause": "It is healthy."}
    assert "Nothing to do for HELP. It is healthy." in plain(STARTED, nothing)
    dry = plain(STARTED | {"dry_run": True}, nothing | {"cause": "Dry run: all is proven."})
    assert dry.startswith("Dry run for help@example.com")
    assert "Dry run: all is proven." in dry


def test_a_connection_without_a_cut_has_no_gap() -> None:
    assert "no mail gap" in plain(STARTED, CONNECTED | {"gap_seconds": None})


@pytest.mark.parametrize("kind", ["plain", "live", "json", "quiet"])
def test_every_text_goes_through_the_redactor(kind: str) -> None:
    out, err = Reader(terminal=kind == "live"), Reader()
    sink = make_sink(
        as_json=kind == "json",
        quiet=kind == "quiet",
        stream=out,
        errors=err,
        clean=lambda text: text.replace("fake-secret", "***"),
    )
    secret: dict[str, Any] = {"text": "fake-secret", "seconds": 3, "what": "fake-secret", "why": "fake-secret"}
    sink(STARTED | {"mailbox": "fake-secret"})
    for name in ("say", "decision", "warning", "person", "browser"):
        sink({"event": name, **secret})
    sink(step("started") | {"title": "fake-secret"})
    sink({"event": "say", **secret})
    sink(step("failed", seconds=1.0) | {"title": "fake-secret"})
    sink(DOWN | {"cause": "fake-secret", "remedy": "fake-secret", "warnings": ["fake-secret"]})
    shown = out.getvalue() + err.getvalue()
    assert "fake-secret" not in shown
    assert "***" in shown


def test_control_characters_of_a_page_do_not_reach_the_terminal() -> None:
    text = "a\x1b]0;title\x07b\x1b[31mred\x9b1m"
    for shown in (plain({"event": "say", "text": text}), live({"event": "warning", "text": text})):
        assert "\x1b]" not in shown
        assert "\x1b[31m" not in shown
        assert "\x9b" not in shown


def test_a_terminal_gets_the_live_list_and_a_pipe_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")

    def kind(**more: Any) -> type[Sink]:
        return type(make_sink(as_json=False, quiet=False, stream=Reader(**more), errors=Reader()))

    assert kind(terminal=True) is RichSink
    assert kind(terminal=False) is PlainSink
    assert kind(terminal=True, encoding="latin-1") is PlainSink
    monkeypatch.setenv("TERM", "dumb")
    assert kind(terminal=True) is PlainSink


def test_a_letter_that_the_stream_cannot_show_is_no_failure() -> None:
    assert plain({"event": "say", "text": "für 株"}, encoding="ascii") == "    f?r ?\n"


def test_a_pipe_that_nobody_reads_stops_neither_the_run_nor_the_interpreter() -> None:
    script = """
import sys
from runbook.console import make_sink
sink = make_sink(as_json=True, quiet=False)
for n in range(20000):
    sink({"event": "say", "text": "x" * 100})
sys.stderr.write("went on")
"""
    child = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.readline()
        child.stdout.close()
        assert child.stderr.read() == b"went on"
    assert child.returncode == 0


def test_a_live_list_whose_terminal_is_gone_is_silent() -> None:
    class Gone(Reader):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    sink = make_sink(as_json=False, quiet=False, stream=Gone(terminal=True), errors=Reader())
    for event in WHOLE:
        sink(event)


def test_plain_lines_do_not_import_rich() -> None:
    script = (
        "import sys, runbook.console as c; c.make_sink(as_json=False, quiet=False); sys.exit('rich' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, check=False).returncode == 0
