"""The sandbox's identity side: OpenID Connect, whom an authorize request takes, consent, federation, Atlassian's login."""

from __future__ import annotations

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from runbook.sandbox.relying import ISSUERS
from runbook.sandbox.world import ADMIN, HOSTS, MAIL_CLIENT_ID, MAILBOX, World
from tests.by_hand import browsing, google
from tests.visitor import ATLASSIAN, GOOGLE, MICROSOFT, OKTA, Visitor, asks_to_sign_in, config, has_code

BOTH = pytest.mark.parametrize("scenario", ["entra", "google"])
THIRD_PARTY = pytest.mark.parametrize(
    "scenario", ["okta-microsoft", "okta-google", "okta-federated", "keycloak-microsoft"]
)
ALL = ["entra", "google", "okta-microsoft", "okta-google", "okta-federated", "keycloak-microsoft"]


def with_code(scenario: str) -> tuple[Visitor, str]:
    """A mailbox that has just allowed Jira in, and the code that Jira got."""
    visitor = Visitor(f"{scenario},consented")
    page = visitor.sign_in(visitor.mailbox, visitor.ask())
    assert has_code(page), page.url
    return visitor, page.url.params["code"]


# OpenID Connect


@BOTH
def test_a_code_is_good_for_one_exchange(scenario: str) -> None:
    visitor, code = with_code(scenario)
    assert visitor.exchange(code).status_code == 200
    assert visitor.exchange(code).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"code_verifier": "other-" + "x" * 50}, "invalid_grant"),
        ({"redirect_uri": "https://elsewhere.example.com/"}, "invalid_grant"),
        ({"secret": "fake-other"}, "invalid_client"),
    ],
)
def test_an_exchange_that_does_not_fit_the_request_is_refused(change: dict[str, str], error: str) -> None:
    visitor, code = with_code("entra")
    assert visitor.exchange(code, **change).json()["error"] == error


def test_a_code_is_too_old_after_ten_minutes() -> None:
    visitor, code = with_code("google")
    visitor.world.offset += 601
    assert visitor.exchange(code).json()["error"] == "invalid_grant"


@BOTH
def test_the_id_token_names_the_mailbox_and_follows_the_clock_of_the_sandbox(scenario: str) -> None:
    visitor, code = with_code(scenario)
    issuer = ISSUERS[visitor.world.scenario.mail]
    token = visitor.exchange(code).json()
    found = visitor.http.get(f"{issuer}/.well-known/openid-configuration").json()
    keys = KeySet.import_key_set(visitor.http.get(found["jwks_uri"]).json())
    claims = jwt.decode(token["id_token"], keys, algorithms=["RS256"]).claims
    assert (claims["email"], claims["nonce"], claims["iss"]) == (MAILBOX, "fake-nonce", issuer)
    assert abs(claims["iat"] - visitor.world.now()) < 5
    told = visitor.http.get(found["userinfo_endpoint"], headers={"Authorization": f"Bearer {token['access_token']}"})
    assert told.json()["email"] == MAILBOX
    assert visitor.http.get(found["userinfo_endpoint"], headers={"Authorization": "Bearer fake"}).status_code == 401


@BOTH
def test_a_refresh_token_is_good_until_it_is_revoked(scenario: str) -> None:
    visitor, code = with_code(scenario)
    kept = visitor.exchange(code).json()["refresh_token"]
    again = {"grant_type": "refresh_token", "refresh_token": kept}
    assert visitor.exchange(**again).json()["access_token"]
    visitor.world.issued[-1].revoked = True
    assert visitor.exchange(**again).json()["error"] == "invalid_grant"


def test_a_connection_made_before_the_sandbox_started_can_refresh_unless_it_was_revoked() -> None:
    for channel, status in (("healthy", 200), ("revoked", 400)):
        visitor = Visitor(f"entra,{channel}")
        [token] = [row.token for row in visitor.world.projects["HELP"].connections if row.token]
        asked = visitor.exchange(grant_type="refresh_token", refresh_token=token.refresh_token)
        assert asked.status_code == status


def test_the_exchange_fails_when_told_to() -> None:
    visitor, code = with_code("entra")
    visitor.world.faults["token-exchange-fails"] = True
    assert visitor.exchange(code).status_code == 400


