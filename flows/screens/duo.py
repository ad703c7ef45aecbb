"""Duo, the second factor inside other sites: the Universal Prompt, the traditional prompt, and the frame that holds the latter.

Facts: saved pages and public automation. What is inside a frame of another origin is not read: its page is only named.
"""

from __future__ import annotations

from flows.screens.base import Problem, Screen, Site
from flows.screens.hops import HOPS
from flows.screens.words import LOCKED, PASSKEY, REUSED, TIMED_OUT

CODES = ("totp", "one-time-code")
SKIP = (
    r"/^(skip( for now)?|not now|jetzt nicht|(vorerst )?überspringen|ignorer|passer|pas maintenant|omitir|ahora no"
    r"|今はスキップ|スキップ)/i"
)
AGAIN = (
    r"/resend|send (me )?(a )?new|erneut (senden|anfordern)|neuen? .*(code|kennung) senden|renvoyer|reenviar"
    r"|volver a enviar|再送/i"
)

DUO = Site(
    name="duo",
    hosts=r"^api-[\w-]+\.(duosecurity|duofederal)\.com$",
    marks=("iframe#duo_iframe", "iframe[src*='.duosecurity.com/frame/']", "form#plugin_form"),
    elements={
        "frame": ("iframe#duo_iframe", "iframe[src*='.duosecurity.com/frame/']"),
        "trust": ("#trust-browser-button",),
        "no-trust": ("#dont-trust-browser-button",),
        "code": (
            "#passcode-input",
            "input.passcode-input:not([name=passcode])",
            # The traditional prompt has the field on its list of methods, and shows it when it was chosen.
            "#auth_methods input[name=passcode]:not(.hidden)",
        ),
        "verify": (
            ".verify-button",
            "button[data-testid=verify-button]",
            "#auth_methods fieldset:not(.hidden) #passcode",
            "#passcode[type=submit]",
            "form:has(#passcode-input) [type=submit]",
        ),
        "again": (f"role=button :: {AGAIN}", f"role=link :: {AGAIN}"),
        "number": (".verification-code",),
        "other": (
            "a.other-options-link",
            "button.other-options-link",
            ".other-options-link a",
            "[data-testid=other-options-link]",
        ),
        "methods": (
            "#auth_methods",
            "[data-testid='test-id-mobile-otp']",
            ".all-auth-methods-list",
            "[data-testid^='test-id-']",
            ".auth-method-link",
        ),
        "method-code": (
            "[data-testid='test-id-mobile-otp'] :is(a, button)",
            "[data-testid='test-id-mobile-otp']",
            "#auth_methods fieldset:not(.hidden) button#passcode",
            "#auth_methods button#passcode",
        ),
        "method-key": (f"[data-testid^='test-id-'] :is(a, button), .auth-method-link :: /{PASSKEY}/i",),
        "security-key": ("#webauthn-request-header", "[id^=webauthn-request]"),
        "enrolment": ("#enroll-continue", "#enrollment-container", ".enroll-view"),
        "skip": (f"role=button :: {SKIP}", f"role=link :: {SKIP}"),
        "prompt": ("#auth-view-wrapper",),
        "dead-end": ("#error-view", ".error-view", "#error-view-header"),
        "error": (".message-text", "#passcode-input-error", "[id^=passcode][id$=error]", "[role=alert]"),
    },
    screens=(
        *HOPS,
        Screen("method-chooser", any=("frame",)),
        Screen("hop", present=("form#plugin_form",)),
        Screen("hop", url=r"duo\w+\.com/(frame/frameless/v4/auth|frame/v4/(preauth|return)|oauth/v1/authorize)"),
        Screen("device-trust", any=("trust", "no-trust"), fields={"no": "no-trust"}),
        Screen("mfa-enrolment", url=r"/frame/(v4/|web/v1/)?enroll", fields={"skip": "skip"}),
        Screen("mfa-enrolment", any=("enrolment",), fields={"skip": "skip"}),
        Screen("one-time-code", all=("code", "again"), fields={"code": "code", "submit": "verify", "other": "other"}),
        Screen("totp", any=("code",), fields={"code": "code", "submit": "verify", "other": "other"}),
        Screen("push", any=("number",), fields={"number": "number", "other": "other"}),
        Screen("security-key", any=("security-key",), fields={"other": "other"}),
        Screen(
            "method-chooser", any=("methods",), none=("other",), fields={"totp": "method-code", "passkey": "method-key"}
        ),
        Screen("passkey-enrolment", any=("skip",), none=("other",), fields={"skip": "skip"}),
        Screen("push", any=("other",), fields={"other": "other"}),
        Screen("push", any=("prompt",), fields={"other": "other"}),
        Screen("session-expired", any=("dead-end",), text=TIMED_OUT),
        Screen("error", any=("dead-end",)),
    ),
    problems=(
        Problem("locked", ("error", "dead-end"), LOCKED),
        Problem("code-reused", ("error",), REUSED, CODES),
        Problem("code-rejected", ("error",), rf"^(?!.*({TIMED_OUT}))", CODES),
    ),
)
