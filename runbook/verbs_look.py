"""What the verbs do that look and change nothing on any site: `inspect`, `locators`."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from runbook import browser as browsers
from runbook.errors import ConfigError
from runbook.interrupt import Interrupt
from runbook.settings import Settings, load


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


def overrides_in_force() -> dict[str, tuple[str, str]]:
    """Every override of a locator with where it comes from: runbook.toml before what was taught. Settings that cannot be used
    do not keep a page from being looked at."""
    from flows.elements import check_overrides
    from runbook.taught import Taught

    try:
        found = load()
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
        lines += [name, *(f"    {way}" for way in ways)]
        if name in overrides:
            locator, source = overrides[name]
            lines.append(f"  > {locator}  ({source})")
    return "\n".join(lines)


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
