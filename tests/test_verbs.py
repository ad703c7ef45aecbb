"""Verbs and flags do what their help says: record, sandbox, headed runs, and what a run takes from the settings."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyotp
import pytest
from click.testing import CliRunner
from display import ABSENT, XVFB, display
from playwright.async_api import Browser, BrowserContext, Page
from stranger import Stranger, ends_as, somebody

from flows import CONNECT
from runbook import browser, session
from runbook.cli import main
from runbook.errors import ConfigError
from runbook.fixtures import gate
from runbook.sandbox import build, parse
from runbook.sandbox.dispatcher import Dispatcher
from runbook.sandbox.server import Server
from runbook.sandbox.world import ADMIN, MAILBOX, World

pytestmark = pytest.mark.thorough

SANDBOX = ("connect", "--project", "HELP", "--sandbox")
HEALTHY = ("--scenario", "entra,healthy")
LABEL = (0x17, 0x2B, 0x4D)  # of the banner
NOWHERE = "--host-resolver-rules=MAP * ~NOTFOUND"
EMAIL_PAGE = "/jira/servicedesk/projects/HELP/settings/channels/email"


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[Stranger]:
    with somebody(tmp_path) as found:
        yield found


# --- run folders


def old_run(runs: Path) -> Path:
    """The folder of a real run of long ago."""
    folder = runs / "20200102T030405Z-HELP-0a1b"
    folder.mkdir(parents=True)
    runs.chmod(0o700)
    (folder / "run.json").write_text("{}")
    return folder


def test_a_sandbox_run_removes_no_folder_of_a_real_run(stranger: Stranger) -> None:
    runs = stranger.here / "runs"
    old = old_run(runs)
    env = {"RUNBOOK_RUNS": str(runs), "RUNBOOK_KEEP_RUNS_DAYS": "1"}
    ends_as(
        stranger.run("connect", "--project", "WEB", "--sandbox", env=env), "ConfigError", 2, "not a service project"
    )
    assert len(list(runs.iterdir())) == 2, "the sandbox's own run is beside it"
    assert old.is_dir()


def test_a_real_run_removes_the_folders_that_are_older_than_the_setting(stranger: Stranger) -> None:
    runs = stranger.here / "runs"
    old = old_run(runs)
    stranger.settings(RUNBOOK_RUNS=str(runs), RUNBOOK_KEEP_RUNS_DAYS="1")
    done = stranger.run("connect", "--project", "HELP", env={"RUNBOOK_BROWSER": stranger.browser(NOWHERE)})
    assert done.code == 20, done
    assert not old.exists()


# --- record


def test_record_writes_one_recording_for_each_step_says_where_and_writes_over_none(stranger: Stranger) -> None:
    record = ("record", *SANDBOX[1:], "--out", "recordings")
    done = stranger.run(*record)
    assert (done.code, done.err) == (0, "")
    out = stranger.here / "recordings"
    names = [f"{step.name}-good.har" for step in CONNECT]
    assert sorted(path.name for path in out.iterdir()) == sorted(names)
    assert f"Recordings in recordings: {', '.join(names)}" in done.out.splitlines()
    assert done.out.splitlines()[-1].startswith("Run folder: ")
    for path in out.iterdir():
        meta = json.loads(path.read_text())["log"]["_runbook"]
        assert (meta["source"], meta["scenario"], meta["outcome"]) == ("sandbox", "entra,g2,popup,revoked", None)
        assert gate(path) == []
    before = {path: path.read_bytes() for path in out.iterdir()}
    again = stranger.run(*record)
    ends_as(again, "ConfigError", 2, "--out recordings holds jira_login-good.har already")
    assert "--label good-2" in again.out
    assert {path: path.read_bytes() for path in out.iterdir()} == before


# --- in a window


@pytest.fixture(scope="module")
def screen() -> Iterator[Any]:
    if XVFB is None:
        pytest.skip(ABSENT)
    with display() as shown:
        yield shown


def test_the_sandbox_opens_a_window_on_a_page_that_names_accounts_codes_and_sites(
    screen: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen: dict[str, Any] = {}
    real, tasks = browser.new_context, []

    async def look(page: Page) -> None:
        await page.wait_for_url("https://**")
        await page.wait_for_load_state()
        seen["url"], seen["text"] = page.url, await page.locator("body").inner_text()
        seen["links"] = await page.locator("nav a").evaluate_all("all => all.map((a) => [a.firstChild.data, a.href])")
        seen["codes"] = await page.evaluate("async () => await (await fetch('/codes')).json()")
        seen["code"] = await page.locator(f"[data-code='{MAILBOX}']").inner_text()
        seen["secret"] = await page.locator("tr", has_text=MAILBOX).first.locator("td code").first.inner_text()
        await page.evaluate("document.body.style.background = 'rgb(1, 2, 3)'")
        async with asyncio.timeout(10):
            while not screen.lines_of((1, 2, 3), at_least=300):
                await asyncio.sleep(0.05)
        seen["shown"] = True

    async def look_and_close(page: Page) -> None:
        try:
            await look(page)
        finally:
            await page.close()  # which is how a person ends it

    async def watched(running: Browser, **options: Any) -> BrowserContext:
        context = await real(running, **options)
        context.on("page", lambda page: tasks.append(asyncio.ensure_future(look_and_close(page))))
        return context

    monkeypatch.setenv("DISPLAY", screen.name)
    monkeypatch.setattr(browser, "new_context", watched)
    done = CliRunner().invoke(main, ["sandbox", "--scenario", "okta-microsoft,g2,popup,empty"])
    assert done.exit_code == 0, done.output
    assert not tasks[0].exception()
    assert seen["shown"], "the display showed it"
    assert seen["url"] == "https://sandbox.example.com/"
    assert seen["url"] in done.stderr
    assert all(text in seen["text"] for text in (ADMIN, MAILBOX, "okta-microsoft", "HELP"))
    assert set(seen["codes"]["codes"]) >= {ADMIN, MAILBOX}
    assert re.fullmatch(r"\d{6}", seen["code"])
    assert seen["secret"].startswith("fake-")
    assert seen["links"] == [
        ["Jira", "https://acme.atlassian.net/jira"],
        ["Identity provider", "https://acme.okta.com/app/UserHome"],
        ["Mail provider", "https://myaccount.microsoft.com/"],
        ["Mail provider's sign-out", "https://login.microsoftonline.com/common/oauth2/v2.0/logout"],
    ]


@pytest.mark.parametrize(
    ("flags", "headed", "slow_mo"),
    [((), False, 0.0), (("--headed",), True, 0.0), (("--headed", "--slow-mo", "70"), True, 70.0)],
)
def test_headed_and_slow_mo_reach_the_browser(
    flags: tuple[str, ...], headed: bool, slow_mo: float, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: dict[str, Any] = {}

    @asynccontextmanager
    async def start(_browser: object, **how: Any) -> AsyncIterator[None]:
        asked.update(how)
        raise ConfigError("That is enough.")
        yield

    monkeypatch.setenv("DISPLAY", ":999")
    monkeypatch.setenv("RUNBOOK_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr(session.browsers, "start", start)
    done = CliRunner().invoke(main, [*SANDBOX, *flags])
    assert done.exit_code == 2
    assert "That is enough." in done.stdout
    assert (asked["headed"], asked["slow_mo"]) == (headed, slow_mo)


def test_a_headed_run_from_the_command_line_is_seen_on_the_display(screen: Any, stranger: Stranger) -> None:
    seen = False
    args = (*SANDBOX, *HEALTHY, "--headed", "--slow-mo", "20", "--json")
    # Chromium with a window keeps a socket in the temporary folder, whose path has to be short.
    with (
        TemporaryDirectory(prefix="rb") as short,
        stranger.begin(*args, env={"DISPLAY": screen.name, "TMPDIR": short}) as running,
    ):
        assert running.stdout
        for line in running.stdout:
            last = json.loads(line)
            seen = seen or bool(screen.lines_of(LABEL, at_least=200))
        assert running.wait(20) == 0, last["cause"]
    assert (last["outcome"], last["exit_code"]) == ("NothingToDo", 0)
    assert seen, "the banner was on the display"


# --- settings that a run uses


def real_world(scenario: str) -> World:
    """A sandbox that looks like the real sites: its secrets are not marked as the sandbox's."""
    world = build(parse(scenario))
    for account in world.accounts.values():
        account.password, account.totp = f"not-a-{account.address}", "A" + pyotp.random_base32()[1:]
    return world


