"""Microsoft Entra ID (login.microsoftonline.com) as identity provider, as mail provider and as a relying party of the
customer's own provider; and the two pages of myaccount.microsoft.com that need somebody signed in."""

from __future__ import annotations

from urllib.parse import quote

from flask import Flask, redirect, request
from werkzeug.wrappers import Response

from runbook.sandbox.federation import Federation
from runbook.sandbox.flow import Flow, Turn
from runbook.sandbox.loopback import Loopback
from runbook.sandbox.microsoft_account import account_pages, signed_out_pages
from runbook.sandbox.microsoft_credentials import Credentials
from runbook.sandbox.microsoft_pages import Pages
from runbook.sandbox.oidc import OAuth2Error, Provider
from runbook.sandbox.oidc_records import Client, Paths, mail_client
from runbook.sandbox.relying import ISSUERS, Refused
from runbook.sandbox.signin import Cookies, Desk
from runbook.sandbox.world import HOSTS as NAMES
from runbook.sandbox.world import World

HOST, ACCOUNT_HOST = NAMES["microsoft"], NAMES["microsoft-account"]
HOSTS = (HOST, ACCOUNT_HOST, NAMES["microsoft-key"])
ORIGIN, ACCOUNT = f"https://{HOST}", f"https://{ACCOUNT_HOST}"
MARKUP = (
    "known: the username view (a saved page), PageID and $Config.pgid of every page, the ids of the password, code, "
    "method-list, stay-signed-in, account-list and sign-out pages; unknown: the rendered consent, captcha and "
    "security-key pages, the text for a code used twice, and how myaccount.microsoft.com is built."
)
TENANT = "/<any(common, organizations, consumers, 'example.com'):tenant>"
PATHS = Paths(
    authorize="/common/oauth2/v2.0/authorize",
    token="/common/oauth2/v2.0/token",  # noqa: S106 - a path
    userinfo="/common/openid/userinfo",
    keys="/common/discovery/v2.0/keys",
    logout="/common/oauth2/v2.0/logout",
    metadata="/common/v2.0/.well-known/openid-configuration",
)
COOKIES = Cookies(
    session=("ESTSAUTH", "ESTSAUTHPERSISTENT"),
    marks=("ESTSAUTHLIGHT", "SignInStateCookie"),
    browser="buid",
    domain=HOST,
)


def create(world: World, http: Loopback) -> Flask:
    """The application of its hosts."""
    app = Flask(__name__)
    _Microsoft(app, world, http).mount()
    return app


def _clients(world: World) -> dict[str, Client]:
    own = [
        mail_client(),
        Client("outlook", "Outlook", (f"{ACCOUNT}/mail/callback",), publisher="Microsoft"),
        Client("my-account", "My Account", (f"{ACCOUNT}/callback",), publisher="Microsoft"),
        Client("atlassian-generic", "Atlassian", (f"https://{NAMES['id']}/login/generic/callback",)),
    ]
    if world.scenario.idp == "microsoft":
        own.append(Client("atlassian-sso", "Atlassian Cloud", (f"https://{NAMES['id']}/login/callback",)))
    return {client.client_id: client for client in own}


