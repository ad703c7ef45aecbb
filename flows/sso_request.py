"""The request by which Jira sends the browser to the identity provider: it is what a consent there is judged by, and what is
asked again to prove that nobody is signed in any more."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from playwright.async_api import Page, Request

from flows.consent import refused
from flows.screens import Seen
from flows.screens.answer import page_changed
from flows.screens.press import press
from runbook.step import Job, origin_of

# What an application may know of who signs in.
IDENTITY = frozenset({"openid", "profile", "email", "offline_access"})
MARKS = ({"SAMLRequest"}, {"client_id", "redirect_uri", "response_type"}, {"wa", "wtrealm"})


def note_request(job: Job, request: Request) -> None:
    """Remembers the first sign-in request of a run. One that was posted cannot be asked again by its address."""
    if job.asked or request.method != "GET" or not request.is_navigation_request():
        return
    if origin_of(request.url) in job.channel.site.idp.origins:
        names = set(parse_qs(urlsplit(request.url).query))
        if any(marks <= names for marks in MARKS):
            job.asked = request.url


async def allow_sign_in(job: Job, page: Page, seen: Seen) -> None:
    """Accepts that the identity provider tells Jira who signed in, and nothing else. Raises HumanNeeded for any other consent."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(job.asked).query).items()}
    host = urlsplit(asked.get("redirect_uri", "")).hostname or ""
    scopes = set(asked.get("scope", "").split())
    if host not in job.channel.redirect_hosts or not scopes or not scopes <= IDENTITY:
        raise refused(
            f"The identity provider asks the admin to allow {host or 'an unknown application'} "
            f"{', '.join(sorted(scopes - IDENTITY)) or 'something that is not told'}.",
            "Sign in to Jira once by hand and judge what is asked for; nothing was accepted.",
        )
    job.decide(
        "accept",
        f"Consent page of {seen.site}: {host} may know who signs in ({' '.join(sorted(scopes))}).",
        answer_goes_to=host,
        scopes_asked=sorted(scopes),
    )
    if not (selector := seen.fields.get("accept")):
        raise page_changed(seen, "a button to accept", "The consent page has no button to accept.")
    await press(page, selector, job.patience)
