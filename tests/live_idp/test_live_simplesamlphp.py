"""SimpleSAMLphp, a real SAML provider, as the single sign-on of the sandbox's Jira, with single logout off and on.

Debian's version has no module for one-time codes (its only second factor asks a vendor's server), so there is none here."""

from __future__ import annotations

from pathlib import Path

import pytest
from play import Played
from simplesamlphp import simplesamlphp

from runbook.sandbox.world import MAILBOX

pytestmark = [pytest.mark.live_idp, pytest.mark.timeout(300)]


@pytest.mark.parametrize("language", ["en", "de"])
async def test_without_single_logout_jira_survives_and_the_mailbox_is_connected(language: str, tmp_path: Path) -> None:
    with simplesamlphp(tmp_path, language=language) as server:
        played = Played(tmp_path, external=server.as_idp())
        outcome = await played.run(patience=15.0)
    assert outcome.name == "Connected", outcome
    assert played.rows == [MAILBOX]
    assert played.connected_only_the_mailbox()
    assert not [event for event in played.world.events("signed-out") if event.details["site"] == "id"]


async def test_with_single_logout_the_lost_session_is_told_and_nothing_is_changed(tmp_path: Path) -> None:
    with simplesamlphp(tmp_path, single_logout=True) as server:
        played = Played(tmp_path, external=server.as_idp())
        before = played.rows
        outcome = await played.run(patience=15.0)
    assert (outcome.name, outcome.exit_code) == ("SessionLost", 61), outcome
    assert "single logout" in outcome.remedy
    assert next(event.details["site"] for event in played.world.events("signed-out")) == "id"
    assert played.rows == before
