"""Okta's pages, built from the class names, names and `data-se` that the vendor's widget gives them, in several languages.

`test_okta_widget` shows the same states on the widget itself, where it is installed."""

from __future__ import annotations

import pytest
from screen_pages import read

URL = "https://acme.okta.com/oauth2/v1/authorize"
NAME = '<input type="text" name="identifier" autocomplete="username">'
CANCEL = '<a data-se="cancel" href="#">x</a>'
SWITCH = '<a data-se="switchAuthenticator" href="#">x</a>'
SKIP = '<a data-se="skip" href="#">x</a>'
SAVE = '<input type="submit" value="x" data-type="save">'
# A reminder that the style sheet hides until it is due, and that no saved page hides.
REMINDER = '<div class="hide resend-email-view"><div class="infobox infobox-warning" data-se="callout"><p>Nichts da?</p></div></div>'


def passcode(kind: str = "text", **attributes: str) -> str:
    """The one field of every authenticator."""
    more = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<input type="{kind}" name="credentials.passcode" aria-label=""{more}>'


def gen2(
    view: str, body: str, *, error: str = "", picture: str = "", under: str = "", footer: str = SWITCH + CANCEL
) -> str:
    """A page of generation 2: the view's class says which remediation it is."""
    told = f'<div data-se="callout" class="infobox infobox-error"><p>{error}</p></div>' if error else ""
    drawn = f'<div data-se="factor-beacon" class="bg-helper auth-beacon {picture}"></div>' if picture else ""
    field = f'<p class="okta-form-input-error o-form-input-error" role="alert">{under}</p>' if under else ""
    return (
        '<main id="okta-sign-in" data-se="auth-container" class="auth-container main-container">'
        f'<div class="siw-main-view {view}"><div class="siw-main-header"><div class="beacon-container">{drawn}</div></div>'
        f'<form data-se="o-form" class="o-form"><h2 data-se="o-form-head">Titel</h2>{REMINDER}'
        f'<div class="o-form-error-container" data-se="o-form-error-container" role="alert">{told}</div>{body}{field}</form>'
        f'<div class="siw-main-footer">{footer}</div></div></main>'
    )


def gen3(
    body: str, *, head: str = "Titel", picture: str = "", error: str = "", under: str = "", links: str = "switch cancel"
) -> str:
    """A page of generation 3: the picture's `data-se` says which authenticator asks."""
    told = (
        f'<div data-se="infobox-error"><div role="alert" data-se="callout"><div>{error}</div></div></div>'
        if error
        else ""
    )
    drawn = f'<div data-se="factor-beacon {picture} " aria-hidden="true"><svg></svg></div>' if picture else ""
    field = f'<div id="credentials.passcode-error" class="Mui-error"><span>Error:</span>{under}</div>' if under else ""
    names = {"switch": "switchAuthenticator", "cancel": "cancel", "skip": "skip"}
    foot = "".join(f'<button type="button" role="link" data-se="{names[name]}">x</button>' for name in links.split())
    return (
        '<main id="okta-sign-in" data-se="auth-container main-container" data-version="7">'
        f'<div data-se="okta-sign-in-header auth-header">{drawn}</div>'
        f'<form data-se="o-form">{told}<h1 data-se="o-form-head">{head}</h1>{body}{field}{foot}</form></main>'
    )


def classic(name: str, body: str, *, error: str = "", picture: str = "") -> str:
    """A page of the Classic engine."""
    told = (
        f'<div class="okta-form-infobox-error infobox infobox-error" role="alert"><p>{error}</p></div>' if error else ""
    )
    drawn = f'<div data-se="factor-beacon" class="auth-beacon {picture}"></div>' if picture else ""
    return (
        f'<main id="okta-sign-in" class="auth-container main-container"><div class="beacon-container">{drawn}</div>'
        f'<div class="auth-content"><div class="auth-content-inner"><div class="{name}"><form class="{name}-form o-form">'
        f'<div class="o-form-error-container" data-se="o-form-error-container">{told}</div>{body}</form></div></div></div></main>'
    )


