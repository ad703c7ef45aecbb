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

from runbook.sandbox.loopback import Loopback
from runbook.sandbox.scenario import Idp
from runbook.sandbox.world import CLIENT_SECRET, HOSTS, Session, World

ISSUERS: dict[Idp, str] = {
    "microsoft": f"https://{HOSTS['microsoft']}/common/v2.0",
    "google": f"https://{HOSTS['google']}",
    "okta": f"https://{HOSTS['okta']}",
    "keycloak": f"https://{HOSTS['keycloak']}/realms/acme",
}


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
                auth=httpx.BasicAuth(self.client_id, CLIENT_SECRET),
            )
            keys = KeySet.import_key_set(client.get(metadata["jwks_uri"]).json())
        return self._verified(token["id_token"], keys, pending.data["nonce"]), pending.data["data"]

    def _oauth(self, client: httpx.Client) -> Any:
        return OAuth2Client(
            client,
            client_id=self.client_id,
            client_secret=CLIENT_SECRET,
            scope=self.scope,
            redirect_uri=self.redirect_uri,
            code_challenge_method="S256",
        )

    def _metadata(self, client: httpx.Client) -> dict[str, Any]:
        found: dict[str, Any] = client.get(f"{self.issuer}/.well-known/openid-configuration").raise_for_status().json()
        return found

    def _verified(self, id_token: str, keys: KeySet, nonce: str) -> dict[str, Any]:
        claims = jwt.decode(id_token, keys, algorithms=["RS256"]).claims
        registry = jwt.JWTClaimsRegistry(
            now=int(self.world.now()),
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.client_id},
            nonce={"essential": True, "value": nonce},
        )
        registry.validate(claims)
        return claims
