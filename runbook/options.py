"""How a run is to go about its work."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field


@dataclass
class Options:
    """How to run: see the verbs' help. `patience`: seconds for one answer of a page; None: as the channel's deadlines say."""

    dry_run: bool = False
    force: bool = False
    rescue: bool = False
    seen: tuple[str, str] | None = None
    headed: bool = False
    logout_by: str = "url"
    patience: float | None = None
    locators: Mapping[str, str] = field(default_factory=dict)
    teach: bool = False
    har: bool = False
    trace: bool = False
    pause: Callable[[str], Awaitable[None]] | None = None
