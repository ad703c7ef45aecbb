"""`python -m tests.bench`: plays the pairs and prints the table for the README."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click

from .limits import end
from .table import markdown, run


@click.command(context_settings={"show_default": True})
@click.option("--pairs", default=10, type=click.IntRange(1), help="Pairs of timed runs.")
@click.option("--memory-pairs", default=3, type=click.IntRange(1), help="Pairs of runs whose memory is watched.")
def main(pairs: int, memory_pairs: int) -> None:
    """Measures `connect` against bare scripts in the sandbox."""
    with tempfile.TemporaryDirectory() as folder:
        found = run(Path(folder), pairs, memory_pairs, lambda text: click.echo(text, err=True))
    table, figures = markdown(found)
    sys.stdout.write(table + "\n")
    end(figures)


if __name__ == "__main__":
    main()
