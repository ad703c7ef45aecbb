"""The sandbox's sign-in and sign-out pages: what they refuse, what waits for a person, what a sign-out ends."""

from __future__ import annotations

import ast

import httpx
import pytest

from runbook.sandbox.world import HOSTS, Account
from tests.visitor import (
    GOOGLE,
    HOMES,
    JIRA,
    KEYCLOAK,
    MICROSOFT,
    OKTA,
    Visitor,
    action,
    asks_to_sign_in,
    config,
    has_code,
    state_token,
)

SITES = {"microsoft": "entra", "google": "google", "okta": "okta-microsoft", "keycloak": "keycloak-microsoft"}
EVERY_SITE = pytest.mark.parametrize("site", SITES)
SESSION = {"microsoft": "ESTSAUTH", "google": "SID", "okta": "idx", "keycloak": "KEYCLOAK_IDENTITY"}
LOGOUT = {
    "microsoft": f"{MICROSOFT}/common/oauth2/v2.0/logout",
    "google": f"{GOOGLE}/Logout",
    "okta": f"{OKTA}/login/signout",
    "keycloak": f"{KEYCLOAK}/realms/acme/protocol/openid-connect/logout",
}
GATES = ["captcha", "password-expired", "security-key", "unknown-page", "mfa-enrolment", "number-match", "push"]


class Attempt:
    """A sign-in of the admin, one answer at a time, at any of the sites."""

    def __init__(self, visitor: Visitor, site: str) -> None:
        self.visitor, self.site, self.account = visitor, site, visitor.admin
        self.page: httpx.Response = visitor.http.get(HOMES[site])
        self.key = self._key()

    def _key(self) -> str:
        if self.site == "microsoft":
            return str(config(self.page)["sCtx"])
        if self.site == "google":
            return str(self.page.url.params["TL"])
        return state_token(self.page) if self.site == "okta" else ""

    def password(self, password: str = "", **google: str) -> str:
        """Everything up to the password; what the site says then."""
        visitor, account = self.visitor, self.account
        password = password or account.password
        if self.site == "microsoft":
            self.page = visitor.type_at_microsoft(self.page, account, password)
            return self.page.text
        if self.site == "google":
            told = visitor.google_call("lookup", self.key, identifier=account.address, **google)
            return str(visitor.google_call("pwd", self.key, Passwd=password) if "next" in told else told)
        if self.site == "okta":
            visitor.idx("identify", self.key, identifier=account.address)
            return str(visitor.idx("challenge/answer", self.key, credentials={"passcode": password}))
        self.page = visitor.http.post(action(self.page), data={"username": account.address, "password": password})
        return self.page.text

    def code(self, code: str) -> str:
        """The second factor; what the site says then."""
        visitor = self.visitor
        if self.site == "microsoft":
            asked = {"AuthMethodId": "PhoneAppOTP", "AdditionalAuthData": code, "Ctx": self.key}
            told = visitor.call(f"{MICROSOFT}/common/SAS/EndAuth", **asked)
            self.page = visitor.http.post(f"{MICROSOFT}/common/SAS/ProcessAuth", data={"ctx": self.key})
            return str(told)
        if self.site == "google":
            return str(visitor.google_call("totp", self.key, totpPin=code))
        if self.site == "okta":
            visitor.idx("challenge", self.key, authenticator={"id": "google_otp"})
            told = visitor.idx("challenge/answer", self.key, credentials={"passcode": code})
            visitor.http.get(f"{OKTA}/login/token/redirect?stateToken={self.key}")
            return str(told)
        self.page = visitor.http.post(action(self.page), data={"otp": code})
        return self.page.text

    def do(self, gate: str, **answer: str) -> str:
        """What a person does on a page that waits for one."""
        visitor, asked = self.visitor, {"gate": gate, "answer": "acme", "newpasswd": "fake-new", **answer}
        if self.site == "microsoft":
            self.page = visitor.http.post(f"{MICROSOFT}/common/gate", data={"ctx": self.key, **asked})
            return self.page.text
        if self.site == "google":
            return str(visitor.google_call("gate", self.key, **asked))
        if self.site == "okta":
            return str(visitor.idx("gate", self.key, **asked))
        self.page = visitor.http.post(action(self.page), data=asked)
        return self.page.text

    def poll(self) -> str:
        """The page's question whether the notification was approved, and the step after it."""
        visitor = self.visitor
        if self.site == "microsoft":
            asked = {"AuthMethodId": "PhoneAppNotification", "Ctx": self.key}
            told = visitor.call(f"{MICROSOFT}/common/SAS/EndAuth", **asked)
            self.page = visitor.http.post(f"{MICROSOFT}/common/SAS/ProcessAuth", data={"ctx": self.key})
            return str(told)
        if self.site == "okta":
            told = visitor.idx("authenticators/poll", self.key)
            visitor.http.get(f"{OKTA}/login/token/redirect?stateToken={self.key}")
            return str(told)
        return self.do("push")

    @property
    def signed_in(self) -> bool:
        return SESSION[self.site] in self.visitor.cookies()


