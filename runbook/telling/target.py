"""Somebody who is told: an address of apprise or a command."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from runbook.telling.message import Message


class Undelivered(Exception):
    """A message did not go out. Its text says why and holds no secret; `hung`: only after its whole time."""

    def __init__(self, why: str, *, hung: bool = False) -> None:
        super().__init__(why)
        self.hung = hung


class Target(Protocol):
    """`name`: what the notes call it; `shown`: what a person may read."""

    @property
    def name(self) -> str: ...

    @property
    def shown(self) -> str: ...

    def problem(self) -> str:
        """What is wrong with it, found without sending anything; nothing when all is well."""
        ...

    def send(self, message: Message) -> None:
        """Raises Undelivered."""
        ...


@dataclass(frozen=True)
class Through:
    """A target that is a function. `name` as the notes have it."""

    function: Callable[[Message], None]
    name: str = "send"

    @property
    def shown(self) -> str:
        """For a person."""
        return self.name

    def problem(self) -> str:
        """Nothing that could be seen from here."""
        return ""

    def send(self, message: Message) -> None:
        """Calls it."""
        self.function(message)


def addressed(names: Iterable[str], targets: Iterable[Target]) -> tuple[str, ...]:
    """The names of a note by what the settings name now: a secret that could not be had stands for all addresses in it, and
    these for it; who is not there any more is dropped."""
    there = [target.name for target in targets]
    found: dict[str, None] = {}
    for name in names:
        whole = [each for each in there if name == each or name.startswith(f"{each}.")]
        found |= dict.fromkeys([name] if whole else [each for each in there if each.startswith(f"{name}.")])
    return tuple(found)


def waits(names: Iterable[str], target: Target) -> bool:
    """Whether one of the names means the target."""
    return any(name == target.name or name.startswith(f"{target.name}.") for name in names)
