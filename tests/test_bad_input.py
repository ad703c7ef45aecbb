"""Every bad input as a stranger meets it: its exit code, one sentence of cause, one of remedy, and no traceback."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pyotp
import pytest
from play import Played
from playwright.async_api import BrowserContext
from playwright.async_api import Error as PlaywrightError
from stranger import Done, Stranger, ends_as, somebody, within

from flows.connect_oauth import ConnectOauth
from flows.leave import Leave
from flows.project_check import ProjectCheck
from flows.screens import SITES
from runbook import browser
from runbook.sandbox import build, parse
from runbook.sandbox.server import Server
from runbook.sandbox.world import ADMIN, MAILBOX, World
from runbook.settings.channel import IDP_KINDS
from runbook.step import Job

EMPTY = "entra,g2,popup,empty"
SANDBOX = ("connect", "--project", "HELP", "--sandbox")
REAL = ("connect", "--project", "HELP")
NOWHERE = "--host-resolver-rules=MAP * ~NOTFOUND"


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[Stranger]:
    with somebody(tmp_path) as found:
        yield found


# --- settings


def test_a_run_without_any_settings_says_how_to_begin(stranger: Stranger) -> None:
    done = stranger.run(*REAL)
    ends_as(done, "ConfigError", 2, "No channel is configured for project HELP.")
    assert "--sandbox" in done.out


@pytest.mark.parametrize(
    ("changed", "cause"),
    [
        ({"RUNBOOK_ADMIN_PASSWORD": None}, "RUNBOOK_ADMIN_PASSWORD is missing"),
        ({"RUNBOOK_SITE": "acme"}, "RUNBOOK_SITE"),
        ({"RUNBOOK_MAILBOX": "ada.admin@example.com"}, "is the admin's"),
        ({"RUNBOOK_MAILBOX_FEDERATED": "true"}, "contradicts the identity provider"),
        ({"RUNBOOK_SIET": "https://acme.atlassian.net"}, "Did you mean RUNBOOK_SITE?"),
        ({"RUNBOOK_MAILBOX_PASSWORD": "the-mailboxs-password"}, "still has its example value"),
        ({"RUNBOOK_BROWSER": "/bin/nothing-here"}, "is not a program that can be started"),
    ],
)
def test_a_bad_setting_is_named(changed: dict[str, str | None], cause: str, stranger: Stranger) -> None:
    stranger.settings(**changed)
    done = stranger.run(*REAL, "--json", env={"RUNBOOK_BROWSER": ""})
    assert (done.code, done.err) == (2, "")
    assert (done.ended["outcome"], done.ended["exit_code"], done.ended["run"]) == ("ConfigError", 2, "")
    assert cause in done.ended["cause"]
    assert done.ended["remedy"]
    assert not stranger.processes()


def test_several_bad_settings_are_told_at_once(stranger: Stranger) -> None:
    stranger.settings(RUNBOOK_SITE=None, RUNBOOK_MAILBOX="nobody", RUNBOOK_SIET="x")
    done = stranger.run(*REAL)
    assert done.code == 2
    assert "Traceback" not in done.out + done.err
    assert all(
        name in done.out for name in ("3 settings", "RUNBOOK_SITE is missing", "RUNBOOK_MAILBOX", "RUNBOOK_SIET")
    )


@pytest.mark.parametrize("verb", [REAL, ("settings",)])
def test_a_config_file_that_is_not_there_is_named(verb: tuple[str, ...], stranger: Stranger) -> None:
    done = stranger.run(*verb, "--config", "nowhere.toml")
    ends_as(done, "ConfigError", 2, "nowhere.toml", where="out" if verb == REAL else "err")


def test_a_dotenv_that_is_no_text_is_told(stranger: Stranger) -> None:
    (stranger.here / ".env").write_bytes(b"RUNBOOK_SITE=\xff\xfe\x00")
    ends_as(stranger.run(*REAL), "ConfigError", 2, ".env cannot be read")


def test_a_working_folder_that_is_gone_is_told_without_a_traceback(stranger: Stranger) -> None:
    script = 'cd "$1" && rm -rf "$1" && exec "$2" -m runbook connect --project HELP'
    gone = stranger.folder / "gone"
    gone.mkdir()
    argv = ["sh", "-c", script, "sh", str(gone), sys.executable]
    done = subprocess.run(argv, env=stranger.env(), capture_output=True, text=True, check=False)
    ends_as(Done(done.returncode, done.stdout, done.stderr), "ConfigError", 2, "The current folder is not there")


@pytest.mark.parametrize(
    ("args", "cause"),
    [
        (("connect", "--project", "help", "--sandbox"), "--project help is not a project key."),
        ((*SANDBOX, "--scenario", "nowhere"), "there is no scenario 'nowhere'."),
        ((*SANDBOX, "--scenario", "entra,g9"), "there is no trait 'g9'."),
        ((*SANDBOX, "--scenario", "entra,g1,g2"), "'g2' contradicts another trait."),
        ((*SANDBOX, "--scenario", "entra,g1,reply-to"), "'reply-to' contradicts 'g1'"),
        ((*SANDBOX, "--scenario", "google,reply-to,empty"), "'reply-to' contradicts 'empty'"),
        ((*SANDBOX, "--fault", "nonsense"), "there is no fault 'nonsense'."),
        ((*SANDBOX, "--config", "runbook.toml"), "There is no file runbook.toml"),
        ((*SANDBOX, "--fault", "captcha=nobody@example.com"), "captcha=nobody@example.com: nobody has that address"),
        ((*SANDBOX, "--fault", "browser-rejected"), "nobody signs in at Google in the scenario entra."),
        ((*SANDBOX, "--pause"), "--pause needs a terminal"),
        (("record", *SANDBOX[1:], "--project", "WEB", "--out", "here"), "record takes one project."),
        (("record", *SANDBOX[1:], "--label", "../x", "--out", "here"), "--label ../x is not a word"),
        ((*REAL, "--scenario", "google"), "belong to the sandbox."),
        ((*REAL, "--sandbox-state", "world.json"), "belong to the sandbox."),
        ((*REAL, "--fault", "slo"), "belong to the sandbox."),
    ],
)
def test_a_bad_argument_is_told(
    args: tuple[str, ...], cause: str, stranger: Stranger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(stranger.here)
    monkeypatch.setenv("HOME", str(stranger.folder / "home"))
    ends_as(within(*args), "ConfigError", 2, cause)


@pytest.mark.parametrize(
    ("args", "cause"),
    [
        ((*SANDBOX, "--headed"), "There is no display"),
        ((*SANDBOX, "--browser", "/bin/true"), "(/bin/true) does not start"),
        ((*SANDBOX, "--browser", "/bin/nothing-here"), "/bin/nothing-here is not a program"),
        ((*SANDBOX, "--sandbox-state", "/proc/world.json"), "The sandbox's state file cannot be written"),
        (("record", *SANDBOX[1:], "--out", "/proc/x"), "--out /proc/x cannot be written"),
    ],
)
def test_a_bad_argument_leaves_nothing_behind(args: tuple[str, ...], cause: str, stranger: Stranger) -> None:
    ends_as(stranger.run(*args), "ConfigError", 2, cause)
    assert not stranger.processes()
    assert not stranger.leftovers()


@pytest.mark.skipif(bool(shutil.which("google-chrome")), reason="there is a Chrome")
def test_a_browser_that_is_not_on_the_machine_is_told(stranger: Stranger) -> None:
    ends_as(stranger.run(*SANDBOX, "--browser", "chrome"), "ConfigError", 2, "Google Chrome is not on this machine.")


@pytest.mark.parametrize(
    "args",
    [
        ("connect",),
        (*SANDBOX, "--qqq"),
        (*SANDBOX, "--slow-mo", "-1"),
        (*SANDBOX, "--logout-by", "fire"),
        ("nonsense",),
    ],
)
def test_an_argument_that_cannot_be_read_is_told_by_the_command_line(args: tuple[str, ...], stranger: Stranger) -> None:
    done = stranger.run(*args)
    assert done.out == ""
    ends_as(done, "ConfigError", 2, "", where="err")
    assert done.err.startswith("Usage: ")
    if args[:1] != ("connect",):
        return
    as_json = stranger.run(*args, "--json")
    assert (as_json.code, as_json.err) == (2, "")
    assert (as_json.ended["outcome"], as_json.ended["exit_code"], as_json.ended["reason"]) == (
        "ConfigError",
        2,
        "usage",
    )
    assert f"Remedy: {as_json.ended['remedy']}" in done.err


def test_a_run_without_a_project_says_how_to_name_one(stranger: Stranger) -> None:
    done = stranger.run("connect", "--sandbox")
    ends_as(done, "ConfigError", 2, "Missing option '--project'.", where="err")
    assert "`--project HELP`" in done.err


def test_a_literal_secret_is_not_taken_from_the_command_line(stranger: Stranger) -> None:
    done = stranger.run(*SANDBOX, "--password", "fake-secret")
    assert done.code == 2
    assert "fake-secret" not in done.err


def test_a_port_that_is_taken_is_told(stranger: Stranger) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = stranger.run("sandbox", "--port", str(port), env={"DISPLAY": ":999"})
    ends_as(done, "ConfigError", 2, f"cannot listen on port {port}", where="err")


def test_the_sandbox_without_a_display_is_told(stranger: Stranger) -> None:
    ends_as(stranger.run("sandbox"), "ConfigError", 2, "There is no display", where="err")


# --- folders


def test_a_home_that_cannot_be_written_is_told(stranger: Stranger) -> None:
    ends_as(stranger.run(*SANDBOX, env={"HOME": "/proc/nobody"}), "ConfigError", 2, "The folder for runs")


def test_a_run_needs_no_home_when_its_folders_are_set(stranger: Stranger) -> None:
    env = {"HOME": "/proc/nobody", "RUNBOOK_RUNS": str(stranger.here / "runs")}
    done = stranger.run(*SANDBOX, "--scenario", "entra,healthy", env=env)
    assert done.code == 0, done


def test_a_folder_for_runs_that_others_can_enter_is_told(stranger: Stranger) -> None:
    runs = stranger.here / "runs"
    runs.mkdir()
    runs.chmod(0o755)
    ends_as(
        stranger.run(*SANDBOX, env={"RUNBOOK_RUNS": str(runs)}),
        "ConfigError",
        2,
        "can be entered by others than its owner.",
    )


def test_a_state_folder_that_others_can_enter_is_told(stranger: Stranger) -> None:
    state = stranger.here / "state"
    state.mkdir()
    state.chmod(0o755)
    stranger.settings(RUNBOOK_STATE=str(state))
    ends_as(stranger.run(*REAL), "ConfigError", 2, "can be entered by others than its owner.")


# --- what only the sites can tell


def test_a_project_that_does_not_exist_is_told(stranger: Stranger) -> None:
    ends_as(stranger.run("connect", "--project", "NOPE", "--sandbox"), "ConfigError", 2, "The site has no project NOPE")


def test_without_a_network_a_run_is_to_be_tried_later(stranger: Stranger) -> None:
    stranger.settings(RUNBOOK_SITE="https://nowhere.invalid")
    done = stranger.run(*REAL, env={"RUNBOOK_BROWSER": stranger.browser(NOWHERE)})
    ends_as(done, "Transient", 20, "https://nowhere.invalid cannot be reached (name not resolved).")


def real_world(scenario: str = EMPTY) -> World:
    """A sandbox that looks like the real sites: its secrets are not marked as the sandbox's."""
    world = build(parse(scenario))
    for account in world.accounts.values():
        account.password, account.totp = f"not-a-{account.address}", "A" + pyotp.random_base32()[1:]
    return world


