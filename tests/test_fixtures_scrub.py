"""Scrubbing: wherever a secret stands and however it is written there, it is gone; equal values stay equal."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fixtures_support.exchange import JWT, URL, exchange
from fixtures_support.places import NAMED, PLACES
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from runbook.fixtures import Scrubber, Tenant
from runbook.fixtures.encodings import layers
from runbook.fixtures.gate import gate_har
from runbook.fixtures.match import Answers, Asked
from runbook.fixtures.names import is_stand_in

pytestmark = pytest.mark.thorough


def scrubbed(har: dict[str, Any], **options: Any) -> dict[str, Any]:
    scrubber = Scrubber(**options)
    scrubber.learn(har)
    return scrubber.har(har)


PRINTABLE = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=8, max_size=40)


def plainly_in(secret: str, har: dict[str, Any]) -> bool:
    """Whether the secret can be read in the recording by decoding it; written apart from what the scrubber searches with."""
    return any(secret in layer for layer in layers(json.dumps(har))) or any(secret in layer for layer in _values(har))


def _values(data: Any) -> list[str]:
    if isinstance(data, str):
        return list(layers(data))
    found = data.values() if isinstance(data, dict) else data if isinstance(data, list) else []
    return [text for each in found for text in _values(each)]


@pytest.mark.parametrize("place", PLACES)
@settings(max_examples=15, deadline=None)
@given(secret=PRINTABLE)
@example(secret="fake-Pa55 &word/+=?")
@example(secret="fake-ümläut\"'<>\\")
@example(secret="correct-horse-battery")
@example(secret="0123456789")
def test_a_typed_secret_is_gone_wherever_it_was_put(place: str, secret: str) -> None:
    secret = secret.strip()
    assume(len(secret) >= 8)
    assume(not plainly_in(secret, PLACES[place]("")))
    assume(secret not in "fake-admin-password-1")
    har = PLACES[place](secret)
    clean = scrubbed(har, secrets=[("admin password", secret)])
    assert not plainly_in(secret, clean)
    assert [f for f in gate_har(clean, [("admin password", secret)]) if f.kind == "admin password"] == []


# In these a page packs what was typed in a way that no stand-in can be packed in again.
PACKED = {"base64 of gzip", "base64 of utf-16", "base64 with a neighbour"}


@pytest.mark.parametrize("place", [place for place in PLACES if place not in PACKED])
@settings(max_examples=10, deadline=None)
@given(secret=PRINTABLE)
@example(secret="fake-Pa55 &word/+=?")
@example(secret="fake-ümläut\"'<>\\")
def test_the_recording_still_answers_whoever_types_the_stand_in(place: str, secret: str) -> None:
    secret = secret.strip()
    assume(len(secret) >= 8)
    assume(not plainly_in(secret, PLACES[place]("")))
    scrubber = Scrubber(secrets=[("admin password", secret)])
    har = PLACES[place](secret)
    scrubber.learn(har)
    answers = Answers(scrubber.har(har)["log"]["entries"])
    sent = PLACES[place](scrubber.stand_in("admin password", secret))["log"]["entries"][0]["request"]
    body = sent.get("postData") or {}
    asked = Asked.of(sent["method"], sent["url"], body.get("text", ""), body.get("mimeType", ""))
    assert answers.find(asked) is not None, answers.miss(asked)


NAMES = [
    "access_token",
    "csrf",
    "SAMLResponse",
    "nonce",
    "X-Session-Token",
    "flowToken",
    "client_secret",
    "code",
    "state",
    "password",
]
OPAQUE = st.from_regex(r"[A-Za-z][0-9][A-Za-z0-9_-]{10,40}[A-Za-z0-9]", fullmatch=True)


@pytest.mark.parametrize("place", NAMED)
@settings(max_examples=15, deadline=None)
@given(name=st.sampled_from(NAMES), value=OPAQUE)
def test_a_value_under_a_telling_name_is_learned_and_gone_everywhere(place: str, name: str, value: str) -> None:
    har = NAMED[place](name, value)
    har["log"]["entries"] += exchange(got=f"<p>also here: {value}.</p>")["log"]["entries"]
    clean = scrubbed(har)
    assert not plainly_in(value, clean)
    assert gate_har(clean) == []


def test_equal_values_stay_equal_across_places_and_encodings() -> None:
    har = exchange(
        f"{URL}?state=a1/b2%2Bc3d4",
        sent="state=a1%2Fb2%2Bc3d4",
        got='<input type=hidden name=state value="a1/b2+c3d4"> {"x": "a1\\/b2+c3d4"}',
        response={"Location": "/x?state=a1%2fb2%2bc3d4"},
    )
    entry = scrubbed(har)["log"]["entries"][0]
    found = parse_qs(urlsplit(entry["request"]["url"]).query)["state"][0]
    assert is_stand_in(found)
    assert entry["request"]["postData"]["text"] == f"state={found}"
    assert entry["response"]["content"]["text"].count(found) == 2
    assert entry["response"]["headers"][0]["value"] == f"/x?state={found}"


def test_different_values_get_different_stand_ins() -> None:
    clean = scrubbed(exchange(f"{URL}?state=abc123def&nonce=xyz789uvw&code=other1234"))
    values = parse_qs(urlsplit(clean["log"]["entries"][0]["request"]["url"]).query)
    assert values == {"state": ["fake-state-1"], "nonce": ["fake-nonce-1"], "code": ["fake-code-1"]}


def test_what_is_no_secret_is_left_byte_for_byte() -> None:
    page = '<p class="state">CONNECTED</p><script>x = {"state": "CONNECTED", "key": "HELP", "token_type": "Bearer", "code": 200}</script>'
    har = exchange(
        f"{URL}?project=HELP&prompt=login&lang=en",
        got=page,
        response={"Set-Cookie": "lang=en; Path=/", "X-Frame-Options": "DENY"},
    )
    assert scrubbed(har) == har


def test_short_values_are_replaced_in_place_only() -> None:
    entry = scrubbed(exchange(sent="password=en&lang=en", got="<html lang=en>"))["log"]["entries"][0]
    assert entry["request"]["postData"]["text"] == "password=fake-password-1&lang=en"
    assert entry["response"]["content"]["text"] == "<html lang=en>"


def test_a_one_time_code_is_replaced_as_a_token_of_its_own() -> None:
    entry = scrubbed(exchange(sent="otc=482913", got="<p>482913</p><p>14829137</p>"))["log"]["entries"][0]
    assert entry["request"]["postData"]["text"] == "otc=fake-otc-1"
    assert entry["response"]["content"]["text"] == "<p>fake-otc-1</p><p>14829137</p>"


def test_a_token_is_recognised_by_its_looks() -> None:
    clean = scrubbed(exchange(got=f"<p>{JWT}</p>", request={"X-Other": base64.b64encode(f"a {JWT}".encode()).decode()}))
    assert not plainly_in(JWT, clean)
    assert "fake-jwt-1" in clean["log"]["entries"][0]["response"]["content"]["text"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ada@corp.example", "admin@example.com"),
        ("user=ada%40corp.example&x", "user=admin%40example.com&x"),
        ("x%3Dada%40corp.example", "x%3Dadmin%40example.com"),
        ('x({"m":"\\nada\\u0040corp.example"})', 'x({"m":"\\nadmin\\u0040example.com"})'),
        ("'ada@corp.example'", "'admin@example.com'"),
        ("Ada@Corp.Example", "admin@example.com"),
        ("help@acme.atlassian.net", "help@acme.example.com"),
        ("box@mail.example.com", "box@mail.example.com"),
        ("logo@2x.png", "logo@2x.png"),
        ("hd=corp.example", "hd=example.com"),
        ("https%3A%2F%2Fcorp.example%2F", "https%3A%2F%2Fexample.com%2F"),
    ],
)
def test_addresses_and_their_domains_are_mapped_in_every_encoding(text: str, expected: str) -> None:
    scrubber = Scrubber(tenant=Tenant(mail_domain="acme.atlassian.net"), people={"admin": "ada@corp.example"})
    assert scrubber.text(text) == expected


def test_an_address_in_base64_is_mapped_inside() -> None:
    text = base64.b64encode(b'{"user": "ada@corp.example"}').decode()
    clean = Scrubber(people={"admin": "ada@corp.example"}).text(text)
    assert json.loads(base64.b64decode(clean)) == {"user": "admin@example.com"}


def test_hosts_of_a_real_tenant_become_those_of_the_examples() -> None:
    tenant = Tenant.of("https://contoso.atlassian.net", "https://contoso.okta.com", names={"Jane Doe": "Ada Admin"})
    scrubber = Scrubber(tenant=tenant)
    assert scrubber.text("https://contoso.okta.com/login?go=https%3A%2F%2Fcontoso.atlassian.net%2F") == (
        "https://acme.okta.com/login?go=https%3A%2F%2Facme.atlassian.net%2F"
    )
    assert scrubber.text("notcontoso.okta.com and Jane%20Doe") == "notcontoso.okta.com and Ada Admin"
    assert scrubber.text("it@contoso.atlassian.net") == "it@acme.example.com"


def test_hosts_that_every_tenant_shares_are_left_alone() -> None:
    assert Tenant.of("https://acme.atlassian.net", "https://login.microsoftonline.com").hosts == {}
    assert Tenant.of("https://acme.atlassian.net", "https://login.contoso.com/realms/x").hosts == {
        "login.contoso.com": "sso.acme.example"
    }


def test_ids_of_accounts_and_tenants_keep_their_shape() -> None:
    account, tenant = "712020:0a1b2c3d-1111-2222-3333-444455556666", "9b9b9b9b-1111-2222-3333-444455556666"
    har = exchange(
        f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
        got=json.dumps({"accountId": account}),
        kind="application/json",
    )
    scrubber = Scrubber()
    scrubber.learn(har)
    entry = scrubber.har(har)["log"]["entries"][0]
    assert entry["request"]["url"].split("/")[3] == "00000000-0000-4000-8000-000000000001"
    known = json.loads(entry["response"]["content"]["text"])["accountId"]
    assert known.startswith("000000:00000000-0000-4000-8000-")
    assert scrubber.data({"account_id": account}) == {"account_id": known}


def test_facts_and_cookies_get_the_stand_ins_of_the_traffic() -> None:
    har = exchange(response={"Set-Cookie": "sid=Zx91kLmnopq; Secure"})
    facts = {
        "account_address": "ada@corp.example",
        "rows": [{"address": "help@acme.atlassian.net", "health": "ok"}],
        "removed_at": 1.5,
    }
    scrubber = Scrubber(tenant=Tenant(mail_domain="acme.atlassian.net"), people={"admin": "ada@corp.example"})
    scrubber.learn(har)
    assert (
        scrubber.cookies([{"name": "sid", "value": "Zx91kLmnopq", "domain": "a.example"}])[0]["value"] == "fake-sid-1"
    )
    assert scrubber.data(facts) == {
        "account_address": "admin@example.com",
        "rows": [{"address": "help@acme.example.com", "health": "ok"}],
        "removed_at": 1.5,
    }


def test_a_totp_secret_is_replaced_by_one_that_still_makes_codes() -> None:
    uri = "otpauth://totp/Acme:ada?secret=JBSWY3DPEHPK3PXP&issuer=Acme"
    scrubber = Scrubber([("mailbox TOTP secret", uri)])
    stand_in = scrubber.stand_in("mailbox TOTP secret", uri)
    assert scrubber.text("key: JBSWY3DPEHPK3PXP") == f"key: {stand_in}"
    assert stand_in.startswith("FAKEMAILBOX")
    assert len(base64.b32decode(stand_in)) == 10


def test_scrubbing_twice_changes_nothing() -> None:
    clean = scrubbed(
        exchange(
            f"{URL}?state=abc123def#access_token={JWT}", sent="password=fake-1&otp=123456", got="mail bob@corp.example"
        )
    )
    assert scrubbed(clean) == clean
