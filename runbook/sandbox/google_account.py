"""Google's pages for somebody who is signed in (myaccount.google.com), and the one for everybody else (www.google.com)."""

from __future__ import annotations

from flask import Flask, redirect, render_template, request
from werkzeug.wrappers import Response

from runbook.sandbox.loopback import Loopback
from runbook.sandbox.relying import ISSUERS, Refused, RelyingParty
from runbook.sandbox.signin import Desk
from runbook.sandbox.world import HOSTS, World

ACCOUNT_HOST = HOSTS["google-account"]
ABOUT = f"https://{HOSTS['google-about']}/account/about/"
LOGIN = f"https://{HOSTS['google']}/ServiceLogin"


def account_pages(app: Flask, world: World, http: Loopback, desk: Desk) -> None:
    """Registers the account page, a person's own mail as a dashboard's tile opens it, and the page about accounts."""
    mail = RelyingParty(world, http, ISSUERS["google"], "gmail", f"https://{ACCOUNT_HOST}/mail/callback")

    def home() -> Response:
        # The proof that users of Google know: without a session this host sends the browser to the page about accounts.
        if request.host != ACCOUNT_HOST:
            return redirect(f"https://{ACCOUNT_HOST}/")
        alive = desk.alive()
        if alive:
            return _page("Google Account", "Home", alive[0])
        return redirect(LOGIN if world.fault("silent-again") else ABOUT)

    def open_mail() -> Response:
        domain = request.args.get("hd", "")
        return mail.begin({}, **({"hd": domain} if domain else {}))

    def mail_callback() -> Response:
        try:
            claims, _ = mail.finish()
        except Refused as refused:
            return _page("Gmail", str(refused), "nobody")
        return _page("Gmail", "Your inbox is empty.", str(claims["email"]))

    app.add_url_rule("/", "home", home)
    app.add_url_rule("/mail", "mail", open_mail)
    app.add_url_rule("/mail/callback", "mail_callback", mail_callback)
    app.add_url_rule("/account/about/", "about", lambda: _page("Google Account", "Sign in to manage your account.", ""))


def _page(heading: str, text: str, address: str) -> Response:
    page = render_template("google/account.html", heading=heading, text=text, address=address)
    return Response(page, content_type="text/html; charset=utf-8")
