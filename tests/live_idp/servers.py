"""Real software for the tests of this folder: found by an environment variable, served on a free port of loopback, stopped by
the process that was started."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

SECONDS = 40.0
GET = "`bash .ci/live_idp FOLDER` installs it and says what to export"


def installed(variable: str, what: str) -> str:
    """The path that an environment variable names. Skips the test, telling how to install it, when there is none."""
    path = os.environ.get(variable, "")
    if not path or not Path(path).exists():
        pytest.skip(f"{what} is not in {variable}: {GET}")
    return path


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(argv: Sequence[str], port: int, folder: Path, env: Mapping[str, str] | None = None) -> Iterator[None]:
    """Runs a server until the block ends; begins when its port answers. What it says goes to `server.log` in the folder,
    whose end is told when it does not come up."""
    log = folder / "server.log"
    with log.open("wb") as out:
        child = subprocess.Popen(
            argv, cwd=folder, env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
        try:
            _until_it_answers(child, port, log)
            yield
        finally:
            child.terminate()
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _until_it_answers(child: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and child.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1.0).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    said = log.read_text("utf-8", "replace")[-2000:]
    pytest.fail(f"{child.args!r} does not answer on port {port} (exit code {child.poll()}):\n{said}")


def run(argv: Sequence[str], folder: Path, env: Mapping[str, str] | None = None) -> str:
    """What a command prints. Fails the test, with what it said, when it fails."""
    done = subprocess.run(
        argv, cwd=folder, env={**os.environ, **(env or {})}, capture_output=True, text=True, check=False, timeout=60
    )
    if done.returncode:
        pytest.fail(f"{argv!r} ended with {done.returncode}:\n{done.stdout[-1000:]}{done.stderr[-2000:]}")
    return done.stdout
