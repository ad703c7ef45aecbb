"""Every ending that is not a success: a class, an exit code, one sentence of cause, one of remedy.

The default cause of a class is its docstring's first line.  Whether a schedule may try again is decided by the class alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar


class RunbookError(Exception):
    """The run failed."""

    exit_code: ClassVar[int] = 1
    retry: ClassVar[bool] = False
    default_remedy: ClassVar[str] = "Read the run folder named below."

    def __init__(
        self, cause: str = "", *, remedy: str = "", reason: str = "", seen: str = "", expected: str = ""
    ) -> None:
        """Args: cause and remedy, one sentence each; reason, a short machine word such as `captcha`;
        seen and expected, for a page that was not the one awaited."""
        self.cause = cause or (type(self).__doc__ or "").strip().splitlines()[0]
        self.remedy = remedy or self.default_remedy
        self.reason = reason
        self.seen = seen
        self.expected = expected
        super().__init__(self.cause)


class ConfigError(RunbookError):
    """The settings or the arguments are not usable."""

    exit_code = 2
    default_remedy = "Correct the setting; `python -m runbook settings` shows what is in force."


class Transient(RunbookError):
    """The network or a site did not answer as it should; nothing says that it will not later."""

    exit_code = 20
    retry = True
    default_remedy = "Try again later."


class CredentialsRejected(RunbookError):
    """A site refused the credentials."""

    exit_code = 30
    default_remedy = "Correct the secret; it is not tried again until it changes."


class HumanNeeded(RunbookError):
    """The site asks for something that only a person may do."""

    exit_code = 40
    default_remedy = "Run again with --headed and do that page by hand; the run goes on by itself."


class PageChanged(RunbookError):
    """A page is not one that the runbook knows."""

    exit_code = 50
    default_remedy = (
        "Run again with --headed to watch the page; the run folder holds its picture and what was expected."
    )


class WrongMailbox(RunbookError):
    """Another mailbox than the configured one was about to be connected, or was."""

    exit_code = 60
    default_remedy = "Check the mailbox's address and its sign-in; the wrong connection was removed."


class SessionLost(RunbookError):
    """Jira was signed out together with the identity provider."""

    exit_code = 61
    default_remedy = "Switch single logout off for Jira at the identity provider, or run with --logout-by cookies."


class ChannelDown(RunbookError):
    """The old connection is gone and the new one is not there: Jira reads no mail for this project."""

    exit_code = 70
    default_remedy = "Run `connect` for this project again now; what has to be restored is written down."


class Locked(RunbookError):
    """Another run holds this channel."""

    exit_code = 75
    default_remedy = "Wait for the other run to end."


class Defect(RunbookError):
    """The runbook itself failed; no site is to blame."""

    exit_code = 90
    default_remedy = "Report it with this line; nothing secret is in it."

    @classmethod
    def of(cls, error: BaseException) -> Defect:
        """What went wrong, told by its kind and its places alone: the text of a foreign exception may hold what was typed."""
        import traceback  # only when it is needed

        ours = Path(__file__).parents[1]
        frames = [(Path(frame.filename), frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
        places = [f"{path.relative_to(ours)}:{line}" for path, line in frames if path.is_relative_to(ours)]
        return cls(f"The runbook itself failed: {type(error).__name__} at {' > '.join(places[-3:])}.", reason="defect")


def public_name(error: RunbookError) -> str:
    """The class of this module that an error belongs to, whatever its own is."""
    return next(kind.__name__ for kind in type(error).__mro__ if kind.__module__ == __name__)
