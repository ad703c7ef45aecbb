"""A site's REST interface as a check asks it with an API token: the mail audit log, and the search for a request.

The audit endpoint is not documented by its vendor. What is known of it (an Atlassian employee's public rule of 2022, in use on
Cloud in 2026): its path, `from` in milliseconds, `statuses`, `searchText`, and the rows' names. It may change or vanish on any
day, so every answer that is not exactly that has a name and means: ask somebody else.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx

from runbook import __version__
from runbook.asking import AT_ONCE, AUDIT, MYSELF, SEARCH, Asker, NoSuchChannel, as_object, changed
from runbook.errors import PageChanged
from runbook.health import MailRow
from runbook.otp import skew_from_date_header
from runbook.secrets import Secret

__all__ = ["Api", "NoSuchChannel", "connected", "own_rows"]

TIMEOUT = 20.0  # seconds for one answer
CONNECTING = 10.0  # seconds
AHEAD = 86_400.0  # seconds: no row is of tomorrow


class Api:
    """One site, asked by one account. `skew`: seconds that the site's clock is ahead of ours, once it has answered.
    Every method raises a RunbookError that holds nothing of the token."""

    def __init__(self, origin: str, user: str, token: Secret, client: httpx.AsyncClient) -> None:
        self.origin = origin
        self.skew = 0.0
        self._asker = Asker(origin, user, token, client)
        self._from_counts: asyncio.Task[None] | None = None

    async def hello(self) -> None:
        """Asks who we are, alone and once: a wrong token is refused one time and not by every channel."""
        sent = time.time()
        answer = await self._asker.ask("GET", MYSELF)
        if date := answer.headers.get("date"):
            self.skew = skew_from_date_header(date, sent, time.time()) or 0.0
        if "accountId" not in as_object(answer, MYSELF):
            raise PageChanged(f"{self.origin} does not answer as a Jira Cloud site does.", reason="no-jira")

    async def rows(self, key: str, since: float, text: str = "") -> list[MailRow]:
        """The audit log's rows of a channel key, newest first, those changed since `since` (seconds since 1970, our clock), with
        `text` in them. Raises NoSuchChannel; PageChanged when the endpoint is not what it was."""
        rows = await self._rows(key, since, text)
        if rows:
            await self._check_from(key)
        return rows

    async def search(self, jql: str) -> list[dict[str, Any]]:
        """The issues that a JQL finds, with their summary; the index is some seconds behind."""
        found: list[dict[str, Any]] = []
        page: dict[str, Any] = {"jql": jql, "fields": ["summary"], "maxResults": 50}
        while True:
            answer = as_object(await self._asker.ask("POST", SEARCH, json=page), SEARCH)
            if not isinstance(answer.get("issues"), list):
                raise changed(SEARCH, "holds no list of issues")
            found += [each for each in answer["issues"] if isinstance(each, dict)]
            if answer.get("isLast", True) or not answer.get("nextPageToken"):
                return found
            page["nextPageToken"] = answer["nextPageToken"]

    async def _rows(self, key: str, since: float, text: str = "") -> list[MailRow]:
        asked = {"from": str(int((since + self.skew) * 1000)), **({"searchText": text} if text else {})}
        answer = as_object(await self._asker.ask("GET", AUDIT + key, params=asked), AUDIT)
        data = answer.get("data")
        if not isinstance(data, list) or not all(isinstance(row, dict) and "resultStatus" in row for row in data):
            raise changed(AUDIT, "holds no list of mails")
        numbered = all(isinstance(row.get("id"), int) for row in data)
        return [_row(row) for row in (sorted(data, key=lambda row: -row["id"]) if numbered else data)]

    async def _check_from(self, key: str) -> None:
        """Once a site: rows of tomorrow cannot be, and a site that gives some does not go by `from` any more: what it gives may
        be as old as it likes. (The rows' own times have no time zone and cannot be compared.)"""
        if self._from_counts is None:
            self._from_counts = asyncio.ensure_future(self._refuse_tomorrow(key))
        await asyncio.shield(self._from_counts)

    async def _refuse_tomorrow(self, key: str) -> None:
        if await self._rows(key, time.time() + AHEAD):
            raise changed(AUDIT, "does not go by the time that was asked for")


@asynccontextmanager
async def connected(
    origin: str, user: str, token: Secret, transport: httpx.AsyncBaseTransport | None = None
) -> AsyncIterator[Api]:
    """A site's REST interface for the length of the block. `transport`: another way than the network."""
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    headers = {"Accept": "application/json", "User-Agent": f"jsm-mailbox-runbook/{__version__}"}
    async with httpx.AsyncClient(
        transport=transport,
        timeout=httpx.Timeout(TIMEOUT, connect=CONNECTING),
        limits=limits,
        headers=headers,
        follow_redirects=False,
        trust_env=transport is None,
    ) as client:
        yield Api(origin, user, token, client)


def own_rows(rows: Sequence[MailRow], address: str) -> bool:
    """Whether the rows are of this mailbox: a key that was learnt for another one tells nothing of it."""
    return all(row.address.lower() in ("", address.lower()) for row in rows)


def _row(row: Mapping[str, Any]) -> MailRow:
    def text(name: str) -> str:
        return str(row.get(name) or "")

    return MailRow(
        status=text("resultStatus").upper(),
        when=text("updatedDateTime") or text("createdDateTime"),
        details=text("message"),
        sender=text("fromAddress"),
        key=text("issueKey"),
        subject=text("subject"),
        address=text("mailChannelName"),
    )
