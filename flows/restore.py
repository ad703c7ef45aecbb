"""Step 9: the request type and the reply-to are as they were, or as the settings want them."""

from __future__ import annotations

from flows.jira.email_page import Row, alerts, choose, in_row, make_reply_to, open_menu, open_page, row_of, watch
from flows.jira.page import DIALOG, missing, need, press, push
from flows.jira.tab import not_done
from flows.jira.writes import written
from runbook.step import Job, PageChanged, Step


class Restore(Step):
    """Facts: every address has one request type; one address of the project is its reply-to."""

    name = "restore"
    title = "Set the request type and restore the reply-to"
    before = "The mailbox's new row is there."
    after = "Its request type is the wanted one, and it is the reply-to if it was or should be."
    by_hand = "Give the new row the request type that was noted, and make it the reply-to again if it was."
    cuts = True
    serves = frozenset({"connect", "replace", "restore"})
    still = True

    async def run(self, job: Job) -> None:
        await open_page(job)
        row = await row_of(job, job.channel.address)
        if row is None:
            return  # the next step tells what is there instead, and removes it
        if job.facts.request_type and row.request_type != job.facts.request_type:
            await job.free(job.jira)
            await self.set_type(job, row)
        if job.facts.reply_to and not row.reply_to:
            await job.free(job.jira)
            await make_reply_to(job, job.channel.address)
            job.say(f"{job.channel.address} is the reply-to address again.")
        job.facts.restored = True

    async def set_type(self, job: Job, row: Row) -> None:
        """Through the row's own list, or the row's menu and its dialog."""
        async with written(job):
            if (field := await in_row(job, row, "dialog.request-type")) is not None:
                await choose(job, field, job.facts.request_type)
                if save := await in_row(job, row, "dialog.done"):
                    await press(job, save)
            elif await open_menu(job, row, "email-page.request-type", needed=True):
                await choose(job, await need(job, "dialog.request-type", DIALOG), job.facts.request_type)
                await push(job, "dialog.done", DIALOG)
            else:
                raise missing(job, "email-page.request-type")
            want = {"address": row.address, "request_type": job.facts.request_type}
            if await watch(job, want=want) != "as-wanted":
                said = f"Jira did not set the request type. {await alerts(job)}".strip()
                raise await not_done(job, PageChanged(said, reason="request-type"))
        job.say(f"Request type: {job.facts.request_type}.")
