"""The matrix as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from .cell import STEPS, Cell
from .faults import FAULTS
from .matrix import Pair


def markdown(found: Mapping[Pair, Cell]) -> str:
    """Faults down, steps across: the ending of each run, and what is wrong where anything is."""
    lines = ["| fault | " + " | ".join(f"`{step}`" for step in STEPS) + " |", "|---" * (len(STEPS) + 1) + "|"]
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
    return f"{len(found)} of {whole} cells, {red} red, {whole - len(found)} empty. Endings: {told}."


def _cell(cell: Cell | None) -> str:
    if cell is None:
        return "**empty**"
    text = cell.ending or "?"
    return f"**RED** {text}" if cell.problems else text


def _reds(found: Mapping[Pair, Cell]) -> list[str]:
    return [f"- {cell.step} / {cell.fault}: {'; '.join(cell.problems)}" for cell in found.values() if cell.problems]


def short(found: Mapping[Pair, Cell]) -> str:
    """One line for each fault: how often which ending came of it."""
    lines = ["| fault, in each of the steps | endings |", "|---|---|"]
    for fault in FAULTS:
        ends = Counter(cell.ending for (_, met), cell in found.items() if met == fault)
        lines.append(f"| {fault} | {', '.join(f'{name} {number}' for name, number in ends.most_common())} |")
    return "\n".join([*lines, "", summary(found)]) + "\n"
