"""Jira's OAuth client for mail: authorization code with state, nonce and PKCE, and the redirect that ends it.

Neither `prompt` nor `login_hint` is sent, so a provider that finds one session takes it silently: the cause of the
problem that the runbook is for. Known: provider behaviour and the redirect's address for other outbound links.
Unknown: Jira's real request (facts, section 3). With `[sandbox.mail]` one button leads to an external provider.
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass
from typing import Any

from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]
from authlib.oauth2.client import OAuth2Client  # type: ignore[import-untyped]
from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from httpx import HTTPError
from joserfc.errors import JoseError

from runbook.sandbox.loopback import Loopback
from runbook.sandbox.relying import Refused, discover, fake_secret, verified, with_address
from runbook.sandbox.scenario import Provider
from runbook.sandbox.world import (
    CLIENT_SECRET,
    MAIL_CLIENT_ID,
    MAIL_REDIRECT,
    MAIL_SCOPES,
    Session,
    Token,
    World,
)

ISSUERS: dict[Provider, str] = {
    "microsoft": "https://login.microsoftonline.com/common/v2.0",
    "google": "https://accounts.google.com",
}
DENIED = "The connection was cancelled: access to the mailbox was not granted."
NO_TOKEN = "We couldn't connect this email account. Could not retrieve access token."  # noqa: S105 - a text
SLOW_SECONDS = 3.0


@dataclass(frozen=True)
class _Registration:
    """Jira as one provider knows it. `extra`: parameters of its authorize request beyond the standard's."""

    issuer: str
    client_id: str
    client_secret: str
    scopes: tuple[str, ...]
    extra: dict[str, str]


def _registration(world: World, provider: Provider) -> _Registration:
    """The client behind a button of the e-mail page."""
    extra = {"access_type": "offline"} if provider == "google" else {}
    mail = world.external.mail
    if mail and mail.button == provider:
        secret = fake_secret(mail.client_secret, "client secret of [sandbox.mail]")
        # OpenID Connect gives a refresh token only to who asks for consent as well.
        extra = {"prompt": "consent"} if "offline_access" in mail.scopes else {}
        return _Registration(mail.issuer, mail.client_id, secret, mail.scopes, extra)
    scopes = tuple(MAIL_SCOPES[provider])
    return _Registration(ISSUERS[provider], MAIL_CLIENT_ID, CLIENT_SECRET, scopes, extra)


def authorize_url(world: World, http: Loopback, provider: Provider, back: str, mine: dict[str, Any]) -> str:
    """Where to send the browser so that somebody allows Jira to read a mailbox. `back`: the page of the site that
    takes the result; `mine`: what that page wants to find again. Raises httpx.HTTPError when the provider is away."""
    verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
    known = _registration(world, provider)
    with http.client() as session:
        endpoint = discover(session, known.issuer)["authorization_endpoint"]
        url, state = _client(session, known).create_authorization_url(
            endpoint, code_verifier=verifier, nonce=nonce, **known.extra
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
    except (AuthlibBaseError, HTTPError, JoseError, Refused, KeyError, ValueError) as problem:
        world.note("outbound", error=type(problem).__name__, provider=started["provider"])
        return {**result, "error": NO_TOKEN}
    other = world.fault("connects-other")
    if other:
        token.address = world.admin if other is True else str(other)
    return {**result, "token": token}


def _exchange(world: World, http: Loopback, started: dict[str, Any]) -> Token:
    provider: Provider = started["provider"]
    known = _registration(world, provider)
    with http.client() as session:
        metadata = discover(session, known.issuer)
        answer = _client(session, known).fetch_token(
            metadata["token_endpoint"],
            code=request.args.get("code", ""),
            code_verifier=started["verifier"],
            grant_type="authorization_code",
            auth=(known.client_id, known.client_secret),
        )
        claims = verified(session, metadata, answer["id_token"], known.client_id, started["nonce"], world.now())
        claims = with_address(session, metadata, answer, claims)
    return Token(
        provider,
        str(claims["email"]).lower(),
        str(answer.get("scope") or " ".join(known.scopes)).split(),
        access_token=str(answer["access_token"]),
        refresh_token=str(answer.get("refresh_token", "")),
    )


def _client(session: Any, known: _Registration) -> Any:
    return OAuth2Client(
        session,
        client_id=known.client_id,
        scope=" ".join(known.scopes),
        redirect_uri=MAIL_REDIRECT,
        code_challenge_method="S256",
    )
