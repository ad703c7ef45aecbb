"""When a channel may be re-authorized by a schedule: `[policy]`, and `[channels.KEY.policy]` over it."""

from __future__ import annotations

from runbook.settings.model import Model


class Policy(Model):
    """What a sweep keeps to for one channel."""