@BOTH
def test_a_redirect_that_is_not_registered_ends_on_an_error_page_of_the_provider(scenario: str) -> None:
    visitor = Visitor(scenario)
    page = visitor.ask(redirect_uri="https://elsewhere.example.com/")
    assert (page.status_code, page.url.host) == (400, HOSTS[visitor.world.scenario.mail])
    assert "AADSTS50011" in page.text or "redirect_uri_mismatch" in page.text


# Whom an authorize request takes


@BOTH
def test_nobody_signed_in_means_a_sign_in_page(scenario: str) -> None:
    assert asks_to_sign_in(Visitor(scenario).ask())


@BOTH
def test_one_session_and_a_remembered_consent_need_no_page_at_all(scenario: str) -> None:
    visitor = Visitor(f"{scenario},consented")
    visitor.sign_in(visitor.admin)
    assert has_code(visitor.ask())
    event = visitor.world.events("authorized")[-1].details
    assert (event["address"], event["silent"], event["client"]) == (ADMIN, True, MAIL_CLIENT_ID)


@BOTH
def test_two_sessions_mean_a_choice(scenario: str) -> None:
    visitor = signed_in_twice(scenario)
    page = visitor.ask()
    assert ADMIN in page.text
    assert MAILBOX in page.text
    assert not has_code(page)
    if scenario == "entra":
        assert config(page)["sInitialView"] == "tiles"
        page = visitor.http.post(f"{MICROSOFT}/common/pick", data={"ctx": config(page)["sCtx"], "username": MAILBOX})
    else:
        body = {"TL": page.url.params["TL"], "identifier": MAILBOX}
        page = visitor.http.post(f"{GOOGLE}/v3/signin/_/choose", data=body)
    assert has_code(page)
    assert visitor.world.events("authorized")[-1].details["address"] == MAILBOX


def signed_in_twice(scenario: str) -> Visitor:
    visitor = Visitor(f"{scenario},consented")
    visitor.sign_in(visitor.admin)
    visitor.sign_in(visitor.mailbox, visitor.ask(prompt="login"))
    return visitor


@BOTH
def test_prompt_none_answers_with_an_error_instead_of_a_page(scenario: str) -> None:
    visitor = Visitor(scenario)
    assert visitor.ask(prompt="none").url.params["error"] == "login_required"
    visitor.sign_in(visitor.admin)
    assert visitor.ask(prompt="none").url.params["error"] == "consent_required"


@BOTH
def test_prompt_login_asks_for_credentials_and_select_account_for_a_choice(scenario: str) -> None:
    visitor = Visitor(f"{scenario},consented")
    visitor.sign_in(visitor.admin)
    assert asks_to_sign_in(visitor.ask(prompt="login"))
    page = visitor.ask(prompt="select_account")
    assert ADMIN in page.text
    assert not has_code(page)


@BOTH
def test_a_login_hint_picks_the_session_of_that_address_or_asks_for_its_credentials(scenario: str) -> None:
    visitor = signed_in_twice(scenario)
    assert has_code(visitor.ask(login_hint=ADMIN))
    assert visitor.world.events("authorized")[-1].details["address"] == ADMIN
    page = visitor.ask(login_hint="ops@example.com")
    assert asks_to_sign_in(page)
    assert "ops@example.com" in page.text


# Consent


@BOTH
def test_consent_is_asked_once_and_remembered(scenario: str) -> None:
    visitor = Visitor(scenario)
    page = visitor.sign_in(visitor.mailbox, visitor.ask())
    assert MAILBOX in page.text
    assert "Jira Service Management" in page.text
    assert has_code(visitor.consent(page))
    assert has_code(visitor.ask())


@BOTH
def test_declining_is_told_to_jira(scenario: str) -> None:
    visitor = Visitor(scenario)
    page = visitor.sign_in(visitor.mailbox, visitor.ask())
    page = visitor.consent(page, acceptConsent="false", approve="false")
    assert page.url.params["error"] == "access_denied"
    assert page.url.params["state"] == "fake-state"


def test_a_scope_whose_box_was_left_open_is_not_in_the_token() -> None:
    visitor = Visitor("google")
    page = visitor.consent(visitor.sign_in(visitor.mailbox, visitor.ask()), scope=[])
    token = visitor.exchange(page.url.params["code"]).json()
    assert token["scope"].split() == ["openid", "email"]


