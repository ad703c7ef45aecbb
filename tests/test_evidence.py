"""What a run leaves behind: its folder, run.json, masked pictures."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, Route

from runbook.browser import ensure, new_context, start
from runbook.errors import ConfigError
from runbook.evidence import EvidenceSink, RunFolder, prune, read, screenshot
from runbook.redact import Redactor
from runbook.run_record import Ending, Gap

pytestmark = pytest.mark.thorough

NOW = datetime(2026, 11, 23, 22, 15, tzinfo=UTC)
POSIX = pytest.mark.skipif(os.name != "posix", reason="file modes")
STRICT = "default-src 'none'; style-src 'self'; script-src 'self'; require-trusted-types-for 'script'"
STARTED: dict[str, Any] = {
    "event": "started",
    "project": "HELP",
    "mailbox": "help@example.com",
    "site": "https://acme.atlassian.net",
    "steps": 11,
    "dry_run": False,
    "run": "x",
}
ENDED: dict[str, Any] = {
    "event": "ended",
    "outcome": "PageChanged",
    "exit_code": 50,
    "mailbox": None,
    "gap_seconds": None,
    "run": "x",
    "cause": "A page is unknown.",
    "remedy": "Look at it.",
    "reason": "unknown",
    "warnings": [],
    "changed": False,
}


def step(status: str, n: int = 1, **more: Any) -> dict[str, Any]:
    return {"event": "step", "n": n, "of": 11, "name": "jira_login", "title": "Sign in", "status": status, **more}


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder.create(tmp_path / "runs", "HELP", NOW)


def sink_of(folder: RunFolder, clean: Any = str) -> EvidenceSink:
    return EvidenceSink(folder, clean, now=lambda: NOW)


# --- the folder


def test_a_run_folder_is_named_by_time_and_project(folder: RunFolder) -> None:
    assert folder.name.startswith("20261123T221500Z-HELP-")
    assert len(folder.name) == len("20261123T221500Z-HELP-3f2a")


@POSIX
def test_everything_a_run_leaves_is_private_whatever_the_umask(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        folder = RunFolder.create(tmp_path / "a" / "runs", "HELP", NOW)
        sink_of(folder)(STARTED)
        folder.write("01-x.jpg", b"x")
    finally:
        os.umask(old)
    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode)
        for path in [folder.path.parent, folder.path, *folder.path.iterdir()]
    }
    assert modes == {"runs": 0o700, folder.name: 0o700, "run.json": 0o600, "01-x.jpg": 0o600}


@POSIX
def test_a_root_that_others_can_get_into_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "runs"
    root.mkdir()
    root.chmod(0o750)
    with pytest.raises(ConfigError) as caught:
        RunFolder.create(root, "HELP", NOW)
    assert caught.value.remedy == f"Run `chmod 700 {root}`."


def test_a_root_that_cannot_be_made_is_refused_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="cannot be used") as caught:
        RunFolder.create(tmp_path / "file" / "runs", "HELP", NOW)
    assert "RUNBOOK_RUNS" in caught.value.remedy


def test_a_project_cannot_lead_out_of_the_root(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path / "runs", "../../etc", NOW)
    assert folder.path.parent == tmp_path / "runs"


def test_a_file_is_never_overwritten(folder: RunFolder) -> None:
    assert [folder.write("a.jpg", b"1"), folder.write("a.jpg", b"2")] == ["a.jpg", "a-2.jpg"]
    assert (folder.path / "a.jpg").read_bytes() == b"1"


@POSIX
def test_a_link_in_the_place_of_a_file_is_not_followed(folder: RunFolder, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    (folder.path / "a.jpg").symlink_to(victim)
    (folder.path / "run.json").symlink_to(victim)
    assert folder.write("a.jpg", b"1") == "a-2.jpg"
    folder.replace("run.json", b"{}")
    assert not victim.exists()
    assert not (folder.path / "run.json").is_symlink()


# --- run.json


def test_the_record_tells_the_whole_run_and_can_be_read_back(folder: RunFolder) -> None:
    sink = sink_of(folder)
    folder.note_skews({"https://id.example.com": 2.00049})
    seen = {"place": "https://id.example.com/x", "title": "Sign in", "headings": [], "fields": ["user"], "buttons": []}
    for event in (
        STARTED,
        step("started"),
        {"event": "say", "text": "not kept"},
        step("done", seconds=1.5, screenshot="01-jira_login.jpg"),
        step("started", n=2),
        step("failed", n=2, seconds=0.5),
        step("skipped", n=3),
        {"event": "decision", "what": "replace", "why": "revoked"},
        {"event": "warning", "text": "the clock is off"},
        {"event": "gap", "from": "2026-11-23T22:15:01Z", "to": "2026-11-23T22:15:03Z", "seconds": 2.0},
        {"event": "unknown_page", "seen": seen, "expected": "a password", "screenshot": "02-x.jpg"},
        ENDED,
    ):
        sink(event)
    assert sink.problem is None
    record = read(folder.path)
    assert record == read(folder.path / "run.json") == sink.record
    assert (record.schema_, record.run, record.project, record.mailbox) == (2, folder.name, "HELP", "help@example.com")
    assert (record.started, record.ended) == ("2026-11-23T22:15:00.000Z", "2026-11-23T22:15:00.000Z")
    assert [(s.n, s.status, s.seconds, s.screenshot) for s in record.steps] == [
        (1, "done", 1.5, "01-jira_login.jpg"),
        (2, "failed", 0.5, None),
        (3, "skipped", None, None),
    ]
    assert record.decisions[0].why == "revoked"
    assert record.warnings == ["the clock is off"]
    assert record.gap == Gap.model_validate(
        {"from": "2026-11-23T22:15:01Z", "to": "2026-11-23T22:15:03Z", "seconds": 2}
    )
    assert record.unknown_page is not None
    assert record.unknown_page.seen["fields"] == ["user"]
    assert record.skew == {"https://id.example.com": 2.0}
    assert record.outcome == Ending(
        name="PageChanged", exit_code=50, cause="A page is unknown.", remedy="Look at it.", reason="unknown"
    )


def test_the_file_uses_the_published_names(folder: RunFolder) -> None:
    sink_of(folder)(ENDED | {"gap_seconds": 3.2})
    content = json.loads((folder.path / "run.json").read_text(encoding="utf-8"))
    assert content["schema"] == 2
    assert content["gap"] == {"from": None, "to": None, "seconds": 3.2}
    assert content["unknown_page"] is None


def test_a_killed_run_leaves_a_record_that_can_be_read(tmp_path: Path) -> None:
    script = f"""
