"""Step 11: leave no session of the mailbox behind."""

from __future__ import annotations

from flows.idp_logout import places, provider
from flows.screens.sign_out import session_cookies, sign_out
from runbook.step import Job, Step


class Leave(Step):
    """A mailbox that stays signed in would become the admin when Jira checks its session again (domain.md 8.2)."""

    name = "leave"
    title = "Sign the mailbox out"
    before = "The mailbox is connected, or the run ended early."
    after = "No session cookie of the mail provider is left; the browser context is closed."
    by_hand = "Sign the mailbox out at the mail provider and close the private window."
    in_jira = False
    still = True

    async def run(self, job: Job) -> None:
        page = await job.tab()
        for place in await places(job, page) if job.channel.federated else [await provider(job, page)]:
            await sign_out(job, page, place)
            if left := await session_cookies(job, place):
                job.warn(
                    f"{place.site.name} kept a session after the sign-out ({', '.join(left)}); it ends with the browser context."
                )
            elif place.site.session_cookies:
                job.prove("left", f"{place.site.name.capitalize()} was signed out.", session_cookies_left="none")
