"""What the verbs do that look and change nothing on any site: `steps`, `settings`, `inspect`, `locators`."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from runbook import browser as browsers
from runbook.errors import ConfigError
from runbook.interrupt import Interrupt
from runbook.settings import Settings, load
from runbook.step import Step


def markdown(steps: Sequence[Step]) -> str:
    """The runbook for a person: each step's title, precondition, what to do, and postcondition."""
    lines = ["# Connect a mailbox under single sign-on", ""]
    for number, step in enumerate(steps, 1):
        cut = " (changes the channel)" if step.cuts else ""
        lines += [f"## {number}. {step.title}{cut}", "", f"- Before: {step.before}", f"- By hand: {step.by_hand}"]
        lines += [f"- After: {step.after}", ""]
    return "\n".join(lines).rstrip()


def show_settings(project: str | None, config: Path | None, as_json: bool) -> str:
    """The settings in force, one line each: key, value (secrets as ***), source. With a project: those of its channel alone,
    and the tool's own. Raises ConfigError where they cannot be used."""
    found = load(project, config=config)
    if found.locators:
        from flows.elements import check_overrides

        check_overrides(found.locators)
    if as_json:
        told = [{"key": key, "value": value, "source": source} for key, value, source in found.rows(project)]
        return json.dumps(told, indent=2, ensure_ascii=False)
    rows = found.describe(project)
    wide = [max((len(row[at]) for row in rows), default=0) for at in (0, 1)]
    return "\n".join(f"{key:<{wide[0]}}  {value:<{wide[1]}}  {source}" for key, value, source in rows)


def inspect_pages(
    *, given: tuple[str, ...], url: str | None, urls: Path | None, as_json: bool, browser: str | None
) -> int:
    """Prints what is seen on each page; the exit code tells whether all were recognised."""
    from runbook import inspection

    pages = inspection.sources(given, url, urls)
    overrides = {name: str(locator) for name, (locator, _) in overrides_in_force().items()}
    found = browsers.ensure(browser, headed=False, say=_say)
    with Interrupt() as interrupt:
        seen = asyncio.run(interrupt.watch(inspection.inspect(found, pages, overrides)))
    if as_json:
        told = [inspection.as_json(each, overrides) for each in seen]
        text = json.dumps(told if len(pages) > 1 else told[0], indent=2, ensure_ascii=False)
    else:
        text = "\n\n".join(inspection.as_text(*each, overrides) for each in zip(pages, seen, strict=True))
    sys.stdout.write(text + "\n")
    return inspection.exit_code(seen)


def overrides_in_force(config: Path | None = None) -> dict[str, tuple[str, str]]:
    """Every override of a locator with where it comes from: runbook.toml before what was taught. Settings that cannot be used
    do not keep a page from being looked at."""
    from flows.elements import check_overrides
    from runbook.taught import Taught

    try:
        found = load(config=config)
        check_overrides(found.locators)
    except ConfigError:
        found = Settings()
    state = found.state
    lessons = Taught(state).lessons() if state.is_dir() else {}
    taught = {name: (each.locator, f"taught on {each.date[:10]} at {each.page}") for name, each in lessons.items()}
    return {**taught, **{name: (locator, "runbook.toml") for name, locator in found.locators.items()}}


def show_locators(as_json: bool, forget: str | None) -> str:
    """Every element that is looked for: name, built-in locators, override and where it comes from. `forget`: drop what was
    taught for this name first. Raises ConfigError when there is no such lesson."""
    from flows.elements import elements
    from runbook.taught import Taught

    if forget and not Taught(load().state).forget(forget):
        raise ConfigError(f"Nothing was taught for {forget}.", remedy="`python -m runbook locators` lists the names.")
    overrides = overrides_in_force()
    if as_json:
        rows = [
            {
                "name": name,
                "built_in": list(ways),
                "override": one[0] if one else None,
                "source": one[1] if one else None,
            }
            for name, ways in elements().items()
            for one in [overrides.get(name)]
        ]
        return json.dumps(rows, indent=2, ensure_ascii=False)
    lines = []
    for name, ways in elements().items():
        lines += [name, *(f"    {way}" for way in ways or ["(what the form finder finds)"])]
        if name in overrides:
            locator, source = overrides[name]
            lines.append(f"  > {locator}  ({source})")
    return "\n".join(lines)


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
