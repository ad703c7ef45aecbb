"""Step 4: sign out of the identity provider and of the mail provider, and of nothing else."""

from __future__ import annotations

import re

from playwright.async_api import Page

from flows.discovery import ISSUERS, discover
from flows.screens import SITES
from flows.screens.sign_out import Place, drop_cookies, prove_signed_out, sign_out
from runbook.step import Channel, ConfigError, Idp, Job, Step, origin_of


async def places(job: Job, page: Page) -> list[Place]:
    """Where somebody could be signed in besides Jira: the IdP, and the mail provider if it is another site."""
    idp = job.channel.site.idp
    mail = await provider(job, page)
    if idp.kind == "atlassian":  # its session is Jira's own
        return [mail]
    home = idp.home_url or SITES[idp.kind].home.format(url=idp.url or "") or job.asked
    if not home:
        raise ConfigError(
            "No address is known at which the identity provider asks for credentials, so that a sign-out can be proven.",
            remedy="Set the identity provider's home_url: an address of it that asks for credentials when nobody is signed in.",
            reason="no-home",
        )
    # The sign-in request leads whom the provider still knows to Atlassian; a home of its own may do so as well.
    inside = "" if SITES[idp.kind].home else in_atlassian(job.channel)
    if inside and home != job.asked:
        inside += rf"|^{re.escape(origin_of(home))}/(?!.*(login|signin|auth))"
    site, leave = SITES[idp.kind], await logout_url(job, page, idp)
    again = Place(site, leave, job.asked, in_atlassian(job.channel)) if job.asked not in ("", home) else None
    first = Place(site, leave, home, inside, again)
    return [first] if same(job.channel) else [first, mail]


async def provider(job: Job, page: Page) -> Place:
    """The mail provider's place."""
    if (host := job.channel.mail_host) is not None:
        return Place(SITES["generic"], await logout_url(job, page, host), host.home_url or "")
    site = SITES[job.channel.provider]
    return Place(site, site.logout, site.home)


async def logout_url(job: Job, page: Page, idp: Idp) -> str:
    """The configured sign-out address, else the one that the provider itself names, else its kind's usual one.
    Raises ConfigError where there is none of them."""
    if idp.logout_url:
        return idp.logout_url
    if idp.kind in ISSUERS:
        found = await discover(job, page, ISSUERS[idp.kind].format(url=idp.url, origin=origin_of(idp.url or "")))
        if "end_session_endpoint" in found:
            return found["end_session_endpoint"]
    if usual := idp.effective_logout_url:
        return usual
    raise ConfigError(
        f"{origin_of(idp.url or '')} does not say where to sign out of it.",
        remedy="Set its logout_url, for example RUNBOOK_IDP_LOGOUT_URL=https://login.acme.example/logout.",
        reason="no-logout",
    )


def same(channel: Channel) -> bool:
    """Whether the mailbox signs in at the very provider that the admin does."""
    idp, host = channel.site.idp, channel.mail_host
    return idp.kind == channel.provider if host is None else idp.origins == host.origins


def in_atlassian(channel: Channel) -> str:
    """Addresses to which a sign-in request leads whom the provider still knows."""
    return rf"^https://({'|'.join(map(re.escape, channel.redirect_hosts))})/"


class IdpLogout(Step):
    """Facts: signin.md, logout URL and session cookies of each site. A logout page's words prove nothing; asking again does."""

    name = "idp_logout"
    title = "Sign out of the identity provider, and of nothing else"
    before = "Signed in to Jira; the identity provider still knows the admin."
    after = "The identity provider and the mail provider ask for credentials, and no session cookie of theirs is left."
    by_hand = "In a second tab sign out at the identity provider, and at the mail provider if that is another one; never in Jira."
    in_jira = False
    still = True
    signs_out = True

    async def run(self, job: Job) -> None:
        page = await job.tab()
        found = await places(job, page)
        for place in found:
            if job.logout_by == "cookies":
                await drop_cookies(job, place)
            else:
                await sign_out(job, page, place)
        for place in found:
            await prove_signed_out(job, page, place)
