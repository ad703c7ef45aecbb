"""Google's pages, those of 2018 and those of today: each state from what is known of its path, form and names."""

from __future__ import annotations

import pytest
from screen_pages import read

V3 = "https://accounts.google.com/v3/signin/"
ELSEWHERE = "https://accounts.google.com/v3/signin/identifier"
# The block is on every page; without an address the picture is none.
BLOCK = (
    '<div jsname="Si5T8b" class="eLNT1d"><img id="captchaimg" width="200" height="70"><input type="text" name="ca" id="ca"'
    ' aria-label="x"><input type="hidden" name="ct" id="ct"></div>'
)
SHIELD = '<input type="password" name="hiddenPassword" tabindex="-1" aria-hidden="true">'
EMAIL = '<input type="email" name="identifier" id="identifierId" autocomplete="username" aria-label="E-Mail">'
IDENTIFIER_NEXT = (
    '<div id="identifierNext"><button type="button" jsname="LgbsSe"><span jsname="V67aGc">Weiter</span></button></div>'
)
TOTP = '<input type="tel" name="totpPin" id="totpPin" aria-label="Code">'
# The section about too many attempts stands in every page, hidden from everybody.
BARRIER = '<section aria-hidden="true" aria-live="assertive" jsname="INM6z"><h2><span>Too many failed attempts</span></h2></section>'


def page(body: str, lang: str = "en") -> str:
    """A page of today."""
    return (
        f'<html lang="{lang}"><body><div jsname="bN97Pc"><h1 id="headingText"><span>Titel</span></h1>{BARRIER}'
        f'<form method="post" novalidate>{body}{BLOCK}</form></div></body></html>'
    )


def buttons(ident: str, first: str, second: str = "") -> str:
    """The bar below: one button to go on, often one for another way."""
    other = f'<div jsname="QkNstf"><button type="button" jsname="LgbsSe">{second}</button></div>' if second else ""
    return (
        f'<div jsname="DH6Rkf" data-primary-action-label="{first}" data-secondary-action-label="{second}"><div jsname="k77Iif">'
        f'<div id="{ident}"><button type="button">{first}</button></div></div>{other}</div>'
    )


def legacy(path: str, kind: int, body: str, lang: str = "en") -> str:
    """A page of 2018: one form that posts to the challenge's own path, one for another way."""
    return (
        f'<html lang="{lang}"><body id="yDmH0d"><h1>x</h1><form method="POST" id="challenge" action="/signin/challenge/{path}">'
        f'<input name="challengeId" type="hidden" id="challengeId" value="2">'
        f'<input name="challengeType" type="hidden" id="challengeType"'
        f' value="{kind}">{body}<input type="checkbox" name="TrustDevice" checked></form>'
        '<form method="POST" action="/signin/challenge/skip">'
        '<input id="skipChallenge" type="submit" value="Autre"></form></body></html>'
    )


def method(kind: int, text: str, more: str = "") -> str:
    """One line of the list of methods."""
    return (
        f'<li><div data-challengeid="{kind}" data-challengetype="{kind}" data-action="selectchallenge" {more}>'
        f'<button name="challenge" value="{kind},undefined">{text}</button></div></li>'
    )


OLD_PASSWORD = (
    '<input id="Email" name="Email" type="email" value="a@example.com" readonly><label for="password">x</label>'
    '<input id="password" name="Passwd" type="password"><input type="submit" value="x" id="submit">'
)
CONSENT = (
    '<h1 id="headingText">Jira</h1><input type="checkbox" jsname="YPqjbf" data-scope="https://mail.google.com/">'
    '<div id="submit_deny_access"><button type="button">Ablehnen</button></div>'
    '<div id="submit_approve_access"><button type="button">OK</button></div>'
)

