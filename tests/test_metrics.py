"""What Prometheus reads: by its own parser, and by promtool where there is one."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from receivers import Notes

from runbook import metrics
from runbook.errors import ConfigError
from runbook.state import Counted

DAY = 86_400.0
NOW = 1_795_600_000.0
LABELS = ("site", "project", "address", "verdict", "outcome")


@dataclass(kw_only=True)
class Run:
    id: int
    channel: str = "acme.atlassian.net/HELP"
    ended: float = NOW
    outcome: str = "Connected"
    gap_seconds: float | None = None


@dataclass(kw_only=True)
class Row:
    channel: str = "acme.atlassian.net/HELP"
    project: str = "HELP"
    address: str = "help@example.com"
    verdict: str | None = "healthy"
    verdict_at: float | None = NOW - 60
    renewed_at: float | None = NOW - 9 * DAY
    due_at: float | None = None
    parked: Any = None
    down: bool = False


@dataclass
class History(Notes):
    rows: list[Row] = field(default_factory=lambda: [Row()])
    ran: list[Run] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def channels(self) -> list[Row]:
        return self.rows

    def counted(self, after: int) -> Counted:
        fresh = sorted((run for run in self.ran if run.id > after), key=lambda run: run.id)
        outcomes: dict[str, Counter[str]] = {}
        for run in fresh:
            outcomes.setdefault(run.channel, Counter())[run.outcome] += 1
        gaps = {run.channel: run.gap_seconds for run in fresh if run.gap_seconds is not None}
        return Counted(max((run.id for run in fresh), default=0), outcomes, gaps)


def read(path: Path) -> dict[str, dict[tuple[str, ...], float]]:
    """By name of the sample: the values of its labels, in the order of LABELS, and the number."""
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(path.read_text(encoding="utf-8")):
        assert family.documentation
        for sample in family.samples:
            labels = tuple(sample.labels[name] for name in LABELS if name in sample.labels)
            assert len(labels) == len(sample.labels)
            found.setdefault(sample.name, {})[labels] = sample.value
    return found


def written(state: History, folder: Path, **more: Any) -> dict[str, dict[tuple[str, ...], float]]:
    metrics.write(folder / "runbook.prom", state, clock=lambda: NOW, **more)
    return read(folder / "runbook.prom")


HELP = ("acme.atlassian.net", "HELP", "help@example.com")
OPS = ("acme.atlassian.net", "OPS", "ops@example.com")


def test_a_channels_health_times_gap_and_endings_are_there(tmp_path: Path) -> None:
    state = History(
        rows=[
            Row(due_at=NOW + DAY),
            Row(
                channel="acme.atlassian.net/OPS",
                project="OPS",
                address="ops@example.com",
                verdict="unauthorized",
                renewed_at=None,
                parked="why",
                down=True,
            ),
        ],
        ran=[Run(id=1, gap_seconds=3.25), Run(id=2, outcome="Transient"), Run(id=3, outcome="Transient")],
    )
    found = written(state, tmp_path)
    health = found["runbook_channel_health"]
    assert {labels: value for labels, value in health.items() if value} == {
        (*HELP, "healthy"): 1.0,
        (*OPS, "unauthorized"): 1.0,
    }
    assert len(health) == 2 * len(metrics.VERDICTS)
    assert found["runbook_channel_check_timestamp_seconds"][HELP] == NOW - 60
    assert found["runbook_channel_renewal_timestamp_seconds"] == {HELP: NOW - 9 * DAY}
    assert found["runbook_channel_due_timestamp_seconds"] == {HELP: NOW + DAY}
    assert found["runbook_channel_gap_seconds"] == {HELP: 3.25}
    assert found["runbook_channel_parked"] == {HELP: 0.0, OPS: 1.0}
    assert found["runbook_channel_down"] == {HELP: 0.0, OPS: 1.0}
    assert found["runbook_channel_runs_total"] == {(*HELP, "Connected"): 1.0, (*HELP, "Transient"): 2.0}
    assert found["runbook_written_timestamp_seconds"] == {(): NOW}


def test_counters_grow_over_processes_and_do_not_fall_when_old_runs_are_pruned(tmp_path: Path) -> None:
    state = History(ran=[Run(id=n, ended=NOW - 400 * DAY + n) for n in range(1, 6)])
    assert written(state, tmp_path)["runbook_channel_runs_total"] == {(*HELP, "Connected"): 5.0}
    assert written(state, tmp_path)["runbook_channel_runs_total"] == {(*HELP, "Connected"): 5.0}
    state.ran = [state.ran[-1], Run(id=6, ended=NOW - 5, gap_seconds=2.0), Run(id=7, ended=NOW, outcome="Transient")]
    found = written(state, tmp_path)
    assert found["runbook_channel_runs_total"] == {(*HELP, "Connected"): 6.0, (*HELP, "Transient"): 1.0}
    assert found["runbook_channel_gap_seconds"] == {HELP: 2.0}


def test_a_run_by_a_clock_that_was_wrong_hides_no_later_run(tmp_path: Path) -> None:
    state = History(ran=[Run(id=1, ended=NOW + 400 * DAY)])
    written(state, tmp_path)
    state.ran.append(Run(id=2, ended=NOW - 5))
    assert written(state, tmp_path)["runbook_channel_runs_total"] == {(*HELP, "Connected"): 2.0}


def test_channels_that_are_not_in_the_settings_any_more_are_left_out(tmp_path: Path) -> None:
    state = History(rows=[Row(), Row(channel="acme.atlassian.net/OLD", project="OLD")])
    found = written(state, tmp_path, known={"acme.atlassian.net/HELP"})
    assert set(found["runbook_channel_down"]) == {HELP}


def test_without_any_channel_there_is_still_a_file(tmp_path: Path) -> None:
    assert written(History(rows=[]), tmp_path)["runbook_written_timestamp_seconds"] == {(): NOW}


@pytest.mark.parametrize("verdict", [None, "something new"])
def test_what_is_not_known_of_a_channels_health_is_said_as_unknown(tmp_path: Path, verdict: str | None) -> None:
    health = written(History(rows=[Row(verdict=verdict, verdict_at=None)]), tmp_path)["runbook_channel_health"]
    assert [labels[-1] for labels, value in health.items() if value] == ["unknown"]


def test_odd_letters_in_a_label_are_escaped(tmp_path: Path) -> None:
    address = 'a"b\\c\nd@example.com'
    found = written(History(rows=[Row(address=address)]), tmp_path)
    assert (HELP[0], HELP[1], address) in found["runbook_channel_down"]


def test_the_file_is_readable_by_all_and_never_seen_half_written(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        written(History(), tmp_path)
        inode = (tmp_path / "runbook.prom").stat().st_ino
        written(History(), tmp_path)
    finally:
        os.umask(before)
    there = (tmp_path / "runbook.prom").stat()
    assert stat.S_IMODE(there.st_mode) == 0o644
    assert there.st_ino != inode, "a whole new file takes the old one's place"
    assert [path.name for path in tmp_path.iterdir()] == ["runbook.prom"]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(History(), tmp_path)
    before = (tmp_path / "runbook.prom").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "chmod", full)
    with pytest.raises(ConfigError, match=r"runbook.prom cannot be written \(No space left on device\)"):
        metrics.write(tmp_path / "runbook.prom", History())
    assert (tmp_path / "runbook.prom").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["runbook.prom"]


@pytest.mark.parametrize(("name", "why"), [("nowhere/x.prom", "No such file or directory"), (".", "Is a directory")])
def test_a_file_that_cannot_be_written_is_told_before_anything_is_done(tmp_path: Path, name: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why) as caught:
        metrics.check(tmp_path / name)
    assert (caught.value.exit_code, caught.value.reason) == (2, "metrics-file")
    metrics.check(tmp_path / "x.prom")
    assert not list(tmp_path.iterdir())


def test_promtool_finds_nothing_to_complain_of(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian: prometheus)")
    state = History(rows=[Row(due_at=NOW)], ran=[Run(id=1, gap_seconds=3.25), Run(id=2, outcome="Transient")])
    written(state, tmp_path)
    checked = subprocess.run(
        [promtool, "check", "metrics"],
        input=(tmp_path / "runbook.prom").read_bytes(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")


def test_importing_it_loads_no_library() -> None:
    code = "import sys, runbook.metrics, runbook.logs, runbook.telling; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parent.parent
    ).stdout.split()
    assert "runbook.telling" in loaded
    assert not {"apprise", "prometheus_client", "structlog", "requests", "playwright"} & set(loaded)
