"""CyberArk Identity (once Idaptive, once Centrify). Facts: ids of its forms in public automation code. Its challenge field
`answer` serves every mechanism, the password among them. No saved page is public."""

from __future__ import annotations

from flows.screens import words
from flows.screens.base import Problem, Screen, Site
from flows.screens.code_words import APP, SENT

SUBMIT = {"submit": "submit"}
CODE = {"code": "code", **SUBMIT}
FIELDS = ("username", "password", "code")

CYBERARK = Site(
    name="cyberark",
    doubted=True,
    hosts=r"\.(id\.cyberark\.cloud|my\.idaptive\.(app|qa)|my\.centrify\.(com|net))$",
    marks=("form#usernameForm", "form#passwordForm"),
    session_cookies=(".ASPXAUTH",),
    home="{url}/my",
    elements={
        "username": ("#usernameForm input:not([type=hidden], [type=checkbox])", "input[name=username]"),
        "password": (
            "#passwordForm input[type=password]",
            "input[name=answer][type=password]",
            "input[type=password]:not([autocomplete=new-password])",
        ),
        "code": ("input[name=answer]:not([type=password])", "input[autocomplete=one-time-code]"),
        "submit": (
            "#usernameForm button[type=submit]",
            "#usernameForm button",
            "#passwordForm button[type=submit]",
            "#passwordForm button:not([type=button])",
            "form:has(input[name=answer]) button[type=submit]",
            "form:has(input[name=answer]) button:not([type=button])",
            "form button[type=submit]",
        ),
        "new-password": (
            "input[autocomplete=new-password]",
            "input[name*=new i][type=password]",
            "input[name*=confirm i][type=password]",
        ),
        "error": (".error-message", "[role=alert]"),
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
