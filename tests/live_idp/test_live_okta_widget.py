"""Okta's own sign-in widget (npm, generations 2 and 3) as the page of the sandbox's Okta: what is clicked and read is the
vendor's, the answers of the server are the sandbox's."""

from __future__ import annotations

from pathlib import Path

import pytest
from play import Played
from software import npm, told

from runbook.sandbox.okta_widget import SWITCH
from runbook.sandbox.world import ADMIN, MAILBOX

pytestmark = pytest.mark.live_idp

GENERATIONS = ["2", "3"]


@pytest.fixture(params=GENERATIONS)
def generation(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    npm("@okta/okta-signin-widget", "7.49.0")
    monkeypatch.setenv(SWITCH, request.param)
    return str(request.param)


@pytest.mark.parametrize("scenario", ["okta-microsoft,g2,popup,revoked", "okta-federated,g3,same-tab,revoked,reply-to"])
async def test_the_mailbox_is_connected_through_the_vendors_page(
    scenario: str, generation: str, tmp_path: Path
) -> None:
    played = Played(tmp_path, scenario)
    outcome = await played.run()

    assert outcome.name == "Connected", told(played, outcome)
    assert played.rows == [MAILBOX]
    assert played.connected_only_the_mailbox()
    world = played.world
    pages = world.events("vendor-page")
    assert pages
    assert {event.details["generation"] for event in pages} == {generation}
    # One password and one code each, at Okta for the admin, and for the mailbox where its domain is federated.
    right = {event.details["address"]: event.details["site"] for event in world.events("password")}
    assert right == {ADMIN: "okta", MAILBOX: "okta" if "federated" in scenario else "microsoft"}
    assert [event.details["verdict"] for event in world.events("code")] == ["ok", "ok"]
    # Okta's session ended and was proven to have, by its page and by its session address; Jira's did not end.
    ended = world.events("signed-out")
    assert ADMIN in [a for event in ended if event.details["site"] == "okta" for a in event.details["addresses"]]
    assert "okta asks for credentials again: signed out." in [event["text"] for event in played.said("say")]
    assert "id" not in [event.details["site"] for event in ended]


async def test_a_passkey_is_chosen_and_used_on_the_vendors_page(generation: str, tmp_path: Path) -> None:
    played = Played(tmp_path, "okta-federated,g2,popup,revoked,passkey")
    outcome = await played.run()
    assert outcome.name == "Connected", told(played, outcome)
    assert played.connected_only_the_mailbox()
    given = [(event.details["address"], event.details["right"]) for event in played.world.events("passkey")]
    assert given == [(ADMIN, True), (MAILBOX, True)]
    assert played.world.events("code") == []


async def test_a_refused_password_is_told_and_never_typed_again(generation: str, tmp_path: Path) -> None:
    played = Played(tmp_path, "okta-microsoft,g2,popup,revoked")
    wrong = {"site": {"admin": {"password": "fake-wrong-password"}}}
    outcome = await played.run(change=wrong)
    assert (outcome.name, outcome.reason) == ("CredentialsRejected", "password"), told(played, outcome)
    assert "Password is incorrect" in outcome.cause
    await played.run(change=wrong)
    assert [event.details["right"] for event in played.world.events("password")] == [False]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("push", "push"),
        ("number-match", "push"),
        ("security-key", "security-key"),
        ("password-expired", "password-expired"),
    ],
)
async def test_what_a_person_has_to_do_is_named(fault: str, reason: str, generation: str, tmp_path: Path) -> None:
    played = Played(tmp_path, "okta-microsoft,g2,popup,revoked", (f"{fault}={ADMIN}",))
    outcome = await played.run()
    assert (outcome.name, outcome.reason) == ("HumanNeeded", reason), told(played, outcome)
    assert len(played.world.events("password")) == 1
    assert played.rows == [MAILBOX]


async def test_an_enrolment_that_may_be_put_off_is_put_off(generation: str, tmp_path: Path) -> None:
    played = Played(tmp_path, "okta-microsoft,g2,popup,revoked", (f"mfa-enrolment={ADMIN}",))
    outcome = await played.run()
    assert outcome.name == "Connected", told(played, outcome)
