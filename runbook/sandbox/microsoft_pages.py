"""Microsoft's pages: which template, and what its `$Config` says. Every page names itself by PageID and pgid."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import render_template
from werkzeug.wrappers import Response

from runbook.sandbox import hostile
from runbook.sandbox.flow import Flow, struck
from runbook.sandbox.oidc import OAuth2Error
from runbook.sandbox.signin import Desk
from runbook.sandbox.world import HOSTS, World

NUMBER = "42"
PROBLEMS = {
    "wrong": (50126, "Your account or password is incorrect. If you don't remember your password, reset it now."),
    "unknown": (
        50034,
        "This username may be incorrect. Make sure you typed it correctly. Otherwise, contact your admin.",
    ),
    "locked": (
        50053,
        "Your account is temporarily locked to prevent unauthorized use. Try again later, and if you still have "
        "trouble, contact your admin.",
    ),
    "disabled": (50057, "Your account has been disabled. Contact your admin."),
}
CODE_TEXT = {
    "wrong": "You didn't enter the expected verification code. Please try again.",
    "reused": "You can use each verification code only once. Wait for a new code, then try again.",
    "early": "Your session has expired. Sign in again.",
}
SCOPE_TEXT = {
    "openid": "Sign you in",
    "profile": "View your basic profile",
    "email": "View your email address",
    "offline_access": "Maintain access to data you have given it access to",
    "Mail.ReadWrite": "Read and write access to your mail",
    "Mail.Send": "Send mail as you",
    "Directory.ReadWrite.All": "Read and write directory data",
}
GATE_PAGES = {
    "captcha": "ConvergedHIP",
    "password-expired": "ConvergedChangePassword",
    "mfa-enrolment": "ConvergedProofUpRedirect",
    "security-key": "ConvergedFido",
    "unknown-page": "ConvergedWelcome",
}


def page(template: str, config: dict[str, Any], status: int = 200, **values: Any) -> Response:
    """A page of the site with its `$Config`."""
    text = render_template(f"microsoft/{template}.html", config=config, **values)
    return Response(text, status=status, content_type="text/html; charset=utf-8")


class Pages:
    """Renders the pages of a sign-in."""

    def __init__(self, world: World, desk: Desk) -> None:
        self.world, self.desk = world, desk

    def signin(self, flow: Flow, view: str, *, problem: str = "", look_up: bool = False) -> Response:
        """ConvergedSignIn: the account list, the user name and the password are views of this one document."""
        if fault := hostile.fields(self.world, flow):
            return hostile.page("fields", fault=fault, ctx=flow.id)
        code, text = PROBLEMS.get(problem, (0, ""))
        alive = self.desk.alive()
        listed = [a for a in self.desk.browser().listed if a not in alive]
        config = self._config(
            flow,
            "ConvergedSignIn",
            "/common/login",
            urlPick="/common/pick",
            urlGetCredentialType="/common/GetCredentialType?mkt=en-US",
            sInitialView=view,
            sPOST_Username=flow.typed,
            sErrorCode=str(code) if code else "",
            sErrTxt=text,
            fAutoLookUp=look_up,
            arrSessions=[{"name": address} for address in alive],
        )
        tiles = [self.tile(address, alive=address in alive) for address in [*alive, *listed]]
        return page("signin", config, tiles=tiles)

    def tile(self, address: str, *, alive: bool) -> dict[str, Any]:
        """One line of an account list."""
        account = self.world.account(address)
        return {"address": address, "name": account.name if account else address, "alive": alive}

    def second_factor(self, flow: Flow, gate: str) -> Response:
        """ConvergedTFA: the admin has two methods, others one; a push gate leaves the notification only."""
        flow.pushed = bool(gate)
        proofs: list[dict[str, Any]] = [
            {"authMethodId": "PhoneAppOTP", "display": "Use a verification code", "isDefault": False}
        ]
        if self.desk.has_passkey(flow):
            proofs.append({"authMethodId": "FidoKey", "display": "Face, fingerprint, PIN or security key"})
        if self.several(flow):
            push = {
                "authMethodId": "PhoneAppNotification",
                "display": "Approve a request on my Microsoft Authenticator app",
            }
            proofs.insert(0, {**push, "isDefault": True})
        config = self._config(
            flow,
            "ConvergedTFA",
            "/common/SAS/ProcessAuth",
            urlEndAuth="/common/SAS/EndAuth",
            urlFidoLogin=self.key_url(flow),
            arrUserProofs=proofs,
            fPushOnly=bool(gate),
            sNumber=NUMBER if gate == "number-match" else "",
        )
        return page("tfa", config, address=flow.typed)

    def several(self, flow: Flow) -> bool:
        """Whether who signs in has several methods to choose from."""
        return flow.typed in self.world.admins.values()

    def key_url(self, flow: Flow) -> str:
        """Where a passkey is asked for."""
        return f"https://{HOSTS['microsoft-key']}/common/fido/get?{urlencode({'ctx': flow.id})}"

    def gate(self, flow: Flow, gate: str, *, post: str = "", **values: Any) -> Response:
        """A page that waits for a person; `post`: the origin that its forms go to, if it is another."""
        config = self._config(flow, GATE_PAGES[gate], f"{post}/common/gate", urlFido=f"{post}/common/fido")
        return page("gate", config, gate=gate, address=flow.typed, **values)

    def kmsi(self, flow: Flow) -> Response:
        """KmsiInterrupt: stay signed in?"""
        return page("kmsi", self._config(flow, "KmsiInterrupt", "/kmsi", fKMSIEnabled=True), address=flow.address)

    def consent(self, flow: Flow) -> Response:
        """ConvergedConsent, or the page that sends a person to an admin."""
        assert flow.client is not None  # noqa: S101 - for the type checker
        other = struck(self.world, "consent-other-client", flow.address)
        approval = struck(self.world, "admin-approval", flow.address)
        values: dict[str, Any] = {
            "app": "Contoso Mail Sync" if other else flow.client.name,
            "publisher": "unverified" if other else flow.client.publisher,
            "scopes": [{"name": scope, "text": SCOPE_TEXT.get(scope, scope)} for scope in self.scopes(flow)],
            "approval": approval,
            "admin": flow.address in self.world.admins.values() and flow.address == flow.typed,
            "other_account": "/common/oauth2/v2.0/authorize",
            "back": f"/common/Consent/Deny?ctx={flow.id}",
        }
        flow.asked = True
        code = "AADSTS90094" if approval else ""
        config = self._config(flow, "ConvergedConsent", "/common/Consent/Set", sErrorCode=code)
        return page("consent", config, address=flow.address, **values)

    def scopes(self, flow: Flow) -> list[str]:
        """What the consent page asks for."""
        more = struck(self.world, "consent-more-scopes", flow.address)
        return [*flow.scopes, *(["Directory.ReadWrite.All"] if more else [])]

    def error(self, code: int, text: str) -> Response:
        """ConvergedError."""
        now = datetime.fromtimestamp(self.world.now(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        config = {
            "pgid": "ConvergedError",
            "iErrorCode": code,
            "sErrorCode": str(code),
            "strServiceExceptionMessage": f"AADSTS{code}: {text}",
            "correlationId": secrets.token_hex(8),
            "timestamp": now,
        }
        return page("error", config, 400)

    def expired(self) -> Response:
        """For a page that was left open too long, or opened out of turn."""
        return self.error(50058, "Session information is not sufficient for single-sign-on.")

    def oauth_error(self, error: OAuth2Error) -> Response:
        """An authorize request that is not sound: told to the client if it can be, else to the person."""
        if error.redirect_uri:
            status, body, headers = error()
            return Response(body, status, headers)
        code = 700016 if error.error == "invalid_client" else 50011
        return self.error(code, error.description or "The request is not valid.")

    def _config(self, flow: Flow, pgid: str, post: str, **more: Any) -> dict[str, Any]:
        tokens = {
            "sFT": secrets.token_urlsafe(32),
            "canary": secrets.token_urlsafe(16),
            "apiCanary": secrets.token_urlsafe(16),
        }
        return {
            "pgid": pgid,
            "sCtx": flow.id,
            "sFTName": "flowToken",
            "urlPost": post,
            "mkt": "en-US",
            **tokens,
            **more,
        }
