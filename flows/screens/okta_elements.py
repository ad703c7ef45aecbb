"""Where Okta's pages keep what a sign-in needs: the elements of Classic and of the Identity Engine, generation 2 and 3.

Ids are counters there and labels may be empty: names, `data-se` and the class names of generation 2 count. What tells the
authenticator is hidden from people who listen (a picture above the form), so those are selectors to ask as present.
"""

from __future__ import annotations

from flows.screens import words
from flows.screens.okta_words import SET_UP

PASSCODE = "input[name='credentials.passcode']"
# A field for a password keeps this mark while its eye icon shows what was typed.
KEPT = ":is([type=password], [autocomplete=current-password], .password-with-toggle)"
VIEW = ".siw-main-view"
BEACON = ("[data-se~=auth-header] [data-se~=factor-beacon]", ".beacon-container [data-se=factor-beacon]")
FORM3 = "#okta-sign-in[data-version] form"  # generation 3


def beacon(*kinds: str) -> tuple[str, ...]:
    """The picture of one of these authenticators above the form; it is hidden from people who listen, so it is asked as present."""
    return tuple(
        css
        for kind in kinds
        for css in (
            f"[data-se~=auth-header] [data-se~=factor-beacon][data-se~='{kind}']",
            f".beacon-container [data-se=factor-beacon].{kind}",
        )
    )


def view(*names: str) -> tuple[str, ...]:
    """Generation 2: the views of these remediations, of any authenticator unless it is named."""
    return tuple(f"{VIEW}[class*=' {name}']" for name in names)


SECRET = beacon("mfa-okta-password")
APP = (
    *beacon("mfa-google-auth", "mfa-okta-verify"),
    *view("challenge-authenticator--google_otp", "challenge-authenticator--okta_verify"),
)
# Classic draws the picture some moments after the field, and apps and tokens have one form: until then nothing is known.
UNDRAWN = ("#okta-sign-in:not(:has([data-se=factor-beacon])) form[data-se=factor-totp]",)
SENT = (
    *beacon("mfa-okta-email", "mfa-okta-phone", "mfa-okta-sms", "mfa-okta-call"),
    *view("challenge-authenticator--okta_email", "authenticator-verification-data--okta_email"),
    *view("challenge-authenticator--phone_number", "authenticator-verification-data--phone_number"),
)
PUSHED = (
    *beacon("mfa-okta-verify", "mfa-custom-app-logo", "mfa-duo"),
    *view("challenge-poll--", "resend--", "authenticator-verification-data--okta_verify"),
    *view("authenticator-verification-data--custom_app", "challenge-authenticator--duo"),
    "form[data-se=factor-push]",
    "form.mfa-verify-duo",
)
DEVICE = (
    *view("device-challenge-poll", "launch-authenticator"),
    f"{VIEW}[class*=' challenge-poll--'] form.device-challenge-poll",
    "#okta-sign-in iframe#custom-uri-container",
)
# Asks the device in silence, for a few seconds at most.
PROBING = view("device-challenge-poll")
KEY = (
    *beacon("mfa-webauthn", "mfa-u2f", "mfa-windows-hello", "mfa-smart-card"),
    *view("challenge-authenticator--webauthn", "piv-idp"),
)
# An authenticator that is not the password, though its field may be one.
NOT_PASSWORD = (
    f"{VIEW}[class*=' challenge-authenticator--']:not([class*='okta_password'])",
    "[data-se~=auth-header] [data-se~=factor-beacon]:not([data-se~=mfa-okta-password])",
    ".beacon-container [data-se=factor-beacon]:not(.mfa-okta-password):not(.mfa-password)",
)