def secrets_of(world: World) -> dict[str, str | None]:
    admin, mailbox = world.accounts[ADMIN], world.accounts[MAILBOX]
    return {
        "RUNBOOK_ADMIN_PASSWORD": admin.password,
        "RUNBOOK_ADMIN_TOTP": admin.totp,
        "RUNBOOK_MAILBOX_PASSWORD": mailbox.password,
        "RUNBOOK_MAILBOX_TOTP": mailbox.totp,
    }


def test_a_real_run_takes_its_secrets_by_reference_and_shows_none(stranger: Stranger) -> None:
    world = real_world("entra,g2,popup,revoked")
    given = secrets_of(world)
    for name, value in given.items():
        path = stranger.here / name
        path.write_text(f"{value}\n")
        path.chmod(0o600)
    stranger.settings(
        RUNBOOK_ADMIN_PASSWORD="file:RUNBOOK_ADMIN_PASSWORD",
        RUNBOOK_ADMIN_TOTP="cmd:cat RUNBOOK_ADMIN_TOTP",
        RUNBOOK_MAILBOX_PASSWORD="cmd:cat RUNBOOK_MAILBOX_PASSWORD",
        RUNBOOK_MAILBOX_TOTP="file:RUNBOOK_MAILBOX_TOTP",
    )
    with Server(world) as server:
        done = stranger.run(*REAL, "--json", env={"RUNBOOK_BROWSER": stranger.browser(*server.browser_args())})
    assert done.ended["outcome"] == "Connected", done
    record = (Path(done.ended["run"]) / "run.json").read_text()
    assert not [value for value in given.values() if value and value in done.out + done.err + record]


