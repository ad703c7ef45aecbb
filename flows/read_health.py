"""The one step that a check has after the sign-in: what the e-mail page says of each channel of a site. It changes nothing."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Request

from flows.jira.email_page import Row, open_like, open_page, read_rows
from flows.jira.logs import read_logs
from flows.jira.page import get
from flows.jira.tab import home
from flows.project_check import ProjectCheck
from flows.read_channel import strangers
from runbook.step import Channel, Job, PageChanged, RunbookError, Step, network_failure

CHANNEL_KEY = re.compile(r"CHANNEL[0-9a-f]{12}")
MOST_MAILS = 20  # rows of the processing log that are looked at


class ReadHealth(Step):
    """One sign-in serves all channels of the site. One that cannot be read does not keep the others from it: why is kept in its
    place, and how many could not is known to whoever plays the step by `facts.looks`."""

    name = "read_health"
    title = "Read the health of each channel"
    before = "Signed in to Jira as the admin."
    after = "Known of each channel: whether Jira reads its mailbox, or why not."
    by_hand = (
        "Open each project's Email page, then View logs of its address: the newest row that is not RATE_LIMITED tells."
    )

    def __init__(self, channels: Sequence[Channel]) -> None:
        self.channels = channels

    async def run(self, job: Job) -> None:
        left = deque(self.channels)
        await self.look_at(left.popleft(), job)
        if not job.beside or not left:
            return await self.look_at_each(left, job)
        # The first look has shown where the e-mail pages are. While one tab waits for the site, another works.
        page = await job.context.new_page()
        try:
            other = replace(job, page=page, facts=job.facts.model_copy())  # what is found goes to the same place
            await asyncio.gather(self.look_at_each(left, job), self.look_at_each(left, other))
        finally:
            with suppress(PlaywrightError):  # it went away with its browser
                await page.close()

    async def look_at_each(self, left: deque[Channel], job: Job) -> None:
        """Looks at one after the other, until none is left."""
        while left:
            await self.look_at(left.popleft(), job)

    async def look_at(self, channel: Channel, job: Job) -> None:
        """Looks at one channel and notes what is seen, or why nothing is."""
        try:
            look = await self.look(job, channel)
        except RunbookError as raised:
            look = unread(raised)
        except PlaywrightError as raised:
            look = unread(network_failure(raised, channel.site.url))
        job.facts.looks[channel.project] = look
        job.say(f"{channel.project}: {look.get('state') or look['trouble']}")

    async def look(self, job: Job, channel: Channel) -> dict[str, Any]:
        """`state` and `evidence` of one channel, `mails` (rows of its processing log), `strangers`, and its `audit_key`."""
        await self.go_to(job, channel)
        await ProjectCheck().run(job)
        try:
            await open_page(job)
        except PageChanged:
            if await get(job, "email-page.turned-off") is None:
                raise
            return {"state": "failing", "evidence": "e-mail requests are turned off for the project"}
        rows = await read_rows(job)
        wrong = [row.address for row in strangers(job, rows)]
        mine = next((row for row in rows if row.address == channel.address), None)
        if mine is None:
            return self.not_there(channel, rows, wrong)
        with keys_asked_for(job) as keys:
            logs = await read_logs(job, mine)
        state, evidence = logs.health
        found = {"state": state, "evidence": evidence, "mails": list(logs.processing)[:MOST_MAILS], "strangers": wrong}
        return {**found, "audit_key": keys.pop() if len(keys) == 1 else None}

    async def go_to(self, job: Job, channel: Channel) -> None:
        """Turns the job to another project: its settings menu is reached from its own page."""
        before = (job.channel.project, job.facts.email_page)
        job.channel, job.facts.email_page = channel, ""
        if channel.email_page or channel.project in urlsplit(job.jira.url).path.split("/"):
            return
        if not before[1] or not await open_like(job, *before):
            await job.goto(home(channel), job.jira)

    def not_there(self, channel: Channel, rows: Sequence[Row], wrong: Sequence[str]) -> dict[str, Any]:
        """What it means that the project does not read the mailbox."""
        if wrong:
            evidence = f"the project reads {', '.join(wrong)}, and not {channel.address}"
            return {"state": "wrong-mailbox", "evidence": evidence}
        others = ", ".join(row.address for row in rows) or "no address"
        return {"state": "absent", "evidence": f"the project reads {others}, and not {channel.address}"}


def unread(error: RunbookError) -> dict[str, Any]:
    """Why a channel could not be read."""
    return {"trouble": error.cause, "remedy": error.remedy}


@contextmanager
def keys_asked_for(job: Job) -> Iterator[set[str]]:
    """The channel keys in the addresses that the page asks for meanwhile: the logs of one address are asked for by its key."""
    keys: set[str] = set()

    def note(request: Request) -> None:
        if urlsplit(request.url).hostname == job.channel.site.host:
            keys.update(CHANNEL_KEY.findall(request.url))

    job.jira.on("request", note)
    try:
        yield keys
    finally:
        job.jira.remove_listener("request", note)
