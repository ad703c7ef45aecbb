"""`python -m tests.faults`: plays the whole matrix and writes the table."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from .cell import Cell
from .faults import FAULTS, MIDDLE, START
from .matrix import cells, covering, kept, moment, run
from .table import markdown, put_into, short, summary

RESULT = Path(__file__).parent / "RESULT.md"
README = Path(__file__).parents[2] / "README.md"


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
@click.option(
    "--moment",
    "when",
    type=click.Choice([START, MIDDLE]),
    help="At the steps' beginning, or in their middle where that is another thing; a week has both.  [default: start]",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The table.  [default: RESULT.md, and in short the README, when all of it was played]",
)
def main(
    jobs: int, only: tuple[str, ...], week: int | None, resume: Path | None, when: str | None, out: Path | None
) -> None:
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

    def at(fault: str) -> str:
        if week is not None and when is None:
            return moment(week, fault)
        return MIDDLE if when == MIDDLE and FAULTS[fault].later else START

    run(todo, jobs, done, at)
    if out:
        out.write_text(markdown(found), encoding="utf-8")
    elif when != MIDDLE and set(found) == set(cells()):
        RESULT.write_text(markdown(found), encoding="utf-8")
        put_into(README, found)
    sys.stdout.write(f"{short(found)}\n{summary(found)}\n")
    sys.exit(any(cell.problems for cell in found.values()))


if __name__ == "__main__":
    main()
