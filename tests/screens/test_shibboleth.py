"""The pages of a Shibboleth identity provider; every organisation dresses them anew, the names of the buttons stay."""

from __future__ import annotations

import pytest
from screen_pages import read

AT = "https://idp.acme.example/idp/profile/SAML2/Redirect/SSO?execution=e1s1"
LOGIN = """<form action="/idp/profile/SAML2/Redirect/SSO?execution=e1s1" method="post">{error}<input id="username" name="j_username">
<input id="password" name="j_password" type="password"><button type="submit" name="_eventId_proceed">{ok}</button></form>"""
PROCEED = 'button[name="_eventId_proceed"]'


@pytest.mark.parametrize(
    ("html", "screen", "fields"),
    [
        (
            LOGIN.format(error="", ok="Anmelden"),
            "credentials",
            {"username": "#username", "password": "#password", "submit": PROCEED},
        ),
        (
            '<form method="post"><input type="hidden" name="_shib_idp_consentIds" value="mail"><input type="submit" value="Nein" '
            'name="_eventId_AttributeReleaseRejected"><input type="submit" name="_eventId_proceed" value="Ja"></form>',
            "consent",
            {"accept": 'input[name="_eventId_proceed"]', "decline": 'input[name="_eventId_AttributeReleaseRejected"]'},
        ),
        (
            '<form><input type="submit" name="_eventId_TermsRejected"></form><form><input id="accept" type="checkbox" '
            'name="_shib_idp_consentIds"><input type="submit" name="_eventId_proceed"></form>',
            "terms",
            {"accept": 'input[name="_eventId_proceed"]'},
        ),
        (
            '<h3>Votre mot de passe expire bientôt</h3><a href="?execution=e1s2&_eventId_proceed=1" aria-label="g">continuer</a>',
            "password-expiring",
            {"skip": 'a[aria-label="g"]'},
        ),
        (
            '<form id="propagate_form" method="post"><button id="propagate_yes" name="_eventId" value="propagate">Ja</button>'
            '<button id="propagate_no" name="_eventId" value="end">Nein</button></form>',
            "sign-out-confirm",
            {"confirm": "#propagate_no"},
        ),
        (
            '<h3>Login - lädt</h3><form method="post"><input type="hidden" name="shib_idp_ls_exception.shib_idp_session_ss">'
            '<input type="hidden" name="_eventId_proceed"></form>',
            "hop",
            {},
        ),
        ("<header><h3>Web Login Service - Stale Request</h3></header><p>Back?</p>", "session-expired", {}),
        ("<header><h3>Anmeldung - Nicht unterstützte Anfrage</h3></header><p>Leider.</p>", "error", {}),
        (
            LOGIN.format(error='<p class="output--error">Ihr Passwort ist abgelaufen</p>', ok="x"),
            "password-expired",
            {},
        ),
        (
            '<form action="https://acme.example/acs" method="post"><input type="hidden" name="RelayState"><input type="hidden" '
            'name="SAMLResponse"><noscript><input type="submit"></noscript></form>',
            "hop",
            {},
        ),
    ],
)
async def test_a_page_is_told_by_its_structure(html: str, screen: str, fields: dict[str, str | None]) -> None:
    seen = await read(html, AT)
    assert (seen.site, seen.screen, seen.problem) == ("shibboleth", screen, None)
    assert {role: seen.fields.get(role) for role in fields} == fields


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("The username you entered cannot be identified.", "credentials-rejected"),
        ("Das eingegebene Passwort war falsch.", "credentials-rejected"),
        ("Votre compte est verrouillé.", "locked"),
        ("La cuenta está deshabilitada.", "account-disabled"),
    ],
)
async def test_a_complaint_is_named_in_any_language(text: str, problem: str) -> None:
    html = LOGIN.format(error=f'<p class="output-message output--error" role="alert">{text}</p>', ok="ok")
    assert (await read(html, AT)).problem == problem


@pytest.mark.parametrize(
    "html", ["<p>Sie sind abgemeldet.</p>", '<p>…</p><iframe id="buffer" src="?x&_eventId_proceed"></iframe>']
)
async def test_the_sign_out_is_over_when_its_page_asks_nothing(html: str) -> None:
    seen = await read(html, "https://idp.acme.example/idp/profile/Logout?execution=e1s1")
    assert (seen.site, seen.screen) == ("shibboleth", "signed-out")


async def test_a_java_servers_own_login_is_not_shibboleths() -> None:
    html = '<form action="j_security_check"><input name="j_username"><input name="j_password" type="password"><button>ok</button></form>'
    assert (await read(html, "https://app.acme.example/login.jsp")).site == "generic"


FLOW = "https://idp.acme.example/idp/profile/SAML2/Redirect/SSO?execution=e1s2"
LEAVE = "https://idp.acme.example/idp/profile/Logout?execution=e1s2"


@pytest.mark.parametrize(
    ("html", "url", "screen", "problem"),
    [
        (
            '<form action="/idp/profile/x?execution=e1s3"><label for="p">Anmelden als</label><input id="p" name="principal">'
            '<button name="_eventId_impersonate">ok</button><button name="_eventId_proceed">weiter</button></form>',
            FLOW,
            "unknown",
            None,
        ),
        (
            '<form><input name="j_username"><input name="j_token"><button name="_eventId_proceed">ok</button></form>',
            FLOW,
            "one-time-code",
            None,
        ),
        ("<p>Der Abmeldevorgang ist abgeschlossen.</p>", LEAVE, "signed-out", None),
        ("<p>Sie haben sich entschieden, sich nicht von allen Diensten abzumelden.</p>", LEAVE, "signed-out", None),
        (
            '<form><div class="alert" role="alert">La tua password è scaduta.</div><input name="j_username">'
            '<input name="j_password" type="password"><button name="_eventId_proceed">ok</button></form>',
            FLOW,
            "password-expired",
            None,
        ),
        (
            '<form><div class="alert" role="alert">La password immessa non è corretta.</div><input name="j_username">'
            '<input name="j_password" type="password"><button name="_eventId_proceed">ok</button></form>',
            FLOW,
            "credentials",
            "credentials-rejected",
        ),
    ],
)
async def test_pages_of_themes_and_plugins_are_told(html: str, url: str, screen: str, problem: str | None) -> None:
    seen = await read(html, url)
    assert (seen.site, seen.screen, seen.problem) == ("shibboleth", screen, problem)