def test_a_wrong_password_is_refused_once_and_parked(stranger: Stranger) -> None:
    world = real_world()
    stranger.settings(**{**secrets_of(world), "RUNBOOK_ADMIN_PASSWORD": "not-the-password"})
    with Server(world) as server:
        env = {"RUNBOOK_BROWSER": stranger.browser(*server.browser_args())}
        first, second = (stranger.run(*REAL, env=env) for _ in range(2))
    ends_as(first, "CredentialsRejected", 30, "The password of the admin's sign-in was refused.")
    ends_as(second, "CredentialsRejected", 30, "has not changed since: it is not tried again.")
    assert "not-the-password" not in first.out + first.err + second.out + second.err
    assert [event.details["right"] for event in world.events("password")] == [False]


def test_a_wrong_totp_secret_is_told(stranger: Stranger) -> None:
    world = real_world()
    stranger.settings(**{**secrets_of(world), "RUNBOOK_MAILBOX_TOTP": "A" * 32})
    with Server(world) as server:
        done = stranger.run(*REAL, env={"RUNBOOK_BROWSER": stranger.browser(*server.browser_args())})
    ends_as(done, "CredentialsRejected", 30, "The one-time code of the mailbox's sign-in was refused.")
    assert not world.events("connected")


def test_a_totp_secret_that_is_none_is_told(stranger: Stranger) -> None:
    world = real_world()
    stranger.settings(**{**secrets_of(world), "RUNBOOK_ADMIN_TOTP": "one-two-eight-nine"})
    with Server(world) as server:
        done = stranger.run(*REAL, env={"RUNBOOK_BROWSER": stranger.browser(*server.browser_args())})
    ends_as(done, "ConfigError", 2, "TOTP secret")
    assert "one-two-eight-nine" not in done.out + done.err


