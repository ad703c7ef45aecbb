"""The Atlassian account's pages: no saved page is public, so each is built from ids and test ids that page objects name."""

from __future__ import annotations

import pytest
from screen_pages import read

LOGIN = "https://id.atlassian.com/login?application=jira&continue=https%3A%2F%2Facme.atlassian.net"
USER = '<input id="username-uid1" data-testid="username" name="username" type="email" autocomplete="username" placeholder="E-Mail">'
SECRET = '<input id="password" data-testid="password" name="password" type="password" placeholder="Passwort">'
SUBMIT = '<button id="login-submit" data-testid="login-submit-idf-testid" type="submit"><span>Weiter</span></button>'
OTHERS = '<button id="google-auth-button" type="button">Google</button><a id="signup" href="/signup">x</a>'
CODE = '<input id="two-step-verification-otp-code-input" name="otpCode" autocomplete="one-time-code">'
VERIFY = '<div id="two-step-verification-submit"><button type="submit">Prüfen</button></div>'
BOXES = "".join(
    f'<div data-testid="otp-input-index-{at}-container"><input data-testid="otp-input-index-{at}" maxlength="1"></div>'
    for at in range(6)
)
BADGE = (
    '<div class="grecaptcha-badge"><iframe src="https://www.google.com/recaptcha/api2/anchor?k=x&size=invisible" width="256" height="60">'
    '</iframe><textarea id="g-recaptcha-response" name="g-recaptcha-response" style="display:none"></textarea></div>'
)


def form(body: str) -> str:
    """The login's form."""
    return (
        f'<main><h1>Titel</h1><form id="form-login" data-testid="form-login" method="post">{body}</form>{OTHERS}</main>'
    )


HIDDEN = f"<div hidden>{SECRET}</div>"
# name: page, address, screen, roles that must be found.
PAGES = {
    "e-mail": (form(USER + HIDDEN + SUBMIT), LOGIN, "username", ("username", "submit")),
    "e-mail, the password transparent": (
        form(USER + SECRET.replace("type=", 'style="opacity:0" tabindex="-1" type=') + SUBMIT),
        LOGIN,
        "username",
        ("username", "submit"),
    ),
    "e-mail with a badge in the corner": (form(USER + HIDDEN + SUBMIT) + BADGE, LOGIN, "username", ("username",)),
    "password": (
        form(USER.replace("type=", "hidden type=") + SECRET + SUBMIT),
        LOGIN,
        "password",
        ("password", "submit"),
    ),
    "both": (form(USER + SECRET + SUBMIT), LOGIN, "credentials", ("username", "password", "submit")),
    "code of the app": (
        f"<form>{CODE}{VERIFY}</form>",
        "https://id.atlassian.com/login/mfa?x",
        "totp",
        ("code", "submit"),
    ),
    "code of the app, only its purpose known": (
        '<form><input autocomplete="one-time-code"><button type="submit">OK</button></form>',
        "https://id.atlassian.com/login/mfa",
        "totp",
        ("code", "submit"),
    ),
    "code by mail": (
        f"<form>{BOXES}<button type=submit>Vérifier</button></form>",
        LOGIN,
        "one-time-code",
        ("code", "submit"),
    ),
    "mail on its way": (
        '<div id="email-sent-page"><h5 id="ProductHeadingSuffix">x</h5></div>',
        LOGIN,
        "one-time-code",
        (),
    ),
    "promotion": (
        '<h1>x</h1><button id="mfa-promote-continue">A</button><button id="mfa-promote-dismiss">B</button>',
        "https://id.atlassian.com/login/mfa-promote",
        "mfa-enrolment",
        ("skip",),
    ),
    "promotion at another address": (
        '<h1>x</h1><button id="mfa-promote-continue">A</button><button id="mfa-promote-dismiss">B</button>',
        "https://id.atlassian.com/login/x",
        "mfa-enrolment",
        ("skip",),
    ),
    "security review": (
        "<h1>x</h1><button>Passkey erstellen</button><button>Ohne Verifizierung in zwei Schritten fortfahren</button>",
        "https://id.atlassian.com/login/security-screen",
        "mfa-enrolment",
        ("skip",),
    ),
    "join": (
        "<h1>x</h1><button>Rejoindre</button>",
        "https://id.atlassian.com/join/user-access?resource=ari",
        "terms",
        (),
    ),
    "accounts": (
        "<h1>x</h1><button>Ada a@example.com</button><button>Bob b@example.com</button><a href='#'>Mit einem anderen Konto</a>"
        "<a href='#'>Anderes Konto</a>",
        "https://id.atlassian.com/login?prompt=select_account",
        "account-chooser",
        ("other",),
    ),
    "company's sign-in offered": (
        "<h1>x</h1><button>Continue with single sign-on</button>",
        "https://id.atlassian.com/login/sso",
        "method-chooser",
        ("other",),
    ),
    "sign-out asked": (
        '<h1>x</h1><button id="logout-submit" data-testid="logout-button">Abmelden</button>',
        "https://id.atlassian.com/logout?continue=x",
        "sign-out-confirm",
        ("confirm",),
    ),
    "signed out": ("<h1>Sie wurden abgemeldet</h1>", "https://id.atlassian.com/logout", "signed-out", ()),
    "captcha": (
        form(
            USER
            + '<iframe src="https://www.google.com/recaptcha/api2/anchor?k=x&size=normal" width="300" height="78"></iframe>'
        ),
        LOGIN,
        "captcha",
        (),
    ),
    "puzzle": ('<button class="amzn-captcha-verify-button">x</button>', LOGIN, "captcha", ()),
    "refusal of a provider": (
        '<div role="alert">Etwas ging schief</div>',
        "https://id.atlassian.com/login?error=access_denied",
        "error",
        (),
    ),
    "on to the company": (
        '<form method="post" action="https://idp.example/"><input type="hidden" name="SAMLRequest" value="x"></form>',
        "https://auth.atlassian.com/authorize?x",
        "hop",
        (),
    ),
}


