"""What a channel's health is, judged from rows: tables, no network and no page."""

from __future__ import annotations

import pytest

from runbook.health import (
    EXIT_CODES,
    Health,
    MailRow,
    Said,
    Verdict,
    from_audit,
    from_page,
    judge,
    refused,
    worst,
)

MADE = MailRow("NEW REQUEST", "25/Nov/26 03:00 PM", key="HELP-1", sender="zoe@example.com")
COMMENT = MailRow("NEW COMMENT", "25/Nov/26 02:00 PM", key="HELP-1", sender="zoe@example.com")
FILTERED = MailRow("REJECTED", "25/Nov/26 01:00 PM", "auto-replied", "robot@example.com")


def failed(*senders: str) -> list[MailRow]:
    return [MailRow("FAILED", "25/Nov/26 03:30 PM", "No permission.", f"{sender}@example.com") for sender in senders]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([], False),
        ([MADE], False),
        (failed("a", "b"), False),
        (failed("a", "a", "a", "a"), False),
        (failed("a", "a", "b"), True),
        ([FILTERED, *failed("a", "b", "c")], True),
        ([*failed("a"), FILTERED, *failed("b", "c"), MADE], True),
        ([*failed("a", "b"), MADE, *failed("c", "d", "e")], False),
        ([MADE, *failed("a", "b", "c")], False),
    ],
)
def test_refused_mails_tell_of_the_channel_only_when_they_are_many_in_a_row_and_of_several_senders(
    rows: list[MailRow], told: bool
) -> None:
    assert bool(refused(rows)) == told


def test_the_evidence_of_refused_mails_counts_them_and_gives_the_newest_ones_cause() -> None:
    assert refused(failed("a", "b", "c", "d")) == (
        "the last 4 mails became no request; 25/Nov/26 03:30 PM: FAILED No permission."
    )


@pytest.mark.parametrize(
    ("rows", "verdict", "sure"),
    [
        ([], "unknown", False),
        ([MADE], "healthy", True),
        ([COMMENT], "healthy", True),
        ([FILTERED], "unknown", False),
        ([FILTERED, MADE], "healthy", True),
        (failed("a"), "unknown", False),
        (failed("a", "b"), "unknown", False),
        (failed("a", "b", "c"), "failing", False),
        ([*failed("a", "b"), MADE], "healthy", True),
        ([*failed("a", "b", "c"), MADE], "failing", False),
        ([MailRow("SOMETHING NEW")], "unknown", False),
    ],
)
def test_the_audit_log_is_sure_only_of_mail_that_became_a_request(
    rows: list[MailRow], verdict: Verdict, sure: bool
) -> None:
    said = from_audit(rows, 10)
    assert (said.verdict, said.sure, said.source) == (verdict, sure, "audit")
    assert said.evidence


def test_the_audit_log_never_says_that_a_mailbox_is_unauthorized() -> None:
    rows = [MailRow("FAILED", details="Could not retrieve access token", sender=f"{n}@example.com") for n in range(9)]
    assert from_audit(rows, 10).verdict == "failing"
    assert not from_audit(rows, 10).sure


@pytest.mark.parametrize("state", ["healthy", "unauthorized", "failing", "absent", "wrong-mailbox"])
def test_the_page_is_sure_of_whatever_it_says(state: Verdict) -> None:
    assert from_page(state, "why") == Said("page", state, "why", sure=True)


@pytest.mark.parametrize("state", ["unknown", "a word that nobody knows"])
def test_a_page_that_cannot_tell_is_not_sure(state: str) -> None:
    assert from_page(state, "its log is empty") == Said("page", "unknown", "its log is empty")


def test_a_connection_that_is_well_and_makes_no_requests_is_failing() -> None:
    said = from_page("healthy", "SUCCESS", failed("a", "b", "c"))
    assert said.verdict == "failing"
    assert said.evidence.startswith("SUCCESS; processing log: the last 3 mails became no request")
    assert from_page("unauthorized", "FAILURE", failed("a", "b", "c")).verdict == "unauthorized"


