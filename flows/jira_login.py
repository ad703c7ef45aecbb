"""Step 1: sign in to Jira through the identity provider."""

from __future__ import annotations

import re

from flows.jira.tab import home
from flows.screens.answer import SignIn
from flows.sso_request import allow_sign_in, note_request
from runbook.step import ConfigError, HumanNeeded, Job, PageChanged, Step


class JiraLogin(Step):
    """Facts: `GET /rest/api/3/myself` answers the account of the browser's own session."""

    name = "jira_login"
    title = "Sign in to Jira through the identity provider"
    before = "A fresh browser context in which nobody is signed in anywhere."
    after = "Jira names the admin's account when the page asks `/rest/api/3/myself`."
    by_hand = "In a private window open the project and sign in as the admin through the identity provider."

    async def run(self, job: Job) -> None:
        site = job.channel.site
        page = job.page
        page.on("request", lambda request: note_request(job, request))
        await job.goto(job.channel.email_page or home(job.channel))
        goal = rf"^{re.escape(site.url)}/(?!login)"
        await SignIn(job, job.admin, page, goal, on_consent=lambda seen: allow_sign_in(job, page, seen)).run()
        status, me = await job.fetch("/rest/api/3/myself")
        if status in (302, 401):  # as a Jira answers, of which another page was taken for the project's
            raise PageChanged(
                "The site shows a page of its own, and nobody is signed in to Jira.",
                reason="not-signed-in",
                seen=page.url.split("?")[0],
                expected="a sign-in page, or a page of Jira for somebody who is signed in",
            )
        if status != 200 or not isinstance(me, dict) or "accountId" not in me:
            raise ConfigError(
                f"{site.url} does not answer as a Jira Cloud site does (/rest/api/3/myself: {status}).",
                remedy="Set RUNBOOK_SITE to the site's own address, for example https://acme.atlassian.net.",
                reason="no-jira",
            )
        job.facts.account_id = str(me["accountId"])
        job.facts.account_address = str(me.get("emailAddress") or "")
        wanted, got = job.admin.username.lower(), job.facts.account_address.lower()
        if "@" in wanted and got and got != wanted:
            raise HumanNeeded(
                f"Jira is signed in as {got}, not as the configured admin {wanted}.",
                remedy="Correct the admin's user name, or the account that the identity provider maps it to.",
                reason="wrong-account",
            )
        job.say(f"Jira knows this browser as {got or job.facts.account_id}.")
        job.prove(
            "signed-in",
            f"Jira names the account of this browser, and it is the configured admin, {job.admin.username}."
            if "@" in wanted and got
            else "Jira names the account of this browser.",
            asked="/rest/api/3/myself",
            account_shown=got,
            account_id=job.facts.account_id,
        )