import os, signal
from datetime import UTC, datetime
from pathlib import Path
from runbook.evidence import EvidenceSink, RunFolder
sink = EvidenceSink(RunFolder.create(Path({str(tmp_path / "runs")!r}), "HELP", datetime.now(UTC)), str)
sink({STARTED!r})
sink({step("started")!r})
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", script], check=False)
    (left,) = (tmp_path / "runs").iterdir()
    record = read(left)
    assert (record.outcome.name, record.outcome.exit_code, record.ended) == ("running", None, None)
    assert record.steps[0].status == "started"


def test_every_text_of_the_record_goes_through_the_redactor(folder: RunFolder) -> None:
    redactor = Redactor()
    redactor.learn("fake-secret")
    sink = sink_of(folder, redactor.text)
    for event in (
        STARTED | {"mailbox": "fake-secret"},
        step("done") | {"title": "fake-secret"},
        {"event": "decision", "what": "fake-secret", "why": "fake-secret"},
        {"event": "warning", "text": "fake-secret"},
        {"event": "unknown_page", "seen": {"title": "fake-secret", "headings": ["fake-secret"]}, "expected": "x"},
        ENDED | {"cause": "fake-secret"},
    ):
        sink(event)
    text = (folder.path / "run.json").read_text(encoding="utf-8")
    assert "fake-secret" not in text
    assert text.count("***") == 8


