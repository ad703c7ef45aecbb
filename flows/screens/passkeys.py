"""The answer to a page that asks for a security key, by the identity's own passkey."""

from __future__ import annotations

from dataclasses import replace

from playwright.async_api import Page

from flows.screens import EYES, SITES, Seen, look, patiently
from flows.screens.press import press
from runbook.step import CredentialsRejected, HumanNeeded, Job, Login, SecurityKey

ANOTHER_WAY = 3.0  # seconds that a page may take to offer one, once its request to the (empty) key has failed
WAYS = ("password", "other")
APPEARS = (
    "({ways, patience}) => {"
    + EYES
    + """
  return new Promise((resolve) => {
    let timer = null;
    const began = performance.now();
    const check = () => {
      look.roots = roots();
      const found = Object.entries(ways).map(([role, list]) => [role, find(list)]).filter(([, el]) => el);
      if (!found.length && performance.now() - began < patience) return;
      observer.disconnect(); clearInterval(timer);
      resolve(Object.fromEntries(found.map(([role, el]) => [role, selectorOf(el)])));
    };
    const observer = new MutationObserver(check);
    observer.observe(document, {subtree: true, childList: true, attributes: true});
    timer = setInterval(check, 100);
    check();
  });
}"""
)


async def with_other_ways(job: Job, page: Page, seen: Seen) -> Seen:
    """The reading with the ways round a security key, which many pages offer only after the key has failed them."""
    site = SITES.get(seen.site)
    if site is None or any(seen.fields.get(way) for way in WAYS):
        return seen
    names = {
        role: name for s in site.screens if s.name == seen.screen for role, name in s.fields.items() if role in WAYS
    }
    if not names:
        return seen
    ways = {role: site.locators(name, job.locators) for role, name in names.items()}
    found = await patiently(page, APPEARS, {"ways": ways}, min(ANOTHER_WAY, job.patience))
    return replace(seen, fields={**seen.fields, **found})


async def use_passkey(job: Job, page: Page, key: SecurityKey, login: Login, seen: Seen, goal: str) -> None:
    """Lets the page's own request for a security key be answered by the passkey, and takes it out again. A page that has not
    asked yet has a button for it (`start`).

    Raises like `SecurityKey.insert`; CredentialsRejected when the page says that it does not know the passkey, HumanNeeded when
    it stays where it is.
    """
    assert login.passkey is not None  # noqa: S101 - the caller asked before
    now = seen
    try:
        await key.insert(login.passkey, seen.origin, job.host.now())
        if not await key.release() and (selector := seen.fields.get("start")):
            await press(page, selector, job.patience)
        while now.moved and (now.site, now.screen) == (seen.site, seen.screen) and (now is seen or not now.problem):
            now = await look(page, after=now.signature, goal=goal, patience=job.patience, overrides=job.locators)
    finally:
        await key.remove()
    if (now.site, now.screen) != (seen.site, seen.screen):
        job.say(f"{seen.site} took the {login.role}'s passkey.")
    elif now.problem:
        job.host.remember_rejected(login, "passkey")
        raise CredentialsRejected(
            f"The {login.role}'s passkey was refused. {seen.site} says: {now.problem_text}", reason="passkey"
        )
    else:
        raise HumanNeeded(
            f"{seen.site} did not take the {login.role}'s passkey.",
            reason="passkey",
            seen=seen.place,
            remedy="Check that this very passkey is enrolled at that account, and that the organisation allows it.",
        )