# name: page, address, screen, roles that must be found.
PAGES = {
    "identifier": (page(EMAIL + SHIELD + IDENTIFIER_NEXT), V3 + "identifier?hl=de", "username", ("username", "submit")),
    "identifier of long ago": (
        '<form><input id="Email" name="Email" type="email"><input type="submit" id="next" value="x"></form>',
        "https://accounts.google.com/ServiceLogin",
        "username",
        ("username", "submit"),
    ),
    "both of long ago": (
        '<form><input id="Email" name="Email" type="email">'
        '<input id="Passwd" name="Passwd" type="password"><input type="submit" id="signIn"></form>',
        "https://accounts.google.com/ServiceLogin",
        "credentials",
        ("username", "password", "submit"),
    ),
    "password": (
        page(
            '<input type="text" name="identifier" id="hiddenEmail" tabindex="-1" aria-hidden="true" value="a@example.com">'
            '<input type="hidden" id="identifierId" value="a@example.com"><div id="password"><input type="password" name="Passwd"'
            ' autocomplete="current-password"></div>' + buttons("passwordNext", "次へ", "別の方法を試す")
        ),
        V3 + "challenge/pwd?TL=x",
        "password",
        ("password", "submit"),
    ),
    "password of the light page": (
        page(
            '<input type="password" name="Passwd" id="password"><button name="action" value="1" id="passwordNext">Next</button>'
        ),
        V3 + "challenge/pwd",
        "password",
        ("password", "submit"),
    ),
    "password of 2018": (
        legacy("pwd/1", 1, OLD_PASSWORD),
        "https://accounts.google.com/signin/challenge/pwd/1",
        "password",
        ("password", "submit"),
    ),
    "accounts": (
        page(
            '<ul><li><div hidden data-identifier="a@example.com"></div><div role="link" tabindex="0" '
            'data-identifier="a@example.com">Ada</div></li><li><div role="link" tabindex="0">Usar otra cuenta</div></li></ul>',
            "es",
        ),
        V3 + "accountchooser?x=1",
        "account-chooser",
        ("other",),
    ),
    "accounts, all signed out": (
        page(
            '<ul><li><div role="link" tabindex="0" data-identifier="a@example.com">Ada <span>Abgemeldet</span></div></li></ul>'
        ),
        V3 + "accountchooser",
        "account-chooser",
        (),
    ),
    "accounts for an application": (
        page(
            '<div role="link" tabindex="0" data-identifier="a@example.com">Ada</div>'
            '<div role="link" tabindex="0" jsname="rwl3qc">x</div>'
        ),
        "https://accounts.google.com/o/oauth2/auth/oauthchooseaccount?client_id=x",
        "account-chooser",
        ("other",),
    ),
    "methods": (
        page(
            "<ul>"
            + method(2, "Schlüssel", 'data-challengeunavailable="true"')
            + method(39, "Tippen")
            + method(6, "App")
            + "</ul>"
        ),
        V3 + "challenge/selection",
        "method-chooser",
        ("totp",),
    ),
    "methods before the password": (
        page(method(53, "Passkey") + method(1, "Passwort")),
        V3 + "challenge/selection",
        "method-chooser",
        ("password",),
    ),
    "methods, none of them a code": (
        page(
            method(39, "Tippen")
            + method(6, "App", 'data-challengeunavailable="true"')
            + buttons("x", "Weiter", "Andere Option wählen")
        ),
        V3 + "challenge/selection",
        "method-chooser",
        ("other",),
    ),
    "code of the app": (
        page(TOTP + buttons("totpNext", "Suivant", "Essayer une autre méthode"), "fr"),
        V3 + "challenge/totp",
        "totp",
        ("code", "submit", "other"),
    ),
    "code of the app in 2018": (
        legacy("totp/2", 6, '<input type="tel" id="totpPin" name="Pin"><input type="submit" id="submit" value="OK">'),
        "https://accounts.google.com/signin/challenge/totp/2",
        "totp",
        ("code", "submit", "other"),
    ),
    "push": (
        page("<p>Smartphone</p>" + buttons("x", "Erneut senden", "Andere Option wählen")),
        V3 + "challenge/dp?x",
        "push",
        ("other",),
    ),
    "push with a number": (page('<samp jsname="feLNVc">89</samp>'), V3 + "challenge/az", "push", ("number",)),
    "push of 2018, at another address": (
        legacy("az/5", 4, "<div id=azApprovalMsg>x</div>"),
        ELSEWHERE,
        "push",
        ("other",),
    ),
    "push of 2018 with a number": (
        legacy("dp/6", 39, '<div>x</div><samp jsname="feLNVc">12</samp><button type="submit" id="submit">OK</button>'),
        ELSEWHERE,
        "push",
        ("number", "other"),
    ),
    "text message to be sent": (
        legacy(
            "ipp/2",
            9,
            '<b dir="ltr">(•••) •••-••00</b><button type="submit" name="SendMethod" value="SMS" id="idvPreresteredPhoneSms">x</button>',
        ),
        ELSEWHERE,
        "one-time-code",
        ("submit", "other"),
    ),
    "text message that was sent": (
        legacy(
            "ipp/2",
            9,
            '<input type="tel" id="idvPreregisteredPhonePin" name="Pin">'
            '<span id="errorMsg">Saisissez un code</span><input type="submit" id="submit" value="OK">',
        ),
        "https://accounts.google.com/signin/challenge/ipp/2",
        "one-time-code",
        ("code", "submit", "other"),
    ),
    "text message of today": (
        page('<input type="tel" id="idvPin" name="idvPin">' + buttons("idvpreregisteredphoneNext", "Weiter")),
        V3 + "challenge/ipp",
        "one-time-code",
        ("code", "submit"),
    ),
    "text message to be agreed to": (
        page(buttons("x", "Enviar", "Probar otra manera")),
        V3 + "challenge/ipp/consent",
        "one-time-code",
        ("other",),
    ),
    "backup code": (page('<input id="backupCodePin" name="Pin">'), V3 + "challenge/bc", "one-time-code", ("code",)),
    "recovery phone asked for": (
        page('<input type="tel" id="phoneNumberId">'),
        V3 + "challenge/kpp",
        "one-time-code",
        ("code",),
    ),
    "security key": (
        page(buttons("x", "Weiter", "Andere Option wählen")),
        V3 + "challenge/sk/webauthn",
        "security-key",
        ("other",),
    ),
    "passkey": (
        page(buttons("x", "Continuar", "Tentar de outra forma")),
        V3 + "challenge/pk/presend",
        "security-key",
        ("other",),
    ),
    "captcha": (
        page(EMAIL + SHIELD).replace('<img id="captchaimg"', '<img src="/Captcha?v=2&ctoken=x" id="captchaimg"'),
        V3 + "identifier",
        "captcha",
        (),
    ),
    "captcha by its path": (page("<p>x</p>"), V3 + "challenge/recaptcha", "captcha", ()),
    "browser refused": (page("<p>x</p>"), V3 + "rejected?rrk=46", "browser-rejected", ()),
    "browser refused, older": ("<p>x</p>", "https://accounts.google.com/signin/rejected", "browser-rejected", ()),
    "passkey offered": (
        page(buttons("x", "Continuer", "Pas maintenant"), "fr"),
        V3 + "speedbump/passkeyenrollment",
        "passkey-enrolment",
        ("skip",),
    ),
    "passkey offered in Japanese": (
        page(buttons("x", "続行", "後で行う"), "ja"),
        V3 + "speedbump/passkeyenrollment",
        "passkey-enrolment",
        ("skip",),
    ),
    "account of a company": (
        page('<button type="button">x</button><div id="confirm"><button type="button">Weiter</button></div>'),
        "https://accounts.google.com/speedbump/samlconfirmaccount?x",
        "device-check",
        ("confirm",),
    ),
    "account of a company, by words": (
        page('<button type="button">No reconozco esta cuenta</button><button type="button">Continuar</button>'),
        "https://accounts.google.com/v3/signin/speedbump/samlconfirmaccount",
        "device-check",
        ("confirm",),
    ),
    "terms": (
        '<form id="tos_form"><input type="submit" id="accept"></form>',
        "https://accounts.google.com/speedbump/gaplustos",
        "terms",
        (),
    ),
    "terms of a workspace": (
        page("<p>x</p>"),
        "https://accounts.google.com/speedbump/workspacetermsofservice",
        "terms",
        (),
    ),
    "second factor insisted on": (page("<p>x</p>"), V3 + "speedbump/twostepverificationrequired", "mfa-enrolment", ()),
    "recovery asked about": (
        "<div><button>Update</button><button>Nicht jetzt</button></div>",
        "https://gds.google.com/web/chip?x",
        "mfa-enrolment",
        ("skip",),
    ),
    "password to be changed": (
        page('<input type="password" name="newpasswd" autocomplete="new-password">'),
        V3 + "speedbump/changepassword",
        "password-expired",
        (),
    ),
    "consent": (
        page(CONSENT),
        "https://accounts.google.com/signin/oauth/consent?authuser=0",
        "consent",
        ("accept", "decline"),
    ),
    "consent of before": (
        page(CONSENT),
        "https://accounts.google.com/signin/oauth/legacy/consent",
        "consent",
        ("accept", "decline"),
    ),
    "consent summary": (
        page(CONSENT),
        "https://accounts.google.com/signin/oauth/consentsummary",
        "consent",
        ("accept",),
    ),
    "consent, by words": (
        page('<button type="button">Annuler</button><button type="button">Continuer</button>'),
        "https://accounts.google.com/signin/oauth/consent",
        "consent",
        ("accept", "decline"),
    ),
    "consent with nothing ticked": (
        page(CONSENT) + '<div role="dialog" aria-modal="true"><h2>x</h2><button jsname="K4efff">Zurück</button></div>',
        "https://accounts.google.com/signin/oauth/consent",
        "consent",
        ("back",),
    ),
    "application confirmed": (
        page('<button type="button">Cancelar</button><button type="button">Continuar</button>'),
        "https://accounts.google.com/signin/oauth/id?x",
        "consent",
        ("accept",),
    ),
    "application not verified": (page("<p>x</p>"), "https://accounts.google.com/signin/oauth/warning?x", "error", ()),
    "address wrong": (
        "<h1>Zugriff blockiert</h1><p>Fehler 400: redirect_uri_mismatch</p>",
        "https://accounts.google.com/signin/oauth/error?authError=x",
        "error",
        (),
    ),
    "organisation only": (
        "<h1>Accès bloqué</h1><p>Erreur 403 : org_internal</p>",
        "https://accounts.google.com/o/oauth2/v2/auth",
        "error",
        (),
    ),
    "on to the company": ("<p>x</p>", "https://accounts.google.com/samlrp/01/acs", "hop", ()),
    "cookies of a country": ("<p>x</p>", "https://accounts.google.de/accounts/SetSID?x", "hop", ()),
    "answer to an application": (
        '<form method="POST" action="https://x.example/"><input type="hidden" name="SAMLResponse" value="x"></form>',
        "https://accounts.google.com/o/saml2/initsso?x",
        "hop",
        (),
    ),
    "signing out": ("<p>x</p>", "https://accounts.google.com/Logout", "hop", ()),
}


