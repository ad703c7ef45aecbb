"""OneLogin: the page at `/login2`, which never changes its address. Facts: ids of its fields in public automation code; the names
of its own factors, which it does not translate. No saved page is public."""

from __future__ import annotations

from flows.screens import words
from flows.screens.base import Problem, Screen, Site
from flows.screens.code_words import APP, SENT

SUBMIT = {"submit": "submit"}
OTHER = {"other": "another-way"}
CODE = {"code": "code", **SUBMIT, **OTHER}
FIELDS = ("username", "password", "code")

ONELOGIN = Site(
    name="onelogin",
    doubted=True,
    hosts=r"\.onelogin\.(com|eu)$",
    session_cookies=("sub_session_onelogin.com",),
    home="{url}/portal/",
    elements={
        "username": ("input#username", "input[name=username]"),
        "password": (
            "input#password:not([autocomplete=new-password])",
            "input[name=password]:not([autocomplete=new-password])",
        ),
        "code": (
            "input[name=otp]",
            "input[autocomplete=one-time-code]",
            "input#security-code",
            "input[name*=code i]:not([type=hidden])",
            "input[id*=otp i]",
        ),
        "submit": ("form button[type=submit]", "button[type=submit]", "form input[type=submit]"),
        "new-password": (
            "input[autocomplete=new-password]",
            "input[name*=new i][type=password]",
            "input[name*=confirm i][type=password]",
        ),
        "another-way": (
            "role=button :: /authentication factor|authentifizierungsfaktor|facteur d'authentification|factor de autenticación/i",
            "role=link :: /authentication factor|authentifizierungsfaktor|facteur d'authentification|factor de autenticación/i",
            "span :: /^(change|select) authentication factor$/i",
        ),
        "factors": (
            "role=button :: /(google|microsoft|onelogin)? ?authenticator|onelogin (protect|sms|email|voice)/i",
            "role=radio :: /authenticator|onelogin (protect|sms|email|voice)/i",
        ),
        "method-code": ("role=button :: /authenticator/i", "role=radio :: /authenticator/i"),
        "error": ("[role=alert]", "[class*=error-message]", "[data-testid*=error]"),
    },
    screens=(
        Screen("hop", present=("input[type=hidden][name=SAMLResponse]",)),
        Screen("password-expired", any=("new-password",)),
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
        Screen("push", text=r"onelogin protect", any=("another-way",), none=FIELDS, fields=OTHER),
        Screen("method-chooser", any=("factors",), none=FIELDS, fields={"totp": "method-code"}),
        Screen("push", any=("another-way",), none=FIELDS, fields=OTHER),
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
