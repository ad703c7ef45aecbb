"""The tab that stays in Jira."""

from __future__ import annotations

from urllib.parse import urlsplit

from runbook.step import Channel, Job, RunbookError, SessionLost, Transient, origin_of


def home(channel: Channel) -> str:
    """The address of the project itself."""
    return f"{channel.site.url}/jira/servicedesk/projects/{channel.project}"


def signed_out(job: Job) -> bool:
    """Whether Jira has sent its tab to a sign-in: its session is over."""
    at = urlsplit(job.jira.url)
    return at.path.startswith("/login") and at.hostname in ("id.atlassian.com", job.channel.site.host)


def session_ended() -> Transient:
    """The ending when that happens in the middle of a run, and nothing says that the sign-out of step 4 did it."""
    return Transient(
        "Jira's session ended while a step was running.",
        remedy="Run it again: it signs in anew.",
        reason="session-expired",
    )


async def not_done(job: Job, error: RunbookError) -> RunbookError:
    """What it means when Jira does not do what its page was asked for: its session is over, or else `error`."""
    if signed_out(job):
        return session_ended()
    if origin_of(job.jira.url) == job.channel.site.url:
        status, _ = await job.fetch("/rest/api/3/myself")
        if status in (302, 401):
            return session_ended()
    return error


async def in_jira(job: Job) -> None:
    """Brings the Jira tab to the site if it is elsewhere. Raises SessionLost when the site sends it to a login."""
    if origin_of(job.jira.url) == job.channel.site.url:
        return
    await job.goto(job.facts.email_page or home(job.channel), job.jira)
    if origin_of(job.jira.url) != job.channel.site.url:
        raise SessionLost(reason="login-page", seen=origin_of(job.jira.url))
