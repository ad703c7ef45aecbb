"""What a run takes back: rows of the e-mail page that it brought about and that must not stay."""

from __future__ import annotations

from flows.jira.email_page import Row, open_page, read_rows, remove
from runbook.step import Job, WrongMailbox


def new_rows(job: Job, rows: list[Row]) -> list[Row]:
    """The rows that were not there when step 3 read the page, or that were removed since and are there again."""
    known = {str(row["address"]) for row in job.facts.rows} - set(job.facts.removed)
    return [row for row in rows if row.address not in known and not row.default]


async def roll_back(job: Job, rows: list[Row], why: str) -> None:
    """Removes rows that must not stay; the gap's clock is not theirs."""
    removed_at = job.facts.removed_at
    for row in rows:
        job.decide("take-back", f"{row.address}: {why}.", connection=row.told())
        await remove(job, row)
        job.say(f"{row.address} was removed: {why}.")
    job.facts.removed_at = removed_at


async def refuse_others(job: Job, rows: list[Row]) -> None:
    """Raises WrongMailbox when another address than the mailbox's was connected; it is removed again first."""
    address = job.channel.address.lower()
    wrong = [row for row in new_rows(job, rows) if row.address != address]
    if wrong:
        await roll_back(job, wrong, "it is not the mailbox")
        raise WrongMailbox(
            f"Jira connected {wrong[0].address} instead of {address}; it was removed again.", reason="connected"
        )


async def take_back(job: Job) -> None:
    """Removes whatever this run has connected, the mailbox's own row as well: it must not have been connected this way."""
    await job.goto(job.facts.email_page, job.jira)
    await open_page(job)
    await roll_back(job, new_rows(job, await read_rows(job)), "it must not be connected this way")
