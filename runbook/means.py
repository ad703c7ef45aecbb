"""What a check may use, and what it keeps to whichever source it asks."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from runbook.aside import aside
from runbook.errors import CredentialsRejected
from runbook.health import Said
from runbook.redact import Redactor
from runbook.secrets import Secret
from runbook.settings import Channel
from runbook.state import State

if TYPE_CHECKING:
    import httpx

SOURCES = ("audit", "page", "canary")


@dataclass(frozen=True)
class Look:
    """What the e-mail page says of a channel, and the channel's key in the mail audit log if it was seen."""

    said: Said
    audit_key: str | None = None


class Reader(Protocol):
    """Reads e-mail pages (`runbook.page_health.PageReader`)."""

    async def read(self, sites: Sequence[Sequence[Channel]], state: State) -> dict[str, Look]:
        """The look of each channel, by its id."""
        ...


@dataclass
class Check:
    """What a check may use. `by`: the sources. `page` makes the reader of pages when one is needed. `say` is told in one line what
    somebody should know. `transport` and `tls`: other ways than the network's, for the sandbox."""

    state: State
    page: Callable[[], Reader]
    by: Collection[str] = SOURCES
    redactor: Redactor = field(default_factory=Redactor)
    say: Callable[[str], None] = lambda _text: None
    sandbox: bool = False
    retry_rejected: bool = False
    transport: Callable[[], httpx.AsyncBaseTransport] | None = None
    tls: ssl.SSLContext | None = None
    clock: Callable[[], float] = time.time


async def refuse_rejected(check: Check, key: str, secret: Secret, what: str) -> None:
    """Raises CredentialsRejected, before anything is asked, when this very secret was refused before."""
    if check.retry_rejected:
        check.state.forget_rejected(key)
    since = await aside(lambda: check.state.was_rejected(key, secret))
    if since:
        raise CredentialsRejected(
            f"The {what} was refused on {since:%Y-%m-%d %H:%M} UTC and has not changed since: it is not tried again.",
            remedy="Correct the secret, or run once with --retry-rejected.",
            reason="parked",
        )
