"""Keycloak's pages in both themes, told by their structure; the words on them are the tests' own, in several languages."""

from __future__ import annotations

import pytest
from screen_pages import read

REALM = "https://sso.acme.example/realms/acme"
AT = f"{REALM}/login-actions/authenticate?execution=1&tab_id=x"
FORM = f'method="post" action="{AT}"'
LOGIN = f"""<form id="kc-form-login" {FORM}><input id="username" name="username" value="{{typed}}">{{error}}
<input id="password" name="password" type="password"><input id="kc-login" name="login" type="submit" value="ok"></form>"""
CODE = f"""<form id="kc-otp-login-form" {FORM}><input id="otp" name="otp" autocomplete="one-time-code">{{error}}
<button id="kc-login" type="submit">ok</button></form>"""
FIELD = '<div id="input-error-container-username"><span id="input-error-username">{text}</span></div>'
BANNER = '<div class="alert alert-{kind}"><span class="kc-feedback-text">{text}</span></div>'


def login(error: str = "", typed: str = "") -> str:
    return LOGIN.format(error=error, typed=typed)


@pytest.mark.parametrize(
    ("html", "screen", "fields"),
    [
        (login(), "credentials", {"username": "#username", "password": "#password", "submit": "#kc-login"}),
        (
            f'<form id="kc-form-login" {FORM}><input id="username" name="username" autocomplete="username webauthn">'
            '<button id="kc-login" type="submit">Weiter</button></form><a href="#" id="authenticateWebAuthnButton">Passkey</a>',
            "username",
            {"username": "#username", "submit": "#kc-login"},
        ),
        (
            f'<input id="kc-attempted-username" value="a@example.com" readonly><form id="kc-form-login" {FORM}>'
            '<input id="password" name="password" type="password"><button id="kc-login" type="submit">次へ</button></form>',
            "password",
            {"password": "#password", "submit": "#kc-login"},
        ),
        (CODE.format(error=""), "totp", {"code": "#otp", "submit": "#kc-login"}),
        (
            f'<form id="kc-totp-login-form" {FORM}><input type="radio" id="kc-otp-credential-0" name="selectedCredentialId" '
            'checked><label>A</label><input type="radio" id="kc-otp-credential-1" name="selectedCredentialId"><label>B</label>'
            '<input id="totp" name="totp"><input id="kc-login" type="submit" value="ok"></form>',
            "totp",
            {"code": "#totp", "submit": "#kc-login"},
        ),
        (
            f'<form id="kc-sms-code-login-form" {FORM}><input id="code" name="code"><input id="kc-login" type="submit"></form>',
            "one-time-code",
            {"code": "#code", "submit": "#kc-login"},
        ),
        (
            f'<form id="kc-recovery-code-login-form" {FORM}><input id="recoveryCodeInput" name="recoveryCodeInput">'
            '<button id="kc-login">ok</button></form>',
            "one-time-code",
            {"code": "#recoveryCodeInput"},
        ),
        (
            f'<form id="kc-select-credential-form" {FORM}><div class="select-auth-box-parent" onclick="go(1)"><i class="fa '
            'fa-unlock"></i>Kennwort</div><div class="select-auth-box-parent" onclick="go(2)"><i class="fa fa-mobile"></i>App'
            "</div></form>",
            "method-chooser",
            {
                "totp": "#kc-select-credential-form > div:nth-of-type(2)",
                "password": "#kc-select-credential-form > div:nth-of-type(1)",
            },
        ),
        (
            f'<ul class="select-auth-container"><li><form id="kc-select-credential-form" {FORM}><input type="hidden" name='
            '"authenticationExecution" value="1"></form><div role="button" tabindex="0"><i class="fa fa-key"></i>Clé</div></li>'
            f'<li><form id="kc-select-credential-form" {FORM}><input type="hidden" name="authenticationExecution" value="2">'
            '</form><div role="button" tabindex="0" aria-label="t"><i class="kcAuthenticatorOTPClass"></i>Code</div></li></ul>',
            "method-chooser",
            {"totp": 'div[aria-label="t"]', "password": None},
        ),
        (
            f'<form {FORM}><select id="authenticators-choice" name="authenticationExecution"><option>Code</option></select>'
            "<input type=submit></form>",
            "method-chooser",
            {"totp": None},
        ),
        (
            f'<a id="reset-login" href="/x">anders</a><form id="webauth" {FORM}><input type="hidden" name="signature"></form>',
            "security-key",
            {"other": None},
        ),
        (
            f'<form id="webauth" {FORM} hidden></form><div id="kc-form-webauthn"><button id="authenticateWebAuthnButton">ok'
            f'</button></div><form id="kc-select-try-another-way-form" {FORM}><a id="try-another-way" href="#">autrement</a></form>',
            "security-key",
            {"other": "#try-another-way"},
        ),
        (
            f'<form id="kc-passwd-update-form" {FORM}><input type="text" id="username" name="username" value="a" readonly '
            'style="display:none"><input type="password" id="password" name="password" style="display:none">'
            '<input type="password" id="password-new" name="password-new"><input type="password" id="password-confirm" '
            'name="password-confirm"><input type="submit"></form>',
            "password-expired",
            {},
        ),
        (
            f'<form id="kc-totp-settings-form" {FORM}><img id="kc-totp-secret-qr-code" src="x"><input id="totp" name="totp">'
            '<button id="cancelTOTPBtn" name="cancel-aia" value="true">Abbrechen</button></form>',
            "mfa-enrolment",
            {"skip": "#cancelTOTPBtn"},
        ),
        (
            f'<form id="register" {FORM}><input type="hidden" id="attestationObject" name="attestationObject"></form>'
            '<input type="submit" id="registerWebAuthn" value="ok">',
            "passkey-enrolment",
            {"skip": None},
        ),
        (
            f'<form id="register" {FORM}><input type="hidden" id="attestationObject" name="attestationObject"></form>'
            '<input type="submit" id="authenticateWebAuthnButton" value="ok"><form><button id="cancelWebAuthnAIA" '
            'name="cancel-aia">x</button></form>',
            "passkey-enrolment",
            {"skip": "#cancelWebAuthnAIA"},
        ),
        (
            f'<div id="kc-terms-text">…</div><form {FORM}><input name="accept" id="kc-accept" type="submit">'
            '<input name="cancel" id="kc-decline" type="submit"></form>',
            "terms",
            {"accept": "#kc-accept", "decline": "#kc-decline"},
        ),
        (
            '<div id="kc-oauth"><ul><li>Adresse</li></ul><form><input type="hidden" name="code"><button name="accept" '
            'id="kc-login">Ja</button><button name="cancel" id="kc-cancel">Nein</button></form></div>',
            "consent",
            {"accept": "#kc-login", "decline": "#kc-cancel"},
        ),
        (
            '<div id="kc-logout-confirm"><form><input name="confirmLogout" id="kc-logout" type="submit" value="はい"></form>'
            '<div id="kc-info-message"><a href="/">戻る</a></div></div>',
            "sign-out-confirm",
            {"confirm": "#kc-logout"},
        ),
        (
            '<p><a id="loginRestartLink" href="/r">hier</a> <a id="loginContinueLink" href="/c">hier</a></p>',
            "session-expired",
            {},
        ),
        ('<div id="kc-error-message"><p>Die Anmeldung ist abgelaufen.</p></div>', "session-expired", {}),
        ('<div id="kc-error-message"><p>Kirjautuminen kesti liian kauan.</p></div>', "session-expired", {}),
        ('<div id="kc-error-message"><p>A munkamenet inaktív.</p></div>', "error", {}),
        ('<div id="kc-error-message"><p>Ungültiger Parameter: redirect_uri</p></div>', "error", {}),
        ('<h1 id="kc-page-title">x</h1><div id="kc-info-message"><p>Vous êtes déconnecté</p></div>', "signed-out", {}),
        (f"<form {FORM}></form>", "hop", {}),
        (
            '<form name="saml-post-binding" method="post" action="https://acme.example/acs"><input type="hidden" '
            'name="SAMLResponse" value="x"></form>',
            "hop",
            {},
        ),
    ],
)
async def test_a_page_is_told_by_its_structure(html: str, screen: str, fields: dict[str, str | None]) -> None:
    seen = await read(html, AT)
    assert (seen.site, seen.screen, seen.problem) == ("keycloak", screen, None)
    assert {role: seen.fields.get(role) for role in fields} == fields


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        (login(FIELD.format(text="Invalid username or password."), "anna"), "credentials-rejected"),
        (login(FIELD.format(text="無効なユーザー名またはパスワードです。"), "anna"), "credentials-rejected"),
        (
            login('<span class="kc-feedback-text">Falscher Name oder falsches Passwort</span>', "anna"),
            "credentials-rejected",
        ),
        (login(BANNER.format(kind="error", text="Неверное имя или пароль."), "anna"), "credentials-rejected"),
        (login(FIELD.format(text="アカウントが無効です。"), "anna"), "account-disabled"),
        (login(FIELD.format(text="Ihr Konto ist deaktiviert."), "anna"), "account-disabled"),
        (login(BANNER.format(kind="error", text="Account is temporarily disabled"), "anna"), "locked"),
        # Its own texts name both with the same word in most languages; only one of them is for a while.
        (login(FIELD.format(text="Ihr Benutzerkonto ist gesperrt, bitte"), "anna"), "account-disabled"),
        (login(FIELD.format(text="Ihr Benutzerkonto ist temporär gesperrt."), "anna"), "locked"),
        (
            login(BANNER.format(kind="error", text="Учетная запись заблокирована, свяжитесь"), "anna"),
            "account-disabled",
        ),
        (login(BANNER.format(kind="error", text="Учетная запись временно заблокирована"), "anna"), "locked"),
        (login(FIELD.format(text="アカウントが一時的に無効です。"), "anna"), "locked"),
        (login(FIELD.format(text="Compte temporairement désactivé"), "anna"), "locked"),
        (login(FIELD.format(text="الحساب معطل"), "anna"), "account-disabled"),
        (CODE.format(error='<span id="input-error-otp-code">Účet je dočasně deaktivován</span>'), "locked"),
        (login(FIELD.format(text="Demasiados intentos"), "anna"), "locked"),
        (CODE.format(error='<span id="input-error-otp-code">Ungültiger Code.</span>'), "code-rejected"),
        (CODE.format(error='<span id="input-error-otp">Неправильный код.</span>'), "code-rejected"),
        (BANNER.format(kind="error", text="Code non valide.") + CODE.format(error=""), "code-rejected"),
    ],
)
async def test_a_complaint_is_named_in_any_language(html: str, problem: str) -> None:
    seen = await read(html, AT)
    assert (seen.site, seen.problem) == ("keycloak", problem)
    assert seen.problem_text


