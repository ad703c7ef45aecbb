"""The tab that stays in Jira."""

from __future__ import annotations

from runbook.step import Channel, Job, SessionLost, origin_of


def home(channel: Channel) -> str:
    """The address of the project itself."""
    return f"{channel.site.url}/jira/servicedesk/projects/{channel.project}"


async def in_jira(job: Job) -> None:
    """Brings the Jira tab to the site if it is elsewhere. Raises SessionLost when the site sends it to a login."""
    if origin_of(job.jira.url) == job.channel.site.url:
        return
    await job.goto(job.facts.email_page or home(job.channel), job.jira)
    if origin_of(job.jira.url) != job.channel.site.url:
        raise SessionLost(reason="login-page", seen=origin_of(job.jira.url))
