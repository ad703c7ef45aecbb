"""Active Directory Federation Services. Facts: saved pages of real servers, Microsoft's own page customisations, public automation."""

from __future__ import annotations

from flows.screens.base import Problem, Screen, Site
from flows.screens.code_words import APP, SENT
from flows.screens.hops import HOPS
from flows.screens.words import DISABLED, LOCKED, MUST_CHANGE, NOT_ASSIGNED, SIGNED_OUT, TIMED_OUT

METHOD = "input[type=hidden][name=AuthMethod]"
# The form of every second factor that is built in or added: both fields are demanded of it (Microsoft's guide to adapters).
ADAPTER = "form:has(input[type=hidden][name=AuthMethod]):has(input[type=hidden][name=Context])"
LOGIN = ("username", "password", "credentials")
CODES = ("totp", "one-time-code")

ADFS = Site(
    name="adfs",
    paths=r"^/adfs/(ls|oauth2|portal)(/|$)",
    marks=(
        "#userNameInput[name=UserName]",
        "#passwordInput[name=Password]",
        METHOD,
        "#hrdArea",
        "#idp_SignInPanel",
        "meta[name=mswebdialog-title]",
    ),
    session_cookies=("MSISAuth", "MSISAuth1", "MSISAuthenticated", "MSISSignOut"),
    home="{url}/adfs/ls/idpinitiatedsignon.aspx",
    elements={
        "username": ("#userNameInput", "input[name=UserName]:not([type=hidden])"),
        "password": ("#passwordInput", "input[name=Password]"),
        # The button is a span; the pages that Microsoft's script splits in two have one more of them.
        "next": ("#nextButton",),
        "submit": ("#submitButton", "#submissionArea [role=button]", "#loginForm [type=submit]"),
        "realm-mail": ("#emailInput", "input[name=Email]"),
        "realm-next": ("[name=HomeRealmByEmail]", "#HomeRealmByEmail", "#hrd [type=submit]"),
        "tile": ("#hrdArea .idp", ".idp[onclick*='HRD.selection']"),
        "own-directory": (".idp[onclick*='AD AUTHORITY' i]",),
        "code": ("#verificationCodeInput", "input[name=VerificationCode]", "#passcodeInput", "input[name=Passcode]"),
        "answer": ("#challengeQuestionInput", "input[name=ChallengeQuestionAnswer]"),
        "qr": (f"{ADAPTER} :is(#qrcode img, img[id*=qr i], [id*=qr i] :is(img, canvas, svg))",),
        "adapter-field": (
            f"{ADAPTER} input:not([type=hidden], [type=submit], [type=button], [type=checkbox], [type=radio])",
        ),
        "key-start": (f"{ADAPTER} :is(button, [role=button], [type=submit], [type=button])",),
        "number": ("#validEntropyNumber",),
        "methods": ("#authOptionLinks a", "#authOptionLinks [role=button]"),
        "method-code": (
            "#authOptionLinks :is(a, [role=button])[id*=totp i]",
            "#authOptionLinks :is(a, [role=button])[id*=otp i]",
            "#authOptionLinks #AzureMfaAuthentication",
        ),
        "method-password": ("#authOptionLinks #FormsAuthentication",),
        "new-password": (
            "#newPasswordInput",
            "input[name=NewPassword]",
            "#oldPasswordInput",
            "input[name=OldPassword]",
        ),
        "password-expired": ("#error a[href*=updatepassword i]", f"#errorText :: /{MUST_CHANGE}/i"),
        "sign-in": ("#idp_SignInButton", "#idp_GoButton", "#idp_SignInPanel [type=submit]"),
        "sign-out": ("#idp_SignOutButton",),
        "signed-out": ("#signoutArea", "#signOutArea"),
        "dead-end": ("#errorArea", "#errorMessage"),
        "error": ("#errorText", "#error"),
    },
    screens=(
        *HOPS,
        Screen("password-expired", any=("new-password",)),
        Screen("password-expired", any=("password-expired",)),
        Screen("mfa-enrolment", any=("qr",)),
        Screen(
            "one-time-code",
            present=(f"{METHOD}[value*=SecurID i]", f"{METHOD}[value*=SMS i]", f"{METHOD}[value*=mail i]"),
            any=("code",),
            none=("username",),
            fields={"code": "code", "submit": "submit"},
        ),
        Screen("totp", any=("code",), none=("username", "password"), fields={"code": "code", "submit": "submit"}),
        Screen(
            "totp",
            any=("answer",),
            none=("username",),
            text=rf"^(?!.*({SENT})).*({APP})",
            fields={"code": "answer", "submit": "submit"},
        ),
        Screen("one-time-code", any=("answer",), none=("username",), fields={"code": "answer", "submit": "submit"}),
        Screen("push", any=("number",), fields={"number": "number", "other": "methods"}),
        Screen("username", any=("realm-mail",), fields={"username": "realm-mail", "submit": "realm-next"}),
        Screen("account-chooser", any=("tile",), none=("username", "password"), fields={"work": "own-directory"}),
        Screen(
            "username", all=("username", "next"), none=("submit",), fields={"username": "username", "submit": "next"}
        ),
        Screen(
            "credentials",
            all=("username", "password"),
            fields={"username": "username", "password": "password", "submit": "submit"},
        ),
        Screen("password", any=("password",), fields={"password": "password", "submit": "submit"}),
        Screen("username", all=("username", "next"), fields={"username": "username", "submit": "next"}),
        Screen("username", any=("username",), fields={"username": "username", "submit": "submit"}),
        Screen(
            "push",
            present=(f"{METHOD}[value=AzureMfaAuthentication]", f"{METHOD}[value=AzureMfaServerAuthentication]"),
            none=("dead-end",),
            fields={"other": "methods"},
        ),
        Screen(
            "push",
            present=(f"{ADAPTER} input[type=hidden][name=mode][value=push]",),
            none=("adapter-field",),
            fields={"other": "methods"},
        ),
        Screen(
            "security-key",
            present=(f"{ADAPTER} input[type=hidden][name^=assertion i]",),
            none=("adapter-field",),
            fields={"start": "key-start", "other": "methods"},
        ),
        Screen(
            "method-chooser",
            any=("methods",),
            none=("dead-end",),
            fields={"totp": "method-code", "password": "method-password"},
        ),
        # The page that lists the applications: with somebody signed in it offers the sign-out, else only the way in.
        Screen("sign-out-confirm", any=("sign-out",), fields={"confirm": "sign-out"}),
        Screen("account-chooser", any=("sign-in",), fields={"other": "sign-in"}),
        Screen("signed-out", any=("signed-out",)),
        Screen(
            "signed-out",
            url=r"/adfs/(ls/?\?.*wa=wsignout|oauth2/logout|ls/idpinitiatedsignon)",
            none=("dead-end",),
            text=SIGNED_OUT,
        ),
        Screen("session-expired", any=("dead-end",), text=TIMED_OUT),
        Screen("error", any=("dead-end",)),
    ),
    problems=(
        Problem("locked", ("error",), LOCKED, (*LOGIN, *CODES)),
        Problem("account-disabled", ("error",), DISABLED, (*LOGIN, *CODES)),
        Problem("not-assigned", ("dead-end",), NOT_ASSIGNED, ("error",)),
        Problem("code-rejected", ("error",), rf"^(?!.*({TIMED_OUT}))", CODES),
        Problem("credentials-rejected", ("error",), rf"^(?!.*({TIMED_OUT}))", LOGIN),
    ),
)
