"""Reads channels' health from their e-mail pages: one browser, a fresh context for each site, one sign-in for all its channels."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from playwright.async_api import BrowserContext
from playwright.async_api import Error as PlaywrightError

from flows.jira_login import JiraLogin
from flows.read_health import ReadHealth
from runbook import browser as browsers
from runbook.aside import aside
from runbook.errors import Defect, RunbookError
from runbook.evidence import EvidenceSink, RunFolder, prune
from runbook.guard import Guard, login
from runbook.health import MailRow, Said, from_page
from runbook.means import Look
from runbook.options import Options
from runbook.redact import Redactor
from runbook.runner import Run
from runbook.session import Place
from runbook.settings import Channel
from runbook.state import State
from runbook.step import network_failure

if TYPE_CHECKING:
    from playwright.async_api import Browser as Running

SITES_AT_ONCE = 3
SEE_IT = "Look at that page with `python -m runbook connect --dry-run --headed`."
FOLDER = "CHECK"  # in the place of a project in a run folder's name


@dataclass
class PageReader:
    """`say` is told what goes on, one line each. A run folder is left behind only of a site that could not be read whole."""

    place: Place
    options: Options
    redactor: Redactor
    say: Callable[[str], None]
    _gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(SITES_AT_ONCE))

    async def read(self, sites: Sequence[Sequence[Channel]], state: State) -> dict[str, Look]:
        """The look of each channel by its id; `sites`: the channels of each site. Never raises a RunbookError: a look tells."""
        try:
            browser = await aside(lambda: browsers.ensure(self.place.browser, headed=False, say=self.say))
            place = self.place
            started = browsers.start(browser, headed=False, slow_mo=place.slow_mo, args=place.args, driver=place.driver)
            if self.place.keep_runs_days is not None:
                prune(self.place.runs, self.place.keep_runs_days, datetime.now(UTC))
            async with started as running:
                parts = await asyncio.gather(*(self._site(running, channels, state) for channels in sites))
        except RunbookError as error:
            return {channel.id: trouble(error.cause, error.remedy) for channels in sites for channel in channels}
        return {name: look for part in parts for name, look in part.items()}

    async def _site(self, running: Running, channels: Sequence[Channel], state: State) -> dict[str, Look]:
        async with self._gate:
            host = channels[0].site.host
            self.say(f"Signing in to {host} to read {', '.join(channel.project for channel in channels)}")
            try:
                context = await browsers.new_context(running)
                try:
                    return (await self.play(context, channels, state))[0]
                finally:
                    await browsers.close(context)
            except RunbookError as raised:
                error = raised
            except PlaywrightError as raised:
                error = network_failure(raised, channels[0].site.url)
            except Exception as raised:  # noqa: BLE001 - one site's defect does not keep the others from being read
                error = Defect.of(raised)
            return {channel.id: trouble(error.cause, error.remedy) for channel in channels}

    async def play(
        self, context: BrowserContext, channels: Sequence[Channel], state: State
    ) -> tuple[dict[str, Look], Run]:
        """Plays the two steps in a context of the site's own, which stays signed in. Returns the looks, and the run for what it
        leaves there and how it ended."""
        first = channels[0]
        folder = RunFolder.create(self.place.runs, FOLDER, datetime.now(UTC))
        evidence = EvidenceSink(folder, self.redactor.text)
        steps = (JiraLogin(), ReadHealth(channels))
        run = Run(first, steps, self.options, folder, self._guard(first, state), self.redactor, [evidence, self._heard])
        told = {"event": "started", "project": ", ".join(channel.project for channel in channels), "dry_run": True}
        evidence({**told, "mailbox": first.address, "site": first.site.url, "locators": dict(self.options.locators)})
        outcome = await run.play(context)
        seen = run.facts.looks
        if not outcome.exit_code:
            unread = [name for name, look in seen.items() if "trouble" in look]
            if not unread:
                shutil.rmtree(folder.path, ignore_errors=True)
                return {channel.id: _look(seen[channel.project]) for channel in channels}, run
            outcome = replace(outcome, cause=f"Of {len(channels)} channels could not be read: {', '.join(unread)}.")
        evidence(self.redactor.data(outcome.event()))
        self.say(f"Run folder: {folder.path}")
        missing = {"trouble": outcome.cause, "remedy": outcome.remedy}
        return {channel.id: _look(seen.get(channel.project, missing)) for channel in channels}, run

    def _heard(self, event: Mapping[str, Any]) -> None:
        if event["event"] == "warning":
            self.say(f"Warning: {event['text']}")

    def _guard(self, channel: Channel, state: State) -> Guard:
        def learn(_name: str, value: str) -> None:
            self.redactor.learn(value)

        sandbox = self.place.sandbox
        admin = login("admin", channel.site.admin, channel.site.admin_origins, learn, sandbox=sandbox)
        mailbox = login("mailbox", channel.mailbox, channel.mailbox_origins, learn, sandbox=sandbox)
        return Guard(channel, state, admin, mailbox, self.redactor, self.place.retry_rejected)


def _look(seen: Mapping[str, Any]) -> Look:
    """What a step has seen, judged."""
    if "trouble" in seen:
        return trouble(seen["trouble"], seen.get("remedy", ""))
    mails = [
        MailRow(row["status"], row["time"], row["details"], row["from"], row["key"], row["subject"])
        for row in seen.get("mails", ())
    ]
    said = from_page(seen["state"], seen["evidence"], mails, seen.get("strangers", ()))
    return Look(said, seen.get("audit_key"))


def trouble(cause: str, remedy: str) -> Look:
    """The look of a channel whose page could not be read."""
    if "--headed" in remedy:
        remedy = SEE_IT
    return Look(Said("page", "unknown", f"the e-mail page could not be read: {cause} {remedy}".strip()))
