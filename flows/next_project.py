"""Step 1 of every channel but the first: the next project of the same site, still signed in."""

from __future__ import annotations

from flows.jira.email_page import open_like
from flows.jira.tab import home
from flows.jira_alive import JiraAlive
from flows.next_mailbox import forget
from runbook.step import Job


class NextProject(JiraAlive):
    """One admin sign-in serves every channel of a site; what it needs of Jira is asked anew for each."""

    name = "next_project"
    title = "Go to the next project, still signed in to Jira"
    before = "Signed in to Jira as the admin; the channel before is done."
    after = "Jira names the same account as before."
    by_hand = "In the first tab open the next project: Jira still shows the admin."
    still = False

    def __init__(self, *, signed_out: bool) -> None:
        self.signed_out = signed_out

    async def run(self, job: Job) -> None:
        # Before that the mail provider must not be touched: it may be where the admin is signed in.
        if self.signed_out:
            job.begin(forget(job))
        page = job.channel.email_page
        if page or job.near is None or not await open_like(job, *job.near):
            await job.goto(page or home(job.channel), job.jira)
        await super().run(job)
