"""SimpleSAMLphp's pages in both looks."""

from __future__ import annotations

import pytest
from screen_pages import read

BASE = "https://idp.acme.example/simplesaml"
AT = f"{BASE}/module.php/core/loginuserpass.php?AuthState=_1"
STATE = '<input type="hidden" name="AuthState" value="_1">'
OLD_ERROR = '<div><img class="erroricon" src="/x/gtk-dialog-error.48x48.png" alt=""><h2>{text}</h2></div>'
NEW_ERROR = '<div class="message-box error"><h3>{text}</h3></div>'
LOGIN = f"""<div id="content">{{error}}<form action="?" method="post" name="f"><input id="username" name="username" {{user}}>
<input id="password" type="password" name="password">{STATE}<button id="submit_button" type="submit">ok</button></form></div>"""


@pytest.mark.parametrize(
    ("html", "url", "screen", "fields"),
    [
        (
            LOGIN.format(error="", user=""),
            AT,
            "credentials",
            {"username": "#username", "password": "#password", "submit": "#submit_button"},
        ),
        (LOGIN.format(error="", user="disabled"), AT, "password", {"password": "#password"}),
        (
            f'<form>{STATE}<ul><li class="authsource"><input type="submit" name="src-1" value="LDAP"></li></ul></form>',
            f"{BASE}/module.php/multiauth/selectsource.php",
            "method-chooser",
            {},
        ),
        (
            '<form><select id="dropdownlist" name="idpentityid"><option>A</option></select><button type="submit">ok</button></form>',
            f"{BASE}/module.php/saml/disco.php",
            "account-chooser",
            {},
        ),
        (
            '<form id="consent_yes"><input type="hidden" name="StateId"><button name="yes" id="yesbutton">Oui</button></form>'
            '<form id="consent_no"><input type="hidden" name="StateId"><button name="no" id="nobutton">Non</button></form>',
            f"{BASE}/module.php/consent/getconsent.php",
            "consent",
            {"accept": "#yesbutton", "decline": "#nobutton"},
        ),
        (
            '<h3>Ihr Zugang endet bald</h3><form><input type="submit" name="yes" id="yesbutton" value="Weiter"></form>',
            f"{BASE}/module.php/expirycheck/about2expire.php",
            "password-expiring",
            {"skip": "#yesbutton"},
        ),
        (
            '<form id="startform" action="logout-iframe.php"><button type="submit" id="logout-all" name="ok">Ja</button></form>'
            '<form action="logout-iframe-done.php"><button type="submit" name="cancel" aria-label="n">Nein</button></form>',
            f"{BASE}/module.php/core/idp/logout-iframe.php?id=1",
            "sign-out-confirm",
            {"confirm": 'button[name="cancel"]'},
        ),
        (
            '<form id="startform" action="logout-iframe.php"><button type="submit" id="btn-all" name="ok">はい</button></form>'
            '<form action="logout-iframe-done.php"><input type="hidden" name="cancel"><button id="btn-cancel" type="submit">いいえ'
            "</button></form>",
            f"{BASE}/module.php/core/idp/logout-iframe.php?id=1",
            "sign-out-confirm",
            {"confirm": "#btn-cancel"},
        ),
        ('<h2>x</h2><pre id="trackid">1a2b</pre>', f"{BASE}/saml2/idp/SSOService.php", "error", {}),
        ('<h2>Statusinformationen verloren</h2><pre id="trackid">1a2b</pre>', AT, "session-expired", {}),
        ("<h2>Déconnecté</h2><p>…</p>", f"{BASE}/module.php/core/logout/default-sp", "signed-out", {}),
        (
            '<form method="post" action="https://acme.example/acs"><input type="submit" id="postLoginSubmitButton">'
            '<input type="hidden" name="SAMLResponse"></form>',
            f"{BASE}/saml2/idp/SSOService.php",
            "hop",
            {},
        ),
        (
            f"<form>{STATE}<input name='otp' id='otp'><button>ok</button></form>",
            f"{BASE}/module.php/x/otp.php",
            "totp",
            {"code": "#otp"},
        ),
    ],
)
async def test_a_page_is_told_by_its_structure(html: str, url: str, screen: str, fields: dict[str, str | None]) -> None:
    seen = await read(html, url)
    assert (seen.site, seen.screen, seen.problem) == ("simplesamlphp", screen, None)
    assert {role: seen.fields.get(role) for role in fields} == fields


@pytest.mark.parametrize("error", [OLD_ERROR, NEW_ERROR])
@pytest.mark.parametrize("text", ["Incorrect username or password", "Falscher Nutzername", "ユーザー名が違います"])
async def test_a_refused_password_is_told_in_any_language(error: str, text: str) -> None:
    seen = await read(LOGIN.format(error=error.format(text=text), user=""), AT)
    assert (seen.screen, seen.problem) == ("credentials", "credentials-rejected")


async def test_a_form_named_f_elsewhere_is_not_simplesamlphps() -> None:
    html = '<form name="f"><input id="username" name="username"><input id="password" type="password" name="password"></form>'
    assert (await read(html, "https://www.acme.example/login")).site == "generic"


async def test_a_sign_out_that_is_still_under_way_is_not_over() -> None:
    html = "<p>You are now successfully logged out.</p><ul><li id=sp-1 data-status=onhold>Jira</li></ul>"
    seen = await read(html, "https://idp.acme.example/simplesaml/module.php/core/logout-iframe?id=x")
    assert (seen.site, seen.screen) == ("simplesamlphp", "hop")
