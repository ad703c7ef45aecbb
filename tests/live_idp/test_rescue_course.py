"""What a rescue does beside the steps of a run, with real mail: whoever reads it, wherever the run is cut short."""

from __future__ import annotations

import hashlib
import imaplib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from courses import CHANNEL, Course, Crash, course, introspection
from dovecot import Dovecot, dovecot

from runbook.errors import Transient
from runbook.facts import Facts
from runbook.rescue import proof
from runbook.settings.rescue import FOLDER
from runbook.state import State

pytestmark = pytest.mark.live_idp


@pytest.fixture(scope="module")
def imap() -> Iterator[Dovecot]:
    with introspection() as page, dovecot(page, "somebody@example.com") as server:
        yield server


@pytest.fixture
def played(
    imap: Dovecot, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Course]:
    monkeypatch.setattr(proof, "LOOK", 0.1)
    monkeypatch.setattr(proof, "NAP", 0.2)
    name = hashlib.sha256(request.node.name.encode()).hexdigest()[:12]
    with course(imap, f"{name}@example.com", tmp_path) as there:
        yield there


# --- cut short


REPAIR = [
    ("prepare", 1),  # proven, nothing is cut yet
    ("edge", 1),  # cut
    ("aside", 1),  # moved aside
    ("edge", 2),  # linked, and not yet noted
    ("back", 1),  # moved back
    ("aside", 2),  # mail of the moment of linking is out
    ("back", 2),  # and back
]
FORCED = [("edge", 1), ("aside", 1), ("back", 1)]


@pytest.mark.parametrize("crash", REPAIR, ids=lambda crash: f"{crash[0]}-{crash[1]}")
async def test_a_repair_that_is_cut_short_is_finished_by_the_next_run(crash: tuple[str, int], played: Course) -> None:
    played.link()
    played.revoke()
    played.deliver("Before")
    with played.mail_every(0.2):
        with pytest.raises(Crash):
            await played.run(crash=crash)
        await played.run()
    played.check_each_is_one_request()


@pytest.mark.parametrize("crash", FORCED, ids=lambda crash: f"{crash[0]}-{crash[1]}")
async def test_a_forced_replacement_that_is_cut_short_is_finished_by_the_next_run(
    crash: tuple[str, int], played: Course
) -> None:
    played.link()
    played.puller.pause = 0.1  # a pull is under way most of the time
    with played.mail_every(0.2):
        played.until(lambda: bool(played.requests))
        with pytest.raises(Crash):
            await played.run(crash=crash, force=True)
        await played.run()
    played.check_each_is_one_request()


async def test_a_run_that_fails_after_the_cut_leaves_mail_aside_and_says_where(played: Course) -> None:
    played.link()
    played.revoke()
    played.deliver("Before")
    await played.run(fails=True, meanwhile=lambda: played.until(lambda: bool(played.subjects(FOLDER))))
    assert (played.subjects(), played.subjects(FOLDER)) == ([], ["Before"])
    assert played.warnings == ["1 messages wait in the mail folder 'Runbook rescue': run again with --rescue."]
    await played.run()
    played.check_each_is_one_request()


async def test_a_run_that_cut_nothing_and_fails_puts_mail_back(played: Course) -> None:
    played.deliver("Before")
    await played.run(fails=True, meanwhile=lambda: played.until(lambda: bool(played.subjects(FOLDER))))
    assert (played.subjects(), played.subjects(FOLDER)) == (["Before"], [])
    assert played.subjects(wanted="UNSEEN") == ["Before"]
    assert State(played.folder / "state").read_note(CHANNEL, "rescue") is None


async def test_without_its_note_unread_mail_in_the_folder_is_moved_back(played: Course) -> None:
    played.link()
    played.revoke()
    played.deliver("Before")
    with pytest.raises(Crash):
        await played.run(crash=("aside", 1))
    State(played.folder / "state").write_note(CHANNEL, "rescue", None)  # the next run is on another machine
    await played.run()
    played.until(lambda: played.requests["Before"] == 1)
    assert played.requests["Before"] == 1
    assert played.subjects(FOLDER) == []


# --- whose mail it is


async def test_mail_of_the_moment_of_linking_waits_for_jiras_log_when_no_other_comes(played: Course) -> None:
    await played.run()
    assert played.sent == ["In the gap 0"]
    played.check_each_is_one_request()


