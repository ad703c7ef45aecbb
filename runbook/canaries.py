"""Plays the canary mails of a check: which are due, one server after the other, and what is noted of each.

The note is written before the mail is waited for: a check that is interrupted does not send the next one too early.
"""

from __future__ import annotations

import asyncio
import time

from runbook import canary
from runbook.aside import aside
from runbook.audit import Api
from runbook.errors import CredentialsRejected, RunbookError
from runbook.health import Said
from runbook.means import Check, refuse_rejected
from runbook.secrets import Secret
from runbook.settings import Channel
from runbook.settings.canary import Canary

NOTE = "canary"
HOUR = 3600.0


class Canaries:
    """The canaries of one check."""

    def __init__(self, check: Check) -> None:
        self.check = check
        self._turns: dict[tuple[str, int], asyncio.Lock] = {}
        self._told: set[str] = set()

    async def play(self, channel: Channel, api: Api, key: str | None, *, forced: bool) -> Said | None:
        """Sends a canary to the channel's mailbox and waits for its request. None when none is due (`forced`: one always is).
        `key`: the channel's in the audit log, if it is known."""
        wanted = channel.canary
        if wanted is None or not (forced or self.due(channel, wanted)):
            return None
        tag = canary.new_tag()
        try:
            await self._send(wanted, channel.address, tag)
        except RunbookError as error:
            self._tell(error)
            return Said("canary", "unknown", f"no canary mail could be sent: {error.cause}")
        sent, began = self.check.clock(), time.time()
        self._note(channel, sent, "sent")
        self.check.say(
            f"{channel.project}: a canary mail was sent, it has {wanted.minutes:g} minutes to become a request"
        )
        try:
            found = await canary.wait_for(
                lambda: canary.find(api, channel.project, key, tag, began), wanted.minutes * 60
            )
        except RunbookError as error:
            return Said("canary", "unknown", f"the canary mail's request could not be looked for: {error.cause}")
        said = canary.verdict(found, sent, wanted.minutes)
        self._note(channel, sent, said.verdict)
        return said

    def due(self, channel: Channel, wanted: Canary) -> bool:
        """Whether the last one is as old as the settings want it, or did not get through: until one does, each check sends one."""
        note = self.check.state.read_note(channel.id, NOTE) or {}
        return note.get("result") == "failing" or self.check.clock() - note.get("sent", 0.0) >= wanted.every * HOUR

    async def _send(self, wanted: Canary, to: str, tag: str) -> None:
        """One mail at a time for each server, so that a wrong password is refused once."""
        check, password = self.check, None
        key = f"smtp|{wanted.host}|{wanted.username}|password"
        async with self._turns.setdefault((wanted.host, wanted.port), asyncio.Lock()):
            if wanted.password:
                name, learn = f"password of {wanted.username} at {wanted.host}", check.redactor.learn
                password = Secret(name, wanted.password, [canary.place(wanted)], learn=learn, sandbox=check.sandbox)
                await refuse_rejected(check, key, password, name)
            try:
                await canary.send(wanted, canary.compose(wanted, to, tag), password, check.tls)
            except CredentialsRejected:
                if password:
                    refused = password
                    await aside(lambda: check.state.remember_rejected(key, refused))
                raise

    def _note(self, channel: Channel, sent: float, result: str) -> None:
        self.check.state.write_note(channel.id, NOTE, {"sent": sent, "result": result})

    def _tell(self, error: RunbookError) -> None:
        if error.cause not in self._told:
            self._told.add(error.cause)
            self.check.say(f"Warning: {error.cause} {error.remedy}")
