"""Events as log lines, by structlog: `key=value` for people or JSON for machines, into a file that is rotated.

The log is one of our own: what other libraries log stays out of it, for it may hold an address with a token.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Callable, Mapping, MutableMapping
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, Literal, Self

from runbook import files
from runbook.console import CONTROL, OWN_WORDS, cleaned, silence
from runbook.errors import ConfigError

Format = Literal["console", "json"]
Event = Mapping[str, Any]
LARGEST = 5_000_000  # bytes of a file, from which it is put aside
KEPT = 5  # files put aside
STDERR = "-"


def open_log(path: Path, form: Format = "console", clean: Callable[[str], str] = str) -> Log:
    """A log that appends to `path` (`-`: standard error). `clean` is applied to every text (the redactor).
    Raises ConfigError when the file cannot be written, and when others can read one that is there."""
    return Log(_handler(path), form, clean)


def asked_for(given: Mapping[str, Any], clean: Callable[[str], str]) -> Log:
    """The log that a verb's options ask for: `log_file`, `log_format`. Raises ConfigError."""
    if given["log_file"] is None:
        raise ConfigError("--log-format is for a log, and none is written.", remedy="Add --log-file FILE.")
    return open_log(given["log_file"], given["log_format"] or "console", clean)


class Log:
    """Takes events. After the first failure (a full disk) it is silent, and says so once on standard error."""

    def __init__(self, handler: logging.Handler, form: Format, clean: Callable[[str], str]) -> None:
        import structlog

        handler.setFormatter(logging.Formatter("%(message)s"))
        logger = logging.Logger("runbook.events", logging.DEBUG)  # not a child of the root, which others configure
        logger.addHandler(handler)
        self._handler = handler
        processors: list[Any] = [
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _cleaner(clean),
            *(_for_people() if form == "console" else _for_machines()),
        ]
        self._logger = structlog.wrap_logger(
            logger, processors=processors, wrapper_class=structlog.stdlib.BoundLogger, context_class=dict
        )

    def sink(self, **bound: object) -> Sink:
        """A sink for the events of one run; `bound` and the run's own name are in each line."""
        return Sink(self._logger.bind(**bound))

    def close(self) -> None:
        """Closes the file."""
        with suppress(OSError, ValueError):  # what a full disk did not take is told already
            self._handler.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Sink:
    """Writes events (`runbook.runner.Sink`)."""

    def __init__(self, logger: Any) -> None:
        self._logger = logger

    def __call__(self, event: Event) -> None:
        if event["event"] == "started":
            run = {"run_id": Path(event["run"]).name} if event.get("run") else {}
            self._logger = self._logger.bind(project=event.get("project"), **run)
        told = {key: value for key, value in event.items() if key != "event"}
        getattr(self._logger, level_of(event))(event["event"], **told)


def level_of(event: Event) -> str:
    """How grave an event is."""
    if event.get("down"):
        return "critical"
    if event.get("exit_code") or event.get("status") == "failed":
        return "error"
    if event.get("verdict", "healthy") != "healthy":
        return "warning"
    return "warning" if event["event"] in {"warning", "person", "unknown_page"} else "info"


class Rotating(RotatingFileHandler):
    """A private file (0600) that several processes may append to. After its first failure it is silent."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, maxBytes=LARGEST, backupCount=KEPT, encoding="utf-8")

    def _open(self) -> Any:
        # The default mode would be everybody's.
        return open(self.baseFilename, self.mode, encoding=self.encoding, errors=self.errors, opener=_private)

    def shouldRollover(self, record: logging.LogRecord) -> bool:
        """Whether it is full; first it follows a file that another process has put aside."""
        if self.stream is not None and _moved(self.stream.fileno(), self.baseFilename):
            self.stream.close()
            self.stream = self._open()
        return bool(super().shouldRollover(record))

    def handleError(self, record: logging.LogRecord) -> None:
        """Says once that the log is not complete, and nothing of the record."""
        error = sys.exc_info()[1]
        _say_once(self, f"The log file {self.baseFilename} could not be written ({_why(error)}); the log ends here.")


class Stderr(logging.StreamHandler[Any]):
    """Standard error, which may go away."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Is silent from now on."""
        silence(self.stream)
        self.setLevel(logging.CRITICAL + 1)


def _say_once(handler: logging.Handler, text: str) -> None:
    handler.setLevel(logging.CRITICAL + 1)
    with suppress(OSError, ValueError):
        sys.stderr.write(text + "\n")


def _why(error: BaseException | None) -> str:
    return getattr(error, "strerror", None) or type(error).__name__


def _handler(path: Path) -> logging.Handler:
    if str(path) == STDERR:
        return Stderr(sys.stderr)
    try:
        with suppress(FileNotFoundError):
            if path.is_file():
                files.check(path, path.stat())  # the file may be a link of its owner's, to a larger disk
        if not path.exists() or path.is_file():  # a pipe would hold us up
            return Rotating(path)
        why = "it is not a file"
    except files.OpenToOthers as found:
        raise ConfigError(f"The log file {path} {found.problem}.", remedy=found.remedy, reason="log-file") from None
    except OSError as error:
        why = str(error.strerror)
    remedy = "Name a file in a folder that can be written in --log-file, or - for standard error."
    raise ConfigError(f"The log file {path} cannot be written ({why}).", remedy=remedy, reason="log-file")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _moved(handle: int, path: str) -> bool:
    try:
        there = os.stat(path)  # noqa: PTH116 - the handler has it as text
    except OSError:
        return True
    return not os.path.samestat(there, os.fstat(handle))


def _cleaner(clean: Callable[[str], str]) -> Callable[[Any, str, MutableMapping[str, Any]], Mapping[str, Any]]:
    own = {*OWN_WORDS, "level", "timestamp"}

    def process(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
        return {key: value if key in own else cleaned(value, clean) for key, value in event.items()}

    return process


def _for_people() -> list[Any]:
    import structlog

    return [_one_line, structlog.dev.ConsoleRenderer(colors=False, pad_event_to=12, sort_keys=False)]


def _for_machines() -> list[Any]:
    import structlog

    return [structlog.processors.JSONRenderer(ensure_ascii=False, default=str)]


def _one_line(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Keeps a text of a page from looking like lines of the log."""

    def flat(text: str) -> str:
        return re.sub(r"\s*[\n\r]\s*", " / ", CONTROL.sub("", text.replace("\r", "\n")))

    return {key: value if key == "level" else cleaned(value, flat) for key, value in event.items()}
