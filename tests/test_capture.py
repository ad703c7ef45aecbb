"""`--har` and `--trace`: what is kept holds no secret and no person, can still be looked at, and else nothing is kept."""

from __future__ import annotations

import asyncio
import json
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from leaking import Search
from playwright.async_api import Error as PlaywrightError
from sweeping import channel

from runbook.capture import HAR, TRACE, captured
from runbook.evidence import RunFolder
from runbook.fixtures.har import without_pictures
from runbook.fixtures.scrub import Scrubber
from runbook.fixtures.trace import Trace
from runbook.fixtures.trace_lines import LEFT_OUT
from runbook.fixtures.whole import scrubbed
from runbook.options import Options
from runbook.outcome import Outcome
from runbook.redact import Redactor

MARK = "Qz7Wk2Lm9P"
AROUND = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=12)
URL = "https://acme.atlassian.net/jira"


def request(sent: str = "", got: str = "", **more: Any) -> dict[str, Any]:
    """A request of a trace, its bodies in files."""
    side: dict[str, Any] = {"httpVersion": "HTTP/1.1", "cookies": [], "headers": [], "headersSize": 1, "bodySize": 1}
    asked = {**side, "method": "POST", "url": URL, "queryString": []}
    if sent:
        asked["postData"] = {"mimeType": "application/x-www-form-urlencoded", "text": "", "_file": sent, "params": []}
    content = {"size": 1, "mimeType": "text/html", **({"_file": got} if got else {})}
    answer = {**side, "status": 200, "statusText": "OK", "content": content, "redirectURL": ""}
    snapshot = {"startedDateTime": "2026-11-25T18:00:00.000Z", "time": 70.083, "cache": {}, "timings": {"wait": 1}}
    return {
        "request": asked,
        "response": answer,
        "_resourceType": "document",
        "_monotonicTime": 1.5,
        **snapshot,
        **more,
    }


def snapshot(html: Any, **more: Any) -> dict[str, Any]:
    told = {
        "callId": "call@1",
        "phase": "after",
        "pageId": "page@1",
        "frameId": "frame@1",
        "frameUrl": URL,
        "html": html,
    }
    return {"type": "frame-snapshot", "snapshot": {**told, "resourceOverrides": [], **more}}


def before(method: str, **params: Any) -> dict[str, Any]:
    return {
        "type": "before",
        "callId": "call@1",
        "startTime": 1.0,
        "class": "Frame",
        "method": method,
        "params": params,
    }


def after(**more: Any) -> dict[str, Any]:
    return {"type": "after", "callId": "call@1", "endTime": 2.0, **more}


# Where a secret can stand in a trace: its lines, and its files by name.
Put = Callable[[str], tuple[list[dict[str, Any]], dict[str, bytes]]]
PLACES: dict[str, Put] = {
    "what was filled in": lambda s: ([before("fill", selector="#p", value=s)], {}),
    "what was typed": lambda s: ([before("type", selector="#p", text=s)], {}),
    "keys": lambda s: ([before("press", selector="#p", key=s)], {}),
    "an address": lambda s: ([before("goto", url=f"{URL}?x={s}")], {}),
    "what a script was given": lambda s: ([before("evaluateExpression", expression="x", arg={"value": {"s": s}})], {}),
    "a passkey": lambda s: ([before("addCredential", credential={"privateKey": s})], {}),
    "cookies": lambda s: ([before("addCookies", cookies=[{"name": "sid", "value": s}])], {}),
    "what a script answered": lambda s: ([after(result={"value": {"s": s}})], {}),
    "an error": lambda s: ([after(error={"name": "TimeoutError", "message": f'fill("{s}") timed out'})], {}),
    "a log line": lambda s: ([{"type": "log", "callId": "call@1", "time": 1.0, "message": f'  fill("{s}")'}], {}),
    "another log line": lambda s: (
        [{"type": "log", "callId": "call@1", "time": 1.0, "message": f"navigated to {s}"}],
        {},
    ),
    "the console": lambda s: (
        [{"type": "console", "messageType": "log", "text": s, "args": [{"preview": s}], "location": {"url": s}}],
        {},
    ),
    "a dialog": lambda s: (
        [{"type": "event", "time": 1, "class": "Page", "method": "dialog", "params": {"message": s}}],
        {},
    ),
    "a kind of line that is not known": lambda s: ([{"type": "novelty", "content": s}], {}),
    "options of the context": lambda s: (
        [{"type": "context-options", "options": {"httpCredentials": {"password": s}}}],
        {},
    ),
    "a field": lambda s: ([snapshot(["INPUT", {"__playwright_value_": s, "type": "password", "name": "p"}])], {}),
    "a field's attribute": lambda s: ([snapshot(["INPUT", {"value": s, "type": "hidden", "name": "csrf"}])], {}),
    "a text area": lambda s: ([snapshot(["TEXTAREA", {}, s])], {}),
    "a text of the page": lambda s: ([snapshot(["BODY", {}, ["P", {}, f"Your code: {s}"]])], {}),
    "an attribute": lambda s: ([snapshot(["BODY", {"data-x": s, "title": s}])], {}),
    "a link": lambda s: ([snapshot(["A", {"href": f"/x?y={s}"}, "go"])], {}),
    "a style of the page": lambda s: ([snapshot(["HTML", {}], resourceOverrides=[{"url": s, "sha1": s}])], {}),
    "what was sent": lambda s: ([], {"resources/a.dat": f"user=ada&p={s}".encode()}),
    "what was got": lambda s: ([], {"resources/b.html": f"<p>{s}</p>".encode()}),
    "a file that nothing names": lambda s: ([], {"resources/c.html": s.encode()}),
    "a picture": lambda s: ([], {"resources/d.png": b"\x89PNG" + s.encode()}),
    "the places in the program": lambda s: ([], {"trace.stacks": json.dumps({"files": [s]}).encode()}),
    "the name of a file": lambda s: ([], {f"resources/{MARK}.html": b"x"}),
}


