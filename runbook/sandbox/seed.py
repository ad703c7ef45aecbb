"""The worlds that scenarios begin with, and the settings that fit them."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from runbook.errors import ConfigError
from runbook.sandbox import passkeys
from runbook.sandbox.desks import REQUEST_TYPES, Desk, connections, default, desks, oauth, reads, reply_to
from runbook.sandbox.faults import check
from runbook.sandbox.hostile import MARKUP
from runbook.sandbox.scenario import Idp, Provider, Scenario
from runbook.sandbox.world import (
    HOSTS,
    MAIL_CLIENT_ID,
    MAIL_CLIENT_NAME,
    MAIL_SCOPES,
    OTHER_SITES,
    PROJECT,
    SITE_HOST,
    Account,
    Project,
    World,
)
from runbook.settings.external import External

OPS = "ops@example.com"
IDP_URLS: dict[Idp, str | None] = {
    "microsoft": None,
    "google": None,
    "okta": f"https://{HOSTS['okta']}",
    "keycloak": f"https://{HOSTS['keycloak']}/realms/acme",
}
FAULTS = {
    "captcha": "the provider shows a captcha",
    "push": "the second factor is a push message",
    "number-match": "the push message asks for a number",
    "security-key": "the second factor is a security key",
    "admin-approval": "consent needs an administrator",
    "password-expired": "the password has expired",
    "mfa-enrolment": "a second factor has to be set up first",
    "unknown-page": "a page that nobody knows comes in between",
    "browser-rejected": "Google refuses the browser",
    "idp-survives-logout": "the sign-out page says signed out, and the session lives",
    "logout-503": "the sign-out answers 503",
    "silent-again": "the device signs in again by itself after a sign-out",
    "signout-chooser": "the sign-out asks which account",
    "slo": "the identity provider's sign-out ends Jira's session too",
    "idp-503": "the identity provider answers 503",
    "consent-other-client": "the consent page names another application",
    "consent-more-scopes": "the consent page asks for more than mail",
    "token-exchange-fails": "the provider gives Jira no token",
    "remove-fails": "Jira does not remove an address",
    "jira-error-banner": "Jira says that it cannot connect to the mail server",
    "connects-other": "Jira connects another address than the one that consented",
    "renamed-labels": "labels are called otherwise (value `unknown`: one as never seen, `all`: all of them)",
    "slow-redirect": "the way back from the provider takes some seconds",
    "slow-save": "Jira takes a second to keep what is changed on its e-mail page",
    "lookalike-login": "the sign-in is a page of another host that looks like it",
    "login-in-frame": "the sign-in is in a frame of another host",
    "framed-login": "a page of another host has the sign-in in its frame",
    "logout-elsewhere": "the sign-out leads to another host, which asks something",
    "renamed-fields": "the fields of the sign-in have names that nobody knows",
    "form-elsewhere": "the form of the sign-in sends what is typed to another host",
    "swapped-fields": "the fields of the sign-in have each other's names, and show what is typed",
    "password-twice": "the right password is asked for once more",
    "markup": "names, titles and messages hold HTML that calls another host",
    "duplicate": "the mailbox is another project's already",
    "not-service-project": "the project is a software project",
    "popup-blocked": "the browser does not open the provider's window",
    "no-permission": "the admin may not manage e-mail",
    "pull-fails": "Jira cannot fetch mail, for another reason than the authorization",
    "mail-refused": "Jira fetches mail and makes no request of it",
    "mail-lost": "the mail server takes mail that never arrives",
    "smtp-refused": "the mail server refuses the password",
    "site-503": "the Jira site answers 503",
    "token-refused": "the Jira site refuses the API token",
    "audit-gone": "the mail audit endpoint answers 410",
    "audit-forbidden": "the mail audit endpoint answers 403",
    "audit-login": "the mail audit endpoint sends to the sign-in",
    "audit-changed": "the mail audit endpoint answers something else",
    "audit-ignores-from": "the mail audit endpoint gives rows of any age",
    "audit-busy": "the mail audit endpoint answers 429 once",
}


def build(scenario: Scenario, switched_on: Iterable[str] = (), external: External | None = None) -> World:
    """The world at a scenario's beginning, with faults switched on. Raises ConfigError as `faults` and `check` do."""
    chosen = faults(switched_on)
    world = World(scenario, external or External())
    _check_sizes(world)
    world.faults.update(chosen)
    for account in _accounts(world):
        world.accounts[account.address] = account
    check(world)
    for project in _projects(world):
        world.projects[project.key] = project
    if scenario.consented:
        people = [*world.admins.values(), *(desk.address for desk in desks(world))]
        world.consents += [_consent(scenario.mail, address) for address in people]
    return world