def attempt(site: str, *faults: str) -> Attempt:
    return Attempt(Visitor(SITES[site], *faults), site)


# Credentials


@EVERY_SITE
def test_a_wrong_password_is_told_and_five_lock_the_account(site: str) -> None:
    texts = {
        "microsoft": ("Your account or password is incorrect", "temporarily locked"),
        "google": ("Wrong password", "Too many failed attempts"),
        "okta": ("Password is incorrect", "Your account is locked"),
        "keycloak": ("Invalid username or password.", "temporarily disabled"),
    }
    one = attempt(site)
    assert texts[site][0] in one.password("fake-wrong")
    for _ in range(4):
        told = one.password("fake-wrong")
    assert texts[site][1] in told
    assert texts[site][1] in one.password()
    assert one.account.locked
    assert not one.signed_in


@EVERY_SITE
def test_a_disabled_account_is_told(site: str) -> None:
    one = attempt(site)
    one.account.disabled = True
    assert any(word in one.password() for word in ("disabled", "deactivated"))
    assert one.visitor.world.events("password") == []


@EVERY_SITE
def test_a_code_is_refused_when_it_is_wrong_and_when_it_was_used(site: str) -> None:
    texts = {
        "microsoft": ("You didn't enter the expected", "only once"),
        "google": ("Wrong code. Try again.", "Wrong code. Try again."),
        "okta": ("match our records", "Each code can only be used once"),
        "keycloak": ("Invalid authenticator code.", "Invalid authenticator code."),
    }
    one = attempt(site)
    one.password()
    code = one.visitor.code(one.account)
    wrong = "000000" if code != "000000" else "111111"
    assert texts[site][0] in one.code(wrong)
    one.visitor.world.check_code(one.account, code)
    assert texts[site][1] in one.code(code)
    assert not one.signed_in
    one.code(one.visitor.code(one.account))
    assert one.signed_in


@EVERY_SITE
def test_no_address_skips_the_password_or_the_second_factor(site: str) -> None:
    one = attempt(site)
    first = one.page
    one.code(one.visitor.code(one.account))
    assert not one.signed_in
    one.page = first
    one.password()
    for gate in GATES:
        one.do(gate)
        assert not one.signed_in
    one.poll()
    skips = [
        f"{MICROSOFT}/common/reprocess?ctx={one.key}",
        f"{GOOGLE}/v3/signin/continue?TL={one.key}",
        f"{OKTA}/login/token/redirect?stateToken={one.key}",
    ]
    for url in skips:
        one.visitor.http.get(url)
    one.visitor.http.post(f"{MICROSOFT}/kmsi", data={"ctx": one.key, "LoginOptions": "1"})
    one.visitor.http.post(f"{MICROSOFT}/common/pick", data={"ctx": one.key, "username": one.account.address})
    assert not one.signed_in
    assert one.visitor.world.events("signed-in") == []


# What waits for a person


