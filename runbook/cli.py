"""The verbs. Thin: each reads its options, imports what it needs when it needs it, and leaves the work to others."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TextIO, TypeVar

import click

from runbook import __version__
from runbook.environment import withheld
from runbook.errors import ConfigError, Defect, RunbookError, Transient, public_name
from runbook.interrupt import Interrupt

F = TypeVar("F", bound=Callable[..., Any])
PATH = click.Path(path_type=Path, dir_okay=False)
DEFAULT_SCENARIO = "entra,g2,popup,revoked"
# For what is missing, by its option.
REMEDIES = {
    "--project": "Add the project's key, for example `--project HELP`.",
    "--out": "Add a folder, for example `--out recordings`.",
}


class Verbs(click.Group):
    """Verbs in the order of a user's day, and a RunbookError as two lines instead of a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def main(self, args: Sequence[str] | None = None, *more: Any, **named: Any) -> Any:
        # A stream that the caller has closed is None; everything below writes to it.
        sys.stdout, sys.stderr = sys.stdout or _nowhere(), sys.stderr or _nowhere()
        # What a browser, its driver or a library writes is private as well.
        before = os.umask(0o077)
        try:
            with withheld():
                return super().main(args, *more, **named)
        finally:
            os.umask(before)

    def make_context(self, info_name: str | None, args: list[str], *more: Any, **named: Any) -> click.Context:
        self.words = list(args)  # parsing takes them away
        try:
            return super().make_context(info_name, args, *more, **named)
        except click.UsageError as raised:
            if not self.words:
                raise  # it is the help that comes when nothing was asked for
            raise click.exceptions.Exit(_unusable(raised, self.words)) from None

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with Interrupt():
                return super().invoke(ctx)
        except RunbookError as raised:
            error = raised
        except KeyboardInterrupt:
            error = Transient("It was interrupted.", remedy="Run it again.", reason="interrupted")
        except click.UsageError as raised:
            return ctx.exit(_unusable(raised, self.words))
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as raised:  # noqa: BLE001 - every ending has a name
            error = Defect.of(raised)
        click.echo(f"{public_name(error)}: {error.cause}\nRemedy: {error.remedy}", err=True)
        return ctx.exit(error.exit_code)


def _unusable(error: click.UsageError, words: Sequence[str]) -> int:
    """Tells an argument that cannot be read; a run with --json tells it as its ending. Returns the exit code."""
    cause = error.format_message().rstrip(".?") + ("?" if error.format_message().endswith("?") else ".")
    path = error.ctx.command_path if error.ctx else "python -m runbook"
    missing = error.param.opts[0] if isinstance(error, click.MissingParameter) and error.param else ""
    remedy = REMEDIES.get(missing, f"`{path} --help` tells what can be given.")
    if words[:1] in (["connect"], ["record"], ["reauthorize"]) and "--json" in words:
        from runbook.console import make_sink
        from runbook.outcome import Outcome

        make_sink(as_json=True, quiet=False)(Outcome.of(ConfigError(cause, remedy=remedy, reason="usage")).event())
        return ConfigError.exit_code
    usage = f"{error.ctx.get_usage()}\n" if error.ctx else ""
    click.echo(f"{usage}ConfigError: {cause}\nRemedy: {remedy}", err=True)
    return ConfigError.exit_code


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def options(*decorators: Callable[[F], F]) -> Callable[[F], F]:
    """Several option decorators as one, shown in the order in which they stand."""

    def apply(function: F) -> F:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return apply


