"""Step 4: sign out of the identity provider and of the mail provider, and of nothing else."""

from __future__ import annotations

from flows.screens import SITES
from flows.screens.sign_out import Place, drop_cookies, prove_signed_out, sign_out
from runbook.step import Job, Step


def places(job: Job) -> list[Place]:
    """Where somebody could be signed in besides Jira: the IdP, and the mail provider if it is another site."""
    idp = job.channel.site.idp
    if idp.kind == "atlassian":  # its session is Jira's own
        return [provider(job)]
    found = [Place(SITES[idp.kind], idp.effective_logout_url or "", SITES[idp.kind].home.format(url=idp.url or ""))]
    if job.channel.provider != idp.kind:
        found.append(provider(job))
    return found


def provider(job: Job) -> Place:
    """The mail provider's place."""
    site = SITES[job.channel.provider]
    return Place(site, site.logout, site.home)


class IdpLogout(Step):
    """Facts: signin.md, logout URL and session cookies of each site. A logout page's words prove nothing; asking again does."""

    name = "idp_logout"
    title = "Sign out of the identity provider, and of nothing else"
    before = "Signed in to Jira; the identity provider still knows the admin."
    after = "The identity provider and the mail provider ask for credentials, and no session cookie of theirs is left."
    by_hand = "In a second tab sign out at the identity provider, and at the mail provider if that is another one; never in Jira."
    in_jira = False

    async def run(self, job: Job) -> None:
        page = await job.tab()
        for place in places(job):
            if job.logout_by == "cookies":
                await drop_cookies(job, place)
            else:
                await sign_out(job, page, place)
        for place in places(job):
            await prove_signed_out(job, page, place)
