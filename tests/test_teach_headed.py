"""Teaching in a window, on a display of its own: the banner says what to click, the click teaches, the run goes on."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any

import pytest
from display import ABSENT, XVFB, Display, display
from playwright.async_api import Browser, Page
from replaying import Stage
from scripted import ADA, END, MICROSOFT, sign_in
from test_headed import CALL, appears
from test_teach import click

from runbook.banner import Banner
from runbook.browser import ensure, start

pytestmark = pytest.mark.thorough

CHANGED = """<title>Acme</title><h1>Neu hier</h1><form method=post><p>Bitte sehr: <input id=wer name=wer></p>
<p>Sonst noch: <input id=mehr name=mehr></p><a id=los href="#" onclick="document.forms[0].submit(); return false">Los</a></form>"""
LESSONS = {"microsoft.username": "#wer", "microsoft.submit": "#los"}


@dataclass
class Taught(Stage):
    """A runner with a banner and somebody who sits at its window, who clicks what is asked for once it can be read there."""

    shown: Display | None = None
    asked: list[str] = field(default_factory=list)
    heights: list[int] = field(default_factory=list)
    learned: dict[str, str] = field(default_factory=dict)
    teaching = True

    async def person(self, page: Page, text: str, until: Awaitable[Any]) -> Any:
        assert self.shown
        self.asked.append(text)
        target = page.locator(LESSONS[re.findall(r"\(([\w.-]+)\)\.$", text)[0]])
        holding = asyncio.ensure_future(Banner(lambda: page).hold(page, text, 60, until))
        self.heights.append(await appears(self.shown, CALL, wide=1000))
        clicking = asyncio.ensure_future(click(target))
        try:
            return await holding
        finally:
            clicking.cancel()

    async def learn(self, name: str, locator: str, page: str) -> None:
        self.learned[name] = locator


@pytest.mark.skipif(XVFB is None, reason=ABSENT)
async def test_the_banner_asks_the_click_teaches_and_the_sign_in_goes_on(
    running: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with display() as screen:
        monkeypatch.setenv("DISPLAY", screen.name)
        stage = Taught(headed=True, shown=screen)
        async with start(ensure(None, headed=True, say=lambda _: None), headed=True) as window:
            play = await sign_in(window, MICROSOFT, CHANGED, END, stage=stage)
    assert play.done()
    assert stage.asked == [
        "Click the field for the admin's user name (microsoft.username).",
        "Click the button that goes on from this page (microsoft.submit).",
    ]
    assert all(25 <= height <= 60 for height in stage.heights), stage.heights
    assert play.web.values("wer") == [ADA]
    assert play.web.values("mehr") == []
    assert set(stage.learned) == set(LESSONS)

    later = await sign_in(running, MICROSOFT, CHANGED, END, locators=stage.learned)
    assert later.done(), "without a window, a person or a lesson"
    assert later.web.values("wer") == [ADA]
