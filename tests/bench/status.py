"""`python -m tests.bench.status`: how long `status` and `history` take with many channels and runs, and prints a table."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click
from sqlalchemy import insert

from runbook.state import State
from runbook.state.tables import CHANNELS, HEALTH, PARKED, RUNS

from .limits import Figure, end

ROOT = Path(__file__).parents[2]
NOW = 1_790_000_000.0
LIMIT = 1.0  # seconds of `status`, with 2,000 channels and 100,000 runs
COMMANDS = (("status",), ("status", "--json"), ("history",), ("history", "--project", "P00007", "--json"))
SETTINGS = """
[identities.admin]
username = "ada@example.com"
password = "keyring:example/admin"

[identities.desk]
username = "desk@example.com"
password = "keyring:example/desk"

[sites.acme]
url = "https://acme.atlassian.net"
admin = "admin"
idp = { kind = "microsoft" }
"""
CHANNEL = """
[channels.P%05d]
site = "acme"
mailbox = "desk"
address = "desk%d@example.com"
provider = "microsoft"
"""


def fill(state: State, channels: int, runs: int) -> None:
    """Puts that many channels and runs in, a run in ten a failed one, a channel in fifty parked."""
    with state._open().database.write() as connection:
        connection.execute(insert(CHANNELS), [_channel(number) for number in range(channels)])
        connection.execute(insert(PARKED), [_parked(number) for number in range(0, channels, 50)])
        for some in _slices(_run(number, channels) for number in range(runs)):
            connection.execute(insert(RUNS), some)
        for some in _slices(_health(number, channels) for number in range(runs)):
            connection.execute(insert(HEALTH), some)


def settings(channels: int) -> str:
    """A runbook.toml with these channels."""
    return SETTINGS + "".join(CHANNEL % (number, number) for number in range(channels))


def seconds(arguments: Iterable[str], folder: Path, state: Path, url: str | None) -> float:
    """How long the command takes, from the start of its process to its end."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("RUNBOOK_")}
    environment |= {"PYTHONPATH": str(ROOT), "RUNBOOK_STATE": str(state)} | ({"RUNBOOK_STATE_URL": url} if url else {})
    began = time.perf_counter()
    command = [sys.executable, "-m", "runbook", *arguments]
    subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


METRICS = """
import sys, time
from pathlib import Path
from runbook import metrics
from runbook.state import open_state
from runbook.secrets import SecretRef

url = SecretRef(sys.argv[2]) if len(sys.argv) > 2 else None
began = time.perf_counter()
metrics.write(Path(sys.argv[1]) / "runbook.prom", open_state(Path(sys.argv[1]), url, lambda _: None))
print(time.perf_counter() - began)
"""


def metrics_seconds(state: Path, url: str | None) -> float:
    """How long the metrics file takes, in a process of its own: what a sweep with --metrics takes longer for it."""
    command = [sys.executable, "-c", METRICS, str(state), *([url] if url else [])]
    told = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, check=True)
    return float(told.stdout)


def _name(number: int) -> str:
    return f"acme.atlassian.net/P{number:05}"


def _channel(number: int) -> dict[str, Any]:
    return {
        "channel": _name(number),
        "project": f"P{number:05}",
        "address": f"desk{number}@example.com",
        "verdict": "unauthorized" if number % 50 == 0 else "healthy",
        "verdict_at": NOW,
        "evidence": "connectivity log: AUTHENTICATION_FAILED",
        "renewed_at": NOW - number,
        "due_at": NOW + number,
    }


def _parked(number: int) -> dict[str, Any]:
    told = {"outcome": "CredentialsRejected", "cause": "A site refused the credentials.", "remedy": "Correct them."}
    return {"channel": _name(number), "fingerprint": "x" * 64, "at": NOW, **told}


def _run(number: int, channels: int) -> dict[str, Any]:
    ended, failed = NOW + number * 60, number % 10 == 0
    return {
        "channel": _name(number % channels),
        "project": f"P{number % channels:05}",
        "address": f"desk{number % channels}@example.com",
        "due": "unauthorized",
        "started": ended - 30,
        "ended": ended,
        "outcome": "PageChanged" if failed else "Connected",
        "exit_code": 50 if failed else 0,
        "cause": "A page is not one that the runbook knows." if failed else "",
        "changed": not failed,
        "down": False,
        "folder": f"/var/lib/runbook/runs/{number}",
    }


def _health(number: int, channels: int) -> dict[str, Any]:
    verdict = "healthy" if number // channels % 2 else "unauthorized"
    at = NOW + number * 60
    return {"channel": _name(number % channels), "at": at, "until": at, "verdict": verdict, "source": "audit"}


def _slices(rows: Iterable[dict[str, Any]], size: int = 5000) -> Iterator[list[dict[str, Any]]]:
    some: list[dict[str, Any]] = []
    for row in rows:
        some.append(row)
        if len(some) == size:
            yield some
            some = []
    if some:
        yield some


def _databases(stack: ExitStack) -> Iterator[tuple[str, str | None]]:
    from postgres_server import INSTALL, programs, serve

    yield "SQLite", None
    found = programs()
    if found is None:
        click.echo(INSTALL, err=True)
    else:
        yield "PostgreSQL", stack.enter_context(serve(found)).new()


@click.command(context_settings={"show_default": True})
@click.option("--channels", default=2_000, type=click.IntRange(1, 99_999), help="Channels.")
@click.option("--runs", default=100_000, type=click.IntRange(0), help="Runs, and as many looks at health.")
@click.option("--times", default=7, type=click.IntRange(1), help="How often each is timed; the median counts.")
def main(channels: int, runs: int, times: int) -> None:
    """Times `status`, `history` and the metrics file, on SQLite and, if there is one, on PostgreSQL."""
    sys.path.insert(0, str(ROOT / "tests"))
    lines = [
        f"{channels} channels, {runs} runs",
        "",
        "| command | database | settings | median | slowest | limit |",
        "|---|---|---|---|---|---|",
    ]
    found: list[Figure] = []
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        (folder / "empty").mkdir()
        (folder / "full").mkdir()
        (folder / "full" / "runbook.toml").write_text(settings(channels))
        for database, url in _databases(stack):
            place = folder / f"state-{database}"
            state = State(place, url=url)
            fill(state, channels, runs)
            state.close()
            for what in ("first", "next"):
                lines.append(
                    f"| metrics, {what} file | {database} | all channels | {metrics_seconds(place, url):.2f} s | | |"
                )
            for where, told in (("empty", "none"), ("full", "all channels")):
                for command in COMMANDS:
                    took = [seconds(command, folder / where, place, url) for _ in range(times)]
                    cells = (
                        f"`{' '.join(command)}`",
                        database,
                        told,
                        f"{statistics.median(took):.2f} s",
                        f"{max(took):.2f} s",
                        f"{LIMIT:g} s" if command[0] == "status" else "",
                    )
                    if command[0] == "status":
                        found.append(Figure(f"{' '.join(command)}, {database}", statistics.median(took), LIMIT))
                    lines.append(f"| {' | '.join(cells)} |")
    sys.stdout.write("\n".join(lines) + "\n")
    end(found)


if __name__ == "__main__":
    main()
