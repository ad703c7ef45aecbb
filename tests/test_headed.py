"""A run that somebody watches: what the window shows, and the pages that wait for a person. On a display of its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyotp
import pytest
from display import ABSENT, XVFB, Display, display
from play import Played
from playwright.async_api import Page, Route

from flows import CONNECT
from runbook import browser
from runbook.banner import TAG, Banner
from runbook.runner import Run
from runbook.sandbox.world import ADMIN, MAILBOX, World
from runbook.step import Job, Step

pytestmark = pytest.mark.thorough

EMPTY = "entra,g2,popup,empty"
LABEL, CALL, MARK = (0x17, 0x2B, 0x4D), (0xFF, 0xC4, 0x00), (1, 2, 3)  # the banner's two colours, and the tests' own
BUTTON = "button[type=submit], input[type=submit]"
IN_JIRA = [1, 2, 3, 4, 5, 7, 9, 10]  # step 8 begins in the window of the provider, which waits at its consent page
Deed = Callable[[Page, World], Awaitable[None]]


@pytest.fixture(scope="module")
def server() -> Iterator[Display]:
    if XVFB is None:
        pytest.skip(ABSENT)
    with display() as shown:
        yield shown


@pytest.fixture
def screen(server: Display, monkeypatch: pytest.MonkeyPatch) -> Display:
    monkeypatch.setenv("DISPLAY", server.name)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    return server


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the banner was told to show, whenever it was drawn."""
    said: list[dict[str, Any]] = []
    real: Callable[..., Any] = Page.evaluate

    async def spy(self: Page, expression: str, arg: Any = None) -> Any:
        if isinstance(arg, list) and arg[:1] == [TAG] and arg[1]:
            said.append(arg[1])
        return await real(self, expression, arg)

    monkeypatch.setattr(Page, "evaluate", spy)
    return said


async def appears(screen: Display, colour: tuple[int, int, int], *, wide: int) -> int:
    """Waits until a strip or label of this colour, at least so many pixels wide, is on the display; gives its height."""
    async with asyncio.timeout(10):
        while not (lines := screen.lines_of(colour, at_least=wide)):
            await asyncio.sleep(0.05)
        return len(lines)


async def in_front(page: Page, screen: Display) -> bool:
    """Whether this tab is the one that the display shows: a mark that is put into it is seen there."""
    await page.evaluate(
        """([tag, colour]) => {
          const el = document.documentElement.appendChild(document.createElement(tag));
          for (const [k, v] of Object.entries({position: 'fixed', inset: 'auto 0 40px 0', height: '4px', background: colour,
                                               display: 'block', 'z-index': '9'})) el.style.setProperty(k, v);
        }""",
        ["test-mark", "rgb(1, 2, 3)"],
    )
    try:
        return await appears(screen, MARK, wide=500) == 4
    except TimeoutError:
        return False
    finally:
        await page.evaluate("document.querySelectorAll('test-mark').forEach((el) => el.remove())")


# --- watching


@dataclass
class Watched:
    """A whole run in a window, with a pause before each step."""

    played: Played
    outcome: Any = None
    pauses: list[dict[str, Any]] = field(default_factory=list)
    said: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture(scope="module")
async def watched(server: Display, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Watched]:
    seen = Watched(Played(tmp_path_factory.mktemp("watched"), "entra,g2,popup,revoked", pictured=True))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISPLAY", server.name)
        seen.said = told.__wrapped__(patch)  # type: ignore[attr-defined]
        step: Callable[..., Any] = Run._step
        now: list[tuple[Job, int, Step]] = []

        async def note(self: Run, job: Job, number: int, of: Step) -> None:
            now.append((job, number, of))
            await step(self, job, number, of)

        async def look(title: str) -> None:
            job, number, of = now[-1]
            height = await appears(server, LABEL, wide=200)
            front = await in_front(job.shown(of), server)
            done = [e["n"] for e in seen.played.said("step") if e["status"] == "done"]
            told_now = seen.said[-1]
            jira = job.shown(of) is job.jira
            seen.pauses.append({"n": number, "title": title, "height": height, "front": front, "done": done})
            seen.pauses[-1] |= {"jira": jira, "told": told_now, "url": job.page.url}

        patch.setattr(Run, "_step", note)
        seen.outcome = await seen.played.run(headed=True, pause=look)
        yield seen


