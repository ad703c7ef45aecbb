"""One authorize request's way through a site's sign-in pages, and what may stand in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from runbook.sandbox.oidc_records import Client
from runbook.sandbox.world import World

Kind = Literal["error", "login", "pick", "consent", "done"]
Verdict = Literal["ok", "unknown", "wrong", "locked", "disabled"]

# What a person has to do between the password and the end, in the order in which the pages come. Each is a fault.
GATES = ("captcha", "password-expired", "security-key", "unknown-page", "mfa-enrolment", "number-match", "push")
FAKE_CAPTCHA = "acme"


def struck(world: World, fault: str, address: str) -> bool:
    """Whether a fault is switched on for this address: for everybody, or by name."""
    value = world.fault(fault)
    return value is True or (isinstance(value, str) and value.lower() == address.lower())


@dataclass
class Flow:
    """One authorize request on its way. `typed`: who began to sign in; `address`: who was signed in or chosen."""

    id: str
    params: dict[str, str]
    client: Client | None = None
    typed: str = ""
    address: str = ""
    password_given: bool = False
    second_given: bool = False
    pushed: bool = False
    asked: bool = False
    allowed: list[str] | None = None
    passed: set[str] = field(default_factory=set)
    challenge: str = ""

    @property
    def prompts(self) -> set[str]:
        """The words of the request's `prompt`."""
        return set(self.params.get("prompt", "").split())

    @property
    def scopes(self) -> list[str]:
        """The scopes that the client asks for."""
        return self.params.get("scope", "").split()


@dataclass(frozen=True)
class Turn:
    """What comes next in a flow; `error` is the OAuth error when the request said `prompt=none`."""

    kind: Kind
    error: str = ""
