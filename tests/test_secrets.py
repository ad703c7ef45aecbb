"""Secrets: where they come from, where they may go, and that they never show themselves."""

from __future__ import annotations

import copy
import json
import os
import pickle
import shlex
import sys
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import NoKeyringError
from pydantic import BaseModel, ValidationError

from runbook import secret_sources
from runbook.errors import ConfigError, PageChanged
from runbook.secrets import Secret, SecretMisplaced, SecretRef, is_sandbox, origin

HERE = "https://login.example.com"
VALUE = "fake-hunter2-and-more"
TOTP = "FAKE2345ABCDEFGH"


def make(text: str = VALUE, **more: object) -> Secret:
    return Secret("admin's password", SecretRef(text), [HERE], **{"sandbox": True} | more)  # type: ignore[arg-type]


def private(tmp_path: Path, content: bytes, mode: int = 0o600) -> Path:
    path = tmp_path / "secret file"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def command(code: str) -> str:
    return "cmd:" + shlex.join([sys.executable, "-c", code])


class Login(BaseModel):
    password: SecretRef


@pytest.mark.parametrize("text", [VALUE, f"file:/{VALUE}", f"keyring:{VALUE}/user", f"cmd:pass show {VALUE}"])
def test_a_reference_never_shows_itself(text: str) -> None:
    ref = SecretRef(text)
    login = Login.model_validate({"password": text})
    shown = [repr(ref), str(ref), f"{ref}", repr(login), str(login), login.model_dump_json(), str(login.model_dump())]
    shown += [repr(Secret("x", ref, [HERE])), repr(vars(Secret("x", ref, [HERE])))]
    assert not [each for each in shown if VALUE in each]
    assert login.model_dump() == {"password": ref.shown}
    with pytest.raises(TypeError):
        pickle.dumps(ref)
    with pytest.raises(TypeError):
        pickle.dumps(make())
    with pytest.raises(TypeError):
        json.dumps(ref)


def test_a_literal_is_dumped_as_three_stars_and_a_reference_tells_its_scheme_only() -> None:
    assert SecretRef(VALUE).shown == "***"
    assert SecretRef("cmd:pass show x").shown == "cmd:***"


def test_a_reference_can_be_copied_and_compared() -> None:
    ref = SecretRef(VALUE)
    assert copy.deepcopy(ref) is ref
    assert copy.copy(ref) == SecretRef(VALUE)
    assert ref != SecretRef(VALUE + "x")
    assert len({ref, SecretRef(VALUE)}) == 1


@pytest.mark.parametrize(
    "text", ["", "  ", "file:", "keyring:onlyservice", "keyring:/user", "cmd:", "cmd:''", "cmd:'x"]
)
def test_a_reference_that_cannot_be_one_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(ValidationError):
        Login.model_validate({"password": text})
    with pytest.raises(ValueError, match=r"^(is|should|names|has) ") as caught:
        SecretRef(text)
    assert len(text) < 4 or text not in str(caught.value)


def test_a_reference_is_text_and_nothing_else() -> None:
    with pytest.raises(ValidationError, match="should be text"):
        Login.model_validate({"password": 12345})


def test_a_secret_is_revealed_at_its_own_origin() -> None:
    assert make().reveal(HERE) == VALUE
    assert make().reveal("HTTPS://Login.Example.com:443/path?query") == VALUE


@pytest.mark.parametrize(
    "place",
    [
        "http://login.example.com",
        "https://login.example.com:8443",
        "https://login.example.com.evil.example",
        "https://evil.example",
        "https://login.example.com@evil.example",
        "https://sub.login.example.com",
        "null",
        "",
        "about:blank",
        "https://[bad",
        "https://login.example.com:port",
    ],
)
def test_a_secret_is_not_even_resolved_for_another_origin(place: str, tmp_path: Path) -> None:
    marker = tmp_path / "resolved"
    learned: list[str] = []
    secret = make(command(f"open({str(marker)!r}, 'w'); print({VALUE!r})"), learn=learned.append)
    with pytest.raises(SecretMisplaced) as caught:
        secret.reveal(place)
    assert not marker.exists()
    assert not learned
    assert isinstance(caught.value, PageChanged)
    assert caught.value.reason == "misplaced-secret"
    assert caught.value.expected == HERE


