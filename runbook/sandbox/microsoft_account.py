"""Microsoft's sign-out, and the pages of myaccount.microsoft.com that need somebody signed in."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Flask, redirect, request
from werkzeug.wrappers import Response

from runbook.sandbox.loopback import Loopback
from runbook.sandbox.microsoft_pages import Pages, page
from runbook.sandbox.relying import ISSUERS, Refused, RelyingParty
from runbook.sandbox.signin import Desk, after_logout
from runbook.sandbox.world import HOSTS, World

ACCOUNT = f"https://{HOSTS['microsoft-account']}"
DONE = f"https://{HOSTS['microsoft']}/common/oauth2/v2.0/logoutsession"


def signed_out_pages(app: Flask, world: World, desk: Desk) -> None:
    """Registers the sign-out: it asks which account when there are several, then shows that it is done."""
    pages = Pages(world, desk)

    def logout(tenant: str) -> Response:
        alive, hint = desk.alive(), request.args.get("logout_hint", "").lower()
        back = request.args.get("post_logout_redirect_uri", "")
        if alive and hint not in alive and (len(alive) > 1 or world.fault("signout-chooser")):
            tiles = [pages.tile(address, alive=True) for address in alive]
            config = {"pgid": "ConvergedSignOut", "urlPost": "/common/oauth2/v2.0/logoutaccount"}
            return page("signout", config, stage="pick", tiles=tiles, back=back)
        return leave(hint if hint in alive else None, back)

    def logout_account() -> Response:
        return leave(request.form.get("username", "").lower(), request.form.get("post_logout_redirect_uri", ""))

    def leave(address: str | None, back: str) -> Response:
        done = f"{DONE}?{urlencode({'post_logout_redirect_uri': back})}" if back else DONE
        config = {"pgid": "ConvergedSignOut", "urlNext": after_logout(world, "microsoft", done)}
        return desk.sign_out(page("signout", config, stage="progress"), address)

    def logout_session() -> Response:
        back = request.args.get("post_logout_redirect_uri", "")
        return redirect(back) if back else page("signout", {"pgid": "ConvergedSignOut"}, stage="done")

    tenant = "/<any(common, organizations, consumers):tenant>"
    app.add_url_rule(f"{tenant}/oauth2/v2.0/logout", "logout", logout)
    app.add_url_rule(f"{tenant}/oauth2/logout", "logout_v1", logout)
    app.add_url_rule("/common/oauth2/v2.0/logoutaccount", "logout_account", logout_account, methods=["POST"])
    app.add_url_rule("/common/oauth2/v2.0/logoutsession", "logout_session", logout_session)


def account_pages(app: Flask, world: World, http: Loopback) -> None:
    """Registers "My Account", and a person's own mail as the tile of a provider's dashboard opens it."""
    home = RelyingParty(world, http, ISSUERS["microsoft"], "my-account", f"{ACCOUNT}/callback")
    mail = RelyingParty(world, http, ISSUERS["microsoft"], "outlook", f"{ACCOUNT}/mail/callback")

    def open_home() -> Response:
        return home.begin({}) if request.host == HOSTS["microsoft-account"] else redirect(f"{ACCOUNT}/")

    def open_mail() -> Response:
        domain = request.args.get("domain_hint", "")
        return mail.begin({}, **({"domain_hint": domain} if domain else {}))

    def shown(party: RelyingParty, heading: str, text: str) -> Response:
        try:
            claims, _ = party.finish()
        except Refused as refused:
            heading, text, claims = "Something went wrong", str(refused), {"email": "nobody"}
        return page("account", {"pgid": "MyAccount"}, heading=heading, text=text, address=claims["email"])

    app.add_url_rule("/", "home", open_home)
    app.add_url_rule("/mail", "mail", open_mail)
    app.add_url_rule(
        "/callback", "home_callback", lambda: shown(home, "My Account", "Security info, devices, password.")
    )
    app.add_url_rule("/mail/callback", "mail_callback", lambda: shown(mail, "Mail", "Your inbox is empty."))
