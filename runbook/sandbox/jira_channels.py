"""The rules of a project's e-mail channels: what Jira allows and refuses. No HTTP, no page.

Known (facts, sections 2.1 and 2.2): one custom account in G1 and ten addresses later, no address in two projects, no
removal while the address is the Reply-to. Unknown: the texts of refusals other than the duplicate's and the log's.
"""

from __future__ import annotations

from collections.abc import Iterator
from imaplib import IMAP4

from runbook.sandbox import puller
from runbook.sandbox.world import Account, Connection, Project, Token, World

DUPLICATE = (
    "The email address you entered is currently used by another project's email channel. Choose another email address."
)
LIMITS = {"g1": 2, "g2": 10, "g3": 10}


class Refused(Exception):
    """Jira says no; the text is what the page shows."""


def may_manage(world: World, account: Account) -> bool:
    """Whether this account may change e-mail channels: Jira administrators only."""
    return account.address in world.admins.values() and not world.fault("no-permission")


def find(project: Project, address: str) -> Connection:
    """The project's row of an address. Raises Refused when there is none."""
    for row in project.connections:
        if row.address == address.strip().lower():
            return row
    raise Refused("This email address is no longer connected.")


def everywhere(world: World) -> Iterator[tuple[Project, Connection]]:
    """All rows of all projects."""
    for project in world.projects.values():
        for row in project.connections:
            yield project, row


def connect(world: World, project: Project, token: Token, request_type: str) -> Connection:
    """Adds an external address whose owner has just allowed it. Raises Refused."""
    try:
        first = puller.next_uid(world, token)
    except (OSError, IMAP4.error):
        raise Refused("We couldn't connect to your mail server. Check the mailbox and try again.") from None
    with world.lock:
        check_new(world, project, token.address)
        row = Connection(
            token.address,
            "oauth",
            token.provider,
            _type(project, request_type),
            linked_at=world.now(),
            token=token,
            first_uid=first,
        )
        project.connections.append(row)
        world.note("connected", project=project.key, address=row.address, request_type=row.request_type)
        return row


def check_new(world: World, project: Project, address: str) -> None:
    """Raises Refused when the project may not get this address."""
    if any(row.address == address for _, row in everywhere(world)):
        raise Refused(DUPLICATE)
    if len(project.connections) >= LIMITS[world.scenario.generation]:
        raise Refused("You've reached the limit of email addresses for this project. Remove one to add another.")


def create_default(world: World, project: Project, prefix: str, request_type: str) -> Connection:
    """Adds an address that Jira makes itself: `prefix`@ the site's host. Raises Refused."""
    prefix = prefix.strip().lower()
    if not prefix.replace("-", "").replace(".", "").isalnum():
        raise Refused("Enter a valid email address prefix.")
    with world.lock:
        check_new(world, project, f"{prefix}@{project.site}")
        row = Connection(
            f"{prefix}@{project.site}", "default", "atlassian", _type(project, request_type), linked_at=world.now()
        )
        project.connections.append(row)
        return row


def remove(world: World, project: Project, address: str) -> None:
    """Removes an address. Raises Refused, also with the fault `remove-fails`."""
    with world.lock:
        row = find(project, address)
        if world.fault("remove-fails"):
            raise Refused("We couldn't remove this email address. Try again later.")
        if project.reply_to == row.address:
            raise Refused("This is the reply-to address. Choose another reply-to address before you remove it.")
        project.connections.remove(row)
        world.note("removed", project=project.key, address=row.address)


def set_reply_to(world: World, project: Project, address: str) -> None:
    """Makes an address of the project the Reply-to. Raises Refused."""
    with world.lock:
        project.reply_to = find(project, address).address
        world.note("reply-to", project=project.key, address=project.reply_to)


def set_request_type(world: World, project: Project, address: str, request_type: str) -> None:
    """Chooses what kind of request an address makes. Raises Refused."""
    with world.lock:
        row = find(project, address)
        row.request_type = _type(project, request_type)
        world.note("request-type", project=project.key, address=row.address, request_type=row.request_type)


def switch(world: World, project: Project, on: bool) -> None:
    """Turns all of a project's e-mail on or off."""
    with world.lock:
        project.email_on = on
        world.note("email-support", project=project.key, on=on)


def _type(project: Project, name: str) -> str:
    if name not in project.request_types:
        raise Refused("Choose a request type.")
    return name
