"""The sandbox's start page: what it plays, where to go, who there is, with the codes of the moment."""

from __future__ import annotations

from typing import Any

import pyotp
from flask import Flask, render_template
from flask.typing import ResponseReturnValue

from runbook.sandbox import atlassian, google, jira, keycloak, mailer, microsoft, okta
from runbook.sandbox.desks import desks
from runbook.sandbox.loopback import Loopback
from runbook.sandbox.world import HOSTS as NAMES
from runbook.sandbox.world import Account, World

HOSTS = (NAMES["start"],)
MARKUP = {
    "Jira": jira.MARKUP,
    "Atlassian": atlassian.MARKUP,
    "Microsoft": microsoft.MARKUP,
    "Google": google.MARKUP,
    "Okta": okta.MARKUP,
    "Keycloak": keycloak.MARKUP,
}
IDP_HOMES = {
    "microsoft": f"https://{NAMES['microsoft']}",
    "google": f"https://{NAMES['google-account']}/",
    "okta": f"https://{NAMES['okta']}/app/UserHome",
    "keycloak": f"https://{NAMES['keycloak']}/realms/acme/account",
}
MAIL = {
    "microsoft": {
        "Mail provider": f"https://{NAMES['microsoft-account']}/",
        "Mail provider's sign-out": f"https://{NAMES['microsoft']}/common/oauth2/v2.0/logout",
    },
    "google": {
        "Mail provider": f"https://{NAMES['google-account']}/",
        "Mail provider's sign-out": f"https://{NAMES['google']}/Logout",
    },
}


def create(world: World, http: Loopback) -> Flask:
    """The application of the start page. `http` is not needed: the page asks no site."""
    del http
    app = Flask("runbook.sandbox.start", static_url_path="/s/assets")

    @app.get("/")
    def start() -> ResponseReturnValue:
        mailer.tick(world)
        idp = world.external.idp.url if world.external.idp else IDP_HOMES[world.scenario.idp]
        first, *others = world.admins
        links = {"Jira": f"https://{first}/jira", **{f"Jira, {host}": f"https://{host}/jira" for host in others}}
        links["Identity provider"] = idp
        links |= MAIL[world.scenario.mail]
        return render_template("start/start.html", world=world, links=links, accounts=_accounts(world), markup=MARKUP)

    @app.get("/codes")
    def codes() -> ResponseReturnValue:
        return {
            "left": 30 - int(world.now()) % 30,
            "codes": {each["address"]: each["code"] for each in _accounts(world) if each["code"]},
        }

    @app.context_processor
    def helpers() -> dict[str, Any]:
        return {"healthy": mailer.healthy}

    return app


def _accounts(world: World) -> list[dict[str, str]]:
    roles = dict.fromkeys(world.admins.values(), "admin, signs in to Jira by single sign-on")
    roles |= {desk.address: "mailbox, to be connected" for desk in desks(world)}
    outside = {each.username: each.url for each in (world.external.idp, world.external.mail) if each}
    return [
        {
            "address": account.address,
            "role": roles.get(account.address, "mailbox of another project"),
            "home": outside.get(account.address, account.home),
            "password": "as that provider has it" if account.address in outside else account.password,
            "code": "" if account.address in outside else _code(world, account),
        }
        for account in world.accounts.values()
    ]


def _code(world: World, account: Account) -> str:
    return pyotp.TOTP(account.totp).at(int(world.now()))
