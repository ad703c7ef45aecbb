"""The content of a run folder's `run.json`, so that it can be read back: `RunRecord`, `read`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from runbook import __version__
from runbook.errors import ConfigError

SCHEMA = 1
RECORD = "run.json"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class StepRecord(_Part):
    """One step. `started`: ISO 8601 UTC; `screenshot`: a file name in the run's folder."""

    n: int
    name: str
    title: str
    started: str
    seconds: float | None = None
    status: Literal["started", "done", "failed", "skipped"] = "started"
    screenshot: str | None = None


class Decision(_Part):
    """What was decided, and from which evidence."""

    what: str
    why: str


class Gap(_Part):
    """The time in which Jira read no mail. ISO 8601 UTC."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    from_: str | None = Field(default=None, alias="from")
    to: str | None = None
    seconds: float | None = None


class Ending(_Part):
    """How the run ended: the class name of design section 7, `running` until then."""

    name: str = "running"
    exit_code: int | None = None
    cause: str = ""
    remedy: str = ""
    reason: str = ""


class UnknownPage(_Part):
    """A page that was not recognised: what was seen (origin and path, title, headings, fields, buttons),
    and what was expected."""

    seen: dict[str, Any]
    expected: str = ""
    screenshot: str | None = None


class RunRecord(_Part):
    """The content of `run.json`, schema 1. `skew`: seconds that a site's clock is ahead, by origin; `locators`: the overrides in
    force, from runbook.toml and from what was taught, and what was taught in this run."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    version: str = __version__
    run: str
    project: str = ""
    site: str = ""
    mailbox: str = ""
    dry_run: bool = False
    started: str
    ended: str | None = None
    steps: list[StepRecord] = []
    decisions: list[Decision] = []
    warnings: list[str] = []
    gap: Gap | None = None
    outcome: Ending = Ending()
    unknown_page: UnknownPage | None = None
    skew: dict[str, float] = {}
    locators: dict[str, str] = {}


def read(path: Path) -> RunRecord:
    """The record of a run; `path` is its folder or its run.json. Raises ConfigError when it cannot be read."""
    file = path / RECORD if path.is_dir() else path
    try:
        return RunRecord.model_validate_json(file.read_bytes())
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}.", remedy="Give the folder of a run.") from None
    except ValidationError:
        raise ConfigError(
            f"{file} is not the record of a run, schema {SCHEMA}.", remedy="Read it with the version that wrote it."
        ) from None
