"""What must not happen does not: every guard of the runbook, each on the scenario that needs it."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import Any

import pyotp
import pytest
from play import Played

from flows import CONNECT
from flows.connect_oauth import ConnectOauth
from flows.restore import Restore
from runbook.console import ending
from runbook.outcome import interrupted, named
from runbook.sandbox.world import ADMIN, MAILBOX, PROJECT
from runbook.step import Facts, Job, Transient

EMPTY = "entra,g2,popup,empty"


@pytest.mark.parametrize(
    ("scenario", "fault", "name", "reason"),
    [
        (EMPTY, "slo", "SessionLost", "http-401"),
        (EMPTY, "idp-survives-logout", "HumanNeeded", "still-signed-in"),
        (EMPTY, "silent-again", "HumanNeeded", "silently-signed-in-again"),
        (EMPTY, "not-service-project", "ConfigError", "not-service-project"),
        (EMPTY, "no-permission", "HumanNeeded", "permission"),
        (EMPTY, "duplicate", "ConfigError", "duplicate"),
        (EMPTY, f"admin-approval={MAILBOX}", "HumanNeeded", "admin-approval"),
        (EMPTY, f"captcha={ADMIN}", "HumanNeeded", "captcha"),
        (EMPTY, f"number-match={ADMIN}", "HumanNeeded", "push"),
        (EMPTY, f"security-key={MAILBOX}", "HumanNeeded", "security-key"),
        (EMPTY, f"password-expired={MAILBOX}", "HumanNeeded", "password-expired"),
        (EMPTY, f"mfa-enrolment={MAILBOX}", "HumanNeeded", "mfa-enrolment"),
        (EMPTY, "unknown-page", "PageChanged", "unknown"),
        (EMPTY, "idp-503", "Transient", "site-error"),
        ("entra,g2,popup,revoked", "remove-fails", "Transient", "not-removed"),
        # With the old connection still there: what can be judged is judged before the cut.
        ("entra,g2,popup,revoked", "consent-other-client", "HumanNeeded", "consent"),
        ("google,g3,same-tab,revoked", "consent-more-scopes", "HumanNeeded", "consent"),
        ("entra,g2,popup,revoked", f"admin-approval={MAILBOX}", "HumanNeeded", "admin-approval"),
        ("entra,g3,popup,revoked", "popup-blocked", "PageChanged", "no-window"),
        ("entra,g2,popup,revoked", "renamed-labels=unknown", "PageChanged", "email-page.add-account"),
        ("entra,g3,popup,revoked", "renamed-labels=unknown", "PageChanged", "email-page.add-account"),
        # G1 has no room for a second account: there the window opens only after the cut.
        ("entra,g1,popup,revoked", "popup-blocked", "ChannelDown", "no-window"),
        ("entra,g1,popup,revoked", "consent-other-client", "ChannelDown", "consent"),
        ("entra,g2,same-tab,revoked", "token-exchange-fails", "ChannelDown", "not-connected"),
        ("entra,g1,popup,revoked", "jira-error-banner", "ChannelDown", "not-connected"),
    ],
)
async def test_a_fault_has_its_named_ending_and_connects_nothing(
    scenario: str, fault: str, name: str, reason: str, tmp_path: Path
) -> None:
    played = Played(tmp_path, scenario, (fault,))
    before = played.rows
    outcome = await played.run(patience=5.0)
    assert (outcome.name, outcome.reason) == (name, reason), outcome.cause
    assert outcome.cause
    assert outcome.remedy
    assert not played.world.events("connected")
    assert played.rows == ([] if name == "ChannelDown" else before)
    assert played.record["outcome"]["name"] == name


@pytest.mark.parametrize("scenario", ["google", "okta-federated,g3", "keycloak-microsoft"])
async def test_a_captcha_of_any_site_needs_a_person(scenario: str, tmp_path: Path) -> None:
    played = Played(tmp_path, scenario, (f"captcha={ADMIN}",))
    outcome = await played.run(patience=5.0, steps=CONNECT[:1])
    assert (outcome.name, outcome.reason) == ("HumanNeeded", "captcha"), outcome.cause


async def test_an_address_that_jira_does_not_remove_stays_the_reply_to(tmp_path: Path) -> None:
    played = Played(tmp_path, "entra,g2,popup,revoked,reply-to", ("remove-fails",))
    outcome = await played.run(patience=5.0)
    assert (outcome.name, outcome.reason) == ("Transient", "not-removed"), outcome.cause
    assert played.world.projects[PROJECT].reply_to == MAILBOX
    assert played.rows == [MAILBOX]


@pytest.mark.parametrize("channel", ["empty", "revoked"])
async def test_another_address_that_got_connected_is_removed_again(channel: str, tmp_path: Path) -> None:
    played = Played(tmp_path, f"entra,g2,popup,{channel}", ("connects-other",))
    outcome = await played.run()
    assert (outcome.name, outcome.down) == ("WrongMailbox", channel == "revoked")
    assert played.rows == []
    connected, removed = (
        [e.details["address"] for e in played.world.events(kind)] for kind in ("connected", "removed")
    )
    assert connected == removed[channel == "revoked" :]
    told = "\n".join(ending(outcome.event(), played.events[0]))
    assert ("ALARM" in told) == (channel == "revoked")
    assert ("no mail is read until then" in outcome.remedy) == (channel == "revoked")


@pytest.mark.parametrize("failing", [Transient("Jira answered 502."), asyncio.CancelledError()])
async def test_another_address_does_not_stay_when_the_steps_after_it_fail(
    failing: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(_self: Restore, _job: Job) -> None:
        raise failing

    monkeypatch.setattr(Restore, "run", fails)
    played = Played(tmp_path, "entra,g2,popup,revoked", ("connects-other",))
    assert (await played.run()).name == "WrongMailbox"
    assert played.rows == []


async def test_a_failure_after_the_connection_says_that_it_is_there_and_the_next_run_restores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(_self: Restore, _job: Job) -> None:
        raise Transient("Jira answered 502.")

    played = Played(tmp_path, "entra,g2,popup,revoked,reply-to")
    with monkeypatch.context() as patch:
        patch.setattr(Restore, "run", fails)
        first = await played.run()
    assert (first.name, first.down) == ("Transient", False)
    still = "its request type and reply-to may have to be set again, which the next run does"
    assert first.cause == f"{MAILBOX} is connected and not verified yet; {still}. Jira answered 502."
    assert (await played.run()).name == "Connected"
    assert played.world.projects[PROJECT].reply_to == MAILBOX


BOTH: dict[str, Any] = {"connected": [MAILBOX], "removed_at": 1.0, "request_type": "Incident", "reply_to": True}
ASIDE = "The mailbox may not be the reply-to any more"


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        (BOTH, f"{MAILBOX} is connected and not verified yet; its request type and reply-to may have to be set again"),
        ({**BOTH, "reply_to": False}, f"{MAILBOX} is connected and not verified yet; its request type may have to"),
        ({**BOTH, "restored": True}, f"{MAILBOX} is connected and not verified yet. "),
        ({"reply_to": True, "aside": True}, ASIDE),
    ],
)
def test_what_is_still_to_be_set_again_is_told_whatever_ends_a_run(facts: dict[str, Any], told: str) -> None:
    known = Facts(**facts)
    assert told in named(Transient("Jira answered 502."), known).cause
    assert told.rstrip(". ") in interrupted(known).cause


@pytest.mark.parametrize(
    "scenario", ["entra,g1,popup,revoked", "entra,g2,popup,revoked,reply-to", "entra,g3,popup,revoked,reply-to"]
)
async def test_what_jira_takes_its_time_to_keep_is_kept_before_the_page_is_left(scenario: str, tmp_path: Path) -> None:
    played = Played(tmp_path, scenario, ("slow-save",))
    project = played.world.projects[PROJECT]
    before = [(row.address, row.request_type) for row in project.connections if row.address == MAILBOX]
    reply_to = project.reply_to
    outcome = await played.run()
    assert (outcome.name, list(outcome.warnings)) == ("Connected", []), outcome.cause
    assert [(row.address, row.request_type) for row in project.connections if row.address == MAILBOX] == before
    assert project.reply_to == reply_to


@pytest.mark.parametrize("generation", ["g1", "g2", "g3"])
async def test_a_request_type_that_the_project_does_not_have_is_told_before_the_cut(
    generation: str, tmp_path: Path
) -> None:
    played = Played(tmp_path, f"entra,{generation},popup,revoked")
    outcome = await played.run(change={"request_type": "No such type"})
    assert (outcome.name, outcome.reason) == ("ConfigError", "request-type")
    assert "Report an incident" in outcome.remedy
    assert played.rows == [MAILBOX]


async def test_settings_that_a_healthy_channel_does_not_have_are_restored_without_a_gap(tmp_path: Path) -> None:
    played = Played(tmp_path, "entra,g2,popup,healthy")
    wanted = {"request_type": "General request", "reply_to": True}
    outcome = await played.run(change=wanted)
    assert (outcome.name, outcome.gap_seconds) == ("Connected", None)
    project = played.world.projects[PROJECT]
    assert (project.reply_to, project.connections[-1].request_type) == (MAILBOX, "General request")
    assert not played.world.events("removed")
    assert (await played.run(change=wanted)).name == "NothingToDo"


async def test_the_gap_of_a_run_has_its_beginning_and_its_end_in_the_record(tmp_path: Path) -> None:
    played = Played(tmp_path, "entra,g2,popup,revoked")
    outcome = await played.run()
    gap = played.record["gap"]
    assert gap["seconds"] == outcome.gap_seconds
    assert gap["from"] < gap["to"]
    told = [(event["from"] is not None, event["to"] is not None) for event in played.said("gap")]
    assert told == [(True, False), (True, True)]


async def test_a_channel_that_is_down_is_told_and_repaired_by_the_next_run(tmp_path: Path) -> None:
    played = Played(tmp_path, "entra,g2,popup,revoked,reply-to", ("token-exchange-fails",))
    first = await played.run(patience=5.0)
    assert first.name == "ChannelDown"
    assert "reads" in first.remedy or "read" in first.remedy
    del played.world.faults["token-exchange-fails"]
    between = time.time()
    second = await played.run()
    assert second.name == "Connected"
    assert second.gap_seconds is not None
    assert second.gap_seconds > time.time() - between - 1, "the gap began in the first run"
    assert any("channel is down" in event["text"] for event in played.said("warning"))
    project = played.world.projects[PROJECT]
    assert (project.reply_to, project.connections[-1].request_type) == (MAILBOX, "Report an incident")


async def test_a_run_that_is_cancelled_after_the_cut_says_so_and_the_next_one_converges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    played = Played(tmp_path, "entra,g2,popup,revoked,reply-to")

    async def cancelled(_self: ConnectOauth, _job: Job) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(ConnectOauth, "run", cancelled)
        first = await played.run()
    assert (first.name, first.reason) == ("ChannelDown", "interrupted")
    second = await played.run()
    assert second.name == "Connected"
    assert played.world.projects[PROJECT].reply_to == MAILBOX


async def test_a_wrong_password_is_submitted_once_and_never_again_until_it_changes(tmp_path: Path) -> None:
    played = Played(tmp_path, EMPTY)
    wrong = {"mailbox": {"password": "fake-wrong"}}
    first = await played.run(change=wrong)
    second = await played.run(change=wrong)
    assert (first.name, first.reason) == ("CredentialsRejected", "password")
    assert (second.name, second.reason) == ("CredentialsRejected", "parked")
    assert [e.details["right"] for e in played.world.events("password") if e.details["address"] == MAILBOX] == [False]
    assert (await played.run()).name == "Connected"


async def test_a_wrong_totp_secret_ends_as_rejected_after_one_code(tmp_path: Path) -> None:
    played = Played(tmp_path, EMPTY)
    outcome = await played.run(change={"mailbox": {"totp": "FAKE" + pyotp.random_base32()[4:]}})
    assert (outcome.name, outcome.reason) == ("CredentialsRejected", "code-rejected")
    assert [e.details["verdict"] for e in played.world.events("code") if e.details["address"] == MAILBOX] == ["wrong"]


async def test_a_secret_is_not_typed_at_an_origin_that_it_is_not_bound_to(tmp_path: Path) -> None:
    played = Played(tmp_path, "okta-federated,g2,popup,empty")
    outcome = await played.run(change={"federated": False})
    assert (outcome.name, outcome.reason) == ("PageChanged", "misplaced-secret")
    assert not [e for e in played.world.events("password") if e.details["address"] == MAILBOX]


async def test_an_unpinned_application_is_told_so_that_it_can_be_pinned(tmp_path: Path) -> None:
    played = Played(tmp_path, EMPTY)
    assert (await played.run(change={"oauth_client": None})).name == "Connected"
    assert any("RUNBOOK_OAUTH_CLIENT=Jira Service Management" in event["text"] for event in played.said("warning"))


async def test_an_application_with_another_name_than_the_pinned_one_is_not_accepted(tmp_path: Path) -> None:
    played = Played(tmp_path, EMPTY)
    outcome = await played.run(change={"oauth_client": "Another Application"})
    assert (outcome.name, outcome.reason) == ("HumanNeeded", "consent")
    assert not played.world.events("connected")


@pytest.mark.parametrize("traits", ["empty", "empty,consented", "revoked,consented"])
async def test_a_redirect_host_that_is_not_on_the_list_is_refused(traits: str, tmp_path: Path) -> None:
    played = Played(tmp_path, f"entra,g2,popup,{traits}")
    before = played.rows
    outcome = await played.run(change={"redirect_hosts": ["elsewhere.example.com"]})
    assert (outcome.name, outcome.reason) == ("HumanNeeded", "consent")
    assert played.rows == before


async def test_a_remembered_consent_is_told_because_nobody_saw_the_application(tmp_path: Path) -> None:
    played = Played(tmp_path, "google,g2,same-tab,empty,consented")
    assert (await played.run()).name == "Connected"
    assert any("showed no consent page" in event["text"] for event in played.said("warning"))


async def test_an_address_that_the_settings_do_not_give_up_is_not_removed(tmp_path: Path) -> None:
    played = Played(tmp_path, "entra,g1,popup,wrong-mailbox")
    played.world.projects[PROJECT].connections[-1].address = "sales@example.com"
    outcome = await played.run(change={"replaces": []})
    assert (outcome.name, outcome.reason) == ("ConfigError", "occupied")
    assert played.rows == ["sales@example.com"]


async def test_other_mailboxes_of_the_project_are_left_alone(tmp_path: Path) -> None:
    played = Played(tmp_path, "entra,g2,popup,wrong-mailbox")
    played.world.projects[PROJECT].connections[-1].address = "sales@example.com"
    outcome = await played.run(change={"replaces": []})
    assert outcome.name == "Connected"
    assert sorted(played.rows) == ["sales@example.com", MAILBOX]


async def test_only_one_run_works_on_a_channel_and_the_others_say_who(tmp_path: Path) -> None:
    played = Played(tmp_path, "entra,g2,popup,healthy")
    first = asyncio.ensure_future(played.run())
    while not any(event.get("status") == "started" for event in played.events):
        await asyncio.sleep(0)
    others = [Played(tmp_path, "entra,g2,popup,healthy") for _ in range(3)]
    endings = await asyncio.gather(*(other.run() for other in others))
    assert {(o.name, o.exit_code) for o in endings} == {("Locked", 75)}
    assert all(str(os.getpid()) in o.cause for o in endings)
    assert (await first).name == "NothingToDo"


@pytest.mark.parametrize("scenario", ["entra,g2,popup,empty", "okta-google,g2,popup,empty"])
async def test_dropping_the_cookies_signs_out_as_well_as_the_logout_address(scenario: str, tmp_path: Path) -> None:
    played = Played(tmp_path, scenario)
    assert (await played.run(logout_by="cookies", dry_run=True)).exit_code == 0
    assert {event.details["address"] for event in played.world.events("signed-in")} == {ADMIN, MAILBOX}
    assert [event.details["addresses"] for event in played.world.events("signed-out")] == [[MAILBOX]]  # after its proof
