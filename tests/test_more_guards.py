"""More of what must not happen: the wrong account is not taken, whoever is signed in beside the mailbox; and how a run ends
when a site, a clock or a person gets in its way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from play import Played
from stranger import Stranger, somebody
from test_cli import interrupted

from flows import CONNECT
from flows.prove_mailbox import ProveMailbox
from flows.remove_old import RemoveOld
from runbook.sandbox.seed import OPS
from runbook.sandbox.world import ADMIN, MAILBOX, World
from runbook.step import Job, Step

pytestmark = pytest.mark.thorough

EMPTY = "entra,g2,popup,empty"
CUT = next(at for at, step in enumerate(CONNECT) if isinstance(step, RemoveOld))
PROOF = next(at for at, step in enumerate(CONNECT) if isinstance(step, ProveMailbox))


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[Stranger]:
    with somebody(tmp_path) as found:
        yield found


# --- who is signed in


class Aside(Step):
    """Something that happens between two steps."""

    name = "aside"
    title = "Something happens"
    before = after = by_hand = "-"


class AdminComesToo(Aside):
    """The admin signs in again at the mail provider, beside the mailbox, in the same browser."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def run(self, job: Job) -> None:
        site = self.world.scenario.mail
        [found] = {
            id(s): s for s in self.world.sessions.values() if s.site == site and s.accounts == [MAILBOX]
        }.values()
        found.accounts = [ADMIN, MAILBOX]


@pytest.mark.parametrize("scenario", ["entra,g2,popup,empty", "google,g3,same-tab,empty"])
async def test_at_the_account_chooser_the_mailbox_is_taken_and_not_the_admin(scenario: str, tmp_path: Path) -> None:
    played = Played(tmp_path, scenario)
    steps = [*CONNECT[: PROOF + 1], AdminComesToo(played.world), *CONNECT[PROOF + 1 :]]
    outcome = await played.run(steps=steps)
    assert outcome.name == "Connected", outcome.cause
    assert played.rows == [MAILBOX]
    assert played.connected_only_the_mailbox()
    given = [e.details for e in played.world.events("authorized") if e.details["client"] == "jira-mail"]
    assert [(each["address"], each["silent"]) for each in given] == [(MAILBOX, False)], "it was asked, and answered"


class AccountPageNamesBoth(Aside):
    """The mail provider's account page names the admin beside the mailbox."""

    async def run(self, job: Job) -> None:
        await job.context.add_init_script(
            "if (location.host === 'myaccount.microsoft.com')"
            f" document.addEventListener('DOMContentLoaded', () => document.body.append(' {ADMIN} '))"
        )


async def test_an_account_page_that_names_the_admin_as_well_stops_the_run_before_the_cut(tmp_path: Path) -> None:
    played = Played(tmp_path)
    outcome = await played.run(steps=[*CONNECT[:PROOF], AccountPageNamesBoth(), *CONNECT[PROOF:]], patience=5.0)
    assert (outcome.name, outcome.reason) == ("WrongMailbox", "two-accounts"), outcome.cause
    assert played.rows == [MAILBOX]
    assert not played.world.events("removed") + played.world.events("connected")


class ConsentPageChangesItsMind(Aside):
    """The consent page that was read ahead, while Jira removed the old connection, names the admin when it is to be accepted."""

    def __init__(self) -> None:
        self.ahead: list[str] = []

    async def run(self, job: Job) -> None:
        assert job.window is not None
        self.ahead = [(await reading).screen for reading in job.sighted.values()]
        await job.window.evaluate(
            "([old, fresh]) => { document.body.innerHTML = document.body.innerHTML.replaceAll(old, fresh); }",
            [MAILBOX, ADMIN],
        )


async def test_a_consent_page_that_was_read_ahead_is_judged_again_before_it_is_accepted(tmp_path: Path) -> None:
    changed, played = ConsentPageChangesItsMind(), Played(tmp_path)
    outcome = await played.run(steps=[*CONNECT[: CUT + 1], changed, *CONNECT[CUT + 1 :]], patience=5.0)
    assert changed.ahead == ["consent"]
    assert (outcome.name, outcome.reason, outcome.down) == ("WrongMailbox", "consent", True), outcome.cause
    assert "is for ada.admin@example.com" in outcome.cause
    assert not played.world.events("connected")
    given = [e for e in played.world.events("authorized") if e.details["client"] == "jira-mail"]
    assert given == []


def whenever(monkeypatch: pytest.MonkeyPatch, site: str, deed: Callable[[World], None]) -> None:
    """Does something to the world whenever somebody has signed in at a site of it."""
    note = World.note

    def noted(self: World, kind: str, **details: Any) -> None:
        note(self, kind, **details)
        if (kind, details.get("site")) == ("signed-in", site):
            deed(self)

    monkeypatch.setattr(World, "note", noted)


