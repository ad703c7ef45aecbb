"""What of a rescue needs no mail server: when it is refused, what it is told by, and what a run without one advises."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from play import Played
from stranger import Stranger, somebody

from runbook.console import plain_lines
from runbook.due import Known, due
from runbook.errors import ConfigError
from runbook.facts import Facts
from runbook.health import Health
from runbook.outcome import succeeded
from runbook.rescue.journal import Journal
from runbook.rescue.mailbox import Edge, Mailbox
from runbook.rescue.proof import Proof
from runbook.sandbox.world import MAILBOX
from runbook.secrets import SecretRef
from runbook.settings import load
from runbook.settings.external import load_external
from runbook.settings.rescue import RescueSettings
from runbook.state import State

pytestmark = pytest.mark.thorough

CHANNEL = "acme.atlassian.net/HELP"
REVOKED = "entra,g2,popup,revoked"


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[Stranger]:
    with somebody(tmp_path) as found:
        yield found


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def access(**change: Any) -> dict[str, Any]:
    return {"host": "127.0.0.1", "tls": False, "auth": "password", "password": "fake-password", **change}


# --- refused before anything is done


def test_without_settings_it_is_refused_before_anything_is_done(stranger: Stranger) -> None:
    done = stranger.run("connect", "--project", "HELP", "--sandbox", "--rescue", "--json")
    last = done.events[-1]
    assert (done.code, last["outcome"], last["reason"]) == (2, "ConfigError", "no-rescue")
    assert f"needs the IMAP access of {MAILBOX}" in last["cause"]
    assert not any(event["event"] == "step" for event in done.events)


async def test_a_mailbox_that_does_not_open_stops_the_run_before_the_cut(tmp_path: Path) -> None:
    played = Played(tmp_path, REVOKED)
    outcome = await played.run(change={"rescue": access(port=closed_port())}, rescue=True)
    assert (outcome.name, outcome.reason, outcome.down) == ("Transient", "imap-unreachable", False)
    assert played.rows == [MAILBOX]
    assert not played.world.events("removed")
    assert State(tmp_path / "state").read_note(CHANNEL, "rescue") is None


async def test_a_dry_run_proves_it_too(tmp_path: Path) -> None:
    played = Played(tmp_path, REVOKED)
    outcome = await played.run(change={"rescue": access(port=closed_port())}, rescue=True, dry_run=True)
    assert (outcome.name, outcome.reason) == ("Transient", "imap-unreachable")


# --- settings


BASE = """
[identities.admin]
username = "ada@example.com"
password = "file:admin"
[identities.support]
username = "support@example.com"
password = "file:support"
[sites.acme]
url = "https://acme.atlassian.net"
admin = "admin"
idp = { kind = "microsoft" }
[channels.HELP]
site = "acme"
mailbox = "support"
address = "support@example.com"
provider = "microsoft"
"""


def settings(folder: Path, text: str) -> RescueSettings | None:
    (folder / "runbook.toml").write_text(BASE + text)
    return load(folder=folder, env={}).channels["HELP"].rescue


def test_a_channel_has_what_counts_for_all_and_its_own(tmp_path: Path) -> None:
    found = settings(
        tmp_path,
        '[rescue]\nhost = "IMAP.example.com"\nauth = "xoauth2"\ntoken = "cmd:token"\n[channels.HELP.rescue]\ndays = 7\n',
    )
    assert found
    assert (found.host, found.port, found.days, found.folder) == ("imap.example.com", 993, 7, "Runbook rescue")
    assert found.origin == "https://imap.example.com:993"
    assert found.secret == SecretRef("cmd:token", tmp_path)


def test_a_channel_without_the_table_has_none(tmp_path: Path) -> None:
    assert settings(tmp_path, "") is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('host = "https://imap.example.com"\nauth = "xoauth2"\ntoken = "cmd:t"', "host should be the name of a host"),
        ('host = "imap.example.com"\nauth = "xoauth2"', "token is missing: auth is xoauth2"),
        ('host = "imap.example.com"\nauth = "password"\npassword = "file:p"\ntoken = "cmd:t"', "token is not needed"),
        (
            'host = "imap.example.com"\nauth = "password"\npassword = "file:p"\ntls = false',
            "only a server on this machine",
        ),
        ('host = "imap.example.com"\nauth = "password"\npassword = "hunter2-literal"', "no place for a secret"),
        ('host = "imap.example.com"\nauth = "password"\npassword = "file:p"\nfolder = "inbox"', "other than INBOX"),
        ('host = "imap.example.com"\nauth = "password"\npassword = "file:p"\nport = 70000', "at most 65535"),
        ('host = "imap.example.com"\nauth = "password"\npassword = "file:p"\nwait = 1', "at least 10"),
        ('host = "imap.example.com"\nauth = "basic"\npassword = "file:p"', "password or xoauth2"),
    ],
)
def test_a_slip_is_told_by_its_key(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        settings(tmp_path, f"[rescue]\n{text}\n")
    assert told in raised.value.cause
    assert "[rescue]" in raised.value.cause
    assert "hunter2-literal" not in raised.value.cause


MAIL = """
[sandbox.mail]
kind = "oidc"
issuer = "http://localhost:8801"
client_id = "jira-mail"
client_secret = "fake-client-secret"
username = "support@example.com"
password = "fake-password"
account_url = "http://localhost:8801/account"
imap = "127.0.0.1:1143"
"""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (MAIL.replace("127.0.0.1:1143", "imap.example.com:143"), "imap should be HOST:PORT on this machine"),
        (
            f'{MAIL}[sandbox.rescue]\nhost = "imap.example.com"\nauth = "password"\npassword = "fake-p"\n',
            "this machine",
        ),
        (f'{MAIL}[sandbox.rescue]\nhost = "localhost"\nauth = "password"\npassword = "hunter2"\n', "not a fake one"),
    ],
)
def test_a_sandbox_reads_mail_of_this_machine_alone(text: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "sandbox.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=told):
        load_external(file)


# --- what tells of a pull


@pytest.mark.parametrize(
    ("seen", "complete"),
    [
        ([], False),
        (["read"], False),
        (["log"], False),
        (["read", "read"], True),
        (["read", "log"], True),
        (["log", "read"], False),
        (["log", "log"], True),
        (["log", "read", "read"], True),
    ],
)
def test_a_pull_is_proven_when_one_that_began_later_has_ended(seen: list[str], complete: bool) -> None:
    async def nothing() -> str:
        return ""

    mailbox: Any = Mailbox
    assert Proof(mailbox, Edge(1, 1), nothing, seen).complete is complete


# --- what is kept


def test_the_note_keeps_what_a_run_that_was_cut_short_knew(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    journal = Journal.read(state, CHANNEL, "Runbook rescue")
    assert not journal.open
    journal.begin(100.0, pulling=True, at=700.0)
    journal.add({"a", "b"})
    journal.forget({"b", "c"})
    journal.linked(7, 42, 710.0)
    again = Journal.read(State(tmp_path / "state"), CHANNEL, "Runbook rescue")
    assert (again.open, again.since, again.pulling, again.mail) == (True, 100.0, True, {"a"})
    assert (again.validity, again.below, again.verified) == (7, 42, 710.0)
    again.begin(
        5000.0, pulling=False, at=5600.0
    )  # what was looked at then need not be looked at again, what came since must
    assert (again.since, again.mail, again.below) == (100.0, {"a"}, None)
    again.close()
    assert State(tmp_path / "state").read_note(CHANNEL, "rescue") is None


async def test_a_run_without_rescue_reminds_of_one_that_was_not_finished(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    state.write_note(CHANNEL, "rescue", {"folder": "Runbook rescue", "mail": ["a", "b"]})
    played = Played(tmp_path, "entra,g2,popup,healthy")
    await played.run()
    told = [event["text"] for event in played.said("warning")]
    assert any("2 messages wait in the mail folder 'Runbook rescue'. Run with --rescue" in text for text in told)


# --- what is told


def test_what_was_moved_is_one_line() -> None:
    event = {"event": "rescue", "folder": "Runbook rescue", "aside": 7, "back": 5, "waiting": 2}
    assert plain_lines(event, {}) == [
        "    Rescue: 7 messages moved aside into 'Runbook rescue', 5 moved back, 2 wait there."
    ]


@pytest.mark.parametrize(
    ("health", "told"),
    [
        ("healthy", "between 2026-11-23 22:15:00 and 2026-11-23 22:15:04 UTC"),
        ("unauthorized", "after the old connection had failed and before 2026-11-23 22:15:04 UTC"),
    ],
)
def test_without_rescue_the_ending_says_which_mail_jira_does_not_fetch(health: str, told: str) -> None:
    at = 1_795_472_100.0
    facts = Facts(decision="replace", health=health, removed_at=at, verified_at=at + 4)
    outcome = succeeded(facts, MAILBOX, "", ())
    assert told in outcome.advice
    assert outcome.event()["advice"] == outcome.advice
    assert succeeded(facts, MAILBOX, "", (), rescued=True).advice == ""


def test_no_advice_is_given_when_nothing_was_cut() -> None:
    assert succeeded(Facts(decision="connect", verified_at=1.0), MAILBOX, "", ()).advice == ""


# --- in a sweep


def test_a_rescue_that_was_not_finished_makes_a_healthy_channel_due_and_is_no_reason_to_replace_it(
    tmp_path: Path,
) -> None:
    (tmp_path / "runbook.toml").write_text(BASE)
    channel = load(folder=tmp_path, env={}).channels["HELP"]
    healthy = Health("healthy", "its last pull went well", "page", 1000.0)
    answer = due(channel, healthy, Known(first_seen=0.0, tried_at=990.0, rescue=True), 1000.0)
    assert (answer.due, answer.reason, answer.replaces) == (True, "rescue", False)
    assert not due(channel, healthy, Known(first_seen=0.0), 1000.0).due
