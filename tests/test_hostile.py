"""Pages that are after a secret or a click: none gets one, nothing is accepted, and each run has its named ending.

The pages tell the sandbox of every key that is pressed on them; its journal is the proof.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from play import DRIVER, Played
from playwright.async_api import ElementHandle
from report.looking import opened, seen

from runbook.browser import ensure, start
from runbook.errors import PageChanged
from runbook.field import put
from runbook.report.channels import channels
from runbook.report.entries import entries, folders
from runbook.report.index_page import write
from runbook.sandbox.hostile import MARKUP, ORIGIN
from runbook.sandbox.world import ADMIN, MAILBOX
from runbook.secrets import Secret, SecretMisplaced, SecretRef

pytestmark = pytest.mark.thorough

EMPTY = "entra,g2,popup,empty"
MICROSOFT = "https://login.microsoftonline.com"


def typed(played: Played, *, secret: bool) -> list[str]:
    """Where secrets, or what is none, were typed into a page that tells of it."""
    return [each.details["at"] for each in played.world.events("typed") if each.details["secret"] is secret]


# What the run is to end with, which of the pages it has met, where what is no secret was typed, where a secret was.
@pytest.mark.parametrize(
    ("fault", "ending", "met", "names", "secrets"),
    [
        (f"lookalike-login={ADMIN}", ("PageChanged", "misplaced-secret"), "/signin", ORIGIN, ""),
        (f"lookalike-login={MAILBOX}", ("PageChanged", "misplaced-secret"), "/signin", ORIGIN, ""),
        ("login-in-frame", ("PageChanged", "unknown"), "/signin", "", ""),
        ("framed-login", ("PageChanged", "unknown"), "/frame", "", ""),
        ("swapped-fields", ("PageChanged", "shown-secret"), "", MICROSOFT, ""),
        ("form-elsewhere", ("PageChanged", "misplaced-secret"), "", MICROSOFT, ""),
        (f"password-twice={ADMIN}", ("PageChanged", "password"), "", "", ""),
        ("consent-other-client", ("HumanNeeded", "consent"), "", "", ""),
        ("consent-more-scopes", ("HumanNeeded", "consent"), "", "", ""),
        # Named otherwise, and for the rest a login page of the right site.
        ("renamed-fields", ("Connected", ""), "", MICROSOFT, MICROSOFT),
        # Left alone: who is signed out is asked of the provider itself.
        ("logout-elsewhere", ("Connected", ""), "/signed-out", "", ""),
    ],
)
async def test_a_hostile_page_gets_nothing(
    fault: str, ending: tuple[str, str], met: str, names: str, secrets: str, tmp_path: Path
) -> None:
    played = Played(tmp_path, EMPTY, (fault,))
    outcome = await played.run(patience=5.0 if ending[1] == "unknown" else 15.0)
    world = played.world
    assert (outcome.name, outcome.reason) == ending, outcome.cause
    assert {*typed(played, secret=False)} == {*filter(None, [names])}
    assert {*typed(played, secret=True)} == {*filter(None, [secrets])}
    asked = [each.details for each in world.events("hostile")]
    assert {each["path"] for each in asked} == {*filter(None, [met])}
    assert not [each for each in asked if each["secret"] or each["method"] != "GET"]
    attempts = [each.details["address"] for each in world.events("password")]
    assert len(attempts) == len(set(attempts)), "a password was submitted twice"
    if ending[0] == "Connected":
        assert played.connected_only_the_mailbox()
    else:
        assert outcome.cause
        assert outcome.remedy
        assert not world.events("connected")
        assert not [each for each in world.events("consent") if each.details["accepted"]]
    assert any("led to" in each["text"] for each in played.said("warning")) == (fault == "logout-elsewhere")


@pytest.mark.parametrize(
    ("faults", "name", "said"),
    [
        (("markup", "jira-error-banner"), "Transient", MARKUP),
        (("markup", f"connects-other={MARKUP}x@example.com"), "WrongMailbox", "x@example.com"),
    ],
)
async def test_html_in_addresses_names_and_messages_is_text_in_the_report(
    faults: tuple[str, ...], name: str, said: str, tmp_path: Path
) -> None:
    played = Played(tmp_path, EMPTY, faults)
    outcome = await played.run(patience=15.0)
    runs = tmp_path / "runs"
    index = write(runs, channels(entries(folders(runs))[0], [], datetime.now(UTC)), [], datetime.now(UTC))
    assert outcome.name == name, outcome.cause
    assert said in outcome.cause
    assert played.rows == []
    found = ensure(None, headed=False, say=lambda _: None)
    async with start(found, headed=False, driver=DRIVER) as running:
        for page in (Path(outcome.run) / "report.html", index):
            async with opened(running, page) as (tab, did):
                there = await seen(tab)
                assert did == []
                assert (there["active"], there["handlers"]) == (0, 0)
                assert said in there["text"]
                assert not [image for image in there["images"] if not image[0].startswith("data:")]
    assert not played.world.events("hostile")


async def test_a_secret_goes_only_into_a_field_that_hides_it() -> None:
    found = ensure(None, headed=False, say=lambda _: None)
    async with start(found, headed=False, driver=DRIVER) as running:
        page = await running.new_page()
        fields = "<input id=plain><input id=kind type=password><input id=style style='-webkit-text-security: disc'>"
        await page.set_content(fields)

        async def type_into(name: str) -> bool:
            async def find() -> ElementHandle:
                field = await page.query_selector(f"#{name}")
                assert field
                return field

            async def give(_: str) -> str:
                return "fake-secret"

            return await put(find, give, patience=10.0, hidden=True)

        assert await type_into("kind")
        assert await type_into("style")
        with pytest.raises(PageChanged, match="would show what is typed") as caught:
            await type_into("plain")
        assert caught.value.reason == "shown-secret"
        values = await page.evaluate("() => [...document.querySelectorAll('input')].map((el) => el.value)")
        assert values == ["", "fake-secret", "fake-secret"]


# A form, and the origin for which it is refused.
FORMS = [
    ('<form action="/login">', ""),
    ('<form action="javascript:void 0">', ""),
    ('<form action="https://login.example.com/login">', ""),
    ('<form action="https://elsewhere.example/login">', "https://elsewhere.example"),
    ('<form action="http://login.example.com/login">', "http://login.example.com"),
    ('<base href="https://elsewhere.example/"><form action="login">', "https://elsewhere.example"),
    ('<form action="//elsewhere.example"><input name="action" value="/login">', "https://elsewhere.example"),
    ('<form><button formaction="https://elsewhere.example/">Sign in</button>', "https://elsewhere.example"),
    ('<form id="f"></form><button form="f" formaction="//elsewhere.example/">Go</button>', "https://elsewhere.example"),
]


async def test_a_secret_goes_only_into_a_form_that_sends_it_where_it_belongs() -> None:
    secret = Secret("admin's password", SecretRef("fake-secret"), ["https://login.example.com"], sandbox=True)
    found = ensure(None, headed=False, say=lambda _: None)
    async with start(found, headed=False, driver=DRIVER) as running:
        page = await running.new_page()
        body = ""
        await page.route("**/*", lambda route: route.fulfill(body=body, content_type="text/html"))

        async def find() -> ElementHandle:
            return await page.wait_for_selector("#p")

        async def give(at: str) -> str:
            return secret.reveal(at)

        for form, refused in FORMS:
            inside = 'form="f"' if 'id="f"' in form else ""
            body = f'{form}<input type="password" id="p" {inside}>'
            await page.goto("https://login.example.com/")
            putting = put(find, give, patience=10.0, hidden=True, sendable=secret.may_be_sent_to)
            if refused:
                with pytest.raises(SecretMisplaced, match=f"a form that sends it to {refused}"):
                    await putting
            else:
                assert await putting
            assert await page.input_value("#p") == ("" if refused else "fake-secret"), form
