"""Jira's mail puller and processor, on the sandbox's clock.

It needs no thread: whoever looks at a page or asks the REST interface calls `tick` first, which does what has become
due. Known (facts, sections 2.3 and 2.4): one pull a minute; only mail that is unread and newer than the link; one real
failure, then waits that grow. Unknown: the exact growth, and that a first pull follows the connection at once.
"""

from __future__ import annotations

from typing import Any

from runbook.sandbox.world import Connection, LogRow, Project, Token, World

PULL_SECONDS = 60.0
LONGEST_WAIT_MINUTES = 60
KEPT_ROWS = 60
HANDLER = "Jira Service Management Mail Handler"
REFUSAL = "You don't have permission to access this service project."
READING_SCOPES = ("mail.readwrite", "mail.read", "https://mail.google.com/", "gmail.modify")


def tick(world: World) -> None:
    """Does every pull that is due by `world.now()`."""
    with world.lock:
        for project in world.projects.values():
            if project.email_on:
                for row in project.connections:
                    if row.auth != "default":
                        _pull(world, project, row)
                    _keep_short(row)


def deliver(world: World, to: str, sender: str, subject: str, at: float | None = None) -> dict[str, Any]:
    """Puts an unread message into a mailbox; `at` in seconds since 1970, now if not given."""
    message = {"to": to, "from": sender, "subject": subject, "at": world.now() if at is None else at, "unread": True}
    with world.lock:
        world.mail.append(message)
    return message


def healthy(row: Connection) -> bool:
    """Whether the last row that tells of a real attempt is a success; an address that was never tried counts as one."""
    real = [entry.status for entry in row.connectivity if entry.status != "RATE_LIMITED"]
    return not row.connectivity or real[-1:] == ["SUCCESS"]


def _pull(world: World, project: Project, row: Connection) -> None:
    if why := trouble(world, row):
        _fail(world, row, why)
    elif not there(world, row.token) and world.now() - row.pulled_at >= PULL_SECONDS:
        succeeded(world, row)
        _process(world, project, row)


def there(world: World, token: Token | None) -> bool:
    """Whether a connection's mail is on a real server, which `runbook.sandbox.puller` reads."""
    mail = world.external.mail
    return bool(mail and mail.imap and token and token.provider == mail.button)


def succeeded(world: World, row: Connection) -> None:
    """Notes a pull that has been made."""
    row.pulled_at, row.failures = world.now(), 0
    if row.connectivity and row.connectivity[-1].status == "SUCCESS":
        row.connectivity[-1].at = row.pulled_at  # one row for a stretch of successes keeps the log readable
    else:
        row.connectivity.append(LogRow(row.pulled_at, "SUCCESS"))


def request(world: World, project: Project, row: Connection, subject: str, sender: str) -> None:
    """Makes a request of a message."""
    key = f"{project.key}-{1 + sum(issue['project'] == project.key for issue in world.issues)}"
    world.issues.append({"project": project.key, "key": key, "summary": subject, "created": world.now()})
    row.processing.append(LogRow(world.now(), "NEW REQUEST", subject=subject, key=key, sender=sender))


def trouble(world: World, row: Connection) -> str:
    """Why a pull would fail now, or nothing."""
    if row.auth == "basic":
        return "AuthenticationFailedException: AUTHENTICATE failed"
    if row.token is None or row.token.revoked or _revoked_there(world, row.token):
        return "Could not retrieve access token"
    if world.fault("pull-fails"):
        return "Error during HTTP request"
    granted = " ".join(row.token.scopes).lower()
    if world.external.mail and row.token.provider == world.external.mail.button:
        return ""  # its words for reading mail are its own
    return "" if any(scope in granted for scope in READING_SCOPES) else "403 Forbidden"


def _revoked_there(world: World, token: Token) -> bool:
    """Whether the provider's own record of the grant says revoked."""
    return any(t.revoked for t in world.issued if t.refresh_token and t.refresh_token == token.refresh_token)


def _fail(world: World, row: Connection, trouble: str) -> None:
    now = world.now()
    if not row.failures or _last_failure(row) != trouble:  # an attempt that fails for another cause says so
        row.connectivity.append(LogRow(now, "FAILURE", trouble))
        row.failures, row.retry_at = 1, now + PULL_SECONDS
    while row.retry_at <= now:
        wait = min(2**row.failures, LONGEST_WAIT_MINUTES)
        row.connectivity.append(LogRow(row.retry_at, "RATE_LIMITED", f"Retrying in {wait} minutes"))
        row.failures = min(row.failures + 1, 7)
        # A world that was asleep for days need not be told each wait of them.
        row.retry_at = max(row.retry_at + wait * 60, now - KEPT_ROWS * LONGEST_WAIT_MINUTES * 60)


def _last_failure(row: Connection) -> str:
    return next((entry.details for entry in reversed(row.connectivity) if entry.status == "FAILURE"), "")


def _process(world: World, project: Project, row: Connection) -> None:
    for message in world.mail:
        if message["unread"] and message["to"] == row.address and message["at"] > row.linked_at:
            message["unread"] = False
            if world.fault("mail-refused"):
                row.processing.append(
                    LogRow(world.now(), "FAILED", REFUSAL, subject=message["subject"], sender=message["from"])
                )
                continue
            request(world, project, row, message["subject"], message["from"])


def _keep_short(row: Connection) -> None:
    del row.processing[:-KEPT_ROWS]
    real = [entry for entry in row.connectivity[:-KEPT_ROWS] if entry.status != "RATE_LIMITED"]
    # The last real attempt stays however long the waits have become: without it the log would say nothing.
    row.connectivity[:-KEPT_ROWS] = real[-1:]
