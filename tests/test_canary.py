"""The canary mail: how it looks, how it is handed to a mail server, how its request is found, and what it then says."""

from __future__ import annotations

import asyncio
import re
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from checks import KEY, SITE, Checked, secret

from runbook import canary
from runbook.audit import connected
from runbook.canary import Found, compose, find, new_tag, send, verdict, wait_for
from runbook.errors import ConfigError, CredentialsRejected, RunbookError, Transient
from runbook.health import MailRow, Said
from runbook.means import Look
from runbook.sandbox import build, mailer, parse, smtp
from runbook.sandbox.reach import Reach, trust
from runbook.sandbox.server import Server
from runbook.sandbox.world import ADMIN, MAILBOX, World
from runbook.secrets import Secret, SecretRef
from runbook.settings.canary import Canary

pytestmark = pytest.mark.thorough

MADE = MailRow("NEW REQUEST", "25/Nov/26 03:00 PM", key="HELP-7")
REFUSED = MailRow("FAILED", "25/Nov/26 03:00 PM", "No permission.")


def wanted(**change: Any) -> Canary:
    """Settings of a canary."""
    return Canary(**{"host": "smtp.example.com", "sender": "canary@example.com", **change})


def password(settings: Canary, value: str = smtp.PASSWORD) -> Secret:
    return Secret("SMTP password", SecretRef(value), [canary.place(settings)], sandbox=True)


@pytest.fixture
def server() -> Iterator[tuple[World, Canary, ssl.SSLContext]]:
    """A mail server of a world, and the settings for it."""
    world = build(parse("entra,healthy"))
    with Server(world) as sites:
        serving = smtp.MailServer(world, sites.tls).start()
        try:
            yield world, Canary(**smtp.settings(serving)), trust(sites.authority)
        finally:
            serving.stop()


# --- the mail


def test_the_mail_is_as_plain_as_a_persons_and_carries_its_mark() -> None:
    mail = compose(wanted(subject="Is anybody there"), MAILBOX, "bcdfghjkmnpqrt")
    assert mail["Subject"] == "Is anybody there bcdfghjkmnpqrt"
    assert (mail["From"], mail["To"]) == ("canary@example.com", MAILBOX)
    assert mail["Message-ID"].endswith("@example.com>")
    assert mail["Date"]
    assert not {"auto-submitted", "precedence", "x-jira-fingerprint", "list-id"} & {key.lower() for key in mail}
    assert mail.get_content_type() == "text/plain"
    assert "bcdfghjkmnpqrt" in mail.get_content()


def test_a_mark_is_one_word_of_letters_that_nobody_else_has() -> None:
    marks = {new_tag() for _ in range(200)}
    assert len(marks) == 200
    assert all(re.fullmatch("[b-df-hj-np-tv-z]{14}", mark) for mark in marks)


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_the_port_follows_from_the_security(security: str, port: int) -> None:
    assert wanted(security=security).port == port
    assert wanted(security=security, port=2525).port == 2525


# --- the mail server


async def test_a_mail_that_the_server_takes_is_in_the_mailbox(server: tuple[World, Canary, ssl.SSLContext]) -> None:
    world, settings, tls = server
    await send(settings, compose(settings, MAILBOX, "bcdfghjkmnpqrt"), password(settings), tls)
    [mail] = world.mail
    assert (mail["to"], mail["from"], mail["subject"]) == (MAILBOX, smtp.USER, "Mailbox check bcdfghjkmnpqrt")
    assert [event.details["right"] for event in world.events("smtp-password")] == [True]


async def test_a_refused_password_is_submitted_once_and_told_without_it(
    server: tuple[World, Canary, ssl.SSLContext],
) -> None:
    world, settings, tls = server
    with pytest.raises(CredentialsRejected, match="refused the password of canary@example") as told:
        await send(settings, compose(settings, MAILBOX, "b"), password(settings, "fake-other"), tls)
    assert [event.details["right"] for event in world.events("smtp-password")] == [False]
    assert "fake-other" not in "".join(map(repr, (told.value, told.value.cause, told.value.__cause__)))
    assert not world.mail


async def test_without_a_password_a_server_that_wants_one_does_not_take_the_mail(
    server: tuple[World, Canary, ssl.SSLContext],
) -> None:
    world, settings, tls = server
    open_one = settings.model_copy(update={"username": None, "password": None})
    with pytest.raises(ConfigError, match="did not take the canary mail"):
        await send(open_one, compose(settings, MAILBOX, "b"), None, tls)
    assert not world.mail