@pytest.mark.parametrize(
    "html",
    [
        login(BANNER.format(kind="error", text="Your login attempt timed out.")),
        login(BANNER.format(kind="error", text="ログインがタイムアウトしました"), "anna"),
        login(BANNER.format(kind="error", text="Has tardado demasiado en identificarte."), "anna"),
        login(BANNER.format(kind="error", text="Stai impiegando troppo tempo."), "anna"),
        login(BANNER.format(kind="error", text="Zbyt dużo czasu zajęło logowanie."), "anna"),
        login(BANNER.format(kind="error", text="Unerwarteter Fehler beim anderen Anbieter")),
        login(BANNER.format(kind="info", text="You need to sign in again"), "anna"),
        login(BANNER.format(kind="warning", text="Bitte melden Sie sich an"), "anna"),
        login('<div id="input-error-container-username"></div>', "anna"),
    ],
)
async def test_a_notice_is_no_refused_password(html: str) -> None:
    seen = await read(html, AT)
    assert (seen.screen, seen.problem) == ("credentials", None)


@pytest.mark.parametrize(
    "html",
    [
        f'<form id="kc-register-form" {FORM}><input id="username" name="username"><input id="password" name="password" '
        'type="password"><input id="password-confirm" name="password-confirm" type="password"><input type="submit"></form>',
        f'<form id="kc-reset-password-form" {FORM}><input id="username" name="username"><input type="submit"></form>',
    ],
)
async def test_a_form_that_is_no_sign_in_is_not_taken_for_one(html: str) -> None:
    assert (await read(html, AT)).screen == "unknown"


