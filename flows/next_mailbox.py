"""Step 4 of every channel but the first: the mail provider knows nobody any more."""

from __future__ import annotations

from flows.idp_logout import places, provider
from flows.screens.sign_out import drop_cookies, prove_signed_out
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
        page = await job.tab()
        # A federated mailbox signs in where the admin did: nobody may be known there either.
        found = await places(job, page) if job.channel.federated else [await provider(job, page)]
        for place in found:
            await drop_cookies(job, place)
        for place in found:
            await prove_signed_out(job, page, place)
