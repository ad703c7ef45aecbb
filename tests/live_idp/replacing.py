"""A stage for replacements of a connection whose mail is real: oidc-provider lets the mailbox in, Dovecot keeps its mail, the
sandbox's Jira pulls it by XOAUTH2, and somebody writes a mail a second."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import letters
from dovecot import PASSWORD, Dovecot, dovecot
from oidc_provider import OidcProvider, oidc_provider

from runbook.sandbox import build, channel, parse
from runbook.sandbox.server import Server
from runbook.sandbox.world import MAILBOX, PROJECT, Connection, World
from runbook.settings.external import External

SCENARIO = "okta-microsoft,g2,popup,revoked"
PULL_SECONDS = 3.0
FOLDER = "Runbook rescue"
SECONDS = 60.0


@dataclass
class Ended:
    """A run that has ended: its exit code (-9 when it was killed) and its events."""

    code: int
    events: list[dict[str, Any]]

    @property
    def outcome(self) -> dict[str, Any]:
        return next((event for event in self.events if event["event"] == "ended"), {})

    def said(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["event"] == kind]

    @property
    def record(self) -> dict[str, Any]:
        """The `run.json`."""
        return dict(json.loads((Path(self.events[0]["run"]) / "run.json").read_text("utf-8")))

    @property
    def told(self) -> str:
        """What a failed test has to say."""
        return "\n".join(json.dumps(event) for event in self.events)


@dataclass
class Stage:
    """`sent`: the subjects of all mail that was delivered."""

    folder: Path
    imap: Dovecot
    provider: OidcProvider
    world: World
    server: Server
    sent: list[str] = field(default_factory=lambda: ["The printer is on fire"])

    def run(
        self, kill: Mapping[str, Any] | None = None, access: Mapping[str, Any] | None = None, **options: Any
    ) -> Ended:
        """One run in a process of its own. `access`: over the settings of the mailbox's IMAP access."""
        self.world.offset += 30  # the next one-time code is there already
        given = {
            "args": self.server.browser_args(),
            "external": {"mail": self.mail(), "rescue": self.access(access or {})},
            "channel": channel(self.world),
            "folder": str(self.folder),
            "options": {"patience": 15.0, **options},
            "kill": kill,
        }
        file = self.folder / "given.json"
        file.write_text(json.dumps(given))
        file.chmod(0o600)
        argv = [sys.executable, str(Path(__file__).with_name("apart.py")), str(file)]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=150, check=False)
        assert "Traceback" not in done.stderr, done.stderr
        return Ended(done.returncode, [json.loads(line) for line in done.stdout.splitlines()])

    def mail(self) -> dict[str, Any]:
        return self.provider.as_mail(imap=f"127.0.0.1:{self.imap.port}", pull_seconds=PULL_SECONDS)

    def access(self, change: Mapping[str, Any]) -> dict[str, Any]:
        given = {"host": "127.0.0.1", "port": self.imap.port, "tls": False, "auth": "password", "password": PASSWORD}
        return {key: value for key, value in {**given, **change}.items() if value is not None}

    def token(self) -> dict[str, Any]:
        """The access by the token that Jira's connection has, from a file."""
        row = self.row
        assert row
        assert row.token
        file = self.folder / "token"
        file.write_text(row.token.access_token)
        file.chmod(0o600)
        return {"auth": "xoauth2", "password": None, "token": f"cmd:cat {file}"}

    @property
    def row(self) -> Connection | None:
        """Jira's connection of the mailbox."""
        return next((row for row in self.world.projects[PROJECT].connections if row.address == MAILBOX), None)

    @property
    def requests(self) -> Counter[str]:
        """How many requests there are of each subject."""
        with self.world.lock:
            return Counter(issue["summary"] for issue in self.world.issues)

    def deliver(self, subject: str) -> None:
        self.sent.append(subject)
        self.imap.deliver(MAILBOX, subject)

    def mail_every(self, seconds: float) -> AbstractContextManager[None]:
        """Somebody writes as long as the block lasts."""
        return letters.mail_every(seconds, lambda number: self.deliver(f"Mail {number} of {seconds} s"))

    def until_pulled(self, *wanted: str) -> None:
        """Waits until there is a request of each of these subjects, or until it is too long."""
        self._until(lambda: not set(wanted) - set(self.requests))

    def _until(self, true: Callable[[], bool]) -> None:
        letters.until(true, SECONDS)

    def check_each_is_one_request(self) -> None:
        """Every mail is exactly one request, is still there, in the inbox, and read."""
        self.until_pulled(*self.sent)
        self._until(lambda: not self.imap.subjects(MAILBOX, wanted="UNSEEN"))
        found = self.requests
        lost = [subject for subject in self.sent if not found[subject]]
        twice = [subject for subject in found if found[subject] > 1]
        assert (lost, twice) == ([], [])
        assert self.imap.subjects(MAILBOX, FOLDER) == []
        assert self.imap.subjects(MAILBOX) == sorted(self.sent)
        assert self.imap.subjects(MAILBOX, wanted="UNSEEN") == []


@contextmanager
def stage(folder: Path, scenario: str = SCENARIO, pause: float = 0.1) -> Iterator[Stage]:
    """`pause`: seconds that Jira takes between reading a message and marking it as read."""
    # Without a second factor: a run after another would wait half a minute for a code of its own.
    with oidc_provider(folder, codes=False) as provider, dovecot(provider.introspection, MAILBOX) as imap:
        mail = provider.as_mail(imap=f"127.0.0.1:{imap.port}", pull_seconds=PULL_SECONDS)
        world = build(parse(scenario), (), External.model_validate({"mail": mail}))
        with Server(world) as server:
            assert server.puller
            server.puller.pause = pause
            yield Stage(folder, imap, provider, world, server)
