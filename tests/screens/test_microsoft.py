"""Microsoft's pages, work and personal, old skin and new: each state from what is known of its ids, in several languages."""

from __future__ import annotations

import pytest
from screen_pages import read

WORK = "https://login.microsoftonline.com/common/oauth2/v2.0/authorize?client_id=x"
LOGIN = "https://login.microsoftonline.com/common/login"
LIVE = "https://login.live.com/oauth20_authorize.srf"
OFF = '<input name="passwd" type="password" id="i0118" class="moveOffScreen" tabindex="-1" aria-hidden="true">'
NEXT = '<input type="submit" id="idSIButton9" value="Weiter">'
USER = f'<input type="email" name="loginfmt" id="i0116" aria-label="E-Mail">{OFF}'
PASSWORD = (
    '<input name="loginfmt" id="i0116" class="moveOffScreen" tabindex="-1" aria-hidden="true" value="a@example.com">'
    '<input name="passwd" type="password" id="i0118" aria-label="Kennwort"><a href="#" id="idA_PWD_ForgotPassword">Vergessen?</a>'
)
BACK = '<button type="button" id="idBtn_Back">&larr;</button>'
PRIMARY = '<button type="submit" data-testid="primaryButton">OK</button>'
SECONDARY = '<button type="button" data-testid="secondaryButton">Nein</button>'


def old(body: str, page: str = "ConvergedSignIn", lang: str = "en") -> str:
    """A reply of the old skin."""
    return (
        f'<html lang="{lang}"><head><meta name="PageID" content="{page}"><title>Sign in</title></head>'
        f'<body><form name="f1" id="i0281" method="post">{body}</form></body></html>'
    )


def new(body: str) -> str:
    """A page of the new skin: React, test ids, classes that are hashes."""
    return f'<html><body><div id="root"><main><form class="___1a2b f3c">{body}</form></main></div></body></html>'


