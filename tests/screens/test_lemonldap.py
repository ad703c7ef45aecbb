"""LemonLDAP's portal; the keys of its sentences tell the page, whatever language stands there."""

from __future__ import annotations

import pytest
from screen_pages import read

AT = "https://auth.acme.example/"
LOGIN = """<title trspan="authPortal">x</title><div id="errormsg">{message}</div><form id="lform" method="post" class="login"><input
type="hidden" name="token"><input id="userfield" name="user" required><input id="passwordfield" name="password" {password} required
aria-required="true"><button type="submit" class="btn btn-success" title="ok"><span trspan="connect">{ok}</span></button></form>"""
MESSAGE = '<div class="message message-{kind} alert"><span trmsg="{number}">{text}</span></div>'
CODE = """<form action="/{factor}2fcheck" method="post"><h3 trspan="x">{text}</h3><input name="code" id="extcode"
autocomplete="one-time-code"><button type="submit" class="btn btn-success" title="ok">ok</button></form>"""


def login(message: str = "", kind: str = 'type="password"') -> str:
    return LOGIN.format(message=message, password=kind, ok="Se connecter")


def message(number: int, text: str, kind: str = "warning") -> str:
    return MESSAGE.format(number=number, text=text, kind=kind)


@pytest.mark.parametrize(
    ("html", "screen", "fields"),
    [
        (
            login(),
            "credentials",
            {"username": "#userfield", "password": "#passwordfield", "submit": 'button[type="submit"]'},
        ),
        (
            login(kind='type="text" autocomplete="off" aria-hidden="true"'),
            "credentials",
            {"password": "#passwordfield"},
        ),
        (login(message(47, "Vous avez été déconnecté", "positive")), "credentials", {}),
        (login(message(9, "Bitte anmelden", "positive")), "credentials", {}),
        (
            CODE.format(factor="totp", text="Saisir le code"),
            "totp",
            {"code": "#extcode", "submit": 'button[type="submit"]'},
        ),
        (CODE.format(factor="mail", text="Code eingeben"), "one-time-code", {"code": "#extcode"}),
        (
            '<form action="/2fchoice" method="POST"><button type="submit" name="sf" value="u"><h4 trspan="u2f">Clé</h4></button>'
            '<button type="submit" name="sf" value="totp"><h4 trspan="totp2f">Code</h4></button></form>',
            "method-chooser",
            {"totp": 'button[value="totp"]'},
        ),
        (
            '<p trspan="x">x</p><form id="verify-form" action="/webauthn2fcheck"><input type="hidden" name="credential"></form>',
            "security-key",
            {},
        ),
        (
            '<div id="password"><form class="password"><input id="oldpassword" name="oldpassword" type="password"><input '
            'id="newpassword" name="newpassword" type="password"><button><span trspan="submit">ok</span></button></form></div>',
            "password-expired",
            {},
        ),
        (
            '<form id="form" class="info"><h3 trspan="pwdWillExpire,3">Bald</h3><button class="positive" type="submit">ok</button></form>',
            "password-expiring",
            {"skip": 'button[type="submit"]'},
        ),
        (
            '<form id="form" class="info"><h3 trspan="info">i</h3><button class="positive" type="submit">ok</button></form>',
            "hop",
            {},
        ),
        (
            '<form id="form" class="confirm"><div class="oidc_consent_message"><h3 trspan="oidcConsent,Jira">?</h3></div><button '
            'class="positive btn" type="submit" title="y">Oui</button><button id="refuse" type="submit">Non</button></form>',
            "consent",
            {"decline": "#refuse"},
        ),
        (
            '<form id="form" class="confirm"><h3 trspan="confirmLogout">?</h3><button class="positive btn" type="submit" '
            'value="y">Ja</button><button id="refuse" type="submit">Nein</button></form>',
            "sign-out-confirm",
            {"confirm": 'button[value="y"]'},
        ),
        ('<main id="redirectcontent"><h4><span trspan="redirectionInProgress">…</span></h4></main>', "hop", {}),
        (
            '<form class="notif"><h3 trspan="m">!</h3><button type="submit" class="positive">ok</button></form>',
            "terms",
            {},
        ),
        (login() + '<input id="captchafield" name="captcha">', "captcha", {}),
        (message(47, "ログアウト"), "signed-out", {}),
        (message(1, "Ihre Sitzung ist zu Ende"), "session-expired", {}),
        (
            f'<div id="errorcontent">{message(24, "Fehler", "negative")}<div id="error"><a href="/">x</a></div></div>',
            "error",
            {},
        ),
    ],
)
async def test_a_page_is_told_by_its_structure(html: str, screen: str, fields: dict[str, str | None]) -> None:
    seen = await read(html, AT)
    assert (seen.site, seen.screen, seen.problem) == ("lemonldap", screen, None)
    assert {role: seen.fields.get(role) for role in fields} == fields


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        (login(message(5, "Mauvais identifiants")), "credentials-rejected"),
        (login(message(4, "Benutzer nicht gefunden")), "credentials-rejected"),
        (login(message(86, "Cuenta bloqueada", "negative")), "locked"),
        (message(96, "Code incorrect") + CODE.format(factor="totp", text="…"), "code-rejected"),
    ],
)
async def test_a_complaint_is_told_by_its_number(html: str, problem: str) -> None:
    assert (await read(html, AT)).problem == problem


async def test_the_portal_of_somebody_signed_in_is_no_login_page() -> None:
    html = '<main id="menucontent"><ul><li trspan="yourApps">Apps</li></ul><form id="formpass">\
<input id="oldpassword" type="password"><input id="newpassword" type="password"></form></main>'
    assert (await read(html, AT)).screen == "unknown"


async def test_a_bootstrap_login_without_its_keys_is_not_lemonldaps() -> None:
    html = '<form class="login"><input name="user"><input name="password" type="password"><button class="btn-success">ok</button></form>'
    assert (await read(html, "https://www.acme.example/")).site == "generic"


async def test_a_second_password_is_not_the_password() -> None:
    html = '<form action="/password2fcheck" method="post"><input id="password2f" type="password"><button>ok</button></form>'
    seen = await read(html + '<script type="application/init">{}</script><span trspan="enterCred"></span>', AT)
    assert (seen.site, seen.screen) == ("lemonldap", "one-time-code")
