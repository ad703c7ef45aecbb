"""The sandbox in a process of its own, so that it does not disturb the run; it ends when its standard input closes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from runbook.errors import ConfigError


@dataclass(frozen=True)
class Served:
    """A sandbox that answers: `args` for the browser, `channels` the settings of runs, `start` its start page, `authority` the PEM
    of its certificate's issuer, `api` the sites' API `token` and its `users` by host, `smtp` how a canary mail is sent (if that was
    asked for)."""

    port: int
    args: tuple[str, ...]
    channels: Sequence[dict[str, Any]]
    start: str
    authority: str = ""
    api: dict[str, Any] = field(default_factory=dict)
    smtp: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def said(cls, told: Mapping[str, Any]) -> Served:
        """What the sandbox's process has said when it was ready; whatever else is in it is not for a run."""
        known = {each.name: told[each.name] for each in fields(cls) if each.name in told}
        return cls(**{**known, "args": tuple(told["args"])})


@contextmanager
def serve(
    scenario: str,
    faults: Sequence[str] = (),
    state: Path | None = None,
    port: int = 0,
    config: Path | None = None,
    *,
    smtp: bool = False,
) -> Iterator[Served]:
    """Starts the sandbox and waits until it answers. `config`: the file that names external providers; `smtp`: with a mail server.
    Raises ConfigError with the child's own cause and remedy."""
    argv = [sys.executable, "-m", "runbook.sandbox", "--scenario", scenario, "--port", str(port)]
    for fault in faults:
        argv += ["--fault", fault]
    if state:
        argv += ["--state", str(state)]
    if config:
        argv += ["--config", str(config)]
    if smtp:
        argv += ["--smtp"]
    # A session of its own: Ctrl-C in the terminal reaches the run first, which then closes the sandbox in order.
    with subprocess.Popen(  # noqa: S603 - our own module, no shell
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as child:
        assert child.stdin  # noqa: S101 - all three are pipes
        assert child.stdout  # noqa: S101
        assert child.stderr  # noqa: S101
        try:
            line = child.stdout.readline()
            if not line:
                raise _told(child.stderr.read())
            yield Served.said(json.loads(line))
        finally:
            child.stdin.close()
            child.wait()


def _told(text: str) -> ConfigError:
    lines = [line for line in text.strip().splitlines() if line]
    if "No module named" in text:
        return ConfigError(
            "The sandbox is not installed.", remedy="Run `pip install -e '.[sandbox]'`.", reason="no-sandbox"
        )
    cause, remedy = (lines[-2], lines[-1]) if len(lines) > 1 else (lines[-1] if lines else "no reason given", "")
    return ConfigError(cause, remedy=remedy)
