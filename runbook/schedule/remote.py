"""What a run elsewhere, in a cluster or on a runner, has to be given: this folder's variables, and which secrets there are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runbook.errors import ConfigError
from runbook.schedule.base import Request, plain
from runbook.schedule.plan import is_secret
from runbook.settings.files import Found, tables, variables
from runbook.settings.variables import DEFAULTS, STDERR

# They say where things are on this machine.
LOCAL = frozenset(DEFAULTS) - {
    *("RUNBOOK_PROJECT", "RUNBOOK_KEEP_RUNS_DAYS"),
    *("RUNBOOK_RESCUE", "RUNBOOK_JOBS", "RUNBOOK_LOG_FORMAT"),
}
WRITTEN = ("RUNBOOK_METRICS", "RUNBOOK_LOG_FILE")  # files that a run writes where the settings say
# Of the one-site form, where this folder has no settings yet.
USUAL = ("RUNBOOK_ADMIN_PASSWORD", "RUNBOOK_ADMIN_TOTP", "RUNBOOK_MAILBOX_PASSWORD", "RUNBOOK_MAILBOX_TOTP")


@dataclass(frozen=True)
class Elsewhere:
    """`config`: the file of this folder that takes the place of runbook.toml; `shown`: variables that are no secret, with their
    values; `secrets`: variables that each are one; `files`: names of files that a run writes, by the variable that says where."""

    config: Path | None
    shown: Mapping[str, str]
    secrets: tuple[str, ...]
    files: Mapping[str, str]


def elsewhere(request: Request) -> Elsewhere:
    """Reads the folder's files and resolves nothing. Raises ConfigError for files that cannot be read or are wrong."""
    problems: list[str] = []
    config = request.config or request.folder / "runbook.toml"
    found = tables(config, request.config is not None, problems.append)
    given = variables(request.folder, request.env, problems.append)
    if problems:
        raise ConfigError(" ".join(problems), remedy="`python -m runbook settings` tells all of it.", reason="settings")
    secret = {name for name in given if is_secret(name)} | set(_of_identities(found["identities"]))
    return Elsewhere(
        config if config.is_file() else None,
        {key: plain(key, each.value) for key, each in sorted(given.items()) if key not in secret | LOCAL},
        tuple(sorted(secret - LOCAL)) or (() if config.is_file() else USUAL),
        dict(_files(found["defaults"], given)),
    )


def _files(defaults: Mapping[str, Any], given: Mapping[str, Found]) -> Iterable[tuple[str, str]]:
    for name in WRITTEN:
        value = given[name].value if name in given else defaults.get(DEFAULTS[name].path[0])
        if isinstance(value, str) and value != STDERR:
            yield name, plain(name, Path(value).name)


def _of_identities(found: Mapping[str, Any]) -> Iterable[str]:
    """The variables that take the place of what the identities of runbook.toml refer to, which may be a keyring of this machine."""
    for name, table in found.items():
        called = re.sub(r"\W", "_", name).upper()
        yield from (f"RUNBOOK_IDENTITY_{called}_{key.upper()}" for key in table if _one_of_three(key))


def _one_of_three(key: str) -> bool:
    return key in {"password", "totp", "passkey"}
