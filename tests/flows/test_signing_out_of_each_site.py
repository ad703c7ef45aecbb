"""Signing out of each site that is known as a table of screens alone, and the proof: the real functions on scripted pages."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Route
from replaying import Stage
from scripted import ADA, JIRA, ORIGINS, PASSWORD, Web, staged

from flows.discovery import ISSUERS
from flows.idp_logout import places
from flows.screens.sign_out import prove_signed_out, sign_out
from runbook.browser import new_context
from runbook.errors import HumanNeeded, RunbookError
from runbook.settings import Channel
from runbook.step import origin_of

pytestmark = pytest.mark.thorough

HOST = "https://sso.acme.example"
DEVICE = "fake-device"
SAML = "SAMLRequest=fake"
PORTAL = "<h1>Applications</h1><p>Jira</p>"


@dataclass(frozen=True)
class Kind:
    """A site: where it is (`url`), its sign-out address and its home (empty: what Jira asked it first), its login, and what it asks
    (`question`) before it signs anybody out: its buttons send a form to, or are links to, `/end`."""

    url: str
    logout: str
    home: str
    login: str
    question: str = ""
    done: str = "<p>Good-bye</p>"
    cookie: str = ""
    portal: str = PORTAL


def form(body: str, attributes: str = "") -> str:
    return f"<form method=post action=/end {attributes}>{body}</form>"


def login(fields: str, button: str) -> str:
    return f"<h1>Sign in</h1><form id=loginForm name=f method=post action=/no>{fields}{button}</form>"


TWO = "<input name={} id={}><input type=password name={} id={}>"
KINDS = {
    "adfs": Kind(
        HOST,
        f"{HOST}/adfs/ls/?wa=wsignout1.0",
        f"{HOST}/adfs/ls/idpinitiatedsignon.aspx",
        "<div id=idp_SignInPanel><form method=post action=/no><input type=submit id=idp_SignInButton value=Anmelden></form></div>",
        form("<input type=submit id=idp_SignOutButton value=Abmelden>"),
        "<div id=signoutArea>Abgemeldet</div>",
        "MSISAuth",
        form("<input type=submit id=idp_SignOutButton value=Abmelden>"),
    ),
    "pingfederate": Kind(
        HOST,
        f"{HOST}/idp/startSLO.ping",
        f"{HOST}/idp/startSSO.ping",
        login(TWO.format("pf.username", "username", "pf.pass", "password"), "<button id=signOnButton>Sign On</button>"),
        form("<button id=yesButton>Yes</button><button id=noButton>No</button>", "name=consentForm"),
        cookie="PF",
    ),
    "pingid": Kind(
        HOST,
        f"{HOST}/pingid/logout",
        "",
        login("<input name=username><input type=password name=password>", "<button>Sign on</button>"),
    ),
    "pingone": Kind(
        "https://auth.pingone.eu/fake-env",
        "https://auth.pingone.eu/fake-env/as/signoff",
        "",
        login(TWO.format("username", "username", "password", "password"), "<button data-id=submit-button>Sign On</button>"),
        done="<div data-id=signed-off>You are signed off</div>",
        cookie="ST",
    ),
    "auth0": Kind(
        "https://acme.eu.auth0.com",
        "https://acme.eu.auth0.com/v2/logout",
        "",
        login(
            TWO.format("username", "username", "password", "password"),
            "<button name=action value=default data-action-button-primary=true>Continue</button>",
        ),
        form("<button name=action value=accept data-action-button-primary=true>Log out</button>")
        + "<script>history.replaceState(0, '', '/u/logout?state=x')</script>",
        cookie="auth0",
    ),
    "onelogin": Kind(
        "https://acme.onelogin.com",
        "https://acme.onelogin.com/logout",
        "https://acme.onelogin.com/portal/",
        login("<input id=username name=username>", "<button type=submit>Continue</button>"),
        cookie="sub_session_onelogin.com",
    ),
    "jumpcloud": Kind(
        "https://sso.jumpcloud.com",
        "https://console.jumpcloud.com/logout",
        "https://console.jumpcloud.com/userconsole",
        login("<input name=email type=email>", "<button type=submit data-automation=loginButton>Continue</button>"),
        cookie="_jumpcloud_user_console_",
    ),
    "cyberark": Kind(
        "https://acme.id.cyberark.cloud",
        "https://acme.id.cyberark.cloud/security/logout",
        "https://acme.id.cyberark.cloud/my",
        "<h1>Sign In</h1><form id=usernameForm method=post action=/no><input name=username><button type=submit>Next</button></form>",
        cookie=".ASPXAUTH",
    ),
    "shibboleth": Kind(
        HOST,
        f"{HOST}/idp/profile/Logout",
        f"{HOST}/idp/profile/admin/hello",
        login("<input name=j_username><input type=password name=j_password>", "<button name=_eventId_proceed>Login</button>"),
        form(
            "<button name=_eventId value=propagate id=propagate_yes>Ja</button>"
            "<button name=_eventId value=end id=propagate_no>Nein</button>"
        ),
        cookie="shib_idp_session",
    ),
    "simplesamlphp": Kind(
        f"{HOST}/simplesaml",
        f"{HOST}/simplesaml/saml2/idp/SingleLogoutService.php?ReturnTo={HOST}/simplesaml/",
        f"{HOST}/simplesaml/module.php/core/authenticate.php?as=example-userpass",
        login(
            TWO.format("username", "username", "password", "password") + "<input type=hidden name=AuthState value=x>",
            "<button id=submit_button>Login</button>",
        ),
        "<form id=startform><input type=submit id=btn-all value='Yes, all services'></form>"
        "<form method=post action='/end?logout-iframe-done'><input type=submit id=btn-cancel name=cancel value='No, only here'></form>",
    ),
    "lemonldap": Kind(
        HOST,
        f"{HOST}/?logout=1",
        f"{HOST}/",
        "<form class=login method=post action=/no><h3 trspan=login>Connexion</h3>"
        "<input id=userfield name=user>"
        "<input id=passwordfield name=password type=password><button type=submit class='btn btn-success'>Go</button></form>",
        form(
            "<h3 trspan=confirmLogout>?</h3><button type=submit class='positive btn'>Ja</button>"
            "<button type=button id=refuse>Nein</button>",
            "class=confirm",
        ),
        "<div class=message><span trmsg=47>Abgemeldet</span></div>",
        "lemonldap",
        "<div id=menucontent><p trspan=yourApps>Jira</p></div>",
    ),
}  # fmt: skip


@dataclass
class Provider(Web):
    """A provider at which somebody is signed in: whom its cookie names, by whatever name. `survives`: its sign-out ends nothing;
    `silent`: the session does end, and it signs in again by itself; `remembers`: it does so by a second cookie; `broken`: what its
    home shows instead of a page of its own; `told`: the sign-out address in its discovery document."""

    kind: Kind = KINDS["adfs"]
    survives: bool = False
    silent: bool = False
    remembers: bool = False
    broken: str = ""
    told: str = ""
    opened: list[str] = field(default_factory=list)

    async def answer(self, route: Route) -> None:
        url = route.request.url
        if urlsplit(url).path == "/favicon.ico":
            return await route.fulfill(status=404)
        if url.endswith("/.well-known/openid-configuration"):
            found = json.dumps({"end_session_endpoint": self.told})
            return await route.fulfill(status=200 if self.told else 404, body=found, content_type="application/json")
        sent = {cookie["name"] for cookie in await route.request.frame.page.context.cookies(url)}
        html, cookie = self.page(url, self.cookie in sent or (self.remembers and DEVICE in sent))
        set_cookie = {"Set-Cookie": f"{self.cookie}={cookie}; Path=/"} if cookie else {}
        body = f"<!doctype html><meta charset=utf-8><title>Acme</title>{html}"
        return await route.fulfill(body=body, headers={"Content-Type": "text/html; charset=utf-8", **set_cookie})

    @property
    def cookie(self) -> str:
        """The name of its session cookie: for a site without a known one, a name that nobody knows."""
        return self.kind.cookie or "fake-session"

    def page(self, url: str, inside: bool) -> tuple[str, str]:
        """What an address shows, and the value that it gives the session's cookie. `inside`: it was sent that cookie."""
        kind = self.kind
        if origin_of(url) == JIRA:
            return "<p>Jira", ""
        leaving = url in (kind.logout, self.told)
        if leaving or urlsplit(url).path == "/end":
            self.opened.append(url)
            if leaving and kind.question:
                return kind.question, ""
            return kind.done, "" if self.survives else "; Max-Age=0"
        if self.broken and url == kind.home:
            return self.broken, ""
        if inside or self.silent:
            asked = not kind.home or urlsplit(url).query == SAML
            return f"<script>location.replace('{JIRA}/home')</script>" if asked else kind.portal, "fake"
        return kind.login, ""


