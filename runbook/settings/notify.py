"""Who is told of failures and recoveries: `[notify]`."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, model_validator

from runbook.secrets import SecretRef
from runbook.settings import durations
from runbook.settings.durations import Duration
from runbook.settings.model import Model, Text, wrong

# An address of apprise, as far as its form goes; whether its kind is known is told by `doctor` and `notify`.
ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")


def _command(argv: tuple[str, ...]) -> tuple[str, ...]:
    if not argv:
        raise ValueError("names no command; leave it out")
    if any("\0" in word for word in argv):
        raise ValueError("holds a character that no argument can hold")
    return argv


def _reminder(value: object) -> object:
    if isinstance(value, str) and value.strip().lower() == "never":
        return "never"
    try:
        length = durations.parse(value)
    except ValueError as error:
        raise ValueError(f"{error}; or never") from None
    if length < timedelta(minutes=1):
        raise ValueError("should be a minute or more; or never")
    return length


def _timeout(value: timedelta) -> timedelta:
    if not timedelta(seconds=1) <= value <= timedelta(minutes=10):
        raise ValueError("should be between 1s and 10m")
    return value


Command = Annotated[tuple[Text, ...], AfterValidator(_command)]


class Notify(Model):
    """Where news of channels goes.

    urls: addresses of apprise, each a secret; one secret may hold several, separated by blanks. on_failure, on_success: a
    command and its arguments. remind: after this time without news a failure that goes on is told again. timeout: for one
    message to one place. repairs: whether it is told that a broken channel was connected again before anybody had heard of it.
    """

    urls: tuple[SecretRef, ...] = ()
    on_failure: Command | None = None
    on_success: Command | None = None
    remind: Annotated[timedelta | Literal["never"], BeforeValidator(_reminder)] = timedelta(days=1)
    timeout: Annotated[Duration, AfterValidator(_timeout)] = timedelta(seconds=30)
    repairs: bool = True

    @property
    def nobody(self) -> bool:
        """Whether there is nobody to tell."""
        return not (self.urls or self.on_failure or self.on_success)

    @model_validator(mode="after")
    def _check(self) -> Self:
        written = [ref.resolve("address") for ref in self.urls if ref.scheme == "literal"]
        if not all(ADDRESS.fullmatch(each) for text in written for each in text.split()):
            raise wrong("urls", "should be addresses of apprise, such as slack://..., or where they are kept")
        return self