@pytest.mark.parametrize("name", PAGES)
async def test_each_state_is_recognised_with_what_its_answer_needs(name: str) -> None:
    html, url, screen, roles = PAGES[name]
    seen = await read(html, url)
    assert (seen.site, seen.screen, seen.problem) == ("atlassian", screen, None)
    assert not [role for role in roles if not seen.fields.get(role)]


def alert(text: str) -> str:
    """The complaint above the form."""
    return f'<div role="alert" data-testid="form-error"><div data-testid="form-error--content">{text}</div></div>'


PROBLEMS = {
    "wrong password": (
        form(alert("E-Mail-Adresse oder Passwort stimmt nicht.") + SECRET + SUBMIT),
        LOGIN,
        "password",
        "credentials-rejected",
    ),
    "no address": (
        form(
            f'{USER}{HIDDEN}<div data-testid="username-invalid-error-message-field--idf-testid">Adresse e-mail</div>{SUBMIT}'
        ),
        LOGIN,
        "username",
        "credentials-rejected",
    ),
    "locked": (form(alert("Demasiados intentos.") + SECRET + SUBMIT), LOGIN, "password", "locked"),
    "disabled": (
        form(alert("Your account has been deactivated.") + SECRET + SUBMIT),
        LOGIN,
        "password",
        "account-disabled",
    ),
    "another account came back": (
        form(
            alert("Hmm… We’re having trouble logging you in. Please try again with a different authentication method.")
            + USER
            + SUBMIT
        ),
        LOGIN + "&error=access_denied&error_description=authentication-policy-strategy-mismatch",
        "username",
        "wrong-account",
    ),
    "wrong code": (f'<form>{CODE}<div role="alert">Code falsch</div>{VERIFY}</form>', LOGIN, "totp", "code-rejected"),
    "code used before": (
        f'<form>{CODE}<div role="alert">Code déjà été utilisé</div>{VERIFY}</form>',
        LOGIN,
        "totp",
        "code-reused",
    ),
}


@pytest.mark.parametrize("name", PROBLEMS)
async def test_a_complaint_is_told_from_the_page(name: str) -> None:
    html, url, screen, problem = PROBLEMS[name]
    seen = await read(html, url)
    assert (seen.site, seen.screen, seen.problem) == ("atlassian", screen, problem)


async def test_a_password_that_was_not_typed_is_no_rejected_one() -> None:
    html = form(f'{SECRET}<span data-testid="password-error-idf-testid">Geben Sie Ihr Passwort ein</span>{SUBMIT}')
    assert (await read(html, LOGIN)).problem is None


@pytest.mark.parametrize(
    ("html", "url"),
    [
        (form(USER + SUBMIT), "https://id.atlassian.com/signup?email=a%40example.com"),
        (form('<input type="password" name="password" autocomplete="new-password">' + SUBMIT), LOGIN),
        (form(USER + SUBMIT), "https://id.atlassian.com/login/resetpassword"),
    ],
)
async def test_signing_up_and_choosing_a_password_are_no_sign_in(html: str, url: str) -> None:
    seen = await read(html, url)
    assert (seen.screen, seen.fields) == ("unknown", {})
