"""One-time codes (TOTP, RFC 6238): one code per step per secret, across processes, never one about to die."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import math
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

import pyotp

from runbook.errors import ConfigError, Transient

LEAST_LIFE = 5.0  # seconds a code must still have when it is handed out: it has to be typed and sent
MOST_STEPS = 10  # steps that other runs may take before this one gives up
SHORTEST_SECRET = 16  # base32 characters (80 bits), the shortest that issuers hand out
PERIODS = range(10, 3601)
DIGITS = range(6, 9)
ALGORITHMS: dict[str, Any] = {"SHA1": hashlib.sha1, "SHA256": hashlib.sha256, "SHA512": hashlib.sha512}


class CodeLedger(Protocol):
    """Who has used which code. Shared by all processes of a machine."""

    def claim(self, key: str, counter: int) -> bool:
        """Takes the step `counter` of the secret known as `key`; False when somebody took it before."""
        ...


@dataclass(frozen=True)
class Code:
    """A one-time code, the number of its step, and the seconds it had to live when it was made."""

    value: str = field(repr=False)
    counter: int
    lives: float


def _silent(text: str) -> None:
    """Says nothing."""


class OneTimeCodes:
    """Hands out codes. `clock` gives seconds since 1970, `wait` lets seconds pass, `say` tells a person of it."""

    def __init__(
        self,
        ledger: CodeLedger,
        clock: Callable[[], float] = time.time,
        wait: Callable[[float], Awaitable[object]] = asyncio.sleep,
        say: Callable[[str], object] = _silent,
    ) -> None:
        self._ledger, self._clock, self._wait, self._say = ledger, clock, wait, say

    async def code(self, secret_text: str, skew: float = 0.0) -> Code:
        """A code that nobody has had and that lives for 5 s or more, waiting for the next step if it must.

        Args: a base32 secret or an `otpauth://totp/` address; `skew`, seconds that the site's clock is ahead of ours.
        Raises ConfigError for text that is neither; Transient when other runs take every code.
        """
        totp = parse(secret_text)
        key = _key(totp)
        for _ in range(MOST_STEPS):
            counter, lives = self._step(totp, skew)
            if lives >= LEAST_LIFE and self._ledger.claim(key, counter):
                # The claim may have waited for another process: the code may have aged meanwhile.
                now, lives = self._step(totp, skew)
                if now == counter and lives >= LEAST_LIFE:
                    return Code(totp.generate_otp(counter), counter, lives)
            self._say(f"waiting {math.ceil(lives)} s for the next one-time code")
            await self._wait(lives)
        raise Transient(
            f"No unused one-time code was to be had in {MOST_STEPS} steps.",
            remedy="Wait until the other runs with this secret have ended, and check this machine's clock.",
            reason="no-code",
        )

    def _step(self, totp: pyotp.TOTP, skew: float) -> tuple[int, float]:
        now = self._clock() + skew
        counter = math.floor(now / totp.interval)
        return counter, (counter + 1) * totp.interval - now


def parse(secret_text: str) -> pyotp.TOTP:
    """The generator that a base32 secret (spaces, lower case and missing padding accepted) or an `otpauth://totp/`
    address (algorithm, digits 6 to 8, period) stands for. Raises ConfigError, which does not show the text."""
    text = secret_text.strip()
    if not text.lower().startswith("otpauth:"):
        return _Totp(_base32(text))
    kind, given = _address(text)
    if kind != "totp" or "encoder" in given:
        raise _unusable("is not time-based (only otpauth://totp/ is)")
    digest = ALGORITHMS.get(given.get("algorithm", "SHA1").upper().replace("-", ""))
    if digest is None:
        raise _unusable(f"has an algorithm other than {', '.join(ALGORITHMS)}")
    digits = _number(given.get("digits", "6"), DIGITS, "a number of digits")
    period = _number(given.get("period", "30"), PERIODS, "a period")
    return _Totp(_base32(given.get("secret", "")), digits=digits, digest=digest, interval=period)


def skew_from_date_header(date_header: str, sent: float, received: float) -> float | None:
    """Seconds that a site is ahead of the local clock, by the `Date` of an answer to a request that was sent and
    received at these local times (seconds since 1970): 0 where both clocks may show the same, else read at the middle of
    the two, half a second added because `Date` is cut to whole seconds. None when the header or the times make no sense."""
    if received < sent:
        return None
    try:
        date = parsedate_to_datetime(date_header)
    except (ValueError, TypeError):
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    at = date.timestamp()
    if sent - 1 < at <= received:
        return 0.0  # a guess of a second would make a code of the next step, which no site has to take yet
    return at + 0.5 - (sent + received) / 2


class _Totp(pyotp.TOTP):
    def byte_secret(self) -> bytes:
        # pyotp's own refuses keys under 112 bits; issuers hand out 80 bits, and it is not ours to choose.
        return base64.b32decode(self.secret + "=" * (-len(self.secret) % 8))


def _address(text: str) -> tuple[str, dict[str, str]]:
    """Kind and parameters of an otpauth address."""
    try:
        parts = urlsplit(text)
        given = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        raise _unusable("is not an otpauth address that can be read") from None
    if len(dict(given)) != len(given):
        raise _unusable("is an otpauth address that says something twice")
    return parts.netloc.lower(), {key.lower(): value for key, value in given}


def _number(text: str, among: range, what: str) -> int:
    if not text.isdecimal() or int(text[:9]) not in among:
        raise _unusable(f"has {what} outside {among.start} to {among.stop - 1}")
    return int(text)


def _base32(text: str) -> str:
    secret = re.sub(r"[\s-]", "", text).rstrip("=").upper()
    if not re.fullmatch(f"[A-Z2-7]{{{SHORTEST_SECRET},}}", secret):
        raise _unusable(f"is not base32 text of {SHORTEST_SECRET} or more characters (A to Z, 2 to 7)")
    try:
        _Totp(secret)
    except binascii.Error:
        raise _unusable("is cut short: no base32 text has that length") from None
    return secret


def _key(totp: pyotp.TOTP) -> str:
    """Names a secret without giving it away. However it was written down, the same secret has the same name."""
    return hashlib.sha256(b"one-time codes\0%d\0%b" % (totp.interval, totp.byte_secret())).hexdigest()


def _unusable(what: str) -> ConfigError:
    return ConfigError(
        f"The TOTP secret {what}.",
        remedy="Use the set-up key that is shown beside the QR code, or its otpauth://totp/ address.",
        reason="totp-secret",
    )
