"""The worlds that scenarios begin with, and the settings that fit them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

from runbook.errors import ConfigError
from runbook.sandbox.faults import check
from runbook.sandbox.scenario import Idp, Provider, Scenario
from runbook.sandbox.world import (
    HOSTS,
    MAIL_CLIENT_ID,
    MAIL_CLIENT_NAME,
    MAIL_SCOPES,
    PROJECT,
    SITE_HOST,
    Account,
    Connection,
    LogRow,
    Project,
    Token,
    World,
)
from runbook.settings.external import External

OPS = "ops@example.com"
DEFAULT_ADDRESS = f"help@{SITE_HOST}"
REQUEST_TYPES = ["Emailed request", "General request", "Report an incident"]
REQUEST_TYPE = "Report an incident"
DAY = 86_400.0
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
    "duplicate": "the mailbox is another project's already",
    "not-service-project": "the project is a software project",
    "popup-blocked": "the browser does not open the provider's window",
    "no-permission": "the admin may not manage e-mail",
}


def build(scenario: Scenario, switched_on: Iterable[str] = (), external: External | None = None) -> World:
    """The world at a scenario's beginning, with faults switched on. Raises ConfigError as `faults` and `check` do."""
    chosen = faults(switched_on)
    world = World(scenario, external or External())
    world.faults.update(chosen)
    for account in _accounts(world):
        world.accounts[account.address] = account
    check(world)
    for project in _projects(world):
        world.projects[project.key] = project
    if scenario.consented:
        world.consents += [_consent(scenario.mail, address) for address in (world.admin, world.mailbox)]
    return world


def channel(world: World) -> dict[str, Any]:
    """The channel's settings for a run in this world, as plain nested data; its secrets are the sandbox's fake ones.
    External providers are not in it: `External.channel` puts them there."""
    scenario, admin, mailbox = world.scenario, world.accounts[world.admin], world.accounts[world.mailbox]
    return {
        "project": PROJECT,
        "site": {
            "name": "sandbox",
            "url": f"https://{SITE_HOST}",
            "admin": _identity("admin", admin),
            "idp": {"kind": scenario.idp, "url": IDP_URLS[scenario.idp]},
        },
        "mailbox": _identity("mailbox", mailbox),
        "address": mailbox.address,
        "provider": scenario.mail,
        "federated": scenario.federated,
        "replaces": [world.admin] if scenario.channel == "wrong-mailbox" else [],
        "oauth_client": MAIL_CLIENT_NAME,
    }


def faults(texts: Iterable[str]) -> dict[str, Any]:
    """Faults by name from `NAME` or `NAME=VALUE` (often the one address it is for).
    Raises ConfigError for a fault that does not exist."""
    found: dict[str, Any] = {}
    for text in texts:
        name, _, value = text.partition("=")
        if name not in FAULTS:
            raise ConfigError(f"--fault: there is no fault {name!r}.", remedy=f"Faults: {' '.join(FAULTS)}.")
        found[name] = value or True
    return found


def _identity(name: str, account: Account) -> dict[str, Any]:
    return {"name": name, "username": account.address, "password": account.password, "totp": account.totp}


def _accounts(world: World) -> list[Account]:
    scenario = world.scenario
    home: Idp = scenario.idp if scenario.federated else scenario.mail
    known: list[Idp] = [scenario.mail]
    return [
        Account(world.admin, "Ada Admin", scenario.idp, known_at=[*known]),
        Account(world.mailbox, "Acme Support", home, known_at=[*known]),
        Account(OPS, "Acme Operations", home, known_at=[*known]),
    ]


def _consent(provider: Provider, address: str) -> dict[str, Any]:
    return {
        "provider": provider,
        "address": address,
        "client_id": MAIL_CLIENT_ID,
        "scopes": list(MAIL_SCOPES[provider]),
    }


def _projects(world: World) -> list[Project]:
    kind = "software" if world.fault("not-service-project") else "service_desk"
    return [
        Project(PROJECT, "Help desk", kind, list(REQUEST_TYPES), _help_connections(world), _reply_to(world)),
        Project(
            "OPS",
            "Operations",
            "service_desk",
            list(REQUEST_TYPES),
            [_default(world, f"ops@{SITE_HOST}"), _oauth(world, world.mailbox if world.fault("duplicate") else OPS)],
            f"ops@{SITE_HOST}",
        ),
        Project("WEB", "Website", "software", []),
    ]


def _reply_to(world: World) -> str:
    scenario = world.scenario
    nothing_else = scenario.channel == "empty" or world.fault("duplicate")
    if not scenario.reply_to or nothing_else or scenario.generation == "g1":
        return DEFAULT_ADDRESS
    return world.admin if scenario.channel == "wrong-mailbox" else world.mailbox


def _help_connections(world: World) -> list[Connection]:
    rows = [_default(world, DEFAULT_ADDRESS)]
    match "empty" if world.fault("duplicate") else world.scenario.channel:
        case "basic":
            rows.append(_basic(world, world.mailbox))
        case "healthy":
            rows.append(_oauth(world, world.mailbox))
        case "revoked":
            rows.append(_revoked(world, world.mailbox))
        case "wrong-mailbox":
            rows.append(_oauth(world, world.admin))
    return rows


def _default(world: World, address: str) -> Connection:
    return Connection(address, "default", "atlassian", REQUEST_TYPES[0], linked_at=world.now() - 400 * DAY)


def _oauth(world: World, address: str) -> Connection:
    provider = world.scenario.mail
    token = Token(
        provider,
        address,
        list(MAIL_SCOPES[provider]),
        access_token="fake-at-" + secrets.token_urlsafe(16),
        refresh_token="fake-rt-" + secrets.token_urlsafe(16),
    )
    linked = world.now() - 40 * DAY
    return Connection(address, "oauth", provider, REQUEST_TYPE, linked_at=linked, token=token)


def _revoked(world: World, address: str) -> Connection:
    """Two hours ago the provider ended the grant: one real failure, then waits that grow."""
    row, now = _oauth(world, address), world.now()
    assert row.token is not None  # noqa: S101 - for the type checker
    row.token.revoked = True
    failed = now - 7200
    row.connectivity = [
        LogRow(failed - 60, "SUCCESS"),
        LogRow(failed, "FAILURE", "Could not retrieve access token"),
    ]
    row.failures, row.retry_at = 1, failed + 60
    return row


def _basic(world: World, address: str) -> Connection:
    """Connected by password long ago; the provider has switched that off since."""
    row = Connection(address, "basic", "imap", REQUEST_TYPE, linked_at=world.now() - 900 * DAY)
    row.connectivity = [LogRow(world.now() - 7200, "FAILURE", "AuthenticationFailedException: AUTHENTICATE failed")]
    row.failures, row.retry_at = 1, world.now() - 7140
    return row