async def test_a_run_in_a_window_ends_as_one_without(watched: Watched) -> None:
    assert watched.outcome.name == "Connected"
    assert watched.played.connected_only_the_mailbox()
    assert watched.outcome.warnings == ()


async def test_every_step_is_told_on_the_display_by_its_number_and_title(watched: Watched) -> None:
    assert [pause["n"] for pause in watched.pauses] == list(range(1, 12))
    for pause in watched.pauses:
        assert 15 <= pause["height"] <= 64, pause  # two lines in a narrow pop-up
        assert pause["told"]["side"] == f"Step {pause['n']} of 11"
        assert pause["told"]["text"].startswith(pause["title"])
        assert {"text": pause["title"], "side": f"Step {pause['n']} of 11"}.items() <= max(
            (said for said in watched.said if said["text"] == pause["title"]), key=len
        ).items()


async def test_a_step_waits_for_the_key_and_the_banner_says_so(watched: Watched) -> None:
    assert watched.pauses[0]["url"] == "about:blank"
    for pause in watched.pauses:
        assert pause["told"]["text"].endswith("(press Enter in the terminal to go on)")
        assert pause["done"] == list(range(1, pause["n"]))


async def test_the_tab_of_the_step_is_the_one_in_front(watched: Watched) -> None:
    assert [pause["n"] for pause in watched.pauses if not pause["front"]] == []
    assert [pause["n"] for pause in watched.pauses if pause["jira"]] == IN_JIRA


async def test_the_banner_never_holds_what_is_typed(watched: Watched) -> None:
    nothing_typed(watched.said, watched.played.world)


def nothing_typed(said: list[dict[str, Any]], world: World) -> None:
    """No drawing of the banner held a user name, a password, a TOTP secret or a one-time code."""
    shown = " ".join(f"{one['text']} {one['side']}" for one in said)
    assert "Step 1 of 11" in shown
    for account in world.accounts.values():
        right = [e.details for e in world.events("code") if e.details["verdict"] == "ok"]
        codes = [pyotp.TOTP(account.totp).at(e["counter"] * 30) for e in right if e["address"] == account.address]
        for value in (account.address, account.password, account.totp, *codes):
            assert value not in shown


async def test_slow_mo_slows_every_action(tmp_path: Path) -> None:
    seconds = []
    for slow_mo in (0, 500):
        played = Played(tmp_path, EMPTY)
        played.world.offset = 32 - time.time() % 30  # a step of the one-time code begins: none has to be waited for
        await played.run(place={"slow_mo": slow_mo}, steps=CONNECT[:1])
        seconds += [e["seconds"] for e in played.said("step") if (e["n"], e["status"]) == (1, "done")]
    assert seconds[1] - seconds[0] > 2, seconds


# --- a page that needs a person


@dataclass
class Call:
    """One time that a person was called. `waited`: seconds."""

    text: str
    seconds: float
    high: int = 0
    waited: float = 0.0


@pytest.fixture
def sit(screen: Display, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Call]]:
    """Puts a person before the display, who does one deed after the other, each as soon as the banner calls; without
    deeds nobody sits there."""

    def seat(played: Played, *deeds: Deed) -> list[Call]:
        calls: list[Call] = []
        to_do = iter(deeds)
        real: Callable[..., Any] = Banner.hold

        async def come(call: Call, page: Page) -> None:
            call.high = await appears(screen, CALL, wide=1000)
            if deed := next(to_do, None):
                await deed(page, played.world)

        async def hold(self: Banner, page: Page, text: str, seconds: float, until: Awaitable[Any]) -> Any:
            calls.append(call := Call(text, seconds))
            coming, begun = asyncio.ensure_future(come(call, page)), time.monotonic()
            try:
                return await real(self, page, text, seconds, until)
            finally:
                call.waited = time.monotonic() - begun
                await coming

        monkeypatch.setattr(Banner, "hold", hold)
        return calls

    return seat