# name: page, address, screen, roles that must be found.
PAGES = {
    "username": (old(USER + NEXT), WORK, "username", ("username", "submit")),
    "username of a personal account": (
        new(f'<h1>Melden Sie sich an</h1><input id="usernameEntry" type="email">{PRIMARY}'),
        LIVE,
        "username",
        ("username", "submit"),
    ),
    "password": (old(BACK + PASSWORD + NEXT), LOGIN, "password", ("password", "submit")),
    "password of a personal account": (
        new(f'<input type="password" id="passwordEntry" data-testid="passwordEntry" name="passwd">{PRIMARY}'),
        LIVE,
        "password",
        ("password", "submit"),
    ),
    "both on one page": (
        old(f'<input name="loginfmt" id="i0116"><input type="password" name="passwd" id="i0118">{NEXT}'),
        LIVE,
        "credentials",
        ("username", "password", "submit"),
    ),
    "accounts": (
        old(
            '<div id="tilesHolder" role="list"><div class="table" role="button" tabindex="0" data-test-id="a@example.com">a@example.com'
            '</div></div><div id="otherTile" data-test-id="otherTile" role="button" tabindex="0">Anderes Konto</div>'
        ),
        WORK,
        "account-chooser",
        ("other",),
    ),
    "accounts of the new skin": (
        new(
            '<ul data-testid="accountList"><li><div data-testid="tile" role="button" tabindex="0">Ada a@example.com</div></li></ul>'
        ),
        LIVE,
        "account-chooser",
        (),
    ),
    "work or personal": (
        old(
            '<div id="aadTile" role="button" tabindex="0">Schule</div><div id="msaTile" role="button" tabindex="0">Privat</div>'
        ),
        WORK,
        "account-chooser",
        ("work",),
    ),
    "ways to sign in": (
        old(
            '<div id="credentialList"><div role="button" tabindex="0" data-test-cred-id="7">Sicherheitsschlüssel</div>'
            '<div role="button" tabindex="0" data-test-cred-id="1">Mein Kennwort verwenden</div></div>'
        ),
        LOGIN,
        "method-chooser",
        ("password",),
    ),
    "ways to sign in, by words": (
        old(
            '<div id="credentialList"><div role="button" tabindex="0">Utiliser mon mot de passe</div></div>', lang="fr"
        ),
        LOGIN,
        "method-chooser",
        ("password",),
    ),
    "ways to sign in, new skin": (
        new(
            '<h1>別の方法でサインイン</h1><div data-testid="tile" role="button" tabindex="0">コードを送信</div>'
            '<div data-testid="tile" role="button" tabindex="0">パスワードを使用する</div>'
        ),
        LIVE,
        "method-chooser",
        ("password",),
    ),
    "methods": (
        old(
            '<div id="idDiv_SAOTCS_Title" role="heading">Identität bestätigen</div><div id="idDiv_SAOTCS_Proofs" role="list">'
            '<div class="table" role="button" tabindex="0" data-value="PhoneAppNotification">App</div>'
            '<div class="table" role="button" tabindex="0" data-value="PhoneAppOTP">Code</div></div>',
            "ConvergedTFA",
        ),
        LOGIN,
        "method-chooser",
        ("totp",),
    ),
    "methods of a personal account": (
        old(
            '<div id="idDiv_SAOTCS_Proofs"><div role="button" tabindex="0" data-value="1:ab">ab*****@example.com</div>'
            '<div role="button" tabindex="0" data-value="10:x">App</div></div>'
        ),
        LIVE,
        "method-chooser",
        ("totp",),
    ),
    "methods without a code": (
        old(
            '<div id="idDiv_SAOTCS_Proofs"><div role="button" tabindex="0" data-value="OneWaySMS">+XX XXXXX89</div></div>'
        ),
        LOGIN,
        "method-chooser",
        (),
    ),
    "push": (
        old(
            '<div id="idDiv_SAOTCAS_Description">Öffnen Sie die App.</div><a href="#" id="signInAnotherWay">Anders</a>',
            "ConvergedTFA",
        ),
        LOGIN,
        "push",
        ("other",),
    ),
    "push with a number": (
        old(
            '<div id="idDiv_SAOTCAS_Description">Ouvrez.</div><div id="idRichContext_DisplaySign">89</div>',
            "ConvergedTFA",
        ),
        LOGIN,
        "push",
        ("number",),
    ),
    "push before the password": (
        old(
            '<div id="idDiv_RemoteNGC_PollingDescription">Genehmigen.</div><div id="idRemoteNGC_DisplaySign">12</div>'
            '<a href="#" id="idA_PWD_SwitchToPassword">Kennwort</a>'
        ),
        LOGIN,
        "push",
        ("number", "password"),
    ),
    "push of the new skin": (
        new(
            '<div id="pollingDescription">Check your app.</div><div id="displaySign">64</div><div data-testid="viewFooter">'
            '<span role="button" tabindex="0">Use your password</span></div>'
        ),
        LIVE,
        "push",
        ("number", "password"),
    ),
    "push denied": (
        old(
            '<div id="idDiv_SAASDS_Title" role="heading">Abgelehnt</div><div id="idDiv_SAASDS_Description">Sie haben abgelehnt.</div>'
            '<a href="#" id="signInAnotherWay">Andere</a>'
        ),
        LOGIN,
        "push",
        ("other",),
    ),
    "push not answered": (
        old('<div id="idDiv_SAASTO_Description">Keine Antwort.</div><a href="#" id="idA_SAASTO_TOTP">Code</a>'),
        LOGIN,
        "push",
        ("other",),
    ),
    "code of the app": (
        old(
            '<div id="idDiv_SAOTCC_Title" role="heading">Enter code</div><img src="picker_verify_code_1.svg" width="40" height="40">'
            '<div id="idDiv_SAOTCC_Description">Geben Sie den Code aus der App ein.</div>'
            '<input id="idTxtBx_SAOTCC_OTC" name="otc" type="tel" maxlength="6"><div role="alert"></div>'
            '<input type="submit" id="idSubmit_SAOTCC_Continue" value="Prüfen">',
            "ConvergedTFA",
        ),
        LOGIN,
        "totp",
        ("code", "submit"),
    ),
    "code of the app, new skin": (
        new(f'<h1>Enter your code</h1><input id="otc-confirmation-input" name="otc" type="tel">{PRIMARY}'),
        LIVE,
        "totp",
        ("code", "submit"),
    ),
    "code by text message, told by its picture": (
        old(
            '<img pngsrc="/images/picker_verify_sms_12.png" width="40" height="40"><div id="idDiv_SAOTCC_Description">Kod</div>'
            '<input id="idTxtBx_SAOTCC_OTC" name="otc" type="tel"><a href="#" id="signInAnotherWay">Inny</a>'
            '<input type="submit" id="idSubmit_SAOTCC_Continue" value="OK">',
            "ConvergedTFA",
        ),
        LOGIN,
        "one-time-code",
        ("code", "submit", "other"),
    ),
    "code by text message, told by the masked number": (
        old(
            '<div id="idDiv_SAOTCC_Description">Käytä koodia: +XXX XXXXXXX89</div><input id="idTxtBx_SAOTCC_OTC" name="otc" type="tel">'
        ),
        LOGIN,
        "one-time-code",
        ("code",),
    ),
    "code by mail": (
        old(
            '<div id="iEnterProofDesc">ad*****@example.com</div><input id="iOttText" type="tel">'
            '<input type="submit" id="iVerifyCodeAction" value="OK">'
        ),
        "https://account.live.com/identity/confirm",
        "one-time-code",
        ("code", "submit"),
    ),
    "code by mail in boxes": (
        new(
            '<div data-testid="codeEntry">'
            + "".join(f'<input type="tel" id="codeEntry-{at}" maxlength="1">' for at in range(6))
            + '</div><div data-testid="viewFooter"><span role="button" tabindex="0">Usar la contraseña</span></div>'
        ),
        LIVE,
        "one-time-code",
        ("code", "password"),
    ),
    "address that a code goes to": (
        new(
            '<input id="proof-confirmation-email-input" type="email"><button type="submit" data-testid="primaryButton">Send</button>'
        ),
        LIVE,
        "one-time-code",
        ("submit",),
    ),
    "security key": (
        old('<div id="idDiv_FidoKey">Face, fingerprint</div><a href="#" id="idA_PWD_SwitchToCredPicker">Weitere</a>'),
        "https://login.microsoft.com/common/fido/get",
        "security-key",
        ("other",),
    ),
    "security key, by the address": (
        old("<h1>Gesicht, Fingerabdruck, PIN</h1>", "ConvergedFido"),
        "https://login.microsoft.com/common/fido/get?uiflavor=Web",
        "security-key",
        (),
    ),
    "more information": (
        old(
            '<div id="ProofUpDescription">Ihre Organisation</div><input type="submit" id="idSubmit_ProofUp_Redirect" value="Weiter">',
            "ConvergedProofUpRedirect",
        ),
        LOGIN,
        "mfa-enrolment",
        (),
    ),
    "more information, to be put off": (
        old(
            '<div id="ProofUpDescription">x</div><input type="submit" id="idSubmit_ProofUp_Redirect" value="Weiter">'
            '<a href="#" data-bind="text: str.Skip, click: SkipMfaRegistration_onClick">14</a>',
            "ConvergedProofUpRedirect",
        ),
        LOGIN,
        "mfa-enrolment",
        ("skip",),
    ),
    "security info": (
        "<h1>Keep your account secure</h1><button>Next</button><a href='#'>Configuración</a><a href='#'>Omitir configuración</a>",
        "https://mysignins.microsoft.com/register?csrf=x",
        "mfa-enrolment",
        ("skip",),
    ),
    "security info still right": (
        '<h1>Is it?</h1><input type="button" id="iUpdateNow" value="x"><input type="button" id="iLooksGood" value="y">',
        "https://account.live.com/proofs/remind",
        "mfa-enrolment",
        ("skip",),
    ),
    "password expired": (
        old(
            '<input type="password" name="oldpasswd" id="currentPassword"><input type="password" name="newpasswd" id="newPassword">'
            f'<input type="password" name="confirmpasswd">{NEXT}',
            "ConvergedChangePassword",
        ),
        LOGIN,
        "password-expired",
        (),
    ),
    "password of a personal account to be changed": (
        '<form><input type="password" id="iPassword"><input type="password" id="iRetypePassword"><input type="submit"></form>',
        "https://account.live.com/password/change",
        "password-expired",
        (),
    ),
    "passkey offered": (
        new(
            f'<video data-testid="biometricVideo" width="90" height="90"></video><h1>Schneller</h1>{PRIMARY}{SECONDARY}'
        ),
        LIVE,
        "passkey-enrolment",
        ("skip",),
    ),
    "passkey made": (
        f"<h1>Setting up</h1>{SECONDARY}",
        "https://login.microsoft.com/consumers/fido/create",
        "passkey-enrolment",
        ("skip",),
    ),
    "stay signed in": (
        old(
            '<div id="KmsiDescription">Angemeldet</div><input id="KmsiCheckboxField" name="DontShowAgain" type="checkbox">'
            f'<input type="submit" id="idBtn_Back" value="Nein">{NEXT}',
            "KmsiInterrupt",
        ),
        "https://login.microsoftonline.com/kmsi",
        "stay-signed-in",
        ("no",),
    ),
    "stay signed in, personal": (
        '<form><div id="kmsiTitle">保持</div><button id="acceptButton" type="submit">是</button>'
        '<button id="declineButton" type="button">否</button></form>',
        "https://login.live.com/ppsecure/post.srf",
        "stay-signed-in",
        ("no",),
    ),
    "stay signed in, new skin": (
        new(f'<video data-testid="kmsiVideo" width="90" height="90"></video>{PRIMARY}{SECONDARY}'),
        LIVE,
        "stay-signed-in",
        ("no",),
    ),
    "is this the application": (
        old(
            f'<div id="appConfirmTitle">Versuchen Sie es?</div><input type="button" id="idBtn_Back" value="x">{NEXT}',
            "CmsiInterrupt",
        ),
        LOGIN,
        "device-check",
        ("confirm",),
    ),
    "consent": (
        old(
            f'<div class="row app-name" id="appName">Jira</div><div>A</div><input type="button" id="idBtn_Back" value="x">{NEXT}',
            "ConvergedConsent",
        ),
        "https://login.microsoftonline.com/common/Consent/Set",
        "consent",
        ("accept", "decline"),
    ),
    "consent of a personal account": (
        '<form><h1>Jira</h1><input type="submit" id="idBtn_Deny" value="Non"><input type="submit" id="idBtn_Accept" value="Oui"></form>',
        "https://account.live.com/Consent/Update",
        "consent",
        ("accept", "decline"),
    ),
    "consent of the new skin": (
        new('<h1>Jira?</h1><button type="button" data-testid="appConsentPrimaryButton">Ja</button>' + SECONDARY),
        LIVE,
        "consent",
        ("accept", "decline"),
    ),
    "admin approval": (
        old(
            '<div role="heading" aria-level="1">Need admin approval</div><a href="#">Have an admin account?</a>',
            "ConvergedConsent",
        ),
        WORK,
        "admin-approval",
        (),
    ),
    "admin approval in German": (
        old('<div role="heading" aria-level="1">Administratorgenehmigung erforderlich</div>', "ConvergedConsent", "de"),
        WORK,
        "admin-approval",
        (),
    ),
    "admin approval by its code": (
        old('<div id="service_exception_message">AADSTS90094: x</div>', "ConvergedError"),
        WORK,
        "admin-approval",
        (),
    ),
    "captcha": (
        '<form><div id="wlspispHipChallengeContainer"><img id="hipImage" width="160" height="60"><input name="answer"></div></form>',
        LIVE,
        "captcha",
        (),
    ),
    "captcha in a frame": (
        new('<iframe id="enforcementFrame" src="https://iframe.example/x" width="300" height="300"></iframe>'),
        LIVE,
        "captcha",
        (),
    ),
    "terms": ("<h1>Updated</h1><button>Next</button>", "https://account.live.com/tou/accrue", "terms", ()),
    "post that goes by itself": (
        '<html><title>Working...</title><form method="POST" name="hiddenform" action="https://x.example/">'
        '<input type="hidden" name="code" value="x"></form></html>',
        WORK,
        "hop",
        (),
    ),
    "post of a personal account": (
        '<form name="fmHF" id="fmHF" method="post"><input type="hidden" name="NAP" value="x"></form>',
        "https://login.live.com/ppsecure/post.srf",
        "hop",
        (),
    ),
    "device hop": ("<p>Working</p>", "https://device.login.microsoftonline.com/?x=1", "hop", ()),
    "device hop, by its path": (
        "<p>x</p>",
        "https://login.microsoftonline.com/common/DeviceAuthTls/reprocess?ctx=x",
        "hop",
        (),
    ),
    "on to an application": (
        '<form name="RedirectToFederatedApplicationForm"><img src="x" alt="Redirecting" width="20" height="20"></form>',
        "https://account.activedirectory.windowsazure.com/applications/redirecttofederatedapplication.aspx",
        "hop",
        (),
    ),
    "consent without its name": (
        f'<form><h1>Angeforderte Berechtigungen</h1><input type="button" id="idBtn_Back" value="x">{NEXT}</form>',
        WORK,
        "consent",
        ("accept", "decline"),
    ),
    "account to sign out": (
        old(
            '<div id="tilesHolder"><div class="table" role="button" tabindex="0" data-test-id="a@example.com">a@example.com</div></div>'
        ),
        "https://login.microsoftonline.com/common/oauth2/v2.0/logout",
        "sign-out-chooser",
        ("account",),
    ),
    "signing out": (
        "<p>Einen Moment, Sie werden</p>",
        "https://login.microsoftonline.com/common/oauth2/logout",
        "hop",
        (),
    ),
    "signed out": (
        '<div id="login_workload_logo_text" role="heading">Vous vous êtes</div><div id="SignOutStatusMessage">Fermez tout</div>',
        "https://login.microsoftonline.com/common/oauth2/logoutsession",
        "signed-out",
        (),
    ),
    "signed out, by words": (
        "<h1>Sie haben sich abgemeldet</h1>",
        "https://login.microsoftonline.com/common/oauth2/v2.0/logout",
        "signed-out",
        (),
    ),
    "signed out in part": (
        "<h1>You signed out</h1><p>You may still be signed in to some applications.</p>",
        "https://login.microsoftonline.com/common/oauth2/v2.0/logoutsession",
        "signed-out",
        (),
    ),
}