def _check_sizes(world: World) -> None:
    scenario, external = world.scenario, world.external
    if (external.mail and scenario.channels > 1) or (external.idp and scenario.sites > 1):
        raise ConfigError(
            "--scenario: an external provider has one admin and one mailbox.",
            remedy="Leave out channels-N and sites-N, or play without [sandbox.idp] and [sandbox.mail].",
        )


def channel(world: World) -> dict[str, Any]:
    """The settings of the first channel, see `channels`."""
    return channels(world)[0]


def channels(world: World) -> list[dict[str, Any]]:
    """The channels' settings for a run in this world, as plain nested data; the secrets are the sandbox's fake ones.
    External providers are not in it: `External.channel` puts them there."""
    return [_channel(world, desk) for desk in desks(world)]


def _channel(world: World, desk: Desk) -> dict[str, Any]:
    scenario, admin, mailbox = world.scenario, world.accounts[world.admins[desk.site]], world.accounts[desk.address]
    return {
        "project": desk.key,
        "site": {
            "name": "sandbox" if desk.site == SITE_HOST else desk.site.partition(".")[0],
            "url": f"https://{desk.site}",
            "admin": _identity("admin", admin),
            "idp": {"kind": scenario.idp, "url": IDP_URLS[scenario.idp]},
        },
        "mailbox": _identity("mailbox", mailbox),
        "address": mailbox.address,
        "provider": scenario.mail,
        "federated": scenario.federated,
        "replaces": [reads(world, desk)] if desk.state == "wrong-mailbox" else [],
        "oauth_client": MAIL_CLIENT_NAME,
    }


def faults(texts: Iterable[str]) -> dict[str, Any]:
    """Faults by name from `NAME` or `NAME=VALUE` (often the one address it is for).
    Raises ConfigError for a fault that does not exist."""
    found: dict[str, Any] = {}
    for text in texts:
        name, _, value = text.partition("=")
        if name not in FAULTS:
            near = get_close_matches(name, FAULTS, 1)
            remedy = f"Did you mean {near[0]}?" if near else f"Faults: {' '.join(FAULTS)}."
            raise ConfigError(f"--fault: there is no fault {name!r}.", remedy=remedy)
        found[name] = value or True
    return found


def _identity(name: str, account: Account) -> dict[str, Any]:
    second = {"passkey": account.passkey} if account.passkey else {"totp": account.totp}
    return {"name": name, "username": account.address, "password": account.password, **second}


def _accounts(world: World) -> list[Account]:
    scenario = world.scenario
    home: Idp = scenario.idp if scenario.federated else scenario.mail
    known: list[Idp] = [scenario.mail]
    more = f" {MARKUP}" if world.fault("markup") else ""
    admins = [(address, _name(address, "Ada Admin") + more) for address in world.admins.values()]
    mailboxes = [(desk.address, _name(desk.address, "Acme Support") + more) for desk in desks(world)]
    found = [
        *(Account(address, name, scenario.idp, known_at=[*known]) for address, name in admins),
        *(Account(address, name, home, known_at=[*known]) for address, name in mailboxes),
        Account(OPS, "Acme Operations", home, known_at=[*known]),
    ]
    if scenario.passkey:
        for account in found:
            account.passkey = passkeys.made(account.home)
    return found


def _name(address: str, first: str) -> str:
    """What somebody is called: the first of a kind by `first`, the others by their address."""
    if address in (OTHER_SITES.values()) or address.startswith("desk"):
        return address.partition("@")[0].replace(".", " ").title()
    return first


def _consent(provider: Provider, address: str) -> dict[str, Any]:
    return {
        "provider": provider,
        "address": address,
        "client_id": MAIL_CLIENT_ID,
        "scopes": list(MAIL_SCOPES[provider]),
    }


def _projects(world: World) -> list[Project]:
    kind = "software" if world.fault("not-service-project") else "service_desk"
    first, *more = desks(world)
    title = f"Help desk {MARKUP}" if world.fault("markup") else "Help desk"
    return [
        Project(PROJECT, title, kind, list(REQUEST_TYPES), connections(world, first), reply_to(world, first)),
        *(
            Project(
                desk.key,
                f"Desk {desk.key[4:]}",
                "service_desk",
                list(REQUEST_TYPES),
                connections(world, desk),
                reply_to(world, desk),
                site=desk.site,
            )
            for desk in more
        ),
        Project(
            "OPS",
            "Operations",
            "service_desk",
            list(REQUEST_TYPES),
            [default(world, f"ops@{SITE_HOST}"), oauth(world, world.mailbox if world.fault("duplicate") else OPS)],
            f"ops@{SITE_HOST}",
        ),
        Project("WEB", "Website", "software", []),
    ]
