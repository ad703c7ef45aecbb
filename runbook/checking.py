"""A check: each channel's health from the best source at hand, the cheapest first.

1. `audit`: with an API token and the channel's key, Jira's log of processed mails. A channel that gets mail needs no more.
2. `page`: what the audit log leaves open is read on the e-mail page, one sign-in a site.
3. `canary`, if one is configured and due: where nothing was found to be wrong, a mail of our own has to become a request.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from runbook.aside import aside
from runbook.errors import CredentialsRejected, RunbookError
from runbook.health import Health, Said, from_audit, judge
from runbook.means import SOURCES, Check, Look, Reader, refuse_rejected
from runbook.secrets import Secret
from runbook.settings import Channel
from runbook.state import HealthRow, State

if TYPE_CHECKING:
    from runbook.audit import Api
    from runbook.canaries import Canaries

__all__ = ["SOURCES", "Check", "Look", "Reader", "by_site", "look"]

IN_TURN = 8  # channels of one site that are asked for at once


async def look(channels: Sequence[Channel], check: Check) -> dict[str, Health]:
    """The health of each channel by its id, also written to the state. Raises ConfigError and Transient only for the state itself.

    A channel on which a run is working is not looked at: to be called before its lock is taken.
    """
    round_ = _Round(channels, check)
    async with AsyncExitStack() as stack:
        if any(source in check.by for source in ("audit", "canary")):
            await round_.open_sites(stack)
        if "audit" in check.by:
            await asyncio.gather(*(round_.audit(channel) for channel in channels))
            round_.tell_problems()
        if "page" in check.by:
            await round_.read_pages()
        if "canary" in check.by:
            await round_.canaries()
    found = {channel.id: judge(round_.said[channel.id], check.clock()) for channel in channels}
    await aside(lambda: _keep(check.state, channels, found, round_.named))
    return found


def by_site(channels: Iterable[Channel]) -> list[list[Channel]]:
    """The channels that one admin sign-in serves, together, in the order given."""
    sites: dict[tuple[str, str], list[Channel]] = {}
    for channel in channels:
        sites.setdefault((channel.site.url, channel.site.admin.username.lower()), []).append(channel)
    return list(sites.values())


@dataclass
class _Round:
    """One check. `keys`: of channels in the mail audit log, as far as they are known; `down`: channels whose connection was removed
    and not made again; `named`: project and address of those that the state has. By site: `apis`, the interface that answers;
    `problems`, why its audit log cannot be read."""

    channels: Sequence[Channel]
    check: Check
    said: dict[str, list[Said]] = field(init=False)
    keys: dict[str, str] = field(init=False)
    down: set[str] = field(init=False)
    named: dict[str, tuple[str, str]] = field(init=False)
    apis: dict[str, Api] = field(default_factory=dict)
    problems: dict[str, RunbookError] = field(default_factory=dict)
    turns: dict[str, asyncio.Semaphore] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.said = {channel.id: [] for channel in self.channels}
        rows = {row.channel: row for row in self.check.state.channels()}
        self.named = {row.channel: (row.project, row.address) for row in rows.values()}
        known = [(channel, rows[channel.id]) for channel in self.channels if channel.id in rows]
        # A key that was learnt for another mailbox tells nothing of this one.
        self.keys = {c.id: row.audit_key for c, row in known if row.audit_key and row.address.lower() == c.address}
        self.down = {channel.id for channel, row in known if row.down}

    def open_ones(self) -> list[Channel]:
        """The channels of which nobody is sure yet."""
        return [channel for channel in self.channels if not any(each.sure for each in self.said[channel.id])]

    async def open_sites(self, stack: AsyncExitStack) -> None:
        """Asks each site that has an API token who we are; one that does not answer well is told of once."""
        sites = {channel.site.url: channel for channel in self.channels if channel.site.api_token}
        await asyncio.gather(*(self._open_site(channel, stack) for channel in sites.values()))

    async def _open_site(self, channel: Channel, stack: AsyncExitStack) -> None:
        from runbook.audit import connected

        site, check = channel.site, self.check
        if site.api_token is None or site.api_user is None:
            return
        learn = check.redactor.learn
        token = Secret(f"API token of {site.host}", site.api_token, [site.url], learn=learn, sandbox=check.sandbox)
        key = f"{site.url}|api|{site.api_user}|token"
        try:
            await refuse_rejected(check, key, token, f"API token of {site.api_user} for {site.host}")
            transport = check.transport() if check.transport else None
            api = await stack.enter_async_context(connected(site.url, site.api_user, token, transport))
            await api.hello()
        except CredentialsRejected as error:
            if error.reason == "api-token":
                await aside(lambda: check.state.remember_rejected(key, token))
            self._problem(site.url, error)
        except RunbookError as error:
            self._problem(site.url, error)
        else:
            self.apis[site.url] = api

    def _problem(self, site: str, error: RunbookError) -> None:
        self.problems.setdefault(site, error)

    def tell_problems(self) -> None:
        """Says once for each site why its interface is of no use."""
        instead = " The e-mail page is read instead." if "page" in self.check.by else ""
        for error in self.problems.values():
            self.check.say(f"Warning: {error.cause} {error.remedy}{instead}")

    async def audit(self, channel: Channel) -> None:
        """Asks the audit log of a channel whose key is known."""
        # In turns, so that a site whose endpoint has gone is not asked for every channel.
        async with self.turns.setdefault(channel.site.url, asyncio.Semaphore(IN_TURN)):
            said = await self._audit(channel) if channel.site.api_token else self._unsaid("the site has no API token")
        self.said[channel.id].append(said)

    async def _audit(self, channel: Channel) -> Said:
        from runbook.audit import NoSuchChannel, own_rows

        url, minutes = channel.site.url, channel.site.audit_minutes
        if url in self.problems:
            return self._unsaid(f"the mail audit log cannot be asked: {self.problems[url].cause}")
        if channel.id in self.down:
            return self._unsaid("its connection was removed and not made again yet")
        if (key := self.keys.get(channel.id)) is None:
            return self._unsaid("its key in the mail audit log is not known until the e-mail page was read once")
        try:
            rows = await self.apis[url].rows(key, time.time() - minutes * 60)
        except NoSuchChannel as error:
            self.forget_key(channel)
            return self._unsaid(error.cause)
        except RunbookError as error:
            self._problem(url, error)
            return self._unsaid(f"the mail audit log cannot be asked: {error.cause}")
        if not own_rows(rows, channel.address):
            self.forget_key(channel)
            return self._unsaid(f"the key kept of it is that of {rows[0].address}")
        return from_audit(rows, minutes)

    def _unsaid(self, why: str) -> Said:
        return Said("audit", "unknown", why)

    def forget_key(self, channel: Channel) -> None:
        """Lets the key be learnt again."""
        del self.keys[channel.id]
        self.check.state.update_channel(channel.id, audit_key=None)

    def learn_key(self, channel: Channel, key: str) -> None:
        """Keeps the key that the page has shown."""
        if self.keys.get(channel.id) != key:
            self.keys[channel.id] = key
            self.check.state.update_channel(channel.id, address=channel.address, audit_key=key)

    async def read_pages(self) -> None:
        """Reads the pages of the channels that are still open, but for those on which a run is working."""
        free = []
        for channel in self.open_ones():
            if why := self.check.state.holder(channel.id):
                self.said[channel.id].append(Said("page", "unknown", why))
            else:
                free.append(channel)
        if not free:
            return
        looks = await self.check.page().read(by_site(free), self.check.state)
        for channel in free:
            found = looks[channel.id]
            # What a run was just changing was not seen as it is.
            passing = found.said.verdict in ("absent", "wrong-mailbox") and self.check.state.holder(channel.id)
            self.said[channel.id].append(Said("page", "unknown", passing) if passing else found.said)
            if found.audit_key:
                self.learn_key(channel, found.audit_key)

    async def canaries(self) -> None:
        """Sends canaries for the channels of which nothing bad is known, where one is due."""
        wanted = [channel for channel in self.channels if self._wants_canary(channel)]
        if wanted:
            from runbook.canaries import Canaries

            sending = Canaries(self.check)
            await asyncio.gather(*(self._canary(sending, channel) for channel in wanted))

    def _wants_canary(self, channel: Channel) -> bool:
        said = [each for each in self.said[channel.id] if each.sure]
        return channel.canary is not None and all(each.source == "page" and each.verdict == "healthy" for each in said)

    async def _canary(self, sending: Canaries, channel: Channel) -> None:
        url = channel.site.url
        if (api := self.apis.get(url)) is None:
            why = self.problems[url].cause
            said: Said | None = Said(
                "canary", "unknown", f"no canary mail was sent, its request could not be found: {why}"
            )
        else:
            key = None if url in self.problems else self.keys.get(channel.id)
            said = await sending.play(channel, api, key, forced=set(self.check.by) == {"canary"})
        if said is not None:
            self.said[channel.id].append(said)


def _keep(
    state: State, channels: Sequence[Channel], found: Mapping[str, Health], known: Mapping[str, tuple[str, str]]
) -> None:
    """`known`: project and address of the channels that the state has, by their ids."""
    for channel in channels:
        if known.get(channel.id) != (channel.project, channel.address):
            state.update_channel(channel.id, project=channel.project, address=channel.address)
    seen = [(channel.id, found[channel.id]) for channel in channels]
    state.add_health(*(HealthRow(name, each.at, each.verdict, each.kept, each.source) for name, each in seen))