@BOTH
def test_another_client_more_scopes_and_a_missing_approval_can_be_played_for_one_address(scenario: str) -> None:
    faults = ("consent-other-client", "consent-more-scopes", "admin-approval")
    marks = ("Contoso Mail Sync", "irectory", "need" if scenario == "entra" else "admin_policy_enforced")
    for fault, mark in zip(faults, marks, strict=True):
        for address in (MAILBOX, ADMIN):
            visitor = Visitor(scenario, f"{fault}={address}")
            page = visitor.sign_in(visitor.mailbox, visitor.ask())
            if scenario == "google" and fault == "consent-more-scopes":
                page = visitor.http.post(f"{GOOGLE}/signin/oauth/id", data={"TL": page.url.params["TL"]})
            assert (mark.lower() in page.text.lower()) is (address == MAILBOX), (fault, address)


# Federation and the dashboard's mail


@THIRD_PARTY
def test_the_mail_tile_of_the_dashboard_signs_the_admin_in_at_the_mail_provider(scenario: str) -> None:
    visitor = Visitor(f"{scenario},consented")
    page = visitor.sign_in(visitor.admin)
    assert "Mail" in page.text
    open_mail_tile(visitor)
    assert has_code(visitor.ask())
    assert visitor.world.events("authorized")[-1].details["address"] == ADMIN


def open_mail_tile(visitor: Visitor) -> None:
    if visitor.world.scenario.mail == "microsoft":
        host = HOSTS["microsoft-account"]
        page = visitor.stay(visitor.http.get(f"https://{host}/mail?domain_hint=example.com"))
    else:
        page = visitor.http.get(f"https://{HOSTS['google-account']}/mail?hd=example.com")
        page = visitor.http.post(f"{GOOGLE}/speedbump/samlconfirmaccount", data={"TL": page.url.params["TL"]})
    assert "Your inbox is empty." in page.text


def test_a_live_session_at_the_identity_provider_answers_for_whatever_address_was_typed() -> None:
    visitor = Visitor("okta-federated")
    visitor.sign_in(visitor.admin)
    page = visitor.stay(visitor.type_at_microsoft(visitor.ask(), visitor.mailbox))
    assert config(page)["pgid"] == "ConvergedConsent"
    assert ADMIN in page.text
    event = visitor.world.events("federated")[-1].details
    assert (event["typed"], event["returned"]) == (MAILBOX, ADMIN)


def test_a_federated_mailbox_signs_in_at_the_identity_provider() -> None:
    visitor = Visitor("okta-federated,consented")
    assert has_code(visitor.microsoft(visitor.ask(), visitor.mailbox))
    assert visitor.world.events("authorized")[-1].details["address"] == MAILBOX
    assert [e.details["site"] for e in visitor.world.events("password")] == ["okta"]


def test_google_asks_a_new_browser_once_whether_the_federated_account_is_right() -> None:
    visitor = Visitor("okta-google")
    visitor.sign_in(visitor.admin)
    open_mail_tile(visitor)
    visitor.http.get(f"{GOOGLE}/Logout")
    flow = visitor.http.get(f"{GOOGLE}/AddSession").url.params["TL"]
    away = visitor.google_call("lookup", flow, identifier=ADMIN)["next"]
    assert visitor.http.get(GOOGLE + away).url.host == HOSTS["google-account"]


def test_the_confirmation_page_lets_nobody_in_who_did_not_come_back_from_the_provider() -> None:
    visitor = Visitor("okta-google,consented")
    tl = visitor.ask(login_hint=MAILBOX).url.params["TL"]
    page = visitor.http.post(f"{GOOGLE}/speedbump/samlconfirmaccount", data={"TL": tl})
    assert "rejected" in str(page.url)
    assert "SID" not in visitor.cookies()


# Atlassian


@pytest.mark.parametrize("scenario", ALL)
def test_the_admin_comes_to_jira_through_the_identity_provider(scenario: str) -> None:
    visitor = Visitor(scenario)
    page = visitor.in_jira()
    assert page.url.host == HOSTS["site"]
    assert visitor.is_in_jira()
    assert {"cloud.session.token", "tenant.session.token"} <= visitor.cookies()