class _Microsoft:
    """The site's pages in the order in which a sign-in meets them."""

    def __init__(self, app: Flask, world: World, http: Loopback) -> None:
        self.app, self.world, self.http = app, world, http
        self.provider = Provider(app, world, "microsoft", ISSUERS["microsoft"], ORIGIN, PATHS, _clients(world))
        self.desk = Desk(world, "microsoft", COOKIES)
        self.pages = Pages(world, self.desk)
        self.credentials = Credentials(self.desk, self.pages, ORIGIN)
        self.federation = Federation(world, http, "microsoft", self.desk, f"{ORIGIN}/common/federation/callback")

    def mount(self) -> None:
        """Registers every address."""
        for rule, view, verb in (
            (f"{TENANT}/oauth2/v2.0/authorize", self.authorize, "GET"),
            ("/common/federation/start", self.federate, "GET"),
            ("/common/federation/callback", self.federated, "GET"),
            ("/common/reprocess", self.reprocess, "GET"),
            ("/common/pick", self.pick, "POST"),
            ("/common/Consent/Set", self.consent, "POST"),
            ("/common/Consent/Deny", self.deny, "GET"),
        ):
            self.app.add_url_rule(rule, view.__name__, view, methods=[verb])
        self.credentials.mount(self.app)
        signed_out_pages(self.app, self.world, self.desk)
        account_pages(self.app, self.world, self.http)
        self.app.register_error_handler(OAuth2Error, self.pages.oauth_error)

    # The authorize request

    def authorize(self, tenant: str) -> Response:
        """The endpoint that Jira and Atlassian send browsers to."""
        if self.world.fault("idp-503") and self.world.scenario.idp == "microsoft":
            return Response("Service Unavailable", status=503, content_type="text/html")
        params = request.args.to_dict()
        client = self.provider.check(params)
        return self.desk.keep(self.next(self.desk.begin(params, client)))

    def next(self, flow: Flow) -> Response:
        """The page that the flow needs now, or its end."""
        turn = self.desk.turn(flow)
        if turn.kind == "done":
            return self.finish(flow)
        if turn.kind == "error":
            return self.provider.refuse(flow.params, turn.error, "AADSTS50058: Session information is not sufficient.")
        if turn.kind == "consent":
            return self.pages.consent(flow)
        return self.sign_in(flow, turn)

    def sign_in(self, flow: Flow, turn: Turn) -> Response:
        """The first page for somebody who has to sign in or to choose."""
        if turn.kind == "pick":
            return self.pages.signin(flow, "tiles")
        domain = flow.params.get("domain_hint", "")
        if domain and not flow.typed and self.federation.covers(domain):
            return self.federation.begin(flow)
        return self.pages.signin(flow, "username", look_up=bool(flow.typed))

    def finish(self, flow: Flow) -> Response:
        """Back to the client with a code."""
        account = self.world.account(flow.address)
        if account is None or self.desk.known(flow.address) is None:
            return self.pages.error(50020, f"User account '{flow.address}' does not exist in tenant 'Acme'.")
        self.world.note(
            "authorized",
            provider="microsoft",
            client=flow.params["client_id"],
            address=flow.address,
            silent=not (flow.asked or flow.password_given),
        )
        self.desk.over(flow)
        return self.provider.answer(flow.params, account, flow.allowed or flow.scopes)

    def reprocess(self) -> Response:
        """Goes on with a flow after a page of its own."""
        flow = self.flow()
        return self.next(flow) if flow else self.pages.expired()

    def flow(self) -> Flow | None:
        """The flow that the present request carries."""
        return self.desk.find(request.values.get("ctx", ""))

    # Choosing and allowing

    def pick(self) -> Response:
        """A tile of the account list: one that is signed in goes on, any other has to sign in."""
        flow, address = self.flow(), request.form.get("username", "").lower()
        if flow is None:
            return self.pages.expired()
        flow.asked, flow.typed = True, address
        if address in self.desk.alive():
            flow.address = address
            return redirect(f"/common/reprocess?ctx={quote(flow.id)}")
        return self.pages.signin(flow, "username", look_up=True)

    def consent(self) -> Response:
        """The answer to "Permissions requested"."""
        flow = self.flow()
        if flow is None or not flow.address:
            return self.pages.expired()
        flow.asked = True
        if request.form.get("acceptConsent") != "true":
            return self.deny()
        self.desk.allow(flow, self.pages.scopes(flow))
        return redirect(f"/common/reprocess?ctx={quote(flow.id)}")

    def deny(self) -> Response:
        """Declined: the client is told."""
        flow = self.flow()
        if flow is None:
            return self.pages.expired()
        self.world.note("consent", accepted=False, provider="microsoft", address=flow.address)
        return self.provider.refuse(flow.params, "access_denied", "AADSTS65004: User declined to consent.")

    # Federation

    def federate(self) -> Response:
        """To the provider of a federated account."""
        flow = self.flow()
        return self.federation.begin(flow) if flow else self.pages.expired()

    def federated(self) -> Response:
        """Back from there: whoever that provider names is signed in."""
        try:
            flow, address = self.federation.finish()
        except Refused as refused:
            return self.pages.error(50020, str(refused))
        return self.credentials.signed_in(flow, address)