def test_the_sandboxs_secrets_are_not_typed_in_a_real_run(stranger: Stranger) -> None:
    world = build(parse(EMPTY))
    stranger.settings(**secrets_of(world))
    with Server(world) as server:
        done = stranger.run(*REAL, env={"RUNBOOK_BROWSER": stranger.browser(*server.browser_args())})
    ends_as(done, "ConfigError", 2, "The admin password is one of the sandbox's and fits no real site.")
    assert not world.events("password")


def test_a_site_that_is_no_jira_is_told(stranger: Stranger) -> None:
    world = real_world()
    stranger.settings(**secrets_of(world), RUNBOOK_SITE="https://sandbox.example.com")
    with Server(world) as server:
        done = stranger.run(*REAL, env={"RUNBOOK_BROWSER": stranger.browser(*server.browser_args())})
    ends_as(done, "ConfigError", 2, "https://sandbox.example.com does not answer as a Jira Cloud site does")


def test_every_kind_of_identity_provider_has_a_table_of_pages() -> None:
    assert set(IDP_KINDS) <= set(SITES)


# --- what goes wrong inside


async def test_a_real_secret_is_not_typed_in_a_sandbox_run(tmp_path: Path) -> None:
    played = Played(tmp_path, EMPTY)
    outcome = await played.run(change={"site": {"admin": {"password": "not-a-sandbox-password"}}})
    assert (outcome.name, outcome.reason) == ("ConfigError", "real-secret")
    assert not played.world.events("password")


