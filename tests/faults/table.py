"""The matrix as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from runbook import __version__

from .cell import STEPS, Cell
from .faults import FAULTS
from .matrix import Pair

UNMET = " (not met)"
MARK, END = "<!-- faults -->", "<!-- /faults -->"


def markdown(found: Mapping[Pair, Cell]) -> str:
    """Faults down, steps across: the ending of each run, whether the fault had nothing to strike, and what is wrong where anything is.
    Above it, when it was played, and with which version."""
    lines = [f"Played on {datetime.now(UTC):%Y-%m-%d} with version {__version__}.", ""]
    lines += ["| fault | " + " | ".join(f"`{step}`" for step in STEPS) + " |", "|---" * (len(STEPS) + 1) + "|"]
    lines += [
        f"| {fault} | " + " | ".join(_cell(found.get((step, fault))) for step in STEPS) + " |" for fault in FAULTS
    ]
    return "\n".join([*lines, "", summary(found), *_reds(found)]) + "\n"


def summary(found: Mapping[Pair, Cell]) -> str:
    """One line: how many cells, and how they ended."""
    whole = len(STEPS) * len(FAULTS)
    ends = Counter(cell.ending for cell in found.values())
    red = sum(bool(cell.problems) for cell in found.values())
    told = ", ".join(f"{name} {number}" for name, number in ends.most_common())
    unmet = sum(not cell.met for cell in found.values())
    return (
        f"{len(found)} of {whole} cells, {red} red, {whole - len(found)} empty; in {unmet} the fault had nothing to strike. "
        f"Endings: {told}."
    )


def _cell(cell: Cell | None) -> str:
    if cell is None:
        return "**empty**"
    text = (cell.ending or "?") + ("" if cell.met else UNMET)
    return f"**RED** {text}" if cell.problems else text


def _reds(found: Mapping[Pair, Cell]) -> list[str]:
    return [f"- {cell.step} / {cell.fault}: {'; '.join(cell.problems)}" for cell in found.values() if cell.problems]


def parsed(text: str) -> dict[Pair, Cell]:
    """The cells of such a table, as far as it has them."""
    header, _, *rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")]
    steps = [name.strip("`") for name in header[1:]]
    return {
        (step, fault): Cell(step, fault, met=not each.endswith(UNMET), ending=each.removesuffix(UNMET))
        for fault, *told in rows
        for step, each in zip(steps, told, strict=True)
    }


def short(found: Mapping[Pair, Cell]) -> str:
    """One line for all faults of which the same came: how often which ending, and in how many steps there was nothing to strike."""
    alike: dict[str, list[str]] = {}
    for fault in FAULTS:
        ends = Counter(
            f"`{cell.ending}`" if cell.met else "nothing to strike" for (_, met), cell in found.items() if met == fault
        )
        told = sorted(ends.items(), key=lambda each: (each[0] == "nothing to strike", -each[1], each[0]))
        alike.setdefault(", ".join(f"{name} {number}" for name, number in told), []).append(fault)
    lines = ["| Fault, once in each step | How the runs end |", "|---|---|"]
    lines += [
        f"| {', '.join(faults)} | {told}{' each' * (len(faults) > 1)} |" for told, faults in alike.items() if told
    ]
    return "\n".join(lines) + "\n"


def put_into(readme: Path, found: Mapping[Pair, Cell]) -> None:
    """Writes the short table between its marks in the README."""
    before, rest = readme.read_text(encoding="utf-8").split(MARK, 1)
    after = rest.split(END, 1)[1]
    readme.write_text(f"{before}{MARK}\n{short(found)}{END}{after}", encoding="utf-8")
