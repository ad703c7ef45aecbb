"""JumpCloud's user login. Facts: names, `data-automation` and component class names in public automation code that was written
against its login bundle. No saved page is public."""

from __future__ import annotations

from flows.screens import words
from flows.screens.base import Problem, Screen, Site

SUBMIT = {"submit": "submit"}
FIELDS = ("username", "password", "code")

JUMPCLOUD = Site(
    name="jumpcloud",
    doubted=True,
    hosts=r"^(console|sso|oauth|login)\.([a-z]+\.)?jumpcloud\.com$",
    marks=("button[data-automation=loginButton][type=submit]",),
    session_cookies=("_jumpcloud_user_console_",),
    home="https://console.jumpcloud.com/userconsole",
    elements={
        # The address stays in the password's form, hidden and read-only.
        "username": ("input[name=email]:not([readonly])",),
        "password": ("input[name=password]:not([autocomplete=new-password])",),
        "code": (
            "[class*=TotpInput__] input",
            "input[class*=TotpInput__]",
            "input[autocomplete=one-time-code]",
            "input[name=otp]",
            "input[name*=totp i]",
        ),
        "submit": ("button[data-automation=loginButton]", "form button[type=submit]"),
        "new-password": (
            "input[autocomplete=new-password]",
            "input[name=newPassword]",
            "input[name*=confirm i][type=password]",
        ),
        "another-way": (
            "[data-automation*=Mfa i] a",
            "role=link :: /\\b(totp|another|other)\\b/i",
            "role=button :: /\\btotp\\b/i",
        ),
        "push": (
            "[class*=PushMfa i]",
            "[data-automation*=push i]",
            "h1 :: /jumpcloud protect/i",
            "h2 :: /jumpcloud protect/i",
        ),
        "security-key": ("[class*=WebAuthn i]", "[data-automation*=webauthn i]"),
        "enrolment": ("[class*=MfaEnroll i]", "[class*=TotpEnroll i]", "[data-automation*=enroll i]"),
        "error": (
            "[class*=LoginAlert__error]",
            "[data-test-id=error-alert]",
            "[class*=loginAlert]",
            "[class*=errorDisplay]",
            "[role=alert]",
        ),
    },
    screens=(
        Screen("hop", present=("input[type=hidden][name=SAMLResponse]",)),
        Screen("password-expired", any=("new-password",)),
        Screen("mfa-enrolment", any=("enrolment",)),
        Screen(
            "credentials",
            all=("username", "password"),
            fields={"username": "username", "password": "password", **SUBMIT},
        ),
        Screen("password", any=("password",), fields={"password": "password", **SUBMIT}),
        Screen("username", any=("username",), fields={"username": "username", **SUBMIT}),
        Screen("totp", any=("code",), fields={"code": "code", **SUBMIT, "other": "another-way"}),
        Screen("security-key", any=("security-key",), fields={"other": "another-way"}),
        Screen("push", any=("push",), fields={"other": "another-way"}),
        Screen("error", any=("error",), none=FIELDS),
    ),
    problems=(
        Problem("locked", ("error",), words.LOCKED),
        Problem(
            "account-disabled", ("error",), words.DISABLED, screens=("username", "password", "credentials", "error")
        ),
        Problem("not-assigned", ("error",), words.NOT_ASSIGNED),
        Problem("code-reused", ("error",), words.REUSED, screens=("totp",)),
        Problem("code-rejected", ("error",), screens=("totp",)),
        Problem("credentials-rejected", ("error",), screens=("username", "password", "credentials")),
    ),
)
