"""Jira's OAuth client for mail: authorization code with state, nonce and PKCE, and the redirect that ends it.

Neither `prompt` nor `login_hint` is sent, so a provider that finds one session takes it silently: the cause of the
problem that the runbook is for. Known: provider behaviour and the redirect's address for other outbound links.
Unknown: Jira's real request (facts, section 3).
"""

from __future__ import annotations

import secrets
import threading
from typing import Any

from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]
from authlib.oauth2.client import OAuth2Client  # type: ignore[import-untyped]
from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from httpx import HTTPError
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from runbook.sandbox.loopback import Loopback
from runbook.sandbox.scenario import Provider
from runbook.sandbox.world import (
    ADMIN,
    CLIENT_SECRET,
    MAIL_CLIENT_ID,
    MAIL_REDIRECT,
    MAIL_SCOPES,
    Session,
    Token,
    World,
)

DISCOVERY: dict[Provider, str] = {
    "microsoft": "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration",
    "google": "https://accounts.google.com/.well-known/openid-configuration",
}
DENIED = "The connection was cancelled: access to the mailbox was not granted."
NO_TOKEN = "We couldn't connect this email account. Could not retrieve access token."  # noqa: S105 - a text
SLOW_SECONDS = 3.0


def authorize_url(world: World, http: Loopback, provider: Provider, back: str, mine: dict[str, Any]) -> str:
    """Where to send the browser so that somebody allows Jira to read a mailbox. `back`: the page of the site that
    takes the result; `mine`: what that page wants to find again. Raises httpx.HTTPError when the provider is away."""
    verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
    with http.client() as session:
        endpoint = _discover(session, provider)["authorization_endpoint"]
        extra = {"access_type": "offline"} if provider == "google" else {}
        url, state = _client(session, provider).create_authorization_url(
            endpoint, code_verifier=verifier, nonce=nonce, **extra
        )
    data = {"provider": provider, "verifier": verifier, "nonce": nonce, "back": back, "mine": mine}
    world.sessions[f"outbound:{state}"] = Session("outbound", data=data)
    return str(url)


def take_result(world: World, ticket: str) -> dict[str, Any] | None:
    """What an authorization ended with: `token` or `error`, and `mine`. Once only; None for an unknown ticket."""
    found = world.sessions.pop(f"outbound-result:{ticket}", None)
    return found.data if found else None


def outbound_blueprint(world: World, http: Loopback) -> Blueprint:
    """The redirect target `/outboundAuth/finish`, for the application of id.atlassian.com."""
    site = Blueprint("outbound", __name__, template_folder="templates")

    @site.get("/outboundAuth/finish")
    def finish() -> ResponseReturnValue:
        started = world.sessions.pop(f"outbound:{request.args.get('state', '')}", None)
        if started is None:
            return render_template("jira/outbound_expired.html"), 400
        if world.fault("slow-redirect"):
            threading.Event().wait(SLOW_SECONDS)
        result = _result(world, http, started.data)
        ticket = secrets.token_urlsafe(18)
        world.sessions[f"outbound-result:{ticket}"] = Session("outbound", data=result)
        return redirect(f"{started.data['back']}?ticket={ticket}")

    return site


def _result(world: World, http: Loopback, started: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {"mine": started["mine"]}
    error = request.args.get("error")
    if error:
        world.note("outbound", error=error, provider=started["provider"])
        return {**result, "error": DENIED if error == "access_denied" else NO_TOKEN}
    try:
        token = _exchange(world, http, started)
    except (AuthlibBaseError, HTTPError, JoseError, KeyError, ValueError) as problem:
        world.note("outbound", error=type(problem).__name__, provider=started["provider"])
        return {**result, "error": NO_TOKEN}
    other = world.fault("connects-other")
    if other:
        token.address = ADMIN if other is True else str(other)
    return {**result, "token": token}


def _exchange(world: World, http: Loopback, started: dict[str, Any]) -> Token:
    provider: Provider = started["provider"]
    with http.client() as session:
        known = _discover(session, provider)
        answer = _client(session, provider).fetch_token(
            known["token_endpoint"],
            code=request.args.get("code", ""),
            code_verifier=started["verifier"],
            grant_type="authorization_code",
            auth=(MAIL_CLIENT_ID, CLIENT_SECRET),
        )
        keys = KeySet.import_key_set(session.get(known["jwks_uri"]).raise_for_status().json())
    claims = jwt.decode(answer["id_token"], keys, algorithms=["RS256"]).claims
    _check(world, claims, known["issuer"], started["nonce"])
    return Token(
        provider,
        str(claims.get("email") or claims["preferred_username"]).lower(),
        str(answer.get("scope") or " ".join(MAIL_SCOPES[provider])).split(),
        access_token=str(answer["access_token"]),
        refresh_token=str(answer.get("refresh_token", "")),
    )


def _check(world: World, claims: dict[str, Any], issuer: str, nonce: str) -> None:
    registry = jwt.JWTClaimsRegistry(
        now=lambda: int(world.now()),
        leeway=60,
        iss={"essential": True} if "{tenantid}" in issuer else {"essential": True, "value": issuer},
        aud={"essential": True, "value": MAIL_CLIENT_ID},
        nonce={"essential": True, "value": nonce},
        exp={"essential": True},
    )
    registry.validate(claims)


def _discover(session: Any, provider: Provider) -> dict[str, str]:
    found: dict[str, str] = session.get(DISCOVERY[provider]).raise_for_status().json()
    return found


def _client(session: Any, provider: Provider) -> Any:
    return OAuth2Client(
        session,
        client_id=MAIL_CLIENT_ID,
        scope=" ".join(MAIL_SCOPES[provider]),
        redirect_uri=MAIL_REDIRECT,
        code_challenge_method="S256",
    )
