"""Step 2: the project exists, is a service project, and this admin may manage its e-mail."""

from __future__ import annotations

from flows.jira.tab import in_jira
from runbook.step import ConfigError, HumanNeeded, Job, Step, Transient

PAGE = 100  # request types in one answer of Jira's
NEEDED = "ADMINISTER"  # a project admin alone may not manage external addresses (Atlassian, "Add an email account")


class ProjectCheck(Step):
    """Facts: public REST API v3, asked with the page's own session."""

    name = "project_check"
    title = "Check the project and the permission"
    before = "Signed in to Jira as the admin."
    after = "The project is a service project and the admin may manage its e-mail."
    by_hand = "Open the project's settings: it is a service project, and the admin has the permission Administer Jira."
    still = True

    async def run(self, job: Job) -> None:
        await in_jira(job)
        key = job.channel.project
        status, project = await job.fetch(f"/rest/api/3/project/{key}")
        if status == 404:
            raise ConfigError(
                f"The site has no project {key}, or this admin may not see it.",
                remedy="Give the project's key as it stands in its addresses: --project HELP.",
                reason="unknown-project",
            )
        if status != 200 or not isinstance(project, dict):
            raise Transient(f"Jira answered {status} when asked for project {key}.", reason=f"http-{status}")
        kind = project.get("projectTypeKey")
        if kind != "service_desk":
            raise ConfigError(
                f"Project {key} is not a service project (it is of type {kind}).",
                remedy="Only projects of Jira Service Management have an e-mail channel.",
                reason="not-service-project",
            )
        status, mine = await job.fetch(
            f"/rest/api/3/mypermissions?permissions={NEEDED},ADMINISTER_PROJECTS&projectKey={key}"
        )
        granted = (mine or {}).get("permissions", {}) if isinstance(mine, dict) else {}
        if status != 200:
            raise Transient(f"Jira answered {status} when asked for permissions.", reason=f"http-{status}")
        if not granted.get(NEEDED, {}).get("havePermission"):
            raise HumanNeeded(
                f"{job.facts.account_address or 'This account'} may not manage the e-mail of project {key}.",
                remedy="A Jira admin must run this, or give the account the permission 'Administer Jira'.",
                reason="permission",
            )
        if job.channel.request_type:
            await self.request_type(job, job.channel.request_type)
        job.prove(
            "permission",
            f"{key} is a service project, and this account may manage its e-mail.",
            project_type=str(kind),
            permission=NEEDED,
            request_type=job.channel.request_type or "",
        )

    async def request_type(self, job: Job, wanted: str) -> None:
        """The configured request type is one of the project's, which is worth knowing before anything is removed. Fact: the
        public service desk API takes a project's key for its number."""
        offered: list[str] = []
        last = False
        while not last:
            path = (
                f"/rest/servicedeskapi/servicedesk/{job.channel.project}/requesttype?limit={PAGE}&start={len(offered)}"
            )
            status, page = await job.fetch(path)
            if status != 200 or not isinstance(page, dict) or not page.get("values"):
                break
            offered += [str(each.get("name", "")) for each in page["values"]]
            last = bool(page.get("isLastPage", True))
        if offered and wanted.lower() not in [name.lower() for name in offered]:
            raise ConfigError(
                f"Project {job.channel.project} has no request type {wanted!r}.",
                remedy=f"Set RUNBOOK_REQUEST_TYPE to one of: {', '.join(offered)}.",
                reason="request-type",
            )
