"""What a screen costs: messages to the driver, which are what a sign-in is made of, and time inside the page."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

import pytest
import scripted_pages as pages
from playwright._impl.connection import Connection
from playwright.async_api import Browser
from scripted import END, MICROSOFT, OKTA, Web, sign_in

from flows import screens
from flows.screens import LOOK_BY_TABLES, Seen, look
from flows.screens.answer import SignIn
from runbook.browser import new_context

SAVED = sorted(
    (Path(__file__).parents[2] / "shared" / "realpages" / "okta").glob("widget-gen*-select-authenticator*.html")
)
# What is asked of the driver to answer a screen once it is recognised. A number that grows is time on every page of every run.
COSTS = {
    # find the field, fill it, see that the value stays; ask whether the button stands still (a message costs a millisecond, to
    # wait for two frames costs thirty) and press it
    "username": ["evaluateExpressionHandle", "fill", "evaluateExpression", "evaluateExpressionHandle", "click"],
    # the same, and whose document it is before the secret is fetched
    "password": [
        "evaluateExpressionHandle",
        "evaluateExpression",
        "fill",
        "evaluateExpression",
        "evaluateExpressionHandle",
        "click",
    ],
    # the same, and the button before the code, since many pages send it by themselves
    "totp": ["evaluateExpressionHandle"] * 2
    + ["evaluateExpression", "fill", "evaluateExpression", "evaluateExpression", "click"],
    "stay-signed-in": ["evaluateExpressionHandle", "click"],
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The messages to the driver that wait for a reply, by their method."""
    sent: list[str] = []
    real: Any = Connection.send_message_to_server

    def spy(self: Connection, owner: Any, method: str, *rest: Any) -> Any:
        if method not in ("updateSubscription", "fulfill", "__waitInfo__"):
            sent.append(method)
        return real(self, owner, method, *rest)

    monkeypatch.setattr(Connection, "send_message_to_server", spy)
    return sent


async def test_answering_a_screen_costs_no_more_messages_than_it_did(
    running: Browser, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    spent: dict[str, list[str]] = {}
    answering = ""
    real = SignIn._look

    async def between(self: SignIn, after: str) -> Seen:
        nonlocal answering
        if answering:
            spent[answering] = [what for what in asked if what != "send"]  # the security key is plugged in beside
        seen = await real(self, after)
        answering = seen.screen
        asked.clear()
        return seen

    monkeypatch.setattr(SignIn, "_look", between)
    several = (pages.ms_username(), pages.ms_password(), pages.ms_code(), pages.ms_stay())
    play = await sign_in(running, MICROSOFT, *several, END)
    assert play.done()
    assert spent == COSTS


async def test_a_sign_in_costs_four_messages_more_than_its_screens(running: Browser, asked: list[str]) -> None:
    play = await sign_in(running, MICROSOFT, END)
    assert play.done()
    begun = asked.index("goto") + 1
    plain = [method for method in asked[begun:] if method not in ("evaluateExpression", "close")]
    assert plain == ["newCDPSession", "send", "send", "detach", "dispose"][: len(plain)]
    assert len(plain) <= 5


@pytest.mark.parametrize(
    "page",
    [pages.ms_username(), pages.ms_tiles(*[(f"Nobody {n}", f"nobody{n}@example.com") for n in range(200)]), pages.kc_login("Go")],
    ids=["few elements", "many elements", "another site"],
)  # fmt: skip
async def test_recognising_a_page_that_stands_still_is_one_message(
    running: Browser, asked: list[str], page: str
) -> None:
    context = await new_context(running)
    await context.route("**/*", Web((page,)).answer)
    tab = await context.new_page()
    await tab.goto(MICROSOFT if "PageID" in page else "https://sso.acme.example/login")
    await look(tab)  # the first reading at a host of no known site may ask for more tables
    asked.clear()
    seen = await look(tab)
    assert asked == ["evaluateExpression"]
    assert seen.screen in ("username", "account-chooser", "credentials")
    await context.close()


def many_methods() -> str:
    """A list of methods larger than any that was seen."""
    rows = "".join(
        f"<div class=authenticator-row><div class=authenticator-icon-container><div class='icon auth-icon' role=img>"
        f"<svg viewBox='0 0 48 48'>{'<path d=M0,0h4v4z></path>' * 60}</svg></div></div>"
        f"<div class=authenticator-description data-se=method_{n}><h3>Method {n}</h3><p>Somebody's authenticator</p>"
        f"<div class=authenticator-button><a class='button select-factor link-button' href=#>Select</a></div></div></div>"
        for n in range(40)
    )
    return pages.okta("mfa-select-authenticator", f"<div class=authenticator-list>{rows}</div>")


@pytest.mark.parametrize("source", [None, *SAVED], ids=lambda source: source.name if source else "a page of our own")
async def test_recognising_a_long_list_of_methods_takes_less_than_thirty_milliseconds_in_the_page(
    running: Browser, source: Path | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    timed = f"""(args) => {{ const began = performance.now();
      return ({LOOK_BY_TABLES.replace("resolve({...told,", "resolve({...told, took: performance.now() - began,")})(args); }}"""
    assert "took:" in timed, "the reading is not timed"
    took: list[float] = []
    real = screens.patiently

    async def note(page: Any, script: str, arg: Any, patience: float) -> Any:
        found = await real(page, timed, arg, patience)
        took.append(found.pop("took"))
        return found

    monkeypatch.setattr(screens, "patiently", note)
    context = await new_context(running)
    await context.route("**/*", Web((source.read_text() if source else many_methods(),)).answer)
    tab = await context.new_page()
    await tab.goto(OKTA)
    seen = [await look(tab) for _ in range(9)][-1]
    await context.close()
    assert (seen.site, seen.screen) == ("okta", "method-chooser")
    assert len(took) == 9, "one evaluate each"
    assert statistics.median(took) < 30, took