def test_another_address_beside_a_healthy_one_is_the_wrong_mailbox() -> None:
    said = from_page("healthy", "SUCCESS", (), ["ada.admin@example.com"])
    assert (said.verdict, said.evidence) == ("wrong-mailbox", "the project also reads ada.admin@example.com; SUCCESS")
    assert from_page("unauthorized", "FAILURE", (), ["ada.admin@example.com"]).verdict == "unauthorized"


SILENT = Said("audit", "unknown", "silence")
AUDITED = Said("audit", "healthy", "a request", sure=True)
REFUSING = Said("audit", "failing", "refused")
WELL = Said("page", "healthy", "SUCCESS", sure=True)
REVOKED = Said("page", "unauthorized", "FAILURE", sure=True)
UNREAD = Said("page", "unknown", "not read")
SUNG = Said("canary", "healthy", "became HELP-2", sure=True)
LOST = Said("canary", "failing", "no request")
UNSENT = Said("canary", "unknown", "not sent")


@pytest.mark.parametrize(
    ("said", "verdict", "source", "evidence"),
    [
        ([], "unknown", "none", "nothing was asked"),
        ([SILENT], "unknown", "audit", "silence"),
        ([AUDITED], "healthy", "audit", "a request"),
        ([REFUSING], "failing", "audit", "refused"),
        ([SILENT, WELL], "healthy", "page", "SUCCESS"),
        ([SILENT, REVOKED], "unauthorized", "page", "FAILURE"),
        ([REFUSING, REVOKED], "unauthorized", "page", "FAILURE"),
        ([REFUSING, WELL], "failing", "audit", "refused; SUCCESS"),
        ([SILENT, UNREAD], "unknown", "page", "not read"),
        ([REFUSING, UNREAD], "failing", "audit", "refused"),
        ([SILENT, WELL, SUNG], "healthy", "canary", "became HELP-2"),
        ([SILENT, WELL, LOST], "failing", "canary", "no request; SUCCESS"),
        ([SILENT, WELL, UNSENT], "healthy", "page", "SUCCESS"),
        ([SILENT, UNREAD, SUNG], "healthy", "canary", "became HELP-2"),
        ([SILENT, UNREAD, LOST], "failing", "canary", "no request"),
        ([SILENT, UNREAD, UNSENT], "unknown", "canary", "not read; not sent"),
        ([LOST], "failing", "canary", "no request"),
    ],
)
def test_a_cause_goes_before_a_symptom_and_a_symptom_before_a_log_that_looks_well(
    said: list[Said], verdict: Verdict, source: str, evidence: str
) -> None:
    assert judge(said, 5.0) == Health(verdict, evidence, source, 5.0)  # type: ignore[arg-type]


def test_silence_alone_is_never_healthy() -> None:
    for said in ([], [SILENT], [UNREAD], [UNSENT], [SILENT, UNREAD, UNSENT]):
        assert judge(said, 0.0).verdict == "unknown"


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ([], 0),
        (["healthy", "healthy"], 0),
        (["healthy", "unknown"], 11),
        (["unknown", "unauthorized", "healthy"], 10),
        (["failing"], 10),
        (["absent"], 10),
        (["wrong-mailbox"], 10),
    ],
)
def test_the_exit_code_is_that_of_the_worst_and_a_known_break_is_worse_than_an_unknown(
    verdicts: list[Verdict], code: int
) -> None:
    assert worst(verdicts) == code


def test_every_verdict_has_an_exit_code() -> None:
    assert set(EXIT_CODES) == set(Verdict.__args__)


def test_what_is_written_down_of_a_healthy_channel_does_not_change_with_its_newest_row() -> None:
    first, second = (Health("healthy", f"connectivity log, {time}: SUCCESS", "page", 0.0) for time in ("1 AM", "2 AM"))
    assert first.kept == second.kept != ""
    assert Health("unauthorized", "FAILURE", "page", 0.0).kept == "FAILURE"
