"""Commands that are told: no shell, an environment with nothing of ours but the facts, and an end after their time."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from runbook.telling.message import Message
from runbook.telling.target import Undelivered

KEPT = ("PATH", "HOME", "LANG", "SystemRoot")  # without the last one nothing runs on Windows
GRACE = 2.0  # seconds between asking a command to end and ending it


@dataclass(frozen=True)
class Hook:
    """A command. `name`: its setting; `seconds`: how long it may take."""

    name: str
    argv: Sequence[str]
    seconds: float

    @property
    def shown(self) -> str:
        """For a person."""
        return self.name

    def problem(self) -> str:
        """What is wrong with it, without running it; nothing when it can be started."""
        command = self.argv[0]
        if shutil.which(command, path=_environment().get("PATH")):
            return ""
        there = os.path.isfile(command)  # noqa: PTH113 - any text may stand there
        return f"the command {command} {'may not be run' if there else 'is not there'}"

    def send(self, message: Message) -> None:
        """Runs it with the message: facts in its environment, all of it as JSON on its standard input. Its output is dropped.
        Raises Undelivered."""
        try:
            child = subprocess.Popen(  # noqa: S603 - the owner of the settings chose the command
                list(self.argv),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_environment() | {key: value.replace("\0", "") for key, value in message.variables().items()},
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "bad argument"
            raise Undelivered(f"the command {self.argv[0]} cannot be started ({why})") from None
        with child:
            try:
                child.communicate(json.dumps(message.json()).encode(), timeout=self.seconds)
            except subprocess.TimeoutExpired:
                _end(child)
                told = f"the command {self.argv[0]} did not end in {self.seconds:g} s and was ended"
                raise Undelivered(told, hung=True) from None
            except BaseException:
                _end(child)
                raise
        if child.returncode:
            raise Undelivered(f"the command {self.argv[0]} ended with {_code(child.returncode)}")


def _environment() -> dict[str, str]:
    return {"PATH": os.defpath} | {key: os.environ[key] for key in KEPT if key in os.environ}


def _code(code: int) -> str:
    if code > 0:
        return f"exit code {code}"
    with contextlib.suppress(ValueError):
        return f"signal {signal.Signals(-code).name}"
    return f"signal {-code}"


def _end(child: subprocess.Popen[bytes]) -> None:
    """Ends the command and what it started: first asked, then not."""
    _signal(child, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(GRACE)
    # The group outlives its leader: who did not listen is ended all the same.
    _signal(child, getattr(signal, "SIGKILL", signal.SIGTERM))


def _signal(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(child.pid, number)
        else:
            child.send_signal(number)
