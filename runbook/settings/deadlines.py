"""How long things may take: `[deadlines]`, and `[channels.KEY.deadlines]` over it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Self

from pydantic import Field, model_validator

from runbook.settings.durations import Duration
from runbook.settings.model import Model, wrong

# Every step that there is; a test compares them with those of the runbook.
STEPS = (
    "jira_login",
    "project_check",
    "read_channel",
    "idp_logout",
    "jira_alive",
    "prove_mailbox",
    "remove_old",
    "connect_oauth",
    "restore",
    "verify",
    "leave",
    "next_project",
    "next_mailbox",
    "read_health",
)
LONGEST = timedelta(days=1)


class Deadlines(Model):
    """patience: for one answer of a page. step: for each step that has no time of its own in `steps`. run: for all steps of a run.
    The time in which a person is waited for, or mail is brought over (--rescue), does not count."""

    patience: Duration = timedelta(seconds=15)
    step: Duration = timedelta(minutes=5)
    run: Duration = timedelta(minutes=20)
    steps: dict[str, Duration] = Field(default_factory=dict)

    def of_step(self, name: str) -> float:
        """Seconds that a step may take."""
        return self.steps.get(name, self.step).total_seconds()

    @model_validator(mode="after")
    def _check(self) -> Self:
        for name in self.steps:
            if name not in STEPS:
                raise wrong(f"steps.{name}", f"is not a step; the steps are: {', '.join(STEPS)}")
        given: dict[str, Any] = {key: getattr(self, key) for key in ("patience", "step", "run")}
        for key, length in (given | {f"steps.{name}": length for name, length in self.steps.items()}).items():
            if not timedelta() < length <= LONGEST:
                raise wrong(key, "should be more than 0s and at most 1d")
        return self
