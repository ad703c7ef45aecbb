"""Microsoft Entra ID and personal accounts, old skin and new. Facts: ids and PageID of Microsoft's own end-to-end helpers, of
public automation code and of saved pages; the new skin has test ids instead of ids, and a message under each field."""

from __future__ import annotations

from flows.screens import words
from flows.screens.base import Problem, Screen, Site

NEXT = {"submit": "submit"}
ASKING = ("username", "password", "code", "boxes", "new-password")
SIGN_IN = ("username", "credentials", "password")
CODES = ("totp", "one-time-code")


def page_id(*names: str) -> tuple[str, ...]:
    """The mark that every reply of the server carries, in any language. The views inside of it are swapped by script."""
    return tuple(f"meta[name=PageID][content={name}]" for name in names)


def complaint(field: str) -> tuple[str, ...]:
    """What a page says about a field that it marks as wrong; the alert is there, and empty, while nothing is wrong."""
    marked = [f"body:has({field}{mark})" for mark in (".has-error", "[aria-invalid=true]")]
    return tuple(f"{m} {where}" for m in marked for where in (".fui-Field__validationMessage", "[role=alert]"))


MICROSOFT = Site(
    name="microsoft",
    sends_codes=False,
    hosts=(
        r"^(login\.(microsoftonline\.(com|us|cn|de)|partner\.microsoftonline\.cn|live\.com|microsoft\.com|windows\.net)"
        r"|device\.login\.microsoftonline\.com|autologon\.microsoftazuread-sso\.com|[\w-]+\.(ciamlogin|b2clogin)\.com|account\.live\.com"
        r"|signup\.live\.com|mysignins\.microsoft\.com|(account\.activedirectory|passwordreset)\.(windowsazure|microsoftonline)\.com)$"
    ),
    marks=("#i0116[name=loginfmt]", "#i0118[name=passwd]", "meta[name=PageID][content^=Converged]"),
    session_cookies=("ESTSAUTH", "ESTSAUTHPERSISTENT", "ESTSAUTHLIGHT", "SignInStateCookie", "RPSSecAuth", "MSPAuth"),
    home="https://myaccount.microsoft.com/",
    account="https://myaccount.microsoft.com/",
    logout="https://login.microsoftonline.com/common/oauth2/v2.0/logout",
    elements={
        "username": ("#i0116", "input[name=loginfmt]", "input#usernameEntry"),
        "password": (
            "#i0118",
            "input[name=passwd]",
            "input#passwordEntry",
            "input[data-testid=passwordEntry]",
            "[data-testid=passwordEntry] input",
        ),
        # One field whatever the code: the authenticator's, or one that was sent.
        "code": (
            "#idTxtBx_SAOTCC_OTC",
            "input[name=otc]",
            "#otc-confirmation-input",
            "#iOttText",
            "#idTxtBx_OTC_Password",
            "#proof-confirmation-code-input",
        ),
        # The new skin's boxes of one digit are for codes that were sent.
        "boxes": ("#codeEntry-0", "[data-testid=codeEntry] input", "[data-testid=codeInputWrapper] input"),
        "code-sent": (
            "img[src*=verify_sms], img[pngsrc*=verify_sms], img[svgsrc*=verify_sms]",
            "img[src*=verify_email], img[pngsrc*=verify_email], img[src*=verify_call], img[pngsrc*=verify_call]",
            f"#idDiv_SAOTCC_Description, #iEnterProofDesc, #iOttDesc, #otcDescription :: /{words.SENT}/i",
            f"[data-testid=subtitle], [data-testid=description] :: /{words.SENT}/i",
            f"form :: /{words.SENT}/i",
        ),
        "proof-confirmation": (
            "#proof-confirmation-email-input",
            "[data-testid=proof-confirmation]",
            "#iProofEmail",
            "#iProofPhone",
        ),
        "access-pass": ("input[name=accesspass]", "#accessPass"),
        "submit": (
            "#idSIButton9",
            "#idSubmit_SAOTCC_Continue",
            "#iVerifyCodeAction",
            "button[data-testid=primaryButton]",
        ),
        "code-submit": (
            "#idSubmit_SAOTCC_Continue",
            "#iVerifyCodeAction",
            "#iSubmitProofAction",
            "#iSelectProofAction",
            "#idSIButton9",
            "button[data-testid=primaryButton]",
        ),
        "tile": (
            "#tilesHolder [data-test-id*='@']",
            "[data-test-id=accountList] [data-test-id*='@']",
            "[data-testid=accountList] [data-testid=tile]",
            ".table[data-test-id*='@']",
        ),
        "account-list": ("#tilesHolder", "[data-test-id=accountList]", "[data-testid=accountList]"),
        "other-account": ("#otherTile", "[data-test-id=otherTile]", "[data-testid=otherTile]", "#otherTileText"),
        "work-account": ("#aadTile", "#aadTileTitle", "[data-testid=aadTile]"),
        "account-type": ("#msaTile", "#msaTileTitle", "#mso_account_tile_link"),
        "sign-out-title": ("#SignOutStatusMessage", "#login_workload_logo_text"),
        "stay-title": (
            "#KmsiDescription",
            "#KmsiCheckboxField",
            "#kmsiTitle",
            "[data-testid=kmsiVideo]",
            "[data-testid=kmsiImage]",
            "[data-testid=kmsiDescription]",
        ),
        "stay-no": ("#idBtn_Back", "#declineButton", "button[data-testid=secondaryButton]"),
        "methods": ("#idDiv_SAOTCS_Proofs", "#iProofList", "[data-value=PhoneAppOTP]", "[data-value=OneWaySMS]"),
        "method-code": (
            "[data-value=PhoneAppOTP]",
            "[data-value^='10:']",
            "[data-value^='14:']",
            "#iProofList input[value^='10:'], #iProofList input[value^='14:']",
        ),
        "method-key": (
            "[data-value=FidoKey]",
            f"#idDiv_SAOTCS_Proofs [data-value] :: /{words.PASSKEY}/i",
        ),
        "credential-key": (
            "[data-test-cred-id='7']",
            "[data-test-cred-id*=ido]",
            f"#credentialList [role=button], [data-testid=tile] [role=button] :: /{words.PASSKEY}/i",
        ),
        "another-way": (
            "#signInAnotherWay",
            "#idA_SAASTO_TOTP",
            "#idA_SAOTCC_SwitchToList",
            "#idA_SAOTCAS_AlternativeMethod, #idA_SAOTCS_AlternativeMethod, #idA_SAOTCC_AlternativeMethod",
            "#idA_PWD_SwitchToCredPicker",
            f"[data-testid=viewFooter] [role=button], [data-testid=viewFooter] button :: /{words.ANOTHER_WAY}/i",
            f"[role=button], button, a[href] :: /^.{{0,12}}({words.ANOTHER_WAY})/i",
        ),
        "credential-list": ("#credentialList", "[role=button][data-test-cred-id]", "[data-testid=credentialList]"),
        "credential-password": (
            "[data-test-cred-id='1']",
            "[data-test-cred-id*=assword]",
            f"#credentialList [role=button], [data-testid=tile] [role=button] :: /{words.KNOWN_WORD}/i",
            f"[data-testid=tile], [role=listitem] [role=button] :: /{words.KNOWN_WORD}/i",
        ),
        "use-password": (
            "#idA_PWD_SwitchToPassword",
            f"[data-testid=viewFooter] [role=button], [data-testid=viewFooter] button :: /{words.KNOWN_WORD}/i",
        ),
        "push": (
            "#idDiv_SAOTCAS_Description",
            "#idDiv_SAOTCAS_Title",
            "#idDiv_RemoteNGC_PollingDescription",
            "#pollingDescription",
            "[data-testid=pollingDescription]",
            "#iPollSessionDesc",
            "[data-testid=deviceShieldCheckmarkVideo]",
        ),
        "push-number": (
            "#idRichContext_DisplaySign",
            "#idRemoteNGC_DisplaySign",
            "#displaySign",
            "[data-testid=displaySign]",
        ),
        # Denied on the phone, or nobody answered it: another request, or a code.
        "push-over": (
            "#idDiv_SAASDS_Description",
            "#idDiv_SAASDS_Title",
            "#idDiv_SAASTO_Description",
            "#idDiv_SAASTO_Title",
        ),
        "proof-up": (
            "#idSubmit_ProofUp_Redirect",
            "#ProofUpDescription",
            "[data-testid=proofUpTitle]",
            "#iLooksGood",
            "#iShowSkip",
            "#btnAskLater",
        ),
        "proof-up-skip": (
            "a[data-bind*=SkipMfaRegistration]",
            "#btnAskLater",
            "#iLooksGood",
            "#iShowSkip",
            "#CancelLinkButton",
            f"[role=button], button, a[href], input[type=button] :: /^({words.SKIP})/i",
            "#iCancel",
        ),
        "new-password": (
            "input[name=newpasswd]",
            "input#newPassword",
            "#ChangePasswordControl input[type=password]",
            "input#currentPassword",
            "input#iPassword",
            "input#iRetypePassword",
        ),
        "any-password": ("input[type=password]",),
        "sign-up": ("#MemberName", "#iSignupAction", "#usernameInput", "[data-testid=signupForm]"),
        "passkey-offer": ("[data-testid=biometricVideo]", "[data-testid=registrationImg]", "[data-testid=passkeyImg]"),
        "passkey-skip": (
            "button[data-testid=secondaryButton]",
            "#CancelLinkButton",
            f"[role=button], button, a[href], input[type=button] :: /^({words.SKIP}|{words.CANCEL})/i",
            "#iCancel",
            "#idBtn_Back",
        ),
        "app-confirm": ("#remoteConnectDescription", "#appConfirmTitle", "#appConfirmDescription"),
        "app-confirm-yes": ("#remoteConnectSubmit", "#idSIButton9", "button[data-testid=primaryButton]"),
        "consent.scopes": (".scope", "[data-test-id^=scope]", ".consent-scopes li"),
        "consent.accept": ("#idBtn_Accept", "button[data-testid=appConsentPrimaryButton]", "#idSIButton9"),
        "consent.accept-named": ("#idBtn_Accept", "[data-testid=appConsentPrimaryButton]"),
        "consent.decline": (
            "#idBtn_Deny",
            "#idBtn_Back",
            "button[data-testid=appConsentSecondaryButton]",
            "button[data-testid=secondaryButton]",
        ),
        "consent.app": ("#appName", ".app-name", "[data-test-id=appName]"),
        "approval": (
            f"role=heading :: /{words.ADMIN_APPROVAL}/i",
            f".title, .row.text-title :: /{words.ADMIN_APPROVAL}/i",
        ),
        "error-text": ("#service_exception_message", "#errorText", "#exceptionMessageContainer"),
        "switch-account": ("a[href*='/logout'][data-bind*=urlSwitch]",),
        "username-error": ("#usernameError", "#i0116Error", *complaint("#i0116"), *complaint("#usernameEntry")),
        "password-error": (
            "#passwordError",
            "#i0118Error",
            "#idTD_Error",
            *complaint("[name=passwd]"),
            *complaint("#passwordEntry"),
            "#field8__validationMessage",
        ),
        "code-error": (
            "#idSpan_SAOTCC_Error_OTC",
            "#idDiv_SAOTCC_Error",
            "#iVerificationErr",
            "#iOttErr",
            *complaint("[name=otc]"),
            *complaint("#idTxtBx_SAOTCC_OTC"),
            *complaint("#otc-confirmation-input"),
            *complaint("[id^=codeEntry-]"),
        ),
        "captcha": (
            "iframe[src*=captcha]:not([src*='size=invisible'])",
            "iframe[src*='hsprotect.net']",
            "#enforcementFrame",
            "#captcha",
            "img#hipImage",
            "#hipTemplateContainer img",
            "#wlspispHipChallengeContainer",
        ),
        "security-key": (
            "#idDiv_FidoKey",
            "[data-testid=securityKeyImg]",
            "#fidoDescription",
            "#idDiv_Fido_Description",
        ),
        "abuse": ("#serviceAbuseLandingTitle", "#StartAction"),
    },
    screens=(
        Screen("unknown", url=r"^signup\.|/signup"),
        Screen("unknown", any=("sign-up",), none=("username", "password", "code")),
        Screen("hop", present=("form[name=hiddenform]", "form#fmHF", "form[name=fmHF]"), none=ASKING),
        Screen("error", url=r"/Abuse\b", none=ASKING),
        Screen("error", any=("abuse",), none=("captcha", *ASKING)),
        Screen("admin-approval", text=r"AADSTS9009[45]", none=ASKING),
        Screen("admin-approval", any=("approval",), none=ASKING),
        Screen("error", present=page_id("ConvergedError", "ConvergedDownLevelError"), any=("error-text",)),
        Screen("error", any=("error-text",), none=ASKING),
        Screen("error", any=("switch-account",), none=ASKING),
        Screen("error", text=r"AADSTS\d{4,7}", none=ASKING),
        Screen("error", url=r"/(err|error)\.srf|/(jsdisabled|cookiesdisabled)\b", none=ASKING),
        Screen("captcha", any=("captcha",)),
        Screen("terms", url=r"/tou/|/termsofuse", none=ASKING),
        # The page of the sign-out: its text proves nothing (design, section 6), so a partial one is no other screen.
        Screen("sign-out-chooser", url=r"/log_?out", any=("tile",), none=ASKING, fields={"account": "tile"}),
        Screen("sign-out-chooser", url=r"/log_?out", any=("account-list",), none=ASKING),
        Screen("signed-out", any=("sign-out-title",), none=(*ASKING, "tile")),
        Screen("signed-out", url=r"/log_?out", text=words.SIGNED_OUT, none=ASKING),
        Screen("hop", url=r"/log_?out", none=ASKING),
        Screen("password-expired", any=("new-password",)),
        Screen("password-expired", present=page_id("ConvergedChangePassword"), any=("any-password",)),
        Screen("password-expired", url=r"/ChangePassword|/password/change", any=("any-password",)),
        Screen(
            "mfa-enrolment", any=("proof-up",), none=("username", "password", "code"), fields={"skip": "proof-up-skip"}
        ),
        Screen(
            "mfa-enrolment",
            url=r"^mysignins\.microsoft\.com/register|/proofs/(add|remind|manage)|/proofup",
            none=("username", "password"),
            fields={"skip": "proof-up-skip"},
        ),
        Screen(
            "one-time-code",
            any=("boxes", "proof-confirmation", "access-pass"),
            none=("username", "password"),
            fields={"code": "boxes", "submit": "code-submit", "other": "another-way", "password": "use-password"},
        ),
        Screen(
            "one-time-code",
            all=("code", "code-sent"),
            fields={"code": "code", "submit": "code-submit", "other": "another-way", "password": "use-password"},
        ),
        Screen("totp", any=("code",), fields={"code": "code", "submit": "code-submit", "other": "another-way"}),
        Screen("method-chooser", any=("methods",), fields={"totp": "method-code", "passkey": "method-key"}),
        Screen(
            "method-chooser",
            any=("credential-list",),
            fields={"password": "credential-password", "passkey": "credential-key"},
        ),
        Screen(
            "push",
            any=("push", "push-number", "push-over"),
            none=("username", "password"),
            fields={"number": "push-number", "other": "another-way", "password": "use-password"},
        ),
        Screen("security-key", any=("security-key",), fields={"other": "another-way", "password": "use-password"}),
        Screen("passkey-enrolment", url=r"/fido/create|/interrupt/passkey", fields={"skip": "passkey-skip"}),
        Screen(
            "security-key",
            url=r"/fido/get",
            none=("username", "password"),
            fields={"other": "another-way", "password": "use-password"},
        ),
        Screen("passkey-enrolment", any=("passkey-offer",), fields={"skip": "passkey-skip"}),
        Screen("stay-signed-in", any=("stay-title",), fields={"no": "stay-no"}),
        Screen(
            "stay-signed-in",
            present=page_id("KmsiInterrupt"),
            all=("stay-no", "submit"),
            none=ASKING,
            fields={"no": "stay-no"},
        ),
        Screen("device-check", any=("app-confirm",), fields={"confirm": "app-confirm-yes"}),
        Screen(
            "device-check",
            present=page_id("CmsiInterrupt"),
            any=("app-confirm-yes",),
            none=ASKING,
            fields={"confirm": "app-confirm-yes"},
        ),
        Screen(
            "consent",
            present=page_id("ConvergedConsent"),
            any=("consent.accept",),
            none=ASKING,
            fields={"accept": "consent.accept", "decline": "consent.decline"},
        ),
        Screen(
            "consent",
            any=("consent.accept-named",),
            none=ASKING,
            fields={"accept": "consent.accept", "decline": "consent.decline"},
        ),
        Screen(
            "consent",
            text=(
                r"permissions requested|angeforderte berechtigungen|autorisations demandées|permisos solicitados|permissões solicitadas"
                r"|autorizzazioni richieste|aangevraagde machtigingen|アクセス許可.{0,8}(要求|必要)|要求.{0,8}アクセス許可|请求的权限"
            ),
            any=("consent.accept",),
            none=ASKING,
            fields={"accept": "consent.accept", "decline": "consent.decline"},
        ),
        Screen(
            "account-chooser",
            any=("work-account", "account-type"),
            none=("username", "password"),
            fields={"work": "work-account"},
        ),
        Screen(
            "account-chooser",
            any=("tile", "other-account"),
            none=("username", "password"),
            fields={"other": "other-account"},
        ),
        # The new skin's ways to sign in are tiles without a list's name.
        Screen(
            "method-chooser",
            any=("credential-password",),
            none=(*ASKING, "submit"),
            fields={"password": "credential-password", "passkey": "credential-key"},
        ),
        Screen("username", any=("username",), none=("password",), fields={"username": "username", **NEXT}),
        Screen(
            "credentials", all=("username", "password"), fields={"username": "username", "password": "password", **NEXT}
        ),
        Screen("password", any=("password",), fields={"password": "password", **NEXT}),
        Screen("hop", url=r"^(device\.login|autologon)\.|/(DeviceAuthTls|reprocess|resume|common/instrumentation)"),
        Screen(
            "hop", present=(*page_id("BssoInterrupt"), "form[name=RedirectToFederatedApplicationForm]"), none=ASKING
        ),
    ),
    problems=(
        Problem("locked", ("abuse",), screens=("error",)),
        Problem("locked", ("error-text",), r"AADSTS50053\b"),
        Problem("account-disabled", ("error-text",), r"AADSTS50057\b"),
        Problem("not-assigned", ("error-text",), r"AADSTS50105\b"),
        Problem("wrong-account", ("error-text",), r"AADSTS(16000|50020|500208|500213)\b"),
        Problem("wrong-account", ("switch-account",), screens=("error",)),
        Problem("credentials-rejected", ("error-text",), r"AADSTS(50126|50034|51004)\b"),
        Problem("locked", ("password-error", "username-error"), words.LOCKED, SIGN_IN),
        Problem("account-disabled", ("password-error", "username-error"), words.DISABLED, SIGN_IN),
        # A work account was asked for, and the one that was typed is a personal one.
        Problem(
            "wrong-account",
            ("username-error",),
            r"personal account|persönlichen? konto|compte personnel|cuenta personal|conta pessoal|account personale|個人用?アカウント"
            r"|个人帐户",
            SIGN_IN,
        ),
        Problem("credentials-rejected", ("username-error",), screens=SIGN_IN),
        Problem("credentials-rejected", ("password-error",), rf"^(?!{words.MISSING})", SIGN_IN),
        Problem("code-reused", ("code-error",), words.REUSED, CODES),
        Problem("code-rejected", ("code-error",), rf"^(?!{words.MISSING})", CODES),
    ),
)
