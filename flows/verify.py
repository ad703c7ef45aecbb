"""Step 10: Jira shows exactly the mailbox. The gap's clock stops here."""

from __future__ import annotations

from flows.jira.email_page import Row, open_page, read_rows, remove
from flows.read_channel import strangers
from runbook.step import ChannelDown, Job, Step, WrongMailbox


class Verify(Step):
    """Never trust that *a* row appeared: the address is compared, and what should not be there is removed again."""

    name = "verify"
    title = "Verify that Jira reads the right mailbox"
    before = "Jira is connected to something."
    after = "The row shows exactly the mailbox; a wrong one was removed again."
    by_hand = "Reload the page: the new row shows the mailbox's address; if it shows another one, remove it at once."
    cuts = True
    serves = frozenset({"connect", "replace", "restore"})

    async def run(self, job: Job) -> None:
        facts, address = job.facts, job.channel.address.lower()
        await job.goto(facts.email_page, job.jira)  # read afresh: what the page drew by itself proves nothing
        await open_page(job)
        rows = await read_rows(job)
        mine = next((row for row in rows if row.address == address), None)
        before = {str(row["address"]) for row in facts.rows}
        wrong = [row for row in rows if row.address != address and not row.default and row.address not in before]
        if wrong:
            await self.roll_back(job, wrong)
            raise WrongMailbox(
                f"Jira connected {wrong[0].address} instead of {address}; it was removed again.", reason="connected"
            )
        if mine is None:
            raise ChannelDown(f"Jira does not show {address} after the connection.")
        facts.verified_at = job.host.now()
        await self.roll_back(job, [row for row in strangers(job, rows) if row.address in before])
        if mine.request_type and facts.request_type and mine.request_type != facts.request_type:
            job.warn(f"The request type is {mine.request_type}, not {facts.request_type}.")
        if facts.reply_to and not mine.reply_to:
            job.warn(f"{address} is not the reply-to address.")

    async def roll_back(self, job: Job, rows: list[Row]) -> None:
        """Removes rows that must not stay; the gap's clock is not theirs."""
        removed_at = job.facts.removed_at
        for row in rows:
            await remove(job, row)
            job.say(f"{row.address} was removed again.")
        job.facts.removed_at = removed_at