@pytest.mark.parametrize("name", PAGES)
async def test_each_state_is_recognised_with_what_its_answer_needs(name: str) -> None:
    html, url, screen, roles = PAGES[name]
    seen = await read(html, url)
    assert (seen.site, seen.screen, seen.problem) == ("microsoft", screen, None)
    assert not [role for role in roles if not seen.fields.get(role)]


def error(code: int) -> str:
    """The error page."""
    return old(f'<div id="service_exception_message">AADSTS{code}: Etwas ging schief.</div>', "ConvergedError")


def complaining(ident: str, message: str, fields: str) -> str:
    """A sign-in page of the old skin with a complaint."""
    return old(f'<div role="alert"><div id="{ident}">{message}</div></div>{fields}{NEXT}')


def otc(message: str) -> str:
    """The code page with a complaint."""
    return old(
        f'<div role="alert"><span id="idSpan_SAOTCC_Error_OTC">{message}</span></div><input id="idTxtBx_SAOTCC_OTC" name="otc" type="tel">'
        '<input type="submit" id="idSubmit_SAOTCC_Continue" value="OK">',
        "ConvergedTFA",
    )


PROBLEMS = {
    "unknown user": (
        complaining("usernameError", "Nutzer gibt es nicht.", USER),
        LOGIN,
        "username",
        "credentials-rejected",
    ),
    "personal where work is asked": (
        complaining("usernameError", "You can’t sign in here with a personal account.", USER),
        LOGIN,
        "username",
        "wrong-account",
    ),
    "wrong password": (
        complaining("passwordError", "El nombre o la contraseña no es correcta.", PASSWORD),
        LOGIN,
        "password",
        "credentials-rejected",
    ),
    "wrong password, later id": (
        complaining("i0118Error", "パスワードが正しくありません。", PASSWORD),
        LIVE,
        "password",
        "credentials-rejected",
    ),
    "wrong password, new skin": (
        new(
            '<input type="password" id="passwordEntry" aria-invalid="true">'
            '<div class="fui-Field__validationMessage" id="field-7__validationMessage">'
            f"Mot de passe incorrect.</div>{PRIMARY}"
        ),
        LIVE,
        "password",
        "credentials-rejected",
    ),
    "wrong password, told by the field alone": (
        old(f'<div role="alert"><div>Falsch</div></div>{PASSWORD.replace("type=", "class=has-error type=")}{NEXT}'),
        LOGIN,
        "password",
        "credentials-rejected",
    ),
    "locked": (complaining("passwordError", "Ihr Konto wurde gesperrt.", PASSWORD), LOGIN, "password", "locked"),
    "too many times": (
        complaining("passwordError", "You’ve tried to sign in too many times.", PASSWORD),
        LOGIN,
        "password",
        "locked",
    ),
    "disabled": (
        complaining("passwordError", "Your account has been disabled.", PASSWORD),
        LOGIN,
        "password",
        "account-disabled",
    ),
    "wrong code": (otc("Der Code ist falsch."), LOGIN, "totp", "code-rejected"),
    "code used before": (otc("Use each code only once; it was already used."), LOGIN, "totp", "code-reused"),
    "personal account barred": (
        '<h1 id="serviceAbuseLandingTitle">Gesperrt</h1><button id="StartAction">Weiter</button>',
        "https://account.live.com/Abuse?mkt=de",
        "error",
        "locked",
    ),
    "50053": (error(50053), LOGIN, "error", "locked"),
    "50057": (error(50057), LOGIN, "error", "account-disabled"),
    "50105": (error(50105), LOGIN, "error", "not-assigned"),
    "50020": (error(50020), LOGIN, "error", "wrong-account"),
    "16000": (error(16000), LOGIN, "error", "wrong-account"),
    "500208": (error(500208), LOGIN, "error", "wrong-account"),
    "50126": (error(50126), LOGIN, "error", "credentials-rejected"),
    "50034": (error(50034), LOGIN, "error", "credentials-rejected"),
    "50011": (error(50011), LOGIN, "error", None),
    "500200": (error(500200), LOGIN, "error", None),
    "53003": (old("<h1>Non puoi accedere</h1><p>AADSTS53003: bloccato</p>", "ConvergedError"), LOGIN, "error", None),
    "another account is in": (
        old(
            '<h1>x</h1><a href="https://login.microsoftonline.com/x/logout" data-bind="href: urlSwitch">Anders</a>',
            "ConvergedError",
        ),
        LOGIN,
        "error",
        "wrong-account",
    ),
}


