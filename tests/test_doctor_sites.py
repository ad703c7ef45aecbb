"""`doctor` and what the settings name: secrets, proxy, names, TLS, the clock, the schedule. Nothing leaves this machine."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from proxying import Web, web
from sweeping import channel, put

from runbook.cli import main
from runbook.doctor import Check, render
from runbook.doctor_net import network, origins
from runbook.doctor_schedule import HOUR, schedule
from runbook.doctor_secrets import secrets
from runbook.doctor_sites import _files
from runbook.schedule import Status
from runbook.settings import Settings
from runbook.settings.channel import Idp

HOSTS = ["acme.atlassian.net", "id.atlassian.com", "login.microsoftonline.com"]
SITES = [f"https://{host}" for host in HOSTS]
NOW = 1_795_600_000.0


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "http_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """The sites behind a proxy, with an authority that this machine trusts."""
    with web(tmp_path, [*HOSTS, "localhost"]) as found:
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:fake-password@127.0.0.1:{found.proxy}")
        monkeypatch.setenv("SSL_CERT_FILE", str(found.ca))
        yield found


def lines(checks: list[Check]) -> list[tuple[str, str, str]]:
    assert all(check.remedy for check in checks if check.status != "ok")
    return [(check.name, check.status, check.detail) for check in checks]


# --- the network


def test_each_site_is_asked_through_the_proxy_and_told_with_its_certificate(site: Web) -> None:
    found = network(SITES)
    assert sorted(site.asked) == [f"{host}:443" for host in HOSTS]
    year = time.gmtime().tm_year
    assert lines(found)[0] == ("proxy", "ok", f"http://127.0.0.1:{site.proxy}")
    for host, (name, status, detail) in zip(HOSTS, lines(found)[1:4], strict=True):
        assert (name, status) == ("network", "ok")
        assert detail.startswith(f"{host} answers, TLS 1.3, certificate by Example Trust until ")
        assert int(detail[-10:-6]) >= year
    assert lines(found)[4][:2] == ("clock", "ok")
    assert "fake-password" not in render(found, True)


@pytest.mark.parametrize(("ahead", "said"), [(40, "40 s behind"), (-40, "40 s ahead of")])
def test_a_clock_that_is_off_is_told(ahead: float, said: str, site: Web) -> None:
    site.ahead = ahead
    clock = network(SITES[:1])[-1]
    # `Date` has no fractions, and the answer takes its time.
    assert clock.status == "warning"
    assert said.split(" ", 1)[1] in clock.detail
    assert abs(int(clock.detail.split(" s ")[0].split()[-1]) - 40) <= 2
    assert "timedatectl set-ntp true" in clock.remedy


def test_a_certificate_that_nobody_vouches_for_is_told(site: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    _, found, clock = network(SITES[:1])
    assert found.status == "failed"
    assert found.detail.startswith("The certificate of acme.atlassian.net is not trusted (")
    assert "SSL_CERT_FILE" in found.remedy
    assert (clock.status, clock.detail) == ("warning", "Not compared: no site told its time.")


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_certificate_file_that_cannot_be_used_is_told(
    content: str | None, site: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = tmp_path / "authority.pem"
    if content:
        named.write_text(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(named))
    _, found = network(SITES[:1])
    assert (found.name, found.status) == ("certificates", "failed")
    assert found.detail.startswith("SSL_CERT_FILE or SSL_CERT_DIR cannot be used (")
    assert found.remedy


def test_a_certificate_for_another_host_is_told(site: Web) -> None:
    found = network(["https://globex.atlassian.net"])[1]
    assert found.detail.startswith("The certificate of globex.atlassian.net is not trusted (Hostname mismatch")


def test_a_proxy_that_refuses_and_one_that_is_not_there_are_told(site: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    site.answer = 407
    found = network(SITES[:1])[1]
    assert (found.status, found.detail) == (
        "failed",
        "The proxy does not let us through to acme.atlassian.net (HTTP 407).",
    )
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    found = network(SITES[:1])[1]
    assert found.detail == "acme.atlassian.net cannot be reached (its proxy closes or refuses the connection)."
    assert "HTTPS_PROXY" in found.remedy


def test_a_proxy_that_is_no_address_is_told_before_anything_is_asked(
    site: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "ftp://proxy.example.com")
    (found,) = network(SITES)
    assert (found.name, found.status) == ("proxy", "failed")
    assert site.asked == []


def test_without_a_proxy_the_name_is_looked_up_and_what_is_exempt_goes_directly(
    site: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "localhost")
    resolved: list[str] = []

    def resolve(host: str, port: int) -> object:
        resolved.append(host)
        return socket.getaddrinfo(host, port)

    proxy, found, _ = network([f"https://localhost:{site.port}"], resolve)
    assert proxy.detail == f"http://127.0.0.1:{site.proxy}, but for localhost"
    assert found.status == "ok", found
    assert (resolved, site.asked) == (["localhost"], [])


def test_a_name_without_an_address_is_told() -> None:
    def nobody(_host: str, _port: int) -> object:
        raise socket.gaierror(-2, "Name or service not known")

    proxy, found, _ = network(["https://acmee.atlassian.net"], nobody)
    assert (proxy.status, proxy.detail) == ("ok", "none")
    assert (found.status, found.detail) == ("failed", "The name acmee.atlassian.net has no address (DNS).")


def test_a_port_where_nobody_listens_is_told() -> None:
    found = network(["https://127.0.0.1:9"])[1]
    assert found.detail == "127.0.0.1 cannot be reached (127.0.0.1 closes or refuses the connection)."


def test_the_addresses_are_the_sites_and_where_admin_and_mailbox_sign_in_each_once() -> None:
    globex = channel("BB", "globex")
    okta = globex.site.model_copy(update={"idp": Idp(kind="okta", url="https://acme.okta.com")})
    mine = [channel("AA"), channel("CC"), globex.model_copy(update={"site": okta, "provider": "google"})]
    assert origins(mine) == [
        *SITES,
        "https://globex.atlassian.net",
        "https://acme.okta.com",
        "https://accounts.google.com",
    ]


# --- secrets


@pytest.mark.skipif(os.name != "posix", reason="file modes")
def test_secrets_that_can_be_had_are_counted_and_those_that_cannot_are_named(tmp_path: Path) -> None:
    mine = [channel("AA", folder=tmp_path), channel("BB", folder=tmp_path), channel("CC")]
    good = secrets(Settings(), mine)
    assert lines(good) == [("secrets", "ok", "5 can be had: 3 from files, 2 written in .env or the environment")]
    (tmp_path / "AA").unlink()
    (tmp_path / "BB").chmod(0o644)
    found = secrets(Settings(), mine)
    assert [(name, status) for name, status, _ in lines(found)] == [
        ("secret", "failed"),
        ("secret", "failed"),
        ("secrets", "ok"),
    ]
    assert found[0].detail.startswith(f"The password of aa@example.com's file {tmp_path / 'AA'} cannot be read")
    assert "password of bb@example.com" in found[1].detail
    assert f"chmod 600 {tmp_path / 'BB'}" in found[1].remedy
    assert "not-a-secret" not in render([*good, *found], True)


def test_a_totp_secret_and_a_passkey_that_are_none_are_told(tmp_path: Path) -> None:
    put(tmp_path / "totp", "123456")
    put(tmp_path / "passkey", "{}")
    broken = channel(
        "AA",
        mailbox={
            "name": "AA",
            "username": "aa@example.com",
            "password": "fake-password",
            "totp": f"file:{tmp_path / 'totp'}",
            "passkey": f"file:{tmp_path / 'passkey'}",
        },
    )
    found = secrets(Settings(), [broken])
    assert [check.detail.partition(":")[0] for check in found if check.status == "failed"] == [
        "TOTP secret of aa@example.com",
        "Passkey of aa@example.com",
    ]
    assert "123456" not in render(found, True)


# --- files


@pytest.mark.skipif(os.name != "posix", reason="file modes")
def test_a_file_of_the_settings_that_others_can_change_is_told(tmp_path: Path) -> None:
    for name, mode in ((".env", 0o600), ("runbook.toml", 0o664)):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(mode)
    assert [(check.status, check.detail) for check in _files(tmp_path / ".env", tmp_path / "runbook.toml")] == [
        ("failed", f"{tmp_path / 'runbook.toml'} can be changed by others than its owner."),
        ("ok", ".env: nobody else can change them"),
    ]


# --- the schedule


@pytest.mark.parametrize(
    ("found", "status", "said"),
    [
        (None, "warning", "found by nobody"),
        (Status("systemd", True, "x.timer", last=NOW - 60, result=0), "ok", "fired last"),
        (Status("systemd", True, "x.timer", last=NOW - 60, result=10), "warning", "ended with exit code 10"),
        (Status("cron", True, "crontab", last=NOW - 60), "ok", "fired last"),
        (Status("cron", True, "crontab", last=NOW - 5 * HOUR), "warning", "too long ago"),
        (Status("systemd", True, "x.timer", next=NOW + 60), "ok", "has not fired yet; fires next"),
        (Status("cron", True, "crontab"), "warning", "whether it fires is not known"),
    ],
)
def test_the_schedule_is_told_with_its_last_firing(found: Status | None, status: str, said: str) -> None:
    check = schedule(lambda: found, lambda: NOW)
    assert (check.name, check.status) == ("schedule", status)
    assert said in check.detail
    assert bool(check.remedy) == (status != "ok")


# --- the verb


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home that is the current folder too, for which nothing is scheduled."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_the_verb_tells_all_of_it_in_lines_that_a_person_understands(site: Web, machine: Path) -> None:
    env = {
        "RUNBOOK_SITE": SITES[0],
        "RUNBOOK_PROJECT": "HELP",
        "RUNBOOK_ADMIN_USERNAME": "ada.admin@example.com",
        "RUNBOOK_ADMIN_PASSWORD": "fake-password",
        "RUNBOOK_IDP": "microsoft",
        "RUNBOOK_MAILBOX": "support@example.com",
        "RUNBOOK_MAILBOX_PASSWORD": f"file:{machine / 'gone'}",
        "RUNBOOK_MAIL_PROVIDER": "microsoft",
    }
    done = CliRunner().invoke(main, ["doctor"], env=env)
    assert done.exit_code == 2, done.output
    found = [line.split(maxsplit=2) for line in done.stdout.splitlines() if line[:1] != " "]
    names = [name for _, name, _ in found]
    assert names[names.index("channels") :] == [
        "channels",
        "secret",
        "secrets",
        "proxy",
        *["network"] * 3,
        "clock",
        "schedule",
    ]
    assert [line[0] for line in found if line[1] == "secret"] == ["failed"]
    assert "fake-password" not in done.output


OTHER = f"""
[identities.admin]
username = "ada.admin@example.com"
password = "cmd:echo fake-password"

[identities.support]
username = "support@example.com"
password = "cmd:echo fake-password"

[sites.acme]
url = "{SITES[0]}"
admin = "admin"
idp = {{ kind = "microsoft" }}

[channels.HELP]
site = "acme"
mailbox = "support"
address = "support@example.com"
provider = "microsoft"
"""


def test_the_verb_takes_another_file_than_runbook_toml(site: Web, machine: Path) -> None:
    (machine / "runbook.toml").write_text("nonsense = 1\n")
    other = machine / "other.toml"
    put(other, OTHER)
    done = CliRunner().invoke(main, ["doctor", "--config", str(other)])
    lines = [line.split(maxsplit=2) for line in done.stdout.splitlines() if line[:1] != " "]
    assert ["ok", "channels", "1 channel on 1 site"] in lines
    assert ["ok", "files", "other.toml: nobody else can change them"] in lines
    assert "runbook.toml" not in done.output