@EVERY_SITE
@pytest.mark.parametrize("gate", GATES[:5])
def test_a_page_for_a_person_stands_in_the_way_until_a_person_did_it(site: str, gate: str) -> None:
    one = attempt(site, gate)
    one.password()
    one.code(one.visitor.code(one.account))
    assert not one.signed_in
    if site == "google" and gate == "captcha":
        one.password(ca="acme")
    else:
        one.do(gate)
    one.code(one.visitor.code(one.account))
    assert one.signed_in


@EVERY_SITE
@pytest.mark.parametrize("gate", ["push", "number-match"])
def test_a_notification_is_approved_by_switching_the_fault_off(site: str, gate: str) -> None:
    marks = {
        "microsoft": '"sNumber": "42"',
        "google": 'EKvSSd">42<',
        "okta": "'number': '42'",
        "keycloak": "<strong>42<",
    }
    one = attempt(site, gate)
    told = one.password()
    if site == "google":
        told = one.visitor.http.get(GOOGLE + ast.literal_eval(told)["next"]).text
    assert (marks[site] in told) is (gate == "number-match")
    one.poll()
    one.do(gate)
    assert not one.signed_in
    one.visitor.world.faults.clear()
    one.poll()
    assert one.signed_in


@EVERY_SITE
def test_a_fault_for_one_address_leaves_the_others_alone(site: str) -> None:
    one = attempt(site, "unknown-page=ops@example.com")
    one.password()
    one.code(one.visitor.code(one.account))
    assert one.signed_in


def test_a_captcha_is_not_passed_by_any_text() -> None:
    one = attempt("google", "captcha")
    assert "captcha" in one.password(ca="something")
    assert one.visitor.world.events("password") == []


def test_an_expired_password_is_changed_by_the_person() -> None:
    one = attempt("okta", "password-expired")
    one.password()
    one.do("password-expired", newpasswd="fake-changed")
    assert one.account.password == "fake-changed"


# Sign-out


def signed_in(site: str, *faults: str, account: Account | None = None) -> Visitor:
    visitor = Visitor(f"{SITES[site]},consented", *faults)
    visitor.sign_in(account or visitor.admin)
    assert SESSION[site] in visitor.cookies()
    return visitor


def sign_out(visitor: Visitor, site: str) -> httpx.Response:
    page = visitor.http.get(LOGOUT[site])
    if site == "keycloak":
        page = visitor.http.post(KEYCLOAK + action(page), data={})
    if site == "microsoft" and "urlNext" in page.text:
        page = visitor.http.get(config(page)["urlNext"])
    return page


@EVERY_SITE
def test_a_sign_out_ends_the_session_and_jira_stays(site: str) -> None:
    visitor = Visitor(SITES[site])
    visitor.in_jira()
    sign_out(visitor, site)
    assert SESSION[site] not in visitor.cookies()
    assert visitor.is_in_jira()
    assert visitor.world.events("signed-out")[-1].details["site"] == site
    home = visitor.http.get(HOMES[site])
    assert asks_to_sign_in(home) or "Signed out" in home.text


@EVERY_SITE
def test_with_single_logout_jira_goes_too(site: str) -> None:
    visitor = Visitor(SITES[site], "slo")
    visitor.in_jira()
    page = sign_out(visitor, site)
    assert page.url.host == HOSTS[site]
    assert not visitor.is_in_jira()
    assert visitor.http.get(f"{JIRA}/jira").url.host == HOSTS["id"]


@EVERY_SITE
def test_a_sign_out_can_say_so_and_leave_the_session_alive(site: str) -> None:
    visitor = signed_in(site, "idp-survives-logout")
    sign_out(visitor, site)
    assert SESSION[site] in visitor.cookies()
    assert visitor.world.events("signed-out") == []


@EVERY_SITE
def test_a_device_can_sign_the_person_in_again_without_any_page(site: str) -> None:
    visitor = signed_in(site, "silent-again")
    sign_out(visitor, site)
    assert visitor.world.events("signed-out")
    home = visitor.http.get(HOMES[site])
    assert not asks_to_sign_in(home)
    assert SESSION[site] in visitor.cookies()


