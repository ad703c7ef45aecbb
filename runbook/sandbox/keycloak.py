"""A Keycloak server (sso.acme.example, realm acme, second theme): user name and password on one page, a code on the next,
a sign-out that asks first, and an account console with tiles."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response

from runbook.sandbox.flow import Flow
from runbook.sandbox.loopback import Loopback
from runbook.sandbox.oidc import OAuth2Error, Provider
from runbook.sandbox.oidc_records import Client, Paths
from runbook.sandbox.relying import ISSUERS
from runbook.sandbox.signin import Cookies, Desk, after_logout
from runbook.sandbox.third_party import sso_clients, tiles
from runbook.sandbox.world import HOSTS as NAMES
from runbook.sandbox.world import World

HOSTS = (NAMES["keycloak"],)
REALM = "/realms/acme"
ORIGIN = f"https://{NAMES['keycloak']}"
ACCOUNT = f"{REALM}/account/"
MARKUP = (
    "known: the login and code templates, their ids and error texts, the logout question and its end, the cookies; "
    "unknown: the account console's markup; a captcha or a push is an extension there and has no markup of its own."
)
PATHS = Paths(
    authorize=f"{REALM}/protocol/openid-connect/auth",
    token=f"{REALM}/protocol/openid-connect/token",
    userinfo=f"{REALM}/protocol/openid-connect/userinfo",
    keys=f"{REALM}/protocol/openid-connect/certs",
    logout=f"{REALM}/protocol/openid-connect/logout",
    metadata=f"{REALM}/.well-known/openid-configuration",
)
COOKIES = Cookies(
    session=("KEYCLOAK_IDENTITY",), marks=("KEYCLOAK_SESSION",), browser="AUTH_SESSION_ID", path=f"{REALM}/"
)
INVALID = "Invalid username or password."
TEXTS = {
    "unknown": INVALID,
    "wrong": INVALID,
    "locked": "Account is temporarily disabled; contact your administrator or retry later.",
    "disabled": "Account is disabled, contact your administrator.",
}
KEY_TEXT = "Failed to authenticate by the Security key."
NUMBER = "42"


def create(world: World, http: Loopback) -> Flask:
    """The application of the server."""
    app = Flask(__name__)
    _Keycloak(app, world).mount()
    return app


class _Keycloak:
    def __init__(self, app: Flask, world: World) -> None:
        self.app, self.world = app, world
        console = Client("account-console", "Account Console", (ORIGIN + ACCOUNT,))
        clients = {**sso_clients(world, "keycloak"), console.client_id: console}
        self.provider = Provider(app, world, "keycloak", ISSUERS["keycloak"], ORIGIN, PATHS, clients)
        self.desk = Desk(world, "keycloak", COOKIES, hint_selects=False)

    def mount(self) -> None:
        """Registers every address."""
        for rule, view, verbs in (
            (PATHS.authorize, self.authorize, ["GET"]),
            (f"{REALM}/login-actions/authenticate", self.authenticate, ["POST"]),
            (f"{REALM}/login-actions/required-action", self.required_action, ["GET", "POST"]),
            (PATHS.logout, self.logout, ["GET"]),
            (f"{PATHS.logout}/logout-confirm", self.logout_confirm, ["POST"]),
            (ACCOUNT, self.account, ["GET"]),
            ("/", self.root, ["GET"]),
        ):
            self.app.add_url_rule(rule, view.__name__, view, methods=verbs)
        self.app.register_error_handler(OAuth2Error, self.oauth_error)

    def authorize(self) -> Response:
        """The endpoint that Atlassian and the federated mail providers send browsers to."""
        if self.world.fault("idp-503"):
            return Response("Service Unavailable", status=503, content_type="text/html")
        params = request.args.to_dict()
        flow = self.desk.begin(params, self.provider.check(params))
        turn = self.desk.turn(flow)
        if turn.kind == "done":
            return self.desk.keep(self.finish(flow))
        if turn.kind == "error":
            return self.provider.refuse(params, turn.error)
        response = self.desk.keep(self.login(flow))
        response.set_cookie("KC_RESTART", secrets.token_urlsafe(24), path=f"{REALM}/", secure=True, httponly=True)
        return response

    def finish(self, flow: Flow) -> Response:
        """Back to the client with a code."""
        account, client = self.world.account(flow.address), flow.client
        self.desk.over(flow)
        if account is None or client is None:
            return self.page("error", text="Invalid request", status=400)
        silent = not flow.password_given
        self.world.note("authorized", provider="keycloak", client=client.client_id, address=flow.address, silent=silent)
        response = self.provider.answer(flow.params, account, flow.scopes)
        response.delete_cookie("KC_RESTART", path=f"{REALM}/", secure=True)
        return response

    def login(self, flow: Flow, problem: str = "") -> Response:
        """login.ftl."""
        action = self._action("authenticate", flow)
        return self.page("login", action=action, typed=flow.typed, problem=TEXTS.get(problem, ""))

    def authenticate(self) -> Response:
        """Either page's form comes here: the password first, then the code."""
        flow = self.flow()
        if flow is None:
            return self.expired()
        if not flow.password_given:
            flow.typed, flow.asked = request.form.get("username", "").strip().lower(), True
            verdict = self.desk.password(flow, request.form.get("password", ""))
            return self.after_password(flow) if verdict == "ok" else self.login(flow, verdict)
        if self.desk.code(flow, request.form.get("otp", "")) != "ok":
            return self.otp(flow, "Invalid authenticator code.")
        return self._signed_in(flow)

    def after_password(self, flow: Flow) -> Response:
        """Whatever a person has to do first, then the code."""
        gate = self.desk.gate(flow)
        if not gate and self.desk.has_passkey(flow):
            gate = "security-key"
        if not gate:
            return self.otp(flow)
        flow.pushed = gate in ("push", "number-match")
        number = NUMBER if gate == "number-match" else ""
        action = self._action("required-action", flow)
        fido = self.desk.passkey_request(flow) if self.desk.has_passkey(flow) and gate == "security-key" else None
        return self.page("gate", action=action, gate=gate, number=number, typed=flow.typed, fido=fido)

    def required_action(self) -> Response:
        """A person did what a page asked for, or a page asks whether the notification was approved."""
        flow = self.flow()
        if flow is None or not flow.password_given:
            return self.expired()
        if request.form.get("signature"):
            return self._signed_in(flow) if self.desk.passkey(flow, request.form) else self.page("error", text=KEY_TEXT)
        self.desk.pass_gate(flow, request.form.get("gate", ""), request.form)
        if flow.pushed and not self.desk.gate(flow):
            return self._signed_in(flow)
        return self.after_password(flow)

    def otp(self, flow: Flow, problem: str = "") -> Response:
        """login-otp.ftl."""
        return self.page("otp", action=self._action("authenticate", flow), typed=flow.typed, problem=problem)

    def logout(self) -> Response:
        """Signs out at once when a client shows an ID token, else asks."""
        back = request.args.get("post_logout_redirect_uri", "")
        if request.args.get("id_token_hint"):
            done = redirect(back) if back else self.page("info", text="You are logged out")
            return self.desk.sign_out(done)
        if back and not request.args.get("client_id"):
            return self.page("error", text="Missing parameters: id_token_hint", status=400)
        if not self.desk.alive():
            return self.page("info", text="You are logged out")
        return self.page("logout", action=f"{PATHS.logout}/logout-confirm?{urlencode({'client_id': 'account'})}")

    def logout_confirm(self) -> Response:
        """Yes."""
        done = f"{ORIGIN}{PATHS.logout}"
        through = after_logout(self.world, "keycloak", done)
        return self.desk.sign_out(
            self.page("info", text="You are logged out") if through == done else redirect(through)
        )

    def account(self) -> Response:
        """The account console: needs somebody signed in. A script that asks for JSON is answered 401 instead."""
        alive = self.desk.alive()
        wants_json = request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
        if not alive and wants_json:
            told = jsonify(error="HTTP 401 Unauthorized")
            told.status_code = 401
            return told
        if not alive:
            asked = {"client_id": "account-console", "redirect_uri": ORIGIN + ACCOUNT, "response_type": "code"}
            return redirect(
                f"{PATHS.authorize}?{urlencode({**asked, 'scope': 'openid', 'state': secrets.token_hex(8)})}"
            )
        account = self.world.account(alive[0])
        if wants_json:
            return jsonify(username=alive[0], email=alive[0])
        return self.page("account", address=alive[0], account=account, tiles=tiles(self.world))

    def root(self) -> Response:
        """The host alone leads to the account console."""
        return redirect(ACCOUNT)

    def flow(self) -> Flow | None:
        """The flow that the present request carries."""
        return self.desk.find(request.args.get("session_code", ""))

    def expired(self) -> Response:
        """For a page that was left open too long."""
        return self.page("expired", again=ACCOUNT)

    def oauth_error(self, error: OAuth2Error) -> Response:
        """An authorize request that is not sound."""
        if error.redirect_uri:
            status, body, headers = error()
            return Response(body, status, headers)
        return self.page("error", text=error.description or "Invalid Request", status=400)

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page of the theme."""
        text = render_template(f"keycloak/{template}.html", **values)
        return Response(text, status, content_type="text/html; charset=utf-8")

    def _signed_in(self, flow: Flow) -> Response:
        flow.address = flow.typed
        return self.desk.sign_in(self.finish(flow), flow.address)

    def _action(self, name: str, flow: Flow) -> str:
        client = quote(flow.client.client_id if flow.client else "account")
        execution, tab = secrets.token_hex(8), secrets.token_urlsafe(8)
        return (
            f"{ORIGIN}{REALM}/login-actions/{name}"
            f"?session_code={flow.id}&execution={execution}&client_id={client}&tab_id={tab}"
        )
