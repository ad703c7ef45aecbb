"""How a sweep looks at the channels of a site: as `check` does, in the site's own context, which stays signed in for the renewals."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from playwright.async_api import Error as PlaywrightError

from runbook.checking import Check, look
from runbook.due import Looked
from runbook.errors import RunbookError
from runbook.means import Look
from runbook.outcome import Outcome
from runbook.page_health import PageReader, trouble
from runbook.runner import Run
from runbook.session import Session
from runbook.settings import Channel
from runbook.site_session import SiteSession
from runbook.state import State
from runbook.step import network_failure


@dataclass
class Looks:
    """`check`: what a check may use; its reader of pages is the site's session."""

    session: Session
    check: Check
    say: Callable[[str], None]

    async def look(
        self, channels: Sequence[Channel], site: SiteSession, *, sign_in: bool = True
    ) -> tuple[Mapping[str, Looked], Outcome | None]:
        """See `runbook.sweep.Looker`."""
        reader = SiteReader(site, self.session, self.say)
        by = self.check.by if sign_in or site.seat is not None else ("audit",)
        found = await look(channels, replace(self.check, by=by, page=lambda: reader))
        return found, reader.failure


@dataclass
class SiteReader:
    """Reads the e-mail pages of one site in its session's context. `failure`: how the sign-in failed, if it did."""

    site: SiteSession
    session: Session
    say: Callable[[str], None]
    failure: Outcome | None = field(default=None, init=False)

    async def read(self, sites: Sequence[Sequence[Channel]], state: State) -> dict[str, Look]:
        """See `runbook.checking.Reader`; there is one site."""
        (channels,) = sites
        error: RunbookError
        options = replace(self.site.options, force=False)
        try:
            context = await self.site.open()
            reader = PageReader(self.session.place, options, self.session.redactor, self.say)
            looks, run = await reader.play(context, channels, state)
            await self._keep(run)
        except RunbookError as raised:
            error = raised
        except PlaywrightError as raised:
            error = network_failure(raised, channels[0].site.url)
        else:
            return looks
        await self.site.close()
        self.failure = Outcome.of(error)
        return {channel.id: trouble(error.cause, error.remedy) for channel in channels}

    async def _keep(self, run: Run) -> None:
        """Leaves the context to the renewals, signed in as it is. Raises CancelledError, which the run has told of in its place."""
        ended = run.outcome
        if ended is not None and ended.reason == "interrupted":
            raise asyncio.CancelledError
        if ended is None or ended.exit_code:
            self.failure = ended
            await self.site.close()
        else:
            self.site.seat = run.seat
