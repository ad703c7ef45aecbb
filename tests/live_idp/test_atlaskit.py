"""The newest e-mail page made of Atlassian's published components: their roles, ids, focus, animations, dialogs and lists are
real; the page's words and order are ours, as nobody has compared them with Jira Cloud's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from play import Played
from software import atlaskit, told

from flows import CONNECT
from runbook.sandbox import jira_web
from runbook.sandbox.atlaskit import VARIABLE
from runbook.sandbox.world import ADMIN, MAILBOX, PROJECT, SITE_HOST, Connection
from runbook.step import Job, Step

pytestmark = pytest.mark.live_idp
STEPS = {step.name: step for step in CONNECT}


@pytest.fixture(autouse=True)
def page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, atlaskit())


@pytest.mark.parametrize(
    "scenario",
    [
        "entra,g3,popup,revoked,reply-to",
        "entra,g3,same-tab,empty",
        "google,g3,popup,empty",
        "okta-google,g3,same-tab,revoked,reply-to",
        "keycloak-microsoft,g3,popup,wrong-mailbox,reply-to",
    ],
)
async def test_the_mailbox_is_connected(scenario: str, tmp_path: Path) -> None:
    played = Played(tmp_path, scenario)
    project = played.world.projects[PROJECT]
    types = {row.address: row.request_type for row in project.connections}
    outcome = await played.run()

    assert outcome.name == "Connected", told(played, outcome)
    assert outcome.warnings == ()
    assert played.rows == [MAILBOX]
    assert played.connected_only_the_mailbox()
    mine = next(row for row in project.connections if row.address == MAILBOX)
    assert mine.request_type == types.get(MAILBOX, types.get(ADMIN, mine.request_type))
    assert project.reply_to == (MAILBOX if "reply-to" in scenario else f"help@{SITE_HOST}")
    # The provider's session ended, Jira's did not.
    assert "id" not in [event.details["site"] for event in played.world.events("signed-out")]
    assert len(played.world.events("password")) == 2


async def test_the_gap_does_not_wait_for_a_page_that_keeps_its_old_row(tmp_path: Path) -> None:
    # The component draws the new row into the old one's element; only the message tells that it is a new one.
    played = Played(tmp_path, "entra,g3,popup,revoked")
    outcome = await played.run()
    assert outcome.name == "Connected", told(played, outcome)
    seconds = {event["name"]: event["seconds"] for event in played.said("step") if event["status"] == "done"}
    assert seconds["connect_oauth"] < 3.0


async def test_a_healthy_mailbox_is_left_alone(tmp_path: Path) -> None:
    played = Played(tmp_path, "entra,g3,popup,healthy,reply-to")
    outcome = await played.run()
    assert outcome.name == "NothingToDo", told(played, outcome)


async def test_a_removal_that_jira_refuses_is_told_and_changes_nothing(tmp_path: Path) -> None:
    played = Played(tmp_path, "entra,g3,popup,revoked", ("remove-fails",))
    outcome = await played.run()
    assert (outcome.name, outcome.reason) == ("Transient", "not-removed"), told(played, outcome)
    assert "We couldn't remove this email address." in outcome.cause
    assert played.rows == [MAILBOX]


async def test_the_request_type_is_changed_in_a_dialog_whose_list_shows_another(tmp_path: Path) -> None:
    played = Played(tmp_path, "entra,g3,popup,healthy")
    steps = [STEPS[name] for name in ("jira_login", "project_check", "read_channel", "restore")]
    outcome = await played.run(steps=steps, force=True, change={"request_type": "General request"})
    assert outcome.exit_code == 0, told(played, outcome)
    row = next(row for row in played.world.projects[PROJECT].connections if row.address == MAILBOX)
    assert row.request_type == "General request"


class Behind(Step):
    """Opens a row's dialog for its removal and asks what can be reached of the page behind."""

    name = "behind"
    title = "Look behind a dialog"
    before = after = by_hand = ""

    def __init__(self) -> None:
        self.reachable = 0

    async def run(self, job: Job) -> None:
        await job.jira.get_by_role("button", name=f"Actions for {MAILBOX}").click()
        await job.jira.get_by_role("menuitem", name="Remove").click()
        await job.jira.get_by_role("dialog").wait_for()
        self.reachable = await job.jira.get_by_role("button", name="Add external email").count()


async def test_a_dialog_leaves_the_page_behind_it_in_the_role_tree(tmp_path: Path) -> None:
    # The trap that the scoped look-ups of `flows.jira` are for: were it gone, the tests above would prove less.
    behind = Behind()
    played = Played(tmp_path, "entra,g3,popup,healthy")
    steps = [*(STEPS[name] for name in ("jira_login", "project_check", "read_channel")), behind]
    outcome = await played.run(steps=steps, force=True)
    assert outcome.exit_code == 0, told(played, outcome)
    assert behind.reachable == 1


class Messages(list[Mapping[str, Any]]):
    """Events of a run; when the old connection is about to be removed, Jira has two more things to say."""

    def __init__(self, played: Played) -> None:
        self.played = played

    def append(self, event: Mapping[str, Any]) -> None:
        super().append(event)
        if event.get("name") == "remove_old" and event.get("status") == "started":
            for found in self.played.world.sessions.values():
                if found.site == "site":
                    jira_web.flash(found, "error", "An older message that stays until somebody closes it.")
                    jira_web.flash(found, "error", "And another one.")


async def test_messages_that_lie_over_a_control_are_closed(tmp_path: Path) -> None:
    played = Played(tmp_path, "entra,g3,popup,revoked,reply-to")
    # So many rows that the list of reply-to addresses is where the messages come up, on a page that cannot be scrolled.
    more = [Connection(f"team{n}@{SITE_HOST}", "default", "atlassian", "General request") for n in range(8)]
    played.world.projects[PROJECT].connections += more
    played.events = Messages(played)
    outcome = await played.run()
    assert outcome.name == "Connected", told(played, outcome)
    assert played.world.projects[PROJECT].reply_to == MAILBOX
