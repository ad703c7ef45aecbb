"""Jira's mail puller over real IMAP, where `[sandbox.mail]` names a mail server: a thread that logs in with the token that Jira
got (XOAUTH2) and makes requests of mail that is unread and newer than the connection.

Known (facts, section 2.3): once a minute; unread, received after the connection was made; marked as read, not deleted. The
vendor's advice to move older mail out and back says that a message's place counts and not its date, so UIDs tell the newer mail.
Unknown, and played as what is worst for a rescue: a pull that has begun goes on when its connection is removed, and a
message is marked as read a while after it was taken.
"""

from __future__ import annotations

import email
import email.policy
import threading
from collections.abc import Callable
from dataclasses import dataclass
from imaplib import IMAP4
from typing import Any

from runbook.sandbox import mailer
from runbook.sandbox.world import Connection, Project, Token, World

TURN = 0.2  # seconds between two looks for what is due
MECHANISM = "XOAUTH2"


def next_uid(world: World, token: Token) -> int:
    """The UID that the next message of the mailbox will get: where the mail of a connection that is made now begins. 0 where
    there is no real server. Raises OSError or IMAP4.error when it lets nobody in."""
    if not mailer.there(world, token):
        return 0
    client = _open(world, token)
    try:
        return int(client.select_folder("INBOX", readonly=True)[b"UIDNEXT"])
    finally:
        client.logout()


@dataclass
class Puller:
    """The thread. `pause`: seconds between taking a message and marking it as read."""

    world: World
    pause: float = 0.0

    def __post_init__(self) -> None:
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="puller", daemon=True)

    def start(self) -> None:
        """Begins to pull."""
        self._thread.start()

    def stop(self) -> None:
        """Ends when the pull that is going on has ended."""
        self._end.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._end.wait(TURN):
            for project, row in self._due():
                self.pull(project, row)

    def _due(self) -> list[tuple[Project, Connection]]:
        world = self.world
        assert world.external.mail is not None  # noqa: S101 - else nobody starts it
        every = world.external.mail.pull_seconds
        with world.lock:
            return [
                (project, row)
                for project in world.projects.values()
                for row in project.connections
                if project.email_on and mailer.there(world, row.token) and world.now() - row.pulled_at >= every
            ]

    def pull(self, project: Project, row: Connection) -> None:
        """One pull of one mailbox, in which everything is read that is there when it begins."""
        if mailer.trouble(self.world, row):
            return  # the tick tells it
        assert row.token is not None  # noqa: S101 - it is served
        try:
            client = _open(self.world, row.token)
            try:
                self._take(client, project, row)
            finally:
                client.logout()
        except (OSError, IMAP4.error) as error:
            refused = isinstance(error, IMAP4.error) and not isinstance(error, IMAP4.abort)
            with self.world.lock:
                row.token.revoked = row.token.revoked or refused
            return
        with self.world.lock:
            mailer.succeeded(self.world, row)

    def _take(self, client: Any, project: Project, row: Connection) -> None:
        client.select_folder("INBOX")
        found = client.search(["UNSEEN", "UID", f"{row.first_uid}:*"])
        for uid in (uid for uid in found if uid >= row.first_uid):
            parts = client.fetch([uid], ["BODY.PEEK[]"]).get(uid)
            if parts is None:
                continue  # it is not there any more
            message = email.message_from_bytes(parts[b"BODY[]"], policy=email.policy.default)
            with self.world.lock:
                mailer.request(self.world, project, row, str(message["subject"]), str(message["from"]))
            if self.pause:
                threading.Event().wait(self.pause)
            client.add_flags([uid], [b"\\Seen"], silent=True)


def _open(world: World, token: Token) -> Any:
    from imapclient import IMAPClient  # type: ignore[import-untyped]

    assert world.external.mail is not None  # noqa: S101 - asked before
    host, _, port = str(world.external.mail.imap).rpartition(":")
    client = IMAPClient(host, int(port), ssl=False, timeout=20)
    try:
        client.sasl_login(MECHANISM, _once(f"user={token.address}\x01auth=Bearer {token.access_token}\x01\x01"))
    except BaseException:
        client.shutdown()
        raise
    return client


def _once(said: str) -> Callable[[bytes], str]:
    """Says it, and to a second challenge, which tells of a refusal, nothing."""
    answers = iter([said])
    return lambda _challenge: next(answers, "")
