"""Changed sign-in pages are taught by a click on each element that their screens look for; the sign-in goes on, and later ones need
nobody. A click that does not help is not asked for again."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.async_api import Browser, Page
from replaying import Stage
from scripted import ADA, END, MICROSOFT, PASSWORD, sign_in
from scripted_pages import ms_username
from test_teach import click

from runbook.errors import PageChanged

pytestmark = pytest.mark.thorough

HOME = "https://sso.acme.example/"
BUTTON = "<div id=los style='width:9em'>Los</div><script>los.addEventListener('click', () => document.forms[0].submit())</script>"
FIELDS = "<p>Wer? <input id=wer name=wer></p><p>Noch? <input id=noch name=noch></p>"
SECRET = "<p>Und? <input id=und name=und type=password></p>"
CHANGED = "<title>Acme</title><h1>Neu hier</h1><form method=post>{}</form>" + BUTTON


@dataclass
class Shown(Stage):
    """A runner with somebody who clicks what is asked for: `where` is the CSS of each element."""

    where: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    learned: dict[str, str] = field(default_factory=dict)
    teaching = True

    async def person(self, page: Page, text: str, until: Awaitable[Any]) -> Any:
        self.asked.append(text)
        name = re.findall(r"\(([\w.-]+)\)\.$", text)[0]
        clicking = asyncio.ensure_future(click(page.locator(self.where[name])))
        try:
            return await until
        finally:
            clicking.cancel()

    async def learn(self, name: str, locator: str, page: str) -> None:
        self.learned[name] = locator


async def test_the_password_page_of_a_known_site_is_taught_under_the_name_that_it_is_looked_for(
    running: Browser,
) -> None:
    stage = Shown(where={"microsoft.password": "#und", "microsoft.submit": "#los"})
    pages = (ms_username(), CHANGED.format(FIELDS + SECRET), END)
    play = await sign_in(running, MICROSOFT, *pages, stage=stage)
    assert play.done()
    assert list(stage.learned) == ["microsoft.password", "microsoft.submit"]
    assert play.web.values("und") == [PASSWORD]

    later = await sign_in(running, MICROSOFT, *pages, locators=stage.learned)
    assert later.done(), "without a person"
    assert later.web.values("und") == [PASSWORD]


async def test_a_form_of_no_known_site_is_taught_field_by_field(running: Browser) -> None:
    stage = Shown(where={"generic.username": "#wer", "generic.password": "#und", "generic.submit": "#los"})
    pages = (CHANGED.format(FIELDS + SECRET), END)
    play = await sign_in(running, HOME, *pages, stage=stage)
    assert play.done()
    assert list(stage.learned) == ["generic.username", "generic.password", "generic.submit"]
    assert [(form["wer"], form["noch"], form["und"]) for form in play.web.sent] == [(ADA, "", PASSWORD)]

    later = await sign_in(running, HOME, *pages, locators=stage.learned)
    assert later.done(), "without a person"
    assert later.web.sent == play.web.sent


async def test_what_does_not_help_is_not_asked_for_again(running: Browser) -> None:
    stage = Shown(where={"generic.username": "#wer"})
    page = CHANGED.format("<h2>Create your account</h2>" + FIELDS + "<button>Create account</button>")
    play = await sign_in(running, HOME, page, END, stage=stage)
    assert len(stage.asked) == 1
    assert isinstance(play.error, PageChanged)
    assert play.error.reason == "generic.username"
    assert "locators --forget generic.username" in play.error.remedy
    assert play.web.sent == []


async def test_a_field_whose_locator_is_lost_on_the_next_page_is_not_asked_for_again(running: Browser) -> None:
    stage = Shown(where={"microsoft.username": "#wer", "microsoft.submit": "#los"})
    lost = CHANGED.format("<p>Wer? <input></p><p>Noch? <input></p>")
    play = await sign_in(running, MICROSOFT, CHANGED.format(FIELDS), lost, stage=stage)
    assert len(stage.asked) == 2
    assert isinstance(play.error, PageChanged)
