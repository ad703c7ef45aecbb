"""Keycloak, themes v1 and v2, and what stands in custom themes too. Facts: the login themes of keycloak/keycloak."""

from __future__ import annotations

from flows.screens.base import Problem, Screen, Site
from flows.screens.hops import HOPS, TO_FILL, TO_PRESS
from flows.screens.words import DISABLED, LOCKED, NOT_ASSIGNED, PASSKEY, SIGNED_OUT, TEMPORARILY, TIMED_OUT

ACTION = "form[action*='/realms/'][action*='/login-actions/']"
CHOICE = "#kc-select-credential-form"
ONE_CHOICE = (
    f":is({CHOICE} :is(button, [onclick], .select-auth-box-parent), li:has({CHOICE}) :is([role=button], button))"
)
# The icons of the choices are the same in every language; a theme that has none for a choice writes its property's name.
PHONE = ":has([class*=fa-mobile], .kcAuthenticatorOTPClass)"
KEY = ":has([class*=fa-key], .kcAuthenticatorWebAuthnClass)"
LOCK = ":has([class*=fa-unlock], .kcAuthenticatorPasswordClass)"
# Notices that are no complaint wear the same class as complaints.
NOTICE = ":is(.alert-info, .alert-warning, .alert-success, .pf-m-info, .pf-m-warning, .pf-m-success)"
BANNER = ":is(.alert-error, .pf-m-danger)"
# How it says that an account is disabled; in some languages with a word that elsewhere is for a while.
BARRED = rf"{DISABLED}|konto ist gesperrt, bitte|απενεργοποιηθεί|запись заблокирована, свяжитесь|запис заблоковано, зверніться|je neplatný"
LOGIN = ("username", "password", "credentials")
CODES = ("totp", "one-time-code")

