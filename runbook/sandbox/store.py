"""Keeps a world between two runs of the sandbox (`--sandbox-state FILE`): its own fake secrets and all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from runbook import files
from runbook.errors import ConfigError
from runbook.sandbox.scenario import Scenario
from runbook.sandbox.world import Account, Connection, LogRow, Project, Token, World

VERSION = 1
REMEDY = "Give another file, or delete this one to begin anew."


def load(path: Path, scenario: Scenario) -> World | None:
    """The world kept in a file; None when there is no such file. Raises ConfigError for a file that is not a world of
    this scenario."""
    try:
        data = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ConfigError(f"The sandbox's state file cannot be read: {type(error).__name__}.", remedy=REMEDY) from None
    if not isinstance(data, dict) or data.get("version") != VERSION:
        raise ConfigError("The sandbox's state file is of another version.", remedy=REMEDY)
    if data.get("scenario") != str(scenario):
        raise ConfigError(
            f"The sandbox's state file is of the scenario {data.get('scenario')}, not {scenario}.",
            remedy=f"Use --scenario {data.get('scenario')}, give another file, or delete this one to begin anew.",
        )
    try:
        return _world(data, scenario)
    except (KeyError, TypeError) as error:
        raise ConfigError("The sandbox's state file is damaged.", remedy=REMEDY) from error


class Store:
    """Writes a world to a file whenever it differs from what is there; mode 0600, atomically."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written = ""

    def save(self, world: World) -> None:
        """Writes the world if it has changed. Raises ConfigError when the file cannot be written."""
        with world.lock:
            text = json.dumps(world.dump(), indent=1)
            if text == self._written:
                return
            try:
                files.put(self._path, text.encode())
            except OSError as error:
                raise ConfigError(
                    f"The sandbox's state file cannot be written: {error.strerror}.",
                    remedy="Give a file in a folder that you may write to.",
                ) from None
            self._written = text


def _world(data: dict[str, Any], scenario: Scenario) -> World:
    return World(
        scenario,
        accounts={row["address"]: Account(**row) for row in data["accounts"]},
        projects={row["key"]: _project(row) for row in data["projects"]},
        consents=data["consents"],
        mail=data["mail"],
        issues=data["issues"],
        api_token=data["api_token"],
        offset=data["offset"],
    )


def _project(row: dict[str, Any]) -> Project:
    return Project(**{**row, "connections": [_connection(one) for one in row["connections"]]})


def _connection(row: dict[str, Any]) -> Connection:
    logs = {name: [LogRow(**one) for one in row[name]] for name in ("connectivity", "processing")}
    return Connection(**{**row, **logs, "token": Token(**row["token"]) if row["token"] else None})
