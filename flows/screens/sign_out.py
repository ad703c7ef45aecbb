"""Signing out of a site, and the proof of it: ask again, look at the cookies, ask the vendor's API where there is one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.async_api import Page

from flows.screens import SITES, Seen, elements, look
from flows.screens.answer import dead_end, page_changed
from flows.screens.base import Site
from flows.screens.press import press
from runbook.step import HumanNeeded, Job, RunbookError, origin_of

ASKS = ("username", "credentials", "password")
OVER = (*ASKS, "signed-out", "account-chooser")
# To whoever is signed in: the place itself, or what an application may do in that person's name.
KNOWN = ("goal", "consent")
MOST_PAGES = 8


@dataclass(frozen=True)
class Place:
    """A site where somebody may be signed in: its logout address, and its home, which asks for credentials when nobody is.
    `inside`: regex of an address that only somebody who is signed in comes to; empty: the site's account page or its home.
    `instead`: the same place with another home, for one whose home is an error page."""

    site: Site
    logout: str
    home: str
    inside: str = ""
    instead: Place | None = None


async def sign_out(job: Job, page: Page, place: Place) -> None:
    """Visits the logout address and answers what it asks. Says nothing about success: `prove_signed_out` does."""
    await job.goto(place.logout, page)
    after = ""
    for _ in range(MOST_PAGES):
        seen = await look(page, after=after, patience=job.patience / 2, overrides=job.locators, pass_hops=True)
        if seen.screen in OVER or not seen.moved or seen.screen in ("unknown", "hop"):
            return
        after = seen.signature
        if seen.screen == "error":
            raise dead_end(seen)
        if seen.origin not in origins(job, place):
            job.warn(
                f"The sign-out of {place.site.name} led to {seen.origin}, which is nobody's here: nothing was pressed there."
            )
            return
        if seen.screen == "sign-out-confirm" and (selector := seen.fields.get("confirm")):
            await press(page, selector, job.patience)
        elif seen.screen == "sign-out-chooser":
            tiles = await elements(page, SITES[seen.site].locators("tile", job.locators))
            if not tiles:
                return
            await press(page, tiles[0], job.patience)
        else:
            raise page_changed(
                seen, "a sign-out page", f"The sign-out of {place.site.name} shows a {seen.screen} page."
            )


def origins(job: Job, place: Place) -> set[str]:
    """Where a sign-out may be answered: at the place itself, and where one of the two identities signs in."""
    channel = job.channel
    own = (place.logout, place.home, place.site.account or place.home)
    return {*(origin_of(url).lower() for url in own), *channel.site.admin_origins, *channel.mailbox_origins}


async def drop_cookies(job: Job, place: Place) -> None:
    """The alternative to a logout page: forgets the cookies of this place's origins, and of no other."""
    for url in (place.logout, place.home, place.site.account or place.home):
        host = urlsplit(url).hostname or ""
        await job.context.clear_cookies(domain=re.compile(rf"^\.?{re.escape(host)}$"))
        parent = host.split(".", 1)[1] if host.count(".") > 1 else host
        for name in place.site.session_cookies:
            await job.context.clear_cookies(name=name, domain=re.compile(rf"^\.?{re.escape(parent)}$"))


async def session_cookies(job: Job, place: Place) -> list[str]:
    """Names of the session cookies that the browser still holds for this place."""
    cookies = await job.context.cookies([place.logout, place.home])
    return sorted({c["name"] for c in cookies if c["name"] in place.site.session_cookies and c.get("value")})


