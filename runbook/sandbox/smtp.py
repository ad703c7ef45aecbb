"""The mail server of the sandbox's world: takes mail over STARTTLS from whoever knows the password, and puts it into mailboxes.

It stands for any provider's submission server; what is real about it is the protocol, which is aiosmtpd's.
"""

from __future__ import annotations

import asyncio
import hmac
import ssl
import threading
from email import message_from_bytes
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from runbook.sandbox import mailer
from runbook.sandbox.world import World

USER = "canary@example.com"
PASSWORD = "fake-smtp-password"  # noqa: S105 - of every sandbox
HOST = "localhost"


class MailServer:
    """Listens on a free port of loopback, in a thread of its own. `port` is known once it was started."""

    def __init__(self, world: World, tls: ssl.SSLContext) -> None:
        self.port = 0
        self._world, self._tls = world, tls
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="sandbox-smtp", daemon=True)
        self._server: asyncio.Server | None = None

    def start(self) -> MailServer:
        """Begins to listen; the port answers when this returns."""
        self._thread.start()
        self._server = self._call(self._loop.create_server(self._connection, "127.0.0.1", 0))
        assert self._server is not None  # noqa: S101 - for the type checker
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    def stop(self) -> None:
        """Ends listening and every conversation."""
        if self._thread.is_alive():
            self._call(self._end())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self._loop.close()

    def _call(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _end(self) -> None:
        if self._server is not None:
            self._server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _connection(self) -> SMTP:
        return SMTP(
            _Mailboxes(self._world),
            hostname="smtp.example.com",
            tls_context=self._tls,
            require_starttls=True,
            auth_required=True,
            authenticator=self._authenticate,
            loop=self._loop,
        )

    def _authenticate(self, _server: SMTP, _session: Session, _envelope: Envelope, _way: str, given: Any) -> AuthResult:
        known = isinstance(given, LoginPassword) and given.login == USER.encode()
        right = (
            known and hmac.compare_digest(given.password, PASSWORD.encode()) and not self._world.fault("smtp-refused")
        )
        self._world.note("smtp-password", right=right)
        return AuthResult(success=right, handled=False)


def settings(server: MailServer) -> dict[str, Any]:
    """The table `[canary]` of a run in the sandbox."""
    return {
        "host": HOST,
        "port": server.port,
        "security": "starttls",
        "username": USER,
        "password": PASSWORD,
        "sender": USER,
    }


class _Mailboxes:
    """What becomes of a mail that was taken."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        subject = str(message_from_bytes(content, policy=default)["Subject"] or "")
        for to in envelope.rcpt_tos:
            self._world.note("mail", to=to, sender=envelope.mail_from, subject=subject)
            if not self._world.fault("mail-lost"):
                mailer.deliver(self._world, to.lower(), str(envelope.mail_from), subject)
        return "250 Taken"
