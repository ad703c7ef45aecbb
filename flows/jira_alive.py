"""Step 5: Jira is still signed in, as the same account."""

from __future__ import annotations

from flows.jira.tab import in_jira
from runbook.step import Job, SessionLost, Step


class JiraAlive(Step):
    """Facts: Atlassian documents single logout only from Jira to the IdP; front-channel logout can do the other way round."""

    name = "jira_alive"
    title = "Check that Jira is still signed in"
    before = "Signed out of the identity provider."
    after = "Jira names the same account as before."
    by_hand = "Reload Jira in the first tab: it still shows the admin."
    still = True

    async def run(self, job: Job) -> None:
        await in_jira(job)
        status, me = await job.fetch("/rest/api/3/myself")
        if status in (301, 302, 401, 403) or not isinstance(me, dict):
            raise SessionLost(reason=f"http-{status}")
        if me.get("accountId") != job.facts.account_id:
            raise SessionLost(
                f"Jira now knows this browser as another account ({me.get('emailAddress') or me.get('accountId')}).",
                reason="other-account",
            )
        job.prove(
            "still-signed-in",
            "Jira names the same account as before the sign-out.",
            asked="/rest/api/3/myself",
            account_id=job.facts.account_id,
        )
