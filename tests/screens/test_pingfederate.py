"""PingFederate's pages, told by the names of its form adapter."""

from __future__ import annotations

import pytest
from screen_pages import read

AT = "https://sso.acme.example/idp/Ab1/resumeSAML20/idp/SSO.ping"
HEAD = '<div class="ping-container"><div class="ping-body-container"><form method="POST" action="/idp/x/resumeSAML20/idp/SSO.ping">'
TAIL = "</form></div></div>"
USER = '<input id="username" name="pf.username">'
PASSWORD = '<input id="password" type="password" name="pf.pass">'
OK = '<input type="hidden" name="pf.ok"><a onclick="postOk();" class="ping-button normal allow" aria-label="ok">OK</a>'
ERROR = '<div class="ping-messages"><div class="ping-error">{text}</div></div>'


def page(*parts: str) -> str:
    return HEAD + "".join(parts) + TAIL


@pytest.mark.parametrize(
    ("html", "screen", "fields"),
    [
        (
            page(USER, PASSWORD, OK),
            "credentials",
            {"username": "#username", "password": "#password", "submit": 'a[aria-label="ok"]'},
        ),
        (
            page(
                '<input id="username" name="pf.username" value="a" disabled>',
                PASSWORD,
                '<a id="signOnButton">Weiter</a>',
            ),
            "password",
            {"password": "#password", "submit": "#signOnButton"},
        ),
        # The same form for the code of a token.
        (
            page(
                '<div class="ping-input-label">Username</div><input id="username" name="pf.username" value="a" disabled>',
                '<div class="ping-input-label">Token code</div>',
                PASSWORD,
                OK,
            ),
            "one-time-code",
            {"code": "#password", "submit": 'a[aria-label="ok"]'},
        ),
        (
            page(
                '<input id="identifierInput" name="subject"><input type="password"><button id="post-button" type="button">次</button>'
            ),
            "username",
            {"username": "#identifierInput", "submit": "#post-button"},
        ),
        (
            page(
                '<ul id="existingAccountsSelectionList"><li class="identifier-first__account-select">anna@example.com</li>'
                '<li><a id="showIdentifierInputLink">Autre</a></li></ul><div style="display:none"><input id="identifierInput" '
                'name="subject"></div>'
            ),
            "account-chooser",
            {"other": "#showIdentifierInputLink"},
        ),
        (
            page(
                USER,
                PASSWORD,
                '<input id="newPassword1" type="password" name="x"><a id="submitButton" class="ping-button">ok</a>',
            ),
            "password-expired",
            {},
        ),
        (page(PASSWORD, '<a id="submitButton" class="ping-button allow">Ändern</a>'), "password-expired", {}),
        (ERROR.format(text="x") + '<button id="changePassLink"><a href="/x">ici</a></button>', "password-expired", {}),
        (
            page(
                '<div style="display:none"><input name="pf.passwordExpiring"><input name="pf.notificationCancel"></div>'
                '<a class="ping-button allow" onclick="postOk();">Jetzt</a><a onclick="postCancel();" aria-label="l">Später</a>'
            ),
            "password-expiring",
            {"skip": 'a[aria-label="l"]'},
        ),
        (
            page(
                '<input id="challengeResponse" type="password" name="pf.challengeResponse"><a id="signOnButton">ok</a>'
            ),
            "one-time-code",
            {"code": "#challengeResponse", "submit": "#signOnButton"},
        ),
        (
            '<div class="ping-container"><div class="ping-body-container"><form name="consentForm"><input type="hidden" '
            'name="csrfToken"><a id="yesButton" class="ping-button allow">Ja</a><a id="noButton" class="ping-button">Nein</a>'
            + TAIL,
            "sign-out-confirm",
            {"confirm": "#yesButton"},
        ),
        (
            '<div class="ping-container"><div class="ping-body-container"><form name="consentForm"><input type="radio" name="c">'
            '<a id="saveButton" class="ping-button allow">Ja</a><a id="cancelButton" class="ping-button">Nein</a>'
            + TAIL,
            "consent",
            {"accept": "#saveButton", "decline": "#cancelButton"},
        ),
        (page(ERROR.format(text="Unerwarteter Fehler")), "error", {}),
        (page(ERROR.format(text="La session a expiré")), "session-expired", {}),
        (
            '<form method="post" action="https://authenticator.pingone.com/pingid/ppm/auth"><input type="hidden" '
            'name="idp_account_id"><input type="hidden" name="ppm_request"></form>',
            "hop",
            {},
        ),
    ],
)
async def test_a_page_is_told_by_its_structure(html: str, screen: str, fields: dict[str, str | None]) -> None:
    seen = await read(html, AT)
    assert (seen.site, seen.screen, seen.problem) == ("pingfederate", screen, None)
    assert {role: seen.fields.get(role) for role in fields} == fields


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("We didn't recognise the username or password.", "credentials-rejected"),
        ("Benutzername oder Kennwort stimmt nicht.", "credentials-rejected"),
        ("Votre compte est verrouillé.", "locked"),
        ("Tu cuenta está deshabilitada.", "account-disabled"),
        ("Zeitüberschreitung, bitte noch einmal", None),
    ],
)
async def test_a_complaint_is_named_in_any_language(text: str, problem: str | None) -> None:
    seen = await read(page(ERROR.format(text=text), USER, PASSWORD, OK), AT)
    assert (seen.screen, seen.problem) == ("credentials", problem)


async def test_the_sign_out_is_over_when_its_page_says_so() -> None:
    html = '<div class="ping-container"><div class="ping-body-container"><p>Vous êtes déconnecté</p></div></div>'
    seen = await read(html, "https://sso.acme.example/idp/startSLO.ping")
    assert (seen.site, seen.screen) == ("pingfederate", "signed-out")


async def test_another_vendors_form_is_not_taken_for_it() -> None:
    html = '<form action="/go"><input name="subject"><textarea name="text"></textarea><button>Send</button></form>'
    assert (await read(html, "https://www.acme.example/contact")).site == "generic"


@pytest.mark.parametrize(
    "text",
    [
        "Please enter a username.",
        "You are not allowed to sign on at this time. Please try again later.",
        "Etwas stimmt nicht. Bitte versuchen Sie es später erneut.",
        "You are not allowed to sign on from this computer.",
    ],
)
async def test_a_complaint_that_is_no_refusal_condemns_no_password(text: str) -> None:
    seen = await read(page(ERROR.format(text=text), USER, PASSWORD, OK), AT)
    assert (seen.screen, seen.problem) == ("credentials", None)


@pytest.mark.parametrize(
    ("html", "url", "screen"),
    [
        (page(ERROR.format(text="Your password must be changed."), USER, PASSWORD, OK), AT, "password-expired"),
        (
            '<div class="ping-container"><div class="ping-messages"><div>You have successfully signed off.</div></div></div>',
            "https://sso.acme.example/idp/startSLO.ping",
            "signed-out",
        ),
        (
            '<div class="ping-container"><div class="ping-messages"><div>This page is no longer available.</div></div></div>',
            AT,
            "session-expired",
        ),
        (page(USER, OK), "https://sso.acme.example/ext/pwdreset/Identify", "unknown"),
        (
            page('<input id="securityCode" name="code">', OK),
            "https://sso.acme.example/ext/pwdreset/SecurityCode",
            "unknown",
        ),
    ],
)
async def test_what_stands_beside_a_sign_in_is_told_as_what_it_is(html: str, url: str, screen: str) -> None:
    seen = await read(html, url)
    assert (seen.site, seen.screen) == ("pingfederate", screen)