@pytest.mark.parametrize("name", PAGES)
async def test_each_state_is_recognised_with_what_its_answer_needs(name: str) -> None:
    html, url, screen, roles = PAGES[name]
    seen = await read(html, url)
    assert (seen.site, seen.screen, seen.problem) == ("google", screen, None)
    assert not [role for role in roles if not seen.fields.get(role)]


def wrong(field: str, message: str, lang: str = "en") -> str:
    """A page of today with a complaint about its field."""
    return page(
        f'{field.replace("<input ", "<input aria-invalid=true ")}<div jsname="B34EJ" aria-live="assertive">{message}</div>',
        lang,
    )


SECRET = '<input type="password" name="Passwd">'
PROBLEMS = {
    "unknown user": (
        wrong(EMAIL, "Couldn’t find your Google Account"),
        V3 + "identifier",
        "username",
        "credentials-rejected",
    ),
    "wrong password": (
        wrong(SECRET, "Das Passwort ist falsch.", "de"),
        V3 + "challenge/pwd",
        "password",
        "credentials-rejected",
    ),
    "password of before": (
        wrong(SECRET, "パスワードは 3 日前に変更されました", "ja"),
        V3 + "challenge/pwd",
        "password",
        "credentials-rejected",
    ),
    "too many attempts": (wrong(SECRET, "Too many failed attempts"), V3 + "challenge/pwd", "password", "locked"),
    "too many attempts, told above": (
        page(SECRET).replace('<section aria-hidden="true"', "<section"),
        V3 + "challenge/pwd",
        "password",
        "locked",
    ),
    "wrong code": (wrong(TOTP, "Code incorrect. Réessayez.", "fr"), V3 + "challenge/totp", "totp", "code-rejected"),
    "code used before": (wrong(TOTP, "This code was already used"), V3 + "challenge/totp", "totp", "code-reused"),
    "account not in the application": (
        "<h1>Error</h1><p>Error 403: app_not_configured_for_user</p>",
        "https://accounts.google.com/o/saml2/initsso",
        "error",
        "not-assigned",
    ),
    "account disabled": (
        '<h1 id="headingText">Votre compte a été désactivé</h1>',
        "https://accounts.google.com/v3/signin/disabled/explanation",
        "error",
        "account-disabled",
    ),
}


