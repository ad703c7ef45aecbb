"""What a sweep and a check begin with: the settings, what these say of options that were not given, and a log. And who is told
when one does not come to its end: on a schedule nobody looks at the exit code."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from platformdirs import user_cache_path

from runbook.audience import ready
from runbook.errors import ConfigError, Defect, RunbookError
from runbook.settings import Settings, load, salvage

if TYPE_CHECKING:
    from pathlib import Path

    from runbook.logs import Log
    from runbook.redact import Redactor
    from runbook.settings.notify import Notify
    from runbook.telling import Standby

Given = Mapping[str, Any]
OF_SETTINGS = ("rescue", "jobs", "metrics", "log_file", "log_format")
A_PERSONS = ("usage", "interrupted")  # reasons of what only somebody at a keyboard does, who sees it


def filled(given: Given, settings: Settings) -> dict[str, Any]:
    """The options, with what the settings say in the place of those that are not given."""
    found = {**given, **{key: getattr(settings, key) for key in OF_SETTINGS if key in given and given[key] is None}}
    if given.get("log_format") is None and found["log_file"] is None:
        found["log_format"] = None
    return found


def refuse_the_sandboxs(given: Given) -> None:
    """Raises ConfigError for an option that says nothing to a real run."""
    if not given["sandbox"] and (given["sandbox_state"] or given["fault"] or given["scenario"]):
        raise ConfigError(
            "--scenario, --fault and --sandbox-state belong to the sandbox.",
            remedy="Add --sandbox, or leave them out.",
            reason="usage",
        )


class Beginning:
    """`given`: the options, complete after `open`; `tells`: whether anybody is to be told of anything."""

    def __init__(self, given: Given, redactor: Redactor, *, tells: bool) -> None:
        self.given: Given = given
        self.redactor, self.tells = redactor, tells
        self.log: Log | None = None
        self.standby: Standby | None = None

    def open(self, stack: ExitStack) -> Settings:
        """The settings in force, for a sandbox those of nobody; and the log, which `stack` closes. Raises ConfigError."""
        refuse_the_sandboxs(self.given)
        found, error = Settings(), None
        if not self.given["sandbox"]:
            try:
                found = load(next(iter(self.given["projects"]), None), config=self.given["config"])
                self.hear(found.notify, found.state, user_cache_path("jsm-mailbox-runbook"))
            except RunbookError as raised:
                error = raised
        self.given = filled(self.given, found)
        try:
            self.log = ready(self.given, stack, self.redactor)
        except RunbookError:
            if error is None:
                raise
        if error:
            raise error
        return found

    def hear(self, notify: Notify, *folders: Path) -> None:
        """Who is told, and where it is remembered what they were told of the whole."""
        from runbook.telling import Standby

        if self.tells:
            self.standby = Standby(notify, folders, self.redactor, played=self.given["sandbox"])

    def failed(self, error: RunbookError) -> list[str]:
        """Tells that it came to nothing. Returns warnings."""
        if not self.tells or error.reason in A_PERSONS:
            return []
        try:
            if self.standby is None and not self.given["sandbox"]:
                self._hear_what_can_be_read()
            return self.standby.failed(error) if self.standby else []
        except Exception as raised:  # noqa: BLE001 - the ending is told all the same
            return [f"Nobody could be told: {Defect.of(raised).cause}"]

    def _hear_what_can_be_read(self) -> None:
        found = salvage(self.given["config"])
        if found:
            self.hear(found.notify, found.state, user_cache_path("jsm-mailbox-runbook"))
