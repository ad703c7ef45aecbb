"""`python -m tests.bench.check`: `check --all` over the audit endpoint for many channels of one site, and the way to it.

The sandbox serves them in a process of its own; what is timed is the whole verb, from its start to its end: it reads a
`runbook.toml` with all the channels, asks the endpoint for each over TLS, writes each verdict down and prints them.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import click

from runbook.sandbox import build, mailer, parse
from runbook.sandbox.seed import channels
from runbook.sandbox.server import Server
from runbook.state import State

LIMIT = 15.0  # seconds for 500 channels
RATE = 500


@dataclass(frozen=True)
class Measured:
    """One run of the verb: how long it took in seconds, its exit code, and how many channels each source has judged."""

    seconds: float
    code: int
    sources: dict[str, int]
    verdicts: dict[str, int]


def measure(folder: Path, count: int) -> Measured:
    """Times `check --all --json` for `count` channels, each of which has just had a mail."""
    folder.mkdir(exist_ok=True)
    with _served(count) as said:
        config = folder / "runbook.toml"
        config.write_text(settings(said))
        state = State(folder / "state")
        for each, key in zip(said["channels"], said["keys"], strict=True):
            state.update_channel(f"acme.atlassian.net/{each['project']}", address=each["address"], audit_key=key)
        state.close()
        argv = [sys.executable, __file__, "--verb", str(config)]
        reach = json.dumps([said["port"], said["authority"]])
        began = time.perf_counter()
        done = subprocess.run(argv, input=reach, capture_output=True, text=True, check=False)
        seconds = time.perf_counter() - began
    if done.returncode not in (0, 10, 11):
        raise RuntimeError(done.stderr)
    rows = json.loads(done.stdout)
    return Measured(seconds, done.returncode, _counted(rows, "source"), _counted(rows, "verdict"))


def settings(said: dict[str, Any]) -> str:
    """A `runbook.toml` with all channels of the world."""
    first = said["channels"][0]["site"]
    lines = [
        "[defaults]",
        'state = "state"',
        'runs = "runs"',
        "[identities.admin]",
        f'username = "{first["admin"]["username"]}"',
        'password = "file:secret"',
        "[sites.acme]",
        f'url = "{first["url"]}"',
        'admin = "admin"',
        'idp = { kind = "microsoft" }',
        f'api_user = "{first["admin"]["username"]}"',
        'api_token = "file:token"',
    ]
    for each in said["channels"]:
        name = each["project"]
        lines += [f"[identities.{name}]", f'username = "{each["address"]}"', 'password = "file:secret"']
        lines += [f"[channels.{name}]", 'site = "acme"', f'mailbox = "{name}"', f'address = "{each["address"]}"']
        lines += ['provider = "microsoft"']
    return "\n".join(lines) + "\n"


def _counted(rows: list[dict[str, str]], key: str) -> dict[str, int]:
    found = [row[key] for row in rows]
    return {value: found.count(value) for value in sorted(set(found))}


@contextmanager
def _served(count: int) -> Iterator[dict[str, Any]]:
    argv = [sys.executable, __file__, "--serve", str(count)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin
        assert child.stdout
        try:
            yield json.loads(child.stdout.readline())
        finally:
            child.stdin.close()
            child.wait()


def serve(count: int) -> None:
    """Serves a world in which every mailbox has just had a mail, until standard input closes."""
    world = build(parse(f"entra,healthy,channels-{count}"))
    world.api_token = "not-a-fake-token"
    made = channels(world)
    for each in made:
        mailer.deliver(world, each["address"], "zoe@example.com", "Printer on fire")
    mailer.tick(world)
    keys = {row.address: row.channel for project in world.projects.values() for row in project.connections}
    with Server(world) as server:
        told = [{name: each[name] for name in ("project", "address", "site")} for each in made]
        ready = {"port": server.port, "authority": server.authority, "channels": told}
        sys.stdout.write(json.dumps({**ready, "keys": [keys[each["address"]] for each in made]}) + "\n")
        sys.stdout.flush()
        sys.stdin.read()


def verb(config: Path) -> None:
    """`python -m runbook check --all --json`, on a machine for which the sandbox is the site."""
    from runbook import checking
    from runbook.cli import main
    from runbook.means import Check
    from runbook.sandbox.reach import Reach

    port, authority = json.loads(sys.stdin.readline())
    token = config.with_name("token")
    token.write_text("not-a-fake-token\n")
    token.chmod(0o600)
    look = checking.look

    async def reaching(channels: Any, check: Check) -> Any:
        check.transport = lambda: Reach(port, authority)
        return await look(channels, check)

    with patch("runbook.verbs_check.look", reaching):
        main(["check", "--all", "--json", "--by", "audit", "--config", str(config)])


@click.command(context_settings={"show_default": True})
@click.option("--channels", "count", default=500, type=click.IntRange(1, 500), help="How many channels.")
@click.option("--runs", default=3, type=click.IntRange(1), help="How many times.")
@click.option("--serve", "serving", type=int, hidden=True)
@click.option("--verb", "config", type=click.Path(path_type=Path), hidden=True)
def main(count: int, runs: int, serving: int | None, config: Path | None) -> None:
    """Times `check --all` over the audit endpoint."""
    if serving is not None:
        serve(serving)
        return
    if config is not None:
        verb(config)
        return
    with tempfile.TemporaryDirectory() as folder:
        found = [measure(Path(folder) / str(number), count) for number in range(runs)]
    seconds = sorted(each.seconds for each in found)[len(found) // 2]
    sys.stdout.write(
        f"| `check --all`, {count} channels over the audit endpoint | {seconds:.1f} s | limit {LIMIT * count / RATE:.1f} s | "
        f"{runs} runs |\n"
    )
    wrong = [each for each in found if each.verdicts != {"healthy": count} or each.sources != {"audit": count}]
    if wrong:
        sys.exit(f"Not every channel was judged by the audit log: {wrong[0]}.")
    from .limits import Figure, end  # the processes that this file is started in by its path have no package

    end([Figure("seconds", seconds, LIMIT * count / RATE)])


if __name__ == "__main__":
    main()
