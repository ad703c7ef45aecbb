"""An OpenID provider's core on Authlib's Flask integration: codes with PKCE and nonce, tokens, user info, discovery.

It shows no page and knows no browser: a provider site asks it whether a request is sound (`check`), signs the person in
by its own pages, and then has the request answered (`answer`) or refused (`refuse`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlencode

from authlib.integrations.flask_oauth2 import AuthorizationServer  # type: ignore[import-untyped]
from authlib.oauth2 import OAuth2Error, OAuth2Request  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749 import grants  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload  # type: ignore[import-untyped]
from authlib.oauth2.rfc7636 import CodeChallenge  # type: ignore[import-untyped]
from authlib.oidc.core.grants import OpenIDCode  # type: ignore[import-untyped]
from flask import Flask, Response, jsonify, redirect, request
from joserfc.jwk import RSAKey
from werkzeug.wrappers import Response as AnyResponse

from runbook.sandbox.oidc_records import Client, Code, Kept, Paths, claims, mail_client
from runbook.sandbox.world import MAIL_CLIENT_ID, Account, Token, World

CODE_SECONDS = 600
TOKEN_SECONDS = 3600
Params = Mapping[str, str]


class _Server(AuthorizationServer):  # type: ignore[misc]
    """Authlib's server, which also takes the parameters of an authorize request that came some pages ago."""

    provider: Provider

    def create_oauth2_request(self, request: Any) -> Any:
        if not isinstance(request, Mapping):
            return super().create_oauth2_request(request)
        kept = OAuth2Request("GET", self.provider.issuer)
        kept.payload = BasicOAuth2Payload(dict(request))
        return kept


class _CodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc]
    def save_authorization_code(self, code: str, request: Any) -> None:
        data, provider = request.payload.data, self.server.provider
        provider.codes[code] = Code(
            code,
            request.client.client_id,
            request.user.address,
            request.payload.redirect_uri or request.client.get_default_redirect_uri(),
            request.scope,
            data.get("nonce", ""),
            data.get("code_challenge"),
            data.get("code_challenge_method"),
            provider.world.now(),
        )

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        # Taken out at once: a code is for one attempt, whatever comes of it.
        provider = self.server.provider
        found: Code | None = provider.codes.pop(code, None)
        fresh = found and found.client_id == client.client_id and provider.world.now() - found.at < CODE_SECONDS
        return found if fresh else None

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """Done when it was looked up."""

    def authenticate_user(self, authorization_code: Code) -> Account | None:
        account: Account | None = self.server.provider.world.account(authorization_code.address)
        return account


class _RefreshGrant(grants.RefreshTokenGrant):  # type: ignore[misc]
    def authenticate_refresh_token(self, refresh_token: str) -> Kept | None:
        kept: Kept | None = self.server.provider.kept(refresh_token)
        return kept

    def authenticate_user(self, refresh_token: Kept) -> Account | None:
        account: Account | None = self.server.provider.world.account(refresh_token.address)
        return account

    def revoke_old_credential(self, refresh_token: Kept) -> None:
        """The same refresh token stays good, so that Jira may keep what it has."""


class _IdToken(OpenIDCode):  # type: ignore[misc]
    def __init__(self, provider: Provider) -> None:
        super().__init__()
        self.provider = provider

    def exists_nonce(self, nonce: str, request: Any) -> bool:
        """Providers do not remember nonces; the client compares its own."""
        return False

    def resolve_client_private_key(self, client: Client) -> RSAKey:
        return self.provider.key

    def get_encode_header(self, client: Client) -> dict[str, str]:
        return {"alg": "RS256", "kid": self.provider.key.kid or ""}

    def get_client_claims(self, client: Client) -> dict[str, Any]:
        now = int(self.provider.world.now())
        return {"iss": self.provider.issuer, "iat": now, "exp": now + TOKEN_SECONDS, "aud": client.client_id}

    def generate_user_info(self, user: Account, scope: str) -> dict[str, Any]:
        return claims(user)


class _Challenge(CodeChallenge):  # type: ignore[misc]
    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)


