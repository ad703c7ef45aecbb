"""The settings [notify], the verb `notify`, what `doctor` says of them, and the log of a run."""

from __future__ import annotations

import json
import stat
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from receivers import Webhook, dumped, dumping, webhook
from stranger import Stranger, somebody

from runbook import doctor
from runbook.errors import ConfigError
from runbook.settings import Settings, load

pytestmark = pytest.mark.thorough

TOKEN = "fake-token-3f9a8b7c6d5e"


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with webhook() as found:
        yield found


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[Stranger]:
    with somebody(tmp_path) as found:
        yield found


def read(tmp_path: Path, table: str = "", env: dict[str, str] | None = None) -> Settings:
    (tmp_path / "runbook.toml").write_text(f"[notify]\n{table}", encoding="utf-8")
    return load(folder=tmp_path, env=env or {})


def refused(tmp_path: Path, table: str = "", env: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, table, env)
    assert TOKEN not in str(vars(caught.value))
    return caught.value.cause


# --- settings


def test_the_table_notify_is_read_with_its_defaults(tmp_path: Path) -> None:
    found = read(tmp_path).notify
    assert found.nobody
    assert (found.remind, found.timeout, found.repairs) == (timedelta(days=1), timedelta(seconds=30), True)
    table = 'urls = ["file:a", "cmd:pass show x"]\non_failure = ["tell", "--loud"]\non_success = ["tell"]\n'
    found = read(tmp_path, table + 'remind = "12h"\ntimeout = "5s"\nrepairs = false').notify
    assert [ref.shown for ref in found.urls] == ["file:***", "cmd:***"]
    assert (found.on_failure, found.on_success) == (("tell", "--loud"), ("tell",))
    assert (found.remind, found.timeout, found.repairs) == (timedelta(hours=12), timedelta(seconds=5), False)
    assert not found.nobody


def test_the_variable_goes_over_the_table_and_separates_addresses_by_blanks(tmp_path: Path) -> None:
    env = {"RUNBOOK_NOTIFY": f"json://{TOKEN} file:b"}
    settings = read(tmp_path, 'urls = "file:a"\non_failure = ["tell"]', env)
    assert [ref.shown for ref in settings.notify.urls] == ["***", "file:***"]
    assert settings.notify.urls[0].resolve("x") == f"json://{TOKEN}"
    assert settings.notify.on_failure == ("tell",)
    rows = {key: (value, source) for key, value, source in settings.rows()}
    assert rows["notify.urls"] == (["***", "file:***"], "environment RUNBOOK_NOTIFY")
    assert rows["notify.remind"] == ("1d", "default")
    assert TOKEN not in str(rows) + repr(settings)
    json.dumps(settings.rows())


def test_a_command_in_the_variable_keeps_its_arguments(tmp_path: Path) -> None:
    [ref] = read(tmp_path, env={"RUNBOOK_NOTIFY": f"cmd:{sys.executable} -c 'print(7)'"}).notify.urls
    assert ref.resolve("x") == "7"


def test_a_file_beside_the_settings_is_found_from_anywhere(tmp_path: Path) -> None:
    (tmp_path / "urls").write_text("json://fake")
    (tmp_path / "urls").chmod(0o600)
    assert read(tmp_path, 'urls = ["file:urls"]').notify.urls[0].resolve("x") == "json://fake"


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        (f'urls = ["slack://{TOKEN}/b/c"]', "urls is written out, and that file is no place for a secret"),
        ("urls = 3", "urls should be text. Example: file:/run/secrets/name"),
        ('urls = ["keyring:x"]', "urls should be keyring:SERVICE/USER. Example: file:/run/secrets/name"),
        ('url = "file:a"', "url is not a setting (meant urls?)."),
        (
            "on_failure = []",
            'on_failure names no command; leave it out. Example: on_failure = ["/usr/local/bin/tell", ',
        ),
        ('on_failure = "tell --loud"', "on_failure should be a list."),
        ('on_success = ["tell", ""]', "on_success should not be empty."),
        ('on_success = ["te\\u0000ll"]', "on_success holds a character that no argument can hold."),
        ('remind = "soon"', "remind should be a length of time: a number with s, m, h, d or w; or never. Example: "),
        ('remind = "5s"', "remind should be a minute or more; or never."),
        ("remind = 3", "remind should be a length of time"),
        ('timeout = "1h"', 'timeout should be between 1s and 10m. Example: timeout = "30s"'),
        ('repairs = "perhaps"', "repairs should be true or false. Example: repairs = true"),
    ],
)
def test_a_slip_in_the_table_is_told(tmp_path: Path, table: str, problem: str) -> None:
    assert refused(tmp_path, table).startswith(f"runbook.toml [notify] {problem}")


def test_a_variable_that_holds_no_address_is_told_without_it(tmp_path: Path) -> None:
    problem = refused(tmp_path, env={"RUNBOOK_NOTIFY": TOKEN})
    assert problem.startswith("environment RUNBOOK_NOTIFY should be addresses of apprise, such as slack://...")


# --- the verb


