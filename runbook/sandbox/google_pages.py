"""Google's pages, each under the path that names it. `TL` in the query carries the flow."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Flask, redirect, render_template, request
from werkzeug.wrappers import Response

from runbook.sandbox.flow import Flow, struck
from runbook.sandbox.oidc import OAuth2Error
from runbook.sandbox.signin import Desk
from runbook.sandbox.world import World

NUMBER = "42"
PROBLEMS = {
    "wrong": "Wrong password. Try again or click Forgot password to reset it.",
    "unknown": "Couldn’t find your Google Account",
    "locked": "Too many failed attempts",
    "disabled": "Your account has been disabled",
}
GATE_PATHS = {
    "captcha": "/v3/signin/challenge/recaptcha",
    "password-expired": "/v3/signin/speedbump/changepassword",
    "security-key": "/v3/signin/challenge/sk/webauthn",
    "unknown-page": "/v3/signin/speedbump/acmegreeting",
    "mfa-enrolment": "/v3/signin/speedbump/twostepverificationrequired",
    "number-match": "/v3/signin/challenge/az",
    "push": "/v3/signin/challenge/dp",
}
KEY_PATH = "/v3/signin/challenge/pk"
SCOPE_TEXT = {
    "https://mail.google.com/": "Read, compose, send, and permanently delete all your email from Gmail.",
    "https://www.googleapis.com/auth/admin.directory.user": "View and manage the provisioning of users on your domain.",
}
MORE = "https://www.googleapis.com/auth/admin.directory.user"
IDENTITY = {"openid", "email", "profile"}


class Pages:
    """Renders the pages of a sign-in."""

    def __init__(self, world: World, desk: Desk) -> None:
        self.world, self.desk = world, desk

    def mount(self, app: Flask) -> None:
        """Registers the pages that are opened by their address."""
        pages = {
            "/v3/signin/identifier": self._identifier,
            "/v3/signin/challenge/pwd": lambda flow: self._page("password", flow),
            "/v3/signin/challenge/selection": lambda flow: self._page(
                "selection", flow, passkey=self.desk.has_passkey(flow)
            ),
            "/v3/signin/challenge/totp": lambda flow: self._page("totp", flow),
            "/v3/signin/accountchooser": self._chooser,
            "/speedbump/samlconfirmaccount": lambda flow: self._page("samlconfirm", flow),
            "/signin/oauth/id": self._app_sign_in,
            "/signin/oauth/consent": self._consent,
            **{path: self._gate(gate) for gate, path in GATE_PATHS.items()},
            KEY_PATH: self._gate("security-key"),
        }
        for path, render in pages.items():
            app.add_url_rule(path, f"page:{path}", self._opened(render), methods=["GET"])
        app.add_url_rule("/v3/signin/rejected", "rejected", lambda: self._page("rejected", None))

    def at(self, path: str, flow: Flow) -> str:
        """A page's address with the flow in it."""
        return f"{path}?{urlencode({'TL': flow.id, 'hl': 'en'})}"

    def consent_url(self, flow: Flow) -> str:
        """Where consent begins: a fresh grant is asked about on a page of its own first."""
        fresh = "consent" not in flow.prompts and not any(
            c["provider"] == "google" and c["address"] == flow.address for c in self.world.consents
        )
        return self.at("/signin/oauth/id" if fresh else "/signin/oauth/consent", flow)

    def problem(self, verdict: str) -> str:
        """The text of a refused password."""
        return PROBLEMS[verdict]

    def scopes(self, flow: Flow) -> list[str]:
        """What the consent page asks for."""
        return [*flow.scopes, *([MORE] if struck(self.world, "consent-more-scopes", flow.address) else [])]

    def boxes(self, flow: Flow) -> list[str]:
        """The scopes that have a box of their own; who somebody is comes without one."""
        return [scope for scope in self.scopes(flow) if scope not in IDENTITY]

    def error(self, status: int, code: str, text: str = "", app: str = "") -> Response:
        """Google's own error page of the authorize endpoint."""
        page = render_template("google/error.html", status=status, code=code, text=text, app=app)
        return Response(page, status, content_type="text/html; charset=utf-8")

    def expired(self) -> Response:
        """For a page that was left open too long."""
        return redirect("/v3/signin/rejected")

    def oauth_error(self, error: OAuth2Error) -> Response:
        """An authorize request that is not sound."""
        if error.redirect_uri:
            status, body, headers = error()
            return Response(body, status, headers)
        code = "redirect_uri_mismatch" if error.error == "invalid_request" else error.error
        return self.error(400, code, error.description or "")

    def _opened(self, render: Any) -> Any:
        def serve() -> Response:
            flow = self.desk.find(request.args.get("TL", ""))
            if flow is None:
                return self.expired()
            response: Response = render(flow)
            return self.desk.keep(response)

        return serve

    def _page(self, template: str, flow: Flow | None, **values: Any) -> Response:
        text = render_template(
            f"google/{template}.html",
            flow=flow,
            tl=flow.id if flow else "",
            address=(flow.address or flow.typed) if flow else "",
            **values,
        )
        return Response(text, content_type="text/html; charset=utf-8")

    def _identifier(self, flow: Flow) -> Response:
        return self._page("identifier", flow)

    def _chooser(self, flow: Flow) -> Response:
        alive = self.desk.alive()
        listed = [*alive, *(a for a in self.desk.browser().listed if a not in alive)]
        rows = [
            {"address": address, "name": self._name(address), "alive": address in alive, "user": number}
            for number, address in enumerate(listed)
        ]
        return self._page("chooser", flow, rows=rows, app=self._app(flow))

    def _gate(self, gate: str) -> Any:
        number = NUMBER if gate == "number-match" else ""

        def page(flow: Flow) -> Response:
            asked = self.desk.passkey_request(flow) if gate == "security-key" else None
            return self._page("gate", flow, gate=gate, number=number, fido=asked)

        return page

    def _app_sign_in(self, flow: Flow) -> Response:
        if struck(self.world, "admin-approval", flow.address):
            return self.error(400, "admin_policy_enforced", app=self._app(flow))
        return self._page("appsignin", flow, app=self._app(flow), name=self._name(flow.address))

    def _consent(self, flow: Flow) -> Response:
        if struck(self.world, "admin-approval", flow.address):
            return self.error(400, "admin_policy_enforced", app=self._app(flow))
        boxes = [{"scope": scope, "text": SCOPE_TEXT.get(scope, scope)} for scope in self.boxes(flow)]
        return self._page("consent", flow, app=self._app(flow), boxes=boxes, name=self._name(flow.address))

    def _app(self, flow: Flow) -> str:
        if flow.client and flow.client.consent and struck(self.world, "consent-other-client", flow.address):
            return "Contoso Mail Sync"
        return flow.client.name if flow.client else "Google"

    def _name(self, address: str) -> str:
        account = self.world.account(address)
        return account.name if account else address
