"""Okta's own sign-in widget, both generations, in three languages: what it draws is what the table must know.

The widget is the vendor's npm package, in the folder that RUNBOOK_NPM names; the answers to its calls are ours."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from okta_idx import Answer, answer, challenge, enrol, identify, listed, message, passcode, push, remedy
from playwright.async_api import Browser, Page, Route
from vendor import NPM, needs

from flows.screens import Seen, look
from runbook import browser

PACKAGE = "@okta/okta-signin-widget"
DIST = NPM / "node_modules" / PACKAGE / "dist"
ORG = "https://acme.okta.com"
PLACE = f"{ORG}/oauth2/v1/authorize"
pytestmark = needs(DIST)
FILES = {"gen2": "okta-sign-in.min", "gen3": "okta-sign-in.next"}
TYPES = {".js": "text/javascript", ".css": "text/css", ".json": "application/json"}
ION = "application/ion+json; okta-version=1.0.0"


@dataclass(frozen=True)
class State:
    """An answer, and what must be seen. `then`: the answer to what is typed and sent on that page."""

    answer: Answer
    screen: str
    roles: str = ""
    problem: str | None = None
    then: Answer | None = None


SECRET = passcode(secret=True)
POLICY = {"settings": {"complexity": {"minLength": 8}, "daysToExpiry": 4}}
QR = {
    "contextualData": {"qrcode": {"href": "data:image/png;base64,AA==", "method": "embedded"}, "sharedSecret": "FAKE"}
}
KEY = {
    "contextualData": {"challengeData": {"challenge": "aGk", "userVerification": "preferred"}},
    "credentialId": "aGk",
}
HIDDEN = [{"name": name, "required": True, "visible": False} for name in ("clientData", "attestation")]
QUESTION = {
    "name": "credentials",
    "type": "object",
    "required": True,
    "form": {
        "value": [
            {"name": "questionKey", "value": "x", "visible": False},
            {"name": "answer", "label": "x", "secret": True},
        ]
    },
}
WRONG = message("x", "api.authn.error.PASSCODE_INVALID")
USED = message("x", "authfactor.challenge.soft_token.used_passcode")
LOCKED = message("x", "errors.E0000119")
STATES = {
    "name": State(identify(), "username", "username submit"),
    "both": State(identify(password=True), "credentials", "username password submit"),
    "unknown name": State(
        identify(), "username", "username submit", "credentials-rejected",
        then=identify(messages=(message("x", "errors.E0000004"),))),
    "password": State(challenge("okta_password", field=SECRET), "password", "password submit"),
    "account locked": State(
        challenge("okta_password", field=SECRET), "password", "password", "locked",
        then=challenge("okta_password", field=SECRET, messages=(LOCKED,))),
    "code of an app": State(challenge("google_otp", "otp"), "totp", "code submit other"),
    "code of Okta Verify": State(challenge("okta_verify", "totp"), "totp", "code submit other"),
    "wrong code": State(
        challenge("google_otp", "otp"), "totp", "code submit", "code-rejected",
        then=challenge("google_otp", "otp", field=passcode(told=WRONG))),
    "used code": State(
        challenge("google_otp", "otp"), "totp", "code submit", "code-reused",
        then=challenge("google_otp", "otp", field=passcode(told=USED))),
    "texted code": State(challenge("phone_number", "sms", resend=remedy("resend")), "one-time-code", "code submit other"),
    "mailed code": State(challenge("okta_email", "email"), "one-time-code", "other"),
    "passcode of a token": State(challenge("rsa_token", "otp", field=SECRET), "one-time-code", "code submit other"),
    "question": State(challenge("security_question", field=QUESTION), "one-time-code", "other"),
    "push": State(push(), "push", "other"),
    "push with a number": State(push("42"), "push", "number other"),
    "list": State(listed("okta_password", "okta_verify", "google_otp", "phone_number"), "method-chooser", "totp password"),
    "enrolment list": State(listed("google_otp", "phone_number", enrol=True, skip=True), "mfa-enrolment", "skip"),
    "enrolment of an app": State(enrol("google_otp", **QR), "mfa-enrolment"),
    "enrolment of a phone": State(enrol("phone_number", resend=remedy("resend")), "mfa-enrolment"),
    "password expired": State(enrol("okta_password", SECRET, name="reenroll-authenticator", **POLICY), "password-expired"),
    "password expires": State(
        enrol("okta_password", SECRET, name="reenroll-authenticator-warning", skip=True, **POLICY), "password-expiring", "skip"),
    "stay signed in": State(
        answer(remedy("keep-me-signed-in", {"name": "keepMeSignedIn", "type": "boolean", "required": True})), "stay-signed-in", "no"),
    "inactivity": State(answer(messages=(message("x", "idx.session.expired"),), user=None, cancel=None), "session-expired"),
    "not assigned": State(
        answer(messages=(message("x", "idx.error.code.user_not_assigned"),), user=None, cancel=None), "error", "", "not-assigned"),
}  # fmt: skip


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize("language", ["en", "de", "ja"])
@pytest.mark.parametrize("generation", FILES)
async def test_the_widget_is_read_in_any_language(running: Browser, generation: str, language: str, name: str) -> None:
    state = STATES[name]
    context = await browser.new_context(running)  # its own: the widget keeps the words of a language in the browser
    try:
        seen, asked = await shown(await context.new_page(), generation, language, state)
    finally:
        await context.close()
    assert (seen.site, seen.screen, seen.problem) == ("okta", state.screen, state.problem)
    assert {role for role in state.roles.split() if not seen.fields.get(role)} == set()
    assert language == "en" or any(path.endswith(f"login_{language}.json") for path in asked), "it was not translated"


async def shown(page: Page, generation: str, language: str, state: State) -> tuple[Seen, list[str]]:
    """What is seen once the widget has drawn the state, and the paths that it asked for."""
    asked: list[str] = []

    async def serve(route: Route) -> None:
        path = route.request.url.removeprefix(ORG).split("?")[0]
        asked.append(path)
        file = DIST / path.removeprefix("/dist/")
        if route.request.url == PLACE:
            await route.fulfill(body=page_of(generation, language), content_type="text/html; charset=utf-8")
        elif path.startswith("/idp/idx/"):
            sent = state.then is not None and not path.endswith("introspect")
            body = json.dumps(state.then if sent else state.answer)
            await route.fulfill(status=400 if sent else 200, body=body, content_type=ION)
        elif path.startswith("/dist/") and file.is_file():
            await route.fulfill(body=file.read_bytes(), content_type=TYPES.get(file.suffix, "application/octet-stream"))
        else:
            await route.fulfill(status=404, body="")

    await page.route("**/*", serve)
    await page.goto(PLACE)
    seen = await look(page, patience=20)
    if state.then is not None:
        for role in ("username", "password", "code"):
            if selector := seen.fields.get(role):
                await page.fill(selector, "000000")
        await page.click(seen.fields["submit"] or "")
        seen = await look(page, after=seen.signature, patience=20)
    return seen, asked


def page_of(generation: str, language: str) -> str:
    """The page that an organisation serves around the widget."""
    settings = {"baseUrl": ORG, "stateToken": "fake-token", "language": language, "assets": {"baseUrl": "/dist"}}
    file = FILES[generation]
    return (
        f'<!doctype html><html><head><title>Acme</title><link rel="stylesheet" href="/dist/css/{file}.css"></head><body>'
        f'<div id="okta-login-container"></div><script src="/dist/js/{file}.js"></script><script>'
        f"new OktaSignIn({json.dumps(settings)}).renderEl({{el: '#okta-login-container'}}, () => {{}}, () => {{}});"
        "</script></body></html>"
    )