async def test_without_a_proof_mail_stays_where_it_is_and_a_later_run_brings_it(played: Course) -> None:
    played.log_is_there = False
    await played.run(wait=10)
    assert "Nothing has proven in 10 s that Jira pulls: 1 unread messages" in played.warnings[0]
    assert played.subjects(wanted="UNSEEN") == ["In the gap 0"]
    with pytest.raises(Transient, match="Nothing has proven"):  # nothing else was done
        await played.run(wait=10)
    state = State(played.folder / "state")
    note = state.read_note(CHANNEL, "rescue")
    assert note
    state.write_note(CHANNEL, "rescue", {**note, "verified": note["verified"] - 3600})
    await played.run()  # an hour later
    played.check_each_is_one_request()


async def test_mail_that_was_read_is_left_as_it_is(played: Course) -> None:
    played.link()
    played.revoke()
    for subject in ("Read before", "Unread"):
        played.deliver(subject)
    played.mark("INBOX", "Read before", read=True)

    def a_person_looks_around() -> None:
        played.until(lambda: played.subjects(FOLDER) == ["Unread"])
        played.mark(FOLDER, "Unread", read=True)
        played.put(FOLDER, "A person's own", read=True)

    await played.run(meanwhile=a_person_looks_around)
    played.until(lambda: len(played.requests) == 2)
    assert played.requests == {"Unread": 1, "In the gap 2": 1}
    assert played.subjects(FOLDER) == ["A person's own"]
    assert "1 messages in 'Runbook rescue' are read and were not moved there by a run: they stay." in played.warnings


async def test_mail_that_is_older_than_the_settings_say_is_left_alone(played: Course) -> None:
    played.link()
    played.revoke()
    played.deliver_old("Very old", days=31)
    played.deliver_old("Of last week", days=7)
    await played.run()
    played.until(lambda: len(played.requests) == 2)
    assert played.requests == {"Of last week": 1, "In the gap 0": 1}
    played.until(lambda: played.subjects(wanted="UNSEEN") == ["Very old"])  # a mail is marked as read after its request
    assert played.subjects(wanted="UNSEEN") == ["Very old"]


async def test_what_a_healthy_connection_has_not_taken_does_not_flood_the_project(played: Course) -> None:
    played.deliver_old("Of last week", days=7)
    played.link()
    with played.mail_every(0.2):
        played.until(lambda: bool(played.requests))
        await played.run(force=True)
    played.until(lambda: not set(played.sent) - set(played.requests))
    played.until(lambda: played.subjects(wanted="UNSEEN") == ["Of last week"])
    assert played.requests == dict.fromkeys(played.sent, 1)
    assert played.subjects(wanted="UNSEEN") == ["Of last week"]


# --- what is said to the server


async def test_nothing_is_copied_deleted_or_expunged(played: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[bytes] = []
    real = imaplib.IMAP4.send

    def send(self: imaplib.IMAP4, data: bytes) -> None:
        if threading.current_thread() is not played.puller._thread:
            said.append(data)
        real(self, data)

    monkeypatch.setattr(imaplib.IMAP4, "send", send)
    played.link()
    played.revoke()
    played.deliver("Before")
    with played.mail_every(0.3):
        await played.run()
    monkeypatch.undo()
    text = b" ".join(said).upper()
    assert b"UID MOVE" in text
    for never in (b"EXPUNGE", b"COPY", b"DELETE ", b"\\DELETED", b"CLOSE", b"RENAME", b"APPEND"):
        assert never not in text
    played.check_each_is_one_request()


async def test_a_dry_run_moves_nothing_and_makes_no_folder(played: Course) -> None:
    played.link()
    played.revoke()
    played.deliver("Before")
    rescue, _ = played.rescue()
    rescue.dry_run = True
    facts = Facts(decision="replace", health="unauthorized")
    await rescue.after("prove_mailbox", facts)
    await rescue.settle(facts, played.pulls)
    await rescue.close()
    assert played.subjects() == ["Before"]
    with played.imap.client(played.address) as client:
        assert not client.folder_exists(FOLDER)
    assert played.events == [
        {"event": "say", "text": f"Rescue: the mailbox is open at 127.0.0.1:{played.imap.port}; unread: 1."}
    ]
