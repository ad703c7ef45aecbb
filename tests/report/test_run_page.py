"""The page of a run: what it tells, that it does nothing, and that everybody can read it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from looking import fits, flaws, opened, seen
from made_runs import ENDINGS, PICTURE, folder, png, record
from playwright.async_api import Browser

from runbook.evidence import RunFolder
from runbook.report import words
from runbook.report.run_page import html, write
from runbook.run_record import Decision, RunRecord, Setting, StepRecord, UnknownPage

pytestmark = pytest.mark.thorough

SHOWS_ALL = ("Connected", "PageChanged", "ChannelDown")
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>',
    "' onmouseover='alert(3)",
    "</style><script>alert(4)</script>",
    "javascript:alert(5)",
    "{{ 7 * 191 }}{% raw %}",
    "<!-- --><svg onload=alert(6)>",
    "&lt;b&gt;",
)


def told(made: RunRecord, tmp_path: Path) -> str:
    return html(made, tmp_path).decode()


# --- what it tells


@pytest.mark.parametrize("ending", ENDINGS)
async def test_a_page_tells_in_its_first_lines_what_was_connected_whether_it_went_well_and_the_gap(
    ending: str, running: Browser, tmp_path: Path
) -> None:
    made = record(ending)
    page = write(folder(tmp_path / "runs", made))
    async with opened(running, page) as (tab, did):
        first = (await seen(tab))["text"][:900]
        in_view = await tab.evaluate("document.querySelector('.figures').getBoundingClientRect().bottom < innerHeight")
    assert did == []
    assert in_view
    assert "help@example.com" in first
    assert words.label(ending) in first
    assert {"Connected": "1.20 s", "ChannelDown": "Open", "Unfinished": "Open"}.get(ending, "None") in first
    assert made.outcome.cause.replace("`", "") in first
    assert made.outcome.remedy.replace("`", "") in first


def test_every_ending_of_the_runbook_has_its_words() -> None:
    assert set(ENDINGS) | {"running"} == set(words.ENDINGS)


async def test_every_decision_stands_on_the_page_with_its_evidence(running: Browser, tmp_path: Path) -> None:
    page = write(folder(tmp_path / "runs", record()))
    async with opened(running, page) as (tab, _):
        decided = await tab.get_by_role("region", name="Decisions and proofs").inner_text()
        versions = await tab.get_by_role("region", name="Settings and versions").inner_text()
        await tab.get_by_text("Settings in force").click()
        settings = await tab.get_by_role("region", name="Settings and versions").inner_text()
    for text in ("Replace the connection", "It is unauthorized: FAILURE.", "help@acme.atlassian.net: made by Jira, reply-to",
                 "Accept the consent page", "openid, Mail.Send", "Step 8"):  # fmt: skip
        assert text in decided
    for text in ("Chromium 156.0", "clock of login.example.com", "2.1 s ahead", "1 site within a second"):
        assert text in versions
    assert "channels.HELP.mailbox.password" not in versions
    assert re.search(r"channels\.HELP\.mailbox\.password\s+\*\*\*\s+\.env RUNBOOK_MAILBOX_PASSWORD", settings)


async def test_the_chart_says_in_words_what_it_draws(running: Browser, tmp_path: Path) -> None:
    page = write(folder(tmp_path / "runs", record("ChannelDown")))
    async with opened(running, page) as (tab, _):
        steps = tab.get_by_role("region", name="Steps")
        rows = [await row.inner_text() for row in await steps.get_by_role("listitem").all()]
        drawings = await steps.locator("svg").evaluate_all("all => all.map(svg => !!svg.closest('[aria-hidden=true]'))")
    assert re.sub(r"\s+", " ", rows[1]) == "1 Sign in to Jira through the identity provider 0.50 s"
    assert re.sub(r"\s+", " ", rows[8]) == "8 Connect the mailbox over OAuth failed 0.50 s"
    assert re.sub(r"\s+", " ", rows[9]) == "9 Set the request type and restore the reply-to not reached"
    assert drawings
    assert all(drawings)


def test_a_page_of_an_older_record_can_be_made(tmp_path: Path) -> None:
    old = {"schema": 1, "run": "20261123T221500Z-HELP-0001", "started": "2026-11-23T22:15:00Z", "project": "HELP"}
    old |= {"mailbox": "help@example.com", "decisions": [{"what": "connect", "why": "It is not there."}]}
    text = told(RunRecord.model_validate(old), tmp_path)
    assert "The run has not ended" in text
    assert "It is not there." in text


@pytest.mark.parametrize("stamp", ["", "yesterday", "2026-11-23T22:15:00Z"])
def test_a_record_without_usable_times_still_has_a_page(stamp: str, tmp_path: Path) -> None:
    made = record(started=stamp, ended=stamp, steps=[StepRecord(n=1, name="a", title="Sign in", started=stamp)])
    assert "Sign in" in told(made, tmp_path)


# --- that it does nothing


def hostile(text: str) -> RunRecord:
    """A record that holds this text wherever a page or a setting can put one."""
    step = StepRecord(
        n=1, name=text, title=text, started="2026-11-23T22:15:00Z", seconds=1.0, status="failed", screenshot=text
    )
    made: dict[str, Any] = {
        "mailbox": text, "site": text, "channel": text, "provider": text, "idp": text, "warnings": [text], "plan": [text] * 3,
        "steps": [step], "versions": {text: text}, "skew": {f"https://{text}": 9.0}, "locators": {text: text},
        "settings": [Setting(key=text, value=text, source=text), Setting(key="list", value=[text], source=text)],
        "decisions": [Decision(what=text, why=text, step=text, at=text, evidence={text: [text, text]})],
        "unknown_page": UnknownPage(seen={text: text, "list": [text], "title": text}, expected=text),
    }  # fmt: skip
    outcome = {"name": text, "exit_code": 50, "cause": text, "remedy": f"`{text}`", "reason": text}
    return record("PageChanged", **made, outcome=outcome)


@pytest.mark.parametrize("text", HOSTILE)
async def test_a_hostile_text_is_shown_as_text_wherever_it_stands(text: str, running: Browser, tmp_path: Path) -> None:
    page = write(folder(tmp_path / "runs", hostile(text)))
    async with opened(running, page) as (tab, did):
        for summary in await tab.locator("summary").all():
            await summary.click()
        found = await seen(tab)
        title = await tab.title()
    assert did == []
    assert (found["active"], found["handlers"], found["images"]) == (0, 0, [])
    assert {link[0] if link.startswith("#") else link for link in found["links"]} <= {"#", "../index.html", "run.json"}
    assert found["text"].count(text) >= 20
    assert text in title


async def test_a_page_cannot_run_a_script_or_load_anything_even_if_one_gets_in(
    running: Browser, tmp_path: Path
) -> None:
    page = write(folder(tmp_path / "runs", record()))
    inject = (
        b"<script>document.title='ran'</script><img src='https://evil.example.com/x'><style>h1{display:none}</style>"
    )
    page.write_bytes(page.read_bytes().replace(b"<main>", b"<main>" + inject))
    async with opened(running, page) as (tab, did):
        assert len([each for each in did if "Content Security Policy" in each]) == 3
        blocked: list[tuple[str, str | None]] = []
        tab.on("requestfailed", lambda asked: blocked.append((asked.url, asked.failure)))
        await tab.reload()
        assert await tab.title() != "ran"
        assert await tab.get_by_role("heading", level=1).is_visible()
    assert blocked == [("https://evil.example.com/x", "csp")]


@pytest.mark.parametrize("letter", ["\u202e", "\u200b", "\x1b", "\x00", "\ud800"])
def test_a_letter_that_cannot_be_seen_is_named(letter: str, tmp_path: Path) -> None:
    text = told(record(mailbox=f"help{letter}@example.com"), tmp_path)
    assert letter not in text
    assert f"U+{ord(letter):04X}" in text


# --- its pictures


@pytest.mark.parametrize("name", ["../secret.png", "/etc/passwd", "missing.png", "text.png", "link.png", "pipe.png"])
def test_only_a_picture_of_the_folder_comes_into_the_page(name: str, tmp_path: Path) -> None:
    root = tmp_path / "runs"
    made = record()
    made.steps[0].screenshot = name
    here = folder(root, made)
    (root / "secret.png").write_bytes(png())
    (here / "text.png").write_bytes(b"fake-text")
    (here / "link.png").symlink_to(root / "secret.png")
    os.mkfifo(here / "pipe.png")
    text = write(here).read_text()
    assert "data:image" not in text
    assert name.split("/")[-1] in text


async def test_a_picture_opens_and_closes_by_the_keyboard_alone(running: Browser, tmp_path: Path) -> None:
    made = record()
    here = folder(tmp_path / "runs", made)
    RunFolder(here).write("02.png", png())
    made.steps[1].screenshot = "02.png"
    RunFolder(here).replace("run.json", made.model_dump_json(by_alias=True).encode())
    async with opened(running, write(here)) as (tab, did):
        big = tab.locator(".shot:target img")
        await tab.get_by_role("link", name="Picture of step 1,").focus()
        await tab.keyboard.press("Enter")
        assert (await big.bounding_box() or {"width": 0})["width"] > 0
        assert await tab.locator(".shot:target").evaluate("el => getComputedStyle(el).position") == "fixed"
        await tab.keyboard.press("Tab")  # the picture itself
        await tab.keyboard.press("Tab")
        assert await tab.evaluate("document.activeElement.innerText") == "Next"
        await tab.keyboard.press("Enter")
        assert await tab.locator(".shot:target").get_attribute("id") == "picture-2"
        await tab.get_by_role("link", name="Close").focus()
        await tab.keyboard.press("Enter")
        assert await tab.locator(".shot:target").count() == 0
        images = (await seen(tab))["images"]
    assert did == []
    assert images == [["data:image/png;", 64], ["data:image/png;", 64]]


def test_a_picture_that_two_steps_share_is_in_the_page_once(tmp_path: Path) -> None:
    made = record()
    made.steps[1].screenshot = PICTURE
    text = write(folder(tmp_path / "runs", made)).read_text()
    assert text.count("data:image/png;base64,") == 1
    both = "Picture of step 1, Sign in to Jira through the identity provider and of step 2, Check the project and the permission"
    assert both in text


# --- that everybody can read it


@pytest.mark.parametrize("ending", ENDINGS)
async def test_axe_finds_nothing_to_object_to(ending: str, running: Browser, tmp_path: Path) -> None:
    page = write(folder(tmp_path / "runs", record(ending)))
    async with opened(running, page) as (tab, _):
        for summary in await tab.locator("summary").all():
            await summary.click()
        assert await flaws(tab) == []
        if ending in SHOWS_ALL:  # between them, all that has a colour
            await tab.emulate_media(color_scheme="dark")
            assert await flaws(tab) == []


async def test_axe_would_find_something(running: Browser, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<html><body><img src='data:,'><p style='color:#ccc;background:#fff'>pale</p></body></html>")
    async with opened(running, page) as (tab, _):
        assert {each.split(":")[0] for each in await flaws(tab)} >= {"image-alt", "color-contrast", "html-has-lang"}


async def test_the_page_follows_the_colour_scheme(running: Browser, tmp_path: Path) -> None:
    page = write(folder(tmp_path / "runs", record()))
    colours = []
    for dark in (False, True):
        async with opened(running, page, dark=dark) as (tab, _):
            colours.append((await seen(tab))["colours"])
    assert colours[0] != colours[1]


@pytest.mark.parametrize("ending", SHOWS_ALL)
async def test_nothing_reaches_beyond_the_window(ending: str, running: Browser, tmp_path: Path) -> None:
    long = "https://login.example.com/" + "a-very-long-address-without-a-space" * 8
    made = record(ending, mailbox=f"{'help' * 15}@example.com", warnings=[long], versions={"long": long})
    made.decisions.append(Decision(what=long, why=long, evidence={long: [long]}))
    async with opened(running, write(folder(tmp_path / "runs", made))) as (tab, _):
        for summary in await tab.locator("summary").all():
            await summary.click()
        await fits(tab, 320, 390, 768, 1280, printed=700)
