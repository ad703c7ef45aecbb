"""Atlassian's sign-in (id.atlassian.com): e-mail first, then by policy to the customer's identity provider, then on to
the site with a one-time ticket. It also serves the redirect that ends Jira's mail authorization."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from flask import Flask, redirect, render_template, request
from werkzeug.wrappers import Response

from runbook.sandbox.jira_oauth import outbound_blueprint
from runbook.sandbox.loopback import Loopback
from runbook.sandbox.relying import ISSUERS, Refused, RelyingParty, fake_secret
from runbook.sandbox.world import HOSTS as NAMES
from runbook.sandbox.world import ID_HOST, SITE_HOST, Session, World
from runbook.settings.external import OidcIdp, SamlIdp

HOSTS = (ID_HOST,)
MARKUP = (
    "known: the login form's ids, names, test ids and texts, the hidden password field, the error elements, the name of "
    "the cookie; unknown: the rendered pages, the strategy-mismatch page's markup, and how the site is told who signed in."
)
COOKIE = "cloud.session.token"
MISMATCH = "authentication-policy-strategy-mismatch"


def create(world: World, http: Loopback) -> Flask:
    """The application of id.atlassian.com."""
    app = Flask(__name__)
    app.register_blueprint(outbound_blueprint(world, http))
    _Atlassian(world, http).mount(app)
    return app


class _Atlassian:
    def __init__(self, world: World, http: Loopback) -> None:
        self.world = world
        self.sso = _sso(world, http)
        self.generic = {
            "microsoft": self._generic(http, ISSUERS["microsoft"]),
            "google": self._generic(http, ISSUERS["google"]),
        }

    def _generic(self, http: Loopback, issuer: str) -> RelyingParty:
        callback = f"https://{ID_HOST}/login/generic/callback"
        return RelyingParty(self.world, http, issuer, "atlassian-generic", callback)

    def mount(self, app: Flask) -> None:
        """Registers every address."""
        for rule, view, verbs in (
            ("/login", self.login, ["GET"]),
            ("/login", self.identify, ["POST"]),
            ("/login/callback", self.callback, ["GET"]),
            ("/login/generic/<any(microsoft, google):kind>", self.generic_start, ["GET"]),
            ("/login/generic/callback", self.generic_callback, ["GET"]),
            ("/login/resetpassword", self.elsewhere, ["GET"]),
            ("/signup", self.elsewhere, ["GET"]),
            ("/logout", self.logout, ["GET", "POST"]),
            ("/slo", self.slo, ["GET"]),
            ("/", self.home, ["GET"]),
        ):
            app.add_url_rule(rule, view.__name__, view, methods=verbs)
        if isinstance(self.world.external.idp, SamlIdp):
            self.mount_saml(app)

    def mount_saml(self, app: Flask) -> None:
        """Registers the addresses of the SAML service provider."""
        from runbook.sandbox.saml import PATHS

        app.add_url_rule(PATHS["metadata"], "saml_metadata", self.sso.metadata)
        app.add_url_rule(PATHS["acs"], "saml_acs", self.callback, methods=["POST"])
        if self.sso.single_logout:
            app.add_url_rule(PATHS["slo"], "saml_slo", self.saml_slo, methods=["GET", "POST"])

    def saml_slo(self) -> Response:
        """The provider's front-channel LogoutRequest: ends the session here if it is the one meant."""
        try:
            name_id, answer = self.sso.leaves()
        except Refused as refused:
            return Response(f"{refused.error}: {refused}", status=400, content_type="text/plain")
        session = self.world.sessions.get(self._key())
        return self._end(answer) if session and session.data.get("name_id") == name_id else answer

    def home(self) -> Response:
        """The host alone leads to the login."""
        return redirect("/login")

    def login(self) -> Response:
        """The e-mail page; a browser that is signed in goes straight on to the site."""
        key = self._key()
        if key in self.world.sessions and not request.args.get("prompt") and "error" not in request.args:
            return self._hand_over(key)
        return self._page(email=request.args.get("email", ""))

    def identify(self) -> Response:
        """Continue: the policy of a managed account sends it to the identity provider; there is no password step."""
        typed = request.form.get("username", "").strip().lower()
        if "@" not in typed:
            return self._page(email=typed, problem="Enter a valid email address")
        if typed not in self.world.admins.values():
            return redirect(f"/signup?{urlencode({'email': typed, 'continue': self._continue()})}")
        try:
            begun: Response = self.sso.begin({"typed": typed, "continue": self._continue()})
        except httpx.HTTPError:
            return Response("The identity provider does not answer.", status=503, content_type="text/plain")
        return begun

    def callback(self) -> Response:
        """The identity provider says who it is: somebody else than the one who typed is not let in."""
        try:
            claims, data = self.sso.finish()
        except Refused as refused:
            return self._refused(refused.error)
        if str(claims["email"]).lower() != data["typed"]:
            self.world.note("mismatch", typed=data["typed"], returned=claims["email"])
            return self._refused(MISMATCH)
        value = secrets.token_urlsafe(48)
        key = f"cloud:{value}"
        self.world.sessions[key] = Session("id", accounts=[data["typed"]], data={"name_id": claims.get("name_id")})
        self.world.note("signed-in", site="id", address=data["typed"])
        response = self._hand_over(key, data["continue"])
        response.set_cookie(COOKIE, value, domain="atlassian.com", secure=True, httponly=True, samesite="None")
        return response

    def generic_start(self, kind: str) -> Response:
        """Microsoft's or Google's login for anybody: not the way that the customer's policy asks for."""
        return self.generic[kind].begin({})

    def generic_callback(self) -> Response:
        """Ends at the policy, whoever it was."""
        return self._refused(MISMATCH)

    def elsewhere(self) -> Response:
        """Pages that a person who took a wrong turn sees."""
        return _html(render_template("atlassian/elsewhere.html", email=request.args.get("email", "")))

    def logout(self) -> Response:
        """Ends Atlassian's session, and with it the site's."""
        response = redirect(self._continue() if "continue" in request.values else "/login")
        return self._end(response)

    def slo(self) -> Response:
        """Single logout: the identity provider sends the browser through here when its own session ended."""
        back = request.args.get("return", "")
        known = urlsplit(back).netloc in NAMES.values()
        return self._end(redirect(back if known else "/login"))

    def _end(self, response: Response) -> Response:
        if self.world.sessions.pop(self._key(), None) is not None:
            self.world.note("signed-out", site="id")
        response.delete_cookie(COOKIE, domain="atlassian.com", secure=True, samesite="None")
        return response

    def _hand_over(self, key: str, wanted: str = "") -> Response:
        ticket = secrets.token_urlsafe(24)
        wanted = wanted or self._continue()
        data = {"continue": wanted, "cloud": key}
        self.world.sessions[f"ticket:{ticket}"] = Session("ticket", list(self.world.sessions[key].accounts), data=data)
        return redirect(
            f"https://{urlsplit(wanted).netloc}/login/callback?{urlencode({'token': ticket, 'continue': wanted})}"
        )

    def _refused(self, description: str) -> Response:
        query = urlencode({"error": "access_denied", "error_description": description})
        return redirect(f"/login?{query}")

    def _continue(self) -> str:
        wanted = request.values.get("continue", "")
        return wanted if urlsplit(wanted).netloc in self.world.admins else f"https://{SITE_HOST}/"

    def _page(self, *, email: str, problem: str = "") -> Response:
        text = render_template(
            "atlassian/login.html",
            email=email,
            problem=problem,
            wanted=self._continue(),
            trouble="error" in request.args,
        )
        return _html(text)

    def _key(self) -> str:
        return f"cloud:{request.cookies.get(COOKIE, '')}"


def _sso(world: World, http: Loopback) -> Any:
    """How the customer's policy lets the admin in: at the scenario's embedded provider, or at the external one. A
    `RelyingParty`, or a `SamlParty`, which begins and finishes alike."""
    callback, idp = f"https://{ID_HOST}/login/callback", world.external.idp
    if isinstance(idp, OidcIdp):
        secret = fake_secret(idp.client_secret, "client secret of [sandbox.idp]")
        return RelyingParty(world, http, idp.issuer, idp.client_id, callback, " ".join(idp.scopes), secret)
    if isinstance(idp, SamlIdp):
        from runbook.sandbox.saml import SamlParty  # pysaml2 takes half a second to load, and only this needs it

        return SamlParty.at(world, http, idp)
    return RelyingParty(world, http, ISSUERS[world.scenario.idp], "atlassian-sso", callback)


def _html(text: str) -> Response:
    return Response(text, content_type="text/html; charset=utf-8")
