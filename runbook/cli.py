"""The verbs. Thin: each reads its options, imports what it needs when it needs it, and leaves the work to others."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TextIO, TypeVar

import click

from runbook import __version__
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
        return super().main(args, *more, **named)

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
    if words[:1] in (["connect"], ["record"]) and "--json" in words:
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
run_options = options(
    click.option(
        "--project", "projects", required=True, multiple=True, metavar="KEY", help="The project's key; may be repeated."
    ),
    click.option("--dry-run", is_flag=True, help="Prove everything up to the cut, change nothing."),
    click.option("--force", is_flag=True, help="Replace the connection even if it is healthy."),
    click.option(
        "--logout-by",
        type=click.Choice(["url", "cookies"]),
        default="url",
        show_default=True,
        help="Sign out through the logout address, or by dropping the provider's cookies.",
    ),
    click.option(
        "--retry-rejected", is_flag=True, help="Try a secret again that a site refused before and that has not changed."
    ),
    click.option("--config", type=PATH, help="Another file than runbook.toml; with --sandbox, external providers."),
    browser_option,
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


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="runbook")
def main() -> None:
    """Connects a Jira Service Management mailbox over OAuth under single sign-on, and never the wrong one."""


@main.command()
@run_options
@sandbox_options
@headed_options
@output_options
def connect(**given: Any) -> None:
    """Connect the mailbox of a project, or prove that nothing has to be done."""
    from runbook.verbs import connect as run

    sys.exit(run(given))


@main.command()
@run_options
@sandbox_options
@headed_options
@output_options
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for the recordings."
)
@click.option("--label", default="good", show_default=True, help="Word in the recordings' names.")
def record(out: Path, label: str, **given: Any) -> None:
    """Run like connect and keep one scrubbed recording (HAR) per step."""
    from runbook.verbs import connect as run

    sys.exit(run(given, (out, label)))


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
@browser_option
def doctor(fix: bool, probe: bool, as_json: bool, browser: str | None) -> None:
    """Check browser, driver, settings and folders."""
    from runbook import doctor as checks
    from runbook.settings import load

    found = checks.checks(load, browser, fix, lambda text: click.echo(text, err=True))
    if probe and not checks.exit_code(found):
        from runbook.probe import probe as look

        found += look(browser)
    click.echo(checks.render(found, as_json))
    sys.exit(checks.exit_code(found))


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