def test_the_email_page_of_the_settings_is_opened_at_once_and_no_menu_is_asked(
    stranger: Stranger, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, asked = real_world("entra,g2,popup,healthy"), []
    answer = Dispatcher.__call__

    def noted(self: Dispatcher, environ: Any, start_response: Any) -> Any:
        if environ["HTTP_HOST"] == "acme.atlassian.net" and environ["PATH_INFO"].startswith("/jira/"):
            asked.append(environ["PATH_INFO"])
        return answer(self, environ, start_response)

    monkeypatch.setattr(Dispatcher, "__call__", noted)
    admin, mailbox = world.accounts[ADMIN], world.accounts[MAILBOX]
    stranger.settings(
        RUNBOOK_EMAIL_PAGE=f"https://acme.atlassian.net{EMAIL_PAGE}",
        RUNBOOK_ADMIN_PASSWORD=admin.password,
        RUNBOOK_ADMIN_TOTP=admin.totp,
        RUNBOOK_MAILBOX_PASSWORD=mailbox.password,
    )
    with Server(world) as server:
        env = {"RUNBOOK_BROWSER": stranger.browser(*server.browser_args())}
        done = stranger.run("connect", "--project", "HELP", "--json", env=env)
    assert done.ended["outcome"] == "NothingToDo", done
    assert asked[0] == EMAIL_PAGE
    assert {path for path in asked if not path.startswith(EMAIL_PAGE)} == set()
