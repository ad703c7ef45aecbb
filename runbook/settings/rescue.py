"""How unread mail is brought over a replacement: `[rescue]`, and `[channels.KEY.rescue]` over it."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from runbook.secrets import LOOPBACK, SecretRef
from runbook.settings.model import Model, Text, wrong

FOLDER = "Runbook rescue"
NOTE = "rescue"  # the key of the note that the state keeps of an unfinished one


def _host(value: str) -> str:
    value = value.strip().lower()
    if not re.fullmatch(r"[a-z0-9_]([a-z0-9._-]*[a-z0-9])?|[0-9a-f:]*:[0-9a-f:.]+", value):
        raise ValueError("should be the name of a host, without scheme and port")
    return value


def _folder(value: str) -> str:
    value = value.strip()
    if not value or value.upper() == "INBOX" or re.search(r'[\x00-\x1f\x7f*%"\\]', value) or len(value) > 100:
        raise ValueError(
            'should be the name of a mail folder other than INBOX, without control characters, * % " and \\'
        )
    return value


class RescueSettings(Model):
    """The mailbox's own IMAP access. `tls`: False is for a server on this machine alone. `username`: None is the mailbox's
    address. `token`: an access token, best from a command that prints a fresh one. `folder`: where unread mail waits. `days`:
    mail that came earlier is left alone. `wait`: seconds to wait for a proof that Jira has pulled."""

    host: Annotated[str, AfterValidator(_host)]
    port: Annotated[int, Field(ge=1, le=65_535)] = 993
    tls: bool = True
    auth: Literal["password", "xoauth2"]
    username: Text | None = None
    password: SecretRef | None = None
    token: SecretRef | None = None
    folder: Annotated[str, AfterValidator(_folder)] = FOLDER
    days: Annotated[int, Field(ge=1, le=366)] = 30
    wait: Annotated[float, Field(ge=10, le=3600)] = 300.0

    @property
    def origin(self) -> str:
        """The only place that its secret may go to."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"

    @property
    def secret(self) -> SecretRef:
        """The password or the token."""
        found = self.password if self.auth == "password" else self.token
        assert found is not None  # noqa: S101 - checked when it was made
        return found

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.tls and self.host not in LOOPBACK:
            raise wrong("tls", "is false, and without TLS only a server on this machine is spoken to; leave it out")
        mine, other = ("password", "token") if self.auth == "password" else ("token", "password")
        if getattr(self, mine) is None:
            raise wrong(mine, f"is missing: auth is {self.auth}")
        if getattr(self, other) is not None:
            raise wrong(other, f"is not needed: auth is {self.auth}; leave it out")
        return self
