"""Unread mail over a replacement, with real mail: one mail a second arrives all through it, and with --rescue every one of them
becomes exactly one request, none lost, none twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from replacing import FOLDER, Ended, Stage, stage

from runbook.sandbox.world import MAILBOX

pytestmark = [pytest.mark.live_idp, pytest.mark.timeout(300)]


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path) as there:
        yield there


def connected(ended: Ended) -> Ended:
    assert ended.outcome.get("outcome") == "Connected", ended.told
    return ended


def test_with_rescue_every_mail_is_one_request_while_a_connection_is_repaired(found: Stage) -> None:
    with found.mail_every(1.0):
        ended = connected(found.run(rescue=True))
    found.check_each_is_one_request()
    last = ended.said("rescue")[-1]
    assert last["aside"] == last["back"] >= 5
    assert ended.record["rescue"] == {"folder": FOLDER, "aside": last["aside"], "back": last["back"], "waiting": 0}
    assert ended.outcome["advice"] == ""


def test_with_rescue_every_mail_is_one_request_while_a_healthy_connection_is_replaced(found: Stage) -> None:
    connected(found.run(rescue=True))
    with found.mail_every(1.0):
        found.until_pulled("Mail 2 of 1.0 s")  # the old connection pulls until it is cut
        connected(found.run(access=found.token(), force=True, rescue=True))
    found.check_each_is_one_request()


@pytest.mark.parametrize("kill", [{"call": "aside", "time": 1}, {"step": "verify"}], ids=["moved-aside", "connected"])
def test_a_run_that_is_killed_is_finished_by_the_next_one(kill: dict[str, Any], found: Stage) -> None:
    with found.mail_every(1.0):
        killed = found.run(kill=kill, rescue=True)
        assert killed.code == -9, killed.told
        ended = found.run(rescue=True)
        assert ended.code == 0, ended.told
    found.check_each_is_one_request()


def test_without_rescue_mail_of_the_gap_is_lost_and_told(found: Stage) -> None:
    with found.mail_every(1.0):
        ended = connected(found.run())
        found.until_pulled(found.sent[-1])
    assert [subject for subject in found.sent if subject not in found.requests]
    assert f"Mail that came to {MAILBOX} after the old connection had failed and before" in ended.outcome["advice"]
