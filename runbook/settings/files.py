"""Reads what the settings are written in: variables from the environment and `.env`, tables from `runbook.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from runbook import files
from runbook.errors import ConfigError
from runbook.secrets import SCHEMES
from runbook.settings.variables import ALL, OF_THE_SANDBOX, PLACEHOLDERS, SECRET_KEYS, SECRET_LISTS

IDENTITY_VARIABLE = re.compile(r"RUNBOOK_IDENTITY_(\w+)_(PASSWORD|TOTP|PASSKEY)")
TABLES = (
    *("identities", "sites", "channels", "policy", "deadlines", "canary", "rescue"),
    *("notify", "defaults", "locators", "sandbox"),
)
OF_STEPS = "RUNBOOK_DEADLINE_"

Problem = Callable[[str], None]


class Found(NamedTuple):
    """A variable's value and where it was found: `environment RUNBOOK_X` or `.env RUNBOOK_X`."""

    value: str
    source: str


def variables(folder: Path | None, env: Mapping[str, str], problem: Problem) -> dict[str, Found]:
    """The RUNBOOK_ variables that are set, the environment over the folder's `.env` (None: alone); empty ones count as not set.
    Tells `problem` of unknown ones. Raises ConfigError when `.env` cannot be read."""
    written = _dotenv(folder / ".env", problem) if folder else {}
    found = {key: Found(value, f".env {key}") for key, value in written.items()}
    if folder and any(_is_secret(key, each.value) for key, each in found.items()):
        _refuse_open(folder / ".env")
    given = {key: value for key, value in env.items() if value.strip() and key not in OF_THE_SANDBOX}
    found |= {key: Found(value, f"environment {key}") for key, value in given.items()}
    found = {key: each for key, each in found.items() if key.startswith("RUNBOOK_")}
    for key in [key for key in found if key not in ALL and not IDENTITY_VARIABLE.fullmatch(key)]:
        near = get_close_matches(key, ALL, 1)
        steps = [name.removeprefix(OF_STEPS) for name in ALL if name.startswith(OF_STEPS)]
        there = f" There are {OF_STEPS} with: {', '.join(steps)}." if key.startswith(OF_STEPS) else ""
        problem(f"{found.pop(key).source} is not a setting." + (f" Did you mean {near[0]}?" if near else "") + there)
    return found


def tables(config: Path, must_exist: bool, problem: Problem) -> dict[str, dict[str, Any]]:
    """The tables of `runbook.toml`, empty ones where it has none. Tells `problem` of unknown ones.
    Raises ConfigError when the file cannot be read, or is not there and must be."""
    found: dict[str, dict[str, Any]] = {name: {} for name in TABLES}
    for name, table in _toml(config, must_exist).items():
        if name not in TABLES:
            problem(f"{config.name} {name} is not a table of the settings. Tables: {', '.join(TABLES)}.")
        elif not isinstance(table, dict):
            problem(f"{config.name} {name} should be a table. Example: [{name}]")
        else:
            found[name] = table
    return found


def flat(table: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, Any]]:
    """Locators by dotted name: TOML makes tables of `microsoft.password = ...`."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def references(value: Any) -> list[Any]:
    """The secrets of a list, or those that one text names, separated by blanks; one that begins with `cmd:` is a single one,
    with arguments."""
    if isinstance(value, list):
        return value
    return value.split() if isinstance(value, str) and not value.lstrip().startswith("cmd:") else [value]


def listed(names: Iterable[str]) -> str:
    """The names that there are, for the end of a complaint about one that there is not."""
    known = ", ".join(sorted(names))
    return f" (there are: {known})" if known else " (there are none)"


def _is_secret(name: str, value: str) -> bool:
    """Whether a variable holds a secret itself, and not where it is kept. An example left in place is none."""
    key = ALL[name].path[-1] if name in ALL else ""
    if key in SECRET_LISTS:
        return any(each.partition(":")[0].strip() not in SCHEMES for each in value.split(","))
    secret = key in SECRET_KEYS or IDENTITY_VARIABLE.fullmatch(name)
    return bool(secret) and value not in PLACEHOLDERS and value.partition(":")[0] not in SCHEMES


def _refuse_open(path: Path) -> None:
    try:
        files.check(path, path.stat())
    except files.OpenToOthers as found:
        raise ConfigError(
            f"{path} holds a secret and {found.problem}.", remedy=found.remedy, reason="open-secret-file"
        ) from None


def _dotenv(path: Path, problem: Problem) -> dict[str, str]:
    # dotenv_values only logs a line that it cannot read, and it expands ${...} inside passwords; its parser does neither.
    from dotenv.parser import parse_stream

    try:
        with path.open(encoding="utf-8-sig") as stream:
            bindings = list(parse_stream(stream))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise ConfigError(f"{path} cannot be read ({why}).", remedy="Correct its permissions or encoding.") from None
    for binding in bindings:
        if binding.error or (binding.value is None and (binding.key or "").startswith("RUNBOOK_")):
            problem(f".env line {binding.original.line} is not NAME=value. Example: RUNBOOK_PROJECT=HELP")
    return {each.key: each.value for each in bindings if each.key and each.value and each.value.strip()}


def _toml(path: Path, must_exist: bool) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        if must_exist:
            raise ConfigError(f"There is no file {path}.", remedy="Correct the path of the settings file.") from None
        return {}
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"\(at .*\)$", str(error))  # what stands before it may quote the file
        raise ConfigError(
            f"{path.name} is not valid TOML {where[0] if where else ''}".rstrip() + ".",
            remedy='Correct that line. Example of one: address = "support@acme.example"',
        ) from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path.name} is not UTF-8 text.", remedy="Save it as UTF-8.") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}).", remedy="Correct its permissions.") from None
