"""`[sandbox.idp]` and `[sandbox.mail]`: what may stand there, what is refused and how it is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from runbook.errors import ConfigError
from runbook.sandbox import build, channel, parse
from runbook.settings import load
from runbook.settings.external import External, OidcIdp, SamlIdp, load_external

IDP = """
[sandbox.idp]
kind = "oidc"
issuer = "http://localhost:8801/"
client_id = "jira"
client_secret = "fake-client-secret"
username = "Ada@acme.example"
password = "fake-password"
totp = "FAKEFAKEFAKEFAKE"
"""
SAML = """
[sandbox.idp]
kind = "saml"
metadata = "idp.xml"
url = "http://127.0.0.1:8802"
logout_url = "http://127.0.0.1:8802/logout?a=b"
username = "ada@acme.example"
password = "file:password"
"""
MAIL = """
[sandbox.mail]
kind = "oidc"
issuer = "http://127.0.0.1:8803"
client_id = "jira-mail"
client_secret = "cmd:cat secret"
scopes = ["openid", "email", "offline_access"]
button = "google"
account_url = "http://127.0.0.1:8803/account"
username = "support@acme.example"
password = "fake-password"
"""


def read(tmp_path: Path, text: str) -> External:
    file = tmp_path / "runbook.toml"
    file.write_text(text, encoding="utf-8")
    return load_external(file)


def refused(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    assert "hunter2" not in caught.value.cause + caught.value.remedy
    return re.sub(r"^\d+ settings are not usable:\n- ", "", caught.value.cause).split("\n- ")


def test_an_openid_provider_is_read_and_put_into_the_channel(tmp_path: Path) -> None:
    external = read(tmp_path, IDP + MAIL)
    assert isinstance(external.idp, OidcIdp)
    assert external.idp.scopes == ("openid", "email", "profile")
    world = build(parse("google"), external=external)
    found = external.channel(channel(world))
    assert (world.admin, world.mailbox) == ("ada@acme.example", "support@acme.example")
    assert (found.site.admin.username, found.address) == (world.admin, world.mailbox)
    assert found.site.idp.kind == "generic"
    assert found.site.admin_origins == ("http://localhost:8801",)
    assert found.mailbox_origins == ("http://127.0.0.1:8803",), "a real provider's pages get nothing"
    assert found.provider == "google"
    assert found.model_copy().mail_host == found.mail_host is not None


def test_a_saml_provider_is_read_with_its_metadata_beside_the_file(tmp_path: Path) -> None:
    external = read(tmp_path, SAML)
    assert isinstance(external.idp, SamlIdp)
    assert external.idp.metadata == str(tmp_path / "idp.xml")
    assert not external.idp.single_logout
    (tmp_path / "password").write_text("fake-from-file\n")
    (tmp_path / "password").chmod(0o600)
    assert external.idp.password.resolve("x") == "fake-from-file"
    found = external.channel(channel(build(parse(), external=external)))
    assert found.site.idp.effective_logout_url == "http://127.0.0.1:8802/logout?a=b"


def without(text: str, key: str) -> str:
    return re.sub(rf"^{key} = .*\n", "", text, flags=re.MULTILINE)


@pytest.mark.parametrize(
    ("text", "told", "example"),
    [
        (without(IDP, "issuer"), "runbook.toml [sandbox.idp] issuer is missing", 'issuer = "http://localhost:8801"'),
        (without(IDP, "client_id"), "[sandbox.idp] client_id is missing", 'client_id = "'),
        (without(IDP, "client_secret"), "[sandbox.idp] client_secret is missing", 'client_secret = "fake-'),
        (without(IDP, "password"), "[sandbox.idp] password is missing", 'password = "fake-'),
        (without(IDP, "kind"), "[sandbox.idp] kind should be oidc or saml", 'kind = "oidc"'),
        (MAIL.replace('"oidc"', '"saml"'), "[sandbox.mail] kind should be oidc", 'kind = "oidc"'),
        (without(MAIL, "account_url"), "[sandbox.mail] account_url is missing", 'account_url = "http://'),
        (MAIL.replace('"google"', '"yahoo"'), "[sandbox.mail] button should be microsoft or google", "microsoft"),
        (without(SAML, "logout_url"), "[sandbox.idp] logout_url is missing", 'logout_url = "http://'),
        (without(SAML, "url"), "[sandbox.idp] url is missing", 'url = "http://'),
        (without(SAML, "metadata"), "[sandbox.idp] metadata is missing", 'metadata = "http://'),
        (IDP + 'isuer = "x"', "[sandbox.idp] isuer is not a setting (meant issuer?)", ""),
        (IDP + 'metadata = "x"', "[sandbox.idp] metadata is not a setting", ""),
        (IDP + 'scopes = ["email"]', "[sandbox.idp] scopes should hold openid", "openid"),
        ("[sandbox.idb]\nx = 1", "[sandbox.idb] is not a table of the settings", "[sandbox.mail]"),
        ("[sandbox]\nidp = 1", "sandbox.idp should be a table", "[sandbox.idp]"),
        (IDP.replace("Ada@acme.example", "ada"), "[sandbox.idp] username should be one e-mail address", "ada.admin@"),
    ],
)
def test_a_slip_is_told_by_its_key_with_an_example(text: str, told: str, example: str, tmp_path: Path) -> None:
    [problem] = refused(tmp_path, text)
    assert told in problem
    assert example in problem


@pytest.mark.parametrize(
    "address", ["https://login.acme.example", "http://192.0.2.1:8801", "http://localhost.acme.example"]
)
@pytest.mark.parametrize("key", ["issuer", "logout_url", "home_url"])
def test_only_this_machine_may_be_reached(key: str, address: str, tmp_path: Path) -> None:
    [problem] = refused(tmp_path, without(IDP, key) + f'{key} = "{address}"')
    assert f"[sandbox.idp] {key} should be an" in problem
    assert "acme.example" not in problem


@pytest.mark.parametrize(
    "line", ['password = "hunter2"', 'totp = "JBSWY3DPEHPK3PXPHUNTER2"', 'client_secret = "hunter2"', "password = 2"]
)
def test_real_credentials_are_refused_without_showing_them(line: str, tmp_path: Path) -> None:
    [problem] = refused(tmp_path, without(IDP, line.split()[0]) + line)
    assert line.split()[0] in problem
    assert "fake" in problem


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    assert len(refused(tmp_path, without(without(IDP, "issuer"), "password") + without(MAIL, "client_id"))) == 3


def test_a_file_without_providers_is_told_and_its_other_tables_are_not_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no external provider"):
        read(tmp_path, '[defaults]\nbrowser = "chrome"')
    assert read(tmp_path, IDP + '[channels.HELP]\naddress = "half a channel"').idp


def test_the_admin_and_the_mailbox_are_two(tmp_path: Path) -> None:
    external = read(tmp_path, IDP + MAIL.replace("support@acme", "ada@acme"))
    with pytest.raises(ConfigError, match="do not go together"):
        external.channel(channel(build(parse("google"), external=external)))


def test_the_button_and_the_scenario_must_agree(tmp_path: Path) -> None:
    external = read(tmp_path, MAIL)
    with pytest.raises(ConfigError, match="button is google") as caught:
        external.channel(channel(build(parse("entra"), external=external)))
    assert "--scenario" in caught.value.remedy


def test_a_client_secret_behind_a_reference_must_be_a_fake_one(tmp_path: Path) -> None:
    from runbook.sandbox.relying import fake_secret

    (tmp_path / "secret").write_text("hunter2")
    external = read(tmp_path, MAIL)
    assert external.mail
    with pytest.raises(ConfigError, match="is not a fake one") as caught:
        fake_secret(external.mail.client_secret, "client secret of [sandbox.mail]")
    assert "hunter2" not in str(vars(caught.value))


def test_a_real_run_checks_the_tables_and_does_not_use_them(tmp_path: Path) -> None:
    (tmp_path / "runbook.toml").write_text(IDP, encoding="utf-8")
    assert load(folder=tmp_path, env={}).channels == {}
    (tmp_path / "runbook.toml").write_text(without(IDP, "issuer"), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"\[sandbox.idp\] issuer is missing"):
        load(folder=tmp_path, env={})


def test_who_is_told_of_a_sandbox_stands_in_the_file_and_is_read_for_a_verb_that_tells(tmp_path: Path) -> None:
    file = tmp_path / "runbook.toml"
    file.write_text('[notify]\nurls = ["file:urls"]\nremind = "6h"\n[channels.HELP]\nnonsense = 1\n', encoding="utf-8")
    found = load_external(file, telling=True)
    assert [ref.shown for ref in found.notify.urls] == ["file:***"]
    assert found.file is None, "the sandbox itself has nothing to read there"
    with pytest.raises(ConfigError, match=r"no external provider for the sandbox\.$"):
        load_external(file)
    file.write_text('[notify]\nurls = ["slack://hunter2/hunter2"]\nremind = "often"\n' + IDP, encoding="utf-8")
    assert load_external(file).file == file, "nobody is told, and nothing of it is read"
    with pytest.raises(ConfigError, match="urls is written out") as caught:
        load_external(file, telling=True)
    assert "remind should be a length of time" in caught.value.cause
    assert "hunter2" not in caught.value.cause
