"""What an OpenID provider remembers: its clients, its codes, the refresh tokens that are good, its endpoints."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749 import ClientMixin  # type: ignore[import-untyped]

from runbook.sandbox.world import CLIENT_SECRET, MAIL_CLIENT_ID, MAIL_CLIENT_NAME, MAIL_REDIRECT, Account


@dataclass(frozen=True)
class Client(ClientMixin):  # type: ignore[misc]
    """An application registered at a provider. `consent`: whether a person must allow it first."""

    client_id: str
    name: str
    redirect_uris: tuple[str, ...]
    publisher: str = "Acme"
    consent: bool = False

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        return self.redirect_uris[0]

    def get_allowed_scope(self, scope: str | None) -> str:
        return scope or ""

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        return secrets.compare_digest(client_secret, CLIENT_SECRET)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in ("client_secret_basic", "client_secret_post")

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in ("authorization_code", "refresh_token")


def mail_client() -> Client:
    """Jira's OAuth client for mailboxes, as both mail providers know it."""
    return Client(MAIL_CLIENT_ID, MAIL_CLIENT_NAME, (MAIL_REDIRECT,), publisher="Atlassian", consent=True)


@dataclass
class Code:
    """An authorization code that waits to be exchanged."""

    code: str
    client_id: str
    address: str
    redirect_uri: str
    scope: str
    nonce: str
    code_challenge: str | None
    code_challenge_method: str | None
    at: float

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(self.at)

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> list[str]:
        return ["pwd", "mfa"]


@dataclass(frozen=True)
class Kept:
    """A refresh token that is still good."""

    address: str
    scope: str

    def check_client(self, client: Client) -> bool:
        return client.client_id == MAIL_CLIENT_ID

    def get_scope(self) -> str:
        return self.scope


def claims(account: Account) -> dict[str, Any]:
    """What an ID token or the user info tells of an account."""
    return {
        "sub": account.address,
        "email": account.address,
        "email_verified": True,
        "name": account.name,
        "preferred_username": account.address,
        "login_hint": account.address,
    }


@dataclass(frozen=True)
class Paths:
    """Where a provider's endpoints are, as paths on its host; `metadata` is the discovery document."""

    authorize: str
    token: str
    userinfo: str
    keys: str
    logout: str
    metadata: str = "/.well-known/openid-configuration"
