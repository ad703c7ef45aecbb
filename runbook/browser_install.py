"""Gets a browser where there is none: Debian's packages or Playwright's own build; one process at a time."""

from __future__ import annotations

import io
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from runbook import files
from runbook.browser_find import Browser
from runbook.errors import ConfigError

Say = Callable[[str], None]

APT = ("apt-get", "-o", "DPkg::Lock::Timeout=300", "-y")
PLAYWRIGHT = (sys.executable, "-m", "playwright", "install")
TELL_EVERY = 3.0
LIMIT = 900.0
# Ctrl-C reaches the child too; in a worker thread its end is all there is to see of it.
INTERRUPTED = (-2, 130)
COMPLAINT = re.compile(r"(E:|Err:|Error\b|.*\b(failed|cannot|unable)\b)", re.IGNORECASE)


@dataclass(frozen=True)
class Way:
    """One way to get a browser: what it gets, and the commands, all of them run in this order."""

    what: str
    commands: tuple[tuple[str, ...], ...]


def fetch(
    look: Callable[[], Browser | None],
    say: Say,
    *,
    env: Mapping[str, str] = os.environ,
    ways: Sequence[Way] | None = None,
) -> Browser:
    """Tries the ways of this machine until `look` finds a browser that starts; tells its progress through `say`.

    A second process waits for the first one and takes what that got. Raises ConfigError when no way worked.
    """
    say("There is no browser on this machine. Getting one; this takes a minute or two.")
    with _alone(say):
        if found := look():
            return found
        for way in machine_ways(env) if ways is None else ways:
            began = time.monotonic()
            say(f"Getting {way.what}.")
            code = 0
            for command in way.commands:
                code = run(command, say, env)
                if code in INTERRUPTED:
                    raise ConfigError(
                        "Getting a browser was interrupted.", remedy="Run it again.", reason="interrupted"
                    )
            took = f"{time.monotonic() - began:.0f} s"
            found = look()
            if found and (problem := starts(found)) is None:
                say(f"Got {found.name} ({found.path}) in {took}.")
                return found
            say(f"That did not work ({f'it does not start: {problem}' if found else f'exit code {code}'}, {took}).")
    raise ConfigError(
        "There is no browser on this machine and none could be fetched.",
        remedy="Run `sudo apt-get install chromium chromium-headless-shell` (Debian), or "
        f"`{' '.join(PLAYWRIGHT)} chromium`, or name a browser with --browser PATH.",
        reason="no-browser",
    )


def machine_ways(env: Mapping[str, str] = os.environ, os_release: Path = Path("/etc/os-release")) -> list[Way]:
    """What can be tried on this machine, best first.

    Debian's package brings the libraries along and needs no host but the mirror, so there it is first. Ubuntu's is an
    empty shell for a snap, which no container has, so there Playwright's own build is first.
    """
    own = Way("Chromium, Playwright's own build", ((*PLAYWRIGHT, "chromium"),))
    prefix = _as_root(env) if shutil.which("apt-get", path=env.get("PATH", os.defpath)) else None
    if prefix is None:
        return [own]
    noninteractive = (*prefix, "env", "DEBIAN_FRONTEND=noninteractive")
    update, install = (*noninteractive, *APT, "update"), (*noninteractive, *APT, "install")
    packages = [
        Way(
            "the packages chromium and chromium-headless-shell",
            (update, (*install, "chromium", "chromium-headless-shell")),
        ),
        Way("the package chromium", ((*install, "chromium"),)),
    ]
    if "ubuntu" in _distribution(os_release):
        libraries = (*PLAYWRIGHT, "--with-deps", "chromium")
        return [
            Way("Chromium, Playwright's own build, with the system libraries that it needs", (libraries,)),
            *packages,
        ]
    return [*packages, own]


def run(command: Sequence[str], say: Say, env: Mapping[str, str] = os.environ) -> int:
    """Runs a command, telling how many lines it has said, its last one, and the elapsed seconds, every few seconds.

    Returns its exit code; 127 when it is not there, 124 when it took more than fifteen minutes.
    """
    say("Running: " + " ".join(command))
    began = told = time.monotonic()
    try:
        child = subprocess.Popen(  # noqa: S603 - fixed words and paths of this machine, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # Its own retries of a host that drops packets would take minutes.
            env={"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "10000", **env},
            text=True,
            errors="replace",
        )
    except OSError as error:
        say(f"{command[0]}: {error.strerror}")
        return 127
    lines, last, complaint = 0, "", ""
    try:
        for line in _lines(child):
            if line:
                lines, last = lines + 1, line
                complaint = line if COMPLAINT.match(line) else complaint
            now = time.monotonic()
            if now - began > LIMIT:
                return 124
            if now - told >= TELL_EVERY:
                told = now
                say(f"{now - began:.0f} s, {lines} lines: {last}")
        return child.wait()
    finally:
        _end(child)
        if child.returncode:
            say(f"It ended with exit code {child.returncode}: {complaint or last}")


def starts(browser: Browser) -> str | None:
    """None when the program runs, else its complaint. Always None on Windows, where asking would open a window."""
    if sys.platform == "win32":
        return None
    try:
        done = subprocess.run(  # noqa: S603 - the program that was just installed, no shell
            [browser.path, "--version"], capture_output=True, text=True, errors="replace", timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return type(error).__name__
    if done.returncode == 0:
        return None
    return (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]


def _lines(child: subprocess.Popen[str]) -> Iterator[str]:
    """The lines of a child as they come, and an empty one whenever it was silent for a while."""
    said: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        with child.stdout or io.StringIO() as lines:
            for line in lines:
                said.put(line.strip())
        said.put(None)

    threading.Thread(target=read, daemon=True).start()
    while True:
        try:
            line = said.get(timeout=TELL_EVERY)
        except queue.Empty:
            line = ""
        if line is None:
            return
        yield line


def _end(child: subprocess.Popen[str]) -> None:
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


@contextmanager
def _alone(say: Say) -> Iterator[None]:
    from filelock import FileLock, Timeout

    lock = FileLock(_lock_folder() / "browser.lock", mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        say("Another process is getting a browser. Waiting for it.")
        lock.acquire(timeout=LIMIT)
    try:
        yield
    finally:
        lock.release()


def _lock_folder() -> Path:
    import platformdirs

    name = "jsm-mailbox-runbook"
    user = str(os.getuid()) if hasattr(os, "getuid") else "user"
    # A home that cannot be written to is no reason to fail: the Debian packages do not need one.
    for folder in (platformdirs.user_cache_path(name), Path(tempfile.gettempdir()) / f"{name}-{user}"):
        try:
            files.make_folder(folder)
            files.check(
                folder, others=files.WRITING
            )  # somebody else may have made the one in the temporary folder, with links in it
        except (OSError, files.OpenToOthers):
            continue
        if os.access(folder, os.W_OK):
            return folder
    raise ConfigError("There is no folder for a lock.", remedy="Make the home folder or the temporary folder writable.")


def _as_root(env: Mapping[str, str]) -> tuple[str, ...] | None:
    """What to put before a command to run it as root: nothing, `sudo -n`, or None when that would need to ask."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return ()
    sudo = shutil.which("sudo", path=env.get("PATH", os.defpath))
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:  # noqa: S603
        return (sudo, "-n")
    return None


def _distribution(os_release: Path) -> str:
    try:
        lines = os_release.read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line[3:].strip("\"' ").lower() for line in lines if line.startswith("ID=")), "")
