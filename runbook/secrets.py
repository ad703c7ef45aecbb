"""Secrets by reference: where a secret comes from, and the only places it may go to."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import parse_qs, urlsplit

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from runbook.errors import ConfigError, PageChanged
from runbook.secret_sources import argv_of, from_command, from_file, from_keyring

SCHEMES = ("file", "keyring", "cmd")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_DEFAULT_PORTS = {"https": 443, "http": 80}
_SANDBOX_TOTP = re.compile(r"FAKE[A-Z2-7 ]{12,}=*")


class SecretMisplaced(PageChanged):
    """A secret was about to be typed into a site that it does not belong to; nothing was typed."""

    default_remedy = (
        "Check where that page comes from; a site that may have the secret is added to `origins` of the identity's table "
        "in runbook.toml."
    )


def origin(url: str) -> str:
    """`scheme://host[:port]` of an address as a browser writes it: lower case, without a default port, IDN as punycode.
    Raises ValueError, whose text holds nothing of the address, unless it is https (or http on this machine itself)."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
        if not host.isascii():
            host = host.encode("idna").decode("ascii")
    except ValueError:
        host = ""
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)):
        raise ValueError("should be an https address")
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + (f":{port}" if port not in (None, _DEFAULT_PORTS[parts.scheme]) else "")


class SecretRef:
    """Where a secret comes from: a literal, `file:PATH`, `keyring:SERVICE/USER` or `cmd:COMMAND ARGUMENTS`.

    Immutable. Never shows more of itself than its scheme. Relative paths start at `base`.
    Raises ValueError (without the text) when the reference cannot be one.
    """

    __slots__ = ("_base", "_rest", "scheme")

    def __init__(self, text: str, base: Path | None = None) -> None:
        scheme, colon, rest = text.partition(":")
        if not (colon and scheme in SCHEMES):
            scheme, rest = "literal", text
        if not rest.strip():
            raise ValueError("is empty")
        if scheme == "keyring" and not all(rest.rpartition("/")[::2]):
            raise ValueError("should be keyring:SERVICE/USER")
        if scheme == "cmd":
            argv_of(rest)
        self.scheme, self._rest, self._base = scheme, rest, base

    @property
    def shown(self) -> str:
        """What may be shown: `***`, or the scheme with `***`."""
        return "***" if self.scheme == "literal" else f"{self.scheme}:***"

    def resolve(self, name: str) -> str:
        """The secret itself, called `name` in errors. Raises ConfigError when it cannot be had."""
        rest = self._rest.strip()
        match self.scheme:
            case "file":
                return from_file(Path(self._base or "", Path(rest).expanduser()), name)
            case "keyring":
                return from_keyring(rest, name)
            case "cmd":
                return from_command(argv_of(rest), name, self._base)
        return self._rest

    def __repr__(self) -> str:
        return f"SecretRef({self.shown})"

    def __str__(self) -> str:
        return self.shown

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SecretRef) and self._all() == other._all()

    def __hash__(self) -> int:
        return hash(self._all())

    def __reduce__(self) -> NoReturn:
        raise TypeError("A secret is not pickled.")

    def __copy__(self) -> SecretRef:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> SecretRef:
        return self

    def _all(self) -> tuple[str, str, Path | None]:
        return self.scheme, self._rest, self._base

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._parse, serialization=core_schema.plain_serializer_function_ser_schema(lambda ref: ref.shown)
        )

    @classmethod
    def _parse(cls, value: object) -> SecretRef:
        if isinstance(value, SecretRef):
            return value
        if isinstance(value, str):
            return cls(value)
        raise ValueError("should be text")