@dataclass
class Ended:
    """How the step's two functions ended: `error` None when nobody is signed in any more."""

    provider: Provider
    stage: Stage
    error: RunbookError | None
    cookies: list[Any]


async def left(running: Browser, name: str, **more: object) -> Ended:
    kind = KINDS[name]
    provider = Provider((), kind=kind, **more)  # type: ignore[arg-type]
    context = await new_context(running)
    try:
        stage = Stage()
        job = (await staged(context, provider, 2.0, "", None, ORIGINS, stage)).job
        job.channel, job.asked = channel(name, kind), f"{kind.url}/asked?{SAML}"
        page = job.page
        for url in {origin_of(kind.home or kind.url), origin_of(kind.url)}:
            await context.add_cookies(
                [{"name": each, "value": "fake", "url": url} for each in (provider.cookie, DEVICE)]
            )
        await context.add_cookies([{"name": "fake-jira", "value": "fake", "url": JIRA}])
        place, _ = await places(job, page)
        assert place.home == (kind.home or job.asked)
        error = None
        try:
            await sign_out(job, page, place)
            await prove_signed_out(job, page, place)
        except RunbookError as ended:
            error = ended
        return Ended(provider, stage, error, await context.cookies())
    finally:
        await context.close()


def channel(name: str, kind: Kind) -> Channel:
    admin = {"name": "admin", "username": ADA, "password": PASSWORD}
    idp = {"kind": name, "url": kind.url} | ({"logout_url": kind.logout} if name == "pingid" else {})
    return Channel.model_validate({
        "project": "HELP", "address": "support@example.com", "provider": "microsoft",
        "site": {"name": "acme", "url": JIRA, "admin": admin, "idp": idp},
        "mailbox": {**admin, "name": "mailbox", "username": "support@example.com"},
    })  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
