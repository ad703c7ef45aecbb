"""LemonLDAP::NG portal. Its pages carry the keys of their sentences (`trspan`, `trmsg`), the same in every language.

Facts: the templates and message numbers of Debian's lemonldap-ng 2.16.
"""

from __future__ import annotations

from flows.screens.base import Problem, Screen, Site
from flows.screens.hops import HOPS


def message(*numbers: int) -> str:
    """The element that shows one of these messages of the portal."""
    codes = ", ".join(f"[trmsg='{number}']" for number in numbers)
    return f":is(.message, .alert, [role=alert], [role=status]):has({codes})"


LOGIN = ("username", "password", "credentials")
# The portal's script puts the sentences in after the page is there: a complaint without its text is not to be missed.
UNTOLD = ("[trmsg]:empty",)
CODE_FORM = "form[action*='2fcheck']"
REDIRECTS = ("#redirectcontent",)

LEMONLDAP = Site(
    name="lemonldap",
    paths=r"^/(totp|utotp|u|webauthn|ext|mail|rest|radius|yubikey|password)2fcheck$|^/2f(choice|registers)(/|$)",
    marks=("[trspan]", "[trmsg]", "[trplaceholder]"),
    session_cookies=("lemonldap", "lemonldaphttp"),
    home="{url}/",
    elements={
        "username": ("#userfield[name=user]", "form.login input[name=user]"),
        "password": ("#passwordfield[name=password]", "form.login input[name=password]"),
        "login": ("form:has(#passwordfield, #userfield) button[type=submit]", "form.login button.btn-success"),
        "captcha": ("#captchafield", "iframe[src*=recaptcha]", "iframe[src*=hcaptcha]"),
        "code": (f"{CODE_FORM} #extcode", f"{CODE_FORM} input[name=code]", "#extcode[name=code]"),
        "verify": (f"{CODE_FORM} button.btn-success", "form:has(#extcode) button[type=submit]"),
        "methods": ("form[action*='2fchoice'] button[name=sf]",),
        "method-code": ("form[action*='2fchoice'] button[name=sf][value=totp]", "button[name=sf][value=utotp]"),
        "method-key": ("button[name=sf][value=webauthn]", "button[name=sf][value=u]"),
        "new-password": ("#newpassword", "input[name=newpassword]"),
        "expiring": ("[trspan^='pwdWillExpire']", "[trspan^='pwdGrace']", message(32, 33)),
        "info-go-on": ("form.info button.positive", "form.info [type=submit]"),
        "info": ("form.info",),
        "question": ("form.confirm #refuse",),
        "yes": ("form.confirm button.positive", "form.confirm button.btn-success"),
        "refuse": ("form.confirm #refuse",),
        "consent": (".oidc_consent_message", "[trspan^='oidcConsent']"),
        "logout-question": ("[trspan*=logout i]", "[trspan*=disconnect i]"),
        "tile": ("button.idploop",),
        "this-session-only": ("#globallogout a[href$='globallogout']", "#globallogout a.btn-success"),
        "all-sessions": ("#globallogout button[type=submit]",),
        "enrolment": ("canvas#qr", "tt#secret", "#menucontent #verify"),
        "notice": ("form.notif",),
        "notice-accept": ("form.notif button.positive", "form.notif [type=submit]"),
        "portal": ("#menucontent", "#appslist"),
        "signed-out": (message(47), "[trspan='logoutFromOtherApp']"),
        "expired": (message(1, 82),),
        "refused": (message(3, 4, 5, 40),),
        "locked": (message(21, 86),),
        "password-expired": (message(22, 25),),
        "password-2f": ("form[action*=password2fcheck] input[type=password]",),
        "not-assigned": (message(41, 68, 84, 89, 90, 91, 92),),
        "code-refused": (message(83, 96),),
        "dead-end": ("#errorcontent #error", ".message-negative", "#errormsg .message"),
    },
    screens=(
        *HOPS,
        Screen("hop", present=REDIRECTS),
        Screen(
            "unknown", any=("portal",)
        ),  # somebody is signed in; the form finder must not take its forms for a login
        Screen("captcha", any=("captcha",)),
        Screen("password-expired", any=("new-password",), none=("portal",)),
        Screen("password-expired", any=("password-expired",), none=("portal",)),
        Screen("method-chooser", any=("methods",), fields={"totp": "method-code", "passkey": "method-key"}),
        Screen(
            "totp",
            present=("form[action*='totp2fcheck']",),
            any=("code",),
            absent=UNTOLD,
            fields={"code": "code", "submit": "verify"},
        ),
        Screen("one-time-code", any=("code",), absent=UNTOLD, fields={"code": "code", "submit": "verify"}),
        # Another secret than the password.
        Screen("one-time-code", any=("password-2f",), fields={"code": "password-2f"}),
        Screen("security-key", present=("#verify-form[action*='2fcheck']",)),
        Screen(
            "credentials",
            all=("username", "password"),
            absent=UNTOLD,
            fields={"username": "username", "password": "password", "submit": "login"},
        ),
        Screen(
            "username",
            any=("username",),
            none=("password",),
            absent=UNTOLD,
            fields={"username": "username", "submit": "login"},
        ),
        Screen("mfa-enrolment", any=("enrolment",)),
        Screen("mfa-enrolment", url=r"/2fregisters"),
        Screen("terms", any=("notice",), fields={"accept": "notice-accept"}),
        Screen("password-expiring", any=("expiring",), none=("portal",), fields={"skip": "info-go-on"}),
        Screen("consent", all=("consent", "question"), fields={"accept": "yes", "decline": "refuse"}),
        Screen("sign-out-confirm", all=("question", "logout-question"), fields={"confirm": "yes"}),
        Screen("sign-out-confirm", url=r"/logout", any=("question",), fields={"confirm": "yes"}),
        Screen("sign-out-confirm", any=("all-sessions",), fields={"confirm": "this-session-only"}),
        Screen("account-chooser", any=("tile",)),
        Screen("hop", any=("info",)),
        Screen("signed-out", any=("signed-out",)),
        Screen("session-expired", any=("expired",)),
        Screen("error", any=("dead-end",), none=("portal", "username", "code")),
    ),
    problems=(
        Problem("locked", ("locked",)),
        Problem("not-assigned", ("not-assigned",)),
        Problem("code-rejected", ("code-refused",)),
        Problem("credentials-rejected", ("refused",), screens=LOGIN),
    ),
)
