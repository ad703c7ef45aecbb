"""What a schedule on this machine runs: the interpreter, the folder with the settings, the account, and what it may write."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path

from runbook import files
from runbook.browser_find import registry
from runbook.errors import ConfigError
from runbook.schedule.base import NAME, PATH, Request, plain
from runbook.secrets import SecretRef
from runbook.settings import Settings, load
from runbook.settings.files import IDENTITY_VARIABLE
from runbook.settings.variables import ALL, SECRET_KEYS, SECRET_LISTS, STDERR

FOLDERS = {"state": "RUNBOOK_STATE", "runs": "RUNBOOK_RUNS"}
# Others than RUNBOOK_ ones that a run of this shell is led by.
ALSO = ("PLAYWRIGHT_BROWSERS_PATH",)


@dataclass(frozen=True)
class Plan:
    """`env`: what the schedule has to be told because no file of the folder tells it; `log`: where a scheduler without a journal
    puts what is printed; `writes`: folders that a run writes to."""

    python: str
    folder: str
    options: tuple[str, ...]
    env: Mapping[str, str]
    user: str
    log: str
    writes: tuple[str, ...]

    def argv(self, verb: str, *more: str) -> list[str]:
        """The command line of a verb."""
        return [self.python, "-m", "runbook", verb, "--all", *self.options, *more]


def plan(request: Request) -> Plan:
    """The plan for the request's folder. Raises ConfigError when a schedule could not run there: settings that are not usable or
    are known to this shell alone, paths that cannot be written down."""
    env = _told(request.env)
    with _as_its_account(request):
        settings = load(folder=request.folder, env=env, config=request.config)
    user, home = account(request)
    state, runs = (_settled(settings, name, env, request, home) for name in FOLDERS)
    cache = _of(home, user_cache_path(NAME))
    own = (str(state), str(runs), str(cache))
    writes = (*own, str(_of(home, registry(request.env))), *_beside(settings))
    options = ("--config", plain("settings file", request.config.absolute())) if request.config else ()
    return Plan(
        plain("interpreter", sys.executable),
        plain("working folder", request.folder.absolute()),
        options,
        {key: plain(key, value) for key, value in env.items()},
        user,
        plain("log file", state / "schedule.log"),
        tuple(dict.fromkeys(plain("folder", path) for path in writes)),
    )


def _beside(settings: Settings) -> Iterator[str]:
    """The folders of the files that the settings have a run write: each is put in the place of the one before, or rotated."""
    for file in (settings.metrics, settings.log_file):
        if file is not None and str(file) != STDERR:
            yield str(file.absolute().parent)


def account(request: Request) -> tuple[str, Path]:
    """Name and home folder of whoever the schedule runs as: the user, or for one of the machine the owner of the working folder."""
    if not request.system or os.name != "posix":
        return getpass.getuser(), Path.home()
    import pwd

    owner = request.folder.stat().st_uid
    try:
        entry = pwd.getpwuid(owner)
    except KeyError:
        raise ConfigError(
            f"The working folder {request.folder} belongs to nobody of this machine (user {owner}).",
            remedy="Give it to the account that the schedule shall run as, with `chown`.",
            reason="no-account",
        ) from None
    return entry.pw_name, Path(entry.pw_dir)


@contextmanager
def _as_its_account(request: Request) -> Iterator[None]:
    """Root reads the settings as the account that they belong to: it is the one who has to be able to."""
    if not request.system or os.name != "posix" or os.geteuid() != 0:
        yield
        return
    owner = request.folder.stat()
    os.setegid(owner.st_gid)
    os.seteuid(owner.st_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


def ready(made: Plan, request: Request) -> None:
    """Makes the folders that a run writes to, and starts the interpreter as the schedule will. Raises ConfigError when there is
    nothing to run, or it would not start."""
    with _as_its_account(request):
        settings = load(folder=request.folder, env=made.env, config=request.config)
    if not (settings.channels or settings.unbound):
        raise ConfigError(
            f"No channel is configured in {made.folder}.",
            remedy="Run it in the folder that has .env or runbook.toml.",
            reason="no-channel",
        )
    for folder in map(Path, made.writes[:3]):
        _make(folder, made.user if request.system else None)
    for file in _beside(settings):
        if not Path(file).is_dir():
            raise ConfigError(
                f"The folder {file} is not there, and the settings have a file written into it.",
                remedy=f"Make it, for {made.user} to write into, or correct metrics and log_file.",
                reason="no-folder",
            )
    if why := _fails(made, request):
        raise ConfigError(
            f"{made.python} does not start the runbook for {made.user} without this shell's environment ({why.rstrip('.')}).",
            remedy="Install it into an environment that this account can read, and use that one's python.",
            reason="interpreter",
        )


def _fails(made: Plan, request: Request) -> str:
    """Why the interpreter does not start the runbook; empty when it does."""
    argv = [made.python, "-m", "runbook", "--version"]
    env = {"PATH": PATH}
    if os.name == "nt":
        env["SYSTEMROOT"] = os.environ.get("SYSTEMROOT", "")  # without it no program there uses the network
    if request.system and os.name == "posix" and os.geteuid() == 0 and made.user != "root":
        argv = ["setpriv", f"--reuid={made.user}", f"--regid={_group(made.user)}", "--init-groups", *argv]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter
            argv, cwd=made.folder, env=env, capture_output=True, check=False, timeout=60, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return getattr(error, "strerror", None) or "it did not answer"
    if done.returncode == 0:
        return ""
    told = done.stderr.decode(errors="replace").strip().splitlines()
    return told[-1] if told else f"exit code {done.returncode}"


def _told(env: Mapping[str, str]) -> dict[str, str]:
    """The variables of this shell that lead a run. Raises ConfigError for a secret written out: a schedule's file is no place for
    one, and without it the schedule would not do what a run by hand does."""
    given = {
        key: value for key, value in env.items() if value.strip() and (key in ALL or IDENTITY_VARIABLE.fullmatch(key))
    }
    bare = sorted(key for key, value in given.items() if is_secret(key) and _written_out(value))
    if bare:
        raise ConfigError(
            f"{', '.join(bare)} is set in this shell alone, which a schedule does not have.",
            remedy="Put it into .env, or set a reference: file:PATH, keyring:SERVICE/USER or cmd:COMMAND.",
            reason="shell-secret",
        )
    return {**given, **{key: env[key] for key in ALSO if env.get(key)}}


def _written_out(value: str) -> bool:
    try:
        return SecretRef(value).scheme == "literal"
    except ValueError:
        return False  # the settings say what is wrong with it


def is_secret(key: str) -> bool:
    """Whether the value of a variable is a secret, or where one is kept."""
    return bool(IDENTITY_VARIABLE.fullmatch(key)) or ALL[key].path[-1] in SECRET_KEYS | SECRET_LISTS


def _settled(settings: Settings, name: str, env: dict[str, str], request: Request, home: Path) -> Path:
    """A folder of the runs, the same for the schedule as by hand. Where no file says it and the schedule would find another one
    (XDG_STATE_HOME is this shell's), it is told."""
    path: Path = getattr(settings, name)
    if name not in settings.sources and request.system:
        path = _of(home, path)
        if not home.is_dir():
            raise ConfigError(
                f"The home folder {home} of the schedule's account is not there, and nothing says where runs and state go.",
                remedy="Set RUNBOOK_RUNS and RUNBOOK_STATE in .env.",
                reason="no-home",
            )
    if name not in settings.sources and request.env.get("XDG_STATE_HOME"):
        env[FOLDERS[name]] = str(path)
    return path.absolute()


def _of(home: Path, path: Path) -> Path:
    """What this folder of my home is in another one."""
    return home / path.relative_to(Path.home()) if path.is_relative_to(Path.home()) else path


def _make(folder: Path, owner: str | None) -> None:
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        files.make_folder(folder)
        if owner and os.name == "posix" and os.geteuid() == 0:
            for each in missing:
                shutil.chown(each, owner, _group(owner))
    except OSError as error:
        raise ConfigError(
            f"The folder {folder} cannot be made ({error.strerror}).",
            remedy="Set RUNBOOK_RUNS and RUNBOOK_STATE to folders of the schedule's account.",
        ) from None


def _group(user: str) -> int:
    import pwd

    return pwd.getpwnam(user).pw_gid
