"""Into a mailbox over IMAP: one log-in, by password or with an access token (XOAUTH2), to the one server that its secret belongs to."""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from imaplib import IMAP4
from typing import Any

from runbook.errors import ConfigError, CredentialsRejected, RunbookError, Transient
from runbook.secrets import Secret
from runbook.settings.rescue import RescueSettings

CONNECTING, ANSWERING = 15.0, 60.0  # seconds
# What a server answers when it is not the credentials that it refuses (RFC 5530).
LATER = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]")


@dataclass(frozen=True)
class Access:
    """How a mailbox is opened: where, as whom, with what. `check` raises CredentialsRejected when this very secret was refused
    before; `rejected` notes that it was."""

    settings: RescueSettings
    username: str
    secret: Secret
    check: Callable[[], None] = lambda: None
    rejected: Callable[[], None] = lambda: None

    @property
    def place(self) -> str:
        """Host and port, for a person."""
        return f"{self.settings.host}:{self.settings.port}"

    def open(self) -> Any:
        """A client (`imapclient.IMAPClient`) that is logged in. Raises CredentialsRejected, ConfigError, or Transient when the
        server does not answer."""
        self.check()
        value = self.secret.reveal(self.settings.origin)  # what a password manager has to say comes before any socket
        client = self._connect()
        try:
            self._log_in(client, value)
        except BaseException:
            client.shutdown()
            raise
        return client

    def _connect(self) -> Any:
        from imapclient import IMAPClient, SocketTimeout  # type: ignore[import-untyped]

        # Its own log of every line holds what is said to log in.
        logging.getLogger("imapclient.imaplib").disabled = True
        limits = SocketTimeout(CONNECTING, ANSWERING)
        given = self.settings
        try:
            client = IMAPClient(given.host, given.port, ssl=given.tls, timeout=limits)
        except ssl.SSLCertVerificationError as error:
            raise ConfigError(
                f"The certificate of the IMAP server {self.place} is not trusted ({error.verify_message}).",
                remedy="Correct [rescue] host: it must be a name that the certificate is for.",
                reason="imap-certificate",
            ) from None
        except (OSError, IMAP4.error) as error:
            raise silent(self.place, error) from None
        client.normalise_times = False  # times keep their zone
        return client

    def _log_in(self, client: Any, value: str) -> None:
        try:
            if self.settings.auth == "xoauth2":
                self._offered(client, "AUTH=XOAUTH2")
                client.sasl_login("XOAUTH2", _once(f"user={self.username}\x01auth=Bearer {value}\x01\x01"))
            elif client.has_capability("AUTH=PLAIN"):
                client.sasl_login("PLAIN", _once(f"\0{self.username}\0{value}"))
            else:
                self._offered(client, "LOGINDISABLED", wanted=False)
                client.login(self.username, value)
        except UnicodeEncodeError:  # its text holds the secret
            raise ConfigError(
                f"The IMAP server {self.place} takes no letters beyond ASCII in a {self.settings.auth} log-in.",
                remedy='Use [rescue] auth = "xoauth2", or a user name and a password of ASCII characters.',
                reason="imap-letters",
            ) from None
        except IMAP4.abort as error:
            raise silent(self.place, error) from None
        except IMAP4.error as error:
            raise self._refused(str(error)) from None
        except OSError as error:
            raise silent(self.place, error) from None

    def _offered(self, client: Any, capability: str, *, wanted: bool = True) -> None:
        if client.has_capability(capability) is not wanted:
            other = "xoauth2" if self.settings.auth == "password" else "password"
            raise ConfigError(
                f"The IMAP server {self.place} takes no {self.settings.auth} log-in.",
                remedy=f"Set [rescue] auth to {other}, or allow this kind of log-in there.",
                reason="imap-auth",
            )

    def _refused(self, said: str) -> RunbookError:
        # What a server says may repeat what it was told: only its code is looked at.
        if any(code in said.upper() for code in LATER):
            return Transient(f"The IMAP server {self.place} takes no log-in now.", reason="imap-unavailable")
        self.rejected()
        return CredentialsRejected(
            f"The IMAP server {self.place} refused the {self.secret.name} of {self.username}.",
            remedy="Correct [rescue]: the secret, the user name, and whether IMAP is allowed for this mailbox.",
            reason="imap-refused",
        )


def silent(place: str, error: BaseException) -> Transient:
    """The ending when a server does not answer, or not as one."""
    why = getattr(error, "strerror", None) or ("it timed out" if isinstance(error, TimeoutError) else "")
    if isinstance(error, socket.gaierror):
        why = "its name is not known"
    told = f" ({why})" if why else ""
    return Transient(f"The IMAP server {place} does not answer{told}.", reason="imap-unreachable")


def _once(said: str) -> Callable[[bytes], str]:
    """Says it to the first challenge, and to a second one nothing: that one tells why it was refused (XOAUTH2)."""
    answers = iter([said])
    return lambda _challenge: next(answers, "")