class Secret:
    """One secret of one identity in one run, bound to the origins it may be typed into. Resolved when first needed.

    Args: `name` as errors tell it ("admin's password"); `learn` is told every value before it is handed out;
    `sandbox`: whether this run plays in the sandbox, which takes fake secrets and no others.
    Safe to use from several threads: `asyncio.to_thread(secret.reveal, origin)` keeps a slow `cmd:` off the event loop.
    """

    def __init__(
        self,
        name: str,
        ref: SecretRef,
        origins: Iterable[str],
        *,
        learn: Callable[[str], object] | None = None,
        sandbox: bool = False,
    ) -> None:
        self.name = name
        self.origins = frozenset(origin(each) for each in origins)
        self._ref, self._learn, self._sandbox = ref, learn, sandbox
        self._value: str | None = None
        self._lock = threading.Lock()

    def reveal(self, at: str) -> str:
        """The secret, to be typed into a page of the origin `at`. Raises SecretMisplaced, before anything is resolved,
        when it does not belong there; ConfigError when it cannot be had."""
        self._belongs(at, f"typed at {_place(at)}")
        return self._resolve()

    def may_be_sent_to(self, at: str) -> None:
        """Raises SecretMisplaced when a form that sends to the origin `at` is no place for it."""
        self._belongs(at, f"typed into a form that sends it to {_place(at)}")

    def _belongs(self, at: str, what: str) -> None:
        try:
            belongs = origin(at) in self.origins
        except ValueError:
            belongs = False
        if not belongs:
            raise SecretMisplaced(
                f"The {self.name} was about to be {what}, where it does not belong.",
                reason="misplaced-secret",
                seen=_place(at),
                expected=" or ".join(sorted(self.origins)),
            )

    def fingerprint(self, salt: bytes) -> str:
        """A slow salted hash (hex) by which a value is recognised again and not found out. Raises like `reveal`."""
        return hashlib.scrypt(self._resolve().encode(), salt=salt, n=2**14, r=8, p=1).hex()

    def __repr__(self) -> str:
        return f"Secret({self.name!r}, {self._ref.shown})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("A secret is not pickled.")

    def _resolve(self) -> str:
        with self._lock:
            if self._value is None:
                value = self._ref.resolve(self.name)
                for form in _forms(value) if self._learn else ():
                    self._learn(form)  # type: ignore[misc]
                self._refuse_the_wrong_world(value)
                self._value = value
            return self._value

    def _refuse_the_wrong_world(self, value: str) -> None:
        if self._sandbox and not is_sandbox(value):
            raise ConfigError(
                f"The {self.name} is not one of the sandbox's.",
                remedy="Leave real credentials out of a sandbox run; it brings its own.",
                reason="real-secret",
            )
        if not self._sandbox and is_sandbox(value):
            raise ConfigError(
                f"The {self.name} is one of the sandbox's and fits no real site.",
                remedy="Set the real secret, or run with --sandbox.",
                reason="sandbox-secret",
            )


def is_sandbox(value: str) -> bool:
    """Whether a value is the sandbox's: a password that begins with `fake-`, a TOTP secret that begins with `FAKE`, a passkey
    whose credential id is one of bytes that begin with `fake-`."""
    passkey = _passkey(value)
    if passkey:
        try:
            given = str(passkey.get("credentialId") or passkey.get("id") or "")
            return base64.urlsafe_b64decode(given.replace("+", "-").replace("/", "_") + "==").startswith(b"fake-")
        except (binascii.Error, ValueError):
            return False
    return value.startswith("fake-") or bool(_SANDBOX_TOTP.fullmatch(_totp_of_uri(value) or value))


def _passkey(value: str) -> dict[str, Any]:
    """A value that is a stored passkey, else nothing."""
    if not value.lstrip().startswith("{"):
        return {}
    try:
        found = json.loads(value)
    except ValueError:
        return {}
    return found if isinstance(found, dict) and "privateKey" in found else {}


def _totp_of_uri(value: str) -> str:
    if not value.lstrip().lower().startswith("otpauth:"):
        return ""
    return parse_qs(urlsplit(value.strip()).query).get("secret", [""])[0]


def _forms(value: str) -> set[str]:
    """The value and what else would give it away: the secret inside an `otpauth` address, one without its spaces, the private
    key of a passkey in either base64 alphabet."""
    key = str(_passkey(value).get("privateKey", "")).strip().rstrip("=")
    keys = {key, key.replace("-", "+").replace("_", "/"), key.replace("+", "-").replace("/", "_")}
    forms = {value, value.strip(), _totp_of_uri(value), *keys}
    return {form for text in forms for form in (text, text.replace(" ", ""))} - {""}


def _place(url: str) -> str:
    """Scheme and host of an address for an error; the rest may carry codes."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an unknown place"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else "an unknown place"
