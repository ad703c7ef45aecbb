"""systemd: a service and a timer, of the machine or of the user, in the unit folder that is there for an administrator's own."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path

from runbook.errors import ConfigError
from runbook.schedule.base import NAME, Request, Status, fill, must, run, template
from runbook.schedule.plan import Plan, plan, ready
from runbook.schedule.seal import check, drop, notes, put, read, sealed

SERVICE, TIMER = f"{NAME}.service", f"{NAME}.timer"
HIDDEN = ("/tmp/", "/var/tmp/")  # noqa: S108 - by PrivateTmp
BARE = re.compile(r"[\w./:=@+,-]+", re.ASCII)
SHOWN = (
    "LoadState,ActiveState,UnitFileState,NextElapseUSecRealtime,LastTriggerUSec,ExecMainStatus,ExecMainExitTimestamp"
)


def texts(request: Request) -> dict[str, str]:
    """Both units, sealed."""
    return units(plan(request), request)


def install(request: Request, force: bool) -> list[str]:
    """Writes the units, starts the timer."""
    made = plan(request)
    wanted = units(made, request)
    _reachable(request)
    for name in wanted:
        check(read(_path(request, name)), request.mark, str(_path(request, name)), force)
    ready(made, request)
    for path in (_path(request, name) for name in wanted):
        if path.is_symlink():
            drop(path)  # only --force gets here
    written = [str(_path(request, name)) for name, text in wanted.items() if put(_path(request, name), text)]
    if written:
        must(_ctl(request, "daemon-reload"))
    found = _show(request, TIMER)
    if not written and found.get("ActiveState") == "active" and found.get("UnitFileState") == "enabled":
        return ["It is installed already; nothing was changed."]
    must(_ctl(request, "enable", TIMER))
    must(_ctl(request, "restart", TIMER))  # so that a changed timer counts at once
    return [f"Written: {path}" for path in written] + ["The timer runs."] + _lingering(request)


def remove(request: Request, force: bool) -> list[str]:
    """Stops the timer, deletes the units. A firing that is at work ends by itself."""
    paths = [_path(request, name) for name in (TIMER, SERVICE)]
    there = [path for path in paths if read(path) is not None]
    if not there:
        return ["It is not installed; nothing was changed."]
    for path in there:
        check(read(path), request.mark, str(path), force)
    _reachable(request)
    run(_ctl(request, "disable", "--now", TIMER))  # a timer whose file is broken is not known, and goes all the same
    dropped = [f"Deleted: {path}" for path in there if drop(path)]
    must(_ctl(request, "daemon-reload"))
    return dropped


def status(request: Request) -> Status:
    """From the units' files and `systemctl show`."""
    path = _path(request, TIMER)
    text = read(path)
    if text is None:
        return Status("systemd", False, str(path))
    timer, service = _show(request, TIMER), _show(request, SERVICE)
    said = notes(text, request.mark, str(path))
    if not timer:
        said.append("systemd does not answer; whether the timer runs cannot be known.")
    elif timer.get("ActiveState") != "active":
        said.append("The timer does not run; `python -m runbook schedule install` starts it.")
    last = _time(service.get("ExecMainExitTimestamp"))
    result = int(service["ExecMainStatus"]) if last and service.get("ExecMainStatus", "").isdigit() else None
    after = _time(timer.get("NextElapseUSecRealtime"))
    return Status(
        "systemd",
        True,
        str(path),
        after,
        last or _time(timer.get("LastTriggerUSec")),
        result,
        tuple(said + _lingering(request)),
    )


def units(made: Plan, request: Request) -> dict[str, str]:
    """Both units of a plan, sealed."""
    if "$" in made.python:
        raise ConfigError(
            f"systemd cannot start a program whose path has a $: {made.python}.",
            remedy="Use another environment's python.",
        )
    for path in (made.folder, made.python, *made.options, *made.writes):
        if path.startswith(HIDDEN):
            raise ConfigError(
                f"The service has a /tmp of its own and would not see {path}.",
                remedy="Put it elsewhere.",
                reason="odd-path",
            )
    environment = [f"Environment={word(f'{key}={value}')}" for key, value in made.env.items()]
    values = {
        "user": made.user,
        "folder": _whole(made.folder),
        "environment": "\n".join([f"WorkingDirectory={_whole(made.folder)}", *environment]),
        "reauthorize": command(made.argv("reauthorize")),
        "writes": " ".join(word(f"-{path}") for path in made.writes),
        "minute": f"{request.minute:02}",
    }
    names = {SERVICE: "system.service" if request.system else "user.service", TIMER: "timer"}
    return {name: sealed(fill(template(source), values), request.mark) for name, source in names.items()}


def word(text: str) -> str:
    """One word of a unit's list, quoted where it has to be; `%` is doubled, for it begins a specifier."""
    text = text.replace("%", "%%")
    if BARE.fullmatch(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def command(argv: list[str]) -> str:
    """A command line of a unit; `$` is doubled besides, for it begins a variable in all words but the first."""
    return " ".join([word(argv[0]), *(word(each.replace("$", "$$")) for each in argv[1:])])


def _whole(path: str) -> str:
    """A path that fills its line: it takes no quotes, and a space or a backslash at its end would be lost."""
    return path.replace("%", "%%") + ("/" if path[-1] in " \\" else "")


def _path(request: Request, name: str) -> Path:
    if request.system:
        return Path("/etc/systemd/system") / name
    home = request.env.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(home) / "systemd" / "user" / name


def _ctl(request: Request, *words: str) -> list[str]:
    return ["systemctl", *([] if request.system else ["--user"]), *words]


def _reachable(request: Request) -> None:
    """Raises ConfigError before anything is written when the service manager cannot be told."""
    done = run(_ctl(request, "show", "--property=Version"))
    if done.returncode:
        whose = "" if request.system else " of this user"
        raise ConfigError(
            f"systemd{whose} does not answer ({done.stderr.decode(errors='replace').strip().rstrip('.')}).",
            remedy="Sign in by a session of its own (ssh, a console) instead of su, or use --system as root, or --as cron.",
            reason="no-scheduler",
        )


def _show(request: Request, unit: str) -> dict[str, str]:
    done = run(_ctl(request, "show", unit, f"--property={SHOWN}"))
    return dict(line.split("=", 1) for line in done.stdout.decode(errors="replace").splitlines() if "=" in line)


def _time(shown: str | None) -> float | None:
    """A time as systemd shows it, `Wed 2026-11-25 16:41:59 UTC`; empty, or `n/a`, where there is none."""
    try:
        return datetime.strptime(shown or "", "%a %Y-%m-%d %H:%M:%S UTC").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


def _lingering(request: Request) -> list[str]:
    """A user's units stop with the last session, unless the user lingers."""
    if request.system or (Path("/var/lib/systemd/linger") / _name()).exists():
        return []
    return ["It runs only while you are signed in; `loginctl enable-linger` has it run always."]


def _name() -> str:
    import pwd

    return pwd.getpwuid(os.getuid()).pw_name