def written(folder: Path, lines: list[dict[str, Any]], files: dict[str, bytes]) -> Path:
    """A trace as the driver writes it."""
    path = folder / "raw.zip"
    sent, got = ("resources/a.dat" in files) * "resources/a.dat", ("resources/b.html" in files) * "resources/b.html"
    network = json.dumps({"type": "resource-snapshot", "snapshot": request(sent, got)})
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.writestr("trace.trace", "\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode())
        zipped.writestr("trace.network", network)
        for name, content in files.items():
            zipped.writestr(name, content)
    return path


@pytest.mark.parametrize("place", PLACES)
@settings(max_examples=8, deadline=None)
@given(head=AROUND, tail=AROUND)
def test_a_secret_is_gone_wherever_it_stands_in_a_trace(
    place: str, head: str, tail: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    secret = f"{head}{MARK}{tail}".strip()
    typed = [("admin password", secret)]
    raw = written(tmp_path_factory.mktemp("trace"), *PLACES[place](secret))
    kept, refused = scrubbed({TRACE: raw}, Scrubber(typed), typed)
    assert refused == {}
    assert Search({"it": secret})({"trace": kept[TRACE]}) == []


def kept_of(folder: Path, lines: list[dict[str, Any]], files: dict[str, bytes] | None = None) -> Trace:
    raw = written(folder, lines, files or {})
    typed = [("admin password", "fake-Pa55 &word")]
    path = folder / "kept.zip"
    path.write_bytes(scrubbed({TRACE: raw}, Scrubber(typed, people={"admin": "ada@corp.example"}), typed)[0][TRACE])
    return Trace.read(path)


def test_what_a_reader_needs_of_a_trace_is_kept(tmp_path: Path) -> None:
    page = [
        "HTML",
        {},
        [[1, 4]],
        ["BODY", {"class": "x\u2028"}, ["INPUT", {"type": "submit", "value": "Sign in"}], "ada@corp.example"],
    ]
    lines = [
        {"type": "context-options", "version": 10, "browserName": "chromium", "options": {"viewport": {"width": 1280}}},
        before("fill", selector="#p", value="fake-Pa55 &word", timeout=100),
        {"type": "input", "callId": "call@1", "point": {"x": 1, "y": 2}},
        snapshot(page),
        after(error={"message": "Timeout 100ms exceeded."}),
    ]
    trace = kept_of(tmp_path, lines, {"resources/b.html": b"<p>Hello</p>"})
    assert trace.lines[0] == lines[0]
    assert trace.lines[1]["params"] == {"selector": "#p", "value": LEFT_OUT, "timeout": 100}
    assert (trace.lines[2], trace.lines[4]) == (lines[2], lines[4])
    # References count the nodes of earlier snapshots: their number stays.
    assert trace.lines[3]["snapshot"]["html"] == [*page[:3], [*page[3][:3], "admin@example.com"]]
    assert trace.entries[0]["response"]["content"]["text"] == "<p>Hello</p>"
    assert (trace.entries[0]["time"], trace.besides[0]["_monotonicTime"]) == (70.083, 1.5)


def test_a_code_that_was_typed_box_by_box_is_left_out(tmp_path: Path) -> None:
    boxes = [["INPUT", {"__playwright_value_": digit, "type": "text"}] for digit in "482913"]
    steps = [before("fill", selector="input", value=digit) for digit in "482913"]
    trace = kept_of(tmp_path, [*steps, snapshot(["BODY", {}, *boxes])])
    assert {line["params"]["value"] for line in trace.lines[:-1]} == {LEFT_OUT}
    assert trace.lines[-1]["snapshot"]["html"][2:] == [
        ["INPUT", {"__playwright_value_": LEFT_OUT, "type": "text"}] for _ in boxes
    ]


def test_a_picture_that_is_written_out_in_a_page_is_left_out(tmp_path: Path) -> None:
    picture = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA"
    page = f'<img alt="Scan this" src="{picture}">'
    trace = kept_of(tmp_path, [snapshot(["IMG", {"src": picture}])], {"resources/b.html": page.encode()})
    assert trace.lines[0]["snapshot"]["html"] == ["IMG", {"src": "data:,"}]
    assert trace.entries[0]["response"]["content"]["text"] == '<img alt="Scan this" src="data:,">'


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("url(data:image/svg+xml;utf8,abc) x", "url(data:,) x"),
        ('{"a": "<img src=\\"data:image\\/png;base64,AB\\/CD\\">"}', '{"a": "<img src=\\"data:,\\">"}'),
        ('{"a": "<img src=\\"data:image/png;base64,AB\\/CD\\">"}', '{"a": "<img src=\\"data:,\\">"}'),
        ("metadata: image/png", "metadata: image/png"),
    ],
)
def test_what_is_around_a_picture_stays_as_it_is(text: str, left: str) -> None:
    assert without_pictures(text) == left


