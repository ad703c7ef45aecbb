"""Faults that strike a runner in a process of its own: `connect`, as it is started by a person or a schedule, in a sandbox that is here."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from runbook.sandbox import channel

from . import between, judge
from .faults import DONE, START, Fault
from .stage import CLOSING, CODE, RUN, STEP, Ground, Stage

if TYPE_CHECKING:
    from .cell import Cell

TESTS = Path(__file__).parents[1]
MARK = "FAULTS"


class Runner:
    """Starts `connect` in a folder of its own, and knows everything that it has started."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.mark = stage, uuid.uuid4().hex
        for name in ("home", "tmp"):
            (stage.folder / name).mkdir()

    @property
    def tmp(self) -> Path:
        return self.stage.folder / "tmp"

    @property
    def memory(self) -> Path:
        """The folder of its state."""
        return self.stage.folder / "world.json.runbook"

    @contextmanager
    def begun(self) -> Iterator[subprocess.Popen[str]]:
        argv = [sys.executable, "-m", "bench.any_verb", "connect", "--project", "HELP", "--sandbox", "--json"]
        argv += ["--sandbox-state", str(self.stage.folder / "world.json")]
        kept = {
            key: os.environ[key] for key in ("PATH", "LANG", "RUNBOOK_BROWSER", "XDG_CACHE_HOME") if key in os.environ
        }
        own = {"HOME": str(self.stage.folder / "home"), "TMPDIR": str(self.tmp), MARK: self.mark}
        env = {**kept, **own, "PYTHONPATH": f"{TESTS.parent}{os.pathsep}{TESTS}"}
        pipe = subprocess.PIPE
        with subprocess.Popen(
            argv,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            text=True,
            env=env,
            cwd=self.stage.folder,
            start_new_session=True,
        ) as running:
            assert running.stdin
            running.stdin.write(json.dumps(self._ready()) + "\n")
            running.stdin.flush()
            try:
                yield running
            finally:
                running.kill()

    def _ready(self) -> dict[str, Any]:
        deadlines = {"run": f"{RUN}s", "step": f"{STEP}s"}
        told = {**channel(self.stage.world), "deadlines": deadlines}
        return {**self.stage.ready, "channels": [told]}

    def processes(self) -> list[psutil.Process]:
        """Whatever still runs of what was started, however it was started."""
        return [each for each in psutil.process_iter() if self._mine(each)]

    def _mine(self, process: psutil.Process) -> bool:
        with suppress(psutil.Error):
            return process.environ().get(MARK) == self.mark
        return False


def play(cell: Cell, folder: Path, meant: Fault, *, again: bool) -> Cell:
    """One cell, as `cell.play`."""
    with Stage(Ground(folder), folder).served() as stage:
        runner = Runner(stage)
        code, ended, said = _struck(cell, runner, meant)
        cell.state, cell.met = stage.state(), stage.met
        cell.problems += judge.met(cell, meant)
        endings = meant.endings if cell.met else DONE
        if ended is None:
            cell.ending = "killed" if code == -signal.SIGKILL else f"exit {code}"
            if cell.ending not in endings:
                cell.problems.append(f"ended with {code} and without a word: {said[-300:]}")
        else:
            cell.ending, cell.reason, cell.cause = ended["outcome"], ended["reason"], ended["cause"]
            cell.problems += judge.ending(ended, endings, cell.state)
            cell.problems += judge.record(stage, ended["run"], cell.ending)
            cell.problems += [] if code == ended["exit_code"] else [f"exit code {code}"]
            cell.problems += judge.left(runner.processes(), runner.tmp) + judge.held(runner.memory)
        if "Traceback" in said:
            cell.problems.append(f"said {said[-300:]}")
        if again or cell.state != "before" or ended is None:
            _healed(cell, runner)
        cell.problems += judge.connected(stage.world)
    return cell


def _struck(cell: Cell, runner: Runner, meant: Fault) -> tuple[int, dict[str, Any] | None, str]:
    ended, begun = None, time.monotonic()
    with runner.begun() as running:
        assert running.stdout
        assert running.stderr
        for line in running.stdout:
            event = json.loads(line)
            if event["event"] == "step" and (event["name"], event["status"]) == (cell.step, "started"):
                strike = partial(_strike, runner.stage, running, meant.strike)
                if cell.moment == START:
                    strike()
                else:
                    runner.stage.between.answered = strike
            elif event["event"] == "step" and event["name"] == cell.step:
                runner.stage.between.answered = between.nothing
            if event["event"] == "ended":
                ended = event
        said = running.stderr.read()
        code = running.wait(RUN + CLOSING)
    cell.seconds = round(time.monotonic() - begun, 2)
    if cell.seconds > RUN + CLOSING:
        cell.problems.append(f"took {cell.seconds} s")
    return code, ended, said


def _strike(stage: Stage, running: subprocess.Popen[str], what: str) -> None:
    stage.between.answered = between.nothing  # once is enough
    if what == "driver":
        for child in psutil.Process(running.pid).children():
            if "run-driver" in child.cmdline():
                child.kill()
                stage.strikes()
    else:
        running.send_signal(getattr(signal, what))
        stage.strikes()


def _healed(cell: Cell, runner: Runner) -> None:
    """The next run, after which nothing is left of the first either."""
    cell.problems += judge.running(runner.processes())
    runner.stage.world.offset += CODE
    with runner.begun() as running:
        out, said = running.communicate()
    lines = out.strip().splitlines()
    ended = json.loads(lines[-1]) if lines else {"outcome": f"exit {running.returncode}", "cause": said[-300:]}
    cell.then = ended["outcome"]
    cell.problems += judge.healed(cell.then, ended.get("cause", ""), runner.stage.state())
    cell.problems += judge.left(runner.processes(), runner.tmp) + judge.held(runner.memory)
