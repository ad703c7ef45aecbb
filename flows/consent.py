"""What is checked before a consent page is accepted: the address, the application, what it asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.async_api import Page

from flows.prove_mailbox import ADDRESSES, addresses_on
from flows.screens import EYES, SITES, Seen, elements, evaluate, look
from flows.screens.answer import page_changed
from flows.screens.press import press
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

# What a consent page says, in one reading: addresses, what stands where the application's name is, the permissions, and how
# many of its boxes are not ticked.
READ = (
    "(at) => {"
    + EYES
    + """
  look.roots = roots();
  const labels = (locators) => findAll(locators).map(labelOf);
  return {addresses: (""" + ADDRESSES + """)(), app: labels(at.app), scopes: labels(at.scopes),
          unticked: findAll(at.boxes).filter((box) => !box.checked).length};
}"""
)  # fmt: skip


@dataclass(frozen=True)
class Consent:
    """One reading of a consent page."""

    addresses: list[str]
    app: list[str]
    scopes: list[str]
    unticked: int


async def allow(job: Job, page: Page, seen: Seen) -> None:
    """Accepts the consent page if it is the mailbox's and the application's. Raises like `check` before any click."""
    whose, consent = await check(job, page, seen)
    client = job.facts.client
    name = client.get("name") or "?"
    job.decide(
        "accept",
        f"Consent page of {seen.site}: account {whose}, application {name}.",
        account_shown=whose,
        application=name,
        permissions_shown=consent.scopes,
        scopes_asked=client.get("scopes", []),
        answer_goes_to=client.get("redirect_host", ""),
        client_id=client.get("id", ""),
    )
    selector = seen.fields.get("accept")
    if not selector:
        raise page_changed(seen, "a button to accept", "The consent page has no button to accept.")
    await press(page, selector, job.patience)


async def check(job: Job, page: Page, seen: Seen) -> tuple[str, Consent]:
    """The address that the consent page names, and all it says, once it is the mailbox's, the application is the right one, and it
    asks for mail alone; ticks its boxes then, which grants nothing yet. Raises WrongMailbox or HumanNeeded."""
    consent = await read(job, page, seen)
    shown = consent.addresses or await account_of(job)
    found = job.channel.mailbox_names & set(shown)
    if not found:
        raise WrongMailbox(
            f"The consent page is for {', '.join(shown) or 'an account that it does not name'}, "
            f"not for {job.channel.address}.",
            remedy="Nothing was accepted. Check where the mailbox's domain signs in.",
            reason="consent",
        )
    check_request(job)
    check_client(job, consent, seen)
    refuse_foreign(consent.scopes)
    if consent.unticked:
        for box in await elements(page, SITES[seen.site].elements.get("scope-box", ())):
            await box.check(timeout=job.patience * 1000)
    return ", ".join(sorted(found)), consent


async def account_of(job: Job) -> list[str]:
    """Whose session a consent page speaks of that names nobody: the provider's own account page says it, in this browser and at
    this moment. Nothing where that page is not known."""
    host = job.channel.mail_host
    if host is None or not host.home_url:
        return []
    page = await job.context.new_page()
    try:
        await job.goto(host.home_url, page)
        seen = await look(page, goal="^" + re.escape(host.home_url), patience=job.patience, overrides=job.locators)
        return await addresses_on(page) if seen.screen == "goal" else []
    finally:
        await page.close()


async def read(job: Job, page: Page, seen: Seen) -> Consent:
    """What the page says now."""
    site = SITES[seen.site]
    names = {"app": "consent.app", "scopes": "consent.scopes", "boxes": "scope-box"}
    at = {key: site.locators(name, job.locators) if name in site.elements else [] for key, name in names.items()}
    return Consent(**await evaluate(page, READ, at))


def check_request(job: Job) -> None:
    """What the authorize request says of itself, whether or not a consent page follows: the host that gets the code is on the
    allow-list, and every permission is one that a mail reader needs. Raises HumanNeeded."""
    host = job.facts.client.get("redirect_host", "")
    if host not in job.channel.redirect_hosts:
        raise refused(
            f"The application would send the mailbox's code to {host or 'an unknown host'}.",
            "If that is right, add the host to redirect_hosts of the channel (runbook.toml).",
        )
    refuse_foreign([str(scope) for scope in job.facts.client.get("scopes", [])])


def check_client(job: Job, consent: Consent, seen: Seen) -> None:
    """The application's name is the pinned one (told if none is pinned)."""
    pattern = SITES[seen.site].app_name
    name = next((found[1] for text in consent.app if (found := re.match(pattern, text))), "")
    job.facts.client = {**job.facts.client, "name": name}
    pinned = job.channel.oauth_client
    if pinned is None and not name:
        job.warn(
            f"The consent page does not name the application; its code goes to {job.facts.client['redirect_host']}."
        )
    elif pinned is None:
        job.warn(f"The consent page names the application {name!r}. Pin it: RUNBOOK_OAUTH_CLIENT={name}")
    elif pinned.lower() != name.lower():
        raise refused(
            f"The consent page names the application {name!r}, the settings pin {pinned!r}.",
            "If the name has changed and is right, correct RUNBOOK_OAUTH_CLIENT.",
        )


def refuse_foreign(permissions: list[str]) -> None:
    """Raises HumanNeeded for a permission that a mail reader does not need; page's words or request's names."""
    odd = [text for text in permissions if FOREIGN.search(text) or not HARMLESS.search(text)]
    if odd:
        raise refused(
            f"The application asks for more than mail: {'; '.join(odd)[:200]}.",
            "An administrator must judge this; nothing was accepted.",
        )


def refused(cause: str, remedy: str) -> HumanNeeded:
    """The ending for a consent page that must not be accepted unseen."""
    return HumanNeeded(cause, remedy=remedy, reason="consent")
