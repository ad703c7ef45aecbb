"""What `doctor` looks at besides the machine itself: secrets, sites, and the schedule, as the settings name them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from runbook import files
from runbook.doctor import Check
from runbook.errors import ConfigError
from runbook.settings import Settings


def sites(settings_loader: Callable[[], Settings], config: Path | None = None) -> list[Check]:
    """A line for each thing. `config`: a file in the place of runbook.toml. Settings that cannot be read are not told again; not
    to be called from a running event loop."""
    from runbook.doctor_net import network, origins
    from runbook.doctor_schedule import schedule
    from runbook.doctor_secrets import secrets

    try:
        settings = settings_loader()
    except ConfigError:
        return []
    channels = [*settings.channels.values(), *([settings.unbound] if settings.unbound else [])]
    if not channels:
        text = "None is configured in this folder."
        return [Check("channels", "warning", text, "Copy .env.example to .env and fill it in, or write runbook.toml.")]
    number = f"{_some(len(channels), 'channel')} on {_some(len({each.site.url for each in channels}), 'site')}"
    return [
        Check("channels", "ok", number),
        *_files(Path.cwd() / ".env", config or Path.cwd() / "runbook.toml"),
        *secrets(settings, channels),
        *network(origins(channels)),
        schedule(),
    ]


def _files(*paths: Path) -> Iterator[Check]:
    """Whoever can write a file of the settings decides which programs are run (`cmd:`) and where a password is typed. That no
    other reads one with secrets is seen to when it is read."""
    there = [path for path in paths if path.exists()]
    fine = []
    for path in there:
        try:
            files.check(path, path.stat(), others=files.WRITING)
        except files.OpenToOthers as found:
            problem = found.problem.replace("can be used", "can be changed")
            yield Check("files", "failed", f"{path} {problem}.", found.remedy)
        else:
            fine.append(path.name)
    if fine and os.name == "posix":
        yield Check("files", "ok", f"{' and '.join(fine)}: nobody else can change them")


def _some(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"
