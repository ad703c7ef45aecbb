"""Passkeys as the sandbox's sites know them: made for an account, asked for by a page, and checked by the rules of WebAuthn
(level 2, section 7.2), as far as they are about a sign-in."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from runbook.sandbox.world import HOSTS, Account

PRESENT_AND_VERIFIED = 0b101


@dataclass(frozen=True)
class Place:
    """Where a site asks for a passkey: whose it is (`rp`), and the origin of the page."""

    rp: str
    origin: str


# Microsoft's is asked for on a host of its own; Google's is that of all its hosts.
PLACES = {
    "microsoft": Place(HOSTS["microsoft-key"], f"https://{HOSTS['microsoft-key']}"),
    "google": Place("google.com", f"https://{HOSTS['google']}"),
    "okta": Place(HOSTS["okta"], f"https://{HOSTS['okta']}"),
    "keycloak": Place(HOSTS["keycloak"], f"https://{HOSTS['keycloak']}"),
}


def made(site: str) -> str:
    """A new passkey for an account of this site, as it is stored for a run: JSON on one line."""
    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    credential = b"fake-passkey-" + secrets.token_bytes(12)
    return json.dumps(
        {
            "rpId": PLACES[site].rp,
            "credentialId": encoded(credential),
            "privateKey": encoded(private),
            "userHandle": encoded(secrets.token_bytes(16)),
        }
    )


def request(site: str, account: Account | None, challenge: str) -> dict[str, Any]:
    """What a page asks the browser for. An account without a passkey has one that no browser holds."""
    known = json.loads(account.passkey)["credentialId"] if account and account.passkey else encoded(b"fake-unknown")
    return {
        "challenge": challenge,
        "rpId": PLACES[site].rp,
        "allowCredentials": [{"type": "public-key", "id": known}],
        "userVerification": "required",
        "timeout": 60_000,
    }


def signed(site: str, account: Account, challenge: str, answer: Mapping[str, Any]) -> bool:
    """Whether the answer of a browser is signed by the account's passkey, for this very request, with a person there. Keeps the
    passkey's counter, which has to grow."""
    try:
        client, data, signature = (decoded(str(answer[name])) for name in NAMES)
        said = json.loads(client)
        counter = int.from_bytes(data[33:37])
        right = (
            said["type"] == "webauthn.get"
            and secrets.compare_digest(said["challenge"], challenge)
            and said["origin"] == PLACES[site].origin
            and data[:32] == hashlib.sha256(PLACES[site].rp.encode()).digest()
            and data[32] & PRESENT_AND_VERIFIED == PRESENT_AND_VERIFIED
            and counter > account.passkey_counter
        )
        _public(account).verify(signature, data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
    except (KeyError, ValueError, TypeError, IndexError, InvalidSignature):
        return False
    if right:
        account.passkey_counter = counter
    return bool(right and challenge)


NAMES = ("clientDataJSON", "authenticatorData", "signature")


def _public(account: Account) -> ec.EllipticCurvePublicKey:
    key = load_der_private_key(decoded(json.loads(account.passkey)["privateKey"]), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101 - for the type checker: `made` makes no other
    return key.public_key()


def encoded(octets: bytes) -> str:
    """Octets as WebAuthn writes them: base64url without padding."""
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def decoded(text: str) -> bytes:
    """The octets of a text in base64url, padded or not. Raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