def test_what_a_recording_and_a_trace_hold_of_each_other_is_known_to_both(tmp_path: Path) -> None:
    har = {"log": {"entries": [request()]}}
    har["log"]["entries"][0]["response"]["headers"] = [{"name": "Set-Cookie", "value": "sid=Zx91kLmnopqrs; Secure"}]
    (tmp_path / "raw.har").write_text(json.dumps(har))
    raw = {HAR: tmp_path / "raw.har", TRACE: written(tmp_path, [snapshot(["P", {}, "Zx91kLmnopqrs"])], {})}
    kept, refused = scrubbed(raw, Scrubber(), [])
    assert refused == {}
    with zipfile.ZipFile(tmp_path / "kept.zip", "w") as _:
        pass
    (tmp_path / "kept.zip").write_bytes(kept[TRACE])
    assert Trace.read(tmp_path / "kept.zip").lines[0]["snapshot"]["html"] == ["P", {}, "fake-sid-1"]
    assert json.loads(kept[HAR])["log"]["entries"][0]["time"] == 70.083


# --- in a run


class Recorded:
    """A context whose driver writes these files. `broken`: it does not."""

    def __init__(self, har: Any, lines: list[dict[str, Any]], *, broken: bool = False) -> None:
        self.har, self.lines, self.broken, self.folder = har, lines, broken, Path()
        self.tracing = self

    async def start(self, **how: Any) -> None:
        assert how == {"screenshots": False, "snapshots": True, "sources": False}

    async def start_har(self, path: Path, **_: Any) -> None:
        self.folder = path.parent

    async def cookies(self) -> list[Any]:
        return [{"name": "sid", "value": "Zx91kLmnopqrs"}]

    async def stop_har(self) -> None:
        if self.broken:
            raise PlaywrightError("Target closed; typed: fake-Pa55 &word")
        (self.folder / HAR).write_text(self.har if isinstance(self.har, str) else json.dumps(self.har))

    async def stop(self, *, path: Path) -> None:
        written(self.folder, self.lines, {}).rename(path)


