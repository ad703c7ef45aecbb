"""The service projects that a run may be about, and the rows of the e-mail page that they begin with."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from runbook.sandbox.scenario import ChannelState
from runbook.sandbox.world import MAIL_SCOPES, PROJECT, Connection, LogRow, Token, World

REQUEST_TYPES = ["Emailed request", "General request", "Report an incident"]
REQUEST_TYPE = "Report an incident"
DAY = 86_400.0


@dataclass(frozen=True)
class Desk:
    """A service project that reads a mailbox of its own: its key, the mailbox's address, the site's host, and what state the
    channel begins in."""

    key: str
    address: str
    site: str
    state: ChannelState


def desks(world: World) -> list[Desk]:
    """The projects whose channels a run may be about. The first is HELP; the sites take turns."""
    scenario, sites = world.scenario, list(world.admins)
    found = []
    for number in range(1, scenario.channels + 1):
        state = ("revoked", "healthy")[(number + 1) % 2] if scenario.channel == "mixed" else scenario.channel
        key, address = (PROJECT, world.mailbox) if number == 1 else (f"DESK{number:02}", f"desk{number:02}@example.com")
        found.append(Desk(key, address, sites[(number - 1) % len(sites)], state))
    return found


def reply_to(world: World, desk: Desk) -> str:
    """The project's reply-to address."""
    scenario = world.scenario
    nothing_else = desk.state == "empty" or world.fault("duplicate")
    if not scenario.reply_to or nothing_else or scenario.generation == "g1":
        return f"{desk.key.lower()}@{desk.site}"
    return reads(world, desk)


def reads(world: World, desk: Desk) -> str:
    """The address that the project reads by mistake or on purpose. One address is read by one project alone."""
    if desk.state != "wrong-mailbox":
        return desk.address
    return world.admins[desk.site] if desk.key == PROJECT else f"wrong-{desk.address}"


def connections(world: World, desk: Desk) -> list[Connection]:
    """The rows of the project's e-mail page."""
    rows = [default(world, f"{desk.key.lower()}@{desk.site}")]
    match "empty" if desk.key == PROJECT and world.fault("duplicate") else desk.state:
        case "basic":
            rows.append(_basic(world, desk.address))
        case "healthy" | "wrong-mailbox":
            rows.append(oauth(world, reads(world, desk)))
        case "revoked":
            rows.append(_revoked(world, desk.address))
    return rows


def default(world: World, address: str) -> Connection:
    """An address that Jira made itself."""
    return Connection(address, "default", "atlassian", REQUEST_TYPES[0], linked_at=world.now() - 400 * DAY)


def oauth(world: World, address: str) -> Connection:
    """A mailbox that is connected and healthy."""
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
    row, now = oauth(world, address), world.now()
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
