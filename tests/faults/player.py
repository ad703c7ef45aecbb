"""Plays the cells that standard input names, one after the other, and prints what came of each: a process of its own, because a cell
kills browsers."""

from __future__ import annotations

import asyncio
import json
import sys
import traceback
from pathlib import Path

from .cell import Cell, play
from .matrix import scratch
from .stage import Ground


async def main() -> None:
    with scratch() as folder:
        ground = Ground(Path(folder))
        await ground.begin()
        for number, line in enumerate(iter(sys.stdin.readline, "")):
            step, fault, moment = line.strip().split("/")
            try:
                cell = await play(step, fault, ground, Path(folder) / str(number), moment=moment)
            except Exception as error:  # noqa: BLE001 - a cell that cannot be played is a red one
                where = traceback.extract_tb(error.__traceback__)[-1]
                cell = Cell(
                    step,
                    fault,
                    moment,
                    problems=[f"{type(error).__name__} at {Path(where.filename).name}:{where.lineno}: {error}"],
                )
            sys.stdout.write(json.dumps(cell.told()) + "\n")
            sys.stdout.flush()
        await ground.driver.end()


if __name__ == "__main__":
    asyncio.run(main())
