"""The embedded stand-in for every site that the runbook visits: Jira, Atlassian's sign-in, identity and mail providers.

`build(parse(...))` makes a world, `server.Server(world)` serves it, `channel(world)` gives the settings of a run in it.
"""

from __future__ import annotations

from runbook.sandbox.scenario import parse
from runbook.sandbox.seed import build, channel

__all__ = ["build", "channel", "parse"]
