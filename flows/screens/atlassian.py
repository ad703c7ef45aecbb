"""The Atlassian account login (id.atlassian.com). Facts: public page objects; the chooser and the SSO choice are inferred."""

from __future__ import annotations

from flows.screens.base import Problem, Screen, Site

ATLASSIAN = Site(
    name="atlassian",
    hosts=r"^(id|auth)\.atlassian\.com$",
    marks=("[data-testid=form-login] [data-testid=username]", "#form-login #login-submit"),
    session_cookies=("cloud.session.token",),
    elements={
        "username": ("[data-testid=username]", "input[name=username]", "input[id^=username]"),
        "password": ("#password", "[data-testid=password]", "input[name=password]"),
        "submit": ("#login-submit", "[data-testid=login-submit-idf-testid]"),
        "code": ("#two-step-verification-otp-code-input", "input[name=otpCode]", "input[autocomplete=one-time-code]"),
        "code-submit": ("#two-step-verification-submit button", "#two-step-verification-submit", "button[type=submit]"),
        "mailed-code": ("input[data-testid^=otp-input-index-]",),
        "promotion-dismiss": (
            "#mfa-promote-dismiss",
            "role=button :: /continue without two-step/i",
            "a :: /continue without two-step/i",
        ),
        "logout": ("#logout-submit", "[data-testid=logout-button]"),
        "error": (
            "[data-testid='form-error--content']",
            "[data-testid=form-error]",
            "[data-testid*='-invalid-error-message-field']",
            "[data-testid='password-error-idf-testid']",
        ),
        "captcha": ("iframe[src*=recaptcha]", "[id*=captcha]", "button.amzn-captcha-verify-button"),
        "tile": ("[role=button] :: /@/", "button :: /@/"),
        "alert": ("[role=alert]",),
    },
    screens=(
        Screen("captcha", any=("captcha",)),
        Screen("error", url=r"error=|/error", any=("error", "alert"), none=("username", "password")),
        Screen("mfa-enrolment", url=r"/login/(mfa-promote|security-screen)", fields={"skip": "promotion-dismiss"}),
        Screen("terms", url=r"/join/user-access"),
        Screen("one-time-code", any=("mailed-code",)),
        Screen("totp", any=("code",), fields={"code": "code", "submit": "code-submit"}),
        Screen("sign-out-confirm", url=r"/logout", any=("logout",), fields={"confirm": "logout"}),
        Screen("username", any=("username",), none=("password",), fields={"username": "username", "submit": "submit"}),
        Screen(
            "credentials",
            all=("username", "password"),
            fields={"username": "username", "password": "password", "submit": "submit"},
        ),
        Screen("password", any=("password",), fields={"password": "password", "submit": "submit"}),
        Screen("account-chooser", any=("tile",)),
    ),
    problems=(
        Problem(
            "wrong-account", ("error",), r"trouble logging you in|strategy-mismatch|different authentication method"
        ),
        Problem("credentials-rejected", ("error",), screens=("username", "password", "credentials")),
        Problem("code-rejected", ("error", "alert"), screens=("totp",)),
    ),
)
