"""Google accounts. The path names the challenge in any language, so it is asked first; where a page is served at another
address, the form says where it posts to. Facts: saved pages of 2018 to 2024, public automation code."""

from __future__ import annotations

from flows.screens import words
from flows.screens.base import Problem, Screen, Site

FIELDS = ("username", "password", "code", "sent-code", "new-password")
SIGN_IN = ("username", "credentials", "password")
CODES = ("totp", "one-time-code")
OTHER = {"other": "another-way"}


def posts_to(*challenges: str) -> tuple[str, ...]:
    """The form of the older pages, which posts to the challenge's own path."""
    path = "form[action*='challenge/{0}{1}']"
    return tuple(path.format(name, end) for name in challenges for end in ("/", "?")) + tuple(
        f"form[action$='challenge/{name}']" for name in challenges
    )


GOOGLE = Site(
    name="google",
    sends_codes=False,
    hosts=r"^(accounts\.(google|youtube)\.[\w.]+|gds\.google\.com)$",
    marks=(
        "#identifierId[name=identifier]",
        "form#challenge[action*='/signin/challenge/']",
        "form[action^='/v3/signin/']",
    ),
    app_name=r"(?:Sign in to )?(.+?)(?: wants (?:additional )?access to your Google Account)?$",
    session_cookies=("SID", "HSID", "SSID", "APISID", "SAPISID", "LSID", "__Secure-1PSID", "__Secure-3PSID"),
    # The account page itself sends everybody who is signed out to a page about accounts, which asks for nothing.
    home="https://accounts.google.com/ServiceLogin?continue=https%3A%2F%2Fmyaccount.google.com%2F",
    account="https://myaccount.google.com/",
    logout="https://accounts.google.com/Logout",
    elements={
        "username": ("#identifierId", "input[name=identifier]", "input#Email:not([readonly])"),
        "username-next": ("#identifierNext button", "#identifierNext", "#next", "#signIn"),
        "password": (
            "input[name=Passwd]:not([autocomplete=new-password])",
            "#password input[type=password]:not([autocomplete=new-password])",
            "input#Passwd:not([autocomplete=new-password])",
        ),
        "password-next": ("#passwordNext button", "#passwordNext", "#signIn", "form#challenge #submit"),
        "code": ("#totpPin", "input[name=totpPin]", "form[action*='challenge/totp'] input[name=Pin]"),
        "code-next": ("#totpNext button", "#totpNext", "form#challenge #submit", "#submit"),
        # SMS, mail, backup, offline and security codes, and the questions for the recovery phone and mail.
        "sent-code": (
            "#idvPreregisteredPhonePin, #idvPreregisteredEmailPin",
            "#idvPin, input[name=idvPin]",
            "#backupCodePin, input[name=backupCodePin]",
            "form#challenge input[name=Pin]",
            "#phoneNumberId",
            "input[name=knowledgePreregisteredEmailResponse]",
            "input[name=code]",
        ),
        "sent-code-next": (
            "#idvPreregisteredPhoneNext button, #idvPreregisteredEmailNext button, #idvpreregisteredemailNext button",
            "#idvPreresteredPhoneSms, #smsButton",
            "form#challenge #submit",
            "[jsname=k77Iif] button",
        ),
        "new-password": (
            "input[autocomplete=new-password]",
            "input[name=ConfirmPasswd]",
            "input#passwd[name=newpasswd]",
        ),
        "sign-up": ("input[name=ConfirmPasswd]", "input[name=firstName]"),
        "tile": ("[data-identifier*='@']", "#account-list button[value*='@'], form [data-email*='@']"),
        "other-account": (
            "#use-another-account",
            "[jsname=rwl3qc]",
            "#account-chooser-add-account",
            f"[role=link], [role=button], li button, a[href] :: /{words.OTHER_ACCOUNT}/i",
        ),
        "methods": ("[data-challengetype]",),
        "method-code": (
            "[data-challengetype='6']:not([data-challengeunavailable=true]) :is(button, [role=link])",
            "[data-challengetype='6']:not([data-challengeunavailable=true])",
        ),
        "method-password": (
            "[data-challengetype='1']:not([data-challengeunavailable=true]) :is(button, [role=link])",
            "[data-challengetype='1']:not([data-challengeunavailable=true])",
        ),
        "method-key": (
            "[data-challengetype='2']:not([data-challengeunavailable=true]) :is(button, [role=link])",
            "[data-challengetype='2']:not([data-challengeunavailable=true])",
            f"[data-challengetype]:not([data-challengeunavailable=true]) :: /{words.PASSKEY}/i",
        ),
        "another-way": (
            "#skipChallenge",
            "#assistiveActionOutOfQuota",
            "[data-secondary-action-label]:not([data-secondary-action-label='']) [jsname=QkNstf] button",
            "[data-secondary-action-label]:not([data-secondary-action-label='']) button[jsname=gVmDzc]",
            "button[jsname=gVmDzc]",
            f"role=button :: /{words.ANOTHER_WAY}/i",
            "[data-secondary-action-label]:not([data-secondary-action-label='']) button",
            "[jsname=QkNstf] button:not([aria-haspopup])",
        ),
        "push-number": ("samp", "[jsname=feLNVc]", "[data-view-id*=authzenView] [jsname=EKvSSd]", "[jsname=EKvSSd]"),
        "skip": (
            "#smsauth-interstitial-remindbutton",
            "input[name=later]",
            f"role=button :: /^({words.SKIP})/i",
            f"a[href], [role=link] :: /^({words.SKIP})/i",
            f"role=button :: /^({words.CANCEL})$/i",
        ),
        "confirm": (
            "#confirm button",
            "#confirm",
            "#identity-provider-linking-continue button",
            "#identity-provider-linking-continue",
            f"role=button :: /^({words.CONTINUE})$/i",
        ),
        "app-continue": (f"role=button :: /^({words.CONTINUE})$/i", "[jsname=k77Iif] button"),
        "consent.accept": (
            "#submit_approve_access button",
            "#submit_approve_access",
            "button#approve_button",
            "#approve_button",
        ),
        "consent.decline": (
            "#submit_deny_access button",
            "#submit_deny_access",
            f"role=button :: /^({words.CANCEL})$/i",
        ),
        "dialog-back": ("[role=dialog][aria-modal=true] button[jsname=K4efff]",),
        "consent.app": ("#headingText", "role=heading"),
        "consent.scopes": ("input[data-scope]", "input[type=checkbox][jsname=YPqjbf]"),
        "scope-box": (
            "input[type=checkbox][data-scope]",
            "input[type=checkbox][jsname=YPqjbf]",
            "form input[type=checkbox]",
        ),
        # The block, its field included, is on every page; only a picture that has an address is a captcha.
        "captcha": (
            "#captchaimg[src]:not([src=''])",
            "img[src*='/Captcha']",
            "iframe[src*='recaptcha']:not([src*='size=invisible'])",
        ),
        "invalid": (
            "[jsname=B34EJ]",
            "body:has(input[aria-invalid=true]) :is([aria-live=assertive], [role=alert])",
            "#errormsg_0_Passwd, #errormsg_0_Email",
            "body:has(input.form-error) .error-msg",
        ),
        "barrier": ("section[aria-live=assertive]",),
        "terms": ("#tos_form",),
        "heading": ("#headingText", "role=heading"),
        "page": ("body",),
    },
    screens=(
        Screen(
            "unknown",
            url=r"/(lifecycle/flows/)?signup\b|/createaccount|/(usernamerecovery|recoveryidentifier|signin/recovery)",
        ),
        Screen("unknown", any=("sign-up",)),
        Screen("browser-rejected", url=r"/(v3/signin/|signin/)?(rejected|deniedsigninrejected)\b"),
        Screen("error", url=r"/signin/oauth/error|/o/oauth2/(v2/)?error|/disabled\b"),
        Screen("error", url=r"/signin/oauth/warning"),
        # "Error 403: access_denied": the number and the code are the same in every language.
        Screen("error", text=r"\b4\d\d ?[:：] ?[a-z]+(_[a-z]+)+\b", none=(*FIELDS, "consent.accept", "tile")),
        Screen("captcha", any=("captcha",)),
        Screen("hop", url=r"/(samlrp/|accounts/SetSID|CheckCookie|v3/signin/continue)", none=FIELDS),
        Screen(
            "hop",
            present=("input[type=hidden][name=SAMLResponse]", "input[type=hidden][name=SAMLRequest]"),
            none=FIELDS,
        ),
        Screen("hop", url=r"^[^/]+/logout", none=(*FIELDS, "tile")),
        Screen("terms", url=r"/speedbump/(workspacetermsofservice|gaplustos)"),
        Screen("terms", any=("terms",)),
        Screen("password-expired", url=r"/speedbump/(change|new)password|/signin/newpassword"),
        Screen("mfa-enrolment", url=r"/speedbump/twostepverificationrequired"),
        Screen("passkey-enrolment", url=r"/speedbump/passkeyenrol", fields={"skip": "skip"}),
        Screen("device-check", url=r"/speedbump/samlconfirmaccount", fields={"confirm": "confirm"}),
        Screen(
            "mfa-enrolment",
            url=r"^gds\.google\.com/|RecoveryOptionsCollectionWizard|/interstitials?/",
            none=FIELDS,
            fields={"skip": "skip"},
        ),
        Screen("captcha", url=r"/challenge/recaptcha"),
        Screen("totp", url=r"/challenge/totp", any=("code",), fields={"code": "code", "submit": "code-next", **OTHER}),
        Screen(
            "totp",
            present=posts_to("totp"),
            any=("code",),
            fields={"code": "code", "submit": "code-next", **OTHER},
        ),
        Screen(
            "method-chooser",
            any=("methods",),
            none=FIELDS,
            fields={"totp": "method-code", "password": "method-password", "passkey": "method-key", **OTHER},
        ),
        Screen("push", url=r"/challenge/(dp|az)(/|\?|$)", none=FIELDS, fields={"number": "push-number", **OTHER}),
        Screen("push", present=posts_to("dp", "az"), none=FIELDS, fields={"number": "push-number", **OTHER}),
        Screen("security-key", url=r"/challenge/(sk|pk|wa)(/|\?|$)", none=FIELDS, fields=OTHER),
        Screen("security-key", present=posts_to("sk", "pk", "wa"), none=FIELDS, fields=OTHER),
        Screen(
            "one-time-code",
            url=r"/challenge/(ipp|ipe|bc|ootp|iap|kpe|kpp)(/|\?|$)",
            none=("username", "password", "code"),
            fields={"code": "sent-code", "submit": "sent-code-next", **OTHER},
        ),
        Screen(
            "one-time-code",
            present=posts_to("ipp", "ipe", "bc", "ootp", "iap", "kpe", "kpp"),
            none=("username", "password", "code"),
            fields={"code": "sent-code", "submit": "sent-code-next", **OTHER},
        ),
        # Asked once more after a click with no box ticked; `allow` ticks them all first.
        Screen("consent", any=("dialog-back",), fields={"back": "dialog-back"}),
        Screen(
            "consent",
            any=("consent.accept",),
            none=FIELDS,
            fields={"accept": "consent.accept", "decline": "consent.decline"},
        ),
        Screen(
            "consent",
            url=r"/signin/oauth/(legacy/)?consent",
            any=("app-continue",),
            none=FIELDS,
            fields={"accept": "app-continue", "decline": "consent.decline"},
        ),
        Screen(
            "consent",
            url=r"/signin/oauth/id",
            any=("app-continue",),
            none=FIELDS,
            fields={"accept": "app-continue"},  # it only names the application: the consent page follows
        ),
        Screen(
            "account-chooser",
            url=r"/(accountchooser|oauthchooseaccount|selectaccount|SignOutOptions)",
            any=("tile", "other-account"),
            none=FIELDS,
            fields={"other": "other-account"},
        ),
        Screen("account-chooser", any=("tile",), none=FIELDS, fields={"other": "other-account"}),
        Screen(
            "username",
            any=("username",),
            none=("password", "new-password", "code"),
            fields={"username": "username", "submit": "username-next"},
        ),
        Screen("totp", any=("code",), fields={"code": "code", "submit": "code-next", **OTHER}),
        Screen(
            "credentials",
            all=("username", "password"),
            none=("new-password",),
            fields={"username": "username", "password": "password", "submit": "password-next"},
        ),
        Screen(
            "password",
            any=("password",),
            none=("new-password",),
            fields={"password": "password", "submit": "password-next"},
        ),
        Screen(
            "one-time-code",
            any=("sent-code",),
            none=("new-password",),
            fields={"code": "sent-code", "submit": "sent-code-next", **OTHER},
        ),
    ),
    problems=(
        Problem(
            "not-assigned",
            ("page",),
            r"app_not_(configured|enabled)_for_user|app not (enabled|configured) for user",
            ("error",),
        ),
        Problem("account-disabled", ("heading",), words.DISABLED, ("error",)),
        Problem("locked", ("barrier",), words.LOCKED, (*SIGN_IN, *CODES, "method-chooser")),
        Problem("locked", ("invalid",), words.LOCKED, (*SIGN_IN, *CODES)),
        Problem("account-disabled", ("invalid",), words.DISABLED, SIGN_IN),
        Problem("credentials-rejected", ("invalid",), rf"^(?!{words.MISSING})", ("password", "credentials")),
        Problem("credentials-rejected", ("invalid",), screens=("username",)),
        Problem("code-reused", ("invalid",), words.REUSED, CODES),
        Problem("code-rejected", ("invalid",), rf"^(?!{words.MISSING})", CODES),
    ),
)
