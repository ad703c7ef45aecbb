"""The table of a canary: one for every channel and a channel's own over it, and each slip told with an example."""

from __future__ import annotations

from pathlib import Path

import pytest

from runbook.errors import ConfigError
from runbook.settings import Settings, load

CHANNELS = """
[identities.ada]
username = "ada@example.com"
password = "keyring:acme/ada"
[identities.help]
username = "help@example.com"
password = "keyring:acme/help"
[identities.ops]
username = "ops@example.com"
password = "keyring:acme/ops"
[sites.acme]
url = "https://acme.atlassian.net"
admin = "ada"
idp = { kind = "microsoft" }
api_user = "ada@example.com"
api_token = "keyring:acme/token"
audit_minutes = 20
[channels.HELP]
site = "acme"
mailbox = "help"
address = "help@example.com"
provider = "microsoft"
[channels.OPS]
site = "acme"
mailbox = "ops"
address = "ops@example.com"
provider = "microsoft"
"""
CANARY = """
[canary]
host = "smtp.example.com"
username = "canary@example.com"
password = "keyring:acme/smtp"
sender = "canary@example.com"
"""


def read(folder: Path, more: str = "", without: str = "") -> Settings:
    text = "".join(line for line in CHANNELS.splitlines(keepends=True) if not (without and line.startswith(without)))
    (folder / "runbook.toml").write_text(text + more)
    return load(folder=folder, env={})


def refusal(folder: Path, more: str, without: str = "") -> str:
    with pytest.raises(ConfigError) as caught:
        read(folder, more, without)
    return caught.value.cause


def test_a_canary_for_every_channel_has_sensible_values_where_none_are_given(tmp_path: Path) -> None:
    for channel in read(tmp_path, CANARY).channels.values():
        canary = channel.canary
        assert canary
        assert (canary.host, canary.port, canary.security) == ("smtp.example.com", 587, "starttls")
        assert (canary.every, canary.minutes, canary.subject) == (24, 5, "Mailbox check")
        assert channel.site.audit_minutes == 20


def test_a_channels_own_values_go_over_those_for_every_channel(tmp_path: Path) -> None:
    own = '\n[channels.OPS.canary]\nevery = 6\nsecurity = "tls"\n'
    found = read(tmp_path, CANARY + own).channels
    assert found["OPS"].canary
    assert found["HELP"].canary
    assert (found["OPS"].canary.every, found["OPS"].canary.port) == (6, 465)
    assert (found["HELP"].canary.every, found["HELP"].canary.port) == (24, 587)


def test_without_the_table_there_is_no_canary(tmp_path: Path) -> None:
    assert all(channel.canary is None for channel in read(tmp_path).channels.values())


def test_the_password_is_not_shown(tmp_path: Path) -> None:
    shown = {key: value for key, value, _ in read(tmp_path, CANARY).describe("HELP")}
    assert shown["channels.HELP.canary.password"] == "keyring:***"
    assert shown["channels.HELP.site.api_token"] == "keyring:***"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ('host = "smtp.example.com"\n', 'host is missing. Example: host = "smtp.acme.example"'),
        ('sender = "canary@example.com"\n', 'sender is missing. Example: sender = "canary@acme.example"'),
        ('username = "canary@example.com"\n', "username is missing: it goes with password"),
        ('password = "keyring:acme/smtp"\n', "password is missing: it goes with username"),
    ],
)
def test_what_is_missing_is_named_with_an_example(change: str, told: str, tmp_path: Path) -> None:
    assert told in refusal(tmp_path, CANARY.replace(change, ""))


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ('security = "ssl"', "security should be one of: starttls, tls, none"),
        ('security = "none"', "security would send the password in the clear; use starttls or tls"),
        ("port = 70000", "port should be at most 65535"),
        ("every = 0", "every should be more than 0. Example: every = 24"),
        ("minutes = 500", "minutes should be at most 120. Example: minutes = 5"),
        ('sendr = "x"', "sendr is not a setting (meant sender?)"),
        ('sender = "canary"', "sender should be one e-mail address"),
    ],
)
def test_what_cannot_be_used_is_named(more: str, told: str, tmp_path: Path) -> None:
    table = CANARY.replace('sender = "canary@example.com"\n', "") if more.startswith("sender =") else CANARY
    assert f"runbook.toml [canary] {told}" in refusal(tmp_path, table + more)


def test_a_literal_password_does_not_belong_into_the_file(tmp_path: Path) -> None:
    cause = refusal(tmp_path, CANARY.replace("keyring:acme/smtp", "hunter2"))
    assert "[canary] password is written out" in cause
    assert "hunter2" not in cause


def test_a_canary_needs_the_token_by_which_its_request_is_found(tmp_path: Path) -> None:
    cause = refusal(tmp_path, CANARY, without="api_")
    assert "api_token is missing: with it the request of a canary mail is found" in cause


def test_a_canary_is_not_sent_by_the_mailbox_itself(tmp_path: Path) -> None:
    cause = refusal(tmp_path, CANARY.replace('sender = "canary@', 'sender = "ops@'))
    assert "sender is the mailbox itself, whose own mails become no request" in cause


@pytest.mark.parametrize("minutes", ["0", "2000"])
def test_how_long_a_request_counts_has_limits(minutes: str, tmp_path: Path) -> None:
    (tmp_path / "runbook.toml").write_text(CHANNELS.replace("audit_minutes = 20", f"audit_minutes = {minutes}"))
    limits = r"audit_minutes should be at (least 1|most 1440)\. Example: audit_minutes = 10"
    with pytest.raises(ConfigError, match=limits):
        load(folder=tmp_path, env={})