@pytest.mark.parametrize(
    "html",
    [
        f'<div id="kc-delete-text">Delete my code?</div><form {FORM}><input name="accept" id="kc-accept" type="submit">'
        '<input name="cancel-aia" id="kc-decline" type="submit"></form>',
        f'<form id="kc-register-form" {FORM}><a id="loginRestartLink" href="/r">hier</a>'
        '<button name="submitAction" id="confirmOverride">ok</button></form>',
    ],
)
async def test_what_deletes_a_second_factor_or_links_an_account_is_never_agreed_to(html: str) -> None:
    seen = await read(html, AT)
    assert (seen.screen, seen.fields.get("accept")) == ("unknown", None)


async def test_the_mail_that_has_to_be_confirmed_needs_a_person() -> None:
    html = '<h1 id="kc-page-title">E-Mail</h1><p class="instruction">Wir haben Ihnen geschrieben.</p>'
    seen = await read(html, f"{REALM}/login-actions/required-action?execution=VERIFY_EMAIL&tab_id=1")
    assert seen.screen == "one-time-code"


async def test_a_login_form_of_nobody_known_is_not_keycloaks() -> None:
    html = (
        '<form action="/login"><input id="username" name="username"><input id="password" name="password" type="password">\
<button>ok</button></form>'
    )
    seen = await read(html, "https://www.acme.example/login")
    assert (seen.site, seen.screen) == ("generic", "credentials")