def listed(*keys: str, kind: str = "verify") -> str:
    """A list of authenticators as generation 3 draws it."""
    rows = "".join(
        f'<button type="button" data-se="authenticator-button"><div data-se="authenticator-button-content">'
        f'<p>x</p><div data-se="{key}">y</div></div></button>'
        for key in keys
    )
    return f'<ul data-se="authenticator-{kind}-list">{rows}</ul>'


def rows(*keys: str, kind: str = "verify") -> str:
    """The same of generation 2."""
    each = "".join(
        f'<div class="authenticator-row"><h3>x</h3><div data-se="{key}"><a class="button select-factor" href="#">y</a></div></div>'
        for key in keys
    )
    return f'<div class="authenticator-{kind}-list authenticator-list">{each}</div>'


CLASSIC = '<input id="okta-signin-username"><input type="password" id="okta-signin-password">'
SAVE3 = '<button type="submit" data-se="save">x</button>'
SETUP3 = '<button type="button" data-se="button">x</button>'
PLAIN3 = '<button type="button">x</button>'
NEW = passcode("password") + '<input type="password" name="confirmPassword">'
SCOPES = '<div class="consent-description">x</div>' + SAVE + '<input type="button" data-type="cancel" value="x">'
ANSWER = '<input type="password" name="credentials.answer">'
SPINNER = '<div role="status"><span role="progressbar" style="display:block;width:20px;height:20px"></span></div>'
FASTPASS = '<iframe id="custom-uri-container"></iframe>'

