"""The content of a run folder's `run.json`, so that it can be read back: `RunRecord`, `read`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from runbook import __version__, files
from runbook.errors import ConfigError

SCHEMA: Literal[2] = 2
RECORD = "run.json"
# How a run's folder is named: when it began, the project, and something that no other run has.
STAMP = "%Y%m%dT%H%M%SZ"
FOLDER = re.compile(r"(\d{8}T\d{6}Z)-[A-Za-z0-9_]+-[0-9a-f]{4}")
RUNNING = "running"
UNFINISHED = "Unfinished"


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
    """What was decided, or proven, and from which evidence. `step`: name of the step that did; `at`: ISO 8601 UTC; `evidence`:
    what was looked at and what stood there, one or more lines each."""

    what: str
    why: str
    kind: Literal["decision", "proof"] = "decision"
    step: str = ""
    at: str | None = None
    evidence: dict[str, list[str]] = {}


class Gap(_Part):
    """The time in which Jira read no mail. ISO 8601 UTC."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    from_: str | None = Field(default=None, alias="from")
    to: str | None = None
    seconds: float | None = None


class RescueRecord(_Part):
    """Unread mail over a replacement: how many messages were moved into the folder beside the inbox and back, and how many wait
    there."""

    folder: str
    aside: int = 0
    back: int = 0
    waiting: int = 0


class Ending(_Part):
    """How the run ended: the class name of an ending, `running` until then, `Unfinished` when the process died before it had
    one. `down`: Jira reads no mail of the mailbox since."""

    name: str = RUNNING
    exit_code: int | None = None
    cause: str = ""
    remedy: str = ""
    reason: str = ""
    changed: bool = False
    down: bool = False
    advice: str = ""


class UnknownPage(_Part):
    """A page that was not recognised: what was seen (origin and path, title, headings, fields, buttons),
    and what was expected."""

    seen: dict[str, Any]
    expected: str = ""
    screenshot: str | None = None


class Setting(_Part):
    """One setting in force: its dotted key, its value as JSON has it (a secret as `***`), and where it came from."""

    key: str
    value: Any = None
    source: str = ""


class RunRecord(_Part):
    """The content of `run.json`. Schema 2 adds to schema 1: channel, sandbox, provider, idp, plan, settings, versions, `changed` and
    `down` of the outcome, and step, time, kind and evidence of a decision.

    `plan`: the titles of all steps; `skew`: seconds that a site's clock is ahead, by origin; `locators`: the overrides in force,
    from runbook.toml and from what was taught, and what was taught in this run.
    """

    schema_: Literal[1, 2] = Field(default=SCHEMA, alias="schema")
    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    version: str = __version__
    run: str
    project: str = ""
    site: str = ""
    channel: str = ""
    mailbox: str = ""
    provider: str = ""
    idp: str = ""
    sandbox: bool = False
    dry_run: bool = False
    started: str
    ended: str | None = None
    plan: list[str] = []
    steps: list[StepRecord] = []
    decisions: list[Decision] = []
    warnings: list[str] = []
    gap: Gap | None = None
    rescue: RescueRecord | None = None
    outcome: Ending = Ending()
    unknown_page: UnknownPage | None = None
    skew: dict[str, float] = {}
    locators: dict[str, str] = {}
    settings: list[Setting] = []
    versions: dict[str, str] = {}

    @property
    def finished(self) -> bool:
        """Whether the run told its own ending."""
        return self.outcome.name not in (RUNNING, UNFINISHED)


def read(path: Path) -> RunRecord:
    """The record of a run; `path` is its folder or its run.json. Raises ConfigError when it cannot be read, when others than its
    owner can, and when it is a link."""
    file = path / RECORD if path.is_dir() else path
    try:
        return RunRecord.model_validate_json(files.read(file))
    except files.OpenToOthers as found:
        raise ConfigError(
            f"{file} {found.problem}.", remedy=f"Somebody may have changed it. {found.remedy}", reason="open-evidence"
        ) from None
    except OSError as error:
        why = "it is a link" if file.is_symlink() else error.strerror
        raise ConfigError(f"{file} cannot be read: {why}.", remedy="Give the folder of a run.") from None
    except ValidationError:
        raise ConfigError(
            f"{file} is not the record of a run, schema {SCHEMA} or older.",
            remedy="Read it with the version that wrote it.",
        ) from None
