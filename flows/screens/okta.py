"""Okta: Classic, Identity Engine generation 2 and 3. Facts: the DOM that the vendor's own widget renders, and its class names.

Ids are counters there, labels may be empty, and every field for a secret is `credentials.passcode`: which authenticator asks
is told by the class of generation 2 (`challenge-authenticator--google_otp`) or by the picture above the form (`factor-beacon`).
A callout is a complaint only when it is an error: warnings and notes look the same otherwise, and hidden ones are everywhere.
"""

from __future__ import annotations

from flows.screens import words
from flows.screens.base import Problem, Screen, Site
from flows.screens.okta_elements import (
    APP,
    BEACON,
    DEVICE,
    ELEMENTS,
    KEY,
    NOT_PASSWORD,
    PROBING,
    PUSHED,
    SECRET,
    SENT,
    UNDRAWN,
)
from flows.screens.okta_words import LOCKED, NO_REFUSAL, NOT_ASSIGNED, REUSED, SESSION_OVER, SUSPENDED

SAVE = {"submit": "save"}
OTHER = {"other": "switch"}
FIELDS = ("identifier", "password", "code", "answer", "methods")
ASKING = (
    "username",
    "credentials",
    "password",
    "totp",
    "one-time-code",
    "method-chooser",
    "push",
    "security-key",
    "error",
)
SHOWN = ("field-error", "error")

OKTA = Site(
    name="okta",
    hosts=r"\.(okta|oktapreview|okta-emea|okta-gov|trexcloud)\.com$",
    marks=(
        "main#okta-sign-in",
        "#okta-sign-in[data-se~=auth-container]",
        "#okta-login-container",
        "#okta-sign-in form[data-se=o-form]",
    ),
    session_cookies=("idx", "sid"),
    home="{url}/app/UserHome",
    session_api="/api/v1/sessions/me",
    app_name=r"^(.+?)\s*(?:$|\n)",
    elements=ELEMENTS,
    screens=(
        Screen("captcha", any=("captcha",)),
        Screen("hop", present=("input[type=hidden][name=SAMLResponse]",)),
        Screen("session-expired", any=("error", "terminal"), none=FIELDS, text=SESSION_OVER),
        Screen("unknown", any=("no-sign-in",)),
        Screen("password-expiring", any=("expiring",), fields={"skip": "skip"}),
        Screen("password-expiring", all=("new-password", "skip"), fields={"skip": "skip"}),
        Screen("password-expired", any=("new-password", "expired")),
        Screen(
            "passkey-enrolment",
            all=("enrol-passkey", "skip"),
            none=FIELDS,
            fields={"skip": "skip"},
        ),
        Screen("mfa-enrolment", any=("enrol",), fields={"skip": "skip"}),
        Screen("stay-signed-in", any=("stay-no",), fields={"no": "stay-no"}),
        Screen("consent", any=("consent",), fields={"accept": "consent.accept", "decline": "consent.decline"}),
        Screen("push", any=("challenge-number",), none=FIELDS, fields={"number": "challenge-number", **OTHER}),
        Screen("unknown", all=("methods", "identifier")),
        Screen(
            "method-chooser",
            any=("methods",),
            none=("password",),
            fields={"totp": "method-code", "password": "method-password", "passkey": "method-key"},
        ),
        Screen("one-time-code", any=("answer",), fields=OTHER),
        Screen("totp", any=("code",), none=("identifier",), present=APP, fields={"code": "code", **SAVE, **OTHER}),
        Screen(
            "one-time-code",
            any=("code",),
            none=("identifier",),
            absent=UNDRAWN,
            fields={"code": "code", **SAVE, **OTHER},
        ),
        Screen(
            "one-time-code",
            any=("password",),
            none=("identifier",),
            present=NOT_PASSWORD,
            fields={"code": "password", **SAVE, **OTHER},
        ),
        Screen(
            "credentials",
            all=("identifier", "password"),
            fields={"username": "identifier", "password": "password", **SAVE},
        ),
        Screen("password", any=("password",), fields={"password": "password", **SAVE}),
        # A page to recover a password or to unlock an account asks for the same name, and can be cancelled.
        Screen("username", any=("identifier",), none=("cancel",), fields={"username": "identifier", **SAVE}),
        Screen("unknown", any=("identifier",)),
        Screen("security-key", present=KEY, fields=OTHER),
        Screen("password-expiring", all=("link", "skip"), present=SECRET, none=FIELDS, fields={"skip": "skip"}),
        Screen("password-expired", any=("link",), present=SECRET, none=FIELDS),
        Screen("hop", any=("spinner",), none=("error", "launch", "switch")),
        Screen("device-check", any=("launch",), fields=OTHER),
        Screen("hop", present=PROBING, none=("error", "switch")),
        Screen("device-check", present=DEVICE, fields=OTHER),
        Screen("push", present=PUSHED, fields=OTHER),
        Screen("one-time-code", present=SENT, any=("save", "link"), fields=OTHER),
        Screen("device-check", any=("continue",), absent=BEACON, fields={"confirm": "continue"}),
        Screen("method-chooser", any=("providers",)),
        Screen("hop", any=("countdown",), none=("error",)),
        Screen("error", any=("error", "terminal")),
        Screen("hop", url=r"/login/(signout|sessionCookieRedirect|step-up)"),
    ),
    problems=(
        Problem("not-assigned", SHOWN, NOT_ASSIGNED, screens=ASKING),
        Problem("account-disabled", SHOWN, SUSPENDED, screens=ASKING),
        Problem("code-reused", SHOWN, REUSED, screens=("totp", "one-time-code")),
        Problem("locked", SHOWN, LOCKED, screens=ASKING),
        Problem("account-disabled", SHOWN, words.DISABLED, screens=("username", "credentials", "password", "error")),
        Problem("code-rejected", SHOWN, rf"^(?!.*({NO_REFUSAL}|{SESSION_OVER}))", screens=("totp", "one-time-code")),
        Problem(
            "credentials-rejected",
            SHOWN,
            rf"^(?!.*({NO_REFUSAL}|{SESSION_OVER}))",
            screens=("username", "password", "credentials"),
        ),
    ),
)