browser_option = click.option(
    "--browser",
    envvar="RUNBOOK_BROWSER",
    metavar="NAME|PATH",
    help="chrome, msedge, chromium, or the path of a program.",
)
sandbox_options = options(
    click.option("--sandbox", is_flag=True, help="Play it in the embedded sandbox; no real site is touched."),
    click.option(
        "--scenario", metavar="NAME[,TRAIT...]", help=f"What the sandbox plays.  [default: {DEFAULT_SCENARIO}]"
    ),
    click.option(
        "--fault", multiple=True, metavar="NAME[=VALUE]", help="Switch a fault of the sandbox on; may be repeated."
    ),
    click.option("--sandbox-state", type=PATH, help="File that keeps the sandbox's world between runs."),
)
logout_option = click.option(
    "--logout-by",
    type=click.Choice(["url", "cookies"]),
    default="url",
    show_default=True,
    help="Sign out through the logout address, or by dropping the provider's cookies.",
)
retry_option = click.option(
    "--retry-rejected", is_flag=True, help="Try a secret again that a site refused before and that has not changed."
)
run_options = options(
    click.option(
        "--project", "projects", required=True, multiple=True, metavar="KEY", help="The project's key; may be repeated."
    ),
    click.option("--dry-run", is_flag=True, help="Prove everything up to the cut, change nothing."),
    click.option("--force", is_flag=True, help="Replace the connection even if it is healthy."),
    logout_option,
    retry_option,
    click.option("--config", type=PATH, help="Another file than runbook.toml; with --sandbox, external providers."),
    browser_option,
)
# What is None when it is not given is taken from the settings (`runbook.beginning.filled`).
rescue_option = click.option(
    "--rescue/--no-rescue",
    default=None,
    help="Bring unread mail over a replacement, over IMAP ([rescue] in runbook.toml).",
)
capture_options = options(
    click.option("--har", is_flag=True, help="Keep a scrubbed recording of the requests in the run's folder."),
    click.option("--trace", is_flag=True, help="Keep a scrubbed trace of the browser there (playwright show-trace)."),
)
headed_options = options(
    click.option("--headed", is_flag=True, help="Show the browser, with a banner that tells the step."),
    click.option(
        "--slow-mo",
        type=click.FloatRange(0, 10_000),
        default=0,
        metavar="MS",
        help="Milliseconds to wait before each action.",
    ),
    click.option("--pause", is_flag=True, help="Wait for the Enter key before each step."),
    click.option("--teach", is_flag=True, help="Ask for an element that is not found; a click shows it, for good."),
)
output_options = options(
    click.option("--json", "as_json", is_flag=True, help="One JSON object per event on standard output."),
    click.option("--quiet", is_flag=True, help="Say nothing but failures."),
)
metrics_option = click.option(
    "--metrics", type=PATH, metavar="FILE", help="Write what is known of the channels to FILE, for Prometheus."
)
log_options = options(
    click.option(
        "--log-file", type=PATH, metavar="FILE", help="Append every event to FILE, rotated; - is standard error."
    ),
    click.option(
        "--log-format",
        type=click.Choice(["console", "json"]),
        help="How the log is written: for people or for machines.  [default: console]",
    ),
)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="runbook")
def main() -> None:
    """Connects a Jira Service Management mailbox over OAuth under single sign-on, and never the wrong one."""


@main.command()
@run_options
@rescue_option
@capture_options
@sandbox_options
@headed_options
@output_options
@log_options
def connect(**given: Any) -> None:
    """Connect the mailbox of a project, or prove that nothing has to be done."""
    from runbook.verbs import connect as run

    sys.exit(run(given))


@main.command()
@run_options
@sandbox_options
@headed_options
@output_options
@log_options
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for the recordings."
)
@click.option("--label", default="good", show_default=True, help="Word in the recordings' names.")
def record(out: Path, label: str, **given: Any) -> None:
    """Run like connect and keep one scrubbed recording (HAR) per step."""
    from runbook.verbs import connect as run

    sys.exit(run(given, (out, label)))


@main.command()
@click.option("--project", "projects", multiple=True, metavar="KEY", help="The project's key; may be repeated.")
@click.option("--all", "all_channels", is_flag=True, help="Every channel of the settings.")
@click.option("--force", is_flag=True, help="Renew them all, healthy, parked or not, at whatever time.")
@click.option("--dry-run", is_flag=True, help="Prove what is due up to the cut, change nothing.")
@rescue_option
@click.option("--jobs", type=click.IntRange(1, 16), metavar="N", help="Sites side by side, 1 to 16.  [default: 2]")
@click.option("--shard", metavar="I/N", help="Only this part of the channels, of so many; a site's stay together.")
@click.option(
    "--delay", type=click.IntRange(0, 86_400), metavar="SECONDS", help="Most seconds of a random wait before it begins."
)
@logout_option
@retry_option
@click.option(
    "--config", type=PATH, help="Another file than runbook.toml; with --sandbox, external providers and [notify]."
)
@browser_option
@capture_options
@sandbox_options
@output_options
@log_options
@metrics_option
def reauthorize(**given: Any) -> None:
    """Renew every channel that has lost its authorization, is down, or is planned; leave the healthy ones alone."""
    from runbook.verbs_sweep import reauthorize as run

    sys.exit(run(given))


