"""By what a parked channel is recognised again: its secrets, its settings, the locators, this version. A hash, no value."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from runbook import __version__
from runbook.errors import RunbookError
from runbook.guard import Guard
from runbook.secrets import Secret
from runbook.settings import Channel
from runbook.state import State

NOTE = (
    "*",
    "fingerprint",
)  # the salt is the same for all channels of a state, so that an admin's secret is hashed once
UNREADABLE = "unreadable"


@dataclass
class Fingerprints:
    """Fingerprints of channels, for one sweep. `locators`: the overrides in force. May take a while: a secret may come from a
    password manager, and is hashed slowly."""

    state: State
    locators: Mapping[str, str]
    _known: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def of(self, channel: Channel, guard: Guard) -> str:
        """The fingerprint: another one as soon as a secret of the channel or one of its settings is another."""
        salt = self._salt()
        parts: dict[str, Any] = {
            "settings": channel.model_dump(mode="json", exclude={"policy"}),
            "locators": dict(sorted(self.locators.items())),
            "version": __version__,
        }
        for login in (guard.admin, guard.mailbox):
            held = {"password": login.password, "totp": login.totp, "passkey": login.passkey}
            for what, secret in held.items():
                key = (channel.site.url if login.role == "admin" else channel.id, login.username, what)
                parts[f"{login.role} {what}"] = self._hashed(key, secret, salt) if secret else ""
        return hashlib.sha256(salt + json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def _hashed(self, key: tuple[str, str, str], secret: Secret, salt: bytes) -> str:
        if key not in self._known:
            try:
                self._known[key] = secret.fingerprint(salt)
            except RunbookError:
                self._known[key] = UNREADABLE  # once it can be read, it is another one
        return self._known[key]

    def _salt(self) -> bytes:
        note = self.state.read_note(*NOTE)
        if note is None:
            note = {"salt": secrets.token_hex(16)}
            self.state.write_note(*NOTE, note)
        return bytes.fromhex(note["salt"])