# name: page, screen, roles that must be found.
STATES = {
    "gen2 name": (gen2("identify primary-auth", NAME + SAVE, footer=""), "username", "username submit"),
    "gen3 name": (gen3(NAME + SAVE3, links=""), "username", "username submit"),
    "gen2 both": (gen2("identify", NAME + passcode("password") + SAVE, footer=""), "credentials", "username password submit"),
    "gen3 both": (gen3(NAME + passcode("password") + SAVE3, links=""), "credentials", "username password submit"),
    "classic both": (
        classic("primary-auth", CLASSIC + '<input type="submit" id="okta-signin-submit" value="x">'),
        "credentials",
        "username password submit",
    ),
    "gen2 password": (gen2("challenge-authenticator--okta_password", passcode("password") + SAVE), "password", "password submit"),
    "gen3 password": (gen3(passcode("password") + SAVE3, picture="mfa-okta-password"), "password", "password submit"),
    "gen3 password shown by its eye": (
        gen3(passcode("text", autocomplete="current-password") + SAVE3, picture="mfa-okta-password"),
        "password",
        "password submit",
    ),
    "gen2 code of an app": (
        gen2("challenge-authenticator--google_otp mfa-verify", passcode() + SAVE), "totp", "code submit other"),
    "gen3 code of an app": (gen3(passcode() + SAVE3, picture="mfa-google-auth"), "totp", "code submit other"),
    "gen2 code of Okta Verify": (gen2("challenge-authenticator--okta_verify", passcode() + SAVE), "totp", "code submit"),
    "gen3 code of Okta Verify": (gen3(passcode() + SAVE3, picture="mfa-okta-verify"), "totp", "code submit"),
    "classic code of an app": (
        classic("mfa-verify", '<input type="tel" name="answer">' + SAVE, picture="mfa-google-auth"), "totp", "code submit"),
    "gen2 mailed code": (
        gen2("challenge-authenticator--okta_email mfa-verify-passcode", passcode() + SAVE), "one-time-code", "code submit other"),
    "gen3 mailed code": (gen3(passcode() + SAVE3, picture="mfa-okta-email"), "one-time-code", "code submit other"),
    "gen3 mailed code, its field not yet opened": (gen3(PLAIN3, picture="mfa-okta-email"), "one-time-code", "other"),
    "gen2 texted code, not sent yet": (
        gen2("authenticator-verification-data--phone_number", SAVE, picture="mfa-okta-phone"), "one-time-code", "other"),
    "gen2 code of a token, typed as a secret": (
        gen2("challenge-authenticator--rsa_token mfa-verify-totp", passcode("password") + SAVE), "one-time-code", "code submit other"),
    "gen3 code of a token, typed as a secret": (gen3(passcode("password") + SAVE3, picture="mfa-rsa"), "one-time-code", "code other"),
    "classic code before its picture is drawn": (
        classic("mfa-verify", '<input type="tel" name="answer">' + SAVE).replace("<form ", '<form data-se="factor-totp" '), "unknown", ""),
    "classic code of a token, typed as a secret": (
        classic("mfa-verify", '<input type="password" name="answer">' + SAVE, picture="mfa-rsa"), "one-time-code", "code submit"),
    "gen2 question": (gen2("challenge-authenticator--security_question", ANSWER + SAVE), "one-time-code", "other"),
    "gen3 question": (gen3(ANSWER + SAVE3, picture="mfa-okta-security-question"), "one-time-code", "other"),
    "gen2 list": (
        gen2("select-authenticator-authenticate", rows("okta_password", "okta_verify-push", "google_otp")),
        "method-chooser",
        "totp password",
    ),
    "gen3 list": (gen3(listed("okta_password", "okta_verify-push", "google_otp")), "method-chooser", "totp password"),
    "gen3 list with the code of Okta Verify": (gen3(listed("okta_verify-push", "okta_verify-totp")), "method-chooser", "totp"),
    "gen2 push": (gen2("challenge-poll--okta_verify", '<a class="button send-push" href="#">x</a>'), "push", "other"),
    "gen3 push": (gen3("<p>x</p>", picture="mfa-okta-verify"), "push", "other"),
    "gen2 push to send again": (gen2("resend--okta_verify", SAVE, error="Sie haben abgelehnt."), "push", "other"),
    "gen2 number": (
        gen2("challenge-poll--okta_verify", '<span class="phone--number" data-se="challenge-number">42</span>'), "push", "number other"),
    "gen3 number": (gen3('<div id="code"><span data-se="text-code">42</span></div>', picture="mfa-okta-verify"), "push", "number other"),
    "gen2 key": (gen2("challenge-authenticator--webauthn mfa-verify-webauthn", "<p>x</p>"), "security-key", "other"),
    "gen3 key": (gen3(SETUP3, picture="mfa-webauthn"), "security-key", "other"),
    "gen2 FastPass": (gen2("challenge-poll--okta_verify", FASTPASS + '<a id="launch-ov" href="#">x</a>'), "device-check", "other"),
    "gen3 FastPass": (gen3(FASTPASS, picture="mfa-okta-verify"), "device-check", "other"),
    "gen2 probing": (gen2("device-challenge-poll", '<div class="spinner"></div>', footer=""), "hop", ""),
    "gen3 probing": (gen3(SPINNER, picture="mfa-okta-verify", links=""), "hop", ""),
    "gen2 enrolment list": (
        gen2("select-authenticator-enroll", rows("google_otp", kind="enroll") + '<a class="button skip-all" href="#">x</a>'),
        "mfa-enrolment",
        "skip",
    ),
    "gen3 enrolment list": (gen3(listed("google_otp", kind="enroll") + f"<div>{SAVE3}</div>", links="cancel"), "mfa-enrolment", "skip"),
    "gen2 enrolment of an app": (gen2("enroll-authenticator--google_otp", passcode()), "mfa-enrolment", ""),
    "gen3 enrolment of an app": (
        gen3('<p data-se="enter-code-title">x</p>' + passcode(), picture="mfa-google-auth"), "mfa-enrolment", ""),
    "gen3 enrolment of a phone, in Japanese": (
        gen3(passcode() + SAVE3, head="電話認証をセットアップする", picture="mfa-okta-phone"), "mfa-enrolment", ""),
    "gen3 enrolment of Okta Verify by a message": (
        gen3('<p>x <a class="switch-channel-link" href="#">x</a></p>', picture="mfa-okta-verify"), "mfa-enrolment", ""),
    "classic enrolment": (classic("enroll-choices", "<ul><li>x</li></ul>"), "mfa-enrolment", ""),
    "gen2 passkey offer": (gen2("enroll-authenticator-promotion--webauthn", "<p>x</p>", footer=SKIP), "passkey-enrolment", "skip"),
    "gen3 passkey offer": (gen3(SETUP3, picture="mfa-webauthn", links="skip cancel"), "passkey-enrolment", "skip"),
    "gen2 expired": (gen2("reenroll-authenticator--okta_password", NEW + SAVE), "password-expired", ""),
    "gen3 expired": (gen3(NEW + SAVE3, picture="mfa-okta-password", links="cancel"), "password-expired", ""),
    "gen3 expired, changed elsewhere": (gen3(PLAIN3, picture="mfa-okta-password", links="cancel"), "password-expired", ""),
    "gen2 expiring": (gen2("reenroll-authenticator-warning--okta_password", NEW + SAVE, footer=SKIP), "password-expiring", "skip"),
    "gen3 expiring": (gen3(NEW + SAVE3, picture="mfa-okta-password", links="skip cancel"), "password-expiring", "skip"),
    "classic expiring": (
        classic("password-expired", '<input type="password" name="oldPassword"><input type="password" name="newPassword">'
                '<a data-se="skip-link" href="#">x</a>'),
        "password-expiring",
        "skip",
    ),
    "gen2 stay": (
        gen2("keep-me-signed-in", '<a data-se="do-not-stay-signed-in-btn" href="#">Nicht</a>', footer=""), "stay-signed-in", "no"),
    "gen3 stay": (gen3('<button data-se="do-not-stay-signed-in-btn">いいえ</button>', links=""), "stay-signed-in", "no"),
    "gen2 consent": (gen2("consent consent-required", SCOPES, footer=""), "consent", "accept decline"),
    "gen3 consent": (
        gen3('<p data-se="consent-description">x</p><button data-se="save">x</button>', links="cancel"), "consent", "accept decline"),
    "gen2 device reminder": (gen2("device-assurance-grace-period", SAVE, footer=CANCEL), "device-check", "confirm"),
    "gen3 other providers only": (
        gen3('<button type="button" data-se="piv-card-button social-auth-google-button">x</button>', links=""), "method-chooser", ""),
    "gen3 retry by itself": (gen3("<p data-se='o-form-explain'>60</p>", links="cancel"), "hop", ""),
    "gen2 logged out for inactivity": (
        gen2("terminal", "", error="Sie wurden aufgrund von Inaktivität abgemeldet."), "session-expired", ""),
    "gen3 logged out for inactivity": (
        gen3("", error="一定時間操作がなかったため、ログアウトされました。", links=""), "session-expired", ""),
    "gen2 dead end": (gen2("terminal", "", error="Interner Serverfehler"), "error", ""),
    "gen3 dead end": (gen3("", error="Erreur interne au serveur", links=""), "error", ""),
    "auto-post to the application": ('<form method="post"><input type="hidden" name="SAMLResponse" value="x"></form>', "hop", ""),
    # Pages that ask for a name or a password and are no sign-in.
    "gen2 recovery of a password": (gen2("identify-recovery", NAME + SAVE, footer=CANCEL), "unknown", ""),
    "gen3 recovery of a password": (gen3(NAME + SAVE3, links="cancel"), "unknown", ""),
    "gen3 sign-up": (gen3('<input name="userProfile.email">' + passcode("password") + SAVE3, links=""), "unknown", ""),
    "gen2 unlock": (gen2("select-authenticator-unlock-account", NAME + rows("okta_email")), "unknown", ""),
    "classic recovery question": (classic("recovery-question", '<input type="password" name="answer">' + SAVE), "unknown", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", STATES)
async def test_a_state_is_told_by_its_names_and_classes(name: str) -> None:
    html, screen, roles = STATES[name]
    seen = await read(html, URL)
    assert (seen.site, seen.screen, seen.problem) == ("okta", screen, None)
    assert {role for role in roles.split() if not seen.fields.get(role)} == set()


GEN2_CODE = "challenge-authenticator--google_otp"
GEN2_SECRET = "challenge-authenticator--okta_password"
CODE, SECRET = passcode(), passcode("password")
PROBLEMS = {
    "gen2 wrong password, German": (
        gen2(GEN2_SECRET, SECRET, error="Das Kennwort ist falsch"), "credentials-rejected"),
    "gen2 wrong password under its field, Turkish": (
        gen2(GEN2_SECRET, SECRET, under="Parola yanlış"), "credentials-rejected"),
    "gen3 wrong name and password, Japanese": (
        gen3(NAME + SECRET, error="サインインできません", links=""), "credentials-rejected"),
    "gen2 unknown name, French": (gen2("identify", NAME, error="Connexion impossible", footer=""), "credentials-rejected"),
    "classic wrong password": (
        classic("primary-auth", CLASSIC, error="Unable to sign in"), "credentials-rejected"),
    "gen2 locked, Korean": (
        gen2(GEN2_SECRET, SECRET, error="계정이 잠겨 있습니다. 관리자에게 문의하십시오."), "locked"),
    "gen3 locked, Ukrainian": (gen3(SECRET, picture="mfa-okta-password", error="Ваш обліковий запис заблоковано."), "locked"),
    "gen3 too many requests, Spanish": (
        gen3(SECRET, picture="mfa-okta-password", error="Ha superado el número máximo de solicitudes."), "locked"),
    "gen2 wrong code under its field, Japanese": (
        gen2(GEN2_CODE, CODE, error="エラーが見つかりました。", under="無効なコードです。再度試してください。"), "code-rejected"),
    "gen3 wrong code, Portuguese": (gen3(CODE, picture="mfa-google-auth", under="Código inválido. Tente novamente."), "code-rejected"),
    "gen2 used code under its field, German": (
        gen2(GEN2_CODE, CODE, error="Wir haben Fehler gefunden.", under="Jeder Code kann nur einmal verwendet werden."), "code-reused"),
    "gen3 used code, Danish": (gen3(CODE, picture="mfa-google-auth", under="Hver kode kan kun anvendes én gang."), "code-reused"),
    "gen3 suspended factor, Czech": (
        gen3(CODE, picture="mfa-google-auth", error="Tento faktor je pro váš účet pozastaven z důvodu příliš mnoha neúspěšných pokusů"),
        "locked",
    ),
    "gen2 not assigned, Italian": (
        gen2("terminal", "", error="Non disponi dell'autorizzazione per accedere a questa app."), "not-assigned"),
    "gen3 not assigned, Thai": (gen3("", error="คุณไม่ได้รับอนุญาตให้เข้าถึงแอปนี้", links=""), "not-assigned"),
    "gen3 suspended account, French": (gen3("", error="Votre compte a été suspendu temporairement.", links=""), "account-disabled"),
}  # fmt: skip


@pytest.mark.parametrize("name", PROBLEMS)
async def test_a_complaint_has_its_name_in_any_language(name: str) -> None:
    html, problem = PROBLEMS[name]
    seen = await read(html, URL)
    assert (seen.site, seen.problem) == ("okta", problem)


NO_PROBLEMS = {
    "a field left empty, French": gen2(GEN2_SECRET, SECRET, under="Ce champ ne peut pas rester vide"),
    "the server failed, German": gen2(GEN2_SECRET, SECRET, error="Interner Serverfehler"),
    "the network policy": gen3(SECRET, picture="mfa-okta-password", error="Accesso bloccato: la tua VPN non è connessa"),
    "no connection, Japanese": gen3(NAME + SECRET, error="サーバーに接続できません。", links=""),
    "a note above the form": gen3(
        '<div data-se="infobox-info"><div role="alert" data-se="callout">Tunnus vaihdettiin, kirjaudu.</div></div>' + NAME, links=""
    ),
    "an empty container that says alert": gen2("identify", NAME, footer=""),
}  # fmt: skip


@pytest.mark.parametrize("name", NO_PROBLEMS)
async def test_what_refuses_nobody_is_no_problem(name: str) -> None:
    seen = await read(NO_PROBLEMS[name], URL)
    assert (seen.site, seen.problem) == ("okta", None)


async def test_the_widget_is_known_on_a_host_of_the_organisation() -> None:
    seen = await read(gen3(NAME + SAVE3, links=""), "https://sso.acme.example/")
    assert (seen.site, seen.screen) == ("okta", "username")
