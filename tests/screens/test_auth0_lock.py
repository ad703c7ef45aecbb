"""Auth0's Lock, the vendor's own page, in several languages: what it draws is what the table must know.

The script is made of the vendor's npm package by `.ci/live_idp`, in the folder that RUNBOOK_NPM names; the answers to its calls
are ours."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route
from vendor import NPM, needs

from flows.screens import Seen, look
from runbook import browser

SCRIPT = NPM / "lock.js"
pytestmark = needs(SCRIPT)
TENANT = "https://acme.eu.auth0.com"
PLACE = f"{TENANT}/login?state=fake"
DATABASE = {
    "name": "auth0",
    "connections": [{"name": "Users", "showSignup": True, "showForgot": True, "requires_username": False}],
}
DIRECTORY = {
    "name": "ad",
    "connections": [{"name": "acme-ad", "domain": "example.com", "domain_aliases": ["example.com"]}],
}
SOCIAL = {"name": "google-oauth2", "connections": [{"name": "google-oauth2", "scope": ["email"]}]}
PICTURE = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='160' height='60'/%3E"


def refusal(code: str, **more: str) -> dict[str, Any]:
    """What the tenant answers to a password that is not taken."""
    return {"statusCode": 401, "code": code, "error": code, "description": "…", "name": "Error", **more}


@dataclass(frozen=True)
class State:
    """A tenant's Lock, and what must be seen. `refused`: what is answered to the credentials, sent first; `then`: to the code, sent
    after them."""

    screen: str
    roles: str = ""
    problem: str | None = None
    strategies: tuple[Mapping[str, Any], ...] = (DATABASE,)
    options: Mapping[str, Any] = field(default_factory=dict)
    refused: Mapping[str, Any] | None = None
    then: Mapping[str, Any] | None = None
    captcha: bool = False


BOTH = "username password submit"
STATES = {
    "name and password": State("credentials", BOTH),
    "beside another provider": State("credentials", BOTH, strategies=(DATABASE, SOCIAL)),
    "a name that is no address": State("credentials", BOTH, options={"usernameStyle": "username"}),
    "another provider alone": State("unknown", strategies=(SOCIAL,)),
    "a company's directory beside it": State("credentials", BOTH, strategies=(DATABASE, DIRECTORY)),
    "sign-up": State("unknown", options={"initialScreen": "signUp"}),
    "a forgotten password": State("unknown", options={"initialScreen": "forgotPassword"}),
    "a picture to read": State("captcha", captcha=True),
    "a wrong password": State("credentials", BOTH, "credentials-rejected", refused=refusal("invalid_user_password")),
    "a blocked account": State("credentials", BOTH, "locked", refused=refusal("too_many_attempts")),
    "a leaked password": State("credentials", BOTH, "locked", refused=refusal("password_leaked")),
    "a rule that denies": State("credentials", BOTH, "locked", refused=refusal("unauthorized", description="user is blocked")),
    "a second factor": State("totp", "code submit", refused=refusal("a0.mfa_required")),
    "a wrong second factor": State(
        "totp", "code submit", "code-rejected", refused=refusal("a0.mfa_required"), then=refusal("a0.mfa_invalid_code")),
}  # fmt: skip


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize("language", ["en", "de", "ja", "ar"])
async def test_lock_is_read_in_any_language(running: Browser, language: str, name: str) -> None:
    state = STATES[name]
    context = await browser.new_context(running)
    try:
        seen = await shown(await context.new_page(), language, state)
    finally:
        await context.close()
    assert (seen.site, seen.screen, seen.problem) == ("auth0", state.screen, state.problem)
    assert {role for role in state.roles.split() if not seen.fields.get(role)} == set()


async def shown(page: Page, language: str, state: State) -> Seen:
    """What is seen once Lock has drawn the state."""

    answers = [one for one in (state.refused, state.then) if one]

    async def serve(route: Route) -> None:
        url = route.request.url.split("?")[0]
        if url == PLACE.split("?")[0]:
            await route.fulfill(body=page_of(language, state.options), content_type="text/html; charset=utf-8")
        elif url.endswith("/lock.js"):
            await route.fulfill(path=SCRIPT, content_type="text/javascript; charset=utf-8")
        elif "/client/" in url:
            client = {"id": "jira", "tenant": "acme", "strategies": state.strategies, "subscription": "free"}
            await route.fulfill(body=f"Auth0.setClient({json.dumps(client)})", content_type="text/javascript")
        elif f"/{language}.js" in url:
            told = f"Auth0.registerLanguageDictionary({language!r}, lockWords[{language!r}])"
            await route.fulfill(body=told, content_type="text/javascript")
        elif url.endswith("/challenge"):
            asked = {"required": True, "provider": "auth0", "image": PICTURE, "type": "code"} if state.captcha else {}
            await route.fulfill(json=asked)
        elif url.endswith("/usernamepassword/login"):
            await route.fulfill(status=401, json=dict(answers.pop(0)))
        else:
            await route.fulfill(status=404, body="")

    await page.route("**/*", serve)
    await page.goto(PLACE, wait_until="commit")
    await page.wait_for_selector(".auth0-lock.auth0-lock-opened form", timeout=60_000)
    seen = await look(page, patience=3.0 if state.screen == "unknown" else 20.0)
    while answers:
        for role, text in (("username", "ada@elsewhere.example"), ("password", "fake-secret"), ("code", "123456")):
            if selector := seen.fields.get(role):
                await page.fill(selector, text)
        await page.click(seen.fields["submit"] or "")
        seen = await look(page, after=seen.signature, patience=20.0)
    return seen


def page_of(language: str, options: Mapping[str, Any]) -> str:
    """The page that a tenant serves around Lock."""
    given = {
        "language": language,
        "container": None,
        "closable": False,
        "configurationBaseUrl": TENANT,
        "languageBaseUrl": TENANT,
    }
    given |= {"auth": {"redirect": True, "params": {"state": "fake", "_csrf": "fake"}}, **options}
    given.pop("container")
    return (
        "<!doctype html><html><head><meta charset=utf-8><title>Sign In with Auth0</title></head><body><script src=/lock.js></script>"
        f"<script>new Auth0Lock('jira', 'acme.eu.auth0.com', {json.dumps(given)}).show();</script></body></html>"
    )
