"""The window in which the mail provider answers Jira: opened through the e-mail page, popup or this tab."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, Request

from flows.consent import allow, check, check_request
from flows.jira.email_page import STALE, alerts, choose, mark_rows, open_page, watch
from flows.jira.page import DIALOG, first_of, get, need, push
from flows.screens import Seen, look
from flows.screens.answer import SignIn
from runbook.step import HumanNeeded, Job, PageChanged, origin_of


class Reached(Exception):
    """The consent page is there: the way out of the sign-in, not an error."""


async def reach_consent(job: Job) -> bool:
    """Brings the provider's window to its consent page and checks that page, with nothing accepted: what could stop the
    connection then stops it before the old one is cut. False where Jira offers no Add beside the old row, or where the
    provider asks nothing because it remembers the consent; Jira then refuses the second connection of one address.

    Raises like the checks of the consent page.
    """
    if await get(job, "email-page.add-account") is None:
        return False
    window = job.window = await open_provider(job)

    async def stop(seen: Seen) -> None:
        if "decline" not in seen.fields:
            return await allow(job, window, seen)  # a page that only names the application; the consent page follows
        await check(job, window, seen)
        if accept := seen.fields.get("accept"):
            await window.is_visible(accept)  # the driver puts its script into the page now, and not in the gap
        sign_in.stays = True
        raise Reached

    sign_in = SignIn(job, job.mailbox, window, goal(job), on_consent=stop)
    try:
        await sign_in.run()
    except Reached:
        job.facts.consent_shown = True
        return True
    except PlaywrightError:
        if not window.is_closed():
            raise
    if window is not job.jira:
        await closed(window, job.patience)
    job.window = None
    await watch(job, patience=STALE)  # Jira refuses the second connection, and says so
    await job.goto(job.facts.email_page, job.jira)
    await open_page(job)
    return False


def look_ahead(job: Job) -> None:
    """Begins to read the open consent page for the step that accepts it: the moments in which Jira removes the old connection are
    enough for that. What the page says is read again before it is accepted."""
    if job.beside and job.facts.consent_shown and job.window is not None:
        reading = look(job.window, goal=goal(job), patience=job.patience, overrides=job.locators)
        job.sighted[job.window] = asyncio.ensure_future(reading)


async def open_provider(job: Job) -> Page:
    """Presses Add and the provider's button; the page on which the provider then asks, popup or this tab.

    Raises HumanNeeded, with the window closed again, when Jira's request is not one that a mail reader makes.
    """
    asked = asyncio.Event()

    def note(request: Request) -> None:
        note_client(job, request)
        if job.facts.client:
            asked.set()

    await open_page(job)
    await mark_rows(job)
    job.context.on("request", note)
    try:
        window = await press_through(job)
        with suppress(TimeoutError):  # a request that is not seen is refused at the consent page
            async with asyncio.timeout(job.patience):
                await asked.wait()
    finally:
        job.context.remove_listener("request", note)
    if asked.is_set():
        try:
            check_request(job)
        except HumanNeeded:
            await abandon(job, window)
            raise
    return window


async def abandon(job: Job, window: Page) -> None:
    """Leaves the provider's window, wherever it is."""
    job.window = None
    if window is job.jira:
        await job.goto(job.facts.email_page, job.jira)
    else:
        await window.close()


async def press_through(job: Job) -> Page:
    """Add, perhaps Jira's question for the request type, and the provider's button."""
    await push(job, "email-page.add-account")
    button = f"dialog.{job.channel.provider}"
    for _ in range(3):
        seen = await first_of(job, (*DIALOG, button))
        scope = DIALOG if seen == "dialog" else ()
        if scope and await first_of(job, (button, "dialog.request-type"), scope) == "dialog.request-type":
            await choose_type(job)
            continue
        job.window = await opened(job, button, scope)
        return job.window
    await need(job, button)
    job.window = await opened(job, button, ())
    return job.window


def goal(job: Job) -> str:
    """Where the provider's part is over: at Atlassian's own hosts, or back on the e-mail page itself."""
    hosts = [re.escape(host) for host in job.channel.redirect_hosts if host != job.channel.site.host]
    return rf"^(https://({'|'.join(hosts)})/|{re.escape(job.facts.email_page)}(?![^?#]))"


async def choose_type(job: Job) -> None:
    """Answers Jira's question for the request type, with the captured or configured one, else with the first it offers."""
    field = await need(job, "dialog.request-type", DIALOG)
    if job.facts.request_type:
        await choose(job, field, job.facts.request_type)
    elif await field.evaluate("el => el.tagName") != "SELECT":
        await choose(job, field, "")
    await push(job, "dialog.done", DIALOG)


async def opened(job: Job, button: str, scope: tuple[str, ...]) -> Page:
    """Presses the provider's button and returns the window in which the provider answers. Raises PageChanged if none does."""
    limit = job.patience * 1000
    popup = asyncio.ensure_future(job.context.wait_for_event("page", timeout=limit))
    here = job.jira.main_frame
    moved = asyncio.ensure_future(job.jira.wait_for_event("framenavigated", lambda frame: frame == here, timeout=limit))
    refused = asyncio.ensure_future(watch(job))
    try:
        await push(job, button, scope)
        await asyncio.wait({popup, moved, refused}, return_when=asyncio.FIRST_COMPLETED)
        if popup.done() and popup.exception() is None:
            return popup.result()
        if moved.done() and moved.exception() is None:
            return job.jira
        raise PageChanged(
            f"No window of the mail provider opened. {await alerts(job)}".strip(),
            reason="no-window",
            expected="a popup, or the provider's page in this tab",
        )
    finally:
        for waiting in (popup, moved, refused):
            waiting.cancel()
        await asyncio.gather(popup, moved, refused, return_exceptions=True)


async def closed(window: Page, patience: float) -> None:
    """Waits until the popup has closed itself."""
    if not window.is_closed():
        try:
            await window.wait_for_event("close", timeout=patience * 1000)
        except PlaywrightError as error:
            if not window.is_closed():
                raise PageChanged("The provider's window did not close.", reason="popup-open") from error


def note_client(job: Job, request: Request) -> None:
    """Remembers what the authorize request says of itself: client id, host to return to, scopes; never its state or challenge."""
    if not request.is_navigation_request() or "redirect_uri=" not in request.url:
        return
    query = {key: values[0] for key, values in parse_qs(urlsplit(request.url).query).items()}
    if query.get("response_type") and origin_of(request.url) != job.channel.site.url:
        host = urlsplit(query["redirect_uri"]).hostname or ""
        if "client_id" in query and not job.facts.client:
            job.facts.client = {
                "id": query["client_id"],
                "redirect_host": host,
                "scopes": query.get("scope", "").split(),
            }
