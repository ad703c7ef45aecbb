"""Every element that a step or a screen looks for, by its full name, and the check of overrides."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches

from flows.jira.names import LOCATORS
from flows.screens import SITES
from runbook.step import ConfigError


def elements() -> dict[str, tuple[str, ...]]:
    """Full name (`microsoft.consent.accept`, `email-page.add-account`) to the built-in locators."""
    return LOCATORS | {f"{site.name}.{name}": ways for site in SITES.values() for name, ways in site.elements.items()}


def known(overrides: Mapping[str, str]) -> dict[str, str]:
    """Those of the overrides whose element there is: an earlier version may have known others."""
    there = elements()
    return {name: locator for name, locator in overrides.items() if name in there}


def check_overrides(overrides: Mapping[str, str]) -> None:
    """Raises ConfigError for a name that no element has, or a locator whose text pattern is not `/regex/flags`."""
    there = elements()
    for name, locator in overrides.items():
        if name not in there:
            near = get_close_matches(name, there)
            raise ConfigError(
                f"[locators] {name} is not an element that the runbook looks for.",
                remedy=f"Did you mean {' or '.join(near)}?" if near else "Example: email-page.add-account",
            )
        _, sep, pattern = locator.partition(" :: ")
        if sep and not re.fullmatch(r"/.+/[a-z]*", pattern.strip(), re.DOTALL):
            raise ConfigError(
                f"[locators] {name} has a text pattern that cannot be read: {pattern}",
                remedy='Example: "role=button :: /^link an inbox$/i"',
            )
