"""Step 10: Jira shows exactly the mailbox. The gap's clock stops here."""

from __future__ import annotations

from flows.jira.email_page import open_page, read_rows
from flows.read_channel import strangers
from flows.roll_back import refuse_others, roll_back
from runbook.step import ChannelDown, Job, Step


class Verify(Step):
    """Never trust that *a* row appeared: the address is compared, and what should not be there is removed again."""

    name = "verify"
    title = "Verify that Jira reads the right mailbox"
    before = "Jira is connected to something."
    after = "The row shows exactly the mailbox; a wrong one was removed again."
    by_hand = "Reload the page: the new row shows the mailbox's address; if it shows another one, remove it at once."
    cuts = True
    serves = frozenset({"connect", "replace", "restore"})
    still = True

    async def run(self, job: Job) -> None:
        facts, address = job.facts, job.channel.address.lower()
        await job.goto(facts.email_page, job.jira)  # read afresh: what the page drew by itself proves nothing
        await open_page(job)
        rows = await read_rows(job)
        await refuse_others(job, rows)
        mine = next((row for row in rows if row.address == address), None)
        if mine is None:
            raise ChannelDown(f"Jira does not show {address} after the connection.")
        facts.verified_at = job.host.now()
        job.prove("connected", f"The page, read afresh, shows {address}.", page_showed=[row.told() for row in rows])
        await roll_back(job, strangers(job, rows), "the settings give it up")
        if mine.request_type and facts.request_type and mine.request_type != facts.request_type:
            job.warn(f"The request type is {mine.request_type}, not {facts.request_type}.")
        if facts.reply_to and not mine.reply_to:
            job.warn(f"{address} is not the reply-to address.")
