"""Providers that have no table of their own: what the form finder cannot judge by itself, told by marks that are theirs alone.

Facts: the templates of Canaille 0.3.6. Its consent page and its question at a sign-out name the buttons `deny`/`accept` and
`stay`/`logout`, the refusal first. The pages of oidc-provider 9.13 have no ids: a hidden `prompt` tells the consent from the
login, which has the same address and title; the form of its question at a sign-out has a name of its own, and its two buttons
stand outside of it. A page that hands out a new authenticator secret holds an `otpauth:` link, whoever made it.

What the form finder finds by itself has a name here and no locator: an override of it goes before what is found.
"""

from __future__ import annotations

from flows.screens.base import Screen, Site

ASKED = "form[action*='/interaction/']"
CONSENT = "input[name=prompt][value=consent]"
IN_FORMS = ("username", "password", "code", "submit")

GENERIC = Site(
    name="generic",
    marks=(
        "#accept[name=answer][value=accept]",
        "#logout[name=answer][value=logout]",
        "a[href^='otpauth:']",
        f"{ASKED} {CONSENT}",
        "form[id='op.logoutForm']",
    ),
    elements={
        **dict.fromkeys(IN_FORMS, ()),
        "consent.accept": ("#accept[name=answer][value=accept]", f"{ASKED}:has({CONSENT}) button[type=submit]"),
        "deny": ("#deny[name=answer][value=deny]", f"body:has({ASKED} {CONSENT}) a[href$='/abort']"),
        "consent.scopes": (f"body:has({ASKED} {CONSENT}) ul ul li",),
        "stay": ("#stay[name=answer][value=stay]", "button[form='op.logoutForm']:not([name])"),
        "logout": ("#logout[name=answer][value=logout]", "button[form='op.logoutForm'][name=logout][value=yes]"),
        "new-secret": ("a[href^='otpauth:']",),
        "tile": ("[data-login-history-section] a.ui.link", "[data-identifier]", "[data-email]"),
    },
    screens=(
        Screen("mfa-enrolment", any=("new-secret",)),
        Screen("sign-out-confirm", all=("stay", "logout"), fields={"confirm": "logout", "decline": "stay"}),
        Screen("consent", all=("consent.accept", "deny"), fields={"accept": "consent.accept", "decline": "deny"}),
    ),
)