KEYCLOAK = Site(
    name="keycloak",
    sends_codes=False,
    paths=r"/realms/[^/]+/(login-actions/|broker/|protocol/(openid-connect|saml|cas)(/|$))",
    marks=(
        "#kc-form-login",
        "#kc-otp-login-form",
        "#kc-totp-login-form",
        "#kc-passwd-update-form",
        "#kc-select-credential-form",
        "#kc-select-try-another-way-form",
        "#kc-form-webauthn",
        "#kc-logout-confirm",
        "#kc-info-message",
        "#kc-error-message",
        "#kc-page-title",
        "#kc-login",
        ACTION,
    ),
    session_cookies=("KEYCLOAK_IDENTITY", "KEYCLOAK_SESSION", "KEYCLOAK_IDENTITY_LEGACY", "KEYCLOAK_SESSION_LEGACY"),
    home="{url}/account/",
    elements={
        "username": ("#kc-form-login #username:not([disabled])", "input#username[name=username]:not([disabled])"),
        "password": ("#kc-form-login #password", "input#password[name=password]"),
        "login": ("#kc-login", "#kc-form-login [type=submit]", f"{ACTION} [type=submit]"),
        # Forms that ask for a user name or a password and are no sign-in.
        "no-login": (
            "#password-confirm",
            "#kc-register-form",
            "#kc-reset-password-form",
            "#kc-update-profile-form",
            "#kc-idp-review-profile-form",
        ),
        "code": (
            "#kc-otp-login-form #otp",
            "#kc-totp-login-form #totp",
            "input#otp[name=otp]",
            "input#totp[name=totp]",
            "input[name=totp]",
            "input[name=otp]",
        ),
        "code-login": ("#kc-otp-login-form [type=submit]", "#kc-totp-login-form [type=submit]", "#kc-login"),
        "sent-code": (
            "#recoveryCodeInput",
            "input[name=recoveryCodeInput]",
            "#kc-sms-code-login-form input[name=code]",
            "input[name=emailCode]",
            "input[name=smsCode]",
            f"{ACTION} input[name=code]:not([type=hidden])",
        ),
        "verify-mail": ("#kc-verify-email-form", ".instruction a[href*='VERIFY_EMAIL']"),
        "new-password": ("#password-new", "input[name=password-new]"),
        "totp-setup": (
            "#kc-totp-settings-form",
            "#kc-totp-secret-qr-code",
            "#kc-totp-secret-key",
            "#kc-recovery-codes-settings-form",
            "#kc-recovery-codes-list",
        ),
        "put-off": ("[name=cancel-aia]", "#cancelTOTPBtn", "#cancelWebAuthnAIA"),
        "another-way": ("#try-another-way",),
        "methods": (CHOICE, f"li:has({CHOICE})", "#authenticators-choice"),
        "method-code": (f"{ONE_CHOICE}{PHONE}", f"{ONE_CHOICE} :: /authenticator app|google authenticator|freeotp/i"),
        "method-password": (f"{ONE_CHOICE}{LOCK}",),
        "method-key": (f"{ONE_CHOICE}{KEY}", f"{ONE_CHOICE} :: /{PASSKEY}/i"),
        "webauthn": ("#authenticateWebAuthnButton", "#kc-try-again"),
        "webauthn-start": ("#authenticateWebAuthnButton",),
        "captcha": ("iframe[src*=recaptcha]", "iframe[src*=hcaptcha]", ".g-recaptcha"),
        # #kc-accept is on the page that deletes a second factor as well.
        "terms": ("#kc-terms-text", "html:not(:has(#kc-delete-text)) #kc-accept"),
        "terms-accept": ("#kc-accept",),
        "terms-decline": ("#kc-decline",),
        "consent": ("#kc-oauth",),
        "consent.accept": ("#kc-oauth #kc-login", "#kc-oauth [name=accept]"),
        "consent.decline": ("#kc-oauth #kc-cancel", "#kc-oauth [name=cancel]"),
        "logout": ("#kc-logout", "#kc-logout-confirm [type=submit]", "[name=confirmLogout]"),
        "logout-confirm": ("#kc-logout-confirm", "form[action*='logout-confirm']"),
        "logged-out-from": ("a#continue",),
        "expired": ("#loginContinueLink",),  # #loginRestartLink is where two accounts are about to be linked as well
        "info": ("#kc-info-message", ".kc-info-message"),
        "dead-end": ("#kc-error-message",),
        "way-back": ("a#backToApplication",),  # of an error, where a theme has not kept the rest
        "field-error": (
            "#input-error",
            "[id^=input-error]:not([id^=input-error-container])",
            f".kc-feedback-text:not({NOTICE} *, {BANNER} *)",
        ),
        "banner": (f"{BANNER} .kc-feedback-text", ".alert-error", "[class*=c-alert].pf-m-danger"),
        # Older themes tell everything above the form. After a refusal the typed name stands in the form again; after a
        # time-out, or the error of another provider, it does not.
        "banner-after-try": (
            f"html:has(input#username[value]:not([value='']), #kc-attempted-username) {BANNER} .kc-feedback-text",
        ),
    },
    screens=(
        *HOPS,
        # Kerberos was tried and is not there: an empty page that posts itself.
        Screen("hop", present=(ACTION,), absent=(*TO_FILL, *TO_PRESS), text=r"^$"),
        Screen("sign-out-confirm", any=("logout-confirm", "logout"), fields={"confirm": "logout"}),
        Screen("captcha", any=("captcha",), none=("username", "password")),
        Screen("password-expired", any=("new-password",)),
        Screen("mfa-enrolment", any=("totp-setup",), fields={"skip": "put-off"}),
        Screen("passkey-enrolment", present=("#attestationObject",), fields={"skip": "put-off"}),
        Screen("consent", any=("consent",), fields={"accept": "consent.accept", "decline": "consent.decline"}),
        Screen("terms", any=("terms",), fields={"accept": "terms-accept", "decline": "terms-decline"}),
        Screen(
            "method-chooser",
            any=("methods",),
            none=("code", "password", "username"),
            fields={"totp": "method-code", "password": "method-password", "passkey": "method-key"},
        ),
        Screen("totp", any=("code",), none=("password",), fields={"code": "code", "submit": "code-login"}),
        Screen(
            "one-time-code",
            any=("sent-code",),
            none=("password",),
            fields={"code": "sent-code", "submit": "login", "other": "another-way"},
        ),
        Screen(
            "credentials",
            all=("username", "password"),
            none=("no-login",),
            fields={"username": "username", "password": "password", "submit": "login"},
        ),
        Screen("password", any=("password",), none=("no-login",), fields={"password": "password", "submit": "login"}),
        Screen("username", any=("username",), none=("no-login",), fields={"username": "username", "submit": "login"}),
        Screen(
            "security-key",
            any=("webauthn",),
            none=("no-login",),
            fields={"other": "another-way", "start": "webauthn-start"},
        ),
        Screen("security-key", present=("form#webauth", "#kc-form-webauthn"), fields={"other": "another-way"}),
        Screen("session-expired", any=("expired",)),
        Screen("session-expired", any=("dead-end",), text=TIMED_OUT),
        Screen("one-time-code", url=r"execution=VERIFY_EMAIL", none=("no-login", "dead-end", "info")),
        Screen("one-time-code", any=("verify-mail",)),
        Screen("signed-out", url=r"/logout", any=("info",)),
        Screen("signed-out", any=("info",), text=SIGNED_OUT),
        Screen("hop", url=r"/logout", any=("logged-out-from",)),
        Screen(
            "signed-out",
            url=r"/logout",
            none=("logout", "logout-confirm", "dead-end"),
            absent=TO_FILL,
            text=SIGNED_OUT,
        ),
        Screen("error", any=("dead-end",)),
        Screen("error", any=("way-back",), none=("info",), absent=TO_FILL),
    ),
    problems=(
        # Its own texts say "disabled", or what is "locked" elsewhere, of both; what is only for a while says so.
        Problem("locked", ("field-error", "banner"), TEMPORARILY, (*LOGIN, *CODES)),
        Problem("account-disabled", ("field-error", "banner"), BARRED, (*LOGIN, *CODES)),
        Problem("locked", ("field-error", "banner"), LOCKED, (*LOGIN, *CODES)),
        Problem("account-disabled", ("dead-end",), BARRED, ("error",)),
        Problem("not-assigned", ("dead-end",), NOT_ASSIGNED, ("error",)),
        Problem("code-rejected", ("field-error", "banner"), rf"^(?!.*({TIMED_OUT}))", CODES),
        Problem("credentials-rejected", ("field-error", "banner-after-try"), rf"^(?!.*({TIMED_OUT}))", LOGIN),
    ),
)