async def test_a_server_that_is_not_trusted_gets_no_password(server: tuple[World, Canary, ssl.SSLContext]) -> None:
    world, settings, _ = server
    with pytest.raises(Transient, match="cannot be used") as told:
        await send(settings, compose(settings, MAILBOX, "b"), password(settings))
    assert told.value.reason == "smtp-unreachable"
    assert not world.events("smtp-password")


async def test_a_server_without_tls_gets_no_password() -> None:
    heard: list[bytes] = []

    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            heard.append(line)
            writer.write(b"250-here\r\n250 AUTH PLAIN LOGIN\r\n" if line.startswith(b"EHLO") else b"221 bye\r\n")
        writer.close()

    listening = await asyncio.start_server(plain, "127.0.0.1", 0)
    async with listening:
        settings = wanted(
            host="127.0.0.1", port=listening.sockets[0].getsockname()[1], username="u", password=SecretRef("fake-x")
        )
        with pytest.raises(Transient):
            await send(settings, compose(settings, MAILBOX, "b"), password(settings, "fake-x"))
    assert heard
    assert not any(line.startswith(b"AUTH") for line in heard)


async def test_a_server_that_is_not_there_is_told_by_host_and_port() -> None:
    listening = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    listening.close()
    await listening.wait_closed()
    settings = wanted(host="127.0.0.1", port=port)
    with pytest.raises(Transient, match=rf"127\.0\.0\.1:{port} cannot be used"):
        await send(settings, compose(settings, MAILBOX, "b"), None)


async def test_the_password_goes_to_the_server_of_its_settings_alone() -> None:
    settings = wanted(username="u", password=SecretRef("fake-x"))
    elsewhere = settings.model_copy(update={"host": "other.example.com"})
    with pytest.raises(RunbookError, match="does not belong"):
        await send(elsewhere, compose(settings, MAILBOX, "b"), password(settings))


# --- finding it


async def test_it_is_found_in_the_audit_log_first_and_by_the_search_without_it(tmp_path: Path) -> None:
    checked = Checked(tmp_path)
    checked.mail("bcdfgh")
    with checked.served() as (server, _):
        reach = Reach(server.port, server.authority)
        async with connected(SITE, ADMIN, secret(checked.world.api_token), reach) as api:
            sent = time.time()
            key = checked.row.channel
            found = await find(api, "HELP", key, "bcdfgh", sent)
            assert found
            assert (found.status, found.key, found.sender) == ("NEW REQUEST", "HELP-1", "bcdfgh@example.com")
            assert await find(api, "HELP", key, "qwrtzp", sent) is None
            checked.world.issues[0]["created"] -= 120  # the index has it by now
            for unknown in (None, "CHANNEL0123456789ab"):
                found = await find(api, "HELP", unknown, "bcdfgh", sent)
                assert found
                assert found.key == "HELP-1"
            assert await find(api, "OPS", None, "bcdfgh", sent) is None


def looks(*answers: MailRow | RunbookError | None) -> Any:
    """Looks that find one thing after the other, and at last the same for ever."""
    left = list(answers)

    async def look() -> MailRow | None:
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, RunbookError):
            raise answer
        return answer

    return look


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canary, "FIRST_LOOK", 0.01)


@pytest.mark.usefixtures("hurried")
async def test_it_is_waited_for_until_it_is_a_request() -> None:
    found = await wait_for(looks(None, Transient("busy"), REFUSED, None, MADE), 20.0)
    assert found
    assert found.row == MADE
    assert found.seconds < 20


@pytest.mark.usefixtures("hurried")
async def test_it_is_not_waited_for_longer_than_its_time() -> None:
    assert await wait_for(looks(None), 0.05) is None
    refused = await wait_for(looks(None, REFUSED), 0.05)
    assert refused
    assert refused.row == REFUSED
    with pytest.raises(Transient):
        await wait_for(looks(Transient("busy")), 0.05)


def test_what_it_says_follows_from_what_became_of_it() -> None:
    sent = 1_795_000_000.0
    made = verdict(Found(MADE, 73.6), sent, 5)
    assert (made.verdict, made.sure) == ("healthy", True)
    assert made.evidence.endswith("UTC became HELP-7 in 74 s")
    lost = verdict(None, sent, 2.5)
    assert (lost.verdict, lost.sure) == ("failing", False)
    assert lost.evidence.endswith("was taken by the mail server and became no request within 2.5 minutes")
    refused = verdict(Found(REFUSED, 9.0), sent, 5)
    assert (refused.verdict, refused.sure) == ("failing", False)
    assert refused.evidence.endswith("arrived and became no request; 25/Nov/26 03:00 PM: FAILED No permission.")


