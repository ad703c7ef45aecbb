"""What is known of the channels, as Prometheus reads it: a file for node_exporter's textfile collector."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from runbook.errors import ConfigError

if TYPE_CHECKING:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

VERDICTS = ("healthy", "unauthorized", "failing", "absent", "wrong-mailbox", "unknown")
LABELS = ("site", "project", "address")
EVERYONE, KEY = "*", "metrics"  # of the note with the counters: it is no channel's
# Prometheus runs as somebody else, and nothing in the file is secret.
MODE = 0o644

Labels = tuple[str, str, str]


class Counted(Protocol):
    """Runs, counted (`runbook.state.Counted`)."""

    @property
    def last(self) -> int: ...

    @property
    def outcomes(self) -> Mapping[str, Mapping[str, int]]: ...

    @property
    def gaps(self) -> Mapping[str, float]: ...


class Row(Protocol):
    """A channel (`runbook.state.ChannelRow`)."""

    @property
    def channel(self) -> str: ...

    @property
    def project(self) -> str: ...

    @property
    def address(self) -> str: ...

    @property
    def verdict(self) -> str | None: ...

    @property
    def verdict_at(self) -> float | None: ...

    @property
    def renewed_at(self) -> float | None: ...

    @property
    def due_at(self) -> float | None: ...

    @property
    def parked(self) -> object | None: ...

    @property
    def down(self) -> bool: ...


class History(Protocol):
    """What is needed of the state."""

    def channels(self) -> Sequence[Row]: ...

    def counted(self, after: int) -> Counted: ...

    def read_note(self, channel: str, key: str) -> Mapping[str, Any] | None: ...

    def write_note(self, channel: str, key: str, data: Mapping[str, Any] | None) -> None: ...

    def lock_identity(self, name: str) -> AbstractContextManager[Any]: ...


def check(path: Path) -> None:
    """Raises ConfigError when the file could not be written; for the beginning of a sweep."""
    try:
        if path.is_dir():
            raise IsADirectoryError(21, "Is a directory")
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise _unwritable(path, error) from None


def write(
    path: Path, state: History, known: Collection[str] | None = None, clock: Callable[[], float] = time.time
) -> None:
    """Writes the file, whole or not at all. `known`: the ids of the channels to tell of; None tells of all that the state has.
    Raises ConfigError when it cannot be written."""
    from prometheus_client import CollectorRegistry, generate_latest

    now = clock()
    with state.lock_identity(KEY):
        totals = _totals(state)
    rows = [row for row in state.channels() if known is None or row.channel in known]
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Families(rows, totals, now))
    _put(path, generate_latest(registry))


class _Families:
    """The metrics, as prometheus_client collects them."""

    def __init__(self, rows: Sequence[Row], totals: Mapping[str, Mapping[str, Any]], now: float) -> None:
        self.rows, self.totals, self.now = rows, totals, now

    def collect(self) -> Iterator[Metric]:
        yield self._health()
        yield self._gauge("check_timestamp_seconds", "When its health was last looked at.", lambda row: row.verdict_at)
        yield self._gauge("renewal_timestamp_seconds", "When it was last connected.", lambda row: row.renewed_at)
        yield self._gauge("due_timestamp_seconds", "When it is to be renewed next.", lambda row: row.due_at)
        gap = "Time in which Jira read no mail of it, in its last renewal."
        yield self._gauge("gap_seconds", gap, lambda row: self.totals.get(row.channel, {}).get("gap"))
        yield self._gauge("parked", "1 when it waits for a person.", lambda row: row.parked is not None)
        yield self._gauge("down", "1 when Jira reads no mail of it.", lambda row: row.down)
        yield self._runs()
        written = _gauge_family("runbook_written_timestamp_seconds", "When this was written.", ())
        written.add_metric((), self.now)
        yield written

    def _health(self) -> Metric:
        found = _gauge_family("runbook_channel_health", "1 for what its last check found.", (*LABELS, "verdict"))
        for row in self.rows:
            verdict = row.verdict if row.verdict in VERDICTS else "unknown"
            for each in VERDICTS:
                found.add_metric((*_labels(row), each), float(each == verdict))
        return found

    def _gauge(self, name: str, text: str, value: Callable[[Row], float | None]) -> Metric:
        found = _gauge_family(f"runbook_channel_{name}", text, LABELS)
        for row in self.rows:
            if (at := value(row)) is not None:
                found.add_metric(_labels(row), float(at))
        return found

    def _runs(self) -> Metric:
        from prometheus_client.core import CounterMetricFamily

        found: CounterMetricFamily
        found = CounterMetricFamily("runbook_channel_runs", "Runs by their ending.", labels=(*LABELS, "outcome"))
        for row in self.rows:
            for outcome, number in sorted(self.totals.get(row.channel, {}).get("runs", {}).items()):
                found.add_metric((*_labels(row), outcome), float(number))
        return found


def _gauge_family(name: str, text: str, labels: tuple[str, ...]) -> GaugeMetricFamily:
    from prometheus_client.core import GaugeMetricFamily

    return GaugeMetricFamily(name, text, labels=labels)


def _labels(row: Row) -> Labels:
    return row.channel.rpartition("/")[0], row.project, row.address


def _totals(state: History) -> dict[str, dict[str, Any]]:
    """For each channel, how many runs ended how (`runs`) and the last mail gap in seconds (`gap`).

    They are kept in a note, because a counter must not fall when old runs are pruned: each run is added to it once.
    """
    note = state.read_note(EVERYONE, KEY) or {"last": 0, "channels": {}}
    totals: dict[str, dict[str, Any]] = note["channels"]
    fresh = state.counted(note["last"])
    for channel, outcomes in fresh.outcomes.items():
        own = totals.setdefault(channel, {"runs": {}, "gap": None})
        for outcome, number in outcomes.items():
            own["runs"][outcome] = own["runs"].get(outcome, 0) + number
        own["gap"] = fresh.gaps.get(channel, own["gap"])
    if fresh.outcomes:
        state.write_note(EVERYONE, KEY, {"last": fresh.last, "channels": totals})
    return totals


def _put(path: Path, text: bytes) -> None:
    # Not *.prom: node_exporter must not read what is half written.
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(text)
            Path(name).chmod(MODE)
            Path(name).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise _unwritable(path, error) from None


def _unwritable(path: Path, error: OSError) -> ConfigError:
    return ConfigError(
        f"The metrics file {path} cannot be written ({error.strerror}).",
        remedy="Name a file in a folder that can be written in --metrics.",
        reason="metrics-file",
    )
