"""Keycloak's own pages in the languages that it comes with, as keycloakify (npm) draws them: what stands there is what the table
must know.

The script is made by `.ci/live_idp` of `tests/live_idp/keycloak/pages.jsx`, in the folder that RUNBOOK_NPM names."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route
from vendor import NPM, needs

from flows.screens import look
from runbook import browser

SCRIPT = NPM / "keycloak.js"
pytestmark = needs(SCRIPT)
REALM = "https://sso.acme.example/realms/acme"
FLOW = f"{REALM}/login-actions/authenticate?session_code=fake&execution=1&client_id=jira&tab_id=1"
LOGOUT = f"{REALM}/protocol/openid-connect/logout?client_id=jira"
AT = "/fake/keycloak.js"
AGAIN = "&viewMode=docs"  # keycloakify loads a page anew that is drawn a second time, unless it is in Storybook
TYPED = {"login": {"username": "anna"}}
KNOWN = {
    "attemptedUsername": "anna",
    "showUsername": True,
    "showResetCredentials": False,
    "showTryAnotherWayLink": True,
}
ICONS = {
    "auth-username-password-form-display-name": "kcAuthenticatorPasswordClass",
    "otp-display-name": "kcAuthenticatorOTPClass",
    "webauthn-display-name": "kcAuthenticatorWebAuthnClass",
}
WAYS = [{"authExecId": n, "displayName": n, "helpText": n, "iconCssClass": icon} for n, icon in ICONS.items()]
DEVICES = [{"id": name, "userLabel": name} for name in ("phone", "tablet")]


@dataclass(frozen=True)
class Drawn:
    """A page, and what must be seen. `field`, `banner`, `words`, `over`: as `pages.jsx` has them; `roles`: fields that must be found."""

    page: str
    screen: str
    roles: str = ""
    problem: str | None = None
    over: Mapping[str, Any] = field(default_factory=dict)
    field: str | None = None
    banner: str | None = None
    words: str = ""
    url: str = FLOW


BOTH = "username password submit"
PAGES = {
    "name and password": Drawn("login", "credentials", BOTH),
    "name": Drawn("login-username", "username", "username submit"),
    "password": Drawn("login-password", "password", "password submit", over={"auth": KNOWN}),
    "code": Drawn("login-otp", "totp", "code submit", over={"auth": KNOWN}),
    "code of one of two devices": Drawn(
        "login-otp", "totp", "code submit", over={"otpLogin": {"userOtpCredentials": DEVICES, "selectedCredentialId": "phone"}}),
    "recovery code": Drawn("login-recovery-authn-code-input", "one-time-code", "code submit other", over={"auth": KNOWN}),
    "list of ways": Drawn(
        "select-authenticator", "method-chooser", "totp password passkey",
        over={"auth": {**KNOWN, "authenticationSelections": WAYS}}),
    "security key": Drawn("webauthn-authenticate", "security-key", "start"),
    "security key that failed": Drawn("webauthn-error", "security-key"),
    "enrolment of a key": Drawn("webauthn-register", "passkey-enrolment"),
    "enrolment of an app": Drawn("login-config-totp", "mfa-enrolment"),
    "enrolment of recovery codes": Drawn("login-recovery-authn-code-config", "mfa-enrolment"),
    "new password": Drawn("login-update-password", "password-expired"),
    "mail to be confirmed": Drawn(
        "login-verify-email", "one-time-code", url=f"{REALM}/login-actions/required-action?execution=VERIFY_EMAIL"),
    "terms of use": Drawn("terms", "terms", "accept decline", over={"user": {"username": "anna"}}),
    "consent": Drawn("login-oauth-grant", "consent", "accept decline"),
    "expired page": Drawn("login-page-expired", "session-expired"),
    "sign-out to be confirmed": Drawn("logout-confirm", "sign-out-confirm", "confirm", url=LOGOUT),
    "failure": Drawn("error", "error"),
    # None of these is a sign-in, and none is agreed to.
    **{page: Drawn(page, "unknown") for page in (
        "register", "login-reset-password", "login-reset-otp", "login-update-profile", "idp-review-user-profile", "update-email",
        "delete-credential", "delete-account-confirm", "link-idp-action", "login-idp-link-confirm", "login-idp-link-confirm-override",
        "login-idp-link-email", "login-oauth2-device-verify-user-code", "login-x509-info", "select-organization", "info")},
}  # fmt: skip
COMPLAINTS = {
    "refused": Drawn(
        "login", "credentials", BOTH, "credentials-rejected", TYPED, field="username", words="invalidUserMessage"),
    "refused, above the form": Drawn(
        "login", "credentials", BOTH, "credentials-rejected", TYPED, banner="error", words="invalidUserMessage"),
    "unknown name": Drawn(
        "login-username", "username", "username", "credentials-rejected", TYPED, field="username", words="invalidUsernameOrEmailMessage"),
    "wrong password": Drawn(
        "login-password", "password", "password", "credentials-rejected", {"auth": KNOWN},
        field="password", words="invalidPasswordMessage"),
    "wrong code": Drawn("login-otp", "totp", "code submit", "code-rejected", field="totp", words="invalidTotpMessage"),
    "wrong recovery code": Drawn(
        "login-recovery-authn-code-input", "one-time-code", "code", "code-rejected",
        field="recoveryCodeInput", words="recovery-codes-error-invalid"),
    "disabled": Drawn("login", "credentials", BOTH, "account-disabled", TYPED, field="username", words="accountDisabledMessage"),
    "barred for a while": Drawn(
        "login", "credentials", BOTH, "locked", TYPED, field="username", words="accountTemporarilyDisabledMessage"),
    "barred at the code": Drawn("login-otp", "totp", "code", "locked", field="totp", words="accountTemporarilyDisabledMessage"),
    "disabled, with no way on": Drawn("error", "error", "", "account-disabled", banner="error", words="accountDisabledMessage"),
    "expired, with no way on": Drawn("error", "session-expired", banner="error", words="expiredCodeMessage"),
    "failed inside": Drawn("error", "error", banner="error", words="internalServerError"),
    "a notice": Drawn("login", "credentials", BOTH, over=TYPED, banner="success", words="emailSentMessage"),
    "timed out": Drawn("login", "credentials", BOTH, banner="error", words="loginTimeout"),
    "another provider failed": Drawn("login", "credentials", BOTH, banner="error", words="identityProviderUnexpectedErrorMessage"),
    "signed out": Drawn("info", "signed-out", banner="success", words="successLogout", url=LOGOUT),
}  # fmt: skip


@pytest.fixture
async def page(running: Browser) -> AsyncIterator[Page]:
    """A page on which `draw` is defined, whatever its address."""

    async def serve(route: Route) -> None:
        if route.request.is_navigation_request():
            body = f"<!doctype html><html><head><meta charset='utf-8'></head><body><script src='{AT}'></script></body></html>"
            await route.fulfill(body=body, content_type="text/html")
        elif route.request.url.endswith(AT):
            await route.fulfill(path=SCRIPT, content_type="text/javascript; charset=utf-8")
        else:
            await route.fulfill(body="", content_type="text/css")  # how it looks is not asked for

    context = await browser.new_context(running)
    try:
        found = await context.new_page()
        await found.route("**/*", serve)
        yield found
    finally:
        await context.close()


async def seen(page: Page, drawn: Drawn) -> dict[str, list[str]]:
    """What was seen on the page, and in which languages."""
    found: dict[str, list[str]] = {}
    await page.goto(f"{drawn.url}{AGAIN}")
    for language in await page.evaluate("languages"):
        await page.evaluate("given => draw(given)", {**asdict(drawn), "language": language})
        here = await look(page, patience=0)
        lacks = [role for role in drawn.roles.split() if not here.fields.get(role)]
        told = f"{here.site} {here.screen} {here.problem}" + "".join(f", no {role}" for role in lacks)
        found.setdefault(told, []).append(language)
    return found


@pytest.mark.parametrize("drawn", [pytest.param(drawn, id=name) for name, drawn in (PAGES | COMPLAINTS).items()])
async def test_a_page_of_keycloaks_is_read_in_every_language(page: Page, drawn: Drawn) -> None:
    found = await seen(page, drawn)
    assert set(found) == {f"keycloak {drawn.screen} {drawn.problem}"}, found
    assert sum(len(languages) for languages in found.values()) >= 30
