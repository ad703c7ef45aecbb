"""What the verb `report` does: an index over all runs, the page of one, and the proof that nothing was changed since."""

from __future__ import annotations

import json
import os
import sys
import webbrowser
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runbook.errors import ConfigError, RunbookError
from runbook.report.entries import entries, folders
from runbook.report.run_page import PAGE
from runbook.report.seal import SEAL, Verdict, verify
from runbook.settings import Settings, load

if TYPE_CHECKING:
    from runbook.report.channels import Look
    from runbook.state import HealthRow, RunRow

DOES_NOT_VERIFY = 10


def report(
    *, given: Sequence[str], check: bool, open_: bool, as_json: bool, runs: Path | None, config: Path | None
) -> int:
    """Builds the index, finds the pages of the given runs, or verifies their folders (without any: all). Returns the exit code."""
    if check and open_:
        raise ConfigError("--verify opens nothing.", remedy="Leave out --open, or --verify.", reason="usage")
    settings = Settings(runs=runs.absolute()) if runs else load(config=config)
    if check:
        return _verify(_named(given, settings.runs) if given else folders(settings.runs), as_json, settings.runs)
    pages = [_page(folder) for folder in _named(given, settings.runs)]
    told: dict[str, Any] = {"reports": [str(page) for page in pages]}
    lines = [f"Report: {page}" for page in pages]
    if not given:
        index, told = _index(settings, remembered=runs is None)
        pages, lines = [index], [f"Index over {counted(told['runs'], 'run')}: {index}"]
        lines += [f"Not in it: {problem}" for problem in told["unreadable"]]
    if open_:
        for page in pages:
            show(page)
    _say(json.dumps({**told, "opened": open_}, indent=2, ensure_ascii=False) if as_json else "\n".join(lines))
    return 0


def _index(settings: Settings, *, remembered: bool) -> tuple[Path, dict[str, Any]]:
    from runbook.report import index_page
    from runbook.report.channels import channels
    from runbook.report.remembered import joined, looks

    now, root = datetime.now(UTC), settings.runs
    found, problems = entries(folders(root))
    if not root.is_dir():
        raise ConfigError(
            f"There is no folder for runs {root} yet.", remedy="Run `connect` first; it makes the folder."
        )
    health: list[Look] = []
    try:
        rows, seen = _remembered(settings) if remembered else ([], [])
        found, health = joined(found, rows), looks(seen)
    except RunbookError as error:
        problems.append(f"What is remembered of runs and health: {error.cause}")
    known = channels(found, health, now)
    try:
        index = index_page.write(root, known, problems, now)
    except OSError as error:
        raise ConfigError(
            f"{root / index_page.INDEX} cannot be written: {error.strerror}.",
            remedy="Make the folder for runs writable.",
        ) from None
    told = {"index": str(index), "runs": len(found), "channels": len(known), "unreadable": problems}
    return index, told


def _remembered(settings: Settings) -> tuple[list[RunRow], list[HealthRow]]:
    """What the state holds. To look leaves nothing behind: where there is none, none is made."""
    from runbook.state import open_state

    if settings.state_url is None and not settings.state.is_dir():
        return [], []
    state = open_state(settings.state, settings.state_url)
    try:
        return (state.runs(), state.health()) if state.channels() else ([], [])
    finally:
        state.close()


def _named(given: Iterable[str], root: Path) -> list[Path]:
    """The folders of runs that are named, by their own name or by a path."""
    found = []
    for name in given:
        path = root / name if Path(name).name == name else Path(name)
        if path.is_symlink() or not path.is_dir():
            raise ConfigError(
                f"There is no run {name} in {root}.",
                remedy="Give the name of a run's folder, or its path.",
                reason="no-run",
            )
        found.append(path)
    return found


def _page(folder: Path) -> Path:
    page = folder / PAGE
    if page.is_symlink() or not page.is_file():
        raise ConfigError(
            f"{folder} has no {PAGE}.", remedy="It was killed, or an older version made it; its run.json tells it.",
            reason="no-report",
        )  # fmt: skip
    return page.absolute()


def _verify(chosen: Sequence[Path], as_json: bool, root: Path) -> int:
    verdicts = []
    for folder in chosen:
        try:
            verdicts.append(verify(folder))
        except OSError as error:
            raise ConfigError(
                f"{folder} cannot be read: {error.strerror}.", remedy="Run it as the user who owns the folder."
            ) from None
    bad = [verdict for verdict in verdicts if not verdict.good]
    if as_json:
        _say(json.dumps([told(each) for each in verdicts], indent=2, ensure_ascii=False))
    else:
        for each in bad:
            _say("\n".join([f"{each.run} does not verify.", *(f"  {line}" for line in problems_of(each))]))
        good = len(verdicts) - len(bad)
        _say(f"{good} of {counted(len(verdicts), 'run')} {'is' if good == 1 else 'are'} as left.")
    return DOES_NOT_VERIFY if bad else 0


def told(verdict: Verdict) -> dict[str, object]:
    """A verdict for a script."""
    kinds = {name: getattr(verdict, name) for name in ("missing", "changed", "added", "odd")}
    return {
        "run": verdict.run,
        "good": verdict.good,
        "sealed": not verdict.unsealed,
        "damaged": verdict.damaged,
        **kinds,
    }


def problems_of(verdict: Verdict) -> list[str]:
    """A verdict for a person, a line for each problem."""
    lines = [f"not private: {each}" for each in verdict.odd]
    if verdict.unsealed:
        lines.append(f"no {SEAL}: the run was killed or goes on, an older version made it, or somebody removed it")
    if verdict.damaged:
        lines.append(f"{SEAL} cannot be read as a list of checksums")
    kinds: Mapping[str, list[str]] = {"missing": verdict.missing, "changed": verdict.changed, "added": verdict.added}
    return lines + [f"{kind}: {name!r}" for kind, names in kinds.items() for name in names]


def show(page: Path, env: Mapping[str, str] = os.environ) -> None:
    """Opens a page in the desktop's browser. Raises ConfigError when there is none."""
    nowhere = sys.platform.startswith("linux") and not (env.get("DISPLAY") or env.get("WAYLAND_DISPLAY"))
    try:
        # Without a desktop a text browser would take over the terminal.
        if not nowhere and webbrowser.open(page.as_uri()):
            return
    except webbrowser.Error:
        pass
    raise ConfigError(
        "There is no desktop browser to open the report with.",
        remedy=f"Copy {page} to a machine that has one; it needs nothing else.",
        reason="no-desktop",
    )


def counted(number: int, what: str) -> str:
    """`1 run`, `2 runs`."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