async def prove_signed_out(job: Job, page: Page, place: Place, *, asked: bool = False, ended: bool = False) -> None:
    """Asks again (`asked`: that was done just now), and looks at the cookies. `ended`: cookies that were left of an ended
    session have been dropped.

    Raises HumanNeeded with the verdict when somebody is still, or again, signed in."""
    name = place.site.name
    left = await session_cookies(job, place)
    seen = await _again(job, page, place, asked=asked)
    if seen.screen in KNOWN:
        raise await _known(job, page, place, left)
    if seen.screen == "error":
        if place.instead is None or seen.site == "browser":
            raise dead_end(seen)
        job.say(
            f"{name} has an error page at {origin_of(place.home)}: Jira's own sign-in request is asked again instead."
        )
        await prove_signed_out(job, page, place.instead, ended=ended)
        return
    if seen.screen not in (*ASKS, "account-chooser"):
        raise page_changed(
            seen, "a page that asks for credentials", f"{name} shows no credential page after the sign-out."
        )
    if left := await session_cookies(job, place):
        if ended:
            raise still_there(name, f" (cookies: {', '.join(left)})")
        # It asks for credentials all the same: they are of a session that has ended, and a sign-out had nothing to end.
        job.say(f"{name} asks for credentials and left {', '.join(left)} behind: dropped, and asked again.")
        await drop_cookies(job, place)
        await prove_signed_out(job, page, place, ended=True)
        return
    if place.site.session_api:
        status, _ = await job.fetch(place.site.session_api, page)
        if status == 200:
            raise still_there(name, f" ({place.site.session_api} answers 200)")
    job.prove(
        "signed-out",
        f"{name.capitalize()} asks for credentials when it is asked again.",
        asked=origin_of(place.home),
        answered=f"{seen.screen} page",
        session_cookies_left="none" if place.site.session_cookies else "",
    )
    job.say(f"{name} asks for credentials again: signed out.")


async def _again(job: Job, page: Page, place: Place, *, asked: bool = False) -> Seen:
    """What the place shows when it is asked again; a screen of `KNOWN` to whoever is signed in."""
    if not asked:
        await job.goto(place.home, page)
    inside = place.site.account or origin_of(place.home) + "/"
    # A home stays at its own address for whoever is signed in, whatever words are in it.
    goal = (
        place.inside
        or rf"^{re.escape(inside)}(?!.*(login|signin|auth))|^{re.escape(place.site.account or place.home)}$"
    )
    seen = await look(page, goal=goal, patience=job.patience, overrides=job.locators)
    if seen.screen == "goal" and origin_of(page.url) == origin_of(place.home):
        # A home that shows its login at its own address (Okta, Keycloak), or an error, is told from one that shows an account.
        shown = await look(page, patience=min(job.patience, 2.0), overrides=job.locators)
        return shown if shown.screen in (*ASKS, "account-chooser", "error") else seen
    return seen


async def _known(job: Job, page: Page, place: Place, left: list[str]) -> HumanNeeded:
    """The ending of a place that knows somebody after the sign-out. `left`: session cookies that the browser held before it was
    asked again. Where those are known and were gone, another cookie did it; where it needs no cookie at all, no session did."""
    name = place.site.name
    if await _needs_no_cookie(job, page, place):
        return HumanNeeded(
            f"{name} signed the admin in again without asking, right after the sign-out and without a cookie.",
            remedy="Kerberos, a certificate or a device signs in here, and no sign-out ends that: run as a user or on a machine "
            "without it.",
            reason="silently-signed-in-again",
        )
    if place.site.session_cookies and not left:
        return HumanNeeded(
            f"{name} signed the admin in again without asking, right after the sign-out.",
            remedy="It remembers this browser by a cookie of its own: run with --logout-by cookies.",
            reason="silently-signed-in-again",
        )
    return still_there(name)


async def _needs_no_cookie(job: Job, page: Page, place: Place) -> bool:
    """Whether somebody is signed in even by a browser that has no cookie left but Jira's. What is in the way of finding out is no
    proof."""
    kept = (job.channel.site.host, *job.channel.redirect_hosts)
    for domain in {cookie["domain"] for cookie in await job.context.cookies() if "domain" in cookie}:
        if not any(f".{host}".endswith(f".{domain.lstrip('.')}") for host in kept):
            await job.context.clear_cookies(domain=domain)
    try:
        return (await _again(job, page, place)).screen in KNOWN
    except RunbookError:
        return False


def still_there(name: str, detail: str = "") -> HumanNeeded:
    """The ending when a session survived: nothing has been changed in Jira at that point."""
    return HumanNeeded(
        f"{name} still knows the admin after the sign-out{detail}.",
        remedy="Check the logout address of the identity provider in the settings, or run with --logout-by cookies.",
        reason="still-signed-in",
    )
