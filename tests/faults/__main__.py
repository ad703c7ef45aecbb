"""`python -m tests.faults`: plays the whole matrix and writes the table."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from .cell import Cell
from .matrix import cells, covering, kept, run
from .table import markdown, short

HERE = Path(__file__).parent


@click.command(context_settings={"show_default": True})
@click.option("--jobs", default=2, type=click.IntRange(1), help="Cells side by side.")
@click.option(
    "--only", multiple=True, metavar="STEP/FAULT", help="Only these; STEP/ and /FAULT are whole rows. May be repeated."
)
@click.option("--week", type=int, help="Only the covering part of this week.")
@click.option(
    "--resume",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Go on with what this file has; red cells are played again.",
)
@click.option("--out", default=HERE / "RESULT.md", type=click.Path(dir_okay=False, path_type=Path), help="The table.")
def main(jobs: int, only: tuple[str, ...], week: int | None, resume: Path | None, out: Path) -> None:
    """Plays every step of the runbook with every fault in the sandbox, and prints the table in short. Exit 1 when a cell is red."""
    file = resume or Path("faults.jsonl")
    if resume is None:
        file.unlink(missing_ok=True)
    found = kept(file)
    wanted = cells(only) if week is None else covering(week)
    todo = [pair for pair in wanted if pair not in found or found[pair].problems]

    def done(cell: Cell) -> None:
        found[cell.step, cell.fault] = cell
        with file.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(cell.told()) + "\n")
        said = f"RED {'; '.join(cell.problems)}" if cell.problems else cell.ending
        click.echo(
            f"{cell.step}/{cell.fault}: {said} ({cell.seconds:.0f} s, channel {cell.state}, then {cell.then})", err=True
        )

    run(todo, jobs, done)
    out.write_text(markdown(found), encoding="utf-8")
    sys.stdout.write(short(found))
    sys.exit(any(cell.problems for cell in found.values()))


if __name__ == "__main__":
    main()
