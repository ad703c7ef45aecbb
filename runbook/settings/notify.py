"""Who is told of failures and recoveries: `[notify]`."""

from __future__ import annotations

from runbook.settings.model import Model


class Notify(Model):
    """Where news of channels goes."""