@pytest.mark.parametrize("name", PROBLEMS)
async def test_a_complaint_is_told_from_the_page(name: str) -> None:
    html, url, screen, problem = PROBLEMS[name]
    seen = await read(html, url)
    assert (seen.site, seen.screen, seen.problem) == ("google", screen, problem)
    assert seen.problem_text


async def test_an_error_page_tells_its_code() -> None:
    seen = await read(*PAGES["organisation only"][:2])
    assert "org_internal" in (seen.problem_text or "")


@pytest.mark.parametrize("message", ["Enter a password", "Geben Sie ein Passwort ein", "请输入密码"])
async def test_a_password_that_did_not_arrive_is_no_rejected_one(message: str) -> None:
    assert (await read(wrong(SECRET, message), V3 + "challenge/pwd")).problem is None


async def test_the_shield_and_the_captcha_s_block_on_every_page_mean_nothing() -> None:
    for name in ("identifier", "password", "code of the app", "methods"):
        seen = await read(*PAGES[name][:2])
        assert seen.screen not in ("captcha", "credentials")
        assert seen.fields.get("password") != "#ca"


async def test_a_hint_under_a_field_is_no_complaint() -> None:
    hint = '<div class="LXRPh"><div jsname="ty6ygf">You can use letters</div><div jsname="B34EJ" aria-live="assertive"></div></div>'
    assert (await read(page(EMAIL + hint), V3 + "identifier")).problem is None