def test_a_disk_that_is_full_stops_no_run(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    sink = sink_of(folder)

    def full(path: Path, content: bytes, **how: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("runbook.files.write_new", full)
    sink(STARTED)
    assert sink.problem is not None
    assert "No space left on device" in sink.problem
    assert read(folder.path).project == ""


def test_a_malformed_event_stops_no_run(folder: RunFolder) -> None:
    sink = sink_of(folder)
    sink({"event": "step", "n": "one"})
    sink({"event": "warning", "text": "later"})
    assert sink.problem is not None
    assert read(folder.path).warnings == ["later"]


@pytest.mark.parametrize("content", ["", "{}", '{"schema": 3}', "[1]"])
def test_a_file_that_is_no_record_is_refused(folder: RunFolder, content: str) -> None:
    folder.write("run.json", content.encode())
    with pytest.raises(ConfigError, match=r"not the record of a run, schema 2"):
        read(folder.path)


def test_a_record_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read(tmp_path / "run.json")


# --- retention


def test_old_runs_are_removed_and_nothing_else(tmp_path: Path) -> None:
    root = tmp_path / "runs"
    old = [RunFolder.create(root, "HELP", NOW - timedelta(days=days)) for days in (31, 29)]
    for folder in old:
        sink_of(folder)
    empty = RunFolder.create(root, "HELP", NOW - timedelta(days=90))
    (root / "20200101T000000Z-HELP-zzzz").mkdir()
    (root / "notes").mkdir()
    elsewhere = RunFolder.create(tmp_path / "elsewhere", "HELP", NOW - timedelta(days=90))
    sink_of(elsewhere)
    link = root / elsewhere.name
    link.symlink_to(elsewhere.path, target_is_directory=True)
    assert prune(root, 30, NOW) == [old[0].name]
    assert not old[0].path.exists()
    assert {path.name for path in root.iterdir()} == {
        old[1].name, empty.name, "20200101T000000Z-HELP-zzzz", "notes", link.name,
    }  # fmt: skip
    assert (elsewhere.path / "run.json").exists()


def test_a_root_that_is_not_there_has_nothing_to_remove(tmp_path: Path) -> None:
    assert prune(tmp_path / "none", 30, NOW) == []


# --- pictures


BODY = """<!doctype html><style>input { color: red !important; transition: all 5s }</style><h1>Sign in</h1>
<input id=name><input type=password id=pass><textarea id=area></textarea><div id=edit contenteditable></div>
<div id=host></div><iframe srcdoc="<input id=inner>"></iframe><input type=submit value=Next>"""


@pytest.fixture(scope="module")
async def page() -> AsyncIterator[Page]:
    found = ensure(None, headed=False, say=lambda text: None)
    async with start(found, headed=False) as running:
        context = await new_context(running)

        async def answer(route: Route) -> None:
            headers = {"Content-Security-Policy": STRICT} if "strict" in route.request.url else {}
            await route.fulfill(content_type="text/html", headers=headers, body=BODY)

        await context.route("**/*", answer)
        yield await context.new_page()


async def fill(page: Page, value: str) -> None:
    shadow = "() => { host.shadowRoot || (host.attachShadow({mode: 'open'}).append(document.createElement('input'))); }"
    await page.evaluate(shadow)
    for selector in ("#name", "#pass", "#area", "#edit", "#host input"):
        await page.locator(selector).fill(value)
    if await page.frame_locator("iframe").locator("#inner").count():
        await page.frame_locator("iframe").locator("#inner").fill(value)


async def picture(page: Page, folder: RunFolder, redactor: Redactor | None = None) -> bytes:
    name = await screenshot(page, folder, "01-step", redactor or Redactor())
    assert name is not None
    return (folder.path / name).read_bytes()


@pytest.mark.parametrize("path", ["open", "strict"])
async def test_nothing_that_was_typed_can_be_read_on_a_picture(page: Page, folder: RunFolder, path: str) -> None:
    await page.goto(f"https://site.example.com/{path}")
    await fill(page, "")
    empty = await picture(page, folder)
    await fill(page, "fake-typed-value")
    assert await picture(page, folder) == empty
    assert await page.screenshot(type="jpeg", quality=60, caret="initial") != empty
    await page.evaluate("document.querySelector('h1').textContent = 'Other'")
    assert await picture(page, folder) != empty


async def test_a_picture_leaves_the_page_as_it_was(page: Page, folder: RunFolder) -> None:
    await page.goto("https://site.example.com/strict")
    await fill(page, "fake-typed-value")
    before = await page.content()
    await picture(page, folder)
    assert await page.content() == before
    look = "() => [document.adoptedStyleSheets.length, document.getElementById('host').shadowRoot.adoptedStyleSheets.length]"
    assert await page.evaluate(look) == [0, 0]


async def test_a_field_that_cannot_be_masked_withholds_the_picture(page: Page, folder: RunFolder) -> None:
    await page.goto("https://site.example.com/open")
    await page.evaluate(
        "document.getElementById('name').style.setProperty('-webkit-text-fill-color', 'red', 'important')"
    )
    why: list[str] = []
    assert await screenshot(page, folder, "01-step", Redactor(), why=why.append) is None
    assert why == ["No picture 01-step: a field's text could not be hidden."]
    assert list(folder.path.iterdir()) == []


@pytest.mark.parametrize(
    "html",
    [
        "<p>Your code is 123456.</p>",
        "<p>fake-<b>secret</b>-value</p>",
        "<p><span>fake-secret</span><span>-value</span></p>",
    ],
)
async def test_a_page_that_shows_a_secret_is_not_pictured(page: Page, folder: RunFolder, html: str) -> None:
    redactor = Redactor()
    redactor.learn("fake-secret-value")
    redactor.learn("123456")
    await page.goto("https://site.example.com/open")
    assert await screenshot(page, folder, "01-step", redactor) is not None
    await page.evaluate("html => document.body.insertAdjacentHTML('beforeend', html)", html)
    why: list[str] = []
    assert await screenshot(page, folder, "02-step", redactor, why=why.append) is None
    assert why == ["No picture 02-step: a secret stands on the page."]


async def test_a_secret_in_a_frame_or_a_shadow_root_withholds_the_picture(page: Page, folder: RunFolder) -> None:
    redactor = Redactor()
    redactor.learn("fake-secret-value")
    for place in ("document.querySelector('iframe').contentDocument.body", "host.attachShadow({mode: 'open'})"):
        await page.goto("https://site.example.com/open")
        await page.evaluate(f"{place}.append('fake-secret-value')")
        assert await screenshot(page, folder, "01-step", redactor) is None


async def test_a_closed_page_has_no_picture_and_is_no_error(page: Page, folder: RunFolder) -> None:
    closed = await page.context.new_page()
    await closed.close()
    why: list[str] = []
    assert await screenshot(closed, folder, "01-step", Redactor(), why=why.append) is None
    assert why == ["No picture 01-step: the page is closed."]


async def test_a_page_that_hangs_has_no_picture_and_is_no_error(
    page: Page, folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runbook.screenshot.LIMIT", 0.5)
    stuck = await page.context.new_page()
    async with stuck.expect_event("dialog"):
        stuck.on("dialog", lambda dialog: None)
        await stuck.evaluate("() => { setTimeout(() => alert('stuck'), 0); }")
    why: list[str] = []
    assert await screenshot(stuck, folder, "01-step", Redactor(), why=why.append) is None
    assert why == ["No picture 01-step: the page does not answer."]
    await stuck.close()


async def test_a_disk_that_is_full_costs_only_the_picture(
    page: Page, folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: bytes, **how: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("runbook.files.write_new", full)
    await page.goto("https://site.example.com/open")
    assert await screenshot(page, folder, "01-step", Redactor()) is None