def test_microsoft_asks_which_account_when_there_are_several_or_when_told_to() -> None:
    visitor = signed_in("microsoft")
    visitor.sign_in(visitor.mailbox, visitor.ask(prompt="login"))
    page = visitor.http.get(LOGOUT["microsoft"])
    assert "Which account do you want to sign out of?" in page.text
    body = {"username": visitor.admin.address}
    visitor.http.post(f"{MICROSOFT}/common/oauth2/v2.0/logoutaccount", data=body)
    assert has_code(visitor.ask())
    assert visitor.world.events("authorized")[-1].details["address"] == visitor.mailbox.address
    only = signed_in("microsoft", "signout-chooser")
    assert "Which account do you want to sign out of?" in only.http.get(LOGOUT["microsoft"]).text
    assert "ESTSAUTH" in only.cookies()


def test_a_logout_hint_spares_the_question() -> None:
    visitor = signed_in("microsoft", "signout-chooser")
    page = visitor.http.get(f"{LOGOUT['microsoft']}?logout_hint={visitor.admin.address}")
    assert "urlNext" in page.text
    assert "ESTSAUTH" not in visitor.cookies()
    assert "buid" in visitor.cookies()


def test_staying_signed_in_sets_the_persistent_cookie() -> None:
    visitor = Visitor("entra")
    page = visitor.http.get(HOMES["microsoft"])
    ctx = config(page)["sCtx"]
    visitor.type_at_microsoft(page, visitor.admin)
    asked = {"AuthMethodId": "PhoneAppOTP", "AdditionalAuthData": visitor.code(visitor.admin), "Ctx": ctx}
    visitor.call(f"{MICROSOFT}/common/SAS/EndAuth", **asked)
    page = visitor.http.post(f"{MICROSOFT}/common/SAS/ProcessAuth", data={"ctx": ctx})
    assert "ESTSAUTHPERSISTENT" not in visitor.cookies()
    visitor.stay(page, "1")
    assert "ESTSAUTHPERSISTENT" in visitor.cookies()


def test_google_signs_everybody_out_and_keeps_them_listed() -> None:
    visitor = signed_in("google")
    visitor.sign_in(visitor.mailbox, visitor.ask(prompt="login"))
    page = visitor.http.get(LOGOUT["google"])
    assert page.text.count("Signed out") == 2
    assert "/v3/signin/accountchooser" in str(page.url)
    account = visitor.http.get(f"https://{HOSTS['google-account']}/")
    assert str(account.url) == f"https://{HOSTS['google-about']}/account/about/"
    assert {"SID", "HSID", "SSID", "SAPISID", "LSID"}.isdisjoint(visitor.cookies())
    assert "ACCOUNT_CHOOSER" in visitor.cookies()


def test_okta_tells_whether_a_session_is_there_and_its_device_cookie_stays() -> None:
    visitor = signed_in("okta")
    assert visitor.http.get(f"{OKTA}/api/v1/sessions/me").json()["login"] == visitor.admin.address
    sign_out(visitor, "okta")
    assert visitor.http.get(f"{OKTA}/api/v1/sessions/me").status_code == 404
    assert "DT" in visitor.cookies()


def test_keycloak_only_asks_when_its_logout_page_is_visited() -> None:
    visitor = signed_in("keycloak")
    page = visitor.http.get(LOGOUT["keycloak"])
    assert "Do you want to log out?" in page.text
    assert "KEYCLOAK_IDENTITY" in visitor.cookies()
    assert "You are logged out" in visitor.http.post(KEYCLOAK + action(page), data={}).text
    back = visitor.http.get(f"{LOGOUT['keycloak']}?post_logout_redirect_uri=https://acme.example/")
    assert "Missing parameters: id_token_hint" in back.text
    told = visitor.http.get(HOMES["keycloak"], headers={"Accept": "application/json"})
    assert told.status_code == 401