@pytest.mark.parametrize("name", PROBLEMS)
async def test_a_complaint_is_told_from_the_page(name: str) -> None:
    html, url, screen, problem = PROBLEMS[name]
    seen = await read(html, url)
    assert (seen.site, seen.screen, seen.problem) == ("microsoft", screen, problem)
    assert bool(seen.problem_text) == (problem is not None or screen == "error")


@pytest.mark.parametrize(
    "message", ["Please enter your password.", "Geben Sie Ihr Kennwort ein.", "パスワードを入力してください。"]
)
async def test_a_password_that_did_not_arrive_is_no_rejected_one(message: str) -> None:
    seen = await read(complaining("passwordError", message, PASSWORD), LOGIN)
    assert (seen.screen, seen.problem) == ("password", None)


@pytest.mark.parametrize(
    "link", ["Send a request instead.", "Skicka en begäran.", "要求を送信する", "Отправить запрос", "发送请求"]
)
async def test_a_link_that_sends_something_does_not_make_the_app_s_code_one_that_was_sent(link: str) -> None:
    html, url, *_ = PAGES["code of the app"]
    seen = await read(html.replace("</form>", f'<a href="#" id="idA_SAOTCC_SendNotification">{link}</a></form>'), url)
    assert seen.screen == "totp"


