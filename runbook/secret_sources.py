"""Where secrets are kept: files, the keyring, a password manager's command. Each gives one line of text."""

from __future__ import annotations

import atexit
import os
import shlex
import stat
import subprocess
from pathlib import Path

from runbook.environment import without_secrets
from runbook.errors import ConfigError

COMMAND_SECONDS = 20.0
LARGEST_FILE = 65_536


def argv_of(command: str) -> list[str]:
    """A command line split as a shell would split it. Raises ValueError, without the text, when it cannot be."""
    try:
        argv = shlex.split(command)
    except ValueError:
        raise ValueError("has a quote that is not closed") from None
    if not argv or not argv[0]:
        raise ValueError("names no command")
    return argv


def _one_line(value: str, name: str) -> str:
    value = value.rstrip("\r\n")
    if not value.strip():
        raise ConfigError(f"The {name} is empty where its reference points to.", remedy="Store it there, on one line.")
    if "\n" in value or "\r" in value or "\0" in value:
        raise ConfigError(
            f"The {name} is more than one line where its reference points to.",
            remedy="Store the secret alone, on one line, or have the command print nothing else.",
        )
    return value


def from_file(path: Path, name: str) -> str:
    """The line in a file that only its owner may use. Raises ConfigError."""
    try:
        # Without O_NONBLOCK a pipe in the file's place would hang the run.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
        with os.fdopen(handle, "rb") as file:
            mode = os.fstat(handle).st_mode
            if not stat.S_ISREG(mode):
                raise ConfigError(
                    f"The {name}'s file {path} is not a regular file.", remedy="Name the file that holds it."
                )
            if os.name == "posix" and mode & (0o037 if _by_systemd(path) else 0o077):
                raise ConfigError(
                    f"The {name}'s file {path} can be used by others than its owner.",
                    remedy=f"Run `chmod 600 {shlex.quote(str(path))}`, or mount it with mode 0400.",
                    reason="open-secret-file",
                )
            return _one_line(file.read(LARGEST_FILE).decode(), name)
    except UnicodeDecodeError:
        raise ConfigError(
            f"The {name}'s file {path} is not UTF-8 text.", remedy="Store the secret as plain text."
        ) from None
    except OSError as error:
        raise ConfigError(
            f"The {name}'s file {path} cannot be read ({error.strerror}).",
            remedy="Correct the path or its permissions.",
        ) from None


def _by_systemd(path: Path) -> bool:
    """Whether it is a credential that systemd has put there for this service alone. Newer ones let the service read it by an access
    list, whose mask then stands in the place of the group's rights."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    return bool(folder) and path.parent == Path(folder or "")


def from_keyring(place: str, name: str) -> str:
    """The keyring's entry at `SERVICE/USER`. Raises ConfigError."""
    # The keyring's backends take a fifth of a second to load: only who uses one pays for it.
    import keyring
    from keyring.errors import KeyringError

    service, _, user = place.rpartition("/")
    try:
        value = keyring.get_password(service, user)
    except (KeyringError, RuntimeError, OSError) as error:
        raise ConfigError(
            f"The keyring did not give the {name} ({type(error).__name__}).",
            remedy="Unlock the keyring, or use file: or cmd: on a machine without one.",
        ) from None
    if value is None:
        raise ConfigError(
            f"The keyring has no entry for the {name}.",
            remedy="Store it with `keyring set SERVICE USER`, names as in the settings.",
        )
    return _one_line(value, name)


def from_command(argv: list[str], name: str, folder: Path | None) -> str:
    """The line that a command prints within 20 s. Raises ConfigError, which tells neither arguments nor output."""
    told = f"The command {argv[0]} for the {name}"
    remedy = "Run the command by hand; it must print the secret and nothing else, without asking for anything."
    try:
        code, printed = _run(argv, folder)
    except subprocess.TimeoutExpired:
        raise ConfigError(f"{told} did not end in {COMMAND_SECONDS:.0f} s.", remedy=remedy) from None
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"{told} cannot be started ({getattr(error, 'strerror', None) or 'bad argument'}).", remedy=remedy
        ) from None
    if code:
        raise ConfigError(f"{told} ended with exit code {code}.", remedy=remedy)
    try:
        return _one_line(printed.decode(), name)
    except UnicodeDecodeError:
        raise ConfigError(f"{told} printed something that is not UTF-8 text.", remedy=remedy) from None


def _run(argv: list[str], folder: Path | None) -> tuple[int, bytes]:
    """Exit code and output of a command. It is ended when its time is up, and when this process ends while it runs."""
    with subprocess.Popen(  # noqa: S603 - the owner of the settings chose the command; no shell is involved
        argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=without_secrets(os.environ),  # a password manager has no use for ours
    ) as child:
        atexit.register(child.kill)
        try:
            printed, _ = child.communicate(timeout=COMMAND_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            raise
        finally:
            atexit.unregister(child.kill)
    return child.returncode, printed
