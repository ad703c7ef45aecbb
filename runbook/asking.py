"""Asks a site's REST interface, and names every answer that is not the one that was asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from runbook.aside import aside
from runbook.errors import CredentialsRejected, HumanNeeded, PageChanged, RunbookError, Transient
from runbook.secrets import Secret

MYSELF = "/rest/api/3/myself"
SEARCH = "/rest/api/3/search/jql"
AUDIT = "/rest/jira-email-processor-plugin/1.0/mail/audit/process/"
AT_ONCE = 8  # requests under way at one site
TRIES = 3
LONGEST_WAIT = 60.0  # seconds that a site may ask us to wait, all its waits together
FIRST_WAIT = 0.5  # seconds, where the site does not say how long; doubled each time
NO_MATTER = "Nothing need be done as long as the e-mail page can be read."
REMEDY = (
    "Make an API token without scopes at https://id.atlassian.com/manage-profile/security/api-tokens "
    "and set api_user and api_token, or leave both out."
)


class NoSuchChannel(PageChanged):
    """The audit endpoint does not know the channel's key."""


class _Busy(Transient):
    """The site asked us to come back later."""

    wait: float | None = None  # seconds, if it said how long


class Asker:
    """Asks one site as one account. The token goes to the site's own origin and nowhere else: redirects are not followed, and
    addresses are paths. What is raised is a RunbookError that holds nothing of the token."""

    def __init__(self, origin: str, user: str, token: Secret, client: httpx.AsyncClient) -> None:
        self.origin = origin
        self._user, self._token, self._client = user, token, client
        self._places = asyncio.Semaphore(AT_ONCE)
        self._open_again = 0.0  # on the loop's clock: before it nothing is asked
        self._waited = 0.0
        self._auth: httpx.BasicAuth | None = None

    async def ask(self, method: str, path: str, **how: Any) -> httpx.Response:
        """One answer with status 200; comes back later when the site asks for that, or does not answer."""
        wait = FIRST_WAIT
        for last in [False] * (TRIES - 1) + [True]:
            try:
                async with self._places:
                    await self._turn()
                    return self._judged(path, await self._send(method, path, how))
            except _Busy as busy:
                if last or not self._postpone(wait if busy.wait is None else busy.wait):
                    raise
                wait *= 2
        raise AssertionError  # the last try returns or raises

    def _postpone(self, seconds: float) -> bool:
        """Closes the site for some seconds, for all that ask it. False when that would be longer than a check can wait."""
        now = asyncio.get_running_loop().time()
        more = max(0.0, now + seconds - max(self._open_again, now))
        if self._waited + more > LONGEST_WAIT:
            return False
        self._waited += more
        self._open_again = max(self._open_again, now) + more
        return True

    async def _turn(self) -> None:
        """Waits until the site may be asked again."""
        loop = asyncio.get_running_loop()
        while (left := self._open_again - loop.time()) > 0:
            await asyncio.sleep(left)

    async def _send(self, method: str, path: str, how: Mapping[str, Any]) -> httpx.Response:
        if self._auth is None:
            token = await aside(lambda: self._token.reveal(self.origin))  # a password manager may take its time
            self._auth = httpx.BasicAuth(self._user, token)
        try:
            return await self._client.request(method, self.origin + path, auth=self._auth, **how)
        except httpx.TransportError as error:
            raise _unreachable(self.origin, error) from None
        except httpx.HTTPError as error:
            raise changed(path, f"could not be read ({type(error).__name__})") from None

    def _judged(self, path: str, answer: httpx.Response) -> httpx.Response:
        status = answer.status_code
        where = self.origin + (AUDIT.rstrip("/") if path.startswith(AUDIT) else path)
        if status == 429 or status >= 500:
            busy = _Busy(f"{where} answered {status}.", reason=f"http-{status}")
            busy.wait = _named_wait(answer.headers.get("retry-after"))
            raise busy
        if status == 401 and path == MYSELF:
            raise CredentialsRejected(
                f"{self.origin} refused the API token of {self._user}.", remedy=REMEDY, reason="api-token"
            )
        if status in (401, 403):
            raise HumanNeeded(
                f"{self._user} may not read {where}.",
                remedy="Use an API token without scopes of a Jira admin, or leave api_user and api_token out.",
                reason="api-permission",
            )
        if status == 404 and path.startswith(AUDIT):
            raise NoSuchChannel("The mail audit log does not know this channel.", reason="no-such-channel")
        if status != 200:
            told = {410: "is gone", 404: "is gone"}.get(status, "is not what it was")
            raise PageChanged(f"{where} {told} (it answered {status}).", remedy=NO_MATTER, reason=f"http-{status}")
        return answer


def as_object(answer: httpx.Response, path: str) -> dict[str, Any]:
    """The answer's JSON object. Raises PageChanged: a sign-in page comes with status 200 as well."""
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise changed(path, "is no JSON object")
    return found


def changed(path: str, what: str) -> RunbookError:
    """The ending for an answer that is not what it was."""
    shown = AUDIT.rstrip("/") if path.startswith(AUDIT) else path
    return PageChanged(f"The answer of {shown} {what}.", remedy=NO_MATTER, reason="api-changed")


def _unreachable(origin: str, error: httpx.TransportError) -> Transient:
    """The ending for a site that does not answer; what the error says may hold an address, its kind does not."""
    kind = type(error).__name__
    if "CERTIFICATE" in str(error).upper():
        return Transient(
            f"{origin} shows a certificate that this machine does not trust.",
            remedy="Check the proxy and the address; SSL_CERT_FILE names further authorities.",
            reason="certificate",
        )
    return _Busy(
        f"{origin} cannot be reached ({kind}).",
        remedy="Check the network, the proxy and the address, then run again.",
        reason="unreachable",
    )


def _named_wait(header: str | None) -> float | None:
    """The seconds that a `Retry-After` header names (a number, or a date), or None."""
    if not header:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        return max(0.0, (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
