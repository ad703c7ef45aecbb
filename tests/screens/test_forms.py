"""The form finder, on pages that no table of screens knows: one table of cases, run in one browser."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from form_case import Case
from form_languages import LANGUAGES, Spoken
from form_negatives import NEGATIVES
from form_pages import PAGES
from playwright.async_api import Page, Route
from screen_pages import shared

from flows.screens import EYES, Seen, forms, look
from runbook import browser as browsers

pytestmark = pytest.mark.thorough

ORIGIN = "https://sso.example.net"
# What the elements are marked with that the finder has named.
MARK_OF = (
    "(fields) => {"
    + EYES
    + """
  const found = (css) => css && roots().map((r) => r.querySelector(css)).find(Boolean);
  return Object.fromEntries(Object.entries(fields).map(([role, css]) => [role, found(css)?.dataset.is ?? null])); }"""
)
LOGINS = ("username", "credentials", "password")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def page() -> AsyncIterator[Page]:
    async def answer(route: Route) -> None:
        if route.request.url == ORIGIN + "/":
            await route.fulfill(content_type="text/html", body="")
        else:
            await route.abort()

    context = await browsers.new_context(await shared())
    page = await context.new_page()
    await page.route("**/*", answer)
    await page.goto(ORIGIN + "/")
    yield page
    await context.close()


async def seen_on(page: Page, html: str, path: str = "/") -> Seen:
    await page.evaluate("(path) => history.replaceState(null, '', path)", path)
    await page.set_content(html, wait_until="domcontentloaded")
    return await look(page, patience=0.0, explain=True, pass_hops=False)


@pytest.mark.parametrize("case", [*PAGES, *NEGATIVES], ids=lambda case: case.name)
async def test_a_page_is_told_by_its_form(page: Page, case: Case) -> None:
    seen = await seen_on(page, case.page, case.path)
    assert (seen.screen, seen.problem) == (case.screen, case.problem), seen.why
    told = await page.evaluate(MARK_OF, dict(seen.fields))
    assert told == {role: role if role in case.roles else None for role in seen.fields}, seen.fields
    assert case.roles <= set(seen.fields)


@pytest.mark.parametrize("said", LANGUAGES, ids=lambda said: said.name)
async def test_a_language_is_understood_where_names_say_nothing(page: Page, said: Spoken) -> None:
    async def screen(html: str) -> tuple[str, str | None]:
        seen = await seen_on(page, html)
        return seen.screen, seen.problem

    user, secret = (
        f"<label>{said.user}<input name=f1></label>",
        f"<label>{said.password}<input type=password name=f2></label>",
    )
    mail = "<input type=email name=e>"
    code = "<form><input name=otp autocomplete=one-time-code><button>OK</button></form>"
    assert await screen(f"<form>{user}{secret}<button>{said.sign_in}</button></form>") == ("credentials", None)
    assert await screen(f"<h1>{said.sign_in}</h1><form>{user}<button>➜</button></form>") == ("username", None)
    assert await screen(f"<h1>{said.sign_in}</h1><form>{secret}<button>➜</button></form>") == ("password", None)
    assert await screen(
        f"<div class=error>{said.wrong}</div><form>{user}{secret}<button>{said.sign_in}</button></form>"
    ) == (
        "credentials",
        "credentials-rejected",
    )
    assert await screen(f"<form>{mail}{secret}<button>{said.sign_up}</button></form>") == ("unknown", None)
    assert await screen(f"<h1>{said.sign_up}</h1><form>{user}{secret}<button>➜</button></form>") == ("unknown", None)
    assert await screen(f"<h1>{said.forgotten}</h1><form>{user}<button>➜</button></form>") == ("unknown", None)
    assert await screen(f"<title>{said.sign_in}</title><form>{mail}<button>{said.subscribe}</button></form>") == (
        "unknown",
        None,
    )
    assert await screen(f"<p>{said.app_code}</p>{code}") == ("totp", None)
    assert await screen(f"<p>{said.sent_code}</p>{code}") == ("one-time-code", None)
    assert await screen(f"<p>{said.sent_code} {said.app_code}</p>{code}") == ("one-time-code", None)


def test_the_table_is_wide() -> None:
    assert len(NEGATIVES) >= 60
    assert len(PAGES) >= 80
    assert len({case.name for case in [*PAGES, *NEGATIVES]}) == len(PAGES) + len(NEGATIVES)


async def test_what_is_put_around_a_page_that_is_no_login_does_not_make_it_one(page: Page) -> None:
    around = (
        "<title>Sign in to your account</title><header><a href=/login>Log in</a></header><main>{}</main>",
        "<nav><form role=search><input name=q><button>Search</button></form></nav>{}<footer>© 2030 · Sign in · Help</footer>",
        "<div class=page><div><div>{}</div></div><p>ada@example.com</p></div>",
        "<h1>Single Sign-On</h1><div class=login-page>{}</div>",
        "<div class=auth-wrapper><h2>Welcome back</h2>{}</div>",
        "<form id=aspnetForm><input type=hidden name=__VIEWSTATE>{}</form>",
    )
    chosen = random.Random(7).sample(NEGATIVES, 30)  # noqa: S311
    for case in chosen:
        for frame in around:
            seen = await seen_on(page, frame.format(case.page), case.path)
            assert seen.screen not in LOGINS, f"{case.name} in {frame}: {seen.why}"


async def test_a_page_of_many_elements_is_read_quickly(page: Page) -> None:
    rows = "".join(
        f"<div class=r{n}><a href=/{n}>Row {n}</a><button type=button>Open</button><span>x</span></div>"
        for n in range(1500)
    )
    login = "<form action=/login><input name=user><input type=password name=pass><button>Log in</button></form>"
    await seen_on(page, login + rows)
    script = (
        "() => {"
        + EYES
        + forms.script()
        + """
      look.roots = roots(); let best = 1e9, read;
      for (let n = 0; n < 15; n += 1) {
        const began = performance.now();
        read = readForms(() => '');
        best = Math.min(best, performance.now() - began);
      }
      return [best, read.screen, document.querySelectorAll('*').length]; }"""
    )
    took, screen, size = await page.evaluate(script)
    assert screen == "credentials"
    assert size > 5000
    assert took < 50
