"""The last that a run does: its page, then the seal over its folder."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

from runbook import files
from runbook.errors import ConfigError, Defect, RunbookError
from runbook.run_record import RECORD, RUNNING, UNFINISHED, Ending, RunRecord, read

KILLED = "The process ended before the run could tell how it ended: it was killed, or the machine stopped."


def warm() -> None:
    """Loads what the page is made with, in a thread beside a run that waits for its browser: later it would hold up the run's end."""

    def load() -> None:
        with contextlib.suppress(Exception):  # `finish` meets the same, and tells it
            from runbook.report.run_page import load

            load()

    threading.Thread(target=load, daemon=True).start()


def finish(folder: Path) -> str | None:
    """Writes page and seal; returns what kept one of them from being written. Never raises: the run has had its ending."""
    from runbook.report import run_page, seal

    problems = []
    for work, what in ((run_page.write, "its report"), (seal.seal, "its seal")):
        try:
            work(folder)
        except OSError as error:
            problems.append(f"{what} cannot be written: {error.strerror or error}")
        except RunbookError as error:
            problems.append(f"{what} cannot be written: {error.cause.rstrip('.')}")
        except Exception as error:  # noqa: BLE001 - told by kind and place, like every defect
            problems.append(f"{what} cannot be written: {Defect.of(error).cause.rstrip('.')}")
    return "; ".join(problems) or None


def finish_killed(root: Path, channel: str, state: Path, mine: Path) -> None:
    """Gives the runs of this channel that never ended their ending, page and seal. Only for who holds the channel's lock, whose
    name is in the folder `state`: nobody else works on the channel then. `mine`: the folder of the run that asks."""
    from runbook.report.entries import folders
    from runbook.report.seal import SEAL

    for folder in folders(root):
        if folder == mine or (folder / SEAL).exists():
            continue
        with contextlib.suppress(ConfigError, OSError):  # the index tells of a record that cannot be read
            record = read(folder)
            if record.outcome.name == RUNNING and record.channel == channel and _locked_in(record, state):
                down = record.gap is not None and record.gap.seconds is None
                record.outcome = Ending(
                    name=UNFINISHED,
                    cause=KILLED,
                    remedy="Run it again; it finds what is there.",
                    changed=down,
                    down=down,
                )
                files.drop_unfinished(folder)
                files.put(folder / RECORD, record.model_dump_json(by_alias=True, indent=1).encode())
                finish(folder)


def _locked_in(record: RunRecord, state: Path) -> bool:
    return any(each.key == "state" and each.value == str(state) for each in record.settings)
