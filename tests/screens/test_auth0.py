"""Auth0's pages, built from the names of its screens, fields and buttons: universal login, a tenant's own page, and Lock."""

from __future__ import annotations

import pytest
from screen_pages import read

HOST = "https://acme.eu.auth0.com"
NAME = '<input id="username" name="username" inputmode="email" autocomplete="username">'
SECRET = '<input id="password" name="password" type="password" autocomplete="current-password">'
# What a style sheet hides: the saved page has none.
TRAP = '<input class="hide" type="password" autocomplete="off" tabindex="-1" aria-hidden="true">'
CODE = '<input id="code" name="code" type="text" inputmode="numeric">'
GO = '<button type="submit" name="action" value="default" data-action-button-primary="true">x</button>'
ANOTHER = '<button type="submit" name="action" value="pick-authenticator">x</button>'


def form(body: str, told: str = "") -> str:
    """One prompt. Class names are new with every deploy, so it has none."""
    hidden = '<button class="ulp-hidden-form-submit-button" type="submit" aria-hidden="true">x</button>'
    return (
        f'<main><section><h1>Titel</h1>{told}<form method="POST" data-form-primary="true"><input type="hidden" name="state">'
        f"{hidden}{body}</form></section></main>"
    )


def told(code: str, text: str, field: str = "password") -> str:
    """A complaint under a field, whose code no language changes."""
    return f'<span id="error-element-{field}" class="ulp-input-error-message" data-error-code="{code}">{text}</span>'


def lock(body: str, message: str = "") -> str:
    """The older widget."""
    shown = (
        f'<div class="auth0-global-message auth0-global-message-error"><span>{message}</span></div>' if message else ""
    )
    button = '<button name="submit" class="auth0-lock-submit" type="submit">x</button>'
    return f'<div class="auth0-lock"><form class="auth0-lock-widget">{shown}{body}{button}</form></div>'


MAIL = '<input id="1-email" type="email" name="email" class="auth0-lock-input">'
LOCK_SECRET = (
    '<div class="auth0-lock-input-password">'
    '<input type="password" id="1-password" name="password" class="auth0-lock-input"></div>'
)

