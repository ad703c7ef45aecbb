"""What the sign-in loop asks somebody who teaches: the fields of a page that is not recognised, the button to go on from one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from playwright.async_api import ElementHandle, Page

from flows.screens import SITES, Seen, elements, look
from flows.teach import in_vain, teach
from runbook.step import Job, Login

FIELDS = {"username": "user name", "password": "password", "code": "one-time code"}
# The screen that a page becomes once these roles are found on it.
BECOMES = {
    ("username",): "username",
    ("username", "password"): "credentials",
    ("password",): "password",
    ("code",): "totp",
}
TEXT = "input:is(:not([type]), [type=text], [type=email], [type=tel], [type=number], [type=url])"
SECRET = "input[type=password]"  # noqa: S105
COULD_BE = {"username": TEXT, "password": SECRET, "code": f"{TEXT}, {SECRET}"}


async def names_for(page: Page, site: str, roles: tuple[str, ...], overrides: Mapping[str, str]) -> tuple[str, ...]:
    """The full names of the elements that make a screen for these roles of this very page, once they are found: the site's
    own where its table then knows the page, else those of the form finder."""
    screens = SITES[site].screens if site in SITES else ()
    fitting = [
        tuple(s.fields[r] for r in roles) for s in screens if s.name == BECOMES[roles] and {*roles} <= {*s.fields}
    ]
    # The field of the site's plain form before those of its by-ways.
    for own in sorted(dict.fromkeys(fitting), key=lambda names: names != roles):
        names = tuple(f"{site}.{name}" for name in own)
        supposed = {name: COULD_BE[role] for name, role in zip(names, roles, strict=True)}
        seen = await look(page, patience=0.0, overrides={**overrides, **supposed})
        if seen.screen == BECOMES[roles] and tuple(seen.names.get(role) for role in roles) == names:
            return names
    return tuple(f"generic.{role}" for role in roles)


async def show_fields(job: Job, page: Page, seen: Seen, login: Login, done: Sequence[tuple[str, str, str]]) -> bool:
    """On an unknown page asks for the fields that come next in a sign-in. True when they were shown: the page can be read again.
    Raises PageChanged when all that could be shown is found, and the page is unknown all the same."""
    if seen.screen != "unknown" or not job.host.teaching:
        return False
    named = any(screen in ("username", "credentials") for _, screen, _ in done)
    roles: tuple[str, ...] = ("code",) if login.passwords_typed else ("password",) if named else ("username",)
    if roles == ("username",) and await elements(page, [SECRET]):
        roles = ("username", "password")
    if not all([await elements(page, [COULD_BE[role]]) for role in roles]):
        return False
    asked = False
    names = await names_for(page, seen.site, roles, job.locators)
    for name, role in zip(names, roles, strict=True):
        site, element = name.split(".", 1)
        if await elements(page, SITES[site].locators(element, job.locators)):
            continue
        asked = True
        if await teach(job, page, name, f"the field for the {login.role}'s {FIELDS[role]}", kind=role) is None:
            return False
    if not asked:
        raise in_vain(job, page, name)
    return True


async def show_button(job: Job, page: Page, seen: Seen) -> ElementHandle | None:
    """Asks for the button that goes on from this screen; None when nobody shows it."""
    name = seen.names.get("submit")
    return None if name is None else await teach(job, page, name, "the button that goes on from this page")
