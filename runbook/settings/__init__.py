"""What a run is told. `load` puts it together from the environment, `.env` and `runbook.toml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from platformdirs import user_state_path
from pydantic import Field

from runbook.environment import given
from runbook.errors import ConfigError
from runbook.secrets import SecretRef
from runbook.settings import durations
from runbook.settings.channel import Channel, Identity, Idp, IdpKind, Provider, Site
from runbook.settings.durations import Duration
from runbook.settings.model import PROJECT_KEY, Model, ProjectKey, Text
from runbook.settings.notify import Notify

__all__ = ["Channel", "Identity", "Idp", "IdpKind", "Provider", "SecretRef", "Settings", "Site", "load", "salvage"]


# In the order in which they are shown.
OF_THE_TOOL = (
    "default_project",
    "runs",
    "state",
    "state_url",
    "keep_runs_days",
    "keep_history_days",
    "delay",
    "browser",
    "rescue",
    "jobs",
    "metrics",
    "log_file",
    "log_format",
)


def _folder(name: str) -> Path:
    return user_state_path("jsm-mailbox-runbook") / name


class Settings(Model):
    """Everything in force. `rescue`, `jobs`, `metrics`, `log_file` and `log_format` stand for options of the verbs that are not
    given, for a schedule gives none. `sources` says of each dotted key where its value came from; keys that are not there are defaults.

    `unbound` is the channel of the one-site form when no project is named: it serves whatever project is asked for.
    """

    channels: dict[str, Channel] = Field(default_factory=dict)
    unbound: Channel | None = None
    default_project: ProjectKey | None = None
    runs: Path = Field(default_factory=lambda: _folder("runs"))
    state: Path = Field(default_factory=lambda: _folder("state"))
    state_url: SecretRef | None = None
    keep_runs_days: Annotated[int, Field(ge=1)] = 30
    delay: Duration = timedelta(minutes=2)
    keep_history_days: Annotated[int, Field(ge=1)] = 365
    browser: Text | None = None
    rescue: bool = False
    jobs: Annotated[int, Field(ge=1, le=16)] = 2
    metrics: Path | None = None
    log_file: Path | None = None
    log_format: Literal["console", "json"] | None = None
    locators: dict[str, Text] = Field(default_factory=dict)
    notify: Notify = Notify()
    sources: dict[str, str] = Field(default_factory=dict)

    def channel(self, key: str | None = None) -> Channel:
        """The channel of a project; without a key that of RUNBOOK_PROJECT, or the only one there is.
        Raises ConfigError when it is not configured."""
        key = key or self.default_project or (next(iter(self.channels)) if len(self.channels) == 1 else None)
        if key in self.channels:
            return self.channels[key]
        there = f"Configured: {', '.join(sorted(self.channels))}." if self.channels else ""
        if key is None:
            remedy = f"Give --project KEY, or set RUNBOOK_PROJECT. {there}".strip()
            raise ConfigError("No project is named.", remedy=remedy, reason="no-project")
        if self.unbound is None:
            remedy = (
                there or "Copy .env.example to .env and fill it in, or add --sandbox to see a run without any settings."
            )
            raise ConfigError(f"No channel is configured for project {key}.", remedy=remedy, reason="no-channel")
        if not re.fullmatch(PROJECT_KEY, key):
            raise ConfigError(
                f"--project {key} is not a project key.", remedy="Example: --project HELP", reason="no-project"
            )
        return self.unbound.model_copy(update={"project": key})

    def rows(self, project: str | None = None) -> list[tuple[str, Any, str]]:
        """Every setting in force (of the channels, only that of `project` if it is given): dotted key, value as JSON has it
        (secrets as `***`, None where nothing is set), source. Raises ConfigError when that project is not configured."""
        channels = self.channels if project is None else {project: self.channel(project)}
        rows = [row for key, channel in sorted(channels.items()) for row in _rows(f"channels.{key}", channel)]
        rows += _rows("channels.*", self.unbound) if self.unbound and project is None else []
        rows += [(key, getattr(self, key)) for key in OF_THE_TOOL]
        rows += _rows("notify", self.notify)
        rows += [(f"locators.{key}", value) for key, value in sorted(self.locators.items())]
        return [(key, _plain(value), self.sources.get(key, "default")) for key, value in rows]

    def describe(self, project: str | None = None) -> list[tuple[str, str, str]]:
        """The same for a person: every value as text."""
        return [(key, _shown(value), source) for key, value, source in self.rows(project)]


def load(
    project: str | None = None,
    *,
    folder: Path | None = None,
    env: Mapping[str, str] | None = None,
    config: Path | None = None,
) -> Settings:
    """The settings: environment over `.env` over `runbook.toml`.

    Args: `project`, whose channel the one-site form describes when RUNBOOK_PROJECT does not say; `folder`, where the two
    files are looked for (default: the current one); `env`, the environment; `config`, a TOML file in place of the folder's.
    Raises ConfigError that names every problem at once and shows no secret.
    """
    from runbook.settings.loading import read

    return read(project, folder or _here(), given() if env is None else env, config)


def salvage(config: Path | None = None) -> Settings | None:
    """Who is told, and where the state is, of settings that cannot all be read; None where that cannot be read either."""
    from runbook.settings import salvaging

    return salvaging.salvage(_here(), given(), config)


def _here() -> Path:
    try:
        return Path.cwd()
    except OSError:
        raise ConfigError("The current folder is not there any more.", remedy="Change to one that is.") from None


def _rows(prefix: str, model: Model) -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for field in type(model).model_fields:
        value = getattr(model, field)
        if isinstance(value, Model):
            rows += _rows(f"{prefix}.{field}", value)
        elif isinstance(value, dict):
            rows += [(f"{prefix}.{field}.{key}", each) for key, each in sorted(value.items())]
        elif field not in {"name", "project"}:  # they are part of the key already
            rows.append((f"{prefix}.{field}", value))
    return rows


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, timedelta):
        return durations.shown(value)
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _shown(value: Any) -> str:
    if value is None or value == []:
        return "not set"
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, float):
        return f"{value:g}"
    return str(value).lower() if isinstance(value, bool) else str(value)