async def press(page: Page, _world: World) -> None:
    await page.locator(BUTTON).first.click(timeout=10_000)


async def mistype(page: Page, _world: World) -> None:
    await page.fill("#hipAnswer", "amce", timeout=10_000)
    async with page.expect_navigation(timeout=10_000):
        await press(page, _world)


async def solve(page: Page, world: World) -> None:
    await mistype(page, world)
    await page.fill("#hipAnswer", "acme", timeout=10_000)
    await press(page, world)


async def choose_password(page: Page, world: World) -> None:
    for box in await page.locator("input[type=password]:visible").all():
        await box.fill("fake-chosen-by-hand", timeout=10_000)
    await press(page, world)


async def approve(_page: Page, world: World) -> None:
    for fault in ("push", "number-match"):
        world.faults.pop(fault, None)


# scenario; then for the admin and for the mailbox: the fault, what the person does, words of what the person is told
Due = tuple[str, Deed, str]
DUE: list[tuple[str, Due, Due]] = [
    (EMPTY, ("captcha", solve, "captcha"), ("number-match", approve, "on the phone with the number 42.")),
    ("google,g3,popup,empty", ("push", approve, "on the phone."), ("unknown-page", press, "not known")),
    (
        "keycloak-microsoft,g1,same-tab,empty",
        ("mfa-enrolment", press, "second factor"),
        ("security-key", press, "security key"),
    ),
    (
        "okta-federated,g2,popup,empty",
        ("push", approve, "on the phone."),
        ("password-expired", choose_password, "new password"),
    ),
]


@pytest.mark.parametrize(("scenario", "admins", "mailboxs"), DUE, ids=[f"{due[1][0]}+{due[2][0]}" for due in DUE])
async def test_a_person_does_the_page_and_the_run_goes_on_by_itself(
    scenario: str,
    admins: Due,
    mailboxs: Due,
    tmp_path: Path,
    sit: Callable[..., list[Call]],
    told: list[dict[str, Any]],
) -> None:
    played = Played(tmp_path, scenario, (f"{admins[0]}={ADMIN}", f"{mailboxs[0]}={MAILBOX}"))
    calls = sit(played, admins[1], mailboxs[1])
    outcome = await played.run(headed=True, patience=4.0, change={"person_timeout": 60})
    assert outcome.name == "Connected", outcome.cause
    assert played.connected_only_the_mailbox()
    assert [due[2] in call.text for due, call in zip((admins, mailboxs), calls, strict=True)] == [True, True]
    assert [(call.seconds, 25 <= call.high <= 60) for call in calls] == [(60, True), (60, True)]
    assert [(event["text"], event["seconds"]) for event in played.said("person")] == [(c.text, 60) for c in calls]
    assert next(said["left"] for said in told if said["person"]) > 55
    for address in (ADMIN, MAILBOX):
        submitted = [e.details["right"] for e in played.world.events("password") if e.details["address"] == address]
        assert submitted == [True], address
    expired = [text for text in outcome.warnings if "The mailbox's password had expired" in text]
    assert len(expired) == (mailboxs[0] == "password-expired")
    nothing_typed(told, played.world)


@pytest.mark.parametrize("fault", ["captcha", "number-match", "unknown-page"])
async def test_a_page_that_nobody_does_in_time_ends_the_run(
    fault: str, tmp_path: Path, sit: Callable[..., list[Call]]
) -> None:
    played = Played(tmp_path, EMPTY, (f"{fault}={ADMIN}",))
    calls = sit(played)
    outcome = await played.run(headed=True, patience=3.0, change={"person_timeout": 2})
    unknown = fault == "unknown-page"
    assert (outcome.name, outcome.exit_code) == (("PageChanged", 50) if unknown else ("HumanNeeded", 40))
    assert "nobody did it within 2 s" in outcome.cause
    assert [2 <= call.waited < 5 for call in calls] == [True]
    assert not played.world.events("signed-in")