def test_a_misplaced_secret_is_told_without_the_query_of_the_page() -> None:
    with pytest.raises(SecretMisplaced) as caught:
        make().reveal("https://user:pw@evil.example/cb?code=abcdef")
    assert "https://evil.example," in caught.value.cause
    assert not {"abcdef", "pw@"} & set(caught.value.cause.split())
    assert "abcdef" not in str(vars(caught.value))


def test_plain_http_is_for_this_machine_only() -> None:
    assert (
        Secret("x", SecretRef(VALUE), ["http://127.0.0.1:8080"], sandbox=True).reveal("http://127.0.0.1:8080") == VALUE
    )
    with pytest.raises(ValueError, match="https"):
        Secret("x", SecretRef(VALUE), ["http://login.example.com"])


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://A.example.com/x?y#z", "https://a.example.com"),
        ("https://a.example.com:443", "https://a.example.com"),
        ("https://a.example.com:444/", "https://a.example.com:444"),
        ("http://localhost:80", "http://localhost"),
        ("http://[::1]:9/", "http://[::1]:9"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_an_origin_is_written_as_a_browser_writes_it(url: str, expected: str) -> None:
    assert origin(url) == expected


def test_a_secret_is_resolved_once_and_learned_before_it_is_given(tmp_path: Path) -> None:
    counter = tmp_path / "counter"
    learned: list[str] = []
    secret = make(command(f"open({str(counter)!r}, 'a').write('x'); print({VALUE!r})"), learn=learned.append)
    assert [secret.reveal(HERE), secret.reveal(HERE)] == [VALUE, VALUE]
    assert counter.read_text() == "x"
    assert learned == [VALUE]


def test_the_secret_inside_an_otpauth_address_is_learned_too() -> None:
    learned: list[str] = []
    make(f"otpauth://totp/Acme:ada?secret={TOTP}&issuer=Acme", learn=learned.append).reveal(HERE)
    assert TOTP in learned
    learned.clear()
    make("FAKE 2345 ABCD EFGH", learn=learned.append).reveal(HERE)
    assert TOTP in learned


def test_a_file_gives_its_line_without_the_newline(tmp_path: Path) -> None:
    path = private(tmp_path, VALUE.encode() + b"\r\n")
    assert make(f"file:{path}").reveal(HERE) == VALUE
    assert SecretRef("file:secret file", tmp_path).resolve("x") == VALUE


def test_a_link_to_a_private_file_is_followed(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(private(tmp_path, VALUE.encode()))
    assert make(f"file:{link}").reveal(HERE) == VALUE


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_file_that_others_can_use_is_refused(tmp_path: Path, mode: int) -> None:
    path = private(tmp_path, VALUE.encode(), mode)
    with pytest.raises(ConfigError) as caught:
        make(f"file:{path}").reveal(HERE)
    assert f"chmod 600 '{path}'" in caught.value.remedy
    assert VALUE not in str(vars(caught.value))


@pytest.mark.parametrize("content", [b"", b"\n", VALUE.encode() + b"\nuser: x\n", b"\xff\xfe"])
def test_a_file_that_is_not_one_line_of_text_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ConfigError) as caught:
        make(f"file:{private(tmp_path, content)}").reveal(HERE)
    assert VALUE not in str(vars(caught.value))
    assert caught.value.__cause__ is None


def test_a_file_that_is_missing_or_no_file_is_told(tmp_path: Path) -> None:
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo, 0o600)
    for path in (tmp_path / "missing", tmp_path, fifo):
        with pytest.raises(ConfigError, match="password's file"):
            make(f"file:{path}").reveal(HERE)


def test_a_command_gives_what_it_prints() -> None:
    assert make(command(f"print({VALUE!r})")).reveal(HERE) == VALUE


def test_a_command_gets_no_shell() -> None:
    with pytest.raises(ConfigError, match="cannot be started"):
        make("cmd:no-such-command-here; echo x").reveal(HERE)


