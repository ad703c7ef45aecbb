"""What is checked before a consent page is accepted: the address, the application, what it asks for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from playwright.async_api import Page

from flows.prove_mailbox import addresses_on
from flows.screens import EYES, SITES, Seen, elements, evaluate
from flows.screens.answer import page_changed, press
from runbook.step import HumanNeeded, Job, WrongMailbox

# What a mail reader may ask for (domain.md 3; the page's words and the request's names). Anything else needs a person.
HARMLESS = re.compile(
    r"e-?mail|mails?\b|gmail|inbox|sign you in|sign in|profile|maintain access|personal info|associate you|address"
    r"|openid|offline_access|^select all$",
    re.IGNORECASE,
)
FOREIGN = re.compile(
    r"\bfiles?\b|drive|calendar|contacts?|director|users'|all users|groups?|teams|sites?\b|notes|tasks",
    re.IGNORECASE,
)

LABELS = "(locators) => {" + EYES + "; look.roots = roots(); return findAll(locators).map(labelOf); }"


async def allow(job: Job, page: Page, seen: Seen) -> None:
    """Accepts the consent page if it is the mailbox's and the application's. Raises like `check` before any click."""
    whose = await check(job, page, seen)
    for box in await elements(page, SITES[seen.site].elements.get("scope-box", ())):
        if not await box.is_checked():
            await box.check(timeout=job.patience * 1000)
    name = job.facts.client.get("name") or "?"
    job.decide("accept", f"Consent page of {seen.site}: account {whose}, application {name}.")
    selector = seen.fields.get("accept")
    if not selector:
        raise page_changed(seen, "a button to accept", "The consent page has no button to accept.")
    await press(page, selector, job.patience)


async def check(job: Job, page: Page, seen: Seen) -> str:
    """The address that the consent page names, once it is the mailbox's, the application is the right one, and it asks for
    mail alone. Raises WrongMailbox or HumanNeeded."""
    shown = await addresses_on(page)
    found = job.channel.mailbox_names & set(shown)
    if not found:
        raise WrongMailbox(
            f"The consent page is for {', '.join(shown) or 'an account that it does not name'}, not for {job.channel.address}.",
            remedy="Nothing was accepted. Check where the mailbox's domain signs in.",
            reason="consent",
        )
    await check_client(job, page, seen)
    await check_scopes(job, page, seen)
    return ", ".join(sorted(found))


async def check_client(job: Job, page: Page, seen: Seen) -> None:
    """The host that gets the code is on the allow-list, and the application's name is the pinned one (told if none is pinned)."""
    host = job.facts.client.get("redirect_host", "")
    if host not in job.channel.redirect_hosts:
        raise refused(
            f"The application would send the mailbox's code to {host or 'an unknown host'}.",
            "If that is right, add the host to oauth redirect_hosts in runbook.toml.",
        )
    site = SITES[seen.site]
    headings = await labels(page, site.locators("consent-app", job.locators)) if "consent-app" in site.elements else []
    name = next((found[1] for text in headings if (found := re.match(site.app_name, text))), "")
    job.facts.client = {**job.facts.client, "name": name}
    pinned = job.channel.oauth_client
    if pinned is None:
        job.warn(
            f"The consent page names the application {name or '(no name found)'!r}. Pin it: RUNBOOK_OAUTH_CLIENT={name}"
        )
    elif pinned.lower() != name.lower():
        raise refused(
            f"The consent page names the application {name!r}, the settings pin {pinned!r}.",
            "If the name has changed and is right, correct RUNBOOK_OAUTH_CLIENT.",
        )


async def check_scopes(job: Job, page: Page, seen: Seen) -> None:
    """Every permission on the page, and in the request, is one that a mail reader needs."""
    listed = await labels(page, SITES[seen.site].elements.get("consent-scopes", ()))
    asked = [str(scope) for scope in job.facts.client.get("scopes", [])]
    odd = [text for text in [*listed, *asked] if FOREIGN.search(text) or not HARMLESS.search(text)]
    if odd:
        raise refused(
            f"The application asks for more than mail: {'; '.join(odd)[:200]}.",
            "An administrator must judge this; nothing was accepted.",
        )


async def labels(page: Page, locators: Sequence[str]) -> list[str]:
    """What a person reads of each really visible element: its label or its text."""
    return [str(text) for text in await evaluate(page, LABELS, list(locators))]


def refused(cause: str, remedy: str) -> HumanNeeded:
    """The ending for a consent page that must not be accepted unseen."""
    return HumanNeeded(cause, remedy=remedy, reason="consent")
