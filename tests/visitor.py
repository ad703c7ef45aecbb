"""A browser without a screen: follows redirects, keeps cookies, and fills in the sandbox's sign-in pages call by call."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode

import httpx
import pyotp

from runbook.sandbox import build, parse
from runbook.sandbox.dispatcher import Dispatcher
from runbook.sandbox.relying import ISSUERS
from runbook.sandbox.world import (
    ADMIN,
    CLIENT_SECRET,
    HOSTS,
    MAIL_CLIENT_ID,
    MAIL_REDIRECT,
    MAIL_SCOPES,
    MAILBOX,
    Account,
    World,
)
from runbook.settings.external import External

MICROSOFT, GOOGLE, OKTA, KEYCLOAK = (f"https://{HOSTS[name]}" for name in ("microsoft", "google", "okta", "keycloak"))
JIRA, ATLASSIAN = f"https://{HOSTS['site']}", f"https://{HOSTS['id']}"
HOMES = {
    "microsoft": f"https://{HOSTS['microsoft-account']}/",
    "google": f"{GOOGLE}/ServiceLogin",
    "okta": f"{OKTA}/app/UserHome",
    "keycloak": f"{KEYCLOAK}/realms/acme/account/",
}
VERIFIER = "fake-verifier-" + "v" * 40
CHALLENGE = "vVgcje7afMHalSnkQ2edwQ5wi-H2c0ocLSeq-wn15Xg"


class Visitor:
    """One browser in front of one sandbox."""

    def __init__(self, scenario: str, *faults: str, external: External | None = None) -> None:
        self.world: World = build(parse(scenario), faults, external)
        self.dispatcher = Dispatcher(self.world)
        self.http = self.browser()

    def browser(self) -> httpx.Client:
        """Another browser, with no cookies yet."""
        return httpx.Client(transport=self.dispatcher.http.transport, follow_redirects=True)

    @property
    def admin(self) -> Account:
        return self.world.accounts[ADMIN]

    @property
    def mailbox(self) -> Account:
        return self.world.accounts[MAILBOX]

    def ask(self, **extra: str) -> httpx.Response:
        """Jira's authorize request for a mailbox."""
        provider = self.world.scenario.mail
        with self.browser() as other:
            found = other.get(f"{ISSUERS[provider]}/.well-known/openid-configuration").json()
        query = {
            "client_id": MAIL_CLIENT_ID,
            "response_type": "code",
            "redirect_uri": MAIL_REDIRECT,
            "scope": " ".join(MAIL_SCOPES[provider]),
            "state": "fake-state",
            "nonce": "fake-nonce",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return self.http.get(f"{found['authorization_endpoint']}?{urlencode({**query, **extra})}")

    def exchange(self, code: str = "", **change: str) -> httpx.Response:
        """Jira's call to the token endpoint."""
        provider = self.world.scenario.mail
        with self.browser() as other:
            found = other.get(f"{ISSUERS[provider]}/.well-known/openid-configuration").json()
            body = {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": MAIL_REDIRECT,
                "code_verifier": VERIFIER,
            }
            secret = change.pop("secret", CLIENT_SECRET)
            return other.post(found["token_endpoint"], data={**body, **change}, auth=(MAIL_CLIENT_ID, secret))

    def code(self, account: Account) -> str:
        """A one-time code that was not used before: the sandbox's clock moves on by a step for it."""
        self.world.offset += 30
        return pyotp.TOTP(account.totp).at(int(self.world.now()))

    def sign_in(self, account: Account, page: httpx.Response | None = None) -> httpx.Response:
        """Signs in at the account's home: on the page that is there, or on the home's own start page."""
        page = page or self.http.get(HOMES[account.home])
        ways = {"microsoft": self.microsoft, "google": self.google, "okta": self.okta, "keycloak": self.keycloak}
        return ways[account.home](page, account)

    def call(self, url: str, **asked: Any) -> dict[str, Any]:
        """A call of a page's script."""
        told: dict[str, Any] = self.http.post(url, json=asked).json()
        return told

    # Microsoft

    def type_at_microsoft(self, page: httpx.Response, account: Account, password: str = "") -> httpx.Response:
        """Address and password; the page that follows."""
        ctx = config(page)["sCtx"]
        found = self.call(f"{MICROSOFT}/common/GetCredentialType", username=account.address, originalRequest=ctx)
        away = found["Credentials"].get("FederationRedirectUrl")
        if away:
            return self.http.get(away)
        body = {"login": account.address, "passwd": password or account.password, "ctx": ctx}
        return self.http.post(f"{MICROSOFT}/common/login", data=body)

    def microsoft(self, page: httpx.Response, account: Account) -> httpx.Response:
        """The whole sign-in; "No" to staying signed in."""
        ctx = config(page)["sCtx"]
        page = self.type_at_microsoft(page, account)
        if page.url.host != HOSTS["microsoft"]:
            return self.stay(self.sign_in(account, page))
        end = {"AuthMethodId": "PhoneAppOTP", "AdditionalAuthData": self.code(account), "Ctx": ctx}
        assert self.call(f"{MICROSOFT}/common/SAS/EndAuth", **end)["Success"]
        return self.stay(self.http.post(f"{MICROSOFT}/common/SAS/ProcessAuth", data={"ctx": ctx}))

    def stay(self, page: httpx.Response, answer: str = "3") -> httpx.Response:
        """The question whether to stay signed in: 1 yes, 3 no."""
        assert config(page)["pgid"] == "KmsiInterrupt"
        return self.http.post(f"{MICROSOFT}/kmsi", data={"ctx": config(page)["sCtx"], "LoginOptions": answer})

    # Google

    def google(self, page: httpx.Response, account: Account) -> httpx.Response:
        """The whole sign-in."""
        tl = page.url.params["TL"]
        self.google_call("lookup", tl, identifier=account.address)
        told = self.google_call("pwd", tl, Passwd=account.password)
        if "selection" in told["next"]:
            self.google_call("method", tl, type="6")
        told = self.google_call("totp", tl, totpPin=self.code(account))
        return self.http.get(GOOGLE + told["next"])

    def google_call(self, name: str, tl: str, **asked: str) -> dict[str, Any]:
        return self.call(f"{GOOGLE}/v3/signin/_/{name}", TL=tl, **asked)

    # Okta and Keycloak

    def idx(self, name: str, handle: str, **asked: Any) -> dict[str, Any]:
        return self.call(f"{OKTA}/idp/idx/{name}", stateHandle=handle, **asked)

    def okta(self, page: httpx.Response, account: Account) -> httpx.Response:
        """The whole sign-in."""
        handle = state_token(page)
        self.idx("identify", handle, identifier=account.address)
        self.idx("challenge/answer", handle, credentials={"passcode": account.password})
        self.idx("challenge", handle, authenticator={"id": "google_otp"})
        told = self.idx("challenge/answer", handle, credentials={"passcode": self.code(account)})
        return self.http.get(told["success"]["href"])

    def keycloak(self, page: httpx.Response, account: Account) -> httpx.Response:
        """The whole sign-in."""
        page = self.http.post(action(page), data={"username": account.address, "password": account.password})
        return self.http.post(action(page), data={"otp": self.code(account)})

    # What every test needs

    def consent(self, page: httpx.Response, **answer: Any) -> httpx.Response:
        """Allows all that the consent page asks for, or what `answer` says instead."""
        if page.url.host == HOSTS["microsoft"]:
            body = {"ctx": config(page)["sCtx"], "acceptConsent": "true", **answer}
            return self.http.post(f"{MICROSOFT}/common/Consent/Set", data=body)
        tl = page.url.params["TL"]
        if page.url.path == "/signin/oauth/id":
            page = self.http.post(f"{GOOGLE}/signin/oauth/id", data={"TL": tl})
        boxes = re.findall(r'data-scope="([^"]+)"', page.text)
        return self.http.post(
            f"{GOOGLE}/signin/oauth/consent", data={"TL": tl, "approve": "true", "scope": boxes, **answer}
        )

    def in_jira(self) -> httpx.Response:
        """The admin's everyday sign-in to Jira."""
        self.http.get(f"{JIRA}/jira")
        page = self.http.post(f"{ATLASSIAN}/login", data={"username": ADMIN, "continue": f"{JIRA}/jira"})
        return self.sign_in(self.admin, page)

    def is_in_jira(self) -> bool:
        return self.http.get(f"{JIRA}/rest/api/3/myself").status_code == 200

    def cookies(self) -> set[str]:
        return {cookie.name for cookie in self.http.cookies.jar}


def config(page: httpx.Response) -> dict[str, Any]:
    """Microsoft's `$Config`."""
    found = re.search(r"\$Config=(\{.*\});", page.text)
    assert found, page.text[:300]
    return dict(json.loads(found[1]))


def state_token(page: httpx.Response) -> str:
    """Okta's state token."""
    found = re.search(r'stateToken = "([^"]+)"', page.text)
    assert found, page.text[:300]
    return found[1]


def action(page: httpx.Response) -> str:
    """Where Keycloak's form goes."""
    found = re.search(r'<form[^>]*action="([^"]+)"', page.text)
    assert found, page.text[:300]
    return found[1].replace("&amp;", "&")


def has_code(page: httpx.Response) -> bool:
    """Whether Jira got a code."""
    return str(page.url).startswith(MAIL_REDIRECT) and "code" in page.url.params


def asks_to_sign_in(page: httpx.Response) -> bool:
    """Whether the page wants an address or a password."""
    views = ("username", "password")
    if page.url.host == HOSTS["microsoft"]:
        return config(page).get("sInitialView") in views
    return "/v3/signin/identifier" in str(page.url) or "stateToken = " in page.text or "kc-form-login" in page.text