# --- as a source of a check


@pytest.fixture
def pulled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jira's puller comes at once, so that no test waits its minute."""
    monkeypatch.setattr(mailer, "PULL_SECONDS", 0.0)
    monkeypatch.setattr(canary, "FIRST_LOOK", 0.05)


@pytest.mark.usefixtures("pulled")
async def test_a_canary_that_becomes_a_request_makes_the_channel_healthy_without_a_browser(tmp_path: Path) -> None:
    checked = Checked(tmp_path)
    checked.knows_keys()
    found = await checked.look("audit", "canary", mail=True)
    assert (found[KEY].verdict, found[KEY].source) == ("healthy", "canary")
    assert re.search(r"became HELP-1 in \d+ s$", found[KEY].evidence)
    assert checked.state.health(KEY)[0].evidence == "the canary mail became a request"


@pytest.mark.usefixtures("pulled")
async def test_the_next_canary_is_sent_when_it_is_due_and_not_before(tmp_path: Path) -> None:
    now = time.time()
    checked = Checked(tmp_path, canary={"every": 24})
    checked.knows_keys()
    for hours, sent in ((0, 1), (1, 1), (23.9, 1), (24.1, 2)):
        checked.world.offset = hours * 3600
        await checked.look("audit", "page", "canary", mail=True, page=NoPages, clock=lambda h=hours: now + h * 3600)
        assert len(checked.world.events("mail")) == sent
    await checked.look("canary", mail=True, clock=lambda: now + 25 * 3600)
    assert len(checked.world.events("mail")) == 3, "asked for by name, it is sent"


class NoPages:
    """A reader for which every page is well."""

    async def read(self, sites: Any, _state: object) -> Any:
        return {channel.id: Look(Said("page", "unknown", "not read")) for site in sites for channel in site}


@pytest.mark.usefixtures("pulled")
async def test_after_one_that_did_not_get_through_each_check_sends_another_until_one_does(tmp_path: Path) -> None:
    checked = Checked(tmp_path, faults=("mail-lost",), canary={"minutes": 0.003})
    checked.knows_keys()
    for _ in range(2):
        found = await checked.look("audit", "canary", mail=True)
        assert (found[KEY].verdict, found[KEY].source) == ("failing", "canary")
        assert "became no request within 0.003 minutes" in found[KEY].evidence
    del checked.world.faults["mail-lost"]
    checked.canary = {"minutes": 1}
    assert (await checked.look("audit", "canary", mail=True))[KEY].verdict == "healthy"
    checked.row.processing.clear()
    assert (await checked.look("audit", "canary", mail=True))[KEY].verdict == "unknown"
    assert len(checked.world.events("mail")) == 3


@pytest.mark.usefixtures("pulled")
async def test_a_canary_that_arrives_and_is_refused_gives_the_cause(tmp_path: Path) -> None:
    checked = Checked(tmp_path, faults=("mail-refused",), canary={"minutes": 0.003})
    checked.knows_keys()
    health = (await checked.look("canary", mail=True))[KEY]
    assert health.verdict == "failing"
    assert health.evidence.endswith(f"FAILED {mailer.REFUSAL}")


@pytest.mark.usefixtures("pulled")
async def test_a_mail_server_that_refuses_the_password_says_nothing_of_the_channel_and_is_not_tried_again(
    tmp_path: Path,
) -> None:
    checked = Checked(tmp_path, "entra,healthy,channels-3", faults=("smtp-refused",))
    checked.knows_keys()
    for _ in range(2):
        found = await checked.look("canary", mail=True)
        assert {health.verdict for health in found.values()} == {"unknown"}
        assert all("no canary mail could be sent" in health.evidence for health in found.values())
    assert [event.details["right"] for event in checked.world.events("smtp-password")] == [False]
    assert sum("refused the password of" in text for text in checked.said) == 1
    assert any("it is not tried again" in text for text in checked.said)
    assert not any("was sent" in text for text in checked.said)
    assert smtp.PASSWORD not in "".join(checked.said)


@pytest.mark.usefixtures("pulled")
async def test_no_canary_is_sent_whose_request_could_not_be_found(tmp_path: Path) -> None:
    checked = Checked(tmp_path, faults=("token-refused",))
    health = (await checked.look("canary", mail=True))[KEY]
    assert health.verdict == "unknown"
    assert "no canary mail was sent" in health.evidence
    assert not checked.world.events("mail")
