"""The canary mail of a check: `[canary]`, and `[channels.KEY.canary]` over it."""

from __future__ import annotations

from runbook.settings.model import Model


class Canary(Model):
    """How a canary mail is sent, by SMTP."""
