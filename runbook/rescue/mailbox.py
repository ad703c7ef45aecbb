"""The inbox and the folder beside it, over IMAP: who is unread, moving there and back, and waiting for news.

Messages are only ever moved (MOVE, RFC 6851: a message is in one place or in the other), and the only flag that is touched is
\\Seen. There is no COPY, no \\Deleted and no EXPUNGE in here. A server without MOVE is refused: a copy that is followed by a
removal can be cut in two, after which a message is there twice, or would have to be deleted. Microsoft and Google have it.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from imaplib import IMAP4
from typing import Any, TypeVar

from runbook.errors import ConfigError, Transient
from runbook.rescue.access import Access, silent

T = TypeVar("T")
INBOX = "INBOX"
HEADERS = "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID DATE FROM SUBJECT)]"
AT_ONCE = 100  # messages in one command
LOOK_AGAIN = 5.0  # seconds until the next look at a server that tells no news by itself


@dataclass(frozen=True)
class Message:
    """A message in a folder. `mark` tells it from others in whatever folder, and nothing of what it says."""

    uid: int
    mark: str
    read: bool


@dataclass(frozen=True)
class Edge:
    """The inbox at one moment: the messages that are there have UIDs below `uid`, those that come later have not.
    `validity`: the inbox in which that is so."""

    validity: int
    uid: int


class Mailbox:
    """One mailbox, opened when it is first needed and again when the server has gone away. Blocking; for several threads, one
    at a time. Raises CredentialsRejected, ConfigError or Transient."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self._client: Any = None
        self._folder = ""  # with the prefix of the server's own name space
        self._lock = threading.RLock()

    def prepare(self, *, create: bool) -> Edge:
        """Proves that mail can be moved to the folder and back; makes the folder (if `create`) and subscribes to it."""

        def work(client: Any) -> Edge:
            if create:
                if not client.folder_exists(self._folder):
                    client.create_folder(self._folder)
                client.subscribe_folder(self._folder)
            if client.folder_exists(self._folder):
                self._select(client, self._folder)
            return self._edge(client)

        return self._do(work)

    def edge(self) -> Edge:
        """The inbox now."""
        return self._do(self._edge)

    def unread(self, since: datetime, below: int) -> list[Message]:
        """What is unread in the inbox, came at or after `since` and has a UID below `below`."""

        def work(client: Any) -> list[Message]:
            self._select(client, INBOX)
            # SINCE knows days of the server's own zone; the rest is told by the exact times.
            day = (since - timedelta(days=1)).date()
            wanted = ["UNSEEN", "UNDELETED", "UID", f"1:{below - 1}", "SINCE", day]
            return self._messages(client, wanted, since) if below > 1 else []

        return self._do(work)

    def waiting(self) -> list[Message]:
        """What is in the folder beside the inbox."""

        def work(client: Any) -> list[Message]:
            if not client.folder_exists(self._folder):
                return []
            self._select(client, self._folder)
            return self._messages(client, ["UNDELETED"])

        return self._do(work)

    def aside(self, messages: Sequence[Message]) -> None:
        """Moves messages of the inbox into the folder; those that are not there any more are passed over."""
        self._move(messages, lambda: (INBOX, self._folder))

    def back(self, messages: Sequence[Message]) -> None:
        """Moves messages of the folder into the inbox."""
        self._move(messages, lambda: (self._folder, INBOX))

    def make_unread(self, messages: Sequence[Message]) -> None:
        """Marks messages of the folder as unread: there, where Jira does not look, and not in the inbox."""

        def work(client: Any) -> None:
            self._select(client, self._folder)
            for uids in _portions(messages):
                client.remove_flags(uids, [b"\\Seen"], silent=True)

        if messages:
            self._do(work)

    def read_from(self, uid: int) -> bool:
        """Whether a message with this UID or a higher one has been read."""

        def work(client: Any) -> bool:
            self._select(client, INBOX)
            # `5:*` names the last message even when its UID is lower than 5.
            return any(found >= uid for found in client.search(["SEEN", "UID", f"{uid}:*"]))

        return self._do(work)

    def watch(self, seconds: float) -> None:
        """Returns when something happens in the inbox, or when the time is up."""

        def work(client: Any) -> None:
            self._select(client, INBOX)
            if not client.has_capability("IDLE"):
                threading.Event().wait(min(seconds, LOOK_AGAIN))
                return
            client.idle()
            client.idle_check(timeout=seconds)
            client.idle_done()

        self._do(work)

    def close(self) -> None:
        """Logs out."""
        with self._lock, suppress(OSError, IMAP4.error):
            if self._client is not None:
                client, self._client = self._client, None
                client.logout()

    def _do(self, work: Callable[[Any], T]) -> T:
        """Does it; once more with a new connection when an older one is gone: servers close those that are quiet."""
        with self._lock:
            for last in (self._client is None, True):
                try:
                    return work(self._opened())
                except (OSError, IMAP4.abort) as error:
                    self._drop()
                    if last:
                        raise silent(self.access.place, error) from None
                except IMAP4.error as error:
                    # What a server says may name a message: only its code is told.
                    code = re.search(r"\[([A-Z-]+)", str(error))
                    raise Transient(
                        f"The IMAP server {self.access.place} did not do what it was asked"
                        f"{f' ({code[1]})' if code else ''}.",
                        reason="imap-refused-command",
                    ) from None
            raise AssertionError

    def _opened(self) -> Any:
        if self._client is None:
            client = self.access.open()
            try:
                self._prove(client)
            except BaseException:
                client.shutdown()
                raise
            self._client = client
        return self._client

    def _prove(self, client: Any) -> None:
        if not client.has_capability("MOVE"):
            raise ConfigError(
                f"The IMAP server {self.access.place} cannot move messages (MOVE, RFC 6851), and nothing is copied and deleted.",
                remedy="Run without --rescue.",
                reason="imap-no-move",
            )
        spaces = client.namespace().personal if client.has_capability("NAMESPACE") else None
        prefix = spaces[0][0] if spaces else ""
        wanted = self.access.settings.folder
        self._folder = wanted if wanted.startswith(prefix) else prefix + wanted

    def _drop(self) -> None:
        client, self._client = self._client, None
        with suppress(OSError, IMAP4.error):
            if client is not None:
                client.shutdown()

    def _select(self, client: Any, folder: str) -> dict[bytes, Any]:
        try:
            found: dict[bytes, Any] = client.select_folder(folder)
        except IMAP4.readonly:
            raise ConfigError(
                f"The folder {folder} of {self.access.username} is read-only.",
                remedy="Give this log-in the right to move mail.",
                reason="imap-read-only",
            ) from None
        return found

    def _edge(self, client: Any) -> Edge:
        found = self._select(client, INBOX)
        if b"UIDNEXT" not in found or b"UIDVALIDITY" not in found:
            raise ConfigError(
                f"The IMAP server {self.access.place} does not tell UIDNEXT: old mail is not told from new.",
                remedy="Run without --rescue.",
                reason="imap-no-uidnext",
            )
        return Edge(int(found[b"UIDVALIDITY"]), int(found[b"UIDNEXT"]))

    def _messages(self, client: Any, wanted: list[Any], since: datetime | None = None) -> list[Message]:
        found: list[Message] = []
        for uids in _portions(client.search(wanted)):
            for uid, parts in client.fetch(uids, ["FLAGS", "INTERNALDATE", HEADERS]).items():
                came = parts.get(b"INTERNALDATE") or datetime.now(UTC)
                if since is None or came >= since:
                    found.append(Message(int(uid), _mark(parts), b"\\Seen" in parts.get(b"FLAGS", ())))
        return sorted(found, key=lambda message: message.uid)

    def _move(self, messages: Sequence[Message], way: Callable[[], tuple[str, str]]) -> None:
        """`way`: source and target, asked when the connection is there that tells the folder's full name."""

        def work(client: Any) -> None:
            source, target = way()
            self._select(client, source)
            for uids in _portions(messages):
                client.move(uids, target)

        if messages:
            self._do(work)


def _portions(messages: Sequence[Message] | Sequence[int]) -> Iterator[list[int]]:
    uids = [each.uid if isinstance(each, Message) else int(each) for each in messages]
    for at in range(0, len(uids), AT_ONCE):
        yield uids[at : at + AT_ONCE]


def _mark(parts: dict[bytes, Any]) -> str:
    said = next((value for key, value in parts.items() if key.startswith(b"BODY[")), b"") or b""
    lines = sorted(line.strip() for line in bytes(said).splitlines() if line.strip())
    return hashlib.sha256(b"\n".join(lines)).hexdigest()[:24]