@main.command()
@click.option("--project", "projects", multiple=True, metavar="KEY", help="The project's key; may be repeated.")
@click.option("--all", "all_channels", is_flag=True, help="Every channel of the settings.")
@click.option(
    "--by",
    type=click.Choice(["audit", "page", "canary"]),
    multiple=True,
    help="Only this source; may be repeated.  [default: all that are at hand, the cheapest first]",
)
@retry_option
@click.option(
    "--config", type=PATH, help="Another file than runbook.toml; with --sandbox, external providers and [notify]."
)
@browser_option
@sandbox_options
@click.option("--tell", is_flag=True, help="Tell those whom [notify] names what is new; reauthorize does it by itself.")
@click.option("--json", "as_json", is_flag=True, help="A JSON array instead of a table.")
@click.option("--quiet", is_flag=True, help="Say nothing but what is not healthy.")
@log_options
@metrics_option
def check(**given: Any) -> None:
    """Tell the health of each channel: healthy (0), broken (10) or unknown (11). Nothing is changed."""
    from runbook.verbs_check import check as run

    sys.exit(run(given))


@main.command()
@click.option("--config", type=PATH, help="Another file than runbook.toml.")
@click.option("--json", "as_json", is_flag=True, help="A JSON array instead of a table.")
def status(config: Path | None, as_json: bool) -> None:
    """Tell of each channel its address, health, last renewal and next due, and why it is parked or down."""
    from runbook.verbs_state import status as tell

    click.echo(tell(as_json, config))


@main.command()
@click.option("--project", metavar="KEY", help="Only this project's channel.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, metavar="N", help="How many at most.")
@click.option("--config", type=PATH, help="Another file than runbook.toml.")
@click.option("--json", "as_json", is_flag=True, help="A JSON array instead of a table.")
def history(**given: Any) -> None:
    """Tell the newest runs and changes of health, newest first."""
    from runbook.verbs_state import history as tell

    click.echo(tell(**given))


@main.command()
def steps() -> None:
    """Print the runbook as Markdown, so that a person can follow it by hand."""
    from flows import CONNECT
    from runbook.verbs_look import markdown

    click.echo(markdown(CONNECT))


@main.command()
@click.option("--project", metavar="KEY", help="Only this project's channel.")
@click.option("--config", type=PATH, help="Another file than runbook.toml.")
@click.option("--json", "as_json", is_flag=True, help="A JSON array instead of a table.")
def settings(project: str | None, config: Path | None, as_json: bool) -> None:
    """Print the settings in force and where each came from; secrets as ***."""
    from runbook.verbs_look import show_settings

    click.echo(show_settings(project, config, as_json))


@main.command()
@click.argument("given", metavar="[RUN]...", nargs=-1)
@click.option("--open", "open_", is_flag=True, help="Open it in the desktop's browser.")
@click.option(
    "--verify", "check", is_flag=True, help="Tell what was changed since a run ended; exit code 10 if anything."
)
@click.option(
    "--runs", type=click.Path(path_type=Path, file_okay=False), help="Another folder of runs, read by itself."
)
@click.option("--config", type=PATH, help="Another file than runbook.toml.")
@click.option("--json", "as_json", is_flag=True, help="A JSON object; with --verify an array.")
def report(**given: Any) -> None:
    """Build the index over all runs, tell where a RUN's report is, or verify runs.

    RUN is the name of a run's folder, or its path; without one it is the index, with --verify all runs.
    """
    from runbook.verbs_report import report as make

    sys.exit(make(**given))


@main.command()
@click.argument("given", metavar="FILE|URL|HAR...", nargs=-1, required=True)
@click.option("--url", metavar="URL", help="The address that the saved page had.")
@click.option("--urls", type=PATH, metavar="MAP.json", help="The same for several files: JSON, file name to URL.")
@click.option("--json", "as_json", is_flag=True, help="A JSON object, for several pages an array.")
@browser_option
def inspect(**given: Any) -> None:
    """Tell which site and screen is seen on a saved or a live page; nothing is typed."""
    from runbook.verbs_look import inspect_pages

    sys.exit(inspect_pages(**given))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="A JSON array instead of lines.")
