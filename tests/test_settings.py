"""Settings: three sources, one result; every problem told at once, no secret ever."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from runbook.errors import ConfigError
from runbook.settings import Channel, Identity, Idp, Settings, Site, load
from runbook.settings.channel import FIXED_ORIGINS, IDP_KINDS, LOGOUT_URLS
from runbook.settings.deadlines import STEPS
from runbook.settings.variables import ALL

ROOT = Path(__file__).parent.parent
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
SECRET = "fake-hunter2-and-more"
DATABASE = f"postgresql://runbook:{SECRET}@db.example.com/runbook"
ONE_SITE = {
    "RUNBOOK_SITE": "https://acme.atlassian.net",
    "RUNBOOK_ADMIN_USERNAME": "ada@example.com",
    "RUNBOOK_ADMIN_PASSWORD": SECRET,
    "RUNBOOK_IDP": "okta",
    "RUNBOOK_IDP_URL": "https://acme.okta.com/",
    "RUNBOOK_MAILBOX": "Support@example.com",
    "RUNBOOK_MAILBOX_PASSWORD": f"cmd:pass show {SECRET}",
    "RUNBOOK_MAIL_PROVIDER": "microsoft",
}
TOML = """
[identities.ada]
username = "ada@example.com"
password = "keyring:acme/ada"

[identities.help-desk]
username = "help@example.com"
password = "file:secrets/help"
origins = ["https://login.example.com/x"]

[identities.ops]
username = "ops@example.com"
password = "file:/run/secrets/ops"

[sites.acme]
url = "https://acme.atlassian.net"
admin = "ada"
[sites.acme.idp]
kind = "keycloak"
url = "https://sso.example.com/realms/acme"

[channels.HELP]
site = "acme"
mailbox = "help-desk"
address = "help@example.com"
provider = "microsoft"
federated = true
person_timeout = 60

[channels.OPS]
site = "acme"
mailbox = "ops"
address = "ops@example.com"
provider = "google"

[defaults]
keep_runs_days = 7
runs = "runs"

