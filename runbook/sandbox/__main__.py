"""`python -m runbook.sandbox`: serves a sandbox until its standard input closes, so it dies with whoever started it.

When it is ready it prints one line of JSON: what `runbook.sandbox.child.Served` holds, and the certificate's `spki`.
"""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from runbook.errors import ConfigError
from runbook.sandbox.faults import check
from runbook.sandbox.scenario import DEFAULT, parse
from runbook.sandbox.seed import build, channels, faults
from runbook.sandbox.server import Server
from runbook.sandbox.store import Store, load
from runbook.sandbox.world import HOSTS, World
from runbook.settings.external import External, load_external


@click.command(context_settings={"show_default": True})
@click.option("--scenario", default=DEFAULT, help="NAME[,TRAIT...]")
@click.option("--fault", multiple=True, help="NAME or NAME=VALUE; may be repeated.")
@click.option(
    "--state", type=click.Path(path_type=Path, dir_okay=False), help="File that keeps the world between runs."
)
@click.option("--port", default=0, help="0 takes a free one.")
@click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False), help="File with [sandbox.idp] or [sandbox.mail]."
)
@click.option("--smtp", is_flag=True, help="Serve a mail server as well.")
def main(scenario: str, fault: tuple[str, ...], state: Path | None, port: int, config: Path | None, smtp: bool) -> None:
    """Serves the sandbox until standard input closes."""
    try:
        world = _world(scenario, fault, state, load_external(config) if config else External())
        store = Store(state) if state else None
        with Server(world, port, after=store.save if store else None) as server, ExitStack() as stack:
            if store:
                store.save(world)
            mail = _mail_server(server, stack) if smtp else {}
            click.echo(json.dumps({**ready(server), "smtp": mail}))
            sys.stdin.read()
        if store:
            store.save(world)
    except ConfigError as error:
        click.echo(f"{error.cause}\n{error.remedy}", err=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)


def _world(scenario: str, fault: tuple[str, ...], state: Path | None, external: External) -> World:
    wanted = parse(scenario)
    kept = load(state, wanted) if state else None
    if kept is None:
        return build(wanted, fault, external)
    kept.external = external
    if missing := {kept.admin, kept.mailbox} - set(kept.accounts):
        raise ConfigError(
            f"The sandbox's state file knows no {', '.join(sorted(missing))}: it was begun with other providers.",
            remedy="Give another file, or delete this one to begin anew.",
        )
    kept.faults.update(faults(fault))
    check(kept)
    return kept


def _mail_server(server: Server, stack: ExitStack) -> dict[str, object]:
    """Starts it until the stack is left; returns the settings of a canary mail."""
    from runbook.sandbox import smtp  # only a check needs what it is made of

    serving = smtp.MailServer(server.world, server.tls).start()
    stack.callback(serving.stop)
    return smtp.settings(serving)


def ready(server: Server) -> dict[str, Any]:
    """How a run reaches a sandbox that answers: see `runbook.sandbox.child.Served`."""
    return {
        "port": server.port,
        "spki": server.spki,
        "args": server.browser_args(),
        "start": f"https://{HOSTS['start']}/",
        "channels": channels(server.world),
        "authority": server.authority,
        "api": {"token": server.world.api_token, "users": server.world.admins},
    }


if __name__ == "__main__":
    main()