def test_a_command_that_fails_is_told_by_its_name_and_exit_code_only() -> None:
    code = "import sys; print('fake-out'); print('fake-err', file=sys.stderr); sys.exit(3)"
    with pytest.raises(ConfigError) as caught:
        make(command(code) + " fake-argument").reveal(HERE)
    told = str(vars(caught.value)) + str(caught.value)
    assert "exit code 3" in told
    assert sys.executable in told
    assert not [word for word in ("fake-out", "fake-err", "fake-argument", "import sys") if word in told]


def test_a_command_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secret_sources, "COMMAND_SECONDS", 0.2)
    with pytest.raises(ConfigError, match="did not end"):
        make(command("import signal; signal.pause()") + " fake-argument").reveal(HERE)


def test_a_command_does_not_get_the_other_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNBOOK_ADMIN_PASSWORD", "fake-other")
    monkeypatch.setenv("RUNBOOK_NOTIFY", "slack://fake/token")
    monkeypatch.setenv("RUNBOOK_SITE", "https://acme.atlassian.net")
    code = "import os; print('fake-', sorted(key for key in os.environ if key.startswith('RUNBOOK_')))"
    assert "RUNBOOK_ADMIN_PASSWORD" not in make(command(code)).reveal(HERE)
    assert "RUNBOOK_NOTIFY" not in make(command(code)).reveal(HERE)
    assert "RUNBOOK_SITE" in make(command(code)).reveal(HERE)


class Ring(KeyringBackend):
    priority = 1

    def __init__(self, entries: dict[tuple[str, str], str] | None) -> None:
        self.entries = entries

    def get_password(self, service: str, username: str) -> str | None:
        if self.entries is None:
            raise NoKeyringError("fake-detail")
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError

    def delete_password(self, service: str, username: str) -> None:
        raise NotImplementedError


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Ring:
    ring = Ring({("acme/jira", "ada@example.com"): VALUE})
    monkeypatch.setattr(keyring, "get_password", ring.get_password)
    return ring


def test_a_keyring_entry_is_found_by_service_and_user(ring: Ring) -> None:
    assert make("keyring:acme/jira/ada@example.com").reveal(HERE) == VALUE


def test_a_keyring_without_the_entry_or_without_a_backend_is_told(ring: Ring) -> None:
    with pytest.raises(ConfigError, match="no entry"):
        make("keyring:acme/jira/bob@example.com").reveal(HERE)
    ring.entries = None
    with pytest.raises(ConfigError, match="NoKeyringError") as caught:
        make("keyring:acme/jira/ada@example.com").reveal(HERE)
    assert "fake-detail" not in str(vars(caught.value))


def test_a_sandbox_run_refuses_a_real_secret_and_a_real_run_a_sandbox_one() -> None:
    with pytest.raises(ConfigError, match="admin's password is not one of the sandbox's") as caught:
        make("hunter2-and-more", sandbox=True).reveal(HERE)
    assert "hunter2" not in str(vars(caught.value))
    with pytest.raises(ConfigError, match="fits no real site") as caught:
        make(VALUE, sandbox=False).reveal(HERE)
    assert VALUE not in str(vars(caught.value))
    assert make("hunter2-and-more", sandbox=False).reveal(HERE) == "hunter2-and-more"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("fake-x", True),
        (TOTP, True),
        ("FAKE 2345 ABCD EFGH", True),
        (f"otpauth://totp/x?secret={TOTP}", True),
        ("JBSWY3DPEHPK3PXP", False),
        ("FAKEnews2026", False),
        ("not-fake-x", False),
        ("otpauth://totp/x?secret=JBSWY3DPEHPK3PXP", False),
    ],
)
def test_the_sandboxs_secrets_are_recognised(value: str, expected: bool) -> None:
    assert is_sandbox(value) is expected


def test_a_fingerprint_tells_two_secrets_apart_and_shows_neither() -> None:
    salt = b"0" * 16
    mark = make().fingerprint(salt)
    assert mark == make().fingerprint(salt)
    assert mark != make(VALUE + "x").fingerprint(salt)
    assert mark != make().fingerprint(b"1" * 16)
    assert VALUE.encode().hex() not in mark
