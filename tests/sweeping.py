"""What tests of a sweep are made of: channels of settings, and sites that end as a script says, without a browser."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flows import CONNECT
from runbook.due import Looked
from runbook.health import Health
from runbook.options import Options
from runbook.outcome import Outcome
from runbook.session import Place, Session
from runbook.settings import Channel
from runbook.site_session import SiteSession, Work
from runbook.sweep import Sweep, Swept

HOUR, DAY = 3_600.0, 86_400.0
NOW = 1_795_000_000.0
CONNECTED = Outcome("Connected", 0, changed=True, gap_seconds=0.5, gap_from=NOW - 1, gap_to=NOW - 0.5)
REFUSED = Outcome(
    "CredentialsRejected", 30, cause="The password of the mailbox's sign-in was refused.", reason="password"
)
BUSY = Outcome("Transient", 20, cause="login.example.com answered 503.", reason="http-503", passing=True)


def put(file: Path, secret: str) -> None:
    """Writes a secret as its owner has to."""
    file.touch(mode=0o600)
    file.write_text(secret)


def channel(key: str = "HELP", site: str = "acme", folder: Path | None = None, **changed: Any) -> Channel:
    """A channel whose secrets are in files of the folder, if there is one."""

    def secret(name: str) -> str:
        if folder is None:
            return f"not-a-secret-{name}"
        file = folder / name
        if not file.exists():
            put(file, f"not-a-secret-{name}")
        return f"file:{file}"

    address = f"{key.lower()}@example.com"
    data: dict[str, Any] = {
        "project": key,
        "site": {
            "name": site,
            "url": f"https://{site}.atlassian.net",
            "admin": {"name": "ada", "username": f"ada@{site}.example", "password": secret(f"{site}-admin")},
            "idp": {"kind": "microsoft"},
        },
        "mailbox": {"name": key, "username": address, "password": secret(key)},
        "address": address,
        "provider": "microsoft",
        **changed,
    }
    return Channel.model_validate(data)


def health(verdict: str, at: float = NOW) -> Health:
    return Health(verdict, f"{verdict} is what the log says", "page", at)  # type: ignore[arg-type]


@dataclass(eq=False)
class FakeSite:
    """Ends each channel as `endings` says (by project; an exception is raised); tells `world` what it was asked."""

    world: World

    async def renew(self, works: Sequence[Work]) -> None:
        self.world.renewed.append([work.channel.project for work in works])
        self.world.together += 1
        self.world.most_together = max(self.world.most_together, self.world.together)
        try:
            for work in works:
                ending = self.world.endings.get(work.channel.project, CONNECTED)
                work.tries, work.started = 1, self.world.now
                if callable(ending):
                    ending = await ending(work)
                work.outcome = ending
                if ending.reason == "interrupted":
                    return
        finally:
            self.world.together -= 1

    async def close(self) -> None:
        self.world.closed += 1


@dataclass
class World:
    """What is so, and what was done. `found`: verdicts by project; `failure`: how the sign-in for the look ends."""

    folder: Path
    found: dict[str, str] = field(default_factory=dict)
    endings: dict[str, Any] = field(default_factory=dict)
    failure: Outcome | None = None
    now: float = NOW
    renewed: list[list[str]] = field(default_factory=list)
    looked: list[str] = field(default_factory=list)
    events: list[Mapping[str, Any]] = field(default_factory=list)
    closed: int = 0
    together: int = 0
    most_together: int = 0
    signed_in: list[Any] = field(default_factory=list)

    async def look(
        self, channels: Sequence[Channel], site: SiteSession, *, sign_in: bool = True
    ) -> tuple[Mapping[str, Looked], Outcome | None]:
        if not sign_in and site not in self.signed_in:
            return {}, None
        self.signed_in.append(site)
        self.looked += [each.project for each in channels]
        await asyncio.sleep(0)
        if self.failure:
            return {each.id: health("unknown", self.now) for each in channels}, self.failure
        return {each.id: health(self.found.get(each.project, "healthy"), self.now) for each in channels}, None

    def session(self, **options: Any) -> Session:
        place = Place(self.folder / "runs", self.folder / "state")
        return Session(place, Options(**options), CONNECT)

    async def sweep(
        self, channels: Sequence[Channel], *, jobs: int = 2, forced: bool = False, **options: Any
    ) -> dict[str, Swept]:
        """One sweep; what became of each, by project."""
        made: Callable[[], Any] = lambda: FakeSite(self)  # noqa: E731
        session = self.session(**options)
        sweep = Sweep(session, made, self.events.append, lambda: self.now, self, forced=forced, jobs=jobs)
        try:
            return {each.channel.project: each for each in await sweep.run(channels)}
        finally:
            session.state.close()

    def later(self, seconds: float = HOUR) -> None:
        self.now += seconds
        self.renewed.clear()
        self.looked.clear()