@click.option("--forget", metavar="NAME", help="Drop what was taught for this element.")
def locators(as_json: bool, forget: str | None) -> None:
    """List every element that is looked for, its locators, and what overrides them."""
    from runbook.verbs_look import show_locators

    click.echo(show_locators(as_json, forget))


@main.command()
@click.option("--fix", is_flag=True, help="Get a browser if there is none.")
@click.option("--probe", is_flag=True, help="Open the sites' public sign-in pages and say whether each is recognised.")
@click.option("--json", "as_json", is_flag=True, help="A JSON array instead of lines.")
@click.option("--config", type=PATH, help="Another file than runbook.toml.")
@browser_option
def doctor(fix: bool, probe: bool, as_json: bool, config: Path | None, browser: str | None) -> None:
    """Check browser, driver, settings, folders, state, secrets, network, clock and schedule."""
    from functools import partial

    from runbook import doctor as checks
    from runbook.doctor_sites import sites
    from runbook.settings import load

    loader = partial(load, config=config)
    found = checks.checks(loader, browser, fix, lambda text: click.echo(text, err=True))
    found += checks.telling(loader)
    if not fix:  # who wants a browser waits for nothing else, and one secret that is not there stops nobody
        found += sites(loader, config)
    if probe and not checks.exit_code(found):
        from runbook.probe import probe as look

        found += look(browser, config)
    click.echo(checks.render(found, as_json))
    sys.exit(checks.exit_code(found))


@main.command()
@click.argument("action", type=click.Choice(["print", "install", "status", "remove"]))
@click.option(
    "--as",
    "kind",
    type=click.Choice(["systemd", "cron", "launchd", "windows", "kubernetes", "github-actions"]),
    help="The scheduler.  [default: the one that this machine has]",
)
@click.option("--system/--user", default=None, help="The machine's or yours.  [default: the machine's for root]")
@click.option("--config", type=PATH, help="Another file than runbook.toml.")
@click.option("--image", metavar="REF", help="The container's image, for kubernetes.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder to print into.")
@click.option("--force", is_flag=True, help="Replace or remove what was changed by hand or is another's.")
@click.option("--json", "as_json", is_flag=True, help="The status as a JSON object.")
def schedule(action: str, kind: str | None, system: bool | None, **given: Any) -> None:
    """Run reauthorize, which looks first, every hour by the machine's own scheduler."""
    from runbook.verbs_schedule import schedule as run

    sys.exit(run(action, kind, system, given))


@main.command()
@click.option("--test", is_flag=True, help="Send each of them a message, and say which arrived.")
@click.option("--config", type=PATH, help="Another file than runbook.toml.")
@click.option("--json", "as_json", is_flag=True, help="A JSON array instead of lines.")
def notify(test: bool, config: Path | None, as_json: bool) -> None:
    """List who is told of failures and recoveries; with --test, tell them."""
    from runbook.verbs_notify import notify as run

    sys.exit(run(test, config, as_json))


@main.command()
@click.option(
    "--scenario", default=DEFAULT_SCENARIO, show_default=True, metavar="NAME[,TRAIT...]", help="What it plays."
)
@click.option("--fault", multiple=True, metavar="NAME[=VALUE]", help="Switch a fault on; may be repeated.")
@click.option("--sandbox-state", type=PATH, help="File that keeps the sandbox's world.")
@click.option("--port", type=click.IntRange(0, 65_535), default=0, help="Port on loopback; 0 takes a free one.")
@click.option("--config", type=PATH, help="File with external providers: [sandbox.idp], [sandbox.mail].")
@browser_option
def sandbox(**given: Any) -> None:
    """Serve the sandbox and open it in a browser window, to explore it by hand."""
    from runbook.verbs import explore

    sys.exit(explore(**given))
