"""`check`: each verdict from each source, what is asked and what is not, and the verb as a stranger uses it."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyotp
import pytest
from checks import KEY, Checked
from stranger import Done, Stranger, ends_as, somebody, within

from runbook import asking
from runbook.health import Said
from runbook.means import Look
from runbook.sandbox import build, mailer, parse
from runbook.sandbox.desks import oauth
from runbook.sandbox.server import Server
from runbook.sandbox.smtp import PASSWORD
from runbook.sandbox.world import ADMIN, MAILBOX, PROJECT
from runbook.settings import Channel
from runbook.state import State

pytestmark = pytest.mark.thorough

GUS = "gus.admin@example.com"  # who administers the second site
SANDBOX = ("check", "--sandbox")


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "FIRST_WAIT", 0.01)


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[Stranger]:
    with somebody(tmp_path) as found:
        yield found


class Pages:
    """E-mail pages that were read already; `asked` are the projects that somebody wanted to read."""

    def __init__(self, said: Said | None = None, key: str | None = None) -> None:
        self.said = said or Said("page", "unknown", "not read")
        self.key = key
        self.asked: list[list[str]] = []

    async def read(self, sites: Sequence[Sequence[Channel]], _state: State) -> dict[str, Look]:
        self.asked += [[channel.project for channel in site] for site in sites]
        return {channel.id: Look(self.said, self.key) for site in sites for channel in site}


def sign_ins(checked: Checked) -> list[str]:
    """Whose password was submitted, in order."""
    return [event.details["address"] for event in checked.world.events("password")]


# --- each verdict, on the page


@pytest.mark.parametrize(
    ("scenario", "faults", "verdict", "evidence"),
    [
        ("entra,g2,healthy", (), "healthy", r"^connectivity log, .*: SUCCESS$"),
        ("google,g3,revoked", (), "unauthorized", r"^connectivity log, .*: FAILURE Could not retrieve access token$"),
        ("okta-microsoft,g1,basic", (), "unauthorized", r"FAILURE AuthenticationFailedException"),
        ("entra,g3,healthy", ("pull-fails",), "failing", r"FAILURE Error during HTTP request$"),
        ("keycloak-microsoft,g2,empty", (), "absent", r"^the project reads help@acme.atlassian.net, and not support@"),
        ("entra,g2,wrong-mailbox", (), "wrong-mailbox", r"^the project reads ada.admin@example.com, and not support@"),
        ("entra,g2,healthy", ("no-permission",), "unknown", r"may not manage the e-mail of project HELP"),
        ("entra,g2,healthy", ("captcha",), "unknown", r"captcha. Look at that page with .*connect --dry-run --headed"),
        ("entra,g2,healthy", ("site-503",), "unknown", r"answered 503"),
        ("entra,g2,healthy", ("not-service-project",), "unknown", r"is not a service project"),
    ],
)
async def test_the_page_tells_every_verdict(
    scenario: str, faults: tuple[str, ...], verdict: str, evidence: str, tmp_path: Path
) -> None:
    checked = Checked(tmp_path, scenario, faults)
    health = (await checked.look("page"))[KEY]
    assert (health.verdict, health.source) == (verdict, "page"), health
    assert re.search(evidence, health.evidence), health
    [kept] = checked.state.health(KEY)
    assert (kept.verdict, kept.source) == (verdict, "page")
    row = checked.state.channel(KEY)
    assert row
    assert (row.verdict, row.project, row.address) == (verdict, PROJECT, MAILBOX)
    left = list((tmp_path / "runs").iterdir()) if (tmp_path / "runs").exists() else []
    assert len(left) == (verdict == "unknown"), (
        "a run folder is left behind of what could not be read, and of nothing else"
    )
    assert not checked.world.events("connected") + checked.world.events("removed")
    assert sign_ins(checked) in ([ADMIN], [])


async def test_one_sign_in_a_site_reads_all_its_channels_whatever_is_wrong_with_some(tmp_path: Path) -> None:
    checked = Checked(tmp_path, "entra,mixed,channels-10,sites-2")
    projects = checked.world.projects
    projects["DESK03"].kind = "software"
    # Jira reads mail of DESK04 and makes no request of it, reads its admin's mail beside that of DESK06, reads nothing for DESK08,
    # and has waited ever longer since HELP has failed.
    checked.world.faults["mail-refused"] = True
    checked.mail("zoe", "yan", "xia", to="desk04@example.com")
    del checked.world.faults["mail-refused"]
    projects["DESK06"].connections.append(oauth(checked.world, GUS))
    projects["DESK08"].email_on = False
    checked.world.offset += 6 * 3600
    mailer.tick(checked.world)
    assert checked.row.connectivity[-1].status == "RATE_LIMITED"

    found = {name.rpartition("/")[2]: health for name, health in (await checked.look("page")).items()}
    assert {name: health.verdict for name, health in found.items()} == {
        "HELP": "unauthorized",
        "DESK02": "healthy",
        "DESK03": "unknown",
        "DESK04": "failing",
        "DESK05": "unauthorized",
        "DESK06": "wrong-mailbox",
        "DESK07": "unauthorized",
        "DESK08": "failing",
        "DESK09": "unauthorized",
        "DESK10": "healthy",
    }
    assert "FAILURE Could not retrieve access token" in found["HELP"].evidence
    assert "processing log: the last 3 mails became no request" in found["DESK04"].evidence
    assert found["DESK04"].evidence.endswith(f"FAILED {mailer.REFUSAL}")
    assert found["DESK06"].evidence.startswith(f"the project also reads {GUS}")
    assert found["DESK08"].evidence == "e-mail requests are turned off for the project"

    assert sorted(sign_ins(checked)) == [ADMIN, GUS]
    keys = {row.channel: row.audit_key for row in checked.state.channels()}
    for channel in checked.channels(None):
        if channel.project not in ("DESK03", "DESK08"):
            rows = projects[channel.project].connections
            assert keys[channel.id] == next(row.channel for row in rows if row.address == channel.address)
    [left] = (tmp_path / "runs").iterdir()
    assert "DESK03" in json.loads((left / "run.json").read_text())["outcome"]["cause"]
    assert str(left) in "".join(checked.said)


# --- the audit log, and what it leaves open


async def test_a_channel_that_gets_mail_is_healthy_without_a_browser(tmp_path: Path) -> None:
    checked = Checked(tmp_path)
    checked.knows_keys()
    checked.mail("zoe")
    pages = Pages()
    health = (await checked.look(page=lambda: pages))[KEY]
    assert (health.verdict, health.source) == ("healthy", "audit")
    assert re.fullmatch(r"mail audit log, .* [AP]M: NEW REQUEST HELP-1", health.evidence)
    assert pages.asked == []


@pytest.mark.parametrize(
    ("faults", "senders", "ago", "why"),
    [
        ((), (), 0, "no mail was processed in the last 10 minutes"),
        ((), ("zoe",), 700, "no mail was processed in the last 10 minutes"),
        (("mail-refused",), ("zoe",), 0, "in the last 10 minutes no mail became a request"),
    ],
)
async def test_silence_and_refused_mail_are_left_to_the_page(
    faults: tuple[str, ...], senders: tuple[str, ...], ago: float, why: str, tmp_path: Path
) -> None:
    checked = Checked(tmp_path, faults=faults)
    checked.knows_keys()
    checked.mail(*senders, ago=ago)
    pages = Pages(Said("page", "unauthorized", "FAILURE", sure=True))
    assert (await checked.look(page=lambda: pages))[KEY].verdict == "unauthorized"
    assert pages.asked == [["HELP"]]
    alone = (await checked.look("audit"))[KEY]
    assert (alone.verdict, alone.source) == ("unknown", "audit")
    assert why in alone.evidence


async def test_how_old_a_request_may_be_is_a_setting(tmp_path: Path) -> None:
    checked = Checked(tmp_path, change={"site": {"audit_minutes": 15}})
    checked.knows_keys()
    checked.mail("zoe", ago=700)
    assert (await checked.look("audit"))[KEY].verdict == "healthy"


async def test_a_run_of_refused_mail_is_failing_when_nobody_else_can_tell_more(tmp_path: Path) -> None:
    checked = Checked(tmp_path, faults=("mail-refused",))
    checked.knows_keys()
    checked.mail("zoe", "yan", "xia")
    assert (await checked.look("audit"))[KEY].verdict == "failing"
    pages = Pages(Said("page", "unauthorized", "FAILURE", sure=True))
    assert (await checked.look(page=lambda: pages))[KEY].verdict == "unauthorized"


async def test_the_channels_key_is_learnt_from_the_page_once(tmp_path: Path) -> None:
    checked = Checked(tmp_path)
    checked.mail("zoe")
    first = (await checked.look())[KEY]
    assert (first.source, first.verdict) == ("page", "healthy")
    row = checked.state.channel(KEY)
    assert row
    assert row.audit_key == checked.row.channel
    pages = Pages()
    again = (await checked.look(page=lambda: pages))[KEY]
    assert (again.source, again.verdict, pages.asked) == ("audit", "healthy", [])


@pytest.mark.parametrize("what", ["of another mailbox", "unknown to Jira", "learnt for another address"])
async def test_a_key_that_is_not_the_channels_own_is_dropped_and_learnt_again(what: str, tmp_path: Path) -> None:
    checked = Checked(tmp_path)
    checked.mail("zoe", to="ops@example.com")
    checked.mail("yan")
    ops = next(row for row in checked.world.projects["OPS"].connections if row.address == "ops@example.com")
    key = {"of another mailbox": ops.channel, "unknown to Jira": "CHANNEL0123456789ab"}.get(what, checked.row.channel)
    address = "old@example.com" if what == "learnt for another address" else MAILBOX
    checked.state.update_channel(KEY, address=address, audit_key=key)
    pages = Pages(Said("page", "healthy", "SUCCESS", sure=True), checked.row.channel)
    assert (await checked.look(page=lambda: pages))[KEY].source == "page"
    row = checked.state.channel(KEY)
    assert row
    assert (row.audit_key, row.address) == (checked.row.channel, MAILBOX)
    assert (await checked.look("audit"))[KEY].verdict == "healthy"


async def test_a_channel_whose_connection_was_cut_is_not_healthy_by_the_mail_of_before(tmp_path: Path) -> None:
    checked = Checked(tmp_path)
    checked.knows_keys()
    checked.mail("zoe")
    checked.state.write_pending(KEY, {"down_since": 0.0})
    pages = Pages(Said("page", "absent", "not there", sure=True))
    assert (await checked.look(page=lambda: pages))[KEY].verdict == "absent"


@pytest.mark.parametrize(
    "fault", ["audit-gone", "audit-forbidden", "audit-login", "audit-changed", "audit-ignores-from"]
)
async def test_an_endpoint_that_is_of_no_use_is_told_once_and_the_page_is_read(fault: str, tmp_path: Path) -> None:
    checked = Checked(tmp_path, "entra,healthy,channels-12", faults=(fault,))
    checked.knows_keys()
    for channel in checked.channels(None):
        checked.mail("zoe", to=channel.address)
    pages = Pages(Said("page", "healthy", "SUCCESS", sure=True))
    found = await checked.look(page=lambda: pages)
    assert {(health.verdict, health.source) for health in found.values()} == {("healthy", "page")}
    assert len(pages.asked[0]) == 12
    [told] = checked.said
    assert "The e-mail page is read instead." in told


async def test_a_busy_endpoint_is_waited_for_and_not_told_of(tmp_path: Path) -> None:
    checked = Checked(tmp_path, "entra,healthy,channels-3", faults=("audit-busy",))
    checked.knows_keys()
    for channel in checked.channels(None):
        checked.mail("zoe", to=channel.address)
    found = await checked.look("audit")
    assert {health.verdict for health in found.values()} == {"healthy"}
    assert checked.said == []


async def test_a_refused_token_is_tried_once_and_not_again_until_it_changes(tmp_path: Path) -> None:
    checked = Checked(tmp_path, "entra,healthy,channels-5", faults=("token-refused",))
    checked.knows_keys()
    pages = Pages()
    for _ in range(3):
        await checked.look(page=lambda: pages)
    assert [event.details["right"] for event in checked.world.events("api-token")] == [False]
    assert sum("refused the API token" in text for text in checked.said) == 1
    assert sum("it is not tried again" in text for text in checked.said) == 2
    assert len(pages.asked) == 3
    await checked.look(page=lambda: pages, retry_rejected=True)
    assert len(checked.world.events("api-token")) == 2
    checked.world.api_token = "fake-api-another"
    del checked.world.faults["token-refused"]
    checked.mail("zoe")
    assert (await checked.look("audit"))[KEY].verdict == "healthy"
    assert "fake-api" not in "".join(checked.said)


async def test_a_site_without_a_token_is_read_on_the_page_without_a_word(tmp_path: Path) -> None:
    checked = Checked(tmp_path, change={"site": {"api_user": None, "api_token": None}})
    pages = Pages(Said("page", "healthy", "SUCCESS", sure=True))
    assert (await checked.look(page=lambda: pages))[KEY].verdict == "healthy"
    assert checked.said == []
    assert (await checked.look("audit"))[KEY].evidence == "the site has no API token"


async def test_a_real_token_is_kept_out_of_the_sandbox(tmp_path: Path) -> None:
    checked = Checked(tmp_path, change={"site": {"api_token": "not-a-fake-one"}})
    pages = Pages()
    await checked.look(page=lambda: pages)
    assert "is not one of the sandbox's" in checked.said[0]
    assert not checked.world.events("api-token")


# --- with others at work


async def test_a_channel_on_which_a_run_works_is_not_looked_at(tmp_path: Path) -> None:
    checked = Checked(tmp_path)
    pages = Pages(Said("page", "absent", "not there", sure=True))
    with State(checked.state.folder).lock(KEY):
        health = (await checked.look("page", page=lambda: pages))[KEY]
    assert (health.verdict, pages.asked) == ("unknown", [])
    assert "Another run holds" in health.evidence


async def test_a_row_that_a_run_was_just_moving_is_not_missed(tmp_path: Path) -> None:
    checked = Checked(tmp_path)
    locks: list[Any] = []

    class Meanwhile(Pages):
        async def read(self, sites: Sequence[Sequence[Channel]], state: State) -> dict[str, Look]:
            locks.append(State(state.folder).lock(KEY))
            locks[0].__enter__()
            return await super().read(sites, state)

    pages = Meanwhile(Said("page", "absent", "not there", sure=True))
    try:
        health = (await checked.look("page", page=lambda: pages))[KEY]
    finally:
        locks[0].__exit__(None, None, None)
    assert health.verdict == "unknown"


async def test_a_healthy_channel_adds_nothing_to_its_history(tmp_path: Path) -> None:
    checked = Checked(tmp_path)
    for number in range(3):
        pages = Pages(Said("page", "healthy", f"connectivity log, {number} PM: SUCCESS", sure=True))
        await checked.look("page", page=lambda pages=pages: pages)
    [kept] = checked.state.health(KEY)
    assert kept.until
    assert kept.until > kept.at


# --- the verb


def told(done: Done) -> list[dict[str, Any]]:
    """What `--json` has printed: one array of objects."""
    rows = json.loads(done.out)
    assert all(list(row) == ["project", "address", "verdict", "evidence", "source", "at"] for row in rows)
    return list(rows)


def test_the_verb_tells_the_worst_by_its_exit_code_and_each_by_a_line(stranger: Stranger) -> None:
    args = (*SANDBOX, "--all", "--scenario", "entra,mixed,channels-2", "--sandbox-state", "world.json")
    done = stranger.run(*args)
    assert done.code == 10, done
    first, second = done.out.splitlines()
    assert re.fullmatch(rf"HELP +{MAILBOX} +unauthorized +connectivity log, .*FAILURE Could not retrieve .*", first)
    assert re.fullmatch(r"DESK02 +desk02@example.com +healthy +connectivity log, .*: SUCCESS", second)
    assert done.err == "Signing in to acme.atlassian.net to read HELP, DESK02\n"
    good = stranger.run(*args[:2], "--project", "DESK02", *args[3:], "--json")
    assert good.code == 0, good
    [row] = told(good)
    assert (row["project"], row["address"], row["verdict"]) == ("DESK02", "desk02@example.com", "healthy")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row["at"])
    assert not stranger.processes()
    assert not stranger.leftovers()
    assert State(stranger.here / "world.json.runbook").health("acme.atlassian.net/DESK02")


def test_the_verb_without_a_browser_knows_nothing_and_says_why(stranger: Stranger) -> None:
    done = stranger.run(*SANDBOX, "--project", "HELP", "--by", "audit", "--json")
    assert (done.code, done.err) == (11, "")
    [row] = told(done)
    assert (row["verdict"], row["source"]) == ("unknown", "audit")
    assert "not known until the e-mail page was read once" in row["evidence"]


def test_the_verb_says_once_that_the_endpoint_is_gone_and_goes_on(stranger: Stranger) -> None:
    args = (*SANDBOX, "--scenario", "entra,healthy", "--sandbox-state", "world.json", "--json", "--fault")
    first, second = stranger.run(*args, "audit-busy"), stranger.run(*args, "audit-gone")
    assert [told(done)[0]["verdict"] for done in (first, second)] == ["healthy", "healthy"]
    assert "is gone (it answered 410)" in second.err
    assert second.err.count("The e-mail page is read instead.") == 1
    assert "Traceback" not in first.err + second.err


def test_a_site_that_is_down_is_unknown_and_leaves_its_run_folder(stranger: Stranger) -> None:
    env = {"RUNBOOK_RUNS": str(stranger.here / "runs")}
    done = stranger.run(*SANDBOX, "--project", "HELP", "--fault", "site-503", env=env)
    assert done.code == 11, done
    assert "answered 503" in done.out
    [left] = (stranger.here / "runs").iterdir()
    assert f"Run folder: {left}" in done.err


@pytest.mark.parametrize(
    ("args", "cause"),
    [
        (("check", "--sandbox", "--project", "HELP", "--all"), "--project and --all contradict each other"),
        (("check", "--sandbox", "--project", "HELP", "--tell"), "--tell has nobody to tell"),
        (("check", "--project", "HELP", "--fault", "captcha"), "belong to the sandbox"),
        (("check",), "No project is named"),
        (("check", "--all"), "No channel is configured"),
        (("check", "--project", "HELP"), "No channel is configured for project HELP"),
        (("check", "--sandbox", "--project", "HELP", "--config", "absent.toml"), "There is no file"),
    ],
)
def test_arguments_that_cannot_be_used_are_told(
    args: tuple[str, ...], cause: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ends_as(within(*args), "ConfigError", 2, cause, where="err")


def test_a_real_check_reaches_no_site_from_here_and_says_so(stranger: Stranger) -> None:
    stranger.settings(RUNBOOK_API_USER="ada.admin@example.com", RUNBOOK_API_TOKEN="not-a-real-token")
    env = {
        "RUNBOOK_BROWSER": stranger.browser("--host-resolver-rules=MAP * ~NOTFOUND"),
        "HTTPS_PROXY": "http://127.0.0.1:9",  # nobody listens there
    }
    done = stranger.run("check", "--project", "HELP", "--json", env=env)
    assert done.code == 11, done
    [row] = told(done)
    assert "cannot be reached" in row["evidence"]
    assert "cannot be reached (ConnectError)" in done.err
    assert "not-a-real" not in done.out + done.err


def test_whoever_is_named_is_told_what_is_new_once_and_only_when_it_is_asked_for(stranger: Stranger) -> None:
    told_here = stranger.here / "told"
    script = stranger.here / "tell.py"
    script.write_text(f"import sys; open({str(told_here)!r}, 'a').write(sys.stdin.read() + '\\n')")
    stranger.settings(
        RUNBOOK_PROJECT="HELP", RUNBOOK_API_USER="ada.admin@example.com", RUNBOOK_API_TOKEN="not-a-real-one"
    )
    bare = stranger.run("check", "--by", "audit", "--tell")
    ends_as(bare, "ConfigError", 2, "--tell has nobody to tell", where="err")
    config = stranger.here / "runbook.toml"
    config.write_text(f"[notify]\non_failure = {json.dumps([sys.executable, str(script)])}\n")
    with served("entra,revoked", stranger) as env:
        for args in ((), ("--tell",), ("--tell",)):
            done = stranger.run("check", *args, env=env)
            assert (done.code, "Warning" in done.err) == (10, False), done
            assert told_here.exists() == bool(args)
    [line] = told_here.read_text().splitlines()
    assert "FAILURE Could not retrieve access token" in line


@contextmanager
def served(scenario: str, stranger: Stranger) -> Iterator[dict[str, str]]:
    """A sandbox that a real check takes for the real sites; the environment in which it does."""
    world = build(parse(scenario))
    for account in world.accounts.values():
        account.password, account.totp = f"not-a-{account.address}", "A" + pyotp.random_base32()[1:]
    admin, mailbox = world.accounts[ADMIN], world.accounts[MAILBOX]
    stranger.settings(
        RUNBOOK_PROJECT="HELP",
        RUNBOOK_ADMIN_PASSWORD=admin.password,
        RUNBOOK_ADMIN_TOTP=admin.totp,
        RUNBOOK_MAILBOX_PASSWORD=mailbox.password,
    )
    with Server(world) as server:
        yield {"RUNBOOK_BROWSER": stranger.browser(*server.browser_args())}


def test_a_canary_in_the_sandbox_is_sent_when_it_is_asked_for(stranger: Stranger) -> None:
    done = stranger.run(
        *SANDBOX, "--project", "HELP", "--scenario", "entra,healthy", "--fault", "smtp-refused", "--by", "canary"
    )
    assert done.code == 11, done
    assert "no canary mail could be sent: The mail server localhost:" in done.out
    assert "refused the password of canary@example.com" in done.err
    assert PASSWORD not in done.out + done.err


def test_a_check_that_is_interrupted_ends_in_order(stranger: Stranger) -> None:
    args = (*SANDBOX, "--project", "HELP", "--scenario", "entra,healthy", "--fault", "mail-lost", "--by", "canary")
    with stranger.begin(*args) as running:
        assert running.stderr
        assert "a canary mail was sent" in running.stderr.readline()
        running.send_signal(signal.SIGTERM)
        out, err = running.communicate(timeout=60)
    assert (running.returncode, out) == (20, "")
    assert err.splitlines() == ["Transient: It was interrupted.", "Remedy: Run it again."]
    assert not stranger.processes()
    assert not stranger.leftovers()


def test_a_check_by_the_audit_log_loads_no_browser_driver(stranger: Stranger) -> None:
    code = "import sys, runbook.verbs_check, runbook.audit, runbook.canaries; sys.exit('playwright' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], env=stranger.env(), check=False).returncode == 0
