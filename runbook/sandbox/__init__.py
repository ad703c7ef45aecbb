"""The embedded stand-in for every site that the runbook visits: Jira, Atlassian's sign-in, identity and mail providers.

`build(parse(...))` makes a world, `server.Server(world)` serves it, `channel(world)` gives the settings of a run in it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runbook.sandbox.scenario import parse
    from runbook.sandbox.seed import build, channel

__all__ = ["build", "channel", "parse"]


def __getattr__(name: str) -> Any:
    """Loads what serves pages when it is asked for: a run, whose sandbox is a process of its own, needs none of it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{'scenario' if name == 'parse' else 'seed'}"), name)
