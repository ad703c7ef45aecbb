"""Dovecot (Debian's dovecot-imapd) as an ordinary process with a folder and a port of its own; the system's service is not touched.
It opens a mailbox to who shows a token that the provider's introspection knows as that mailbox's, or the password of the tests."""

from __future__ import annotations

import getpass
import imaplib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
import trustme
from imapclient import IMAPClient
from servers import GET, free_port, serving

PASSWORD = "fake-imap-password"
NOBODY = "http://127.0.0.1:9/introspection"  # where no provider is needed
MESSAGE = "From: customer@example.com\nTo: support@example.com\nSubject: The printer is on fire\n\nPlease help.\n"


@dataclass(frozen=True)
class Dovecot:
    """A server that answers on two ports of 127.0.0.1: without TLS, and with a certificate for localhost by an authority of its own,
    whose certificate is in the file `ca`."""

    port: int
    tls_port: int
    folder: Path

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    def open_mailbox(self, address: str) -> None:
        """Makes an empty mailbox of this address."""
        inbox = self.folder / "mail" / address / "Maildir"
        for name in ("cur", "new", "tmp"):
            (inbox / name).mkdir(parents=True)
        if os.geteuid() == 0:
            for path in (inbox.parent, inbox, *inbox.iterdir()):
                shutil.chown(path, "nobody")

    def deliver(self, address: str, subject: str) -> None:
        """Puts a message into the INBOX, as a mail server that delivers into a Maildir does."""
        name = f"{secrets.token_hex(8)}.fake.example"
        text = f"From: customer@example.com\nTo: {address}\nSubject: {subject}\nDate: {formatdate()}\n"
        inbox = self.folder / "mail" / address / "Maildir"
        fresh = inbox / "tmp" / name
        fresh.write_text(f"{text}Message-ID: <{name}>\n\nPlease help.\n", "utf-8")
        if os.geteuid() == 0:
            shutil.chown(fresh, "nobody")
        fresh.rename(inbox / "new" / name)

    @contextmanager
    def client(self, address: str) -> Iterator[Any]:
        """The mailbox as its owner sees it, with the INBOX selected."""
        with IMAPClient("127.0.0.1", self.port, ssl=False, timeout=20) as client:
            client.login(address, PASSWORD)
            client.select_folder("INBOX")
            yield client

    def subjects(self, address: str, folder: str = "INBOX", wanted: str = "ALL") -> list[str]:
        """The subjects in a folder, sorted."""
        with self.client(address) as client:
            if not client.folder_exists(folder):
                return []
            client.select_folder(folder, readonly=True)
            found = client.fetch(client.search(wanted), ["ENVELOPE"])
            return sorted(parts[b"ENVELOPE"].subject.decode() for parts in found.values())

    def open(self, address: str, token: str) -> list[str]:
        """The subjects in the INBOX of an address, opened over IMAP with XOAUTH2. Raises imaplib.IMAP4.error when refused."""
        # A token may hold anything but the mechanism's own separator.
        said = f"user={address}\x01auth=Bearer {token}\x01\x01".encode()
        imap = imaplib.IMAP4("127.0.0.1", self.port, timeout=20)
        try:
            imap.authenticate("XOAUTH2", _once(said))
            imap.select("INBOX", readonly=True)
            _, found = imap.fetch("1:*", "(BODY[HEADER.FIELDS (SUBJECT)])")
            return [part[1].decode().strip() for part in found if isinstance(part, tuple)]
        finally:
            with suppress(imaplib.IMAP4.error, OSError):
                imap.logout()


def _once(said: bytes) -> object:
    """Says it, and after that nothing: a refusal is answered by an empty line."""
    answers = iter([said])
    return lambda _challenge: next(answers, b"")


@contextmanager
def dovecot(introspection: str, address: str, *, without: str = "") -> Iterator[Dovecot]:
    """A server that asks `introspection` (an address with its credentials in it) whose a token is. One message waits for
    `address`. `without`: capabilities that it does not tell of. Skips the test, telling how to install it, where there is no
    Dovecot."""
    program = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")
    if not program:
        pytest.skip(f"Dovecot is not installed: {GET} (apt-get install dovecot-imapd)")
    # Its processes give up root, and could not enter pytest's own folder then.
    folder = Path(tempfile.mkdtemp(prefix="runbook-dovecot-"))
    try:
        found = Dovecot(free_port(), free_port(), folder)
        _certify(found)
        _configure(found, introspection, address, without)
        with serving([program, "-F", "-c", str(folder / "dovecot.conf")], found.port, folder):
            yield found
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _certify(server: Dovecot) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("localhost")
    authority.cert_pem.write_to_path(server.ca)
    issued.cert_chain_pems[0].write_to_path(server.folder / "cert.pem")
    issued.private_key_pem.write_to_path(server.folder / "key.pem")


def _configure(server: Dovecot, introspection: str, address: str, without: str) -> None:
    folder = server.folder
    root = os.geteuid() == 0
    me = getpass.getuser()
    users = ("dovecot", "dovenull", "nobody") if root else (me, me, me)
    inbox = folder / "mail" / address / "Maildir"
    for name in ("cur", "new", "tmp"):
        (inbox / name).mkdir(parents=True)
    (inbox / "new" / "1.fake.example").write_text(MESSAGE, "utf-8")
    folder.chmod(0o755)
    if root:
        for path in (folder / "mail", *(folder / "mail").rglob("*")):
            shutil.chown(path, users[2])
    # Ports of services that are not wanted are 0, which turns them off; `listen` is loopback for those that are.
    (folder / "dovecot.conf").write_text(
        f"""
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2 oauthbearer
imap_capability = {without}
default_internal_user = {users[0]}
default_internal_group = {"dovecot" if root else _group()}
default_login_user = {users[1]}
first_valid_uid = 1
mail_location = maildir:~/Maildir
{"" if root else "service anvil { chroot = }"}
service imap-login {{
  {"" if root else "chroot ="}
  inet_listener imap {{
    port = {server.port}
  }}
  inet_listener imaps {{
    port = {server.tls_port}
    ssl = yes
  }}
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={PASSWORD}
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf
}}
userdb {{
  driver = static
  args = uid={users[2]} gid={"nogroup" if root else _group()} home={folder}/mail/%u
}}
""",
        "utf-8",
    )
    (folder / "oauth2.conf").write_text(
        f"""
introspection_mode = post
introspection_url = {introspection}
username_attribute = sub
active_attribute = active
active_value = true
""",
        "utf-8",
    )


def _group() -> str:
    import grp  # not on every platform, and Dovecot is on none of those

    return grp.getgrgid(os.getegid()).gr_name