async def test_signed_out_with_proof(running: Browser, name: str) -> None:
    ended = await left(running, name)
    assert ended.error is None, ended.error
    kind = KINDS[name]
    assert [urlsplit(url).path for url in ended.provider.opened] == [
        urlsplit(kind.logout).path,
        *["/end"] * bool(kind.question),
    ]
    assert [e["what"] for e in ended.stage.events if e["event"] == "proof"] == ["signed-out"]


@pytest.mark.parametrize("name", KINDS)
async def test_a_session_that_is_still_there_is_found_out(running: Browser, name: str) -> None:
    ended = await left(running, name, survives=True)
    assert isinstance(ended.error, HumanNeeded), ended.error
    assert ended.error.reason == "still-signed-in"


@pytest.mark.parametrize("name", KINDS)
async def test_a_new_session_without_a_question_has_a_name_of_its_own(running: Browser, name: str) -> None:
    ended = await left(running, name, silent=True)
    assert isinstance(ended.error, HumanNeeded), ended.error
    assert ended.error.reason == "silently-signed-in-again"
    assert "Kerberos" in ended.error.remedy
    assert "--logout-by" not in ended.error.remedy


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.cookie])
async def test_a_browser_that_is_remembered_is_told_from_a_device(running: Browser, name: str) -> None:
    ended = await left(running, name, remembers=True)
    assert isinstance(ended.error, HumanNeeded), ended.error
    assert ended.error.reason == "silently-signed-in-again"
    assert "--logout-by cookies" in ended.error.remedy


async def test_finding_that_out_leaves_jiras_own_session_alone(running: Browser) -> None:
    ended = await left(running, "adfs", silent=True)
    assert ("fake-jira", urlsplit(JIRA).hostname) in [(c["name"], c["domain"]) for c in ended.cookies]
    assert DEVICE not in [c["name"] for c in ended.cookies]


@pytest.mark.parametrize("survives", [False, True])
async def test_a_home_that_is_an_error_page_says_nothing_and_jiras_request_is_asked_instead(
    running: Browser, survives: bool
) -> None:
    # The page is switched off in AD FS unless somebody has switched it on.
    ended = await left(
        running, "adfs", survives=survives, broken="<div id=errorArea><p id=errorMessage>Not enabled</p></div>"
    )
    if survives:
        assert isinstance(ended.error, HumanNeeded)
        assert ended.error.reason == "still-signed-in"
    else:
        assert ended.error is None, ended.error


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("adfs", f"{HOST}/adfs/oauth2/logout"),
        ("pingfederate", f"{HOST}/sso/idp/startSLO.ping"),
        ("lemonldap", f"{HOST}/oauth2/logout"),
        ("auth0", "https://acme.eu.auth0.com/oidc/logout"),
        ("pingone", "https://auth.pingone.eu/fake-env/as/signoff/now"),
    ],
)
async def test_the_address_in_the_providers_own_document_is_the_one_that_is_opened(
    running: Browser, name: str, told: str
) -> None:
    ended = await left(running, name, told=told)
    assert ended.error is None, ended.error
    assert ended.provider.opened[0] == told


def test_the_document_is_asked_for_wherever_it_names_a_page_that_needs_no_id_token() -> None:
    assert {*ISSUERS} == {"generic", "keycloak", "auth0", "pingone", "adfs", "pingfederate", "lemonldap"}
