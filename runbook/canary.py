"""A canary: a mail of our own to a mailbox, looked for as the request that it has to become. Nothing is deleted: the request stays.

Facts: the puller comes once a minute, and mail that looks made by a machine (`Auto-Submitted`, bulk, no return path) is filtered
out, so the mail is as plain as a person's. The audit log has it first; the search's index is some seconds behind.
"""

from __future__ import annotations

import asyncio
import secrets
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

import aiosmtplib

from runbook.aside import aside
from runbook.audit import Api
from runbook.errors import ConfigError, CredentialsRejected, RunbookError, Transient
from runbook.health import MADE, REFUSED, MailRow, Said
from runbook.secrets import Secret
from runbook.settings.canary import Canary

LETTERS = "bcdfghjkmnpqrtvwxz"  # no vowels: no word comes about; letters alone are one word for the search
LENGTH = 14
FIRST_LOOK = 2.0  # seconds until it is looked for again; longer each time
LONGEST_LOOK = 15.0
SMTP_SECONDS = 30.0
OVERLAP = 120.0  # seconds before the sending from which rows count
BODY = """Hello,

this is a check whether mail to {to} arrives. It needs no answer, and this request can be closed.

Its mark is {tag}.

Kind regards
The mailbox check
"""


def place(canary: Canary) -> str:
    """The address of the mail server, as its password is bound to it."""
    return f"https://{canary.host}:{canary.port}"


def new_tag() -> str:
    """A mark that no other mail has."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def compose(canary: Canary, to: str, tag: str) -> EmailMessage:
    """The canary mail."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = canary.sender, to, f"{canary.subject} {tag}"
    mail["Date"], mail["Message-ID"] = formatdate(localtime=True), make_msgid(domain=canary.sender.rpartition("@")[2])
    mail.set_content(BODY.format(to=to, tag=tag))
    return mail


async def send(canary: Canary, mail: EmailMessage, password: Secret | None, tls: ssl.SSLContext | None = None) -> None:
    """Hands the mail to the mail server. `tls`: other authorities than this machine's. Raises CredentialsRejected, ConfigError or
    Transient, none of which holds anything of the password or of what the server said in full."""
    secret = await aside(lambda: password.reveal(place(canary))) if password else None
    where = f"The mail server {canary.host}:{canary.port}"
    client = aiosmtplib.SMTP(
        hostname=canary.host,
        port=canary.port,
        use_tls=canary.security == "tls",
        start_tls=canary.security == "starttls",
        tls_context=tls,
        timeout=SMTP_SECONDS,
    )
    try:
        async with client:
            if canary.username and secret:
                await _sign_in(client, canary.username, secret)
            await client.send_message(mail)
    except aiosmtplib.SMTPAuthenticationError as error:
        if error.code >= 500:
            raise CredentialsRejected(
                f"{where} refused the password of {canary.username}.",
                remedy="Correct username and password in the table [canary]; they are not tried again until they change.",
                reason="smtp-password",
            ) from None
        raise Transient(f"{where} cannot check the password now ({error.code}).", reason="smtp") from None
    except aiosmtplib.SMTPResponseException as error:
        kind = ConfigError if error.code >= 500 else Transient
        raise kind(
            f"{where} did not take the canary mail (it answered {error.code}).",
            remedy=f"Check that it takes mail from {canary.sender} to the mailbox.",
            reason="smtp-refused",
        ) from None
    except aiosmtplib.SMTPRecipientsRefused as error:
        codes = ", ".join(str(each.code) for each in error.recipients)
        raise ConfigError(
            f"{where} did not take the canary mail for this mailbox (it answered {codes}).",
            remedy=f"Check that it takes mail from {canary.sender} to the mailbox.",
            reason="smtp-refused",
        ) from None
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        raise Transient(
            f"{where} cannot be used ({type(error).__name__}).",
            remedy="Check host, port and security in the table [canary].",
            reason="smtp-unreachable",
        ) from None


async def _sign_in(client: aiosmtplib.SMTP, username: str, password: str) -> None:
    """Submits the password once; the library's own way tries every method that the server offers, one after the other."""
    await client.ehlo()
    ways = {"plain": client.auth_plain, "login": client.auth_login, "cram-md5": client.auth_crammd5}
    way = next((ways[name] for name in ways if name in client.supported_auth_methods), None)
    if way is None:
        raise aiosmtplib.SMTPNotSupported("no way to sign in")
    await way(username, password)


@dataclass(frozen=True)
class Found:
    """What became of a canary."""

    row: MailRow
    seconds: float


async def find(api: Api, project: str, key: str | None, tag: str, sent: float) -> MailRow | None:
    """The canary's row in the audit log, or its request by the search; None when it is in neither yet. `key`: the channel's, if it
    is known; `sent` in seconds since 1970. Raises a RunbookError when the search cannot be asked."""
    refused = None
    if key:
        with suppress(RunbookError):  # the search finds it as well, only later
            for row in await api.rows(key, sent - OVERLAP, tag):
                if tag in row.subject and row.status in MADE:
                    return row
                refused = row if tag in row.subject and row.status == REFUSED else refused
    for issue in await api.search(f'project = "{project}" AND summary ~ "{tag}"'):
        fields = issue.get("fields")
        if isinstance(fields, dict) and tag in str(fields.get("summary", "")):
            return MailRow("NEW REQUEST", key=str(issue.get("key", "")), subject=tag)
    return refused


async def wait_for(look: Callable[[], Awaitable[MailRow | None]], seconds: float) -> Found | None:
    """Looks for it until it is a request, or `seconds` are over: then once more and no longer. A look that fails is one that found
    nothing, unless it was the last; a mail that Jira has refused may yet be taken, it tries again by itself."""
    loop = asyncio.get_running_loop()
    began, pause = loop.time(), FIRST_LOOK
    while True:
        left = began + seconds - loop.time()
        try:
            row = await look()
        except RunbookError:
            if left <= 0:
                raise
            row = None
        if row is not None and (row.status in MADE or left <= 0):
            return Found(row, loop.time() - began)
        if left <= 0:
            return None
        await asyncio.sleep(min(pause, left))
        pause = min(pause * 1.5, LONGEST_LOOK)


def verdict(found: Found | None, sent: float, minutes: float) -> Said:
    """What a canary says. One that did not become a request in time says that something is wrong and not what: a customer's mail
    of that moment has had the same fate."""
    at = f"canary mail of {datetime.fromtimestamp(sent, UTC):%H:%M:%S} UTC"
    if found is None:
        return Said(
            "canary", "failing", f"{at} was taken by the mail server and became no request within {minutes:g} minutes"
        )
    if found.row.status == REFUSED:
        return Said("canary", "failing", f"{at} arrived and became no request; {found.row}")
    return Said("canary", "healthy", f"{at} became {found.row.key or 'a request'} in {found.seconds:.0f} s", sure=True)
