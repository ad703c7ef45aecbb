"""The tab that stays in Jira."""

from __future__ import annotations

from runbook.step import Job, SessionLost, origin_of


async def in_jira(job: Job) -> None:
    """Brings the Jira tab to the site if it is elsewhere. Raises SessionLost when the site sends it to a login."""
    if origin_of(job.jira.url) == job.channel.site.url:
        return
    await job.goto(
        job.facts.email_page or f"{job.channel.site.url}/jira/servicedesk/projects/{job.channel.project}", job.jira
    )
    if origin_of(job.jira.url) != job.channel.site.url:
        raise SessionLost(reason="login-page", seen=origin_of(job.jira.url))
