"""The pages of Active Directory Federation Services, told by their ids in any language."""

from __future__ import annotations

import pytest
from screen_pages import read

AT = "https://sts.acme.example/adfs/ls/?wa=wsignin1.0&wtrealm=urn:acme"
LOGIN = """<div id="loginArea"><form method="post" id="loginForm"><div id="error"><span id="errorText" role="alert">{error}
</span></div><input id="userNameInput" name="UserName" type="email" value=""><input id="passwordInput" name="Password"
type="password"><span id="submitButton" class="submit" tabindex="4" role="button">Anmelden</span><input id="optionForms"
type="hidden" name="AuthMethod" value="FormsAuthentication"></form></div>"""
CONTEXT = '<input id="context" type="hidden" name="Context" value="x">'
FACTOR = """<form method="post" id="{name}Form"><input id="authMethod" type="hidden" name="AuthMethod" value="{method}">
<label id="errorText">{error}</label>{body}<input id="submitButton" type="submit"></form>"""
PAGED = """<form method="post" id="loginForm"><span id="errorText"></span><div id="userNameArea" {user}><input id="userNameInput"
name="UserName"><span id="nextButton" role="button">Suivant</span></div><div id="passwordArea" {password}><input
id="passwordInput" name="Password" type="password"><span id="submitButton" role="button">ok</span></div></form>"""


def factor(body: str, method: str, error: str = "") -> str:
    return FACTOR.format(name="x", body=body, method=method, error=error)


