"""The sandbox's start page: what it plays, where to go, who there is, with the codes of the moment."""

from __future__ import annotations

from typing import Any

import pyotp
from flask import Flask, render_template
from flask.typing import ResponseReturnValue

from runbook.sandbox import atlassian, google, jira, keycloak, mailer, microsoft, okta
from runbook.sandbox.loopback import Loopback
from runbook.sandbox.world import ADMIN, MAILBOX, SITE_HOST, Account, World
from runbook.sandbox.world import HOSTS as NAMES

HOSTS = (NAMES["start"],)
MARKUP = {
    "Jira": jira.MARKUP,
    "Atlassian": atlassian.MARKUP,
    "Microsoft": microsoft.MARKUP,
    "Google": google.MARKUP,
    "Okta": okta.MARKUP,
    "Keycloak": keycloak.MARKUP,
}
ROLES = {ADMIN: "admin, signs in to Jira by single sign-on", MAILBOX: "mailbox, to be connected"}
IDP_HOMES = {
    "microsoft": f"https://{NAMES['microsoft']}",
    "google": f"https://{NAMES['google-account']}/",
    "okta": f"https://{NAMES['okta']}/app/UserHome",
    "keycloak": f"https://{NAMES['keycloak']}/realms/acme/account",
}


def create(world: World, http: Loopback) -> Flask:
    """The application of the start page. `http` is not needed: the page asks no site."""
    del http
    app = Flask("runbook.sandbox.start", static_url_path="/s/assets")

    @app.get("/")
    def start() -> ResponseReturnValue:
        mailer.tick(world)
        links = {"Jira": f"https://{SITE_HOST}/jira", "Identity provider": IDP_HOMES[world.scenario.idp]}
        return render_template("start/start.html", world=world, links=links, accounts=_accounts(world), markup=MARKUP)

    @app.get("/codes")
    def codes() -> ResponseReturnValue:
        return {
            "left": 30 - int(world.now()) % 30,
            "codes": {account.address: _code(world, account) for account in world.accounts.values()},
        }

    @app.context_processor
    def helpers() -> dict[str, Any]:
        return {"healthy": mailer.healthy}

    return app


def _accounts(world: World) -> list[dict[str, str]]:
    return [
        {
            "address": account.address,
            "role": ROLES.get(account.address, "mailbox of another project"),
            "home": account.home,
            "password": account.password,
            "code": _code(world, account),
        }
        for account in world.accounts.values()
    ]


def _code(world: World, account: Account) -> str:
    return pyotp.TOTP(account.totp).at(int(world.now()))