class Broken(Exception):
    """An exception that nobody expects, with a text that nobody may see."""


async def _breaks(_step: object, _job: Job) -> None:
    raise Broken("fake-secret")


async def test_a_defect_is_an_ending_that_tells_its_place_and_not_its_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ProjectCheck, "run", _breaks)
    played = Played(tmp_path, EMPTY)
    outcome = await played.run()
    assert (outcome.name, outcome.exit_code) == ("Defect", 90)
    assert "Broken at " in outcome.cause
    assert "test_bad_input.py:" in outcome.cause
    assert "fake-secret" not in str(played.events)
    assert played.said("step")[-1]["status"] == "failed"


async def test_a_defect_after_the_cut_is_a_channel_that_is_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ConnectOauth, "run", _breaks)
    outcome = await Played(tmp_path).run()
    assert (outcome.name, outcome.reason) == ("ChannelDown", "defect")


async def test_a_browser_that_does_not_close_neither_holds_up_nor_changes_the_ending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    async def never(_context: BrowserContext) -> None:
        asked.append(1)
        await asyncio.Event().wait()

    monkeypatch.setattr(browser, "CLOSING", 0.2)
    monkeypatch.setattr(BrowserContext, "close", never)
    outcome = await Played(tmp_path, "entra,g2,popup,healthy").run()
    assert asked
    assert outcome.name == "NothingToDo"


async def test_trouble_after_the_last_step_does_not_change_the_ending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(_context: object) -> None:
        raise PlaywrightError("Target page, context or browser has been closed")

    monkeypatch.setattr(browser, "close", gone)
    played = Played(tmp_path, "entra,g2,popup,healthy")
    assert (await played.run()).name == "NothingToDo"
    assert "After the last step" in played.said("warning")[-1]["text"]


async def test_recordings_that_cannot_be_kept_turn_a_good_ending_into_their_own(tmp_path: Path) -> None:
    class Recorder(AbstractContextManager[None]):
        def __exit__(self, *_: object) -> None:
            pass

        def context_options(self) -> dict[str, Any]:
            return {}

        @asynccontextmanager
        async def step(self, _job: Job, _name: str) -> AsyncIterator[None]:
            yield

        def finish(self) -> None:
            raise OSError(28, "No space left on device")

    outcome = await Played(tmp_path, "entra,g2,popup,healthy").run(recorder=lambda _run: Recorder())
    assert (outcome.name, outcome.exit_code) == ("Defect", 90)
    assert outcome.mailbox == MAILBOX


async def test_an_interruption_while_the_mailbox_is_signed_out_after_a_failure_does_not_change_the_ending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cancelled(_step: object, _job: Job) -> None:
        raise asyncio.CancelledError

    monkeypatch.setattr(Leave, "run", cancelled)
    outcome = await Played(tmp_path, "entra,g2,popup,revoked", ("consent-other-client",)).run(patience=5.0)
    assert (outcome.name, outcome.reason) == ("HumanNeeded", "consent"), outcome.cause


async def test_an_interruption_while_the_browser_closes_does_not_change_the_ending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cancelled(_context: object) -> None:
        raise asyncio.CancelledError

    monkeypatch.setattr(browser, "close", cancelled)
    played = Played(tmp_path, "entra,g2,popup,healthy")
    assert (await played.run()).name == "NothingToDo"
    assert not played.said("warning")
