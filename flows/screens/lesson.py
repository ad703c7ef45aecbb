"""What the sign-in loop asks somebody who teaches: a field on a page of a known site that is not recognised, a button to go on."""

from __future__ import annotations

from collections.abc import Sequence

from playwright.async_api import ElementHandle, Page

from flows.screens import SITES, Seen
from flows.teach import teach
from runbook.step import Job, Login

FIELDS = {"username": "user name", "password": "password", "code": "one-time code"}


def element_name(site: str, role: str, screen: str = "") -> str | None:
    """The full name of the element in which a site's table finds a role, on one of its screens or on any; None if on none."""
    screens = SITES[site].screens if site in SITES else ()
    names = [s.fields[role] for s in screens if role in s.fields and screen in ("", s.name)]
    return f"{site}.{names[0]}" if names else None


async def show_field(job: Job, page: Page, seen: Seen, login: Login, done: Sequence[tuple[str, str, str]]) -> bool:
    """On an unknown page asks for the field that comes next in a sign-in. True when it was shown: the page can be read again."""
    if seen.screen != "unknown" or not job.host.teaching:
        return False
    named = any(screen in ("username", "credentials") for _, screen, _ in done)
    role = "code" if login.passwords_typed else "password" if named else "username"
    name = element_name(seen.site, role)
    if name is None:
        return False
    return await teach(job, page, name, f"the field for the {login.role}'s {FIELDS[role]}", kind=role) is not None


async def show_button(job: Job, page: Page, seen: Seen) -> ElementHandle | None:
    """Asks for the button that goes on from this screen; None when nobody shows it."""
    name = element_name(seen.site, "submit", seen.screen)
    if name is None:
        return None
    return await teach(job, page, name, "the button that goes on from this page")
