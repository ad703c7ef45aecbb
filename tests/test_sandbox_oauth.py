"""Jira's mail authorization in the sandbox, as the client, the provider and the project see it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from jira_visitor import custom, visitor

from runbook.sandbox.world import ADMIN, MAILBOX


def test_the_authorize_request_is_sound_and_says_nothing_about_who() -> None:
    found = visitor("entra,empty")
    location = found.get(f"{found.page}/connect?provider=microsoft").headers["location"]
    sent = parse_qs(urlsplit(location).query)
    assert sent["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= set(sent)
    assert not {"prompt", "login_hint", "domain_hint"} & set(sent)


@pytest.mark.parametrize("address", [ADMIN, MAILBOX])
def test_whoever_is_signed_in_at_the_provider_is_connected(address: str) -> None:
    found = visitor("entra,empty,consented,g3,same-tab")
    found.also_at_microsoft(address)
    found.connect(request_type="General request")
    assert [(row.address, row.request_type) for row in custom(found.world)] == [(address, "General request")]


def test_g2_connects_only_when_the_request_type_was_chosen() -> None:
    found = visitor("entra,empty,consented,g2,same-tab")
    found.also_at_microsoft(MAILBOX)
    assert "Choose a request type" in found.connect().text
    assert custom(found.world) == []
    found.act("finish", request_type="Report an incident")
    assert [(row.address, row.request_type) for row in custom(found.world)] == [(MAILBOX, "Report an incident")]
    assert "expired" in found.act("finish", request_type="Report an incident").json()["flashes"][0]["text"]


def test_g2_forgets_a_connection_that_was_cancelled() -> None:
    found = visitor("entra,empty,consented,g2,same-tab")
    found.also_at_microsoft(MAILBOX)
    found.connect()
    assert found.act("cancel").json()["pending"] == ""
    assert custom(found.world) == []


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ("token-exchange-fails", "Could not retrieve access token"),
        ("jira-error-banner", "connect to your mail server"),
        ("duplicate", "used by another project"),
    ],
)
def test_a_connection_that_fails_says_why_and_leaves_no_row(fault: str, text: str) -> None:
    found = visitor("entra,empty,consented,g1,same-tab", fault)
    found.also_at_microsoft(MAILBOX)
    assert text in found.connect().text.replace("&#39;", "'")
    assert custom(found.world) == []


def test_another_address_can_be_made_to_appear() -> None:
    found = visitor("entra,empty,consented,g1,same-tab", "connects-other")
    found.also_at_microsoft(MAILBOX)
    found.connect()
    assert [row.address for row in custom(found.world)] == [ADMIN]


def test_a_declined_consent_says_so_and_leaves_no_row() -> None:
    found = visitor("entra,empty,g1,same-tab")
    start = found.get(f"{found.page}/connect?provider=microsoft").headers["location"]
    state = parse_qs(urlsplit(start).query)["state"][0]
    back = "https://id.atlassian.com/outboundAuth/finish"
    answer = found.http.get(back, params={"error": "access_denied", "state": state}, follow_redirects=True)
    assert "was not granted" in answer.text
    assert custom(found.world) == []
    assert found.http.get(back, params={"error": "access_denied", "state": state}).status_code == 400


def test_a_code_of_another_authorization_is_refused() -> None:
    found = visitor("entra,empty,consented,g1,same-tab")
    found.also_at_microsoft(MAILBOX)
    first, second = (found.get(f"{found.page}/connect?provider=microsoft").headers["location"] for _ in range(2))
    code = parse_qs(urlsplit(found.http.get(first).headers["location"]).query)["code"][0]
    state = parse_qs(urlsplit(second).query)["state"][0]
    back = found.http.get(
        "https://id.atlassian.com/outboundAuth/finish", params={"code": code, "state": state}, follow_redirects=True
    )
    assert "Could not retrieve access token" in back.text
    assert custom(found.world) == []