async def test_a_page_that_comes_again_does_not_give_the_person_more_time(
    tmp_path: Path, sit: Callable[..., list[Call]]
) -> None:
    played = Played(tmp_path, EMPTY, (f"captcha={ADMIN}",))
    calls = sit(played, mistype)
    outcome = await played.run(headed=True, change={"person_timeout": 4})
    assert outcome.name == "HumanNeeded"
    assert [4 <= call.waited < 6 for call in calls] == [True]
    assert len(played.said("person")) == 1


async def test_without_a_window_nobody_is_waited_for(tmp_path: Path) -> None:
    played = Played(tmp_path, EMPTY, (f"number-match={ADMIN}",))
    begun = time.monotonic()
    outcome = await played.run(change={"person_timeout": 300})
    assert (outcome.name, outcome.exit_code, outcome.reason) == ("HumanNeeded", 40, "push")
    assert "--headed" in outcome.remedy
    assert time.monotonic() - begun < 60
    assert not played.said("person")


# --- one-time codes that only a person has

SENT = """<!doctype html><title>2-Step Verification</title><h1>2-Step Verification</h1>
<p>A text message with a verification code was just sent to your phone.</p>
<input name="idvPin" id="idvPin" aria-label="Enter code"><button id="next">Next</button>
<script>document.getElementById('next').onclick = async () => {
  const TL = new URLSearchParams(location.search).get('TL'), totpPin = document.getElementById('idvPin').value;
  const reply = await fetch('/v3/signin/_/totp', {method: 'POST', headers: {'Content-Type': 'application/json'},
    body: JSON.stringify({TL, totpPin})});
  location.assign((await reply.json()).next);
};</script>"""


def code_of(world: World, address: str) -> str:
    return pyotp.TOTP(world.accounts[address].totp).at(int(world.now()))


async def test_a_code_that_only_a_person_has_is_typed_by_the_person(
    tmp_path: Path, sit: Callable[..., list[Call]], told: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def instead(route: Route) -> None:  # by a script: a redirect's target is not routed
        go = "<script>location.replace('/v3/signin/challenge/ipp' + location.search)</script>"
        await route.fulfill(status=200, content_type="text/html", body=go)

    async def phone(route: Route) -> None:
        await route.fulfill(status=200, content_type="text/html", body=SENT)

    real: Callable[..., Any] = browser.new_context

    async def new_context(*given: Any, **options: Any) -> Any:
        context = await real(*given, **options)
        await context.route("**/challenge/totp?*", instead)
        await context.route("**/challenge/ipp?*", phone)
        return context

    async def from_an_app(page: Page, world: World) -> None:
        await page.fill("input[name='credentials.passcode']", "000000", timeout=10_000)
        await press(page, world)
        await page.wait_for_selector(".infobox-error", timeout=10_000)
        await page.fill("input[name='credentials.passcode']", code_of(world, ADMIN), timeout=10_000)
        await press(page, world)

    async def from_a_message(page: Page, world: World) -> None:
        await page.fill("#idvPin", code_of(world, MAILBOX), timeout=10_000)
        await page.click("#next", timeout=10_000)

    monkeypatch.setattr(browser, "new_context", new_context)
    played = Played(tmp_path, "okta-google,g2,popup,empty")
    calls = sit(played, from_an_app, from_a_message)
    outcome = await played.run(headed=True, change={"site": {"admin": {"totp": None}}, "person_timeout": 60})
    assert outcome.name == "Connected", outcome.cause
    assert ["authenticator app" in calls[0].text, "code that was sent" in calls[1].text] == [True, True]
    assert len(calls) == 2
    codes = [(e.details["address"], e.details["verdict"]) for e in played.world.events("code")]
    assert codes == [(ADMIN, "wrong"), (ADMIN, "ok"), (MAILBOX, "ok")]
    nothing_typed(told, played.world)


async def test_a_code_without_a_secret_and_without_a_window_needs_a_person(tmp_path: Path) -> None:
    outcome = await Played(tmp_path, EMPTY).run(change={"mailbox": {"totp": None}})
    assert (outcome.name, outcome.exit_code, outcome.reason) == ("HumanNeeded", 40, "totp")
