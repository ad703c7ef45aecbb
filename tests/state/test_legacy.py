"""The JSON files of version 0.1 are taken over once."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from conftest import CHANNEL, NOW, Clock

from runbook.errors import ConfigError
from runbook.secrets import Secret, SecretRef
from runbook.state import State

pytestmark = pytest.mark.thorough

SECRET = Secret("admin's password", SecretRef("fake-hunter2"), ["https://login.example.com"], sandbox=True)
KEY = "ab" * 32
SALT = b"0123456789abcdef"
FACTS = {"request_type": "Emailed request", "reply_to": True, "down_since": NOW - 90, "rows": ["x@example.com"]}
STEP = 59_666_666


@pytest.fixture(autouse=True)
def private() -> Iterator[None]:
    """Version 0.1 wrote files that only their owner could read."""
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as version 0.1 left it, with a run that was killed after its cut."""
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    secret = hmac.new(bytes.fromhex(KEY), b"key", hashlib.sha256).hexdigest()
    files: dict[str, Any] = {
        "rejected.json": {
            "acme/admin/password": {
                "salt": SALT.hex(),
                "fingerprint": SECRET.fingerprint(SALT),
                "at": "2026-09-21T10:13:20+00:00",
            }
        },
        "codes.json": {secret: {str(STEP): NOW - 20, str(STEP - 1): NOW - 50}},
        "codes.key": {"key": KEY},
        "acme.atlassian.net_HELP-258a23ea.pending.json": {"channel": CHANNEL, "facts": FACTS},
        "locators.json": {},
    }
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content))
    (folder / "codes.lock").touch()
    return folder


def check(state: State) -> None:
    """Everything that the files held is known."""
    assert state.was_rejected("acme/admin/password", SECRET) == datetime(2026, 9, 21, 10, 13, 20, tzinfo=UTC)
    assert [state.ledger.claim("key", step) for step in (STEP - 1, STEP, STEP + 1)] == [False, False, True]
    assert state.read_pending(CHANNEL) == FACTS
    assert [(row.channel, row.project, row.down) for row in state.channels()] == [(CHANNEL, "HELP", True)]


def test_what_the_files_hold_is_taken_over_and_they_go(folder: Path, url: str | None, clock: Clock) -> None:
    state = State(folder, clock, url)
    assert state.down() == [CHANNEL]
    check(state)
    left = {path.name for path in folder.iterdir() if path.suffix in (".json", ".key")}
    assert left == {"locators.json"}, "what was taught is not the database's"
    state.close()


def test_what_was_taken_over_is_not_taken_over_again(folder: Path, url: str | None, clock: Clock) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in (".json", ".key")}
    state = State(folder, clock, url)
    check(state)
    state.write_pending(CHANNEL, {"reply_to": False})
    for name, content in before.items():  # as if the process had been killed before it removed them
        (folder / name).write_bytes(content)
    again = State(folder, clock, url)
    assert again.read_pending(CHANNEL) == {"reply_to": False}
    assert not again.ledger.claim("key", STEP + 1)
    assert {path.name for path in folder.iterdir() if path.suffix in (".json", ".key")} == {"locators.json"}
    state.close()
    again.close()


@pytest.mark.parametrize(
    "name", ["rejected.json", "codes.json", "codes.key", "acme.atlassian.net_HELP-258a23ea.pending.json"]
)
@pytest.mark.parametrize("content", ["{", "[]", '{"a": 1}', '{"channel": "x", "key": "zz", "facts": 1}'])
def test_a_damaged_file_is_named_and_nothing_is_lost(folder: Path, clock: Clock, name: str, content: str) -> None:
    good = (folder / name).read_bytes()
    (folder / name).write_text(content)
    state = State(folder, clock)
    with pytest.raises(ConfigError, match=rf"{name} is damaged"):
        state.down()
    (folder / name).write_bytes(good)
    check(state)
    state.close()


def test_a_file_that_was_removed_leaves_the_rest(folder: Path, clock: Clock) -> None:
    (folder / "codes.key").unlink()
    state = State(folder, clock)
    assert state.read_pending(CHANNEL) == FACTS
    assert state.ledger.claim("key", STEP), "without their key the old names say nothing"
    state.close()


def test_two_machines_bring_their_files_into_one_database(
    folder: Path, url: str | None, clock: Clock, tmp_path: Path
) -> None:
    if url is None:
        pytest.skip("a file belongs to one machine")
    other = tmp_path / "other"
    other.mkdir(mode=0o700)
    (other / "codes.key").write_text(json.dumps({"key": "cd" * 32}))
    (other / "codes.json").write_text(json.dumps({"name": {"1": NOW}}))
    pending = {"channel": "acme.atlassian.net/OPS", "facts": {}}
    (other / "acme.atlassian.net_OPS-00000000.pending.json").write_text(json.dumps(pending))
    one, two = State(folder, clock, url), State(other, clock, url)
    assert one.down() == [CHANNEL]
    assert two.down() == [CHANNEL, "acme.atlassian.net/OPS"]
    assert not two.ledger.claim("key", STEP)
    one.close()
    two.close()
