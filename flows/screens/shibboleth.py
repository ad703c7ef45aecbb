"""Shibboleth identity provider, versions 2 to 5. Facts: the views of its distribution; every organisation dresses them anew."""

from __future__ import annotations

from flows.screens.base import Problem, Screen, Site
from flows.screens.hops import HOPS
from flows.screens.words import DISABLED, LOCKED, MUST_CHANGE, NOT_ASSIGNED, SIGNED_OUT, TIMED_OUT

LOGIN = ("username", "password", "credentials")
PROCEED = "[name=_eventId_proceed]"
STALE = (
    r"stale request|veraltete anfrage|requête (périmée|obsolète|expirée)|solicitud (obsoleta|caducada)|richiesta scaduta"
    r"|verlopen verzoek"
)

# Its own words for a session that is over, here alone or with the applications'.
ENDED = (
    r"logout operation|elected not to log out of all|abmeldevorgang ist abgeschlossen"
    r"|entschieden.{0,8} (sich )?nicht (von|bei) allen|scelto di non disconnett"
)

SHIBBOLETH = Site(
    name="shibboleth",
    doubted=True,
    paths=r"/profile/(SAML[12]/|Shibboleth/|oidc/|cas/|Logout|PropagateLogout|admin/hello)|^/idp/(profile|Authn)(/|$)",
    marks=(
        f"form:has([name=j_username]):has({PROCEED})",
        f"form:has([name=j_password]):has({PROCEED})",
        "form[action*='/profile/'][action*='execution=e']",
        "[name^=_shib_idp_]",
        "[name^=shib_idp_ls_]",
        "[name=_eventId_AttributeReleaseRejected]",
        "[name=_eventId_TermsRejected]",
    ),
    session_cookies=("shib_idp_session", "shib_idp_session_ss"),
    home="{url}/idp/profile/admin/hello",
    elements={
        "username": ("input[name=j_username]:not([type=hidden], [readonly])",),
        "password": ("input[name=j_password]",),
        "proceed": (
            PROCEED,
            "form:has([name=j_password]) [type=submit]",
            "form:has([name=j_password]) button:not([type])",
        ),
        "code": (
            "input[name=j_token]",
            "input[name=j_tokenNumber]",
            "input[name=tokencode]",
            f"form:has({PROCEED}) input[autocomplete=one-time-code]",
        ),
        "reject-release": ("[name=_eventId_AttributeReleaseRejected]",),
        "reject-terms": ("[name=_eventId_TermsRejected]",),
        "password-expired": (
            f".output--error :: /{MUST_CHANGE}/i",
            f".form-error :: /{MUST_CHANGE}/i",
            f"[role=alert] :: /{MUST_CHANGE}/i",
        ),
        "go-on": ("a[href*='_eventId_proceed']",),
        # Only the provider's own session is to end: the answer that leaves the applications alone.
        "end": ("#propagate_no", "button[name=_eventId][value=end]", "[name=_eventId_end]"),
        "propagate": ("#propagate_yes", "button[name=_eventId][value=propagate]", "[name=_eventId_propagate]"),
        "told": (":is(h1, h2, h3) :: /.+ [-–] .+/", ".output--error", ".output-message"),
        "error": (".output--error", ".form-error", "p.form-element.form-error", ".login-error"),
        "actions": (PROCEED, "button", "input:not([type=hidden])"),
    },
    screens=(
        *HOPS,
        # Somebody is signed in, and may go on as somebody else.
        Screen("unknown", present=("[name=_eventId_impersonate]",)),
        Screen("consent", any=("reject-release",), fields={"accept": "proceed", "decline": "reject-release"}),
        Screen("terms", any=("reject-terms",), fields={"accept": "proceed", "decline": "reject-terms"}),
        Screen("sign-out-confirm", any=("propagate",), fields={"confirm": "end"}),
        Screen("password-expired", any=("password-expired",)),
        Screen(
            "credentials",
            all=("username", "password"),
            fields={"username": "username", "password": "password", "submit": "proceed"},
        ),
        Screen("password", any=("password",), fields={"password": "password", "submit": "proceed"}),
        # A token's code in place of the password.
        Screen(
            "one-time-code",
            all=("username", "code"),
            fields={"username": "username", "code": "code", "submit": "proceed"},
        ),
        Screen("username", any=("username",), fields={"username": "username", "submit": "proceed"}),
        Screen("totp", any=("code",), fields={"code": "code", "submit": "proceed"}),
        Screen("hop", present=("[name^=shib_idp_ls_]", "iframe[src*=PropagateLogout]")),
        Screen("session-expired", none=("actions",), text=STALE),
        Screen("password-expiring", any=("go-on",), none=("actions",), fields={"skip": "go-on"}),
        Screen(
            "signed-out",
            url=r"/profile/Logout",
            none=("actions",),
            present=("iframe#buffer", "iframe[src*='_eventId=proceed']"),
        ),
        Screen("signed-out", url=r"/profile/Logout", none=("actions",), text=rf"{SIGNED_OUT}|{ENDED}"),
        Screen("session-expired", any=("told",), none=("actions",), text=TIMED_OUT),
        Screen("error", url=r"/profile/|^[^/]+/idp/", any=("told",), none=("actions",), absent=("iframe#duo_iframe",)),
    ),
    problems=(
        Problem("locked", ("error",), LOCKED, LOGIN),
        Problem("account-disabled", ("error",), DISABLED, LOGIN),
        Problem("not-assigned", ("told",), NOT_ASSIGNED, ("error",)),
        Problem("code-rejected", ("error",), rf"^(?!.*({TIMED_OUT}))", ("totp",)),
        Problem("credentials-rejected", ("error",), rf"^(?!.*({TIMED_OUT}))", LOGIN),
    ),
)