def test_somebody_else_than_the_one_who_typed_is_not_let_in() -> None:
    visitor = Visitor("entra")
    page = visitor.http.post(f"{ATLASSIAN}/login", data={"username": ADMIN})
    page = visitor.sign_in(visitor.mailbox, page)
    assert page.url.params["error_description"] == "authentication-policy-strategy-mismatch"
    assert "having trouble logging you in" in page.text
    assert not visitor.is_in_jira()


@pytest.mark.parametrize("kind", ["microsoft", "google"])
def test_the_generic_login_is_not_what_the_policy_asks_for(kind: str) -> None:
    visitor = Visitor("entra" if kind == "microsoft" else "google")
    page = visitor.sign_in(visitor.admin, visitor.http.get(f"{ATLASSIAN}/login/generic/{kind}"))
    assert page.url.params["error_description"] == "authentication-policy-strategy-mismatch"
    assert not visitor.is_in_jira()


def test_an_address_without_an_atlassian_account_is_offered_one() -> None:
    page = Visitor("entra").http.post(f"{ATLASSIAN}/login", data={"username": MAILBOX})
    assert page.url.path == "/signup"


def test_logging_out_of_atlassian_ends_the_session_of_the_site_too() -> None:
    visitor = Visitor("entra")
    visitor.in_jira()
    visitor.http.get(f"{ATLASSIAN}/logout")
    assert not visitor.is_in_jira()


def test_the_login_hands_over_only_to_the_site() -> None:
    visitor = Visitor("entra")
    visitor.in_jira()
    page = visitor.http.get(f"{ATLASSIAN}/login?continue=https://elsewhere.example.com/x")
    assert page.url.host == HOSTS["site"]


def test_an_identity_provider_that_is_down_answers_503() -> None:
    for scenario in ALL:
        visitor = Visitor(scenario, "idp-503")
        assert visitor.http.post(f"{ATLASSIAN}/login", data={"username": ADMIN}).status_code == 503, scenario


# In a browser: what only a script shows


async def test_microsoft_swaps_its_views_in_one_document_and_keeps_a_decoy_password_field() -> None:
    async with browsing("entra") as (page, _world):
        await page.goto(f"https://{HOSTS['microsoft-account']}/")
        await page.evaluate("window.here = true")
        decoy = page.locator("#i0118")
        assert await decoy.get_attribute("aria-hidden") == "true"
        assert (await decoy.bounding_box() or {"x": 0})["x"] < 0
        await page.locator("#i0116").fill("nobody@example.com")
        await page.locator("#idSIButton9").click()
        await page.locator("#usernameError").wait_for()
        await page.locator("#i0116").fill(MAILBOX)
        await page.locator("#idSIButton9").click()
        await page.locator("#i0118:not(.moveOffScreen)").wait_for()
        assert await page.evaluate("window.here")


async def test_okta_shows_its_errors_in_the_container_that_is_always_there() -> None:
    async with browsing("okta-microsoft") as (page, world):
        await page.goto(f"{OKTA}/app/UserHome")
        error = page.locator("[data-se=o-form-error-container]")
        await page.locator("input[name=identifier]").fill(ADMIN)
        assert await error.inner_text() == ""
        await page.locator("[data-type=save]").click()
        await page.locator("input[name='credentials.passcode']").fill("fake-wrong")
        await page.locator("[data-type=save]").click()
        await error.get_by_text("Password is incorrect").wait_for()
        assert world.accounts[ADMIN].failures == 1


async def test_google_asks_again_when_nothing_was_allowed() -> None:
    async with browsing("google") as (page, world):
        await page.goto(consent_start(world))
        await google(page, world, world.accounts[MAILBOX])
        await page.get_by_role("button", name="Continue").click()
        await page.locator("#submit_approve_access button").click()
        await page.get_by_role("dialog", name="You did not allow any access").wait_for()
        await page.get_by_role("button", name="Go back").click()
        await page.get_by_role("checkbox", name="Select all").check()
        await page.locator("#submit_approve_access button").click()
        await page.wait_for_url("**/outboundAuth/finish**")
        assert world.consents[-1]["scopes"][-1] == "https://mail.google.com/"


def consent_start(world: World) -> str:
    """Jira's authorize request, for a browser."""
    other = Visitor(str(world.scenario))
    other.http.follow_redirects = False
    return str(other.ask().request.url)
