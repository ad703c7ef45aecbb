"""A person shows once what was not found; runs without a person find it from then on."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from play import Played
from playwright.async_api import Error, Locator, Page

from runbook.runner import Run
from runbook.taught import Taught

pytestmark = pytest.mark.thorough

WHERE: dict[str, Callable[[Page], Locator]] = {
    "menu.settings": lambda page: page.get_by_role("link", name="Workbench"),
    "menu.channels": lambda page: page.get_by_role("button", name="Ways in"),
    "menu.email": lambda page: page.get_by_role("link", name="Post", exact=True),
    "email-page.view-logs": lambda page: page.get_by_role("menuitem", name="Diary"),
    "email-page.add-account": lambda page: page.get_by_role("button", name="Link an inbox"),
    "email-page.remove": lambda page: page.get_by_role("menuitem", name="Detach"),
    "dialog.confirm-remove": lambda page: page.get_by_role("dialog").get_by_role("button", name="Detach"),
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Somebody sits at the window and clicks what is asked for. Gives every text that was shown."""
    texts: list[str] = []
    plain = Run.person

    async def person(self: Run, page: Page, text: str, until: Awaitable[Any]) -> Any:
        texts.append(text)
        name = re.findall(r"\(([\w.-]+)\)\.$", text)[0]
        clicking = asyncio.ensure_future(click(WHERE[name](page)))
        try:
            return await plain(self, page, text, until)
        finally:
            clicking.cancel()

    monkeypatch.setattr(Run, "person", person)
    return texts


async def click(target: Locator) -> None:
    """Clicks as soon as the page asks for it, until the click was taken: what is under the mouse is told after a moment."""
    page = target.page
    while True:
        with suppress(Error):
            await page.wait_for_selector("x-pw-glass", state="attached", timeout=500)
            box = await target.bounding_box(timeout=1000)
            assert box
            await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            await page.evaluate(
                "() => new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown)))"
            )
            if await page.locator("x-pw-glass").count():
                await page.mouse.down()
                await page.mouse.up()


async def test_what_was_shown_once_is_found_by_later_runs_without_a_person(tmp_path: Path, asked: list[str]) -> None:
    played = Played(tmp_path, "entra,g2,popup,revoked", ("renamed-labels=all",))
    outcome = await played.run(patience=2.0, teach=True)
    assert outcome.name == "Connected", outcome.cause
    assert len(asked) == len(set(asked)) == len(WHERE)
    assert "Click the button that adds an external e-mail address (email-page.add-account)." in asked
    lessons = Taught(tmp_path / "state").lessons()
    assert set(lessons) == set(WHERE)
    assert lessons["email-page.add-account"].page.startswith("https://acme.atlassian.net/")
    assert played.record["locators"] == Taught(tmp_path / "state").locators()

    asked.clear()
    again = Played(tmp_path / "night", "entra,g2,popup,revoked", ("renamed-labels=all",))
    later = await again.run(patience=3.0, locators=Taught(tmp_path / "state").locators())
    assert later.name == "Connected", later.cause
    assert again.record["locators"] == Taught(tmp_path / "state").locators()
    assert not asked


async def test_without_a_teacher_the_missing_element_is_told_by_name(tmp_path: Path) -> None:
    played = Played(tmp_path, "entra,g2,popup,revoked", ("renamed-labels=all",))
    outcome = await played.run(patience=2.0)
    assert (outcome.name, outcome.reason) == ("PageChanged", "menu.settings")


def test_a_lesson_is_kept_privately_and_can_be_dropped(tmp_path: Path) -> None:
    taught = Taught(tmp_path / "state")
    taught.remember("menu.email", "role=link :: /^post$/i", "https://acme.atlassian.net/jira")
    assert (tmp_path / "state" / "locators.json").stat().st_mode & 0o777 == 0o600
    assert json.loads((tmp_path / "state" / "locators.json").read_text())["menu.email"]["date"]
    assert taught.forget("menu.email")
    assert not taught.forget("menu.email")
    assert taught.locators() == {}
