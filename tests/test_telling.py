"""What is told of a channel, when, and to whom it is still owed."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from receivers import Mailbag, Notes

from runbook.errors import ConfigError
from runbook.redact import Redactor
from runbook.settings import Channel
from runbook.settings.notify import Notify
from runbook.telling import Message, Teller, swept, told
from runbook.telling.incident import Follower, Note, Seen

pytestmark = pytest.mark.thorough

HOUR, DAY = 3_600.0, 86_400.0
START = 1_795_600_000.0


@dataclass
class Due:
    reason: str = "unauthorized"
    due: bool = True
    why: str = "The last row of its log is FAILURE."
    channel_id: str = "acme.atlassian.net/HELP"
    wanted: str | None = None


@dataclass
class Ending:
    name: str = "HumanNeeded"
    exit_code: int = 40
    cause: str = "The site asks for a captcha."
    remedy: str = "Run again with --headed."
    reason: str = "captcha"
    gap_seconds: float | None = None
    run: str = "/runs/20261123T221500Z-HELP-3f2a"
    changed: bool = False
    down: bool = False
    passing: bool = False


@dataclass
class Health:
    verdict: str
    evidence: str = "connectivity log"


CONNECTED = Ending("Connected", 0, "", "", "", 3.21, changed=True)
TRANSIENT = Ending("Transient", 20, "The site did not answer.", "Try again later.", "", passing=True)
DOWN = Ending("ChannelDown", 70, "The old connection was removed at 10:11:12 UTC.", "Run it again now.", "", down=True)
WELL = Due("healthy", due=False, why="connectivity log: success")
WAITS = ("cool-down", "outside-window", "tries")
LEFT_ALONE = Due("parked", due=False, why="HumanNeeded: captcha")


def channel(project: str = "HELP", site: str = "acme") -> Channel:
    return Channel.model_validate(
        {
            "project": project,
            "site": {
                "name": site,
                "url": f"https://{site}.atlassian.net",
                "admin": {"name": "ada", "username": "ada@example.com", "password": "fake-admin-password"},
                "idp": {"kind": "microsoft"},
            },
            "mailbox": {"name": "box", "username": f"{project.lower()}@example.com", "password": "fake-box-password"},
            "address": f"{project.lower()}@example.com",
            "provider": "google",
        }
    )


class Desk:
    """A teller over sweeps, with a clock that is put on by hand."""

    def __init__(self, **settings: Any) -> None:
        self.now = START
        self.notes, self.bag, self.redactor = Notes(), Mailbag(), Redactor()
        self.settings = Notify(**settings)
        self.warnings: list[str] = []

    def teller(self) -> Teller:
        # A new one for each sweep, as in a process of its own.
        return Teller(self.settings, self.notes, self.redactor, lambda: self.now, send=self.bag)

    def sweep(self, *results: tuple[Channel, Due, Ending | None], parked: bool = False) -> list[str]:
        """The events that are told, an hour after the last sweep."""
        teller = self.teller()
        for where, due, ending in results:
            teller.outcome(where, due, ending, parked and ending is not None and ending.exit_code != 0)
        self.warnings = teller.finish()
        self.now += HOUR
        return self.bag.told()

    def check(self, verdict: str) -> list[str]:
        teller = self.teller()
        teller.health(HELP, Health(verdict))
        self.warnings = teller.finish()
        self.now += HOUR
        return self.bag.told()


HELP = channel()


@pytest.fixture
def desk() -> Desk:
    return Desk()


# --- once, and not on every sweep


def test_a_failure_is_told_once_and_its_recovery_once(desk: Desk) -> None:
    assert desk.sweep((HELP, Due(), TRANSIENT)) == ["failed"]
    assert [desk.sweep((HELP, Due(), TRANSIENT)) for _ in range(5)] == [[]] * 5
    assert desk.sweep((HELP, Due(), CONNECTED)) == ["recovered"]
    assert [desk.sweep((HELP, WELL, None)) for _ in range(5)] == [[]] * 5
    assert not desk.notes.kept


def test_a_healthy_channel_is_never_told_of_and_costs_no_write(desk: Desk) -> None:
    assert [desk.sweep((HELP, WELL, None)) for _ in range(100)] == [[]] * 100
    assert desk.notes.written == 0


def test_parked_is_told_once_and_reminded_of_once_a_day(desk: Desk) -> None:
    assert desk.sweep((HELP, Due(), Ending()), parked=True) == ["parked"]
    events = [desk.sweep((HELP, LEFT_ALONE, None)) for _ in range(14 * 24)]
    assert [event for event in events if event] == [["reminder"]] * 14
    assert events.index(["reminder"]) == 23, "a day after the first message"
    assert desk.sweep((HELP, Due(), CONNECTED)) == ["recovered"]


def test_reminders_come_at_the_interval_that_is_set() -> None:
    desk = Desk(remind="6h")
    desk.sweep((HELP, Due(), Ending()), parked=True)
    assert sum(map(len, (desk.sweep((HELP, LEFT_ALONE, None)) for _ in range(24)))) == 4


def test_never_means_no_reminder() -> None:
    desk = Desk(remind="never")
    desk.sweep((HELP, Due(), Ending()), parked=True)
    assert [desk.sweep((HELP, LEFT_ALONE, None)) for _ in range(100)] == [[]] * 100


def test_a_failure_that_gets_worse_is_told_each_time(desk: Desk) -> None:
    assert desk.check("unauthorized") == ["unhealthy"]
    assert desk.sweep((HELP, Due(), TRANSIENT)) == ["failed"]
    assert desk.sweep((HELP, Due(), Ending()), parked=True) == ["parked"]
    assert desk.sweep((HELP, Due("forced"), DOWN), parked=True) == ["down"]
    assert desk.sweep((HELP, Due("channel-down"), TRANSIENT)) == []
    assert desk.sweep((HELP, Due("channel-down"), CONNECTED)) == ["recovered"]


def test_another_cause_within_an_incident_is_told_and_a_passing_one_is_not(desk: Desk) -> None:
    assert desk.sweep((HELP, Due(), Ending())) == ["failed"]
    assert desk.sweep((HELP, Due(), TRANSIENT)) == []
    assert desk.sweep((HELP, Due(), Ending(reason="password-expired"))) == ["failed"]
    assert desk.sweep((HELP, Due(), Ending())) == [], "it was told before"


def test_a_secret_that_was_changed_and_is_wrong_again_is_told_again(desk: Desk) -> None:
    rejected = Ending("CredentialsRejected", 30, "The password was refused.", "Correct it.", "credentials-rejected")
    assert desk.sweep((HELP, Due(), rejected), parked=True) == ["parked"]
    assert desk.sweep((HELP, LEFT_ALONE, None)) == []
    assert desk.sweep((HELP, Due(), rejected), parked=True) == ["parked"]


def test_a_break_that_is_mended_in_the_same_sweep_is_one_message(desk: Desk) -> None:
    assert desk.sweep((HELP, Due(), CONNECTED)) == ["repaired"]
    assert desk.sweep((HELP, Due("planned"), CONNECTED)) == [], "a planned renewal is no news"
    assert desk.sweep((HELP, Due("forced"), CONNECTED)) == []
    assert desk.sweep((HELP, Due(), replace(CONNECTED, name="NothingToDo", changed=False))) == []


def test_repairs_may_go_untold_and_recoveries_do_not() -> None:
    desk = Desk(repairs=False)
    assert desk.sweep((HELP, Due(), CONNECTED)) == []
    desk.sweep((HELP, Due(), TRANSIENT))
    assert desk.sweep((HELP, Due(), CONNECTED)) == ["recovered"]


@pytest.mark.parametrize(
    "ending",
    [
        Ending("Locked", 75, "Another run holds it.", "Wait.", "locked"),
        Ending("Transient", 20, "The run was interrupted.", "Run it again.", "interrupted"),
    ],
)
def test_a_run_that_another_one_or_a_person_stopped_is_no_news(desk: Desk, ending: Ending) -> None:
    assert desk.sweep((HELP, Due(), ending)) == []
    desk.sweep((HELP, Due(), Ending()))
    assert desk.sweep((HELP, Due(), ending)) == []


def test_an_interrupted_run_that_left_the_channel_down_is_told(desk: Desk) -> None:
    cut = replace(DOWN, reason="interrupted")
    assert desk.sweep((HELP, Due(), cut)) == ["down"]


@pytest.mark.parametrize("reason", ["cool-down", "outside-window", "tries", "unknown", "unauthorized"])
def test_what_is_not_known_or_planned_for_another_time_neither_begins_nor_ends_an_incident(
    desk: Desk, reason: str
) -> None:
    waits = Due(reason, due=False, wanted="planned" if reason in WAITS else None)
    assert desk.sweep((HELP, waits, None)) == []
    desk.sweep((HELP, Due(), TRANSIENT))
    assert desk.sweep((HELP, waits, None)) == []
    assert desk.sweep((HELP, WELL, None)) == ["recovered"]


@pytest.mark.parametrize("reason", WAITS)
def test_a_channel_that_does_not_work_and_waits_is_told_at_once_and_only_once(desk: Desk, reason: str) -> None:
    waits = Due(reason, due=False, wanted="unauthorized", why="Jira may not read it. It waits until 20:00.")
    teller = desk.teller()
    teller.outcome(HELP, waits, None, parked=False)
    teller.finish()
    [message] = desk.bag.got
    assert message.title == "HELP: the mailbox is not read as it should be (unauthorized)"
    assert "Cause: Jira may not read it. It waits until 20:00." in message.text
    assert "reauthorize --project HELP --force" in message.text
    desk.bag.told()
    assert [desk.sweep((HELP, replace(waits, reason=other), None)) for other in WAITS] == [[]] * 3
    assert desk.check("unauthorized") == []
    assert desk.sweep((HELP, Due(), CONNECTED)) == ["recovered"]
    assert desk.sweep((HELP, WELL, None)) == []


def test_a_channel_that_waits_and_then_fails_is_told_of_its_failure(desk: Desk) -> None:
    assert desk.sweep((HELP, Due("outside-window", due=False, wanted="unauthorized"), None)) == ["unhealthy"]
    assert desk.sweep((HELP, Due(), TRANSIENT)) == ["failed"]
    assert desk.sweep((HELP, Due("cool-down", due=False, wanted="unauthorized"), None)) == [], "it was told"
    assert desk.sweep((HELP, Due(), CONNECTED)) == ["recovered"]


def test_a_channel_that_is_down_and_was_tried_too_often_is_an_alarm_unless_it_was_told(desk: Desk) -> None:
    tried = Due("tries", due=False, wanted="channel-down", why="Jira reads no mail of it.")
    assert desk.sweep((HELP, tried, None)) == ["down"], "whoever took it down was killed before it could tell"
    assert desk.sweep((HELP, tried, None)) == []
    assert desk.sweep((HELP, Due("channel-down"), CONNECTED)) == ["recovered"]
    desk.sweep((HELP, Due(), DOWN))
    assert desk.sweep((HELP, tried, None)) == []


def test_a_failed_planned_renewal_of_a_channel_that_breaks_and_waits_is_told(desk: Desk) -> None:
    assert desk.sweep((HELP, Due("planned"), Ending())) == ["failed"]
    assert desk.sweep((HELP, Due("cool-down", due=False, wanted="unauthorized"), None)) == ["unhealthy"]


@pytest.mark.parametrize("reason", ["failing", "absent", "wrong-mailbox"])
def test_what_no_new_authorization_heals_is_told_by_a_sweep(desk: Desk, reason: str) -> None:
    due = Due(reason, due=False, why="the log says so")
    assert desk.sweep((HELP, due, None)) == ["unhealthy"]
    assert desk.sweep((HELP, due, None)) == []
    assert desk.sweep((HELP, WELL, None)) == ["recovered"]


def test_a_channel_that_was_parked_before_anybody_was_named_is_told_of(desk: Desk) -> None:
    assert desk.sweep((HELP, LEFT_ALONE, None)) == ["parked"]
    assert desk.sweep((HELP, LEFT_ALONE, None)) == []


# --- what a check says


def test_a_check_tells_of_a_break_once_and_of_its_end(desk: Desk) -> None:
    assert desk.check("healthy") == []
    assert desk.check("unauthorized") == ["unhealthy"]
    assert desk.check("unauthorized") == []
    assert desk.check("unknown") == [], "nothing is known to have changed"
    assert desk.check("failing") == ["unhealthy"]
    assert desk.check("healthy") == ["recovered"]
    assert desk.check("healthy") == []


def test_a_check_repeats_nothing_that_a_sweep_has_told(desk: Desk) -> None:
    assert desk.sweep((HELP, Due(), Ending()), parked=True) == ["parked"]
    assert desk.check("unauthorized") == []


def test_a_planned_renewal_that_failed_is_not_over_because_the_channel_still_works(desk: Desk) -> None:
    assert desk.sweep((HELP, Due("planned"), Ending()), parked=True) == ["parked"]
    assert desk.check("healthy") == []
    assert desk.check("unauthorized") == ["unhealthy"], "now it does not work any more"
    assert desk.sweep((HELP, Due("planned"), CONNECTED)) == ["recovered"]


def test_a_broken_channel_that_somebody_mended_by_hand_has_recovered(desk: Desk) -> None:
    desk.sweep((HELP, Due(), Ending()), parked=True)
    assert desk.check("healthy") == ["recovered"]


# --- several channels


def test_channels_that_fail_for_the_same_cause_are_one_message(desk: Desk) -> None:
    expired = [
        Ending(cause=f"The admin's password has expired ({key}).", reason="password-expired", run=f"/runs/1-{key}-aa")
        for key in ("HELP", "OPS", "WEB")
    ]
    keys = ("HELP", "OPS", "WEB")
    results = [(channel(key), Due(), ending) for key, ending in zip(keys, expired, strict=True)]
    results.append((channel("LAW"), Due(), TRANSIENT))
    teller = desk.teller()
    for result in results:
        teller.outcome(*result, parked=result[2] is not TRANSIENT)
    teller.finish()
    assert [[place.project for place in message.places] for message in desk.bag.got] == [
        ["HELP", "OPS", "WEB"],
        ["LAW"],
    ]
    text = desk.bag.got[0].text
    assert all(word in text for word in ("help@example.com", "ops@example.com", "/runs/1-WEB-aa", "Channels: 3"))
    assert desk.bag.got[0].title.startswith("3 channels (HELP, OPS, WEB): ")


def test_their_recovery_is_one_message_too(desk: Desk) -> None:
    both = [channel("HELP"), channel("OPS", "beta")]
    assert desk.sweep(*((each, Due(), TRANSIENT) for each in both)) == ["failed"]
    assert desk.sweep((both[0], Due(), CONNECTED), (both[1], WELL, None)) == ["recovered", "recovered"]
    desk.sweep(*((each, Due(), TRANSIENT) for each in both))
    assert desk.sweep(*((each, Due(), CONNECTED) for each in both)) == ["recovered"]


def test_a_very_large_sweep_stays_one_message_of_a_readable_length(desk: Desk) -> None:
    many = [channel(f"P{n}") for n in range(500)]
    teller = desk.teller()
    for each in many:
        teller.outcome(each, Due(), replace(TRANSIENT, run=f"/runs/{'x' * 100}/{each.project}"), parked=False)
    teller.finish()
    [message] = desk.bag.got
    assert "and 480 more" in message.text
    assert len(message.title) < 200
    assert len(message.text) < 8_000
    assert len(message.json()["channels"]) == 500
    assert max(map(len, message.variables().values())) < 32_000, "more would be refused by the system"


# --- what has not gone out


def test_a_message_that_did_not_go_out_is_a_warning_and_is_tried_again_until_it_does(desk: Desk) -> None:
    desk.bag.broken = True
    assert desk.sweep((HELP, Due(), Ending()), parked=True) == []
    assert desk.warnings == ["send was not told: it is broken. It is tried again the next time."]
    assert desk.sweep((HELP, LEFT_ALONE, None)) == []
    desk.bag.broken = False
    assert desk.sweep((HELP, LEFT_ALONE, None)) == ["parked"]
    assert desk.warnings == []
    assert desk.sweep((HELP, LEFT_ALONE, None)) == []


def test_who_did_not_hear_of_a_failure_hears_of_its_end_and_what_it_was(desk: Desk) -> None:
    desk.bag.broken = True
    desk.sweep((HELP, Due(), Ending()))
    desk.bag.broken = False
    teller = desk.teller()
    teller.outcome(HELP, Due(), CONNECTED, parked=False)
    teller.finish()
    [message] = desk.bag.got
    assert message.event == "recovered"
    assert "What it was: The site asks for a captcha." in message.text
    assert "Mail gap: 3.2 s" in message.text
    assert not desk.notes.kept


def test_a_recovery_that_did_not_go_out_is_not_lost_to_the_next_failure(desk: Desk) -> None:
    desk.sweep((HELP, Due(), Ending()))
    desk.bag.broken = True
    desk.sweep((HELP, Due(), CONNECTED))
    desk.sweep((HELP, Due(), DOWN))
    desk.bag.broken = False
    assert desk.sweep((HELP, Due("channel-down"), DOWN)) == ["recovered", "down"]


def test_reminders_that_do_not_go_out_do_not_pile_up(desk: Desk) -> None:
    desk.sweep((HELP, Due(), Ending()), parked=True)
    desk.bag.broken = True
    for _ in range(24 * 7):
        desk.sweep((HELP, LEFT_ALONE, None))
    desk.bag.broken = False
    assert desk.sweep((HELP, LEFT_ALONE, None)) == ["reminder"]


def test_what_says_the_same_and_did_not_go_out_is_told_once(desk: Desk) -> None:
    desk.bag.broken = True
    for _ in range(3):
        desk.sweep((HELP, Due("forced"), Ending()), parked=True)
    desk.bag.broken = False
    assert desk.sweep((HELP, LEFT_ALONE, None)) == ["parked"]


def test_what_waits_for_a_broken_target_is_bounded(desk: Desk) -> None:
    desk.bag.broken = True
    for n in range(100):
        desk.sweep((HELP, Due(), Ending(reason=f"r{n}")))
        desk.sweep((HELP, Due(), CONNECTED))
    desk.bag.broken = False
    assert len(desk.sweep((HELP, WELL, None))) <= 8


def test_a_process_that_is_killed_while_it_tells_leaves_the_message_for_the_next_one(desk: Desk) -> None:
    def killed(_message: Message) -> None:
        raise KeyboardInterrupt

    teller = Teller(desk.settings, desk.notes, desk.redactor, lambda: desk.now, send=killed)
    teller.outcome(HELP, Due(), Ending(), parked=True)
    with pytest.raises(KeyboardInterrupt):
        teller.finish()
    assert desk.sweep((HELP, LEFT_ALONE, None)) == ["parked"]


def test_with_nobody_to_tell_nothing_is_kept() -> None:
    notes = Notes()
    teller = Teller(Notify(), notes, Redactor())
    teller.outcome(HELP, Due(), Ending(), parked=True)
    assert teller.finish() == []
    assert not notes.written


def test_a_note_that_cannot_be_read_counts_as_none(desk: Desk) -> None:
    for broken in ({"open": {"since": 1}}, {"outbox": [{"to": 3}]}, {"open": [], "outbox": None}, {"x": 1}):
        desk.notes.write_note(HELP.id, "telling", broken)
        assert desk.sweep((HELP, Due(), Ending())) == ["failed"]
        assert desk.sweep((HELP, Due(), CONNECTED)) == ["recovered"]


def test_a_clock_that_jumped_into_the_future_and_back_silences_no_reminder(desk: Desk) -> None:
    desk.sweep((HELP, Due(), Ending()), parked=True)
    desk.now += 400 * DAY
    assert desk.sweep((HELP, LEFT_ALONE, None)) == ["reminder"]
    desk.now = START + 2 * DAY
    assert desk.sweep((HELP, LEFT_ALONE, None)) == ["reminder"]
    assert sum(map(len, (desk.sweep((HELP, LEFT_ALONE, None)) for _ in range(48)))) == 2


# --- what is said


def test_a_channel_that_is_down_is_told_loudly(desk: Desk) -> None:
    teller = desk.teller()
    teller.outcome(HELP, Due(), DOWN, parked=True)
    teller.finish()
    [message] = desk.bag.got
    assert (message.kind, message.title) == ("failure", "ALARM: Jira reads no mail for HELP")
    assert message.text.splitlines() == [
        "Project: HELP on https://acme.atlassian.net",
        "Mailbox: help@example.com",
        "Outcome: ChannelDown",
        "Cause: The old connection was removed at 10:11:12 UTC.",
        "Remedy: Run it again now.",
        "Parked: it is not tried again until a secret or the settings are changed, or with --force",
        "Since: 2026-11-25 09:46 UTC",
        "Report: /runs/20261123T221500Z-HELP-3f2a",
    ]
    desk.now += 2 * DAY
    desk.bag.got = []
    teller = desk.teller()
    teller.outcome(HELP, LEFT_ALONE, None, parked=True)
    teller.finish()
    assert (desk.bag.got[0].kind, desk.bag.got[0].title) == ("failure", "ALARM, still: Jira reads no mail for HELP")


def test_the_report_is_named_where_there_is_one(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("x")
    teller = desk.teller()
    teller.outcome(HELP, Due(), replace(TRANSIENT, run=str(tmp_path)), parked=False)
    teller.finish()
    [message] = desk.bag.got
    assert f"Report: {tmp_path / 'report.html'}" in message.text
    assert message.variables()["RUNBOOK_RUN"] == str(tmp_path)
    assert message.variables()["RUNBOOK_REPORT"] == str(tmp_path / "report.html")


def test_no_learned_secret_is_in_a_message_or_a_note(desk: Desk) -> None:
    secret = "fake-secret/with+odd&letters"
    desk.redactor.learn(secret)
    ending = Ending(cause=f"{secret} was seen", remedy=secret, reason=secret, run=f"/runs/{secret}")
    teller = desk.teller()
    teller.outcome(HELP, replace(Due(), why=secret), ending, parked=True)
    teller.finish()
    teller.outcome(HELP, replace(Due(), why=secret), CONNECTED, parked=False)
    teller.finish()
    everything = str([(m.title, m.text, m.json(), m.variables()) for m in desk.bag.got]) + str(desk.notes.kept)
    assert len(desk.bag.got) == 2
    assert secret not in everything


# --- a sweep's end


async def test_a_sweep_asks_the_state_who_is_parked(desk: Desk) -> None:
    desk.notes.waiting.add(HELP.id)
    warnings = await swept(desk.teller(), [(HELP, Due(), Ending()), (channel("OPS"), WELL, None)])
    assert (warnings, desk.bag.told()) == ([], ["parked"])


async def test_a_state_that_fails_is_a_warning_and_no_failure_of_the_sweep(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise ConfigError("The state folder is full.")

    monkeypatch.setattr(desk.notes, "write_notes", full)
    assert await swept(desk.teller(), [(HELP, Due(), Ending())]) == ["Nobody could be told: The state folder is full."]


async def test_telling_does_not_hold_the_event_loop_up(desk: Desk) -> None:
    threads: list[int] = []

    def note(_message: Message) -> None:
        threads.append(threading.get_ident())

    teller = Teller(desk.settings, desk.notes, desk.redactor, send=note)
    teller.outcome(HELP, Due(), Ending(), parked=False)
    await told(teller)
    assert threads != [threading.get_ident()]


# --- the rules, whatever happens

SEEN = st.one_of(
    st.none(),
    st.builds(
        Seen,
        level=st.sampled_from(["", "unhealthy", "failed", "parked", "down"]),
        outcome=st.sampled_from(["a", "b"]),
        parked=st.booleans(),
        passing=st.booleans(),
        standing=st.booleans(),
        repaired=st.booleans(),
        broken=st.booleans(),
        looked=st.booleans(),
    ),
)


@given(st.lists(st.tuples(SEEN, st.booleans()), max_size=40))
def test_whatever_is_seen_each_incident_has_a_beginning_and_one_end(looks: list[tuple[Seen | None, bool]]) -> None:
    follower = Follower(timedelta(days=1), True, lambda event: ["t"])
    note, now, events = Note(), START, list[str]()
    for seen, later in looks:
        now += DAY if later else HOUR
        note = follower.look(Note.read(note.json()), seen, now)
        events += [item.event for item in note.outbox]
        note = replace(note, outbox=())
    begun = False
    for event in events:
        if event == "repaired":
            assert not begun
        elif event == "recovered":
            assert begun
            begun = False
        else:
            assert begun or event != "reminder"
            begun = True
    assert begun == (note.open is not None)