@dataclass
class Provider:
    """One OpenID provider. `origin` and `issuer` are https addresses; `clients` are those registered here."""

    app: Flask
    world: World
    site: str
    issuer: str
    origin: str
    paths: Paths
    clients: dict[str, Client]
    codes: dict[str, Code] = field(default_factory=dict)
    tokens: dict[str, Account] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.app.config["OAUTH2_REFRESH_TOKEN_GENERATOR"] = True
        self._server = _Server(self.app, query_client=self.clients.get, save_token=self._save)
        self._server.provider = self
        self._server.register_grant(_CodeGrant, [_Challenge(required=True), _IdToken(self)])
        self._server.register_grant(_RefreshGrant)
        for path, view, method in (
            (self.paths.token, self._token, "POST"),
            (self.paths.userinfo, self._userinfo, "GET"),
            (self.paths.keys, self._keys, "GET"),
            (self.paths.metadata, self._metadata, "GET"),
        ):
            self.app.add_url_rule(path, f"oidc{view.__name__}", view, methods=[method])

    @property
    def key(self) -> RSAKey:
        """The signing key."""
        return _signing_key(self.issuer)

    def check(self, params: Params) -> Client:
        """The client of an authorize request. Raises OAuth2Error when the request is not sound."""
        client: Client = self._server.get_consent_grant(params, self.world).client
        return client

    def answer(self, params: Params, account: Account, scopes: list[str]) -> AnyResponse:
        """Sends the browser back to the client with a code for this account and these scopes."""
        granted = {**params, "scope": " ".join(scopes)}
        grant = self._server.get_consent_grant(granted, account)
        response: AnyResponse = self._server.create_authorization_response(grant.request, account, grant)
        return response

    def refuse(self, params: Params, error: str, description: str = "") -> AnyResponse:
        """Sends the browser back to the client with an OAuth error. The request must have been checked before."""
        told = {"error": error, "error_description": description, "state": params.get("state", "")}
        return redirect(f"{params['redirect_uri']}?{urlencode({k: v for k, v in told.items() if v})}")

    def kept(self, refresh_token: str) -> Kept | None:
        """What a refresh token stands for, or None when nobody knows it or any record of it is revoked."""
        rows = [row.token for project in self.world.projects.values() for row in project.connections if row.token]
        known = [token for token in [*self.world.issued, *rows] if token.refresh_token == refresh_token]
        if not known or any(token.revoked or token.provider != self.site for token in known):
            return None
        return Kept(known[0].address, " ".join(known[0].scopes))

    def _save(self, token: dict[str, Any], asked: Any) -> None:
        self.tokens[token["access_token"]] = asked.user
        if asked.client.client_id == MAIL_CLIENT_ID and "refresh_token" in token:
            scopes = token.get("scope", "").split()
            with self.world.lock:
                self.world.issued.append(
                    Token(
                        "microsoft" if self.site == "microsoft" else "google",
                        asked.user.address,
                        scopes,
                        token["access_token"],
                        token["refresh_token"],
                    )
                )

    def _token(self) -> AnyResponse:
        if self.world.fault("token-exchange-fails") and _asking_client() == MAIL_CLIENT_ID:
            told = jsonify(error="invalid_grant", error_description="The sandbox was told to refuse this exchange.")
            told.status_code = 400
            return told
        response: AnyResponse = self._server.create_token_response()
        return response

    def _userinfo(self) -> Response:
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        account = self.tokens.get(bearer)
        told = jsonify(claims(account) if account else {"error": "invalid_token"})
        told.status_code = 200 if account else 401
        return told

    def _keys(self) -> Response:
        return jsonify(keys=[self.key.as_dict(private=False)])

    def _metadata(self, **_tenant: str) -> Response:
        return jsonify(
            issuer=self.issuer,
            authorization_endpoint=self.origin + self.paths.authorize,
            token_endpoint=self.origin + self.paths.token,
            userinfo_endpoint=self.origin + self.paths.userinfo,
            jwks_uri=self.origin + self.paths.keys,
            end_session_endpoint=self.origin + self.paths.logout,
            response_types_supported=["code"],
            subject_types_supported=["public"],
            id_token_signing_alg_values_supported=["RS256"],
            code_challenge_methods_supported=["S256"],
            token_endpoint_auth_methods_supported=["client_secret_basic", "client_secret_post"],
        )


@cache
def _signing_key(issuer: str) -> RSAKey:
    """Made when it is first needed, and once for all worlds of a process: it takes a while."""
    return RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, private=True, auto_kid=True)


def _asking_client() -> str:
    return (request.authorization.username if request.authorization else None) or request.form.get("client_id", "")


__all__ = ["Client", "OAuth2Error", "Params", "Paths", "Provider", "claims", "mail_client"]
