"""The sandbox's sites check a passkey as WebAuthn says: theirs, for this very request, once, with a person there."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_private_key

from runbook.passkey import parse as parse_passkey
from runbook.sandbox import build, parse, passkeys
from runbook.sandbox.seed import channel
from runbook.sandbox.world import ADMIN, Account
from runbook.secrets import is_sandbox

CHALLENGE = "fake-challenge"


def account() -> Account:
    return build(parse("google,passkey")).accounts[ADMIN]


def answer(one: Account, **change: Any) -> dict[str, str]:
    """What a browser would send that has this account's passkey."""
    said = {"type": "webauthn.get", "challenge": CHALLENGE, "origin": "https://accounts.google.com"} | change
    given = {"rp": "google.com", "flags": 0b101, "counter": 7, "key": one.passkey} | change
    client = json.dumps({name: said[name] for name in ("type", "challenge", "origin")}).encode()
    data = hashlib.sha256(given["rp"].encode()).digest() + bytes([given["flags"]]) + given["counter"].to_bytes(4)
    key = load_der_private_key(passkeys.decoded(json.loads(given["key"])["privateKey"]), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    signature = key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
    parts = zip(passkeys.NAMES, (client, data, signature), strict=True)
    return {name: passkeys.encoded(octets) for name, octets in parts}


def test_the_right_answer_is_taken_once() -> None:
    one = account()
    assert passkeys.signed("google", one, CHALLENGE, answer(one))
    assert one.passkey_counter == 7
    assert not passkeys.signed("google", one, CHALLENGE, answer(one)), "the counter has to grow"
    assert passkeys.signed("google", one, CHALLENGE, answer(one, counter=8))


@pytest.mark.parametrize(
    "change",
    [
        {"challenge": "another"},
        {"type": "webauthn.create"},
        {"origin": "https://accounts.google.com.example"},
        {"rp": "accounts.google.com"},
        {"flags": 0b001},
        {"flags": 0b100},
        {"counter": 0},
        {"key": passkeys.made("google")},
    ],
    ids=lambda change: next(iter(change)),
)
def test_any_other_answer_is_refused(change: dict[str, Any]) -> None:
    one = account()
    assert not passkeys.signed("google", one, CHALLENGE, answer(one, **change))
    assert one.passkey_counter == 0


def test_no_answer_is_none() -> None:
    one = account()
    assert not passkeys.signed("google", one, CHALLENGE, {})
    assert not passkeys.signed("google", one, CHALLENGE, {**answer(one), "signature": "*"})
    assert not passkeys.signed("google", one, "", answer(one, challenge="")), "a request that was never made"


def test_the_settings_of_such_a_world_have_passkeys_and_no_codes() -> None:
    told = channel(build(parse("okta-google,passkey")))
    for identity, name in ((told["site"]["admin"], "acme.okta.com"), (told["mailbox"], "google.com")):
        assert "totp" not in identity
        assert parse_passkey(identity["passkey"], "x")["rpId"] == name
        assert is_sandbox(identity["passkey"])
