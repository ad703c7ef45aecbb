"""What one run may do with secrets and codes, and what it must write down: the runner's side of promises 3, 5 and 7."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from runbook.aside import aside
from runbook.errors import CredentialsRejected, Locked
from runbook.otp import OneTimeCodes
from runbook.redact import Redactor
from runbook.secrets import Secret
from runbook.settings import Channel, Identity, SecretRef
from runbook.state import State
from runbook.step import Facts, Login


@dataclass
class Guard:
    """The identities of one channel with their secrets bound to origins, and the state folder. `retry_rejected` forgets
    what was refused before."""

    channel: Channel
    state: State
    admin: Login
    mailbox: Login
    redactor: Redactor
    retry_rejected: bool = False
    revealed: list[tuple[str, str]] = field(default_factory=list)  # (name, value): a recording is scrubbed of these

    async def code(self, login: Login, origin: str, skew: float, emit: Callable[[Mapping[str, Any]], None]) -> str:
        """A one-time code that was never handed out before and lives for at least five seconds."""
        assert login.totp is not None  # noqa: S101 - the step asked before
        totp = login.totp
        seed = await aside(lambda: totp.reveal(origin))  # a password manager may take its time
        if abs(skew) >= 2:
            text = f"The clock of {origin} is {skew:+.0f} s from this machine's; codes follow the site's."
            emit({"event": "warning", "text": text})
        codes = OneTimeCodes(self.state.ledger, say=lambda text: emit({"event": "say", "text": text}))
        code = await codes.code(seed, skew)
        self.redactor.learn(code.value)
        self.revealed.append((f"{login.role} one-time code", code.value))
        return code.value

    @asynccontextmanager
    async def signing_in(
        self,
        login: Login,
        emit: Callable[[Mapping[str, Any]], None],
        waiting: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> AsyncIterator[None]:
        """For the length of a sign-in: no other run signs this identity in. Waits for one that does, and says so; `waiting` is
        entered for so long. Raises Locked when that takes longer than a sign-in can."""
        origins = self.channel.site.admin_origins if login.role == "admin" else self.channel.mailbox_origins
        name = f"{login.username.lower()} at {urlsplit(origins[0]).netloc}"
        async with AsyncExitStack() as stack:
            try:
                stack.enter_context(self.state.lock_identity(name, wait=0.0))
            except Locked as held:
                emit({"event": "say", "text": f"Waits until one sign-in has ended. {held.cause}"})
                with waiting():
                    await stack.enter_async_context(self.state.hold_identity(name))
            yield

    def refuse_rejected(self, login: Login, what: str) -> None:
        """Raises CredentialsRejected, before anything is typed, when this very secret was refused before."""
        if secret := self._secret(login, what):
            self.refuse_known(self._key(login, what), secret, f"The {login.role}'s {what}")

    def refuse_known(self, key: str, secret: Secret, called: str) -> None:
        """The same for any secret that is kept under `key` and `called` so."""
        if self.retry_rejected:
            self.state.forget_rejected(key)
        if since := self.state.was_rejected(key, secret):
            raise CredentialsRejected(
                f"{called} was refused on {since:%Y-%m-%d %H:%M} UTC and has not changed since: it is not tried again.",
                remedy="Correct the secret. If the account was put right instead, run once with --retry-rejected.",
                reason="parked",
            )

    def remember_rejected(self, login: Login, what: str) -> None:
        """Notes that a site refused this secret; only a salted, slow hash of it is kept."""
        if secret := self._secret(login, what):
            self.state.remember_rejected(self._key(login, what), secret)

    def learn(self, name: str, value: str) -> None:
        """Takes a secret that is about to be used out of whatever is written from now on."""
        self.redactor.learn(value)
        self.revealed.append((name, value))

    def before_cut(self, facts: Facts, now: float) -> None:
        """Writes down what must be restored, before the old connection is touched."""
        kept = {"request_type": facts.request_type, "reply_to": facts.reply_to, "down_since": now}
        kept["rows"] = [row["address"] for row in facts.rows]
        self.state.write_pending(self.channel.id, kept)

    def pending(self) -> Mapping[str, Any]:
        """What an earlier run wrote down and could not restore."""
        return self.state.read_pending(self.channel.id) or {}

    def after_connect(self) -> None:
        """The channel is as wanted: nothing is left to restore."""
        self.state.clear_pending(self.channel.id)

    def _secret(self, login: Login, what: str) -> Secret | None:
        return {"password": login.password, "totp": login.totp, "passkey": login.passkey}[what]

    def _key(self, login: Login, what: str) -> str:
        return f"{self.channel.site.url}|{login.role}|{login.username.lower()}|{what}"


def login(
    role: str,
    identity: Identity,
    origins: tuple[str, ...],
    learn: Callable[[str, str], object],
    *,
    sandbox: bool,
) -> Login:
    """An identity with its secrets bound to the origins they may be typed into; `learn` is told each by name and value."""

    def bind(what: str, ref: SecretRef) -> Secret:
        name = f"{role} {what}"
        return Secret(name, ref, origins, learn=lambda value: learn(name, value), sandbox=sandbox)

    totp = bind("TOTP secret", identity.totp) if identity.totp else None
    passkey = bind("passkey", identity.passkey) if identity.passkey else None
    return Login(role, identity.username, bind("password", identity.password), totp, passkey)