@pytest.mark.parametrize(
    "told", ["Vi har skickat en kod.", "コードを送信しました。", "Мы отправили код.", "已发送验证码"]
)
async def test_a_code_that_was_sent_is_told_in_other_languages(told: str) -> None:
    html, url, *_ = PAGES["code of the app"]
    seen = await read(html.replace("Geben Sie den Code aus der App ein.", told), url)
    assert seen.screen == "one-time-code"


async def test_an_empty_alert_is_no_problem() -> None:
    html = old(f'<div role="alert" aria-live="assertive"><div id="passwordError"></div></div>{PASSWORD}{NEXT}')
    assert (await read(html, LOGIN)).problem is None


async def test_a_sign_up_page_is_not_known_and_not_answered() -> None:
    form = (
        '<form><input id="MemberName" name="MemberName" type="email"><input type="password" name="Password">'
        '<input type="submit" id="iSignupAction"></form>'
    )
    for url in ("https://signup.live.com/signup?lic=1", LIVE):
        seen = await read(form, url)
        assert (seen.screen, seen.fields) == ("unknown", {})


async def test_the_buttons_are_the_page_s_own() -> None:
    seen = await read(*PAGES["stay signed in"][:2])
    assert seen.fields["no"] == "#idBtn_Back"
    seen = await read(*PAGES["code of the app"][:2])
    assert seen.fields["submit"] == "#idSubmit_SAOTCC_Continue"


async def test_a_page_that_only_has_its_name_is_still_loading() -> None:
    seen = await read(old("", "KmsiInterrupt"), LOGIN)
    assert seen.screen == "unknown"


async def test_a_saved_page_without_its_address_is_microsoft_s_by_its_marks() -> None:
    assert (await read(old(USER + NEXT), "https://saved-page.example/")).site == "microsoft"
