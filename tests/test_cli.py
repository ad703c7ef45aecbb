"""The command line as a stranger uses it: what it says to a person, to a script, to nobody, and how it is interrupted."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import pty
import resource
import signal
import stat
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from stranger import Stranger, ends_as, somebody

from flows import CONNECT
from runbook.cli import main
from runbook.interrupt import Interrupt
from runbook.sandbox import build, parse
from runbook.sandbox.server import Server
from runbook.sandbox.world import MAILBOX
from runbook.state import State

RUN = ("connect", "--project", "HELP", "--sandbox")
HEALTHY = ("--scenario", "entra,healthy")
KEYS = {"event", "outcome", "exit_code", "mailbox", "gap_seconds", "run"}
SECONDS = 20  # in which an interrupted run has ended, on a machine that has much else to do


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[Stranger]:
    with somebody(tmp_path) as found:
        yield found


# --- what is said


def test_a_first_run_connects_the_mailbox_and_a_second_one_finds_nothing_to_do(stranger: Stranger) -> None:
    again = (*RUN, "--json", "--sandbox-state", "world.json")
    done = stranger.run(*again)
    assert (done.code, done.err) == (0, "")
    ended = done.ended
    assert set(ended) >= KEYS
    assert (ended["outcome"], ended["exit_code"], ended["mailbox"]) == ("Connected", 0, MAILBOX)
    assert ended["gap_seconds"] > 0
    assert [event["event"] for event in done.events].count("ended") == 1
    told = [event["name"] for event in done.events if event["event"] == "step" and event["status"] == "done"]
    assert told == [step.name for step in CONNECT]
    assert json.loads((Path(ended["run"]) / "run.json").read_text())["outcome"]["name"] == "Connected"
    assert stat.S_IMODE(Path(ended["run"]).stat().st_mode) == 0o700
    assert not stranger.processes()
    assert not stranger.leftovers()

    assert stranger.run(*again).ended["outcome"] == "NothingToDo"
    other = stranger.run(*RUN, "--sandbox-state", "world.json", "--scenario", "google")
    ends_as(other, "ConfigError", 2, "is of the scenario entra,g2,popup,revoked")


def test_plain_lines_tell_every_step_and_the_ending(stranger: Stranger) -> None:
    done = stranger.run(*RUN, *HEALTHY)
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == f"Connecting {MAILBOX} to HELP on https://acme.atlassian.net, 11 steps"
    for number, step in enumerate(CONNECT, 1):
        assert any(line.startswith(f"[{number}/11] {step.title}: ") for line in lines)
    assert lines[-2].startswith("Nothing to do for HELP.")
    assert lines[-1].startswith("Run folder: ")
    assert "\x1b" not in done.out


def test_quiet_says_nothing_of_a_good_run_and_the_failure_of_a_bad_one(stranger: Stranger) -> None:
    done = stranger.run(*RUN, *HEALTHY, "--quiet")
    assert (done.code, done.out, done.err) == (0, "", "")
    bad = stranger.run("connect", "--project", "WEB", "--sandbox", "--quiet")
    assert bad.out == ""
    ends_as(bad, "ConfigError", 2, "Project WEB is not a service project", where="err")


def test_several_projects_end_one_by_one_the_one_that_is_down_first(stranger: Stranger) -> None:
    kept = {"request_type": "Report an incident", "reply_to": False, "down_since": 0.0}
    State(stranger.here / "world.json.runbook").write_pending("acme.atlassian.net/HELP", kept)
    done = stranger.run(
        *("connect", "--project", "WEB", "--project", "HELP", "--project", "WEB", "--sandbox", *HEALTHY),
        *("--sandbox-state", "world.json", "--json"),
    )
    assert [event["project"] for event in done.events if event["event"] == "started"] == ["HELP", "WEB"]
    ended = [(event["outcome"], event["exit_code"]) for event in done.events if event["event"] == "ended"]
    assert ended == [("NothingToDo", 0), ("ConfigError", 2)]
    assert done.code == 2


def test_a_pipe_that_is_closed_early_changes_nothing(stranger: Stranger) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as nobody:
        done = stranger.run(*RUN, *HEALTHY, capture_output=False, stdout=nobody, stderr=subprocess.PIPE)
    assert (done.code, done.err) == (0, "")


def test_closed_standard_streams_change_nothing(stranger: Stranger) -> None:
    argv = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", sys.executable, "-m", "runbook", *RUN, *HEALTHY]
    assert subprocess.run(argv, env=stranger.env(), cwd=stranger.here, check=False).returncode == 0


# --- on a terminal


@contextmanager
def terminal(stranger: Stranger, *args: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A command on a terminal of its own, and the terminal's other end."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    how: dict[str, Any] = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
    env = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "PYTHONIOENCODING": "utf-8"}
    try:
        with stranger.begin(*args, env=env, **how) as running:
            os.close(theirs)
            yield running, ours
    finally:
        os.close(ours)


def heard(ours: int) -> Iterator[str]:
    """What comes out of a terminal, until nobody writes to it any more."""
    with suppress(OSError):
        while part := os.read(ours, 4096):
            yield part.decode(errors="replace")


def test_on_a_terminal_the_steps_are_a_live_list(stranger: Stranger) -> None:
    with terminal(stranger, *RUN, *HEALTHY) as (running, ours):
        shown = "".join(heard(ours))
        assert running.wait(SECONDS) == 0
    assert "\x1b[" in shown
    assert f" 1 of 11  {CONNECT[0].title}" in shown
    assert "✓" in shown
    assert " s" in shown[shown.rindex("✓") :]
    assert f"Nothing to do for HELP. {MAILBOX}" in shown
    assert "Run folder: " in shown


def test_a_pause_asks_on_the_terminal_before_each_step_and_nothing_draws_over_the_question(stranger: Stranger) -> None:
    shown, answered = "", 0
    with terminal(stranger, *RUN, *HEALTHY, "--pause") as (running, ours):
        for part in heard(ours):
            shown += part
            if shown.count("Press Enter for: ") > answered and shown.endswith("\n"):
                answered += 1
                # The spinner of the step before has gone by then.
                assert shown.rfind("\x1b[?25l") <= shown.rfind("\x1b[?25h")
                assert f"Press Enter for: {CONNECT[answered - 1].title}" in shown
                os.write(ours, b"\n")
        assert running.wait(SECONDS) == 0
    assert answered == 3
    assert "Nothing to do for HELP." in shown


def test_ctrl_c_ends_a_pause(stranger: Stranger) -> None:
    shown = ""
    with terminal(stranger, *RUN, *HEALTHY, "--pause") as (running, ours):
        for part in heard(ours):
            shown += part
            if "Press Enter for: " in shown and running.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(running.pid, signal.SIGINT)
        assert running.wait(SECONDS) == 20
    assert "The run was interrupted; no connection was changed." in shown
    assert "Traceback" not in shown
    assert not stranger.leftovers()


# --- interrupted


def interrupted(stranger: Stranger, step: int, name: str, *, group: bool) -> tuple[int, dict[str, Any], str]:
    """A run that gets a signal as a step starts. Returns the exit code, the last event and what was said on standard error."""
    argv = (str(step), name, str(int(group)), *RUN, "--json")
    with stranger.begin(*argv, module="tests.signalled") as running:
        assert running.stdout
        assert running.stderr
        last: dict[str, Any] = [json.loads(line) for line in running.stdout][-1]
        return running.wait(SECONDS), last, running.stderr.read()


@pytest.mark.parametrize(
    ("step", "name", "group", "code", "cause"),
    [
        (3, "SIGHUP", True, 20, ""),
        (7, "SIGTERM", False, 20, "no connection was changed"),
        (8, "SIGINT", True, 70, "The old connection was removed at "),
        (10, "SIGTERM", False, 20, f"{MAILBOX} is connected and not verified yet"),
    ],
)
def test_an_interrupted_run_tells_the_channels_state_and_leaves_nothing_behind(
    step: int, name: str, group: bool, code: int, cause: str, stranger: Stranger
) -> None:
    exit_code, ended, said = interrupted(stranger, step, name, group=group)
    assert (exit_code, ended["event"], ended["exit_code"]) == (code, "ended", code), ended
    assert ended["outcome"] == ("ChannelDown" if code == 70 else "Transient")
    assert cause in ended["cause"]
    assert ended["remedy"]
    assert [line.partition(":")[0] for line in said.splitlines()] == ["ALARM"] * (code == 70)
    assert json.loads((Path(ended["run"]) / "run.json").read_text())["outcome"]["exit_code"] == code
    psutil.wait_procs(stranger.processes(), timeout=10)
    assert not stranger.processes()
    assert not stranger.leftovers()


async def test_a_second_ctrl_c_does_not_spoil_the_closing() -> None:
    closed = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            os.kill(os.getpid(), signal.SIGINT)
            for _ in range(10):
                await asyncio.sleep(0)
            closed.append(1)

    with Interrupt() as interrupt:
        asyncio.get_running_loop().call_soon(os.kill, os.getpid(), signal.SIGINT)
        with pytest.raises(asyncio.CancelledError):
            await interrupt.watch(work())
        os.kill(os.getpid(), signal.SIGINT)  # nothing is left to be interrupted
    assert closed
    assert interrupt.came


def test_a_signal_that_is_ignored_stays_ignored_and_the_others_get_their_handlers_back() -> None:
    handlers = {signal.SIGINT: signal.getsignal(signal.SIGINT), signal.SIGTERM: signal.getsignal(signal.SIGTERM)}
    hup = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Interrupt():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            with pytest.raises(KeyboardInterrupt):
                os.kill(os.getpid(), signal.SIGTERM)
    finally:
        signal.signal(signal.SIGHUP, hup)
    assert handlers == {number: signal.getsignal(number) for number in handlers}


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_run_that_is_interrupted_while_it_reads_its_settings_has_an_ending(name: str, stranger: Stranger) -> None:
    pipe = stranger.here / "runbook.toml"
    os.mkfifo(pipe)
    with stranger.begin("connect", "--project", "HELP", "--json") as running:
        with pipe.open("w"):  # returns when it has begun to read
            running.send_signal(getattr(signal, name))
            assert running.wait(SECONDS) == 20
        assert running.stdout
        assert json.loads(running.stdout.read().splitlines()[-1])["reason"] == "interrupted"
    assert not stranger.leftovers()


def test_a_password_manager_that_hangs_does_not_hold_up_an_interrupted_run(stranger: Stranger) -> None:
    world = build(parse())
    asked = stranger.here / "asked"
    os.mkfifo(asked)
    stranger.settings(RUNBOOK_ADMIN_PASSWORD=f"'cmd:sh -c \"echo asked > {asked}; exec sleep 600\"'")
    with Server(world) as server:
        env = {"RUNBOOK_BROWSER": stranger.browser(*server.browser_args())}
        with stranger.begin("connect", "--project", "HELP", "--json", env=env) as running:
            assert asked.read_text() == "asked\n"
            running.send_signal(signal.SIGTERM)
            assert running.wait(SECONDS / 2) == 20
    psutil.wait_procs(stranger.processes(), timeout=10)
    assert not stranger.processes()


def test_a_browser_that_dies_is_told(stranger: Stranger) -> None:
    with stranger.begin(*RUN, "--json") as running:
        assert running.stdout
        for line in running.stdout:
            last = json.loads(line)
            if last.get("n") == 4 and last["status"] == "started":
                for process in psutil.Process(running.pid).children(recursive=True):
                    with suppress(psutil.Error):  # one that has just ended by itself
                        said = " ".join(process.cmdline())
                        if "--remote-debugging-pipe" in said and "--type" not in said:
                            process.kill()
        assert running.wait(SECONDS) == 20
    assert (last["outcome"], last["reason"]) == ("Transient", "browser-gone")


# --- the other verbs


def test_the_runbook_is_printed_for_a_person_to_follow(stranger: Stranger) -> None:
    done = stranger.run("steps")
    assert done.code == 0
    for number, step in enumerate(CONNECT, 1):
        assert f"## {number}. {step.title}" in done.out
        for text in (step.before, step.by_hand, step.after):
            assert text
            assert text in done.out
    hands = [step.by_hand for step in CONNECT]
    assert len(set(hands)) == len(hands)


def test_the_settings_are_printed_without_secrets(stranger: Stranger) -> None:
    stranger.settings()
    done = stranger.run("settings", "--project", "HELP")
    assert done.code == 0
    assert "***" in done.out
    assert "not-a-real-password" not in done.out + done.err


HELP = [(), *((name,) for name in main.commands)]


@pytest.mark.parametrize("verb", HELP)
def test_help_loads_no_browser_and_takes_no_time(verb: tuple[str, ...], stranger: Stranger) -> None:
    def used() -> float:
        spent = resource.getrusage(resource.RUSAGE_CHILDREN)
        return spent.ru_utime + spent.ru_stime

    times = []
    for _ in range(1 if verb else 3):
        before = used()
        done = stranger.run(*verb, "--help")
        times.append(used() - before)
        assert done.code == 0
        assert done.out.startswith("Usage: ")
    # A verb's help loads what the first one does, as is seen below; the best of three tells its time.
    assert verb or min(times) < 0.25

    script = (
        "import sys\nfrom runbook.cli import main\ntry: main(sys.argv[1:])\n"
        "except SystemExit: sys.exit(sum(n in sys.modules for n in ('playwright', 'pydantic', 'asyncio', 'rich', 'flask')))"
    )
    argv = [sys.executable, "-c", script, *verb, "--help"]
    assert subprocess.run(argv, env=stranger.env(), stdout=subprocess.DEVNULL, check=False).returncode == 0