class Course:
    """What of a run a capture needs."""

    def __init__(self, folder: Path, outcome: Outcome) -> None:
        self.options = Options(har=True, trace=True)
        self.channel, self.outcome = channel(), outcome
        people = [SimpleNamespace(role=role, username=f"{role}@corp.example") for role in ("admin", "mailbox")]
        revealed = [("admin password", "fake-Pa55 &word")]
        self.guard = SimpleNamespace(admin=people[0], mailbox=people[1], revealed=revealed)
        self.redactor = Redactor()
        self.redactor.learn("fake-of-another-run")
        self.folder = RunFolder(folder)
        self.events: list[Any] = []
        self.emit = self.events.append

    async def play(self, _context: Any) -> Outcome:
        return self.outcome


CONNECTED = Outcome("Connected", 0, warnings=("An earlier one.",))
GOOD: dict[str, Any] = {"log": {"entries": [request()]}}


async def test_both_are_kept_and_told(tmp_path: Path) -> None:
    course, context = Course(tmp_path, CONNECTED), Recorded(GOOD, [before("fill", value="fake-of-another-run")])
    assert await captured(course, context) == CONNECTED  # type: ignore[arg-type]
    assert course.events == [{"event": "recordings", "files": [str(tmp_path / name) for name in (HAR, TRACE)]}]
    assert all((tmp_path / name).stat().st_mode & 0o777 == 0o600 for name in (HAR, TRACE))
    assert not context.folder.exists()


async def test_what_the_gate_refuses_is_not_kept_and_the_ending_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    har = json.loads(json.dumps(GOOD))
    har["log"]["entries"][0]["request"]["url"] += "?x=fake-of-another-run"
    monkeypatch.setattr(Scrubber, "har", lambda _self, har: json.loads(json.dumps(har)))
    course, context = Course(tmp_path, CONNECTED), Recorded(har, [])
    outcome = await captured(course, context)  # type: ignore[arg-type]
    assert (outcome.name, outcome.exit_code) == ("Connected", 0)
    assert outcome.warnings[0] == "An earlier one."
    assert outcome.warnings[1].startswith(
        "run.har is not kept; it still holds: secret in run.har; secret in run.har: entry 0"
    )
    assert [path.name for path in tmp_path.iterdir()] == [TRACE]
    assert "another-run" not in repr(outcome) + repr(course.events)


@pytest.mark.parametrize(
    ("har", "broken", "told"),
    [
        ("no JSON: fake-Pa55 &word", False, "The recording cannot be scrubbed and is not kept."),
        (GOOD, True, "The recording could not be ended and is not kept (Error)."),
    ],
)
async def test_what_cannot_be_read_or_ended_is_not_kept_and_told_without_its_text(
    har: Any, broken: bool, told: str, tmp_path: Path
) -> None:
    course, context = Course(tmp_path, CONNECTED), Recorded(har, [], broken=broken)
    outcome = await captured(course, context)  # type: ignore[arg-type]
    assert (outcome.exit_code, list(tmp_path.iterdir())) == (0, [])
    assert outcome.warnings[1].startswith(told)
    assert "Pa55" not in repr(outcome) + repr(course.events)
    assert not context.folder.exists()


async def test_an_interrupted_run_keeps_none(tmp_path: Path) -> None:
    ended = Outcome("Transient", 20, reason="interrupted")
    course, context = Course(tmp_path, ended), Recorded(GOOD, [])
    assert await captured(course, context) == ended  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []
    assert not context.folder.exists()


async def test_a_run_that_is_cancelled_while_its_recording_is_scrubbed_keeps_nothing_raw(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on, real = asyncio.Event(), threading.Event(), Scrubber.har
    loop = asyncio.get_running_loop()

    def held(self: Scrubber, har: Any) -> Any:
        loop.call_soon_threadsafe(begun.set)
        go_on.wait(60)
        return real(self, har)

    monkeypatch.setattr(Scrubber, "har", held)
    course, context = Course(tmp_path, CONNECTED), Recorded(GOOD, [])
    run = asyncio.ensure_future(captured(course, context))  # type: ignore[arg-type]
    await begun.wait()
    assert {path.name for path in context.folder.iterdir()} >= {HAR}
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert not context.folder.exists()
    go_on.set()
    assert list(tmp_path.iterdir()) == []
    assert course.events == []