[locators]
microsoft.password = "#i0118"
"okta.username" = "#name"
"""


def read(
    tmp_path: Path, env: dict[str, str] | None = None, *, dotenv: str = "", toml: str = "", project: str | None = None
) -> Settings:
    if dotenv:
        (tmp_path / ".env").write_text(dotenv, encoding="utf-8")
        (tmp_path / ".env").chmod(0o600)
    if toml:
        (tmp_path / "runbook.toml").write_text(toml, encoding="utf-8")
    return load(project, folder=tmp_path, env=env or {})


def refused(tmp_path: Path, env: dict[str, str] | None = None, **more: Any) -> list[str]:
    """The problems that are told; none of them, nor anything else about the error, may hold a secret."""
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, env, **more)
    error = caught.value
    assert SECRET not in str(vars(error)) + str(error)
    assert error.__cause__ is None
    assert error.__context__ is None or error.__suppress_context__
    return re.sub(r"^\d+ settings are not usable:\n- ", "", error.cause).split("\n- ")


def without(name: str) -> dict[str, str]:
    return {key: value for key, value in ONE_SITE.items() if key != name}


def test_one_site_is_set_by_variables(tmp_path: Path) -> None:
    channel = read(tmp_path, ONE_SITE, project="HELP").channel("HELP")
    assert channel.id == "acme.atlassian.net/HELP"
    assert channel.address == channel.mailbox.username.lower() == "support@example.com"
    assert channel.site.admin.password.resolve("x") == SECRET
    assert channel.site.mail_domain == "acme.atlassian.net"
    assert channel.redirect_hosts == ("id.atlassian.com", "auth.atlassian.com", "acme.atlassian.net")
    assert (channel.reply_to, channel.request_type, channel.replaces) == (None, None, ())
    assert channel.person_timeout == 300


def test_every_variable_of_a_channel_arrives(tmp_path: Path) -> None:
    env = ONE_SITE | {
        "RUNBOOK_PROJECT": "HELP",
        "RUNBOOK_ADMIN_TOTP": "file:a",
        "RUNBOOK_MAILBOX_TOTP": "file:b",
        "RUNBOOK_ADMIN_PASSKEY": "file:c",
        "RUNBOOK_MAILBOX_PASSKEY": "file:d",
        "RUNBOOK_MAILBOX_USERNAME": "support",
        "RUNBOOK_MAILBOX_FEDERATED": "yes",
        "RUNBOOK_MAILBOX_SHOWN_AS": "Support@example.onmicrosoft.com",
        "RUNBOOK_REQUEST_TYPE": "Emailed request",
        "RUNBOOK_REPLY_TO": "false",
        "RUNBOOK_REPLACES": "old@example.com, Older@example.com",
        "RUNBOOK_OAUTH_CLIENT": "Jira",
        "RUNBOOK_EMAIL_PAGE": "https://acme.atlassian.net/x",
        "RUNBOOK_API_USER": "Ada@example.com",
        "RUNBOOK_API_TOKEN": "file:e",
        "RUNBOOK_IDP_LOGOUT_URL": "https://acme.okta.com/bye?now=1",
        "RUNBOOK_RUNS": "~/runs",
        "RUNBOOK_STATE": "state",
        "RUNBOOK_STATE_URL": DATABASE,
        "RUNBOOK_KEEP_RUNS_DAYS": "9",
        "RUNBOOK_KEEP_HISTORY_DAYS": "90",
        "RUNBOOK_BROWSER": "chrome",
        "RUNBOOK_DELAY": "45s",
        "RUNBOOK_RESCUE": "true",
        "RUNBOOK_JOBS": "4",
        "RUNBOOK_METRICS": "a/runbook.prom",
        "RUNBOOK_LOG_FILE": "-",
        "RUNBOOK_LOG_FORMAT": "json",
        "RUNBOOK_NOTIFY": "json://fake/a keyring:notify/slack",
        "RUNBOOK_PATIENCE": "20s",
        "RUNBOOK_DEADLINE_RUN": "1h",
        "RUNBOOK_DEADLINE_STEP": "6m",
    }
    env |= {name: "7m" for name, each in ALL.items() if each.path[:2] == ("deadlines", "steps")}
    assert set(env) == set(ALL), "a variable is not tested"
    settings = read(tmp_path, env)
    channel = settings.channel()
    assert channel.site.admin.totp is not None
    assert channel.mailbox.totp is not None
    assert channel.mailbox.username == "support"
    assert (channel.federated, channel.reply_to) == (True, False)
    assert channel.mailbox_names == {"support@example.com", "support@example.onmicrosoft.com"}
    assert channel.request_type == "Emailed request"
    assert channel.replaces == ("old@example.com", "older@example.com")
    assert channel.oauth_client == "Jira"
    assert channel.site.email_page == "https://acme.atlassian.net/x"
    assert (channel.site.api_user, channel.site.audit_minutes) == ("ada@example.com", 10)
    assert channel.site.api_token is not None
    assert channel.site.idp.effective_logout_url == "https://acme.okta.com/bye?now=1"
    assert (settings.runs, settings.state) == (Path.home() / "runs", tmp_path / "state")
    assert (settings.keep_runs_days, settings.keep_history_days, settings.browser) == (9, 90, "chrome")
    assert (settings.rescue, settings.jobs, settings.log_format) == (True, 4, "json")
    assert (settings.metrics, settings.log_file) == (tmp_path / "a/runbook.prom", Path("-"))
    assert channel.deadlines.run == timedelta(hours=1)
    assert {channel.deadlines.of_step(name) for name in STEPS} == {420.0}
    assert settings.state_url is not None
    assert settings.state_url.resolve("x") == DATABASE
    assert [ref.shown for ref in settings.notify.urls] == ["***", "keyring:***"]


def test_the_states_database_is_a_secret(tmp_path: Path) -> None:
    rows = {key: (value, source) for key, value, source in read(tmp_path, {"RUNBOOK_STATE_URL": DATABASE}).describe()}
    assert rows["state_url"] == ("***", "environment RUNBOOK_STATE_URL")
    assert refused(tmp_path, toml=f'[defaults]\nstate_url = "{DATABASE}"\n') == [
        "runbook.toml [defaults] state_url is written out, and that file is no place for a secret; write where it is kept"
        " (file:PATH, keyring:SERVICE/USER or cmd:COMMAND), or set it in the environment."
    ]
    (tmp_path / "url").write_text(DATABASE)
    (tmp_path / "url").chmod(0o600)
    kept = read(tmp_path, toml='[defaults]\nstate_url = "file:url"\nkeep_history_days = 5\n')
    assert kept.state_url is not None
    assert kept.state_url.resolve("x") == DATABASE
    assert kept.keep_history_days == 5


def test_the_one_site_form_serves_whatever_project_is_asked_for(tmp_path: Path) -> None:
    settings = read(tmp_path, ONE_SITE)
    assert settings.channel("HELP").project == "HELP"
    assert settings.channel("OPS").id == "acme.atlassian.net/OPS"
    with pytest.raises(ConfigError, match="No project is named"):
        settings.channel()
    with pytest.raises(ConfigError, match="not a project key"):
        settings.channel("help me")


def test_a_named_project_is_the_only_one(tmp_path: Path) -> None:
    settings = read(tmp_path, ONE_SITE | {"RUNBOOK_PROJECT": "HELP"}, project="OPS")
    assert settings.channel().project == "HELP"
    with pytest.raises(ConfigError, match="project OPS") as caught:
        settings.channel("OPS")
    assert "Configured: HELP" in caught.value.remedy


def test_without_any_settings_there_are_folders_and_no_channel(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert settings.channels == {}
    assert settings.runs.name == "runs"
    assert settings.state.parent == settings.runs.parent
    assert settings.keep_runs_days == 30
    with pytest.raises(ConfigError, match="project HELP") as caught:
        settings.channel("HELP")
    assert ".env.example" in caught.value.remedy


def test_the_environment_wins_over_dotenv_and_dotenv_over_toml(tmp_path: Path) -> None:
    dotenv = "RUNBOOK_BROWSER=from-dotenv\nRUNBOOK_STATE=from-dotenv\nRUNBOOK_KEEP_RUNS_DAYS="
    toml = '[defaults]\nbrowser = "from-toml"\nstate = "from-toml"\nruns = "from-toml"\nkeep_runs_days = 5\n'
    settings = read(tmp_path, {"RUNBOOK_BROWSER": "from-environment"}, dotenv=dotenv, toml=toml)
    assert settings.browser == "from-environment"
    assert settings.state == tmp_path / "from-dotenv"
    assert settings.runs == tmp_path / "from-toml"
    assert settings.keep_runs_days == 5
    rows = {key: source for key, _, source in settings.describe()}
    assert rows["browser"] == "environment RUNBOOK_BROWSER"
    assert rows["state"] == ".env RUNBOOK_STATE"
    assert rows["runs"] == "runbook.toml [defaults] runs"
    assert rows["default_project"] == "default"


def test_dotenv_keeps_passwords_as_they_are(tmp_path: Path) -> None:
    dotenv = "\ufeff# comment\nexport RUNBOOK_ADMIN_PASSWORD='fake-p$a${HOME}s#s'\nOTHER_TOOL=x\nRUNBOOK_PROJECT=HELP # note\n"
    settings = read(tmp_path, without("RUNBOOK_ADMIN_PASSWORD"), dotenv=dotenv)
    assert settings.channel().site.admin.password.resolve("x") == "fake-p$a${HOME}s#s"


def test_several_sites_and_channels_are_set_by_toml(tmp_path: Path) -> None:
    settings = read(tmp_path, toml=TOML)
    helpdesk, ops = settings.channel("HELP"), settings.channel("OPS")
    assert helpdesk.site == ops.site
    assert helpdesk.site.admin.name == "ada"
    assert helpdesk.site.name == "acme"
    assert helpdesk.mailbox.origins == ("https://login.example.com",)
    assert (helpdesk.person_timeout, settings.keep_runs_days) == (60, 7)
    assert settings.runs == tmp_path / "runs"
    assert settings.locators == {"microsoft.password": "#i0118", "okta.username": "#name"}
    with pytest.raises(ConfigError, match="No project is named") as caught:
        settings.channel()
    assert "Configured: HELP, OPS." in caught.value.remedy


def test_what_only_the_sandbox_reads_is_no_setting_and_no_mistake(tmp_path: Path) -> None:
    mine = {"RUNBOOK_SANDBOX_OKTA_WIDGET": "3", "RUNBOOK_NPM": "/opt/npm", "RUNBOOK_ATLASKIT": "/opt/page.js"}
    assert read(tmp_path, ONE_SITE | mine) == read(tmp_path, ONE_SITE)


def test_a_secret_file_is_looked_for_beside_the_settings(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    path = tmp_path / "secrets" / "help"
    path.write_text("fake-from-file\n")
    path.chmod(0o600)
    assert read(tmp_path, toml=TOML).channel("HELP").mailbox.password.resolve("x") == "fake-from-file"


def test_another_toml_file_can_be_named(tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text(TOML)
    settings = load(folder=tmp_path / "empty", env={}, config=other)
    assert sorted(settings.channels) == ["HELP", "OPS"]
    assert settings.sources["channels.HELP.address"] == "other.toml [channels.HELP] address"
    with pytest.raises(ConfigError, match="There is no file"):
        load(folder=tmp_path, env={}, config=tmp_path / "missing.toml")


def test_an_identitys_secrets_come_from_the_environment_if_they_are_there(tmp_path: Path) -> None:
    env = {"RUNBOOK_IDENTITY_HELP_DESK_PASSWORD": SECRET, "RUNBOOK_IDENTITY_ADA_TOTP": "file:x"}
    settings = read(tmp_path, env, toml=TOML)
    assert settings.channel("HELP").mailbox.password.resolve("x") == SECRET
    assert settings.channel("OPS").site.admin.totp is not None
    assert settings.sources["channels.HELP.mailbox.password"] == "environment RUNBOOK_IDENTITY_HELP_DESK_PASSWORD"


def test_a_variable_goes_over_the_channel_that_is_named_and_over_no_other(tmp_path: Path) -> None:
    env = {"RUNBOOK_PROJECT": "OPS", "RUNBOOK_ADMIN_USERNAME": "bob@example.com", "RUNBOOK_REQUEST_TYPE": "Incident"}
    settings = read(tmp_path, env, toml=TOML)
    assert settings.channel().site.admin.username == "bob@example.com"
    assert settings.channel().request_type == "Incident"
    assert settings.channel("HELP").site.admin.username == "ada@example.com"
    assert settings.channel("HELP").request_type is None


def test_variables_of_a_channel_beside_toml_must_say_which_channel(tmp_path: Path) -> None:
    [problem] = refused(tmp_path, {"RUNBOOK_MAILBOX": "x@example.com"}, toml=TOML, project="HELP")
    assert problem.startswith("RUNBOOK_PROJECT is missing")


def test_all_problems_are_told_at_once_each_with_its_name_and_an_example(tmp_path: Path) -> None:
    env = ONE_SITE | {
        "RUNBOOK_SITE": "http://acme.atlassian.net",
        "RUNBOOK_IDP": "oktaa",
        "RUNBOOK_MAILBOX": "nonsense",
        "RUNBOOK_REPLY_TO": "perhaps",
        "RUNBOOK_KEEP_RUNS_DAYS": "0",
        "RUNBOOK_MALBOX_TOTP": SECRET,
        "RUNBOOK_ADMIN_TOTP": f"cmd:'{SECRET}",
    }
    problems = refused(tmp_path, env, project="help")
    for start, example in {
        "environment RUNBOOK_MALBOX_TOTP is not a setting": "Did you mean RUNBOOK_MAILBOX_TOTP?",
        "environment RUNBOOK_ADMIN_TOTP has a quote": "Example: file:/run/secrets/name",
        "--project should be a project key": "Example: --project HELP",
        "environment RUNBOOK_SITE should be an https address": "Example: RUNBOOK_SITE=https://acme.atlassian.net",
        "environment RUNBOOK_IDP should be one of: atlassian, microsoft": "Example: RUNBOOK_IDP=microsoft",
        "environment RUNBOOK_MAILBOX should be one e-mail address": "Example: RUNBOOK_MAILBOX=support@acme.example",
        "environment RUNBOOK_REPLY_TO should be true or false.": "Example: RUNBOOK_REPLY_TO=true",
        "environment RUNBOOK_KEEP_RUNS_DAYS should be at least 1.": "Example: RUNBOOK_KEEP_RUNS_DAYS=30",
    }.items():
        [problem] = [each for each in problems if each.startswith(start)]
        assert problem.endswith(example)
    assert len(problems) == 8


@pytest.mark.parametrize("name", [name for name in ONE_SITE if name != "RUNBOOK_IDP_URL"])
def test_a_missing_variable_is_named_with_an_example(tmp_path: Path, name: str) -> None:
    [problem] = refused(tmp_path, without(name), project="HELP")
    assert problem.startswith(f"{name} is missing. Example: {name}=")


def test_a_site_without_a_valid_admin_is_still_told_everything_else(tmp_path: Path) -> None:
    toml = """
    [sites.acme]
    url = "https://acme.atlassian.net/jira"
    admin = "bob"
    idp = "okta"
    [channels.HELP]
    site = "acme"
    mailbox = 3
    adress = "help@example.com"
    provider = "microsoft"
    """
    assert refused(tmp_path, toml=toml) == [
        "runbook.toml [sites.acme] admin should be the name of a table [identities.NAME] (there are none).",
        "runbook.toml [channels.HELP] mailbox should be the name of a table [identities.NAME] (there are none).",
        "runbook.toml [sites.acme] url should be the site's address without a path."
        ' Example: url = "https://acme.atlassian.net"',
        "runbook.toml [sites.acme] idp should be a table.",
        'runbook.toml [channels.HELP] address is missing. Example: address = "support@acme.example"',
        "runbook.toml [channels.HELP] adress is not a setting (meant address?).",
    ]


@pytest.mark.parametrize(
    ("toml", "problem"),
    [
        ("[fooo]\n", "runbook.toml fooo is not a table of the settings."),
        ("sites = 3\n", "runbook.toml sites should be a table."),
        ("[defaults]\nrun = 'x'\n", "runbook.toml [defaults] run is not a setting"),
        ("[defaults]\nchannels = 'x'\n", "runbook.toml [defaults] channels is not a setting"),
        ("[identities.x]\nname = 'y'\nusername='x'\npassword='file:x'\n", "runbook.toml [identities.x] name is not"),
        ("[identities.x]\nusername='x'\n", "runbook.toml [identities.x] password is missing."),
        ("[identities.x]\nusername='x'\npassword=3\n", "runbook.toml [identities.x] password should be text."),
        (f"[identities.x]\nusername='x'\npassword='{SECRET}'\n", "runbook.toml [identities.x] password is written out"),
        (
            "[identities.'a b']\nusername='x'\npassword='file:x'\n",
            "runbook.toml [identities.a b] name should be a name",
        ),
        ("[channels]\nHELP = 3\n", "runbook.toml channels.HELP should be a table."),
        (f"x = '{SECRET}' y\n", "runbook.toml is not valid TOML (at line 1, column"),
        (f"x = '{SECRET}", "runbook.toml is not valid TOML (at end of document)."),
        ("[locators]\nx = 3\n", "runbook.toml [locators] x should be text."),
    ],
)
def test_a_slip_in_the_toml_file_is_told(tmp_path: Path, toml: str, problem: str) -> None:
    [told] = refused(tmp_path, toml=toml)
    assert told.startswith(problem)


def test_a_literal_in_the_toml_file_is_refused_with_what_to_do_instead(tmp_path: Path) -> None:
    [problem] = refused(tmp_path, toml=TOML.replace("keyring:acme/ada", SECRET))
    assert problem.startswith("runbook.toml [identities.ada] password is written out")
    assert all(word in problem for word in ("file:", "keyring:", "cmd:", "environment"))


def test_an_unknown_identity_in_a_variable_is_told(tmp_path: Path) -> None:
    [problem] = refused(tmp_path, {"RUNBOOK_IDENTITY_BOB_PASSWORD": SECRET}, toml=TOML)
    assert problem.startswith("environment RUNBOOK_IDENTITY_BOB_PASSWORD is for an identity that")
    assert "ADA, HELP_DESK, OPS" in problem


def test_a_line_of_dotenv_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    dotenv = f"RUNBOOK_BROWSER=x\nRUNBOOK_ADMIN_PASSWORD {SECRET}\nRUNBOOK_SITE\n"
    assert [problem.split(" is")[0] for problem in refused(tmp_path, dotenv=dotenv)] == [".env line 2", ".env line 3"]


def test_a_dotenv_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xff\xfe")
    assert "UTF-8" in refused(tmp_path)[0]
    (tmp_path / ".env").unlink()
    (tmp_path / ".env").mkdir()
    assert "cannot be read" in refused(tmp_path)[0]


@pytest.mark.parametrize(
    ("change", "start"),
    [
        ({"RUNBOOK_MAILBOX": "Ada@example.com"}, "environment RUNBOOK_MAILBOX is the admin's own address"),
        ({"RUNBOOK_MAILBOX_USERNAME": "ADA@example.com"}, "environment RUNBOOK_MAILBOX_USERNAME is the admin's"),
        ({"RUNBOOK_MAILBOX": "help@acme.atlassian.net"}, "environment RUNBOOK_MAILBOX is one that Jira makes itself"),
        ({"RUNBOOK_REPLACES": "support@example.com"}, "environment RUNBOOK_REPLACES holds the mailbox's own"),
        (
            {"RUNBOOK_EMAIL_PAGE": "https://other.atlassian.net/x"},
            "environment RUNBOOK_EMAIL_PAGE should be an address on",
        ),
        ({"RUNBOOK_IDP_URL": ""}, "RUNBOOK_IDP_URL is missing, and okta"),
        ({"RUNBOOK_IDP": "keycloak"}, "environment RUNBOOK_IDP_URL should be the realm's address"),
        ({"RUNBOOK_IDP": "microsoft"}, "environment RUNBOOK_IDP_URL is not needed"),
        ({"RUNBOOK_IDP": "pingid"}, "RUNBOOK_IDP_LOGOUT_URL is missing, and pingid"),
        (
            {"RUNBOOK_IDP": "microsoft", "RUNBOOK_IDP_URL": "", "RUNBOOK_MAILBOX_FEDERATED": "true"},
            "environment RUNBOOK_MAILBOX_FEDERATED contradicts the identity provider",
        ),
        (
            {
                "RUNBOOK_IDP": "atlassian",
                "RUNBOOK_IDP_URL": "",
                "RUNBOOK_IDP_LOGOUT_URL": "https://id.atlassian.com/logout",
            },
            "environment RUNBOOK_IDP_LOGOUT_URL would sign Jira out",
        ),
    ],
)
def test_settings_that_contradict_each_other_are_refused(tmp_path: Path, change: dict[str, str], start: str) -> None:
    [problem] = refused(tmp_path, ONE_SITE | change, project="HELP")
    assert problem.startswith(start)


def test_one_mailbox_serves_one_channel(tmp_path: Path) -> None:
    [problem] = refused(tmp_path, toml=TOML.replace('address = "ops@', 'address = "Help@'))
    assert (
        problem == "runbook.toml [channels.OPS] address is the address of HELP as well; a mailbox serves one project."
    )


def test_the_example_file_names_every_variable_with_its_example() -> None:
    lines = re.findall(r"^(# )?(RUNBOOK_\w+)=(.*)$", EXAMPLE, re.M)
    assert sorted(name for _, name, _ in lines) == sorted(ALL)
    for comment, name, value in lines:
        assert value == (ALL[name].placeholder or ALL[name].example), name
        assert bool(comment) == (name not in {*ONE_SITE} - {"RUNBOOK_IDP_URL"}), name


def test_example_values_left_in_place_are_detected(tmp_path: Path) -> None:
    problems = refused(tmp_path, dotenv=EXAMPLE)
    names = [name for name, variable in ALL.items() if variable.placeholder and "TOTP" not in name]
    assert sorted(problems) == sorted(f".env {name} still has its example value; put your own there." for name in names)


def test_example_values_are_detected_in_the_toml_file_too(tmp_path: Path) -> None:
    [problem] = refused(tmp_path, toml=TOML.replace("https://acme.atlassian.net", "https://your-site.atlassian.net"))
    assert problem.startswith("runbook.toml [sites.acme] url still has its example value")


def test_the_example_file_once_filled_in_is_accepted(tmp_path: Path) -> None:
    filled = EXAMPLE
    for name, variable in ALL.items():
        if variable.placeholder:
            filled = filled.replace(f"\n{name}={variable.placeholder}", f"\n{name}={variable.example}")
    channel = read(tmp_path, dotenv=filled).channel("HELP")
    assert channel.address == "support@acme.example"


def test_the_example_files_optional_lines_are_accepted(tmp_path: Path) -> None:
    lines = {name: variable.example for name, variable in ALL.items()}
    lines |= {"RUNBOOK_IDP": "okta", "RUNBOOK_REPLACES": "old@acme.example"}
    channel = read(tmp_path, dotenv="\n".join(f"{name}={value}" for name, value in lines.items())).channel()
    assert channel.site.idp.url == "https://acme.okta.com"


def test_what_is_in_force_is_described_without_secrets(tmp_path: Path) -> None:
    rows = {key: (value, source) for key, value, source in read(tmp_path, ONE_SITE, project="HELP").describe()}
    assert SECRET not in str(rows)
    assert rows["channels.HELP.site.admin.password"] == ("***", "environment RUNBOOK_ADMIN_PASSWORD")
    assert rows["channels.HELP.mailbox.password"] == ("cmd:***", "environment RUNBOOK_MAILBOX_PASSWORD")
    assert rows["channels.HELP.mailbox.username"] == ("Support@example.com", "environment RUNBOOK_MAILBOX")
    assert rows["channels.HELP.mailbox.totp"] == ("not set", "default")
    assert rows["channels.HELP.federated"] == ("false", "default")
    assert rows["keep_runs_days"] == ("30", "default")


def test_every_source_is_that_of_a_described_setting(tmp_path: Path) -> None:
    settings = read(tmp_path, {"RUNBOOK_IDENTITY_ADA_TOTP": "file:x"}, toml=TOML)
    assert set(settings.sources) <= {key for key, _, _ in settings.describe()}
    unbound = read(tmp_path / "other", ONE_SITE)
    assert ("channels.*.address", "support@example.com", "environment RUNBOOK_MAILBOX") in unbound.describe()


def test_a_models_own_error_shows_no_input() -> None:
    with pytest.raises(ValidationError) as caught:
        Channel.model_validate({"project": "HELP", "site": SECRET, "mailbox": {"password": [SECRET]}})
    assert SECRET not in str(caught.value)


def idp(kind: str) -> Idp:
    url = None if kind in FIXED_ORIGINS else "https://sso.example.com:8443/realms/acme/"
    logout = None if kind in LOGOUT_URLS or kind == "atlassian" else "https://sso.example.com/bye"
    return Idp.model_validate({"kind": kind, "url": url, "logout_url": logout})


@pytest.mark.parametrize("kind", IDP_KINDS)
def test_every_identity_provider_has_origins_and_a_sign_out_address(kind: str) -> None:
    provider = idp(kind)
    assert provider.origins
    assert all(re.fullmatch(r"https://[a-z0-9.-]+(:\d+)?", each) for each in provider.origins)
    if kind == "atlassian":
        assert provider.effective_logout_url is None
    else:
        assert (provider.effective_logout_url or "").startswith("https://")


@pytest.mark.parametrize(
    ("kind", "origins", "logout"),
    [
        (
            "microsoft",
            ("https://login.microsoftonline.com", "https://login.live.com", "https://login.microsoft.com"),
            "https://login.microsoftonline.com/common/oauth2/v2.0/logout",
        ),
        ("google", ("https://accounts.google.com",), "https://accounts.google.com/Logout"),
        ("okta", ("https://sso.example.com:8443",), "https://sso.example.com:8443/login/signout"),
        (
            "keycloak",
            ("https://sso.example.com:8443",),
            "https://sso.example.com:8443/realms/acme/protocol/openid-connect/logout",
        ),
        (
            "pingfederate",
            ("https://sso.example.com:8443", "https://authenticator.pingone.com"),
            "https://sso.example.com:8443/idp/startSLO.ping",
        ),
        (
            "simplesamlphp",
            ("https://sso.example.com:8443",),
            "https://sso.example.com:8443/realms/acme/saml2/idp/SingleLogoutService.php?ReturnTo=https://sso.example.com:8443/realms/acme/",
        ),
    ],
)
def test_the_known_identity_providers_addresses(kind: str, origins: tuple[str, ...], logout: str) -> None:
    assert idp(kind).origins == origins
    assert idp(kind).effective_logout_url == logout


def test_the_mailboxs_secrets_go_to_its_provider_and_to_the_idp_only_if_it_is_federated(tmp_path: Path) -> None:
    settings = read(tmp_path, toml=TOML)
    federated, plain = settings.channel("HELP"), settings.channel("OPS")
    assert federated.mailbox_origins == (
        *FIXED_ORIGINS["microsoft"],
        "https://sso.example.com",
        "https://login.example.com",
    )
    assert plain.mailbox_origins == FIXED_ORIGINS["google"]
    assert plain.site.admin_origins == ("https://sso.example.com",)


def test_importing_the_settings_loads_nothing_heavy() -> None:
    code = "import sys, runbook.settings; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout.split()
    assert "pydantic" in loaded
    assert not {"playwright", "pydantic_settings", "keyring", "rich", "flask", "dotenv"} & set(loaded)


NOT_PYDANTICS = re.compile(r"valid|unable|parse|input|instance|greater|less than|Literal|type", re.IGNORECASE)


@pytest.mark.parametrize(
    ("table", "line", "problem"),
    [
        ("channels.HELP", "reply_to = 'perhaps'", "should be true or false. Example: reply_to = true"),
        ("channels.HELP", "federated = 3", "should be true or false. Example: federated = true"),
        ("channels.HELP", "person_timeout = 'soon'", "should be a number. Example: person_timeout = 300"),
        ("channels.HELP", "person_timeout = 0", "should be more than 0. Example: person_timeout = 300"),
        ("channels.HELP", "person_timeout = 86401", "should be at most 86400. Example: person_timeout = 300"),
        ("channels.HELP", "person_timeout = inf", "should be at most 86400. Example: person_timeout = 300"),
        ("channels.HELP", "redirect_hosts = 3", 'should be a list. Example: redirect_hosts = ["id.atlassian.com"]'),
        (
            "channels.HELP",
            "replaces = 3",
            'should be a list. Example: replaces = ["old@acme.example", "ada@acme.example"]',
        ),
        ("channels.HELP", "request_type = ''", 'should not be empty. Example: request_type = "Emailed request"'),
        ("channels.HELP", "oauth_client = 3", 'should be text. Example: oauth_client = "Jira Service Management"'),
        ("channels.HELP", "provider = 'aol'", 'should be microsoft or google. Example: provider = "microsoft"'),
        ("defaults", "keep_runs_days = 'x'", "should be a whole number. Example: keep_runs_days = 30"),
        ("defaults", "keep_runs_days = 1.5", "should be a whole number. Example: keep_runs_days = 30"),
        ("defaults", "jobs = 17", "should be at most 16. Example: jobs = 2"),
        ("defaults", "rescue = 3", "should be true or false."),
        ("defaults", "log_format = 'xml'", 'should be console or json. Example: log_format = "json"'),
        (
            "defaults",
            "metrics = 3",
            'should be a path. Example: metrics = "/var/lib/node_exporter/textfile/runbook.prom"',
        ),
        ("defaults", "runs = 3", 'should be a path. Example: runs = "/var/lib/runbook/runs"'),
    ],
)
def test_a_wrong_value_is_told_in_our_own_words_with_an_example_of_its_file(
    tmp_path: Path, table: str, line: str, problem: str
) -> None:
    key = line.split(" ")[0]
    before, here, after = TOML.partition(f"[{table}]\n")
    after = re.sub(rf"^{key} = .*\n", "", after, count=1, flags=re.M)
    [told] = refused(tmp_path, toml=f"{before}{here}{line}\n{after}")
    assert told.split(" Example:")[0] in f"runbook.toml [{table}] {key} {problem}"
    assert told.endswith(problem)
    assert not NOT_PYDANTICS.search(problem.split(" Example:")[0])


def test_the_remedy_for_settings_that_are_not_usable_is_not_a_verb_that_says_the_same(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, {"RUNBOOK_SIET": "x"})
    assert "runbook settings" not in caught.value.remedy
    assert ".env.example" in caught.value.remedy


# --- what the verb `settings` shows


def test_one_projects_settings_are_its_own_and_the_tools(tmp_path: Path) -> None:
    settings = read(tmp_path, toml=TOML)
    keys = {key for key, _, _ in settings.rows("OPS")}
    assert {key.split(".")[1] for key in keys if key.startswith("channels.")} == {"OPS"}
    assert {"runs", "keep_runs_days", "locators.okta.username"} <= keys
    with pytest.raises(ConfigError, match="No channel is configured for project NOPE") as caught:
        settings.rows("NOPE")
    assert caught.value.remedy == "Configured: HELP, OPS."


def test_the_settings_for_a_script_have_types_of_their_own(tmp_path: Path) -> None:
    rows = {key: value for key, value, _ in read(tmp_path, ONE_SITE, project="HELP").rows("HELP")}
    assert rows["channels.HELP.mailbox.totp"] is None
    assert rows["channels.HELP.federated"] is False
    assert rows["channels.HELP.reply_to"] is None
    assert rows["channels.HELP.person_timeout"] == 300
    assert rows["channels.HELP.replaces"] == []
    assert rows["channels.HELP.redirect_hosts"] == ["id.atlassian.com", "auth.atlassian.com", "acme.atlassian.net"]
    assert rows["channels.HELP.site.admin.password"] == "***"
    assert rows["keep_runs_days"] == 30
    assert isinstance(rows["runs"], str)
    shown = {key: value for key, value, _ in read(tmp_path, ONE_SITE, project="HELP").describe("HELP")}
    assert shown["channels.HELP.person_timeout"] == "300"


# --- what the README says of them


def test_the_readmes_file_is_accepted_and_shows_every_setting_that_has_no_variable(tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```toml\n(# runbook.toml: .*?)```", text, re.DOTALL)
    settings = read(tmp_path, toml=example)
    channel = settings.channel("HELP")
    assert settings.sources.keys() >= {"runs", "keep_runs_days"}, "[defaults] is there"
    for model, path in ((Channel, ()), (Site, ("site",)), (Idp, ("site", "idp")), (Identity, ("mailbox",))):
        named = {variable.path for variable in ALL.values()}
        only = {field for field in model.model_fields if (*path, field) not in named} - {"name", "project"}
        for field in only - {"site", "mailbox", "admin", "idp", "policy", "deadlines", "canary", "rescue"}:
            assert re.search(rf"\b{field} = ", example), f"{model.__name__}.{field}"
    assert channel.mailbox.origins
    assert channel.person_timeout != Channel.model_fields["person_timeout"].default
