"""A check played in the sandbox, with the world at hand for a test to look into."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from play import DRIVER, merged

from runbook.checking import Check, look
from runbook.health import Health
from runbook.options import Options
from runbook.page_health import PageReader
from runbook.redact import Redactor
from runbook.sandbox import build, mailer, parse, smtp
from runbook.sandbox.reach import Reach, trust
from runbook.sandbox.seed import channels
from runbook.sandbox.server import Server
from runbook.sandbox.world import MAILBOX, PROJECT, Connection, World
from runbook.secrets import Secret, SecretRef
from runbook.session import Place
from runbook.settings import Channel
from runbook.state import State

KEY = "acme.atlassian.net/HELP"
SITE = "https://acme.atlassian.net"


def secret(value: str, redactor: Redactor | None = None, origin: str = SITE) -> Secret:
    """An API token, bound to the site."""
    return Secret("API token", SecretRef(value), [origin], learn=redactor and redactor.learn, sandbox=True)


@dataclass
class Checked:
    """A world, a state, and what was said. `change` goes over every channel's settings, `canary` over those of a canary."""

    folder: Path
    scenario: str = "entra,healthy"
    faults: tuple[str, ...] = ()
    change: Mapping[str, Any] = field(default_factory=dict)
    canary: Mapping[str, Any] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    world: World = field(init=False)
    state: State = field(init=False)
    redactor: Redactor = field(default_factory=Redactor)

    def __post_init__(self) -> None:
        self.world = build(parse(self.scenario), self.faults)
        self.state = State(self.folder / "state")

    @contextmanager
    def served(self, *, mail: bool = False) -> Iterator[tuple[Server, list[Channel]]]:
        """The world, served; `mail`: with its mail server and a canary in every channel."""
        with Server(self.world) as server:
            sending = smtp.MailServer(self.world, server.tls).start() if mail else None
            try:
                yield server, self.channels(smtp.settings(sending) if sending else None)
            finally:
                if sending:
                    sending.stop()

    def channels(self, sending: dict[str, Any] | None) -> list[Channel]:
        """The settings of the world's channels; `sending`: how canaries are sent."""
        found = []
        for each in channels(self.world):
            user = self.world.admins[each["site"]["url"].removeprefix("https://")]
            more: dict[str, Any] = {"site": {"api_user": user, "api_token": self.world.api_token}}
            if sending:
                more["canary"] = {**sending, **self.canary}
            found.append(Channel.model_validate(merged(merged(each, more), self.change)))
        return found

    async def look(self, *by: str, mail: bool = False, **how: Any) -> dict[str, Health]:
        """One check of all channels; `by` sources, `how` over what a check may use."""
        with self.served(mail=mail) as (server, found):
            check = Check(
                self.state,
                how.pop("page", lambda: self.reader(server)),
                by or ("audit", "page"),
                self.redactor,
                self.said.append,
                sandbox=True,
                transport=lambda: Reach(server.port, server.authority),
                tls=trust(server.authority),
                **how,
            )
            return await look(found, check)

    def reader(self, server: Server) -> PageReader:
        """What reads the pages of this world."""
        place = Place(
            self.folder / "runs", self.state.folder, args=tuple(server.browser_args()), sandbox=True, driver=DRIVER
        )
        return PageReader(place, Options(patience=8.0), self.redactor, self.said.append)

    @property
    def row(self) -> Connection:
        """The mailbox's row on HELP's page."""
        return next(row for row in self.world.projects[PROJECT].connections if row.address == MAILBOX)

    def knows_keys(self) -> None:
        """As after a first check: the channels' keys in the audit log are known."""
        for channel in self.channels(None):
            for row in self.world.projects[channel.project].connections:
                if row.address == channel.address:
                    self.state.update_channel(channel.id, address=channel.address, audit_key=row.channel)

    def mail(self, *senders: str, ago: float = 0.0, to: str = MAILBOX) -> None:
        """Mail that was read `ago` seconds ago."""
        for sender in senders:
            mailer.deliver(self.world, to, f"{sender}@example.com", f"Mail of {sender}")
        rows = [row for project in self.world.projects.values() for row in project.connections]
        for row in rows:
            row.pulled_at = 0.0
        mailer.tick(self.world)
        for entry in (entry for row in rows for entry in row.processing):
            entry.at -= ago
