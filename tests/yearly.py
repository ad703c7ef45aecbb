"""A year of the sandbox's world in which a sweep runs every hour: what breaks when, who puts what right when, and what a sweep sees
and does there without a browser. See `almanac` for the year itself."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from almanac import Almanac, Incident
from play import DRIVER, merged

from flows import CONNECT
from flows.jira.logs import verdict
from runbook.due import Looked
from runbook.errors import CredentialsRejected, HumanNeeded, PageChanged, RunbookError, Transient
from runbook.fleet import Fleet
from runbook.guard import Guard
from runbook.health import Health, from_page, judge
from runbook.options import Options
from runbook.outcome import Outcome
from runbook.redact import Redactor
from runbook.sandbox import build, mailer, parse
from runbook.sandbox.desks import oauth
from runbook.sandbox.seed import channels
from runbook.sandbox.server import Server
from runbook.sandbox.world import Connection, LogRow, World
from runbook.secrets import Secret
from runbook.session import Place, Session
from runbook.settings import Channel
from runbook.settings.notify import Notify
from runbook.site_session import SiteSession, Work
from runbook.state import State
from runbook.step import Login
from runbook.sweep import Sweep, Swept
from runbook.telling import Teller, swept
from runbook.telling.message import Message

SCENARIO = "okta-microsoft,g2,popup,healthy,reply-to,channels-20,sites-2"
NOW = 1_795_000_000.0
# What the operator teaches when the page has changed (as in the README's example of [locators]).
TAUGHT = {"email-page.add-account": "role=button :: /^link an inbox$/i"}
NO_BUTTON = "The page shows no button that adds an address."


def cheap(self: Secret, salt: bytes) -> str:
    """A fingerprint that is not slow: the slow one is for those who steal it, and a year asks for many."""
    return hashlib.sha256(salt + self._resolve().encode()).hexdigest()


@dataclass
class Year:
    """The world, and what its operator has told the tool: `typed` are the passwords in the settings, by address, `locators` what
    was taught. `limited`: projects whose log ends with a rate limit at the next look; `messages`: what was told."""

    folder: Path
    almanac: Almanac
    world: World = field(init=False)
    state: State = field(init=False)
    typed: dict[str, str] = field(default_factory=dict)
    locators: dict[str, str] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    limited: set[str] = field(default_factory=set)
    at: float = NOW
    _made: list[Channel] | None = None

    def __post_init__(self) -> None:
        self.world = build(parse(SCENARIO))
        self.state = State(self.folder / "state", self.world.now)
        self.typed = {address: account.password for address, account in self.world.accounts.items()}
        # Nothing that a healthy mailbox was connected by is older than the year.
        for key in self.keys:
            self.row(key).linked_at = NOW - 1

    @property
    def keys(self) -> list[str]:
        """The projects."""
        return [channel.project for channel in self.channels()]

    def channels(self) -> list[Channel]:
        """The channels by today's settings."""
        if self._made is None:
            made = []
            for data in channels(self.world):
                known: Any = {"policy": self.almanac.policies.get(data["project"], {})}
                known["mailbox"] = {"password": self.typed[data["address"]]}
                known["site"] = {"admin": {"password": self.typed[data["site"]["admin"]["username"]]}}
                made.append(Channel.model_validate(merged(data, known)))
            self._made = made
        return self._made

    def set_clock(self, at: float) -> None:
        """The sandbox's clock and everybody else's."""
        self.at = at
        self.world.offset = at - time.time()

    def row(self, key: str) -> Connection:
        """The project's connection of its mailbox."""
        rows = [row for row in self.world.projects[key].connections if row.auth != "default"]
        assert len(rows) == 1, f"{key} reads {[row.address for row in rows]}"
        return rows[0]

    def begin(self, incident: Incident) -> None:
        """Something breaks."""
        world = self.world
        self.limited |= set(incident.limited)
        for key in incident.keys:
            token = self.row(key).token
            assert token
            token.revoked = True
            if incident.cause == "reset":
                world.accounts[self.row(key).address].password += "-reset"
        match incident.cause:
            case "mail-outage":
                world.faults["pull-fails"] = True
            case "page":
                world.faults["renamed-labels"] = "unknown"
            case "idp-outage":
                world.faults["idp-503"] = True
            case "admin-expired":
                world.accounts[incident.admin].password_expired = True

    def put_right(self, incident: Incident) -> None:
        """Whoever can do something about it does it."""
        world = self.world
        match incident.cause:
            case "reset":
                for key in incident.keys:
                    address = self.row(key).address
                    self.typed[address] = world.accounts[address].password
            case "mail-outage":
                del world.faults["pull-fails"]
            case "idp-outage":
                del world.faults["idp-503"]
            case "page":
                self.locators |= TAUGHT
            case "admin-expired":
                account = world.accounts[incident.admin]
                account.password += "-new"
                account.password_expired = False
                self.typed[incident.admin] = account.password
        self._made = None

    async def sweep(self, *, browser: bool) -> list[Swept]:
        """One sweep at this hour, and the telling of it. `browser`: renewals go through a real one."""
        options = Options(locators=dict(self.locators), patience=30.0)
        place = Place(self.folder / "runs", self.folder / "state", sandbox=True, driver=DRIVER)
        session = Session(place, options, CONNECT, _state=self.state)
        async with AsyncExitStack() as stack:
            made: Any = lambda: PlayedSite(self, session)  # noqa: E731
            if browser:
                server = stack.enter_context(Server(self.world))
                place.args = tuple(server.browser_args())
                fleet = await stack.enter_async_context(Fleet(session))
                made = lambda: SiteSession(session, fleet, options, lambda _: [], self.world.now)  # noqa: E731
            sweep = Sweep(session, made, lambda _: None, self.world.now, Eyes(self, session))
            done = await sweep.run(self.channels())
        teller = Teller(Notify(remind="never"), self.state, Redactor(), self.world.now, send=self.messages.append)
        assert await swept(teller, [(each.channel, each.due, each.outcome) for each in done]) == []
        self.limited.clear()
        return done

    def sign_in(self, guard: Guard, login: Login) -> None:
        """As the flows do it: a refused password is remembered, and never typed again. Raises how it ends."""
        account = self.world.accounts[login.username]
        if login.role == "mailbox" and self.world.fault("pull-fails"):
            raise Transient("login.microsoftonline.com answered 503.", reason="http-503")
        if login.role == "admin" and self.world.fault("idp-503"):
            raise Transient("acme.okta.com answered 503.", reason="http-503")
        guard.refuse_rejected(login, "password")
        if not self.world.check_password(account, self.typed[login.username]):
            guard.remember_rejected(login, "password")
            raise CredentialsRejected("The password was refused.", reason="password")
        if account.password_expired:
            raise HumanNeeded("The password has expired.", reason="password-expired")

    def renew(self, channel: Channel, guard: Guard) -> Outcome:
        """A replacement, as it is seen in the world. Raises how it ends."""
        self.sign_in(guard, guard.mailbox)
        if self.world.fault("renamed-labels") and not self.locators:
            raise PageChanged(NO_BUTTON, reason="email-page.add-account")
        project, old = self.world.projects[channel.project], self.row(channel.project)
        new = replace(oauth(self.world, channel.address), linked_at=self.world.now())
        project.connections[project.connections.index(old)] = new
        now = self.world.now()
        return Outcome("Connected", 0, changed=True, gap_seconds=0.5, gap_from=now, gap_to=now + 0.5)