async def test_an_identity_provider_that_names_somebody_else_than_the_admin_ends_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def renamed(world: World) -> None:
        world.accounts[ADMIN].address = OPS

    whenever(monkeypatch, "microsoft", renamed)
    played = Played(tmp_path, EMPTY)
    outcome = await played.run(patience=5.0)
    assert (outcome.name, outcome.reason) == ("HumanNeeded", "wrong-account"), outcome.cause
    assert [(e.details["typed"], e.details["returned"]) for e in played.world.events("mismatch")] == [(ADMIN, OPS)]
    assert not played.world.events("connected")


async def test_a_jira_that_knows_the_browser_as_somebody_else_ends_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def somebody_else(world: World) -> None:
        for session in [s for s in world.sessions.values() if s.site == "id"]:
            session.accounts = [OPS]

    whenever(monkeypatch, "id", somebody_else)
    played = Played(tmp_path, EMPTY)
    outcome = await played.run(patience=5.0)
    assert (outcome.name, outcome.reason) == ("HumanNeeded", "wrong-account"), outcome.cause
    assert OPS in outcome.cause
    assert [event["name"] for event in played.said("step") if event["status"] == "done"] == []


async def test_a_mistyped_user_name_of_the_admin_is_named_as_what_to_check(tmp_path: Path) -> None:
    outcome = await Played(tmp_path, EMPTY).run(
        change={"site": {"admin": {"username": "ada.admn@example.com"}}}, patience=5.0
    )
    assert (outcome.name, outcome.reason) == ("PageChanged", "unknown")
    assert "right after the admin's user name" in outcome.cause
    assert "RUNBOOK_ADMIN_USERNAME" in outcome.remedy


# --- what gets in the way


async def test_a_browser_that_google_refuses_is_told_with_the_way_that_helps(tmp_path: Path) -> None:
    played = Played(tmp_path, "google,g2,popup,revoked", (f"browser-rejected={MAILBOX}",))
    outcome = await played.run(patience=5.0)
    assert (outcome.name, outcome.reason) == ("HumanNeeded", "browser-rejected"), outcome.cause
    assert "`--browser chrome --headed`" in outcome.remedy
    assert "in that window" in outcome.remedy
    assert played.rows == [MAILBOX]
    assert not played.world.events("removed")


async def test_a_slow_way_back_a_chooser_at_the_sign_out_and_other_labels_change_nothing(tmp_path: Path) -> None:
    played = Played(tmp_path, "entra,g2,popup,revoked", ("slow-redirect", "signout-chooser", "renamed-labels"))
    outcome = await played.run()
    assert outcome.name == "Connected", outcome.cause
    assert played.rows == [MAILBOX]
    assert played.connected_only_the_mailbox()


async def test_a_clock_that_differs_is_told_and_the_codes_follow_the_site(tmp_path: Path) -> None:
    played = Played(tmp_path, "entra,healthy")
    played.world.offset = 95.0
    outcome = await played.run()
    assert outcome.name == "NothingToDo", outcome.cause
    [warned] = [event["text"] for event in played.said("warning") if "clock" in event["text"]]
    assert warned.startswith("The clock of https://login.microsoftonline.com is +9")
    assert warned in outcome.warnings
    assert warned in played.record["warnings"]
    skew = played.record["skew"]
    assert {"https://login.microsoftonline.com", "https://acme.atlassian.net"} <= set(skew)
    assert all(90 < seconds < 100 for seconds in skew.values())
    assert [event.details["verdict"] for event in played.world.events("code")] == ["ok"]


@pytest.mark.parametrize(
    ("step", "cause"),
    [
        (2, "no connection was changed"),
        (4, "no connection was changed"),
        (5, "no connection was changed"),
        (9, f"{MAILBOX} is connected and not verified yet"),
    ],
)
def test_ctrl_c_at_any_step_tells_the_channels_state_and_leaves_nothing_behind(
    step: int, cause: str, stranger: Stranger
) -> None:
    exit_code, ended, said = interrupted(stranger, step, "SIGINT", group=True)
    assert (exit_code, ended["outcome"], ended["reason"]) == (20, "Transient", "interrupted"), ended
    assert cause in ended["cause"]
    assert ended["remedy"]
    assert said == ""
    assert json.loads((Path(ended["run"]) / "run.json").read_text())["outcome"]["name"] == "Transient"
    psutil.wait_procs(stranger.processes(), timeout=10)
    assert not stranger.processes()
    assert not stranger.leftovers()
