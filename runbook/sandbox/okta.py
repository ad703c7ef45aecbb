"""An Okta organization (acme.okta.com, Identity Engine): one page whose script asks the server for the next step (the
sandbox's copy of the second widget generation, or the vendor's widget itself), the dashboard with its tiles, and the
session's own address."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from flask import Flask, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response

from runbook.sandbox.flow import Flow
from runbook.sandbox.loopback import Loopback
from runbook.sandbox.oidc import OAuth2Error, Provider
from runbook.sandbox.oidc_records import Client, Paths
from runbook.sandbox.okta_idx import Idx
from runbook.sandbox.okta_widget import Widget
from runbook.sandbox.relying import ISSUERS
from runbook.sandbox.signin import Cookies, Desk, after_logout
from runbook.sandbox.third_party import sso_clients, tiles
from runbook.sandbox.world import HOSTS as NAMES
from runbook.sandbox.world import World

HOSTS = (NAMES["okta"],)
ORIGIN = f"https://{NAMES['okta']}"
MARKUP = (
    "known: the widget's rendered markup for user name, code and method list, its names and data-se marks, the error "
    "texts, the cookie idx and the session address; unknown: the dashboard's markup, the captcha's place in the widget, "
    "the text for a deactivated account."
)
PATHS = Paths(
    authorize="/oauth2/v1/authorize",
    token="/oauth2/v1/token",  # noqa: S106 - a path
    userinfo="/oauth2/v1/userinfo",
    keys="/oauth2/v1/keys",
    logout="/oauth2/v1/logout",
)
COOKIES = Cookies(session=("idx",), browser="DT")
HOME = "/app/UserHome"


def create(world: World, http: Loopback) -> Flask:
    """The application of the organization."""
    app = Flask(__name__)
    _Okta(app, world).mount()
    return app


class _Okta:
    def __init__(self, app: Flask, world: World) -> None:
        self.app, self.world = app, world
        clients: dict[str, Client] = sso_clients(world, "okta")
        self.provider = Provider(app, world, "okta", ISSUERS["okta"], ORIGIN, PATHS, clients)
        self.desk = Desk(world, "okta", COOKIES, hint_selects=False)
        self.vendor = Widget.wanted(world)
        self.idx = Idx(world, self.desk, ORIGIN, vendor=self.vendor is not None)

    def mount(self) -> None:
        """Registers every address."""
        for rule, view, verbs in (
            (PATHS.authorize, self.authorize, ["GET"]),
            ("/login/login.htm", self.login, ["GET"]),
            ("/login/token/redirect", self.token_redirect, ["GET"]),
            ("/login/signout", self.sign_out, ["GET"]),
            (PATHS.logout, self.oidc_logout, ["GET"]),
            ("/api/v1/sessions/me", self.session, ["GET", "DELETE"]),
            (HOME, self.dashboard, ["GET"]),
            ("/", self.root, ["GET"]),
        ):
            self.app.add_url_rule(rule, view.__name__, view, methods=verbs)
        self.idx.mount(self.app)
        if self.vendor:
            self.vendor.mount(self.app)
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
            return self.provider.refuse(
                params, turn.error, "The client specified not to prompt, but the user is not signed in."
            )
        return self.widget(flow)

    def widget(self, flow: Flow) -> Response:
        """The page: a spinner, until its script has asked for the first step."""
        own = {"state_token": flow.id, "origin": ORIGIN}
        text = self.vendor.page(flow.id, ORIGIN) if self.vendor else render_template("okta/widget.html", **own)
        return self.desk.keep(Response(text, content_type="text/html; charset=utf-8"))

    def finish(self, flow: Flow) -> Response:
        """Back to the client with a code, or to the page of this host that wanted somebody signed in."""
        self.desk.over(flow)
        if flow.client is None:
            return redirect(flow.params["fromURI"])
        account = self.world.account(flow.address)
        if account is None or self.desk.known(flow.address) is None:
            return self.provider.refuse(flow.params, "access_denied", "User is not assigned to the client application.")
        silent = not flow.password_given
        client = flow.client.client_id
        self.world.note("authorized", provider="okta", client=client, address=flow.address, silent=silent)
        return self.provider.answer(flow.params, account, flow.scopes)

    def token_redirect(self) -> Response:
        """The widget's last step: the cookie is set here."""
        flow = self.desk.find(request.args.get("stateToken", ""))
        if flow is None or not flow.second_given:
            return redirect("/login/login.htm")
        flow.address = flow.typed
        return self.desk.sign_in(self.finish(flow), flow.address)

    def login(self) -> Response:
        """Sign-in without a client: on to the dashboard, or to a page of this host."""
        flow = self.desk.begin({"fromURI": _own(request.args.get("fromURI", ""))})
        done = self.desk.turn(flow).kind == "done"
        return self.desk.keep(self.finish(flow) if done else self.widget(flow))

    def sign_out(self) -> Response:
        """No question is asked; the login page follows."""
        back = request.args.get("fromURI", "")
        target = f"/login/login.htm?{urlencode({'fromURI': back})}" if back else "/login/login.htm"
        return self.desk.sign_out(redirect(after_logout(self.world, "okta", ORIGIN + target)))

    def oidc_logout(self) -> Response:
        """Sign-out by a client, which has to show an ID token."""
        if not request.args.get("id_token_hint"):
            told = jsonify(error="invalid_request", error_description="'id_token_hint' is required.")
            told.status_code = 400
            return told
        return self.desk.sign_out(redirect(request.args.get("post_logout_redirect_uri") or "/login/login.htm"))

    def session(self) -> Response:
        """Okta's own answer to the question whether somebody is signed in: 200 or 404."""
        alive = self.desk.alive()
        if not alive:
            told = jsonify(errorCode="E0000007", errorSummary="Not found: Resource not found: me (Session)")
            told.status_code = 404
            return told
        if request.method == "DELETE":
            return self.desk.sign_out(Response(status=204))
        return jsonify(id="me", login=alive[0], status="ACTIVE", mfaActive=True)

    def root(self) -> Response:
        """The host alone leads to the dashboard."""
        return redirect(HOME)

    def dashboard(self) -> Response:
        """The person's applications."""
        alive = self.desk.alive()
        if not alive:
            return redirect(f"/login/login.htm?fromURI={quote(HOME)}")
        account = self.world.account(alive[0])
        text = render_template("okta/home.html", address=alive[0], account=account, tiles=tiles(self.world))
        return Response(text, content_type="text/html; charset=utf-8")

    def oauth_error(self, error: OAuth2Error) -> Response:
        """An authorize request that is not sound."""
        if error.redirect_uri:
            status, body, headers = error()
            return Response(body, status, headers)
        text = render_template("okta/error.html", text=error.description or "Bad request.")
        return Response(text, 400, content_type="text/html; charset=utf-8")


def _own(path: str) -> str:
    return path if path.startswith("/") and not path.startswith("//") else HOME
