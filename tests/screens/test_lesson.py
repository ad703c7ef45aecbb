"""What a person shows on a changed sign-in page is kept under the name of the element that its screen looks for."""

from __future__ import annotations

import pytest
from screen_pages import written

from flows.screens import SITES, look
from flows.screens.generic import IN_FORMS
from flows.screens.lesson import BECOMES, names_for
from runbook.inspection import used

pytestmark = pytest.mark.thorough

# A page of each site that its table does not know, and the elements of its user name, its password and its code.
CHANGED = {
    "atlassian": ("https://id.atlassian.com/login", "username password code"),
    "microsoft": ("https://login.microsoftonline.com/common/login", "username password code"),
    "google": ("https://accounts.google.com/v3/signin/new", "username password code"),
    "okta": ("https://acme.okta.com/signin", "identifier password generic.code"),
    "keycloak": ("https://sso.example.net/realms/acme/login-actions/authenticate", "username password code"),
    "adfs": ("https://sso.example.net/adfs/ls/", "username password code"),
    "pingfederate": ("https://sso.example.net/idp/new.ping", "username password generic.code"),
    "pingid": ("https://authenticator.pingone.com/pingid/ppm/new", "generic.username generic.password code"),
    "shibboleth": ("https://sso.example.net/idp/profile/SAML2/Redirect/SSO", "username password code"),
    "simplesamlphp": ("https://sso.example.net/module.php/core/new.php", "username password code"),
    "lemonldap": ("https://sso.example.net/totp2fcheck", "username generic.password generic.code"),
    "duo": ("https://api-1234.duosecurity.com/frame/new", "generic.username generic.password code"),
    "auth0": ("https://acme.auth0.com/u/new", "username password lock-code"),
    "onelogin": ("https://acme.onelogin.com/login2", "username password code"),
    "jumpcloud": ("https://console.jumpcloud.com/login", "username password code"),
    "cyberark": ("https://acme.id.cyberark.cloud/login", "username password code"),
    "pingone": ("https://auth.pingone.eu/new", "username password code"),
    "generic": ("https://login.example.net/", "username password code"),
}
FIELDS = {
    "username": "<p>Wer? <input id=wer name=wer></p><p>Noch? <input id=noch name=noch></p>",
    "password": "<p>Und? <input id=und name=und type=password></p>",
    "code": "<p>Wie? <input id=wie name=wie></p>",
}
SHOWN = {"username": "#wer", "password": "#und", "code": "#wie"}
ROLES = tuple(FIELDS)


def test_every_site_has_a_changed_page() -> None:
    assert set(CHANGED) == set(SITES)


@pytest.mark.parametrize("site", SITES)
async def test_what_is_learned_is_what_the_screen_of_this_page_looks_for(site: str) -> None:
    url, told = CHANGED[site]
    elements = dict(zip(ROLES, (name if "." in name else f"{site}.{name}" for name in told.split()), strict=True))
    for roles, screen in BECOMES.items():
        if site == "cyberark" and "password" in roles:
            continue  # its table takes every field for a password that is not a new one
        body = "".join(FIELDS[role] for role in roles)
        page = await written(f"<title>Acme</title><h1>Neu hier</h1><form method=post>{body}</form>", url)
        before = await look(page, patience=0.0, explain=True)
        assert (before.site, before.screen) == (site, "unknown")
        names = await names_for(page, site, roles, {})
        if len(roles) == 1:
            assert names == (elements[roles[0]],)
        learned = {name: SHOWN[role] for name, role in zip(names, roles, strict=True)}
        after = await look(page, patience=0.0, explain=True, overrides=learned)
        assert after.screen == screen
        assert {role: after.fields[role] for role in roles} == {role: SHOWN[role] for role in roles}
        assert tuple(after.names[role] for role in roles) == names


LOGIN = (
    "<form action=/login>{}<input name=user><input type=password name=pass id=pass><button id=go>Log in</button></form>"
)
OTHERS = "<p>Wer? <input id=wer name=wer></p><a id=los class=los>Los</a><i class=twice>a</i><i class=twice>b</i>"
TAUGHT = {"generic.username": "#wer", "generic.submit": "#los"}


@pytest.mark.parametrize(
    ("html", "overrides", "screen", "fields"),
    [
        (LOGIN.format(OTHERS), TAUGHT, "credentials", {"username": "#wer", "password": "#pass", "submit": "#los"}),
        (LOGIN.format(""), TAUGHT, "credentials", {"password": "#pass", "submit": "#go"}),
        # What fits two elements shows none of them.
        (LOGIN.format(OTHERS), {"generic.submit": ".twice"}, "credentials", {"submit": "#go"}),
        # Half of a form is shown: the other half is not passed over.
        (f"<h1>Acme</h1><form>{OTHERS}<input name=a><input type=password name=b></form>", TAUGHT, "unknown", {}),
        # A form for something else stays what it is.
        (f"<h1>Create your account</h1><form>{OTHERS}<button>Create account</button></form>", TAUGHT, "unknown", {}),
        (
            f"<form>{OTHERS}<input type=password name=old_password><input type=password name=new_password><button>OK</button></form>",
            {**TAUGHT, "generic.password": "[name=new_password]"},
            "unknown",
            {},
        ),
    ],
)  # fmt: skip
async def test_what_was_shown_goes_before_what_the_form_finder_finds(
    html: str, overrides: dict[str, str], screen: str, fields: dict[str, str]
) -> None:
    page = await written(html, "https://login.example.net/")
    seen = await look(page, patience=0.0, explain=True, overrides=overrides)
    assert seen.screen == screen
    assert fields.items() <= seen.fields.items()
    assert set(seen.names) == {role for role in seen.fields if role in IN_FORMS}
    told = used(seen, {**overrides, "microsoft.submit": "#x"})
    assert told == overrides
