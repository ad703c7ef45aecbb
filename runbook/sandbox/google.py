"""Google accounts (accounts.google.com) as identity provider, as mail provider and as a relying party of the customer's own
provider. The path of each page names the challenge; signed-out accounts stay listed in the chooser."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from flask import Flask, redirect, request
from werkzeug.wrappers import Response

from runbook.sandbox.federation import Federation
from runbook.sandbox.flow import Flow
from runbook.sandbox.google_account import ABOUT, account_pages
from runbook.sandbox.google_calls import Calls
from runbook.sandbox.google_pages import Pages
from runbook.sandbox.loopback import Loopback
from runbook.sandbox.oidc import OAuth2Error, Provider
from runbook.sandbox.oidc_records import Client, Paths, mail_client
from runbook.sandbox.relying import ISSUERS, Refused
from runbook.sandbox.signin import Cookies, Desk, after_logout
from runbook.sandbox.world import HOSTS as NAMES
from runbook.sandbox.world import World

HOST = NAMES["google"]
HOSTS = (HOST, NAMES["google-account"], NAMES["google-about"])
ORIGIN, ACCOUNT = f"https://{HOST}", f"https://{NAMES['google-account']}"
MARKUP = (
    "known: the identifier page (a saved page) with its hidden password and captcha fields, the paths, the ids and names of "
    "every field and button, the error texts, the cookies; unknown: the rendered code, method, chooser and consent pages."
)
PATHS = Paths(
    authorize="/o/oauth2/v2/auth",
    token="/token",  # noqa: S106 - a path
    userinfo="/oauth2/v3/userinfo",
    keys="/oauth2/v3/certs",
    logout="/Logout",
)
COOKIES = Cookies(
    session=("SID", "__Secure-1PSID"),
    marks=("HSID", "SSID", "APISID", "SAPISID", "LSID", "__Secure-3PSID"),
    browser="ACCOUNT_CHOOSER",
    domain="google.com",
    host_only=("LSID", "ACCOUNT_CHOOSER"),
)


def create(world: World, http: Loopback) -> Flask:
    """The application of the three hosts."""
    app = Flask(__name__)
    _Google(app, world, http).mount()
    return app


def _clients(world: World) -> dict[str, Client]:
    own = [
        mail_client(),
        Client("gmail", "Gmail", (f"{ACCOUNT}/mail/callback",), publisher="Google"),
        Client("atlassian-generic", "Atlassian", (f"https://{NAMES['id']}/login/generic/callback",)),
    ]
    if world.scenario.idp == "google":
        own.append(Client("atlassian-sso", "Atlassian Cloud", (f"https://{NAMES['id']}/login/callback",)))
    return {client.client_id: client for client in own}


class _Google:
    def __init__(self, app: Flask, world: World, http: Loopback) -> None:
        self.app, self.world, self.http = app, world, http
        self.provider = Provider(app, world, "google", ISSUERS["google"], ORIGIN, PATHS, _clients(world))
        self.desk = Desk(world, "google", COOKIES, remembers=True)
        self.pages = Pages(world, self.desk)
        self.federation = Federation(world, http, "google", self.desk, f"{ORIGIN}/samlrp/acs")

    def mount(self) -> None:
        """Registers every address."""
        for rule, view, verb in (
            (PATHS.authorize, self.authorize, "GET"),
            ("/AddSession", self.add_session, "GET"),
            ("/ServiceLogin", self.service_login, "GET"),
            ("/v3/signin/_/choose", self.choose, "POST"),
            ("/v3/signin/continue", self.go_on, "GET"),
            ("/v3/signin/federate", self.federate, "GET"),
            ("/samlrp/acs", self.federated, "GET"),
            ("/speedbump/samlconfirmaccount", self.confirm, "POST"),
            ("/signin/oauth/id", self.app_sign_in, "POST"),
            ("/signin/oauth/consent", self.consent, "POST"),
            (PATHS.logout, self.logout, "GET"),
        ):
            self.app.add_url_rule(rule, f"{view.__name__}_{verb}", view, methods=[verb])
        self.pages.mount(self.app)
        Calls(self.world, self.desk, self.pages).mount(self.app)
        account_pages(self.app, self.world, self.http, self.desk)
        self.app.register_error_handler(OAuth2Error, self.pages.oauth_error)

    # The authorize request

    def authorize(self) -> Response:
        """The endpoint that Jira and Atlassian send browsers to."""
        if self.world.fault("idp-503") and self.world.scenario.idp == "google":
            return Response("Service Unavailable", status=503, content_type="text/html")
        params = request.args.to_dict()
        flow = self.desk.begin(params, self.provider.check(params))
        return self.desk.keep(self.next(flow))

    def add_session(self) -> Response:
        """Another account for this browser."""
        return redirect(self.pages.at("/v3/signin/identifier", self.desk.begin({"continue": f"{ACCOUNT}/"})))

    def service_login(self) -> Response:
        """Sign-in for Google's own pages."""
        wanted = request.args.get("continue", "")
        own = urlsplit(wanted).netloc.endswith(".google.com")
        return self.desk.keep(self.next(self.desk.begin({"continue": wanted if own else f"{ACCOUNT}/"})))

    def next(self, flow: Flow) -> Response:
        """To the page that the flow needs now, or its end."""
        turn = self.desk.turn(flow)
        if turn.kind == "done":
            return self.finish(flow)
        if turn.kind == "error":
            return self.provider.refuse(flow.params, turn.error)
        if turn.kind == "consent":
            return redirect(self.pages.consent_url(flow))
        if turn.kind == "pick":
            return redirect(self.pages.at("/v3/signin/accountchooser", flow))
        domain = flow.params.get("hd", "")
        if domain and not flow.typed and self.federation.covers(domain):
            return self.federation.begin(flow)
        return redirect(self.pages.at("/v3/signin/identifier", flow))

    def finish(self, flow: Flow) -> Response:
        """Back to the client with a code, or to the page of Google's own that wanted somebody signed in."""
        self.desk.over(flow)
        if flow.client is None:
            return redirect(flow.params["continue"])
        account = self.world.account(flow.address)
        if account is None or self.desk.known(flow.address) is None:
            return self.provider.refuse(flow.params, "access_denied")
        client, silent = flow.client.client_id, not (flow.asked or flow.password_given)
        self.world.note("authorized", provider="google", client=client, address=flow.address, silent=silent)
        return self.provider.answer(flow.params, account, flow.allowed if flow.allowed is not None else flow.scopes)

    def go_on(self) -> Response:
        """Goes on with a flow after a page of its own."""
        flow = self.flow()
        return self.next(flow) if flow else self.pages.expired()

    def flow(self) -> Flow | None:
        """The flow that the present request carries."""
        return self.desk.find(request.values.get("TL", ""))

    # Chooser, consent, federation, sign-out

    def choose(self) -> Response:
        """An account of the chooser: one that is signed in goes on, any other has to sign in."""
        flow, address = self.flow(), request.form.get("identifier", "").lower()
        if flow is None:
            return self.pages.expired()
        flow.asked, flow.typed = True, address
        if address in self.desk.alive():
            flow.address = address
            return redirect(self.pages.at("/v3/signin/continue", flow))
        account = self.desk.known(address)
        away = "federate" if account and account.home != "google" else "challenge/pwd"
        return redirect(self.pages.at(f"/v3/signin/{away if account else 'identifier'}", flow))

    def app_sign_in(self) -> Response:
        """Continue on "Sign in to ..."."""
        flow = self.flow()
        if flow is None:
            return self.pages.expired()
        flow.asked = True
        return redirect(self.pages.at("/signin/oauth/consent", flow))

    def consent(self) -> Response:
        """The answer to the consent page: a scope whose box was left open is not granted."""
        flow = self.flow()
        if flow is None or not flow.address:
            return self.pages.expired()
        flow.asked = True
        if request.form.get("approve") != "true":
            self.world.note("consent", accepted=False, provider="google", address=flow.address)
            return self.provider.refuse(flow.params, "access_denied")
        ticked, boxes = set(request.form.getlist("scope")), self.pages.boxes(flow)
        self.desk.allow(flow, [s for s in self.pages.scopes(flow) if s not in boxes or s in ticked])
        return redirect(self.pages.at("/v3/signin/continue", flow))

    def federate(self) -> Response:
        """To the provider of a federated account."""
        flow = self.flow()
        return self.federation.begin(flow) if flow else self.pages.expired()

    def federated(self) -> Response:
        """Back from there: whoever that provider names is signed in, after one question on a new browser."""
        try:
            flow, address = self.federation.finish()
        except Refused as refused:
            return self.pages.error(403, refused.error, str(refused))
        if "confirmed" not in self.desk.browser().data:
            flow.typed = address
            flow.passed.add("federated")
            return redirect(self.pages.at("/speedbump/samlconfirmaccount", flow))
        flow.address = address
        return self.desk.sign_in(redirect(self.pages.at("/v3/signin/continue", flow)), address)

    def confirm(self) -> Response:
        """Continue on "Verify that it's you"."""
        flow = self.flow()
        if flow is None or "federated" not in flow.passed:
            return self.pages.expired()
        self.desk.browser().data["confirmed"] = True
        flow.address = flow.typed
        return self.desk.sign_in(redirect(self.pages.at("/v3/signin/continue", flow)), flow.address)

    def logout(self) -> Response:
        """Signs every account of the browser out; they stay listed."""
        back = request.args.get("continue", "")
        if not urlsplit(back).netloc.endswith(".google.com"):
            back = f"{ORIGIN}/ServiceLogin?{urlencode({'continue': ABOUT})}"
        return self.desk.keep(self.desk.sign_out(redirect(after_logout(self.world, "google", back))))