def test_each_target_is_tried_and_told_by_its_schema_alone(hook: Webhook, stranger: Stranger, tmp_path: Path) -> None:
    argv, out = dumping(tmp_path)
    table = f"[notify]\non_failure = {json.dumps(argv)}\non_success = ['fake-command-nowhere']\n"
    (stranger.here / "runbook.toml").write_text(table)
    urls = f"json://user:{TOKEN}@127.0.0.1:{hook.port}/{TOKEN} json://127.0.0.1:9/{TOKEN} slak://{TOKEN}"
    done = stranger.run("notify", "--test", env={"RUNBOOK_NOTIFY": urls})
    assert done.code == 10
    assert done.out.splitlines() == [
        "sent    json://***",
        "failed  json://***  it cannot be reached, or refuses what it was sent",
        "failed  slak://***  apprise does not know its kind (meant slack://?)",
        "sent    on_failure",
        "failed  on_success  the command fake-command-nowhere is not there",
    ]
    assert hook.titles == ["Test of the runbook's messages"]
    assert [each["env"]["RUNBOOK_EVENT"] for each in dumped(out)] == ["test"]
    assert TOKEN not in done.out + done.err
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and TOKEN in path.read_text(errors="replace")]


def test_without_test_nothing_is_sent_and_what_is_wrong_is_told(hook: Webhook, stranger: Stranger) -> None:
    good = f"json://127.0.0.1:{hook.port}/{TOKEN}"
    done = stranger.run("notify", "--json", env={"RUNBOOK_NOTIFY": good})
    assert (done.code, json.loads(done.out)) == (0, [{"target": "json://***", "status": "ready", "why": ""}])
    done = stranger.run("notify", env={"RUNBOOK_NOTIFY": "file:nowhere"})
    assert done.code == 10
    assert done.out.startswith("failed  file:***  The address of [notify] urls's file ")
    assert hook.paths == []


def test_nobody_to_tell_is_said_and_is_no_test(stranger: Stranger) -> None:
    done = stranger.run("notify")
    assert (done.code, done.out) == (0, "Nobody is told. Set RUNBOOK_NOTIFY, or [notify] in runbook.toml.\n")
    done = stranger.run("notify", "--test")
    assert (done.code, done.err.splitlines()[0]) == (2, "ConfigError: The settings name nobody to tell.")


# --- doctor


def test_doctor_names_who_is_told_and_what_is_wrong_with_them(tmp_path: Path) -> None:
    table = "on_failure = ['fake-command-nowhere']"
    settings = read(tmp_path, table, {"RUNBOOK_NOTIFY": f"json://{TOKEN}/ slak://{TOKEN}"})
    found = doctor.telling(lambda: settings)
    assert [(check.name, check.status, check.detail) for check in found] == [
        ("notify", "ok", "json://***"),
        ("notify", "failed", "slak://***: apprise does not know its kind (meant slack://?)."),
        ("notify", "failed", "on_failure: the command fake-command-nowhere is not there."),
    ]
    assert doctor.exit_code(found) == 2
    assert "notify --test" in found[1].remedy


def test_doctor_says_nothing_of_telling_where_nobody_is_told(tmp_path: Path) -> None:
    def broken() -> Settings:
        raise ConfigError("x")

    assert doctor.telling(lambda: Settings()) == []
    assert doctor.telling(broken) == []


# --- the log of a run


def test_a_run_writes_its_events_into_a_private_log_without_a_secret(stranger: Stranger) -> None:
    run = ("connect", "--project", "HELP", "--sandbox", "--scenario", "entra,healthy", "--quiet")
    done = stranger.run(*run, "--log-file", "runs.log", "--log-format", "json")
    assert done.code == 0, done.err
    path = stranger.here / "runs.log"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    events = [json.loads(line) for line in path.read_text().splitlines()]
    assert {"started", "step", "decision"} <= {event["event"] for event in events}
    assert (events[-1]["event"], events[-1]["outcome"], events[-1]["level"]) == ("ended", "NothingToDo", "info")
    assert {event["project"] for event in events} == {"HELP"}
    assert "fake-" not in path.read_text(), "every secret of the sandbox begins so"


def test_a_run_that_ends_before_it_begins_is_in_the_log_as_well(stranger: Stranger) -> None:
    done = stranger.run("connect", "--project", "HELP", "--log-file", "runs.log", "--quiet")
    assert done.code == 2
    assert "error" in (stranger.here / "runs.log").read_text()
    assert "outcome=ConfigError" in (stranger.here / "runs.log").read_text()


@pytest.mark.parametrize(
    ("options", "cause"),
    [
        (
            ("--log-file", "nowhere/runs.log"),
            "The log file nowhere/runs.log cannot be written (No such file or directory).",
        ),
        (("--log-format", "json"), "--log-format is for a log, and none is written."),
    ],
)
def test_a_log_that_cannot_be_written_ends_a_run_before_it_begins(
    stranger: Stranger, options: tuple[str, ...], cause: str
) -> None:
    done = stranger.run("connect", "--project", "HELP", "--sandbox", "--json", *options)
    assert (done.code, done.ended["cause"]) == (2, cause)
    assert len(done.events) == 1
