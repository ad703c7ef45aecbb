"""Into a real mailbox over IMAP, and how it is told when that is refused."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from courses import introspection
from dovecot import NOBODY, PASSWORD, Dovecot, dovecot
from servers import free_port

from runbook.errors import ConfigError, CredentialsRejected, Transient
from runbook.guard import Guard, login
from runbook.redact import Redactor
from runbook.rescue import Rescue, rescue_of
from runbook.sandbox import build, channel, parse
from runbook.sandbox.world import MAILBOX
from runbook.settings import Channel
from runbook.state import State

pytestmark = pytest.mark.live_idp


@pytest.fixture(scope="module")
def imap() -> Iterator[Dovecot]:
    with introspection() as page, dovecot(page, MAILBOX) as server:
        yield server


def rescue(imap: Dovecot, folder: Path, *, retry: bool = False, **change: Any) -> Rescue:
    """The rescue of a sandbox's channel."""
    given = {"host": "127.0.0.1", "port": imap.port, "tls": False, "auth": "password", "password": PASSWORD, **change}
    settings = {key: value for key, value in given.items() if value is not None}
    found = Channel.model_validate({**channel(build(parse("entra"))), "rescue": settings})
    identities = [
        login(role, identity, (), lambda _name, _value: None, sandbox=True)
        for role, identity in (("admin", found.site.admin), ("mailbox", found.mailbox))
    ]
    guard = Guard(found, State(folder / "state"), *identities, Redactor(), retry)
    return rescue_of(guard, lambda _event: None, dry_run=False, sandbox=True)


def test_a_password_opens_the_mailbox(imap: Dovecot, tmp_path: Path) -> None:
    mailbox = rescue(imap, tmp_path).mailbox
    assert mailbox.prepare(create=True).uid == 2
    mailbox.close()
    with imap.client(MAILBOX) as client:
        assert "Runbook rescue" in [name for _, _, name in client.list_sub_folders()]


def test_an_access_token_opens_the_mailbox_and_another_ones_does_not(imap: Dovecot, tmp_path: Path) -> None:
    token = {"auth": "xoauth2", "password": None}
    mine = rescue(imap, tmp_path, token=MAILBOX, **token).mailbox
    assert mine.prepare(create=False).uid == 2
    mine.close()
    with pytest.raises(CredentialsRejected, match=f"refused the rescue token of {MAILBOX}"):
        rescue(imap, tmp_path, token="somebody@example.com", **token).mailbox.prepare(create=False)


def test_a_refused_secret_is_not_tried_again(imap: Dovecot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {"password": "fake-wrong-password"}
    with pytest.raises(CredentialsRejected, match="refused the rescue password") as first:
        rescue(imap, tmp_path, **wrong).mailbox.prepare(create=False)
    assert first.value.reason == "imap-refused"
    with monkeypatch.context() as patched:
        patched.setattr("socket.create_connection", lambda *_, **__: pytest.fail("it was tried again"))
        with pytest.raises(CredentialsRejected, match="it is not tried again"):
            rescue(imap, tmp_path, **wrong).mailbox.prepare(create=False)
    with pytest.raises(CredentialsRejected) as again:
        rescue(imap, tmp_path, retry=True, **wrong).mailbox.prepare(create=False)
    assert again.value.reason == "imap-refused"


def test_a_certificate_that_nobody_trusts_is_told_before_anything_is_said(imap: Dovecot, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is not trusted") as raised:
        rescue(imap, tmp_path, host="localhost", port=imap.tls_port, tls=True).mailbox.prepare(create=False)
    assert raised.value.reason == "imap-certificate"


def test_a_trusted_certificate_is_checked_for_the_hosts_name(
    imap: Dovecot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(imap.ca))
    mailbox = rescue(imap, tmp_path, host="localhost", port=imap.tls_port, tls=True).mailbox
    assert mailbox.prepare(create=False).uid == 2
    mailbox.close()
    with pytest.raises(ConfigError, match="is not trusted"):
        rescue(imap, tmp_path, port=imap.tls_port, tls=True).mailbox.prepare(create=False)


def test_a_server_that_does_not_answer_is_told(imap: Dovecot, tmp_path: Path) -> None:
    port = free_port()
    with pytest.raises(Transient, match=rf"127\.0\.0\.1:{port} does not answer \(Connection refused\)"):
        rescue(imap, tmp_path, port=port).mailbox.prepare(create=False)


def test_a_server_that_speaks_something_else_is_told(imap: Dovecot, tmp_path: Path) -> None:
    with pytest.raises(Transient, match="does not answer"):  # plain words where TLS is awaited
        rescue(imap, tmp_path, host="localhost", tls=True).mailbox.prepare(create=False)


def test_a_server_that_cannot_move_is_refused(tmp_path: Path) -> None:
    with dovecot(NOBODY, MAILBOX, without="IMAP4rev1 IDLE UIDPLUS") as old:
        with pytest.raises(ConfigError, match="cannot move messages") as raised:
            rescue(old, tmp_path).mailbox.prepare(create=True)
        assert raised.value.reason == "imap-no-move"
        assert old.subjects(MAILBOX) == ["The printer is on fire"]


def test_a_connection_that_the_server_has_closed_is_opened_again(imap: Dovecot, tmp_path: Path) -> None:
    mailbox = rescue(imap, tmp_path).mailbox
    before = mailbox.prepare(create=False)
    mailbox._client.shutdown()
    assert mailbox.edge() == before
    mailbox.close()


def test_no_log_holds_the_secret(imap: Dovecot, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        mailbox = rescue(imap, tmp_path).mailbox
        mailbox.prepare(create=False)
        mailbox.close()
    redactor = Redactor()
    redactor.learn(PASSWORD)
    assert redactor.text(caplog.text) == caplog.text
    assert PASSWORD not in repr(mailbox.access)
