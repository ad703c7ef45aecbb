"""PingOne's sign-on pages. Facts: ids of its fields and `data-id` of its button in the vendor's own tests. The pages that a DaVinci
flow draws are its author's, and may be unknown. No saved page is public."""

from __future__ import annotations

from flows.screens import words
from flows.screens.base import Problem, Screen, Site
from flows.screens.code_words import APP, SENT

SUBMIT = {"submit": "submit"}
CODE = {"code": "code", **SUBMIT}
FIELDS = ("username", "password", "code")

PINGONE = Site(
    name="pingone",
    doubted=True,
    hosts=r"^(auth|apps|console)\.pingone\.(com|eu|ca|asia|sg|com\.au)$",
    marks=("form:has(#username) button[data-id=submit-button]", "form:has(#password) button[data-id=submit-button]"),
    session_cookies=("ST",),
    elements={
        "username": ("input#username", "input[name=username]"),
        "password": (
            "input#password:not([autocomplete=new-password])",
            "input[name=password]:not([autocomplete=new-password])",
        ),
        "code": ("input[name=otp]", "input[autocomplete=one-time-code]", "input[id^=otp]", "input[name^=otp]"),
        "submit": ("button[data-id=submit-button]", "form button[type=submit]"),
        "new-password": (
            "input[autocomplete=new-password]",
            "input[name*=new i][type=password]",
            "input[name*=verify i][type=password]",
            "input[name*=confirm i][type=password]",
        ),
        "sign-up": ("input[name='name.given']", "input[name='name.family']", "input[name=given]", "input[name=family]"),
        "agreement": ("input[type=checkbox][name*=agree i]", "input[type=checkbox][id*=agree i]"),
        "consent": ("[data-id*=consent i]",),
        "consent.accept": ("button[data-id=submit-button]", "button[data-id*=allow i]", "button[data-id*=accept i]"),
        "consent.decline": ("button[data-id*=deny i]", "button[data-id*=cancel i]"),
        "consent.app": ("[data-id*=consent i] strong", "[data-id*=application i]", "h1"),
        "signed-out": ("[data-id*=signed-off i]", "[data-id*=signoff i]"),
        "error": ("[role=alert]", "[data-id*=error-message i]", "[data-id*=errorMessage i]"),
    },
    screens=(
        Screen("hop", present=("input[type=hidden][name=SAMLResponse]",)),
        Screen("unknown", any=("sign-up",)),
        Screen("password-expired", any=("new-password",)),
        Screen(
            "consent", any=("consent",), none=FIELDS, fields={"accept": "consent.accept", "decline": "consent.decline"}
        ),
        Screen("terms", any=("agreement",), none=FIELDS),
        Screen(
            "credentials",
            all=("username", "password"),
            fields={"username": "username", "password": "password", **SUBMIT},
        ),
        Screen("password", any=("password",), fields={"password": "password", **SUBMIT}),
        Screen("username", any=("username",), none=("code",), fields={"username": "username", **SUBMIT}),
        Screen("totp", any=("code",), text=APP, fields=CODE),
        Screen("one-time-code", any=("code",), text=SENT, fields=CODE),
        Screen("totp", any=("code",), fields=CODE),
        Screen("signed-out", any=("signed-out",), none=FIELDS),
        Screen("signed-out", url=r"/as/signoff|/signoff", text=words.SIGNED_OUT, none=FIELDS),
        Screen("hop", url=r"/as/(signoff|resume)", none=("error", *FIELDS)),
        Screen("error", any=("error",), none=FIELDS),
    ),
    problems=(
        Problem("locked", ("error",), words.LOCKED),
        Problem(
            "account-disabled", ("error",), words.DISABLED, screens=("username", "password", "credentials", "error")
        ),
        Problem("not-assigned", ("error",), words.NOT_ASSIGNED),
        Problem("code-reused", ("error",), words.REUSED, screens=("totp", "one-time-code")),
        Problem("code-rejected", ("error",), screens=("totp", "one-time-code")),
        Problem("credentials-rejected", ("error",), screens=("username", "password", "credentials")),
    ),
)
