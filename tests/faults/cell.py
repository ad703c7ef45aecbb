"""One cell of the matrix: a run in which one step meets one fault, what came of it, and the run after it."""

from __future__ import annotations

import asyncio
import time
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from flows import CONNECT
from runbook import pictures
from runbook.outcome import Outcome
from runbook.step import Job, Step

from . import judge, process
from .faults import FAULTS, START, Fault, in_the_middle
from .stage import CLOSING, PATIENCE, RUN, Ground, Stage

STEPS = tuple(step.name for step in CONNECT)


@dataclass
class Cell:
    """What came of it. `moment`: when the fault was to strike; `met`: whether it has struck anything; `state`: the channel's after the
    run; `then`: the ending of the next run; `problems`: none, or the cell is red."""

    step: str
    fault: str
    moment: str = START
    met: bool = False
    ending: str = ""
    reason: str = ""
    state: str = ""
    then: str = ""
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)
    cause: str = ""

    def told(self) -> dict[str, Any]:
        return asdict(self)


async def play(step: str, fault: str, ground: Ground, folder: Path, *, moment: str = START, again: bool = True) -> Cell:
    """Plays one cell. `again`: with the next run even if the channel is as before."""
    folder.mkdir()
    cell, meant = Cell(step, fault, moment), FAULTS[fault]
    if meant.strike:
        return await asyncio.to_thread(process.play, cell, folder, meant, again=again)
    with Stage(ground, folder).served() as stage:
        await _struck(cell, stage, meant)
        if again or cell.state != "before":
            await _healed(cell, stage, meant)
        cell.problems += judge.connected(stage.world)
    return cell


async def _struck(cell: Cell, stage: Stage, meant: Fault) -> None:
    steps = [struck(step, meant, stage, cell.moment) if step.name == cell.step else step for step in CONNECT]
    tasks, begun = asyncio.all_tasks(), time.monotonic()
    with nullcontext() if meant.pictured else patch.object(pictures, "screenshot", no_picture):
        outcome = await stage.run(steps, short=cell.step if meant.short else "")
    cell.seconds = round(time.monotonic() - begun, 2)
    _note(cell, outcome, stage)
    cell.problems += judge.met(cell, meant)
    cell.problems += judge.ending(outcome.event(), meant.endings, cell.state)
    if not any(each["event"] == "step" and each["name"] == cell.step for each in stage.events):
        cell.problems.append("the step was not reached")
    if cell.seconds > RUN + CLOSING:
        cell.problems.append(f"took {cell.seconds} s")
    if meant.short and outcome.exit_code and outcome.reason != "deadline" and "did not answer" not in outcome.cause:
        cell.problems.append(f"the step's deadline did not hold: {outcome.cause}")
    if left := [task.get_coro() for task in asyncio.all_tasks() - tasks if not task.done()]:
        cell.problems.append(f"still at work: {left}")
    cell.problems += judge.left(stage.ground.browsers(), stage.ground.scratch) + judge.held(stage.memory)
    if cell.fault == "disk-full":
        if not any("evidence is not complete" in each["text"] for each in stage.events if each["event"] == "warning"):
            cell.problems.append("nobody was told that the evidence is not complete")
    else:
        cell.problems += judge.record(stage, outcome.run, outcome.name)


async def _healed(cell: Cell, stage: Stage, meant: Fault) -> None:
    with patch.object(pictures, "screenshot", no_picture):
        outcome = await stage.run(CONNECT, retry_rejected=meant.parks)
    cell.then = outcome.name
    cell.problems += judge.healed(outcome.name, outcome.cause, stage.state())
    cell.problems += judge.left(stage.ground.browsers(), stage.ground.scratch) + judge.held(stage.memory)


async def no_picture(*_: object, **__: object) -> None:
    """In the place of a picture: they are a quarter of a run's work, and nobody looks at these."""


def _note(cell: Cell, outcome: Outcome, stage: Stage) -> None:
    cell.ending, cell.reason, cell.cause, cell.state = outcome.name, outcome.reason, outcome.cause, stage.state()
    cell.met = stage.met


def struck(step: Step, fault: Fault, stage: Stage, moment: str = START) -> Step:
    """The same step, which meets the fault."""
    during = fault.during
    assert during
    comes = during if moment == START else in_the_middle(during)

    async def run(_self: Step, job: Job) -> None:
        calm, job.patience = job.patience, job.patience if fault.short else PATIENCE
        async with comes(stage, job, step):
            await step.run(job)
        job.patience = calm

    kind = type(step)
    made: Step = type(kind.__name__, (kind,), {"run": run})()
    return made
