"""Step 6: prove that the mailbox can sign in, before anything is cut."""

from __future__ import annotations

import re

from playwright.async_api import Page

from flows.addresses import ADDRESS
from flows.idp_logout import provider
from flows.screens import evaluate
from flows.screens.answer import SignIn
from runbook.step import Job, Step, WrongMailbox, origin_of

ADDRESSES = """() => {
  const texts = [document.body.innerText, ...[...document.querySelectorAll('[aria-label], [title], [data-email]')]
    .flatMap((el) => [el.getAttribute('aria-label'), el.title, el.dataset.email])].filter(Boolean);
  return [...new Set(texts.join(' ').toLowerCase().match(ADDRESS) || [])];
}""".replace("ADDRESS", ADDRESS, 1)


# A page may be told by its address before anything of it is there.
WHOLE = (
    "async () => { if (document.readyState === 'loading') await new Promise((done) => "
    f"document.addEventListener('DOMContentLoaded', done, {{once: true}})); return ({ADDRESSES})(); }}"
)


async def addresses_on(page: Page) -> list[str]:
    """Every mail address that the page shows or says, in lower case, once the page is there."""
    return [str(address) for address in await evaluate(page, WHOLE)]


class ProveMailbox(Step):
    """Signs in with the mailbox's own credentials, second factor included, in the very context that will connect it."""

    name = "prove_mailbox"
    title = "Prove the mailbox's sign-in"
    before = "Nobody is signed in at the mail provider."
    after = "The mail provider's account page shows the mailbox's address and nobody else's."
    by_hand = "In the second tab sign in at the mail provider as the mailbox; its account page shows that address and no other."
    in_jira = False

    async def run(self, job: Job) -> None:
        page = await job.tab()
        place = await provider(job, page)
        account = place.site.account or place.home
        if origin_of(page.url) != origin_of(place.logout) or not place.site.account:
            await job.goto(place.home)
        await SignIn(job, job.mailbox, page, "^" + re.escape(account)).run()
        job.facts.proven = True
        wanted = job.channel.mailbox_names
        shown = await addresses_on(page)
        if not wanted & set(shown):
            raise WrongMailbox(
                f"The mail provider is signed in as {', '.join(shown) or 'nobody that its page names'}, not as {job.channel.address}.",
                remedy="Check the mailbox's user name and where its domain signs in. If that is the mailbox's own name there, "
                "set RUNBOOK_MAILBOX_SHOWN_AS.",
                reason="proof",
            )
        if job.admin.username.lower() in shown:
            raise WrongMailbox(
                "The mail provider still knows the admin beside the mailbox.",
                remedy="Sign the admin out of the mail provider. Nothing was changed in Jira.",
                reason="two-accounts",
            )
        job.say(f"{job.channel.address} signed in at {place.site.name}; the old connection is untouched so far.")
        job.prove(
            "mailbox",
            f"{place.site.name.capitalize()} names the mailbox as who is signed in, and not the admin.",
            page=origin_of(page.url),
            account_shown=sorted(shown),
        )
