"""What has to hold after a run, whatever has struck it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from filelock import FileLock, Timeout
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from runbook import errors
from runbook.errors import RunbookError
from runbook.sandbox.world import MAILBOX, World

from .faults import START, Fault
from .stage import Stage

if TYPE_CHECKING:
    from .cell import Cell

GONE = 10.0  # seconds that a process has to go away
CODES = {
    kind.__name__: kind.exit_code
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, RunbookError)
}
CODES |= {"Connected": 0, "NothingToDo": 0}


def ending(ended: dict[str, Any], endings: frozenset[str], state: str) -> list[str]:
    """What is wrong with how a run ended (the event `ended`), with the channel in this state."""
    name, cause, wrong = ended["outcome"], ended["cause"], []
    if name not in endings:
        wrong.append(f"ended as {name} ({ended['reason']}): {cause}")
    if CODES.get(name) != ended["exit_code"]:
        wrong.append(f"{name} with exit code {ended['exit_code']}")
    if ended["exit_code"] and not (cause and ended["remedy"]):
        wrong.append("without cause or remedy")
    if state == "down" and (name != "ChannelDown" or not ended["down"]):
        wrong.append(f"the channel is down and the ending is {name}")
    if state == "wrong":
        wrong.append("another mailbox is connected")
    if state == "unfinished" and name != "ChannelDown" and not re.search("request type|reply-to", cause):
        wrong.append(f"request type or reply-to have still to be set, and the ending does not say so: {cause}")
    if name == "Connected" and state != "wanted":
        wrong.append(f"Connected, and the channel is {state}")
    if name == "NothingToDo":
        wrong.append("nothing was done")
    return wrong


def met(cell: Cell, meant: Fault) -> list[str]:
    """A fault that has struck nothing proves nothing: at the step's beginning it has to, where there is something to strike."""
    expected = cell.moment == START and (meant.where is None or cell.step in meant.where)
    return ["the fault has struck nothing"] if expected and not cell.met else []


def healed(name: str, cause: str, state: str) -> list[str]:
    """What is wrong with the next run, made without the fault."""
    if name in ("Connected", "NothingToDo") and state == "wanted":
        return []
    return [f"the next run: {name}, channel {state}: {cause}"]


def connected(world: World) -> list[str]:
    """Nobody but the mailbox was ever connected."""
    others = {event.details["address"] for event in world.events("connected")} - {MAILBOX}
    return [f"connected {', '.join(sorted(others))}"] if others else []


def left(processes: list[psutil.Process], scratch: Path) -> list[str]:
    """What a run has left behind: processes, and names in the temporary folder."""
    # A driver removes the folder of a browser that was killed a moment after that browser is gone.
    looking = Retrying(
        retry=retry_if_result(bool),
        wait=wait_fixed(0.1),
        stop=stop_after_delay(GONE),
        retry_error_callback=lambda state: state.outcome.result() if state.outcome else [],
    )
    found: list[str] = looking(lambda: sorted(path.name for path in scratch.iterdir()))
    return running(processes) + [f"{name} is left" for name in found]


def held(folder: Path) -> list[str]:
    """The locks in a state's folder that somebody holds, or says to hold."""
    found = [f"{path.name} is left" for path in folder.glob("*.holder.json")]
    for path in folder.glob("*.lock"):
        lock = FileLock(path, timeout=0)
        try:
            lock.acquire()
        except Timeout:
            found.append(f"{path.name} is held")
        else:
            lock.release()
    return sorted(found)


def running(processes: list[psutil.Process]) -> list[str]:
    """Those of the processes that do not end."""
    _, alive = psutil.wait_procs(processes, timeout=GONE)
    return [f"process {each.pid} is left" for each in alive]


def record(stage: Stage, run: str, name: str) -> list[str]:
    """The run's folder tells the same ending."""
    told = json.loads((Path(run) / "run.json").read_text())["outcome"]
    return [] if told and told["name"] == name else [f"run.json says {told and told['name']}"]