@dataclass
class PlayedSite:
    """A site whose renewals the world plays; the site's own session is that of `runbook.site_session.SiteSession`."""

    year: Year
    session: Session
    signed_in: bool = False

    async def renew(self, works: Sequence[Work]) -> None:
        for work in works:
            work.tries, work.started = 1, self.year.world.now()
            guard = self.session.guard(work.channel, self.year.state)
            try:
                if not self.signed_in:
                    self.year.sign_in(guard, guard.admin)
                work.outcome = self.year.renew(work.channel, guard)
            except RunbookError as error:
                work.outcome = Outcome.of(error)

    async def close(self) -> None:
        self.signed_in = False


@dataclass
class Eyes:
    """Looks at the channels of a site as a check does, with the world in the place of the site's pages."""

    year: Year
    session: Session

    async def look(
        self, given: Sequence[Channel], site: Any, *, sign_in: bool = True
    ) -> tuple[Mapping[str, Looked], Outcome | None]:
        if not sign_in:
            return {}, None
        guard = self.session.guard(given[0], self.year.state)
        try:
            self.year.sign_in(guard, guard.admin)
        except RunbookError as error:
            return {each.id: self._judged("unknown", error.cause) for each in given}, Outcome.of(error)
        if isinstance(site, PlayedSite):
            site.signed_in = True
        mailer.tick(self.year.world)
        return {each.id: self._judged(*verdict(self._log(each.project))) for each in given}, None

    def _judged(self, state: str, evidence: str) -> Health:
        return judge([from_page(state, evidence)], self.year.at)

    def _log(self, key: str) -> list[dict[str, Any]]:
        rows = self.year.row(key).connectivity
        if key in self.year.limited:
            rows.append(LogRow(self.year.at, "RATE_LIMITED", "Retrying in 2 minutes"))
        return [{"status": row.status, "time": f"{row.at:.0f}", "details": row.details} for row in reversed(rows)]
