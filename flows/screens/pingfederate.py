"""PingFederate: its form adapter, identifier-first and consent pages. Facts: the server's templates and saved pages of customers."""

from __future__ import annotations

from flows.screens.base import Problem, Screen, Site
from flows.screens.hops import HOPS, TO_FILL
from flows.screens.words import DISABLED, LOCKED, MISSING, MUST_CHANGE, NO_REFUSAL, NOT_ASSIGNED, SIGNED_OUT, TIMED_OUT

LOGIN = ("username", "password", "credentials")
# What stands before the field of the usual form where it is for a token's code, as the RSA SecurID adapter uses it.
CODE_SAID = (
    r"token|passcode|one[- ]?time|\botp\b|securid|\bcode\b|einmal|usage unique|código|codice|solo uso|monouso|eenmalig"
    r"|jednoraz|одноразов|код токена|код подтвержд|ワンタイム|コード|一次性|验证码|驗證碼|일회용|인증"
)
# Server trouble, an empty field and a bar of the hour stand in the same element as a refusal.
REFUSED = rf"^(?!.*({TIMED_OUT}|{NO_REFUSAL}))(?!{MISSING})"
LATER = "input[name='pf.notificationCancel']"

PINGFEDERATE = Site(
    name="pingfederate",
    paths=r"\.ping(;|$)",
    marks=(
        "input[name='pf.username']",
        "input[name='pf.pass']",
        "input[name='pf.ok']",
        "input[name='pf.adapterId']",
        "#identifierInput[name=subject]",
        ".ping-container .ping-body-container",
        "form[action$='.ping']",
        # It hands a sign-in on to PingID, by whose own host PingID's pages are told.
        "form[action*='/pingid/ppm/'] input[type=hidden][name=ppm_request]",
    ),
    session_cookies=("PF", "PF.PERSISTENT"),
    home="{url}/idp/startSSO.ping",
    elements={
        "identifier": ("#identifierInput", "input[name=subject]:not([type=hidden])"),
        "username": ("input[name='pf.username']:not([type=hidden], [disabled])",),
        "password": ("input[name='pf.pass']:not([type=hidden])",),
        "submit": (
            "#signOnButton",
            "#login-button",
            "#post-button",
            ":is(a, button, input)[onclick*=postOk]",
            ".ping-buttons .ping-button.allow",
            "form:has(input[name='pf.pass'], #identifierInput) [type=submit]",
        ),
        "tile": ("#existingAccountsSelectionList .identifier-first__account-select",),
        "other-account": ("#showIdentifierInputLink",),
        "new-password": ("#newPassword1", "#newPassword2", "input[type=password][name*=newpass i]"),
        "change": ("#submitButton.ping-button",),
        "change-elsewhere": ("#changePassLink", f".ping-error :: /{MUST_CHANGE}/i"),
        "expired-here": (f".ping-error :: /{MUST_CHANGE}/i",),
        "later": ("a[onclick*=postCancel]", "button[onclick*=postCancel]", "#cancelButton", ".ping-input-link a"),
        "challenge": ("#challengeResponse",),
        "token": (f".ping-input-label :: /{CODE_SAID}/i",),
        "adapter": ("[name=pfidpadapterid]:not([type=hidden])", "a[href*='pfidpadapterid=']"),
        "consent-save": ("form[name=consentForm] #saveButton",),
        "grant": ("form:has([name='pf.oauth.authz.consent']) .ping-button.allow",),
        "refuse": (
            "form[name=consentForm] #cancelButton",
            "form:has([name='pf.oauth.authz.consent']) .ping-button.deny",
        ),
        "sign-out": ("form[name=consentForm] #yesButton",),
        "captcha": ("iframe[src*='recaptcha/api2/bframe']", "iframe[src*=hcaptcha]"),
        "error": (".ping-error",),
        "told": (".ping-container .ping-messages",),
        "fields": TO_FILL,
    },
    screens=(
        *HOPS,
        # It finds an account back: its fields and its codes sign nobody in.
        Screen("unknown", url=r"/ext/pwdreset/"),
        Screen("password-expired", any=("new-password",)),
        Screen("password-expired", all=("password", "change")),
        Screen("password-expiring", present=(LATER,), any=("later",), fields={"skip": "later"}),
        Screen("password-expired", any=("expired-here",)),
        Screen("password-expired", any=("change-elsewhere",), none=("password", "identifier")),
        Screen("sign-out-confirm", any=("sign-out",), fields={"confirm": "sign-out"}),
        Screen("consent", any=("consent-save",), fields={"accept": "consent-save", "decline": "refuse"}),
        Screen("consent", any=("grant",), fields={"accept": "grant", "decline": "refuse"}),
        Screen("one-time-code", any=("challenge",), fields={"code": "challenge", "submit": "submit"}),
        Screen("account-chooser", any=("tile",), fields={"other": "other-account"}),
        # The password field of this page is for password managers only, and has no name.
        Screen(
            "username", any=("identifier",), none=("password",), fields={"username": "identifier", "submit": "submit"}
        ),
        Screen(
            "credentials",
            all=("username", "password"),
            fields={"username": "username", "password": "password", "submit": "submit"},
        ),
        Screen(
            "credentials",
            all=("identifier", "password"),
            fields={"username": "identifier", "password": "password", "submit": "submit"},
        ),
        Screen(
            "one-time-code",
            all=("password", "token"),
            none=("username", "identifier"),
            fields={"code": "password", "submit": "submit"},
        ),
        Screen("password", any=("password",), fields={"password": "password", "submit": "submit"}),
        Screen("username", any=("username",), fields={"username": "username", "submit": "submit"}),
        Screen("captcha", any=("captcha",)),
        Screen("method-chooser", any=("adapter",)),
        Screen("signed-out", url=r"/[^?]*(SLO|logout)", none=("fields", "error"), text=SIGNED_OUT),
        Screen("session-expired", any=("error",), none=("fields",), text=TIMED_OUT),
        Screen(
            "session-expired",
            any=("told",),
            none=("fields", "error", "submit"),
            text=rf"{TIMED_OUT}|no longer available",
        ),
        Screen("error", any=("error",), none=("fields",)),
    ),
    problems=(
        Problem("locked", ("error",), LOCKED, (*LOGIN, "one-time-code", "error")),
        Problem("account-disabled", ("error",), DISABLED, (*LOGIN, "error")),
        Problem("not-assigned", ("error",), NOT_ASSIGNED, ("error",)),
        Problem("code-rejected", ("error",), REFUSED, ("one-time-code",)),
        Problem("credentials-rejected", ("error",), REFUSED, LOGIN),
    ),
)
