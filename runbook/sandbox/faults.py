"""Faults that cannot happen in a world are refused: whoever switches one on would take a good run for a proof."""

from __future__ import annotations

from typing import Any

from runbook.errors import ConfigError
from runbook.sandbox.flow import GATES
from runbook.sandbox.hostile import INSTEAD, ON_ITS_OWN
from runbook.sandbox.world import World

ON_THE_CONSENT_PAGE = frozenset({"admin-approval", "consent-other-client", "consent-more-scopes"})
# Those that may be for one address.
FOR_ONE = frozenset(
    {
        *(*GATES, *ON_THE_CONSENT_PAGE, *INSTEAD, *ON_ITS_OWN),
        *("browser-rejected", "idp-survives-logout", "logout-503", "silent-again"),
    }
)


def check(world: World) -> None:
    """Raises ConfigError for a fault with a value that means nothing, and for one that never comes up in this world."""
    for name, value in world.faults.items():
        why = _value(world, name, value) or _place(world, name, value)
        if why:
            raise ConfigError(
                f"--fault {name}{'' if value is True else f'={value}'}: {why}.",
                remedy="Correct it, leave it out, or play another --scenario.",
            )


def _value(world: World, name: str, value: Any) -> str:
    if value is True:
        return ""
    if name in FOR_ONE:
        known = ", ".join(world.accounts)
        return "" if world.account(str(value)) else f"nobody has that address; there are {known}"
    if name == "renamed-labels":
        return "" if value in ("unknown", "all") else "its values are `unknown` and `all`"
    if name == "connects-other":
        return "" if "@" in str(value) else "its value is an address"
    return "it takes no value"


def _place(world: World, name: str, value: Any) -> str:
    played = world.scenario
    if name == "browser-rejected" or name in ON_ITS_OWN:
        home = "google" if name == "browser-rejected" else "microsoft"
        there = [each.address for each in world.accounts.values() if each.home == home]
        if not there:
            return f"nobody signs in at {home.capitalize()} in the scenario {played.name}"
        return (
            "" if value is True or str(value).lower() in there else f"{value} does not sign in at {home.capitalize()}"
        )
    if name == "signout-chooser" and "microsoft" not in (played.idp, played.mail):
        return f"nobody signs out at Microsoft in the scenario {played.name}"
    if name == "popup-blocked" and played.window != "popup":
        return f"the trait {played.window} opens no window"
    if name in ON_THE_CONSENT_PAGE and played.consented:
        return "the trait consented passes over the consent page"
    return ""
