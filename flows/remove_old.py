"""Step 7: remove the old connection, if one must go. The gap's clock starts here."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from playwright.async_api import Error as PlaywrightError

from flows.jira.email_page import Row, in_row, make_reply_to, open_page, read_rows, remove, row_of
from flows.jira.page import get, need
from flows.oauth_window import look_ahead, reach_consent
from flows.read_channel import strangers
from runbook.step import ConfigError, Job, RunbookError, Step

MOST_ROWS = 10  # addresses that a project may have (domain.md 2.1)


class RemoveOld(Step):
    """Facts: one mailbox cannot be added twice, and Remove is not offered while the address is the reply-to (domain.md 2.1, 5).

    Before the cut the provider's window is brought to its consent page, where that can be done: application, permissions and
    address are then judged while the old connection still works, and the gap is one click instead of a whole dialog.
    """

    name = "remove_old"
    title = "Remove the old connection"
    before = "The mailbox's sign-in is proven; what must be restored is written down."
    after = "The mailbox's old row is gone, and the reply-to is an address that Jira made itself."
    by_hand = (
        "Where Jira offers to add an address beside the old one, do so up to the provider's consent page and accept nothing "
        "yet. In a second tab: if the address is the reply-to, make Jira's own address the reply-to; then remove the row."
    )
    cuts = True

    async def run(self, job: Job) -> None:
        await open_page(job)
        rows = await read_rows(job)
        old = await self.old(job, rows)
        if old is None:
            job.say("Nothing has to be removed first.")
            return
        await self.prove_room(job, rows, old)
        ahead = asyncio.ensure_future(job.goto(job.facts.email_page, await job.tab()))
        try:
            reached = await reach_consent(job)
        finally:
            await asyncio.gather(ahead, return_exceptions=True)
        if reached:
            await self.beside(job, rows, old)
        else:
            await self.cut(job, rows, await row_of(job, old.address) or old)
        job.say(f"{old.address} is removed; Jira reads no mail of it until step 10.")

    async def prove_room(self, job: Job, rows: list[Row], old: Row) -> None:
        """Raises PageChanged when the page offers no Add and nothing explains that: where there is room for one account only,
        its button to disconnect stands in the row itself; else there may be ten addresses. Nothing is cut that could not be
        connected again."""
        full = len(rows) >= MOST_ROWS or await in_row(job, old, "email-page.remove") is not None
        if not full and await get(job, "email-page.add-account") is None:
            await need(job, "email-page.add-account")

    async def beside(self, job: Job, rows: list[Row], old: Row) -> None:
        """Removes the row in the second tab: the provider's window waits at its consent page and must keep its opener."""
        stays, job.jira = job.jira, job.page
        try:
            await open_page(job)
            await self.cut(job, rows, await row_of(job, old.address) or old)
            job.stage = job.jira
        finally:
            job.jira = stays

    async def cut(self, job: Job, rows: list[Row], old: Row) -> None:
        """Moves the reply-to aside and removes the row."""
        job.host.before_cut(job.facts)
        ready = "consent page open and checked" if job.facts.consent_shown else "mailbox signed in at its provider"
        job.decide("remove", job.facts.why, connection=old.told(), ready_for_the_new_one=ready)
        if was_reply_to := old.reply_to:
            spare = next((row.address for row in rows if row.default), None)
            if spare is None:
                raise ConfigError(
                    f"{old.address} is the reply-to address and there is no other to take its place.",
                    remedy="Create an Atlassian address in the project first, then run again.",
                )
            job.facts.aside = True  # before it is done: who is stopped while it is being done cannot tell
            await make_reply_to(job, spare)
            old = await row_of(job, old.address) or old
        look_ahead(job)
        try:
            await remove(job, old)
        except RunbookError:
            if was_reply_to and job.facts.removed_at is None:  # it stays, so it stays what it was
                with suppress(RunbookError, PlaywrightError):
                    await job.goto(job.facts.email_page, job.jira)
                    await open_page(job)
                    await make_reply_to(job, old.address)
                    job.facts.aside = False
            raise

    async def old(self, job: Job, rows: list[Row]) -> Row | None:
        """The row that stands in the way: the mailbox's own, or, where there is room for one account only, the one in its place."""
        mine = next((row for row in rows if row.address == job.channel.address.lower()), None)
        if mine is not None:
            return mine
        external = [row for row in rows if not row.default]
        if not external or await get(job, "email-page.add-account") is not None:
            return None
        wrong = strangers(job, rows)
        if not wrong:
            raise ConfigError(
                f"The project reads {external[0].address}, has no room for a second address, and the settings do not give that one up.",
                remedy=f"If it may go, say so: RUNBOOK_REPLACES={external[0].address}",
                reason="occupied",
            )
        return wrong[0]