@pytest.mark.parametrize(
    ("html", "screen", "fields"),
    [
        (
            LOGIN.format(error=""),
            "credentials",
            {"username": "#userNameInput", "password": "#passwordInput", "submit": "#submitButton"},
        ),
        (
            PAGED.format(user="", password='style="display:none"'),
            "username",
            {"username": "#userNameInput", "submit": "#nextButton"},
        ),
        (
            PAGED.format(user='style="display:none"', password=""),
            "password",
            {"password": "#passwordInput", "submit": "#submitButton"},
        ),
        (
            '<div id="hrdArea"><form id="hrd"><input id="emailInput" name="Email" type="email"><input type="submit" '
            'name="HomeRealmByEmail" value="次へ"></form></div>',
            "username",
            {"username": "#emailInput", "submit": 'input[name="HomeRealmByEmail"]'},
        ),
        (
            '<div id="hrdArea"><form id="hrd"><div id="bySelection"><div class="idp" role="button" aria-label="Partner" '
            """onclick="HRD.selection('urn:partner')">Partner</div><div class="idp" role="button" aria-label="Haus" """
            """onclick="HRD.selection('AD AUTHORITY')">Haus</div></div></form></div>""",
            "account-chooser",
            {"work": 'div[aria-label="Haus"]'},
        ),
        (
            factor('<input id="passcodeInput" name="Passcode" type="password">', "SecurIDAuthentication"),
            "one-time-code",
            {"code": "#passcodeInput", "submit": "#submitButton"},
        ),
        (
            factor('<input id="verificationCodeInput" name="VerificationCode">', "AzureMfaAuthentication"),
            "totp",
            {"code": "#verificationCodeInput", "submit": "#submitButton"},
        ),
        (
            factor('<input id="challengeQuestionInput" name="ChallengeQuestionAnswer" type="password">', "MyAdapter"),
            "one-time-code",
            {"code": "#challengeQuestionInput"},
        ),
        (
            factor('<p>電話を確認してください</p><div id="validEntropyNumber">42</div>', "AzureMfaAuthentication"),
            "push",
            {"number": "#validEntropyNumber"},
        ),
        (factor("<p>Bestätigen Sie auf dem Telefon.</p>", "AzureMfaAuthentication"), "push", {}),
        (
            '<form id="options"><input id="optionSelection" type="hidden" name="AuthMethod"><div id="authOptionLinks"><a href="#" '
            'id="CertificateAuthentication">Zertifikat</a><a href="#" id="AcmeTotp">App</a></div></form>',
            "method-chooser",
            {"totp": "#AcmeTotp"},
        ),
        (
            '<form id="updatePasswordForm"><input id="userNameInput" name="UserName"><input id="oldPasswordInput" type="password" '
            'name="OldPassword"><input id="newPasswordInput" name="NewPassword" type="password"><span id="submitButton" '
            'role="button">ok</span></form>',
            "password-expired",
            {},
        ),
        (LOGIN.format(error="Ihr Kennwort ist abgelaufen."), "password-expired", {}),
        (LOGIN.format(error='<a href="/adfs/portal/updatepassword/">更新</a>'), "password-expired", {}),
        (
            '<div id="idp_SignInPanel"><input id="idp_SignInButton" type="submit"></div>',
            "account-chooser",
            {"other": "#idp_SignInButton"},
        ),
        (
            '<div id="idp_SignInPanel"><input id="idp_GoButton" type="submit"><input id="idp_SignOutButton" type="submit"></div>',
            "sign-out-confirm",
            {"confirm": "#idp_SignOutButton"},
        ),
        ('<div id="errorArea"><div id="errorMessage">Es ist ein Fehler aufgetreten.</div></div>', "error", {}),
        (
            factor(
                '<p>Code aus Ihrer Authenticator-App</p><input id="challengeQuestionInput" name="ChallengeQuestionAnswer">',
                "MyAdapter",
            ),
            "totp",
            {"code": "#challengeQuestionInput", "submit": "#submitButton"},
        ),
        (
            factor(
                f'{CONTEXT}<p>Abgescannt?</p><div id="qrcode"><img width="200" height="200" src="data:,"></div><input '
                'id="challengeQuestionInput" name="ChallengeQuestionAnswer">',
                "MyAdapter",
            ),
            "mfa-enrolment",
            {"code": None},
        ),
        (
            factor(
                f'{CONTEXT}<input type="hidden" name="assertionResponse"><span role="button" id="start">Mit Passkey</span>',
                "MyAdapter",
            ).replace('<input id="submitButton" type="submit">', ""),
            "security-key",
            {"start": "#start"},
        ),
        (
            factor(
                f'{CONTEXT}<p>Bestätigen Sie auf dem Telefon.</p><input name="otp" type="password" style="display:none">'
                '<input type="hidden" name="mode" value="push">',
                "MyAdapter",
            ),
            "push",
            {"code": None},
        ),
        (
            '<form method="POST" name="hiddenform" action="https://acme.example/"><input type="hidden" name="wa" '
            'value="wsignin1.0"><input type="hidden" name="wresult" value="x"></form>',
            "hop",
            {},
        ),
    ],
)
async def test_a_page_is_told_by_its_structure(html: str, screen: str, fields: dict[str, str | None]) -> None:
    seen = await read(html, AT)
    assert (seen.site, seen.screen, seen.problem) == ("adfs", screen, None)
    assert {role: seen.fields.get(role) for role in fields} == fields


async def test_the_sign_out_is_over_when_its_page_says_so() -> None:
    seen = await read("<p>Sie wurden abgemeldet.</p>", "https://sts.acme.example/adfs/ls/?wa=wsignout1.0")
    assert (seen.site, seen.screen) == ("adfs", "signed-out")


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        (LOGIN.format(error="Identifiant ou mot de passe incorrect."), "credentials-rejected"),
        (LOGIN.format(error="ユーザー ID またはパスワードが正しくありません。"), "credentials-rejected"),
        (LOGIN.format(error="Das Konto ist gesperrt."), "locked"),
        (LOGIN.format(error="Votre compte est désactivé."), "account-disabled"),
        (factor('<input id="passcodeInput" name="Passcode">', "Other", "Falscher Code"), "code-rejected"),
    ],
)
async def test_a_complaint_is_named_in_any_language(html: str, problem: str) -> None:
    assert (await read(html, AT)).problem == problem


async def test_the_mark_of_its_pages_tells_it_behind_another_address() -> None:
    seen = await read(LOGIN.format(error=""), "https://proxy.acme.example/login")
    assert (seen.site, seen.screen) == ("adfs", "credentials")


async def test_a_field_with_a_similar_id_is_no_mark_of_it() -> None:
    html = '<form><input id="passwordInput" name="pass" type="password"><button>ok</button></form>'
    assert (await read(html, "https://www.acme.example/login")).site == "generic"
