"""SimpleSAMLphp 1.x and 2.x, old and new looks. Facts: the templates of Debian's simplesamlphp 1.19, run and looked at."""

from __future__ import annotations

from flows.screens.base import Problem, Screen, Site
from flows.screens.hops import HOPS
from flows.screens.words import LOCKED, SIGNED_OUT

LOGIN = ("username", "password", "credentials")
STATE = "input[type=hidden][name=AuthState]"
LOST = (
    r"errors:title_NOSTATE"
    r"|state information (is |was )?lost|statusinformation(en)? verloren|information d'état perdue|información de estado perdida"
    r"|informações de estado perdidas|informazioni di stato perse|toestandsinformatie verloren|utracono informacje o stanie"
    r"|stavová informace|sessionsinformationen|tilstandsinformasjon|состоянии утеряна|状態情報を失|状态信息丢失|狀態資訊遺失"
)

SIMPLESAMLPHP = Site(
    name="simplesamlphp",
    paths=r"/module\.php/(core|saml|multiauth|consent|authYubiKey|expirycheck|discopower|negotiate|cas|ldap)/"
    r"|/simplesaml(php)?/|/saml2/idp/(SSOService|SingleLogoutService|initSLO|ArtifactResolutionService)\.php",
    marks=(
        STATE,
        "form#consent_yes input[name=StateId]",
        "form[action*='logout-iframe-done']",
        "#postLoginSubmitButton",
        "form[action*='/module.php/core/']",
    ),
    # It keeps its cookies, token included, after a sign-out (seen): asking again is the only proof.
    session_cookies=(),
    home="{url}/module.php/core/authenticate.php?as=example-userpass",
    elements={
        "username": ("#username[name=username]:not([disabled])", "form[name=f] input[name=username]:not([disabled])"),
        "password": ("#password[name=password]", "form[name=f] input[name=password]"),
        "login": ("#submit_button", "form[name=f] [type=submit]", f"form:has({STATE}) [type=submit]"),
        "yubikey": ("form[name=f] #otp",),
        "code": (f"form:has({STATE}) :is(#otp, #code, [name=otp], [name=code], [name=token]):not([type=hidden])",),
        "sources": ("li.authsource [type=submit]", "li.authsource button"),
        "tile": (
            "#dropdownlist[name=idpentityid]",
            "select[name=idpentityid]",
            "button[name^='idp_']",
            "a.metaentry",
        ),
        "yes": ("#consent_yes #yesbutton", "#consent_yes [type=submit]"),
        "no": ("#consent_no #nobutton", "#consent_no [type=submit]"),
        "go-on": ("#yesbutton",),
        # The provider's own session is over by then; the question is about the applications, which are to be left alone.
        "all-services": ("#logout-all", "#btn-all", "#startform [type=submit]"),
        "this-only": ("form[action*='logout-iframe-done'] [name=cancel]:not([type=hidden])", "#btn-cancel"),
        "progress": ("#slostatustable", "#logout-completed", "#error-form #btn-continue"),
        "track": ("#trackid", ".trackidtext", "#retry"),
        "error": (".message-box.error", "#content div:has(> img.erroricon)", "div:has(> img[src*='gtk-dialog-error'])"),
        "fields": ("form[name=f]", "input:not([type=hidden], [type=submit])"),
    },
    screens=(
        *HOPS,
        Screen("hop", present=("#postLoginSubmitButton",)),
        Screen("sign-out-confirm", any=("all-services",), fields={"confirm": "this-only"}),
        Screen("consent", any=("yes",), fields={"accept": "yes", "decline": "no"}),
        Screen("password-expiring", url=r"/module\.php/expirycheck/", any=("go-on",), fields={"skip": "go-on"}),
        Screen("error", any=("track",), none=("password",), text=rf"^(?!.*({LOST}))"),
        Screen("session-expired", any=("track",), none=("password",)),
        Screen(
            "credentials",
            all=("username", "password"),
            fields={"username": "username", "password": "password", "submit": "login"},
        ),
        Screen("password", any=("password",), fields={"password": "password", "submit": "login"}),
        Screen("one-time-code", url=r"/authYubiKey/", any=("yubikey",), fields={"code": "yubikey"}),
        Screen("totp", any=("code",), fields={"code": "code", "submit": "login"}),
        Screen("username", any=("username",), fields={"username": "username", "submit": "login"}),
        Screen("method-chooser", any=("sources",)),
        Screen("account-chooser", any=("tile",)),
        Screen("hop", url=r"logout-iframe", any=("progress",)),
        Screen("hop", url=r"logout-iframe", present=("li[data-status=onhold]", "li[data-status=inprogress]")),
        Screen("signed-out", url=r"log-?out|SingleLogout", none=("fields",), text=SIGNED_OUT),
    ),
    problems=(
        Problem("locked", ("error",), LOCKED, LOGIN),
        Problem("code-rejected", ("error",), screens=("totp", "one-time-code")),
        Problem("credentials-rejected", ("error",), screens=LOGIN),
    ),
)
