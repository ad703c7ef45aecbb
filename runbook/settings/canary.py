"""The canary mail of a check: `[canary]`, and `[channels.KEY.canary]` over it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from runbook.secrets import SecretRef
from runbook.settings.model import Address, Model, Text, wrong

Security = Literal["starttls", "tls", "none"]
PORTS: dict[Security, int] = {"starttls": 587, "tls": 465, "none": 25}


class Canary(Model):
    """How a canary mail is sent, by SMTP, and when it counts as lost. `every`: hours until the next one is sent, because each
    leaves a request behind. `minutes`: within which it has to have become one. `subject`: its first words."""

    host: Text
    security: Security = "starttls"
    port: Annotated[int, Field(ge=1, le=65_535)] = Field(
        default_factory=lambda data: PORTS.get(data.get("security"), 587)
    )
    username: Text | None = None
    password: SecretRef | None = None
    sender: Address
    subject: Text = "Mailbox check"
    every: Annotated[float, Field(gt=0, le=8_760)] = 24.0
    minutes: Annotated[float, Field(gt=0, le=120)] = 5.0

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.username is None) != (self.password is None):
            missing, other = ("username", "password") if self.username is None else ("password", "username")
            raise wrong(missing, f"is missing: it goes with {other}")
        if self.security == "none" and self.password:
            raise wrong("security", "would send the password in the clear; use starttls or tls")
        return self
