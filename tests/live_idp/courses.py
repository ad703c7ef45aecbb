"""Rescues without a browser: the sandbox's Jira and its puller, Dovecot's mail, and a run whose steps are calls. Whose a token is
is said by a page of our own, so that every case may have a mailbox of its own."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import letters
from dovecot import PASSWORD, Dovecot

from runbook.aside import aside
from runbook.facts import Facts
from runbook.rescue.access import Access
from runbook.rescue.course import Rescue
from runbook.rescue.journal import Journal
from runbook.rescue.mailbox import Mailbox
from runbook.sandbox import build, jira_channels, parse
from runbook.sandbox.puller import Puller
from runbook.sandbox.world import PROJECT, Connection, Token, World
from runbook.secrets import Secret, SecretRef
from runbook.settings.external import External
from runbook.settings.rescue import FOLDER, RescueSettings
from runbook.state import State

PULL = 0.3  # seconds
SECONDS = 30.0
CHANNEL = "acme.atlassian.net/HELP"


class _Introspection(BaseHTTPRequestHandler):
    """A token is its owner's address."""

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        token = parse_qs(self.rfile.read(size).decode()).get("token", [""])[0]
        body = json.dumps({"active": "@" in token, "sub": token}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@contextmanager
def introspection() -> Iterator[str]:
    """The address of the page."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Introspection)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/introspection"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Crash(BaseException):
    """The process is gone."""


class Crashing(Mailbox):
    """A mailbox of which one operation is the last thing that the process does: that called `crash[0]`, the time `crash[1]`.
    `crashed`: whether it came to that; `calls`: all that was done."""

    def __init__(self, access: Access, crash: tuple[str, int] | None) -> None:
        super().__init__(access)
        self.crash, self.crashed, self.calls = crash, False, Counter[str]()

    def die(self, rescue: Rescue) -> None:
        """What is left of the process goes away."""
        if rescue._work is not None:
            rescue._work.cancel()
        self._drop()

    def _do(self, work: Callable[[Any], Any]) -> Any:
        if self.crashed:
            raise Crash
        result = super()._do(work)
        frame = sys._getframe(1)
        name = (frame.f_back or frame).f_code.co_name if frame.f_code.co_name == "_move" else frame.f_code.co_name
        self.calls[name] += 1
        if self.crash == (name, self.calls[name]):
            self.crashed = True
            raise Crash
        return result


@dataclass
class Course:
    """One mailbox and its channel. `sent`: the subjects of all mail."""

    imap: Dovecot
    address: str
    folder: Path
    world: World
    puller: Puller
    sent: list[str] = field(default_factory=list)
    events: list[Mapping[str, Any]] = field(default_factory=list)
    log_is_there: bool = True

    @property
    def row(self) -> Connection | None:
        project = self.world.projects[PROJECT]
        return next((row for row in project.connections if row.address == self.address), None)

    def cut(self) -> None:
        jira_channels.remove(self.world, self.world.projects[PROJECT], self.address)

    def link(self) -> None:
        token = Token("microsoft", self.address, ["mail"], self.address, "fake-refresh")
        jira_channels.connect(self.world, self.world.projects[PROJECT], token, "General request")

    def revoke(self) -> None:
        assert self.row
        assert self.row.token
        self.row.token.revoked = True

    def deliver_old(self, subject: str, days: float) -> None:
        """A message that came days ago and was never read."""
        came = datetime.now(UTC) - timedelta(days=days)
        with self.imap.client(self.address) as client:
            client.append("INBOX", f"Subject: {subject}\r\nMessage-ID: <{subject}>\r\n\r\nOld.\r\n".encode(), (), came)

    def subjects(self, folder: str = "INBOX", wanted: str = "ALL") -> list[str]:
        return self.imap.subjects(self.address, folder, wanted)

    @property
    def warnings(self) -> list[str]:
        return [event["text"] for event in self.events if event["event"] == "warning"]

    def deliver(self, subject: str) -> None:
        self.sent.append(subject)
        self.imap.deliver(self.address, subject)

    def rescue(self, crash: tuple[str, int] | None = None, **change: Any) -> tuple[Rescue, Crashing]:
        given = {"host": "127.0.0.1", "port": self.imap.port, "tls": False, "auth": "password", **change}
        settings = RescueSettings(**{"password": SecretRef(PASSWORD), **given})
        secret = Secret("rescue password", settings.secret, (settings.origin,), sandbox=True)
        mailbox = Crashing(Access(settings, self.address, secret), crash)
        journal = Journal.read(State(self.folder / "state"), CHANNEL, FOLDER)
        return Rescue(mailbox, journal, self.events.append), mailbox

    @property
    def health(self) -> str:
        """What Jira's log says of the connection."""
        if self.row is None or self.row.token is None:
            return "absent"
        return "unauthorized" if self.row.token.revoked else "healthy"

    async def run(
        self,
        *,
        crash: tuple[str, int] | None = None,
        force: bool = False,
        fails: bool = False,
        meanwhile: Callable[[], None] = lambda: None,
        **change: Any,
    ) -> Crashing:
        """What a run does, as far as mail is concerned; `meanwhile` happens between the cut and the new connection, which is not
        made if it `fails`. Raises Crash when the run is cut short, and as a rescue does."""
        rescue, mailbox = self.rescue(crash, **change)
        facts = Facts(decision="nothing", health=self.health)
        try:
            if force or facts.health != "healthy":
                facts.decision = "replace" if self.row else "connect"
                await self._cut(rescue, facts)
                await aside(meanwhile)
                if fails:
                    rescue.left(facts)
                    return mailbox
                await self._connect(rescue, facts)
            await rescue.settle(facts, self.pulls)
        except Crash:
            mailbox.die(rescue)
            raise
        finally:
            if not mailbox.crashed:
                await rescue.close()
        return mailbox

    async def _cut(self, rescue: Rescue, facts: Facts) -> None:
        await rescue.after("prove_mailbox", facts)
        if self.row:
            rescue.before_cut(facts)
            self.cut()
            facts.removed_at = time.time()
        await rescue.after("remove_old", facts)

    async def _connect(self, rescue: Rescue, facts: Facts) -> None:
        await aside(lambda: self.deliver(f"In the gap {len(self.sent)}"))
        await aside(self.link)
        facts.connected, facts.verified_at = [self.address], time.time()
        await rescue.after("verify", facts)

    async def pulls(self) -> str:
        """What Jira's log says of the last pull."""
        return str(self.row.pulled_at) if self.row and self.log_is_there else ""

    def mark(self, folder: str, subject: str, *, read: bool) -> None:
        """Somebody opens a message."""
        with self.imap.client(self.address) as client:
            client.select_folder(folder)
            found = client.search(["SUBJECT", subject])
            (client.add_flags if read else client.remove_flags)(found, [b"\\Seen"])

    def put(self, folder: str, subject: str, *, read: bool) -> None:
        """Somebody keeps a message in a folder."""
        with self.imap.client(self.address) as client:
            client.append(folder, f"Subject: {subject}\r\n\r\nMine.\r\n".encode(), (b"\\Seen",) if read else ())

    def mail_every(self, seconds: float) -> AbstractContextManager[None]:
        """Somebody writes as long as the block lasts."""
        return letters.mail_every(seconds, lambda number: self.deliver(f"Mail {number}"))

    def until(self, true: Callable[[], bool]) -> None:
        """Waits until it is so, or until it is too long."""
        letters.until(true, SECONDS)

    @property
    def requests(self) -> Counter[str]:
        with self.world.lock:
            return Counter(issue["summary"] for issue in self.world.issues)

    def check_each_is_one_request(self) -> None:
        """Every mail is exactly one request, is still there, in the inbox, and read; no rescue is under way."""
        self.until(lambda: not set(self.sent) - set(self.requests))
        self.until(lambda: not self.imap.subjects(self.address, wanted="UNSEEN"))
        found = self.requests
        lost = [subject for subject in self.sent if not found[subject]]
        twice = [subject for subject in found if found[subject] > 1]
        assert (lost, twice) == ([], [])
        assert self.imap.subjects(self.address, FOLDER) == []
        assert self.imap.subjects(self.address) == sorted(self.sent)
        assert self.imap.subjects(self.address, wanted="UNSEEN") == []
        assert State(self.folder / "state").read_note(CHANNEL, "rescue") is None


@contextmanager
def course(imap: Dovecot, address: str, folder: Path, *, pause: float = 0.02) -> Iterator[Course]:
    """A channel whose mailbox is empty and whose Jira pulls; no connection is there yet. `pause`: seconds that Jira takes between
    reading a message and marking it as read."""
    imap.open_mailbox(address)
    mail = {
        "kind": "oidc",
        "issuer": "http://localhost:9",
        "client_id": "jira",
        "client_secret": "fake-secret",
        "username": address,
        "password": "fake-password",
        "account_url": "http://localhost:9/account",
        "imap": f"127.0.0.1:{imap.port}",
        "pull_seconds": 1.0,
    }
    external = External.model_validate({"mail": mail})
    assert external.mail
    world = build(
        parse("entra,g2,popup,empty"), (), External(mail=external.mail.model_copy(update={"pull_seconds": PULL}))
    )
    puller = Puller(world, pause)
    puller.start()
    try:
        yield Course(imap, address, folder, world, puller)
    finally:
        puller.stop()