# name: page, path, screen, roles that must be found.
STATES = {
    "name": (form(NAME + TRAP + GO), "/u/login/identifier", "username", "username submit"),
    "password": (
        form('<input type="hidden" name="username">' + SECRET + GO), "/u/login/password", "password", "password submit"),
    "both": (form(NAME + SECRET + GO), "/u/login", "credentials", "username password submit"),
    "a tenant's own page for the name": (
        '<form><input type="hidden" name="state"><input name="email" type="email"><button type="submit">Weiter</button></form>',
        "/u/login/identifier",
        "username",
        "username submit",
    ),
    "Lock": (lock(MAIL + LOCK_SECRET), "/login", "credentials", "username password submit"),
    "Lock before it shows the password": (
        lock(MAIL + LOCK_SECRET.replace("class=", 'style="display:none" class=', 1)), "/login", "username", "username submit"),
    "Lock asks for a second factor": (
        lock('<span role="button" class="auth0-lock-back-button"></span><input id="1-mfa_code" name="mfa_code" class="auth0-lock-input">'),
        "/login",
        "totp",
        "code submit",
    ),
    "Lock's sign-up is no sign-in": (
        lock('<ul class="auth0-lock-tabs"><li><a href="#">Anmelden</a></li><li class="auth0-lock-tabs-current">Registrieren</li></ul>'
             + MAIL + LOCK_SECRET), "/login", "unknown", ""),
    "Lock's sign-up without tabs is none": (
        lock(MAIL + LOCK_SECRET + '<small class="auth0-lock-terms">…</small>'), "/login", "unknown", ""),
    "a password forgotten in Lock is no sign-in": (
        lock('<span role="button" class="auth0-lock-back-button">‹</span>' + MAIL), "/login", "unknown", ""),
    "code of the app": (form(CODE + GO) + ANOTHER, "/u/mfa-otp-challenge", "totp", "code submit other"),
    "texted code": (form(CODE + GO) + ANOTHER, "/u/mfa-sms-challenge", "one-time-code", "code submit other"),
    "mailed code": (form(CODE + GO), "/u/mfa-email-challenge", "one-time-code", "code submit"),
    "recovery code": (form(CODE + GO), "/u/mfa-recovery-code-challenge", "one-time-code", "code submit"),
    "push": (form(GO) + ANOTHER, "/u/mfa-push-challenge-push", "push", "other"),
    "key": (form(GO) + ANOTHER, "/u/mfa-webauthn-roaming-challenge", "security-key", "other"),
    "list": (
        form('<button name="action" value="otp::0">x</button><button name="action" value="sms::1">x</button>'),
        "/u/mfa-login-options",
        "method-chooser",
        "totp",
    ),
    "enrolment": (form(CODE + GO), "/u/mfa-otp-enrollment-qr", "mfa-enrolment", ""),
    "passkey offer": (
        form(GO + '<button type="submit" name="action" value="abort-passkey-enrollment">x</button>'),
        "/u/passkey-enrollment",
        "passkey-enrolment",
        "skip",
    ),
    "a new password": (
        form('<input type="password" name="password-reset"><input type="password" name="re-enter-password">' + GO),
        "/u/reset-password/change",
        "password-expired",
        "",
    ),
    "captcha": (form(NAME + '<img alt=""><input name="captcha">' + GO), "/u/login/identifier", "captcha", ""),
    "consent": (
        form('<button name="action" value="deny">x</button><button name="action" value="accept">x</button>'),
        "/u/consent",
        "consent",
        "accept decline",
    ),
    "does it ask whether to sign out": (form(GO), "/u/logout", "sign-out-confirm", "confirm"),
    "signed out": ("<p>Vous avez quitté la session</p>", "/u/logout-complete", "signed-out", ""),
    "signed out, nothing else said": ("OK", "/v2/logout", "signed-out", ""),
    "auto-post": (
        '<form name="hiddenform"><input type="hidden" name="SAMLResponse" value="x"></form>', "/samlp/x", "hop", ""),
    "sign-up is no sign-in": (form('<input name="email" type="email">' + SECRET + GO), "/u/signup", "unknown", ""),
    "recovery of a password is no sign-in": (
        form('<input name="email" type="email">' + GO), "/u/reset-password/request", "unknown", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", STATES)
async def test_a_state_is_told_by_its_path_and_names(name: str) -> None:
    html, path, screen, roles = STATES[name]
    seen = await read(html, HOST + path)
    assert (seen.site, seen.screen, seen.problem) == ("auth0", screen, None)
    assert {role for role in roles.split() if not seen.fields.get(role)} == set()


PROBLEMS = {
    "wrong password, Japanese": (
        form(SECRET + told("wrong-email-credentials", "メールが違います")), "/u/login/password", "credentials-rejected"),
    "wrong name or password, French": (
        form(NAME + SECRET + told("wrong-credentials", "Mauvais identifiants")), "/u/login", "credentials-rejected"),
    "blocked, in a language that no list has": (
        form(SECRET + told("user-blocked", "Blokirano je")), "/u/login/password", "locked"),
    "too many attempts": (form(SECRET + told("same-user-login", "…")), "/u/login/password", "locked"),
    "leaked password": (form(SECRET + told("password-breached", "…")), "/u/login/password", "locked"),
    "wrong code": (
        form(CODE + told("invalid-code", "Der Code ist ungültig", "code")), "/u/mfa-otp-challenge", "code-rejected"),
    "too many wrong codes": (form(CODE + told("too-many-failures", "…", "code")), "/u/mfa-otp-challenge", "locked"),
    "Lock, wrong password": (lock(MAIL + LOCK_SECRET, "FALSCHE E-MAIL"), "/login", "credentials-rejected"),
    "Lock, blocked": (lock(MAIL + LOCK_SECRET, "Ihr Konto wurde gesperrt"), "/login", "locked"),
    "nothing typed": (form(SECRET + told("no-password", "Kennwort fehlt")), "/u/login/password", None),
    "a wrong captcha": (form(SECRET + told("wrong-captcha", "…")), "/u/login/password", None),
    "the site's own script failed": (form(SECRET + told("custom-script-error-code", "…")), "/u/login/password", None),
}  # fmt: skip


@pytest.mark.parametrize("name", PROBLEMS)
async def test_a_complaint_is_told_by_its_code(name: str) -> None:
    html, path, problem = PROBLEMS[name]
    seen = await read(html, HOST + path)
    assert (seen.site, seen.problem) == ("auth0", problem)


async def test_a_tenant_on_its_own_host_is_known_by_the_path() -> None:
    seen = await read(form(NAME + GO), "https://login.acme.example/u/login/identifier?state=x")
    assert (seen.site, seen.screen) == ("auth0", "username")


async def test_a_name_that_cannot_be_changed_is_not_asked_for() -> None:
    html = (
        '<form method="post"><input type="hidden" name="state" value="x"><input id="username" name="username" value="a" readonly>'
        '<input id="password" name="password" type="password"><button type="submit" name="action" value="default">ok</button></form>'
    )
    seen = await read(html, "https://acme.eu.auth0.com/u/login/password?state=x")
    assert (seen.site, seen.screen) == ("auth0", "password")