@pytest.mark.parametrize(
    ("form", "url"),
    [
        (
            '<input name="firstName"><input type="email" name="Username" autocomplete="username">'
            '<input type="password" name="Passwd" autocomplete="new-password"><input type="password" name="ConfirmPasswd">',
            ELSEWHERE,
        ),
        ('<input name="firstName" id="firstName">', "https://accounts.google.com/lifecycle/flows/signup"),
        (
            '<input type="email" name="username" aria-hidden="true"><input type="password" name="password" autocomplete="new-password">'
            '<input type="password" name="confirmation_password" autocomplete="new-password">',
            ELSEWHERE,
        ),
        (
            '<input type="email" id="identifierId" name="identifier">',
            "https://accounts.google.com/signin/v2/usernamerecovery",
        ),
    ],
)
async def test_signing_up_recovering_and_choosing_a_new_password_are_no_sign_in(form: str, url: str) -> None:
    seen = await read(page(form), url)
    assert (seen.screen, seen.fields) == ("unknown", {})


async def test_the_page_that_was_just_answered_is_not_asked_again() -> None:
    # For a moment the address is still the challenge's, and the field is gone.
    assert (await read(page(""), V3 + "challenge/totp")).screen == "unknown"


async def test_a_code_is_never_typed_into_the_field_for_a_text_message() -> None:
    seen = await read(*PAGES["text message that was sent"][:2])
    assert seen.fields["code"] == "#idvPreregisteredPhonePin"


async def test_the_method_is_clicked_where_it_can_be() -> None:
    seen = await read(*PAGES["methods"][:2])
    assert "button" in (seen.fields["totp"] or "")
