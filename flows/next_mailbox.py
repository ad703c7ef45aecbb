"""Step 4 of every channel but the first: the mail provider knows nobody any more."""

from __future__ import annotations

from playwright.async_api import Page

from flows.idp_logout import places, provider
from flows.screens.sign_out import Place, drop_cookies, prove_signed_out
from runbook.step import Job, Step


class NextMailbox(Step):
    """The mailbox before was signed out as its last step. That is not taken on trust: the provider's cookies go as well, and it
    has to ask for credentials again. One session too many and Jira would connect the wrong mailbox."""

    name = "next_mailbox"
    title = "Prove that the mail provider knows nobody"
    before = "Signed out of the identity provider; the mailbox before was signed out."
    after = "The mail provider asks for credentials, and no session cookie of its is left."
    by_hand = "In the second tab open the mail provider: it asks who you are."
    in_jira = False
    still = True

    async def run(self, job: Job) -> None:
        if not await job.begun():
            await forget(job)
        page = await job.tab()
        for at, place in enumerate(await where(job, page)):
            await prove_signed_out(job, page, place, asked=at == 0)


async def where(job: Job, page: Page) -> list[Place]:
    """A federated mailbox signs in where the admin did: nobody may be known there either."""
    return await places(job, page) if job.channel.federated else [await provider(job, page)]


async def forget(job: Job) -> None:
    """Drops the provider's cookies and then asks it anew, in the second tab, which nobody else uses meanwhile."""
    page = await job.tab()
    found = await where(job, page)
    for place in found:
        await drop_cookies(job, place)
    await job.goto(found[0].home, page)