ELEMENTS: dict[str, tuple[str, ...]] = {
    "identifier": ("input[name=identifier]", "#okta-signin-username", "#idp-discovery-username"),
    "password": (
        f"{PASSCODE}{KEPT}",
        "#okta-signin-password",
        "form.mfa-verify-password input[name=password]",
    ),
    "code": (
        f"{PASSCODE}:not({KEPT})",
        f"{VIEW}[class*=' challenge-authenticator--']:not([class*='okta_password']) {PASSCODE}",
        "form[data-se^='factor-']:not(.mfa-verify-question, .mfa-verify-password) input[name=answer]",
        "form[class*=mfa-verify]:not(.mfa-verify-question) input[name=answer]",
        ".mfa-verify form input[name=answer]:not([name=password])",
        ".mfa-verify input[name=passCode]",
    ),
    "answer": ("input[name='credentials.answer']", "form.mfa-verify-question input[name=answer]"),
    "save": (
        "form button[data-se=save]",
        "form input[type=submit][data-type=save]",
        "#okta-signin-submit",
        "#idp-discovery-submit",
    ),
    "cancel": ("[data-se=cancel]", "[data-se=back-link]", ".js-back"),
    "methods": (
        "[data-se=authenticator-verify-list] [data-se=authenticator-button]",
        ".authenticator-verify-list .authenticator-row",
        f"{VIEW}.select-authenticator-authenticate .authenticator-row",
        "[data-se=authenticator-button]",
        ".authenticator-row",
        "a[aria-controls=okta-dropdown-options][aria-expanded=true]",
    ),
    "providers": (
        "[data-se^='social-auth-']",
        "[data-se*=' social-auth-']",
        ".social-auth-button",
        "[data-se=piv-card-button]",
    ),
    "method-code": (
        "[data-se=authenticator-button]:has([data-se=google_otp])",
        "[data-se=authenticator-button]:has([data-se='okta_verify-totp'])",
        "[data-se=google_otp] a.select-factor",
        "[data-se=google_otp] a",
        "[data-se='okta_verify-totp'] a",
        "[data-se=authenticator-button][data-se-for-name*=google i]",
        "[data-se=authenticator-button] :: /google authenticator/i",
        ".factor-option a:has(.mfa-google-auth-30)",
    ),
    "method-key": (
        "[data-se=authenticator-button]:has([data-se=webauthn])",
        "[data-se=webauthn] a.select-factor",
        "[data-se=webauthn] a",
        "[data-se=authenticator-button][data-se-for-name*=webauthn i]",
        f"[data-se=authenticator-button] :: /{words.PASSKEY}/i",
        ".factor-option a:has(.mfa-webauthn)",
    ),
    "method-password": ("[data-se=authenticator-button]:has([data-se=okta_password])", "[data-se=okta_password] a"),
    "switch": ("[data-se=switchAuthenticator]", "a[aria-controls=okta-dropdown-options]"),
    "skip": (
        ".skip-all",
        "[data-se=skip]",
        "[data-se=skip-setup]",
        "[data-se=skip-link]",
        "form:has([data-se=authenticator-enroll-list]) > * button[data-se=save]",
    ),
    "stay-no": ("[data-se=do-not-stay-signed-in-btn]",),
    # Pages about an account that is made, found again or unlocked, not signed in to.
    "no-sign-in": (
        "[name^='userProfile.']",
        ".registration form",
        "form.enduser-email-consent",
        ".recovery-question form",
        "[data-se=text-appName]",
        *view(
            "enroll-profile",
            "select-authenticator-unlock-account",
            "identify-recovery",
            "unlock-account",
            "email-challenge-consent",
        ),
    ),
    "enrol": (
        *view("enroll-authenticator--", "enroll-poll", "select-authenticator-enroll", "authenticator-enrollment-data"),
        *view("select-enrollment-channel", "enrollment-channel-data", "reset-authenticator--google_otp"),
        "[data-se=authenticator-enroll-list]",
        "[data-se=qrContainer]",
        "[data-se=enter-code-title]",
        "[data-se=manual-setup-title]",
        ".switch-channel-link",
        "[name='authenticator.phoneNumber']",
        "[name='authenticator.channel']",
        "[name='credentials.credentialId']",
        "[name='credentials.clientData']",
        "[name='credentials.questionKey']",
        ".enroll-choices",
        ".auth-content-inner > [class^='enroll-']",
        ".barcode-totp",
        ".barcode-push",
        f"{FORM3} [data-se=o-form-head] :: /{SET_UP}/i",
    ),
    "enrol-passkey": (
        *view("enroll-authenticator-promotion--", "enroll-authenticator--webauthn"),
        f"{FORM3} [data-se=button]",
    ),
    "new-password": (
        "input[name=confirmPassword]",
        f"{PASSCODE}[autocomplete=new-password]",
        "input[name='credentials.newPassword']",
        "input[name=newPassword]",
    ),
    "expiring": (
        *view("reenroll-authenticator-warning", "reenroll-custom-password-expiry-warning"),
        "figure[id*=-warning_Password]",
    ),
    "expired": (
        *view("reenroll-authenticator-", "reenroll-custom-password-expiry-"),
        ".auth-content-inner > .password-expired",
    ),
    "consent": (
        *view("consent", "granular-consent", "admin-consent", "consent-required", "admin-consent-required"),
        ".consent-required",
        ".admin-consent-required",
        "[data-se=consent-description]",
        f"{VIEW}:has(.consent-description)",
    ),
    "consent.app": (
        "[data-se=title-text] b",
        "[data-se=title-text] h1",
        ".title-text b",
        ".consent-title h1 b",
        ".detail-row h1 b",
        ".detail-row h1",
    ),
    "consent.accept": ("form [data-se=save]", "form input[data-type=save]"),
    "consent.decline": ("form [data-se=cancel]", "form input[data-type=cancel]"),
    "challenge-number": ("[data-se=challenge-number]", "[data-se=text-code]", ".phone--number"),
    "continue": (
        f"{VIEW}.device-assurance-grace-period [data-type=save]",
        f"{FORM3}:has([data-se=infobox-warning]) button[type=button]:not([data-se])",
    ),
    "launch": (
        "#launch-ov",
        f"{VIEW}.launch-authenticator",
        "form.device-challenge-poll a.button",
        "#okta-sign-in form button[type=button] :: /okta (fastpass|verify)/i",
    ),
    "link": (".enter-auth-code-instead-link", f"{FORM3} button[type=button]:not([data-se])"),
    "spinner": ("#okta-sign-in [role=progressbar]", "#okta-sign-in .okta-waiting-spinner", f"{VIEW} .spinner"),
    "countdown": (
        f"{VIEW}.poll .ion-messages-container",
        f"{FORM3}:not(:has(input, iframe, ul, img, button:not([data-se=cancel]))):has(button[data-se=cancel])",
    ),
    "terminal": (f"{VIEW}.terminal", ".error-state", f"{FORM3}:not(:has(input, button)) [data-se=o-form-explain]"),
    "error": (
        "[data-se=o-form-error-container] .infobox-error",
        "[data-se=infobox-error]",
        ".infobox-error",
        "[data-se=callout][class*=rror]",
    ),
    "field-error": (
        ".o-form-input-error",
        "[id='credentials.passcode-error']",
        "[id='identifier-error']",
        "#okta-sign-in [id$='-error'].Mui-error",
    ),
    "captcha": (
        "iframe[src*='/bframe']",
        "iframe[src*='recaptcha'][src*='/anchor']:not([src*='size=invisible'])",
        "iframe[src*=hcaptcha][src*='frame=challenge']",
        "iframe[src*=hcaptcha][src*='frame=checkbox']:not([src*='size=invisible'])",
    ),
}
