"""Step 8: connect the mailbox over OAuth."""

from __future__ import annotations

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from flows.consent import allow
from flows.jira.email_page import STALE, alerts, open_page, read_rows, watch
from flows.oauth_window import choose_type, closed, goal, open_provider
from flows.roll_back import new_rows, refuse_others, take_back
from flows.screens.answer import SignIn
from runbook.step import ConfigError, HumanNeeded, Job, PageChanged, Step, Transient, origin_of


class ConnectOauth(Step):
    """Facts: the provider takes the one session that it finds; popup or same tab, request type before or after: unknown (domain.md 12)."""

    name = "connect_oauth"
    title = "Connect the mailbox over OAuth"
    before = "Only the mailbox is signed in at the mail provider; Jira shows no connection of it."
    after = "Jira's page shows a new row."
    by_hand = (
        "Add the external address and choose the provider and the mailbox, if its consent page is not open already; read "
        "address, application and permissions, then accept."
    )
    cuts = True

    async def run(self, job: Job) -> None:
        window = job.window
        if window is None or not job.facts.consent_shown or window.is_closed():
            window = await self.window(job)
        known = [str(row["address"]) for row in job.facts.rows if row["address"] not in job.facts.removed]
        try:
            await SignIn(job, job.mailbox, window, goal(job), on_consent=lambda seen: allow(job, window, seen)).run()
        except PlaywrightError:
            if not window.is_closed():
                raise
        except PageChanged:
            # Jira may lead back to another of its own pages than the one we left.
            if origin_of(window.url) != job.channel.site.url:
                raise
            await open_page(job)
        if window is not job.jira:
            await closed(window, job.patience)
        if "name" not in job.facts.client:
            job.warn(
                "The provider remembered an earlier consent and showed no consent page, so the application's name was not seen; "
                "where it leads back to and what it asks for were checked."
            )
            job.prove(
                "request",
                "The provider showed no consent page; Jira's own request asks for mail alone and leads back to a known host.",
                scopes_asked=job.facts.client.get("scopes", []),
                answer_goes_to=job.facts.client.get("redirect_host", ""),
                client_id=job.facts.client.get("id", ""),
            )
        await self.back_in_jira(job, known)

    async def window(self, job: Job) -> Page:
        """The provider's window. A request that must not be answered was perhaps answered already, by a provider that asks
        nothing: what came of it is taken back."""
        try:
            return await open_provider(job)
        except HumanNeeded:
            await take_back(job)
            raise

    async def back_in_jira(self, job: Job, known: list[str]) -> None:
        """Waits for the new row, answering the question for the request type if it comes now."""
        beside = job.facts.consent_shown
        happened = await watch(job, known=known, fresh=True, patience=STALE if beside else job.patience)
        if happened == "nothing" and beside:
            # The page was drawn before the old row went, and has not been told: it is read again.
            await job.goto(job.facts.email_page, job.jira)
            happened = await watch(job, known=known)
        if happened == "dialog":
            await choose_type(job)
            happened = await watch(job, known=known, fresh=True, asks=False)
        if happened == "new":
            rows = await read_rows(job)
            await refuse_others(job, rows)
            job.facts.connected = [row.address for row in new_rows(job, rows)]
            return
        said = await alerts(job)
        if "another project" in said or "currently used" in said:
            raise ConfigError(
                f"Jira refuses {job.channel.address}: {said}",
                reason="duplicate",
                remedy="Remove the mailbox from the other project's e-mail channel first.",
            )
        raise (Transient if said else PageChanged)(
            f"Jira shows no new connection. {said}".strip(),
            reason="not-connected",
            expected="a new row with the mailbox's address",
        )
