"""The Atlassian account login (id.atlassian.com). Facts: public page objects; the chooser and the SSO choice are inferred."""

from __future__ import annotations

from flows.screens import words
from flows.screens.base import Problem, Screen, Site

FIELDS = ("username", "password", "code", "mailed-code")
SIGN_IN = ("username", "credentials", "password")
WITHOUT = (
    r"without|ohne |sans |sin |sem |senza |zonder |bez |utan |uden |uten |olmadan|без |せずに|なしで|不使用|跳过|없이"
)
# The account that the identity provider named is not the one that Atlassian expected.
MISMATCH = (
    r"trouble logging you in|strategy-mismatch|different authentication method|can't be used to log in|email address has changed"
    r"|andere authentifizierungsmethode|autre méthode d'authentification|otro método de autenticación|outro método de autenticação"
    r"|別の認証方法|altro metodo di autenticazione"
)

ATLASSIAN = Site(
    name="atlassian",
    hosts=r"^(id|auth)\.atlassian\.com$",
    doubted=True,
    marks=(
        "[data-testid=form-login] [data-testid=username]",
        "#form-login #login-submit",
        "#two-step-verification-otp-code-input",
    ),
    session_cookies=("cloud.session.token",),
    elements={
        "username": ("input[data-testid=username]", "input[name=username]", "input[id^=username]"),
        "password": (
            "input#password:not([autocomplete=new-password])",
            "input[data-testid=password]",
            "input[name=password]:not([autocomplete=new-password])",
        ),
        "new-password": ("input[autocomplete=new-password]",),
        "submit": ("#login-submit", "[data-testid=login-submit-idf-testid]"),
        "code": (
            "#two-step-verification-otp-code-input",
            "input[name=otpCode]",
            "input[autocomplete=one-time-code]:not([maxlength='1'])",
        ),
        "code-submit": ("#two-step-verification-submit button", "#two-step-verification-submit", "button[type=submit]"),
        "mailed-code": (
            "input[data-testid^=otp-input-index-]",
            "[data-testid^=otp-input-index-] input",
            "input[autocomplete=one-time-code][maxlength='1']",
        ),
        "mailed-page": ("#email-sent-page",),
        "promotion-dismiss": (
            "#mfa-promote-dismiss",
            f"role=button :: /{WITHOUT}/i",
            f"a :: /{WITHOUT}/i",
            f"role=button :: /^({words.SKIP})/i",
        ),
        "promotion": ("#mfa-promote-dismiss", "#mfa-promote-continue"),
        "logout": ("#logout-submit", "[data-testid=logout-button]"),
        "error": (
            "[data-testid='form-error--content']",
            "[data-testid=form-error]",
            "[data-testid*='-invalid-error-message-field']",
        ),
        "alert": ("[role=alert]",),
        # A badge in the corner says that an invisible one is about; it asks for nothing.
        "captcha": (
            "iframe[src*=recaptcha]:not([src*='size=invisible'])",
            "button.amzn-captcha-verify-button",
            "awswaf-captcha",
            "[id*=captcha]:not(textarea, iframe, input)",
        ),
        "tile": ("[role=button] :: /@/", "button :: /@/", "[data-testid*=account] a[href] :: /@/"),
        "other-account": (f"[role=button], button, a[href] :: /{words.OTHER_ACCOUNT}/i",),
        "single-sign-on": (
            "[role=button], button, a[href] :: /single sign-on|\\bSSO\\b|シングル ?サインオン|单点登录|싱글 ?사인온/i",
        ),
        "heading": ("#ProductHeadingSuffix", "role=heading"),
    },
    screens=(
        Screen("unknown", url=r"/signup|/resetpassword|/password/reset"),
        Screen("unknown", any=("new-password",)),
        Screen("captcha", any=("captcha",)),
        Screen(
            "hop",
            present=("input[type=hidden][name=SAMLRequest]", "input[type=hidden][name=SAMLResponse]"),
            none=FIELDS,
        ),
        Screen("error", url=r"error=|/error", any=("error", "alert"), none=FIELDS),
        Screen(
            "mfa-enrolment",
            url=r"/login/(mfa-promote|security-screen)",
            none=FIELDS,
            fields={"skip": "promotion-dismiss"},
        ),
        Screen("mfa-enrolment", any=("promotion",), none=FIELDS, fields={"skip": "promotion-dismiss"}),
        Screen("terms", url=r"/join/user-access", none=FIELDS),
        Screen("one-time-code", any=("mailed-code",), fields={"code": "mailed-code", "submit": "code-submit"}),
        Screen("totp", any=("code",), fields={"code": "code", "submit": "code-submit"}),
        Screen("one-time-code", any=("mailed-page",), none=FIELDS),
        Screen("sign-out-confirm", url=r"/logout", any=("logout",), fields={"confirm": "logout"}),
        Screen("sign-out-confirm", any=("logout",), none=FIELDS, fields={"confirm": "logout"}),
        Screen("signed-out", url=r"/logout", text=words.SIGNED_OUT, none=(*FIELDS, "tile")),
        Screen("username", any=("username",), none=("password",), fields={"username": "username", "submit": "submit"}),
        Screen(
            "credentials",
            all=("username", "password"),
            fields={"username": "username", "password": "password", "submit": "submit"},
        ),
        Screen("password", any=("password",), fields={"password": "password", "submit": "submit"}),
        Screen("account-chooser", any=("tile",), fields={"other": "other-account"}),
        # With several ways allowed, a company's sign-in is a choice of its own.
        Screen("method-chooser", any=("single-sign-on",), fields={"other": "single-sign-on"}),
    ),
    problems=(
        Problem("wrong-account", ("error", "alert"), MISMATCH, (*SIGN_IN, "error")),
        Problem("locked", ("error",), words.LOCKED, SIGN_IN),
        Problem("account-disabled", ("error",), words.DISABLED, SIGN_IN),
        Problem("credentials-rejected", ("error",), screens=SIGN_IN),
        Problem("code-reused", ("error", "alert"), words.REUSED, ("totp", "one-time-code")),
        Problem("code-rejected", ("error", "alert"), screens=("totp", "one-time-code")),
    ),
)
