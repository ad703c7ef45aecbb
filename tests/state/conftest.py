"""Every test of the state plays on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres_server import INSTALL, NEEDED, Server, programs, serve

from runbook.state import State

CHANNEL = "acme.atlassian.net/HELP"
NOW = 1_790_000_000.0


class Clock:
    """The time as the tests have it."""

    now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    found = programs()
    if found is None:
        assert not os.environ.get(NEEDED), INSTALL
        pytest.skip(INSTALL)
    with serve(found) as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str | None:
    """The address of an empty database of the test's own; None is SQLite's file."""
    if request.param == "sqlite":
        return None
    running: Server = request.getfixturevalue("server")
    return running.new()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def state(tmp_path: Path, clock: Clock, url: str | None) -> Iterator[State]:
    made = State(tmp_path / "a" / "state", clock, url)
    yield made
    made.close()


@pytest.fixture
def again(state: State, clock: Clock, url: str | None) -> Iterator[State]:
    """The same state as another process has it."""
    made = State(state.folder, clock, url)
    yield made
    made.close()
