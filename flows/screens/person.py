"""A screen that only a person may answer: what to tell, how long to wait, how it ends when nobody comes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from flows.screens import Seen, look
from runbook.step import HumanNeeded, Job, PageChanged, RunbookError

TEXTS = {
    "captcha": "Solve the captcha in the window.",
    "push": "Approve the sign-in on the phone{number}.",
    "security-key": "Use the security key, or choose another way in the window.",
    "totp": "Type the code of the authenticator app; no TOTP secret is configured.",
    "one-time-code": "Type the code that was sent, or that the page asks for.",
    "admin-approval": "An administrator of the provider must approve this application.",
    "mfa-enrolment": "Set up the second factor that the provider insists on.",
    "passkey-enrolment": "Answer the page that offers a passkey.",
    "password-expired": "Choose a new password, and put it into the settings afterwards.",
    "terms": "Read the terms and accept or decline them.",
    "device-check": "Confirm this device in the window.",
    "device-trust": "Confirm this device in the window.",
    "method-chooser": "Choose the way to sign in; no authenticator code is offered.",
    "browser-rejected": "The provider refuses this browser; go back and sign in by hand in this window.",
    "consent": "Read what the application asks for and decide.",
    "account-chooser": "Choose the account to go on with.",
    "unknown": "This page is not known; do in the window what it asks for.",
}
# Where another way than `--headed` alone helps.
REMEDIES = {"browser-rejected": "Run again with `--browser chrome --headed`, and sign in by hand in that window."}


async def call_person(
    job: Job, page: Page, seen: Seen, goal: str, role: str, answered: Sequence[tuple[str, str, str]] = ()
) -> None:
    """In a headed run tells a person what to do on this screen and returns as soon as another one is there. `role`: whose
    sign-in it is; `goal`: regex of the address at which it is over; `answered`: site, screen and path of the last answer.

    Raises the screen's ending at once when the run is headless, and after the channel's `person_timeout` when nobody did it.
    """
    number = await number_on(page, seen)
    text = TEXTS.get(seen.screen, TEXTS["unknown"]).format(number=f" with the number {number}" if number else "")
    named = role if [last[:2] for last in answered] == [(seen.site, "username")] else ""
    if not job.host.headed:
        raise ending(seen, "", REMEDIES.get(seen.screen, f"Run again with --headed. {text}"), named)
    if not await job.host.person(page, text, passed(job, page, seen, goal, number)):
        waited = f"{job.channel.person_timeout:g} s"
        remedy = REMEDIES.get(seen.screen, f"Run again with --headed and stay with it. {text}")
        raise ending(seen, f", and nobody did it within {waited} (person_timeout)", remedy, named)
    if seen.screen == "password-expired":
        job.warn(f"The {role}'s password had expired: put the one that was chosen by hand into the settings.")


async def passed(job: Job, page: Page, seen: Seen, goal: str, number: str) -> bool:
    """Waits until the page is another one, and says whether it became one within the channel's `person_timeout`. The same
    screen once more (mistyped, loaded again) is still the person's, unless it shows another number to approve."""
    seconds, now = job.channel.person_timeout, seen
    try:
        async with asyncio.timeout(seconds):
            while (now.site, now.screen) == (seen.site, seen.screen) and await number_on(page, now) == number:
                now = await look(page, after=now.signature, goal=goal, patience=seconds, overrides=job.locators)
    except TimeoutError:
        return False
    return True


async def number_on(page: Page, seen: Seen) -> str:
    """The number that the screen shows for the phone, or an empty text."""
    selector = seen.fields.get("number")
    with suppress(PlaywrightError):  # a page that moves on just now shows no number any more
        element = await page.query_selector(selector) if selector else None
        return (await element.inner_text()).strip() if element else ""
    return ""


def ending(seen: Seen, more: str, remedy: str, named: str = "") -> RunbookError:
    """The ending for a screen that only a person may answer; `more` goes on with the sentence of its cause. `named`: whose
    user name this very site was given just before, which may be one that it does not know."""
    if seen.screen == "unknown":
        after = f" It came right after the {named}'s user name." if named else ""
        check = (
            f"Check the {named}'s user name (RUNBOOK_{named.upper()}_USERNAME): a site that does not know it may offer to sign up. "
            f"If it is right: {PageChanged.default_remedy[0].lower()}{PageChanged.default_remedy[1:]}"
        )
        return PageChanged(
            f"This page of the sign-in is not known{more}.{after}",
            remedy=check if named else "",
            seen=f"{seen.site}/{seen.screen} at {seen.place} ({seen.title})",
            expected="one of the sign-in screens",
            reason=seen.screen,
        )
    return HumanNeeded(
        f"{seen.site} asks for a person: {seen.screen}{more}.", reason=seen.screen, seen=seen.place, remedy=remedy
    )
