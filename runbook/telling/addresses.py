"""Addresses of apprise. They hold tokens: nothing of one but its schema is ever shown, and what apprise logs goes nowhere."""

from __future__ import annotations

import logging
import re
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING
from urllib.parse import unquote

from runbook.errors import ConfigError
from runbook.redact import Redactor
from runbook.secrets import SecretRef
from runbook.telling.message import Message
from runbook.telling.target import Target, Undelivered

if TYPE_CHECKING:
    from apprise import Apprise

APP = "JSM mailbox runbook"
TOKEN = 12  # characters from which a part of an address is taken for a token and learned by itself
STATUS = re.compile(r"\berror=(\d{3})\b")


@dataclass(frozen=True)
class Unread:
    """A secret that could not be had: all the addresses in it."""

    name: str
    shown: str
    why: str

    def problem(self) -> str:
        """Why it could not be had."""
        return self.why

    def send(self, message: Message) -> None:
        """Raises Undelivered."""
        raise Undelivered(self.why)


@dataclass(frozen=True)
class Address:
    """One address. `seconds`: how long one message may take."""

    name: str
    seconds: float
    _url: str = field(repr=False)
    _loaded: list[Apprise] = field(default_factory=list, repr=False)

    @property
    def shown(self) -> str:
        """Its schema alone."""
        schema = self._url.partition("://")[0]
        return f"{schema}://***" if re.fullmatch(r"[a-z][a-z0-9]{0,19}", schema) else "***"

    def problem(self) -> str:
        """What is wrong with it as far as apprise can tell without sending."""
        try:
            self._service()
        except Undelivered as error:
            return str(error)
        return ""

    def send(self, message: Message) -> None:
        """Sends it and waits for the answer. Raises Undelivered."""
        service, said = self._service(), list[str]()
        went: list[bool] = []

        def work() -> None:
            from apprise import NotifyFormat, NotifyType

            # What it raises may hold the address; that nothing went out is told below.
            with _silent(said), suppress(Exception):
                kind = NotifyType(message.kind)
                went.append(bool(service.notify(message.text, message.title, kind, NotifyFormat.TEXT)))

        # A thread of its own: apprise's timeouts are for one packet each, and the process ends without waiting for it.
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        thread.join(self.seconds)
        if thread.is_alive():
            raise Undelivered(f"no answer within {self.seconds:g} s", hung=True)
        if went != [True]:
            raise Undelivered(_why(said))

    def _service(self) -> Apprise:
        if not self._loaded:
            self._loaded.append(_load(self._url))
        return self._loaded[0]


def addresses(refs: Sequence[SecretRef], seconds: float, redactor: Redactor) -> list[Target]:
    """The targets that the secrets name; `redactor` learns them. A secret that cannot be had is a target that says why."""
    found: list[Target] = []
    for number, ref in enumerate(refs, 1):
        name = f"url-{number}"
        try:
            text = ref.resolve("address of [notify] urls")
        except ConfigError as error:
            found.append(Unread(name, ref.shown, error.cause.rstrip(".")))
            continue
        _learn(text, redactor)
        found += [Address(f"{name}.{part}", seconds, url) for part, url in enumerate(text.split(), 1)]
    return found


def _learn(text: str, redactor: Redactor) -> None:
    """The addresses, and what in them looks like a token. Names of hosts and mailboxes stay readable elsewhere."""
    for url in (text, *text.split()):
        redactor.learn(url)
        parts = re.split(r"[/:@?&=,#]+", url.partition("://")[2])
        password = re.search(r"://[^/@]*?:([^/@]+)@", url)
        tokens = {part for part in parts if len(part) >= TOKEN and "." not in part}
        for token in tokens | ({password[1]} if password else set()):
            redactor.learn(token)
            redactor.learn(unquote(token))


def _load(url: str) -> Apprise:
    from apprise import Apprise, AppriseAsset

    with _silent([]), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of modules that apprise's senders import
        asset = AppriseAsset(app_id=APP, app_desc=APP, storage_mode="memory", async_mode=False, interpret_emojis=False)
        service = Apprise(asset=asset)
        one = Apprise.instantiate(url, asset=asset)
        if one is not None:
            service.add(one)
            return service
        schema = url.partition("://")[0].lower()
        kinds = Apprise(asset=asset).details()["schemas"]
        known = {word for kind in kinds for part in ("protocols", "secure_protocols") for word in kind[part] or ()}
    if schema in known:
        raise Undelivered("apprise cannot use it; its documentation tells what belongs into such an address")
    near = get_close_matches(schema, known, 1)
    raise Undelivered("apprise does not know its kind" + (f" (meant {near[0]}://?)" if near else ""))


def _why(said: Sequence[str]) -> str:
    """Why it did not go out, without a word of apprise's own: it may hold parts of the address."""
    status = next((found[1] for text in said if (found := STATUS.search(text))), None)
    return f"the answer was HTTP {status}" if status else "it cannot be reached, or refuses what it was sent"


class _Kept(logging.Handler):
    """Keeps what is logged by one thread."""

    def __init__(self, said: list[str]) -> None:
        super().__init__(logging.WARNING)
        self.said, self.thread = said, threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self.thread:
            self.said.append(record.getMessage())


@contextmanager
def _silent(said: list[str]) -> Iterator[None]:
    """Keeps from everybody but us what apprise logs, and urllib3 below it; for good, as a sender that hangs may log after we have
    gone on."""
    for name in ("apprise", "urllib3"):
        logging.getLogger(name).propagate = False
        logging.getLogger(name).setLevel(logging.WARNING)  # what is below it holds addresses and bodies
    logger, kept = logging.getLogger("apprise"), _Kept(said)
    logger.addHandler(kept)
    try:
        yield
    finally:
        logger.removeHandler(kept)
