"""Auth0: universal login (its own pages and pages that a tenant wrote) and Lock. Facts: the screens' names, which are in the
path; the names and values of form fields and buttons; `data-error-code`. Class names change with every deploy."""

from __future__ import annotations

from flows.screens import words
from flows.screens.base import Problem, Screen, Site

SUBMIT = {"submit": "submit"}
OTHER = {"other": "another-way"}
CODE = {"code": "code", **SUBMIT, **OTHER}
FIELDS = ("username", "password", "code")
METHODS = {"totp": "method-code", "passkey": "method-key"}
# Screens of a code that somebody gets, by mail, message, call, or has on paper.
SENT = (
    r"/u/(mfa-(sms|email|voice|phone|recovery-code)-|login(-|/)passwordless|passwordless-|login-email-verification"
    r"|(email|phone)-\w*-?challenge)"
)

AUTH0 = Site(
    name="auth0",
    doubted=True,
    hosts=r"\.auth0\.com$",
    paths=r"^/u/(login(/(identifier|password)|-(id|password))|mfa-[a-z-]+|passkey-enrollment[a-z-]*|login-email-verification)$",
    marks=(
        "button[name=action][data-action-button-primary=true]",
        "form[data-form-primary=true]",
        "form[class*=_form-login-]",
        ".auth0-lock",
        "input.auth0-lock-input",
    ),
    session_cookies=("auth0", "auth0_compat"),
    elements={
        "username": (
            "input#username:not(.hide, [readonly])",
            "input[name=username]:not(.hide, [readonly])",
            "input.auth0-lock-input[name=email]",
            "input.auth0-lock-input[name=username]",
            "input[name=email]:not(.hide)",
        ),
        # A field of that type waits hidden on the page that asks for the name; a class of it hides it.
        "password": ("input#password:not(.hide)", "input[name=password]:not(.hide)"),
        "code": ("input#code:not(.hide)", "input[name=code]:not(.hide)", "#\\31 -vcode", "input[name=vcode]"),
        "submit": (
            "button[name=action][value=default][data-action-button-primary=true]",
            "button[data-action-button-primary=true]",
            "button[name=action][value=default]",
            ".auth0-lock-submit",
            "form button[name=submit]",
            "form:has(input[name=state]) button[type=submit]:not([aria-hidden=true], .ulp-hidden-form-submit-button, [name=action])",
        ),
        # Lock has the same fields, and its button, for signing up (its second tab) and for a forgotten password.
        "lock-sign-up": (
            ".auth0-lock-tabs > li.auth0-lock-tabs-current:nth-child(2)",
            ".auth0-lock-terms",
            ".auth0-lock-sign-up-terms",
        ),
        "lock-code": ("input.auth0-lock-input[name=mfa_code]",),
        "lock-back": (".auth0-lock-back-button",),
        "another-way": ("button[value=pick-authenticator]", "button[value^='pick-authenticator']"),
        "method-code": ("button[name=action][value^='otp']", "[data-action^='otp']"),
        "method-key": ("button[name=action][value^='webauthn']", "[data-action^='webauthn']"),
        "method-any": ("button[name=action][value*='::']",),
        "skip": (
            "button[value=abort-passkey-enrollment]",
            "._link-abort-passkey-enrollment",
            "button[value*=snooze]",
            "button[value*=refuse]",
        ),
        "new-password": (
            "input[name='password-reset']",
            "input[name='re-enter-password']",
            "input[name='password-confirm']",
        ),
        "consent.accept": ("button[name=action][value=accept]",),
        "consent.decline": ("button[name=action][value=deny]", "button[name=action][value=decline]"),
        "consent.app": ("h1 strong", "h1 b", "h1"),
        "sign-out": ("button[name=action][value=accept]", "button[data-action-button-primary=true]"),
        "captcha": (
            "input[name=captcha]",
            "[data-captcha-provider] iframe[src*=recaptcha]:not([src*='size=invisible'])",
            "[data-captcha-provider] iframe[src*=hcaptcha]:not([src*='size=invisible'])",
            ".auth0-lock-captcha-image",
        ),
        "barred": tuple(
            f"[data-error-code{test}]"
            for test in ("*='-blocked'", "*=too-many", "=same-user-login", "=password-breached", "*=rate-limit")
        ),
        "refused": (
            "[data-error-code^='wrong-']:not([data-error-code=wrong-captcha])",
            "[data-error-code*=credentials]",
        ),
        "wrong-code": tuple(
            f"[data-error-code{test}]"
            for test in (
                "*=invalid-code",
                "*=invalid-otp",
                "*=wrong-code",
                "=invalid-expired-code",
                "*=authenticator-error",
            )
        ),
        # Complaints of pages that name no code for them.
        "error": (
            "[id^=error-element-]:not([data-error-code])",
            ".ulp-input-error-message:not([data-error-code])",
            "#prompt-alert:not(:has([data-error-code])):not([data-error-code])",
            ".auth0-global-message-error",
        ),
        "alert": ("#prompt-alert", "[data-error-code]"),
    },
    screens=(
        Screen("captcha", any=("captcha",)),
        Screen(
            "hop",
            url=r"/u/mfa-detect-browser-capabilities|/(authorize/resume|login/callback)",
            none=(*FIELDS, "submit"),
        ),
        Screen("hop", present=("input[type=hidden][name=SAMLResponse]", "form[name=hiddenform] input[name=wresult]")),
        Screen("password-expired", any=("new-password",)),
        Screen("unknown", url=r"/u/(signup|reset-(password|email)|device)"),
        Screen("unknown", any=("lock-sign-up",)),
        Screen("unknown", all=("lock-back", "username"), none=("password", "code")),
        Screen("totp", any=("lock-code",), fields={"code": "lock-code", **SUBMIT}),
        Screen("passkey-enrolment", any=("skip",), fields={"skip": "skip"}),
        Screen("passkey-enrolment", url=r"/u/passkey-enrollment", fields={"skip": "skip"}),
        Screen(
            "consent",
            url=r"/u/(consent|custom-consent)",
            any=("consent.accept",),
            fields={"accept": "consent.accept", "decline": "consent.decline"},
        ),
        Screen("sign-out-confirm", url=r"/u/logout(\?|$)", any=("sign-out",), fields={"confirm": "sign-out"}),
        Screen("signed-out", url=r"/u/logout-complete|/v2/logout", none=(*FIELDS, "submit")),
        Screen("mfa-enrolment", url=r"/u/mfa-([a-z-]*enroll|push-welcome|country-codes)"),
        Screen("method-chooser", url=r"/u/mfa-(login-options|\w+-list)", fields=METHODS),
        Screen("method-chooser", any=("method-any",), none=FIELDS, fields=METHODS),
        Screen("security-key", url=r"/u/mfa-webauthn-", fields=OTHER),
        Screen("one-time-code", url=SENT, any=("code",), fields=CODE),
        Screen("totp", url=r"/u/mfa-otp-challenge", any=("code",), fields=CODE),
        Screen("push", url=r"/u/mfa-push-challenge", fields=OTHER),
        Screen("one-time-code", any=("code",), none=("username", "password"), fields=CODE),
        Screen(
            "credentials",
            all=("username", "password"),
            fields={"username": "username", "password": "password", **SUBMIT},
        ),
        Screen("password", any=("password",), fields={"password": "password", **SUBMIT}),
        Screen("username", any=("username",), fields={"username": "username", **SUBMIT}),
        Screen("error", any=("alert",)),
    ),
    problems=(
        Problem("locked", ("barred",)),
        Problem("code-reused", ("error", "wrong-code"), words.REUSED, screens=("totp", "one-time-code")),
        Problem("code-rejected", ("wrong-code",), screens=("totp", "one-time-code")),
        Problem("credentials-rejected", ("refused",), screens=("username", "password", "credentials")),
        Problem("locked", ("error",), words.LOCKED),
        Problem(
            "account-disabled", ("error",), words.DISABLED, screens=("username", "password", "credentials", "error")
        ),
        Problem("not-assigned", ("error",), words.NOT_ASSIGNED),
        Problem("code-rejected", ("error",), screens=("totp", "one-time-code")),
        Problem("credentials-rejected", ("error",), screens=("username", "password", "credentials")),
    ),
)
