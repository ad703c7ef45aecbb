"""The other end of OpenID Connect: a site of the sandbox that lets another one sign people in.

Atlassian does so at the customer's identity provider, a mail provider whose domain is federated does, and so do the
providers' own account pages.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import httpx
from authlib.oauth2.client import OAuth2Client  # type: ignore[import-untyped]
from flask import redirect, request
from joserfc import jwt
from joserfc.jwk import KeySet
from werkzeug.wrappers import Response

from runbook.errors import ConfigError
from runbook.sandbox.loopback import Loopback
from runbook.sandbox.scenario import Idp
from runbook.sandbox.world import CLIENT_SECRET, HOSTS, Session, World
from runbook.secrets import SecretRef, is_sandbox

ISSUERS: dict[Idp, str] = {
    "microsoft": f"https://{HOSTS['microsoft']}/common/v2.0",
    "google": f"https://{HOSTS['google']}",
    "okta": f"https://{HOSTS['okta']}",
    "keycloak": f"https://{HOSTS['keycloak']}/realms/acme",
}


# What a provider may sign with; nothing that a client could have made itself.
ALGORITHMS = ["RS256", "PS256", "ES256", "RS512", "ES512", "EdDSA"]


class Refused(Exception):
    """The provider did not sign the person in: `error` is its code, the text its description."""

    def __init__(self, error: str, description: str = "") -> None:
        self.error = error
        super().__init__(description or error)


@dataclass(frozen=True)
class RelyingParty:
    """One registration at one provider. `issuer` is the provider's https address below which its discovery lies."""

    world: World
    http: Loopback
    issuer: str
    client_id: str
    redirect_uri: str
    scope: str = "openid email profile"
    client_secret: str = CLIENT_SECRET

    def begin(self, data: dict[str, Any], **extra: str) -> Response:
        """Sends the browser to the provider. `data` comes back from `finish`; `extra` are further parameters."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        with self.http.client() as client:
            url, _ = self._oauth(client).create_authorization_url(
                self._metadata(client)["authorization_endpoint"],
                state=state,
                code_verifier=verifier,
                nonce=nonce,
                **extra,
            )
        pending = {"nonce": nonce, "verifier": verifier, "redirect_uri": self.redirect_uri, "data": data}
        self.world.sessions[f"state:{state}"] = Session("relying-party", data=pending)
        return redirect(url)

    def finish(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The ID token's claims and the `data` given to `begin`, from the callback request that is being served.
        Raises Refused for an error of the provider's, a state nobody waits for, or a token that does not verify."""
        pending = self.world.sessions.pop(f"state:{request.args.get('state', '')}", None)
        if pending is None or pending.data["redirect_uri"] != self.redirect_uri:
            raise Refused("invalid_state", "Nobody waits for this answer.")
        if error := request.args.get("error"):
            raise Refused(error, request.args.get("error_description", ""))
        with self.http.client() as client:
            metadata = self._metadata(client)
            token = self._oauth(client).fetch_token(
                metadata["token_endpoint"],
                code=request.args.get("code", ""),
                grant_type="authorization_code",
                code_verifier=pending.data["verifier"],
                auth=httpx.BasicAuth(self.client_id, self.client_secret),
            )
            claims = verified(
                client, metadata, token["id_token"], self.client_id, pending.data["nonce"], self.world.now()
            )
            claims = with_address(client, metadata, token, claims)
        return claims, pending.data["data"]

    def _oauth(self, client: httpx.Client) -> Any:
        return OAuth2Client(
            client,
            client_id=self.client_id,
            client_secret=self.client_secret,
            scope=self.scope,
            redirect_uri=self.redirect_uri,
            code_challenge_method="S256",
        )

    def _metadata(self, client: httpx.Client) -> dict[str, Any]:
        return discover(client, self.issuer)


def discover(client: httpx.Client, issuer: str) -> dict[str, Any]:
    """What a provider says of itself. Raises httpx.HTTPError when it is away."""
    found: dict[str, Any] = client.get(f"{issuer}/.well-known/openid-configuration").raise_for_status().json()
    return found


def verified(
    client: httpx.Client, metadata: dict[str, Any], id_token: str, client_id: str, nonce: str, now: float
) -> dict[str, Any]:
    """The claims of an ID token that is signed by this provider, for this client and this request. Raises JoseError."""
    keys = KeySet.import_key_set(client.get(metadata["jwks_uri"]).raise_for_status().json())
    claims = jwt.decode(id_token, keys, algorithms=ALGORITHMS).claims
    issuer = metadata["issuer"]
    registry = jwt.JWTClaimsRegistry(
        now=int(now),
        leeway=60,
        # Microsoft's common endpoint issues under the tenant of whoever signed in.
        iss={"essential": True} if "{tenantid}" in issuer else {"essential": True, "value": issuer},
        aud={"essential": True, "value": client_id},
        nonce={"essential": True, "value": nonce},
        exp={"essential": True},
    )
    registry.validate(claims)
    return claims


def with_address(
    client: httpx.Client, metadata: dict[str, Any], token: dict[str, Any], claims: dict[str, Any]
) -> dict[str, Any]:
    """The claims with an `email`: the ID token's own, else its user name if that is an address, else what userinfo says of the
    same subject. Raises Refused when nobody names one."""
    if address := _address(claims):
        return {**claims, "email": address}
    if endpoint := metadata.get("userinfo_endpoint"):
        bearer = {"Authorization": f"Bearer {token['access_token']}"}
        told = client.get(endpoint, headers=bearer).raise_for_status().json()
        if told.get("sub") == claims["sub"] and (address := _address(told)):
            return {**claims, "email": address}
    raise Refused("no_address", "The provider names no mail address of who signed in.")


def _address(claims: dict[str, Any]) -> str:
    named = str(claims.get("email") or claims.get("preferred_username") or "")
    return named if "@" in named else ""


def fake_secret(ref: SecretRef, name: str) -> str:
    """The secret of an external provider's client. Raises ConfigError when it cannot be had, or is not a fake one."""
    value = ref.resolve(name)
    if not is_sandbox(value):
        raise ConfigError(
            f"The {name} is not a fake one.",
            remedy="Register a client of its own for the sandbox, whose secret begins with fake-.",
            reason="real-secret",
        )
    return value
