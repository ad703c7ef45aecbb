"""How unread mail is brought over a replacement: `[rescue]`, and `[channels.KEY.rescue]` over it."""

from __future__ import annotations

from runbook.settings.model import Model


class RescueSettings(Model):
    """The mailbox's own IMAP access."""