async def test_a_theme_without_keycloaks_ids_is_told_by_its_address() -> None:
    html = (
        '<form action="/x"><input id="username" name="username"><input id="password" name="password" type="password">\
<button type="submit" id="kc-login">ok</button></form>'
    )
    seen = await read(html, f"https://acme.example/auth{AT.removeprefix('https://sso.acme.example')}")
    assert (seen.site, seen.screen) == ("keycloak", "credentials")


@pytest.mark.parametrize(
    ("html", "screen", "problem"),
    [
        (
            login('<div class="own-summary-error" role="alert">Account is disabled, ask.</div>', "ada"),
            "credentials",
            "account-disabled",
        ),
        (login('<p class="own-error">Falsches Passwort.</p>', "ada"), "credentials", "credentials-rejected"),
        (CODE.format(error='<div class="error">Der Code ist nicht korrekt.</div>'), "totp", "code-rejected"),
        (login('<p class="own-alert">Wartung heute ab 20 Uhr.</p>'), "credentials", None),
        # Its own element says what is wrong, and that it is no refusal: nothing beside it is asked.
        (
            login(
                BANNER.format(kind="error", text="Zeit abgelaufen") + '<p class="error">Falsches Passwort.</p>', "ada"
            ),
            "credentials",
            None,
        ),
    ],
)
async def test_a_theme_that_complains_in_elements_of_its_own_is_understood(
    html: str, screen: str, problem: str | None
) -> None:
    seen = await read(html, AT)
    assert (seen.site, seen.screen, seen.problem) == ("keycloak", screen, problem)


@pytest.mark.parametrize(
    ("html", "url", "screen"),
    [
        ("<p>Etwas ging schief.</p><a id=backToApplication href=/>zurück</a>", AT, "error"),
        ("<p>Sie sind abgemeldet.</p><a href=/>weiter</a>", f"{REALM}/protocol/openid-connect/logout", "signed-out"),
        (login() + "<a id=backToApplication href=/>zurück</a>", AT, "credentials"),
    ],
)
async def test_a_theme_that_keeps_little_of_the_pages_ids_is_understood(html: str, url: str, screen: str) -> None:
    seen = await read(html, url)
    assert (seen.site, seen.screen) == ("keycloak", screen)
