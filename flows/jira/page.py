"""How a step finds and presses a named element of Jira's pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from playwright.async_api import ElementHandle

from flows.jira.names import CHOICES, WORDS, locators
from flows.jira.tab import session_ended, signed_out
from flows.screens import EYES, evaluate_handle, patiently, patiently_handle
from flows.screens.press import press as press_once
from flows.teach import teach
from runbook.step import Job, PageChanged, RunbookError, load_script, origin_of

WAIT = load_script(__file__, "wait.js").replace("EYES", EYES, 1)
FIND = (
    """([locators, scope, text]) => {"""
    + EYES
    + """
  look.roots = roots();
  const scopes = scope ? findAll(scope) : [];
  if (scope && !scopes.length) return null;
  const found = findAll(locators, scopes[scopes.length - 1]);
  return (text === null ? found : found.filter((el) => labelOf(el) === text || textOf(el) === text || el.value === text))[0] || null;
}"""
)
DIALOG = ("dialog",)
COVERED = 3.0  # seconds that a message may lie over a button before it is closed


def scope_of(job: Job, scope: Sequence[str]) -> list[str] | None:
    """The locators of a scope's names, or None for the whole page."""
    return [way for ways in locators(scope, job.locators).values() for way in ways] or None


async def first_of(
    job: Job, names: Sequence[str], scope: Sequence[str] = (), patience: float | None = None
) -> str | None:
    """Waits until one of the named elements is really visible and returns its name; None when none comes."""
    waited = job.patience if patience is None else patience
    found = await patiently(job.jira, WAIT, _first(job, names, scope), waited)
    return None if found is None else str(found)


async def await_element(job: Job, name: str, scope: Sequence[str] = ()) -> ElementHandle | None:
    """Waits until the named element is really visible and returns it; None when it does not come."""
    handle = await patiently_handle(job.jira, WAIT, {**_first(job, [name], scope), "give": True}, job.patience)
    return handle.as_element()


def _first(job: Job, names: Sequence[str], scope: Sequence[str]) -> dict[str, Any]:
    return {"names": locators(names, job.locators), "scope": scope_of(job, scope), "gone": False, "give": False}


async def gone(job: Job, names: Sequence[str]) -> bool:
    """Waits until none of the named elements is visible any more."""
    arg = {"names": locators(names, job.locators), "scope": None, "gone": True}
    return bool(await patiently(job.jira, WAIT, arg, job.patience))


async def get(job: Job, name: str, scope: Sequence[str] = (), text: str | None = None) -> ElementHandle | None:
    """The named element as it is now (with exactly this label, if one is given), or None."""
    arg = [locators([name], job.locators)[name], scope_of(job, scope), text]
    handle = await evaluate_handle(job.jira, FIND, arg)
    return handle.as_element()


async def press(job: Job, element: ElementHandle) -> None:
    """Presses an element, after closing the messages that lie over it. Raises PageChanged when it cannot be pressed."""
    await job.free(job.jira)
    try:
        await press_once(job.jira, element, min(COVERED, job.patience))
    except PageChanged:
        while (cover := await get(job, "message.close")) is not None:
            await press_once(job.jira, cover, job.patience)
            await cover.wait_for_element_state("hidden", timeout=job.patience * 1000)
        await press_once(job.jira, element, job.patience)


async def push(job: Job, name: str, scope: Sequence[str] = ()) -> None:
    """Waits for the named element and presses it. Raises PageChanged when it does not come."""
    await press(job, await need(job, name, scope))


async def need(job: Job, name: str, scope: Sequence[str] = (), *, row: str | None = None) -> ElementHandle:
    """Waits for the named element, asks somebody who teaches to show it when it does not come, and returns it. With `row`, the
    CSS of a row, it was looked for there already. Raises PageChanged."""
    element = await await_element(job, name, scope) if row is None else None
    if element is None and name in WORDS:
        kind = "choice" if name in CHOICES else "press"
        element = await teach(job, job.jira, name, WORDS[name], kind=kind, row=row)
    if element is None:
        raise missing(job, name)
    return element


def missing(job: Job, name: str) -> RunbookError:
    """The ending for an element that should be there."""
    if signed_out(job):
        return session_ended()
    return PageChanged(
        f"Jira's page does not show what was looked for: {name}.",
        seen=origin_of(job.jira.url) + "/…",
        expected=f"{name}: {' or '.join(locators([name], job.locators)[name][:2])}",
        remedy=f"Run with --headed and look at the page; the locator `{name}` can be set under [locators] in runbook.toml.",
        reason=name,
    )
