"""PingID, the second factor of PingFederate and PingOne. Facts: saved pages of authenticator.pingone.com."""

from __future__ import annotations

from flows.screens.base import Problem, Screen, Site
from flows.screens.hops import HOPS
from flows.screens.words import LOCKED, REUSED, TIMED_OUT

CODES = ("totp", "one-time-code")
POLL = ("form#form1[action*='/ppm/auth/']",)

PINGID = Site(
    name="pingid",
    hosts=r"^authenticator\.pingone\.(com|eu|ca|asia|com\.au|sg)$",
    paths=r"^/pingid/ppm/",
    marks=("form[action*='/pingid/ppm/']", "link[href*='/pingid/assets/']"),
    elements={
        "code": ("#otp-form #otp", "#otp-form input[name=otp]", "input#otp[name=otp]"),
        "submit": ("#otp-form [type=submit]", "#otp-form .primary"),
        # A code that was sent can be asked for once more; one of an app cannot.
        "again": (".call-again-link a[href]", "#otp-form a[href*=resend i]", "#otp-form a[href*='call-again' i]"),
        "devices": (".device-list .device", "#device-form"),
        "method-code": (
            ".device-list .device[class*=authenticator] :is(a, button)",
            ".device-list .device[class*=oath] :is(a, button)",
        ),
        "authenticating": (".window.authenticating",),
        "number": (".numbermatching",),
        "other": (
            "a[href*='/ppm/auth/usecode']",
            "#use-code",
            ".use-code",
            ".window a[href*='/ppm/devices']",
        ),
        "security-key": (".window.webauthn", ".window.security-key", "form[action*='/ppm/'][action*=webauthn i]"),
        "pairing": (".window.pairing", ".window.activation", "form[action*='/ppm/pair']"),
        "not-now": (".window a[href*=skip i]", "[name=skip]", "#skip"),
        "dead-end": (".window.error",),
        "error": (".error-message",),
        "anything": ("button", "input:not([type=hidden])", "a[href]"),
    },
    screens=(
        *HOPS,
        Screen("session-expired", any=("dead-end",), none=("code",), text=TIMED_OUT),
        Screen("error", any=("dead-end",), none=("code",)),
        Screen("method-chooser", any=("devices",), none=("code",), fields={"totp": "method-code"}),
        Screen(
            "mfa-enrolment", url=r"/pingid/ppm/(pair|registration|register|enroll|activat)", fields={"skip": "not-now"}
        ),
        Screen("mfa-enrolment", any=("pairing",), fields={"skip": "not-now"}),
        Screen("one-time-code", all=("code", "again"), fields={"code": "code", "submit": "submit", "other": "other"}),
        Screen("totp", any=("code",), fields={"code": "code", "submit": "submit"}),
        Screen("push", any=("number",), fields={"number": "number", "other": "other"}),
        Screen("security-key", any=("security-key",), fields={"other": "other"}),
        Screen("push", any=("authenticating",), fields={"other": "other"}),
        Screen("push", present=POLL, fields={"other": "other"}),
        # It tells the server what the browser can do, and posts itself.
        Screen("hop", present=("form#start-form",), none=("anything",)),
    ),
    problems=(
        Problem("locked", ("error", "dead-end"), LOCKED),
        Problem("code-reused", ("error",), REUSED, CODES),
        Problem("code-rejected", ("error",), rf"^(?!.*({TIMED_OUT}))", CODES),
    ),
)
