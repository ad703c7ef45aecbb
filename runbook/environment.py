"""What of the environment is this process's alone: no program that it starts gets to see a secret, or is told to log what is typed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

SECRET = re.compile(r"RUNBOOK_(\w+_)?(PASSWORD|TOTP|PASSKEY|TOKEN|SECRET)|RUNBOOK_(STATE_URL|NOTIFY)")
# With these the browser's driver writes every value that it types to standard error, or waits for a person.
TALKATIVE = frozenset({"DEBUG", "DEBUG_FILE", "NODE_DEBUG", "PWDEBUG"})
_kept: dict[str, str] = {}


def given() -> dict[str, str]:
    """The whole environment that this process was started in."""
    return {**os.environ, **_kept}


def without_secrets(env: Mapping[str, str]) -> dict[str, str]:
    """An environment as another program may have it."""
    return {key: value for key, value in env.items() if not SECRET.fullmatch(key)}


@contextmanager
def withheld() -> Iterator[None]:
    """For the length of a block, whatever is started inherits no secret."""
    away = {key: value for key, value in os.environ.items() if SECRET.fullmatch(key) or key in TALKATIVE}
    for key in away:
        del os.environ[key]
    _kept.update(away)
    try:
        yield
    finally:
        for key in away:
            _kept.pop(key, None)
        os.environ.update(away)
