"""An OpenID provider in this process, on a port of loopback and over plain http: what `[sandbox.idp]` and `[sandbox.mail]` lead
to in a test. Its pages have the plainest markup there is; its logout asks first."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

from flask import Flask, redirect, request, session
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from runbook.sandbox import build, parse
from runbook.sandbox.oidc import Client, Paths, Provider
from runbook.sandbox.world import ADMIN, CLIENT_SECRET, ID_HOST, MAIL_REDIRECT, MAILBOX, Account, World
from runbook.settings.external import External

CLIENTS = {
    "sso": Client("sso", "Atlassian", (f"https://{ID_HOST}/login/callback",), consent=True),
    "mail": Client("mail", "Jira Service Management", (MAIL_REDIRECT,), consent=True),
}
PATHS = Paths("/authorize", "/token", "/userinfo", "/keys", "/end")
LOGIN = """<form method=post action="/login"><label for=u>User</label><input id=u name=username autocomplete=username>
<label for=p>Password</label><input id=p name=password type=password autocomplete=current-password>
<button type=submit>Log in</button></form><p role=alert>{problem}</p>"""
CONSENT = """<h2>{name} wants to know who you are</h2><p>You are {address}</p><form method=post action="/consent">
<button id=deny name=answer value=deny>Deny</button> <button id=accept name=answer value=accept>Accept</button></form>"""
LEAVE = """<form method=post action="/end"><button id=stay name=answer value=stay>Stay</button>
<button id=logout name=answer value=logout>Log out</button></form>"""


@dataclass
class OwnIdp:
    """One provider that answers. `survives`: its logout only says that it is one; `device`: who is signed in without a cookie and
    without being asked. `asked`: the authorize requests so far."""

    url: str
    world: World
    survives: bool = False
    device: str = ""
    provider: Provider = field(init=False)
    asked: list[dict[str, str]] = field(default_factory=list)

    def as_idp(self, **change: Any) -> dict[str, Any]:
        """The table `[sandbox.idp]`."""
        return {**self._table("sso", ADMIN), **change}

    def as_mail(self, **change: Any) -> dict[str, Any]:
        """The table `[sandbox.mail]`."""
        return {**self._table("mail", MAILBOX), "account_url": f"{self.url}/account", **change}

    def _table(self, client: str, address: str) -> dict[str, Any]:
        who = {"username": address, "password": self.world.accounts[address].password}
        return {"kind": "oidc", "issuer": self.url, "client_id": client, "client_secret": CLIENT_SECRET, **who}


def external(idp: OwnIdp | None = None, mail: OwnIdp | None = None) -> External:
    """Settings with these two."""
    tables = {"idp": idp.as_idp() if idp else None, "mail": mail.as_mail() if mail else None}
    return External.model_validate(tables)


@contextmanager
def own_idp(
    host: str = "localhost", *, survives: bool = False, device: str = "", silent: bool = False
) -> Iterator[OwnIdp]:
    """A fresh provider in a thread. Two of them need two hosts: cookies know no port. `silent`: it does not say where to sign
    out."""
    app = Flask("own-idp")
    app.secret_key = "fake-" + secrets.token_hex(8)
    app.config["SESSION_COOKIE_NAME"] = "own_idp"
    # Authlib refuses plain http, which is all there is on loopback.
    server = make_server("127.0.0.1", 0, _as_https(app.wsgi_app), threaded=True)
    idp = OwnIdp(f"http://{host}:{server.server_port}", build(parse("google")), survives, device)
    idp.provider = Provider(app, idp.world, "own", idp.url, idp.url, PATHS, dict(CLIENTS))
    _Pages(app, idp).mount()
    if silent:
        app.after_request(_without_end)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield idp
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _without_end(response: Any) -> Any:
    if request.path.startswith("/.well-known/"):
        response.set_data(response.get_data().replace(b"end_session_endpoint", b"something_else"))
    return response


def _as_https(app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        return app({**environ, "wsgi.url_scheme": "https"}, start_response)

    return answer


@dataclass
class _Pages:
    app: Flask
    idp: OwnIdp

    def mount(self) -> None:
        for rule, view, verbs in (
            ("/authorize", self.authorize, ["GET"]),
            ("/login", self.login, ["GET", "POST"]),
            ("/consent", self.consent, ["POST"]),
            ("/account", self.account, ["GET"]),
            ("/end", self.end, ["GET", "POST"]),
        ):
            self.app.add_url_rule(rule, view.__name__, view, methods=verbs)

    @property
    def who(self) -> Account | None:
        return self.idp.world.account(session.get("who", self.idp.device))

    def authorize(self) -> Response:
        params = request.args.to_dict()
        self.idp.asked.append(params)
        self.idp.provider.check(params)
        session["params"] = params
        return self.next()

    def next(self) -> Response:
        params = session.get("params")
        if self.who is None:
            return redirect(f"{self.idp.url}/login")
        if params is None:
            return redirect(f"{self.idp.url}/account")
        if params["client_id"] in session.get("allowed", []):
            return self.done(params)
        return _page(CONSENT.format(name=CLIENTS[params["client_id"]].name, address=self.who.address))

    def done(self, params: dict[str, str]) -> Response:
        assert self.who
        session.pop("params")
        return self.idp.provider.answer(params, self.who, params["scope"].split())

    def login(self) -> Response:
        if request.method == "GET":
            return _page(LOGIN.format(problem=""))
        account = self.idp.world.account(request.form["username"])
        if account is None or not self.idp.world.check_password(account, request.form["password"]):
            return _page(LOGIN.format(problem="Wrong user name or password"))
        session["who"] = account.address
        return self.next()

    def consent(self) -> Response:
        params = session["params"]
        if request.form["answer"] != "accept":
            session.pop("params")
            return self.idp.provider.refuse(params, "access_denied")
        session["allowed"] = [*session.get("allowed", []), params["client_id"]]
        return self.done(params)

    def account(self) -> Response:
        if self.who is None:
            session.pop("params", None)
            return redirect(f"{self.idp.url}/login")
        return _page(f"<h1>{self.who.address}</h1>")

    def end(self) -> Response:
        if request.method == "GET":
            return _page(LEAVE)
        if request.form["answer"] == "logout" and not self.idp.survives:
            session.clear()
        return _page("<h1>Good bye</h1>")


def _page(body: str) -> Response:
    return Response(
        f"<!doctype html><html lang=en><title>Own</title><body>{body}", content_type="text/html; charset=utf-8"
    )
