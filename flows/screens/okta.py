"""Okta: Classic, Identity Engine generation 2 and 3. Ids are counters there and labels may be empty: names and data-se count."""

from __future__ import annotations

from flows.screens.base import Problem, Screen, Site

PASSCODE = "input[name='credentials.passcode']"
SAVE = {"submit": "save"}

OKTA = Site(
    name="okta",
    hosts=r"\.(okta|oktapreview|okta-emea)\.com$",
    marks=("main#okta-sign-in", "#okta-sign-in[data-se=auth-container]", "#okta-login-container"),
    session_cookies=("idx", "sid"),
    home="{url}/app/UserHome",
    session_api="/api/v1/sessions/me",
    elements={
        "identifier": ("input[name=identifier]", "#okta-signin-username", "input[data-se=identifier]"),
        "password": (f"{PASSCODE}[type=password]", "#okta-signin-password"),
        "code": (
            f".mfa-verify-passcode {PASSCODE}",
            f".authenticator-verification {PASSCODE}:not([type=password])",
            f"{PASSCODE}[autocomplete=one-time-code]",
            f"{PASSCODE}[inputmode=numeric]",
            f"{PASSCODE}[type=tel]",
            f"{PASSCODE}[type=text]",
            "form.mfa-verify-totp input[name=answer]",
            "form[class*=mfa-verify] input[name=answer]",
        ),
        "otp-form": ("[data-se=google_otp]", ".siw-main-view.mfa-verify-passcode", "[data-se=okta_verify-totp]"),
        "save": ("button[data-se=save]", "input[type=submit][data-type=save]", "#okta-signin-submit"),
        "methods": (".authenticator-list", "[data-se=authenticator-button]", ".authenticator-row"),
        "method-code": (
            ".authenticator-row [data-se=google_otp] a.select-factor",
            "[data-se=google_otp] a",
            "[data-se=authenticator-button][data-se-for-name*=google i]",
            "[data-se=authenticator-button] :: /google authenticator/i",
            "[data-se=okta_verify-totp] a",
        ),
        "switch": ("[data-se=switchAuthenticator]",),
        "skip": (".skip-all", "[data-se=skip]", "role=button :: /set up later|remind me later/i"),
        "stay-no": ("role=button :: /don'?t stay signed in|do not stay signed in/i", "a :: /don'?t stay signed in/i"),
        "enrol": (
            ".siw-main-view.enroll-authenticator",
            ".siw-main-view.select-authenticator-enroll",
            "[data-se=authenticator-enroll-list]",
        ),
        "expired": (
            ".siw-main-view.password-expired",
            "input[name='credentials.newPassword']",
            "input[name=newPassword]",
        ),
        "push": (".siw-main-view.mfa-okta-verify", "[data-se=challenge-number]", ".siw-main-view.okta-verify-push"),
        "challenge-number": ("[data-se=challenge-number]", ".phone--number"),
        "error": (
            "[data-se=o-form-error-container] .infobox-error",
            "[data-se=callout]",
            ".okta-form-infobox-error",
            ".o-form-input-error",
            "[id^='credentials.passcode-error']",
            "[data-se=o-form-error-container] [role=alert]",
            "[role=alert]",
        ),
        "webauthn": (".mfa-verify-webauthn", ".challenge-authenticator--webauthn", "form[class*=mfa-verify-webauthn]"),
        "terminal": (".siw-main-view.terminal",),
        "captcha": ("iframe[src*=recaptcha]", "iframe[src*=hcaptcha]"),
    },
    screens=(
        Screen("captcha", any=("captcha",)),
        Screen(
            "session-expired",
            any=("error", "terminal"),
            none=("identifier", "password", "code"),
            text=r"logged out due to inactivity|session has expired|idx\.session\.expired",
        ),
        Screen("password-expired", any=("expired",)),
        Screen("mfa-enrolment", any=("enrol",), fields={"skip": "skip"}),
        Screen("stay-signed-in", any=("stay-no",), fields={"no": "stay-no"}),
        Screen("push", any=("challenge-number",), fields={"number": "challenge-number", "other": "switch"}),
        Screen("method-chooser", any=("methods",), none=("code", "password"), fields={"totp": "method-code"}),
        Screen("totp", any=("code",), none=("identifier",), fields={"code": "code", **SAVE}),
        Screen(
            "credentials",
            all=("identifier", "password"),
            fields={"username": "identifier", "password": "password", **SAVE},
        ),
        Screen("password", any=("password",), fields={"password": "password", **SAVE}),
        Screen("username", any=("identifier",), fields={"username": "identifier", **SAVE}),
        Screen("security-key", any=("webauthn",), none=("password", "code"), fields={"other": "switch"}),
        Screen("push", any=("push",), fields={"other": "switch"}),
        Screen("error", any=("error", "terminal")),
        Screen("hop", url=r"/login/(signout|sessionCookieRedirect|step-up)"),
    ),
    problems=(
        Problem("locked", ("error",), r"locked|too many"),
        Problem("not-assigned", ("error",), r"not assigned|do not have permission"),
        Problem("account-disabled", ("error",), r"suspended|deactivated|disabled"),
        Problem("code-reused", ("error",), r"only be used once", screens=("totp",)),
        Problem("code-rejected", ("error",), screens=("totp",)),
        Problem("credentials-rejected", ("error",), screens=("username", "password", "credentials")),
    ),
)
