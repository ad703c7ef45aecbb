"""The index: what it makes of many runs, and that everybody can read it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from looking import fits, flaws, opened, seen
from made_runs import BEGUN, folder, record
from playwright.async_api import Browser

from runbook.errors import ConfigError
from runbook.report.channels import Channel, Incident, Look, channels
from runbook.report.entries import Entry, entries, entry, folders
from runbook.report.finish import finish
from runbook.report.index_page import bars, days_told, html, state, summary, write
from runbook.report.remembered import joined, looks
from runbook.run_record import RunRecord

pytestmark = pytest.mark.thorough

CHANNEL = "acme.atlassian.net/HELP"
NOW = BEGUN + timedelta(days=1)


def at(hours: float) -> datetime:
    return BEGUN + timedelta(hours=hours)


def run(hours: float, outcome: str = "NothingToDo", **given: Any) -> Entry:
    code = {"Connected": 0, "NothingToDo": 0, "Transient": 20, "ChannelDown": 70}.get(outcome, 50)
    made = {"run": f"run-{hours:g}", "channel": CHANNEL, "started": at(hours), "ended": at(hours + 0.001)}
    made |= {"outcome": outcome, "exit_code": code, "down": outcome == "ChannelDown", "mailbox": "help@example.com"}
    return Entry(**{**made, **given})


def look(hours: float, verdict: str, until: float | None = None) -> Look:
    return Look(CHANNEL, at(hours), at(hours if until is None else until), verdict, f"seen {verdict}")


def past(*events: Entry | Look) -> Channel:
    (channel,) = channels(
        [each for each in events if isinstance(each, Entry)], [each for each in events if isinstance(each, Look)], NOW
    )
    return channel


def told(incidents: list[Incident]) -> list[tuple[str, float, float | None, int]]:
    return [
        (each.name, (each.began - BEGUN).total_seconds() / 3600, each.ended and (each.ended - BEGUN).total_seconds() / 3600,
         each.events)
        for each in incidents
    ]  # fmt: skip


# --- incidents


def test_an_incident_lasts_from_the_first_failure_to_the_next_run_that_went_well() -> None:
    channel = past(run(0), run(1, "Transient"), run(2, "HumanNeeded"), run(3), run(4))
    assert told(channel.incidents) == [("Try again later", 1, 3, 3)]
    assert state(channel) == ("good", "Connected")


def test_the_gravest_that_happened_names_an_incident() -> None:
    channel = past(run(1, "Transient"), run(2, "ChannelDown"))
    assert told(channel.incidents) == [("Channel down", 1, None, 2)]
    assert state(channel) == ("bad", "Channel down")
    assert summary([channel], played=False) == ("bad", "The channel reads no mail")


def test_a_connection_that_a_run_had_to_replace_is_an_incident_that_the_run_ended() -> None:
    channel = past(run(0), run(1, "Connected", found="unauthorized: FAILURE", gap_seconds=0.5))
    assert told(channel.incidents) == [("Replaced", 1, 1.001, 1)]
    assert channel.incidents[0].cause == "unauthorized: FAILURE"
    assert summary([channel], played=False) == ("good", "The channel is fine")


def test_a_look_that_found_the_authorization_lost_opens_an_incident_and_a_healthy_one_ends_it() -> None:
    channel = past(
        look(1, "unauthorized"), run(2, "Connected", found="unauthorized"), look(3, "healthy"), look(4, "failing")
    )
    assert told(channel.incidents) == [("Mail not fetched", 4, None, 1), ("Authorization lost", 1, 2.001, 2)]


@pytest.mark.parametrize(
    "event", [run(1, "Locked"), run(1, "running"), run(1, "PageChanged", dry_run=True), look(1, "unknown")]
)
def test_what_says_nothing_of_the_channel_is_no_incident(event: Entry | Look) -> None:
    assert past(run(0), event).incidents == []


def test_what_is_wrong_comes_first_and_the_sandbox_last() -> None:
    found = channels(
        [run(0, channel="a/A"), run(0, "Transient", channel="b/B"), run(0, "Transient", channel="a/A", sandbox=True)],
        [],
        NOW,
    )
    assert [(each.id, each.sandbox) for each in found] == [("b/B", False), ("a/A", False), ("a/A", True)]


# --- days and gaps


def test_a_day_shows_the_worst_that_happened_on_it() -> None:
    channel = past(run(-26), run(-25, "Transient"), look(-100, "healthy", until=-60))
    days = {each.day.isoformat(): each.tone for each in channel.days}
    assert len(days) == 30
    assert days["2026-11-22"] == "warn"
    assert [days[f"2026-11-{day}"] for day in (19, 20, 21)] == ["good"] * 3
    assert days["2026-11-24"] == "plain"
    assert "22 Nov: Try again later" in days_told(channel.days)
    assert "Good: 3. Nothing known: 26." in days_told(channel.days)


def test_gaps_are_told_and_drawn_in_the_order_of_time() -> None:
    channel = past(*(run(hours, "Connected", gap_seconds=gap) for hours, gap in ((1, 0.5), (2, 2.0), (3, 1.0))))
    assert (channel.middle_gap, channel.longest_gap) == (1.0, 2.0)
    assert [bar.height for bar in bars(channel)] == [25.0, 100.0, 50.0]
    assert [bar.x for bar in bars(channel)] == sorted(bar.x for bar in bars(channel))


# --- from folders and from the state


def test_a_record_is_told_with_its_page_if_it_has_one(tmp_path: Path) -> None:
    root = tmp_path / "runs"
    first = folder(root, record())
    finish(first)
    second = folder(root, record("ChannelDown", begun=BEGUN + timedelta(hours=1)))
    found, problems = entries(folders(root))
    assert problems == []
    assert [each.link for each in found] == [f"{first.name}/report.html", f"{second.name}/run.json"]
    assert [(each.down, each.gap_seconds) for each in found] == [(False, 1.2), (True, None)]


def test_an_older_record_finds_its_channel() -> None:
    old = {
        "schema": 1,
        "run": "x",
        "started": "2026-11-23T22:15:00Z",
        "project": "HELP",
        "site": "https://acme.atlassian.net",
    }
    assert entry(RunRecord.model_validate(old), has_page=False).channel == CHANNEL


def test_what_cannot_be_read_is_told_and_keeps_nothing_else_out(tmp_path: Path) -> None:
    root = tmp_path / "runs"
    folder(root, record())
    broken = folder(root, record(begun=BEGUN + timedelta(hours=1)))
    (broken / "run.json").write_text("{")
    wide = folder(root, record(begun=BEGUN + timedelta(hours=2)))
    (wide / "run.json").chmod(0o644)
    linked = folder(root, record(begun=BEGUN + timedelta(hours=3)))
    (linked / "run.json").rename(tmp_path / "elsewhere.json")
    (linked / "run.json").symlink_to(tmp_path / "elsewhere.json")
    (root / "20261123T221500Z-HELP-ffff").symlink_to(tmp_path)
    (root / "20261123T221500Z-HELP-eeee").mkdir(mode=0o700)
    (root / "notes").mkdir()
    found, problems = entries(folders(root))
    assert len(found) == 1
    assert [each.split("/")[-1] for each in problems] == [
        "run.json is not the record of a run, schema 2 or older.",
        "run.json can be used by others than its owner.",
        "run.json cannot be read: it is a link.",
    ]


def test_a_folder_of_runs_that_others_can_enter_is_refused_with_the_remedy(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with pytest.raises(ConfigError) as caught:
        folders(tmp_path)
    assert caught.value.remedy == f"Run `chmod 700 {tmp_path}`."


def test_a_folder_that_is_not_there_holds_no_runs(tmp_path: Path) -> None:
    assert folders(tmp_path / "none") == []


def test_a_remembered_run_is_added_where_its_folder_is_gone() -> None:
    row = {"channel": CHANNEL, "address": "help@example.com", "due": "unauthorized", "started": BEGUN.timestamp(),
           "ended": BEGUN.timestamp() + 5, "outcome": "Connected", "exit_code": 0, "cause": "", "down": False,
           "gap_from": BEGUN.timestamp() + 1, "gap_seconds": 0.7}  # fmt: skip
    rows = [SimpleNamespace(**row, folder="/runs/run-0"), SimpleNamespace(**row, folder="/runs/run-gone")]
    here = run(0)
    first, second = joined([here], rows)
    assert first is here
    assert (second.run, second.link, second.gap_seconds, second.found) == (
        "run-gone", None, 0.7, "Authorization lost: that is why it was run.",
    )  # fmt: skip
    assert second.started == BEGUN


def test_remembered_looks_have_their_times() -> None:
    row = {"channel": CHANNEL, "at": 0.0, "verdict": "healthy", "evidence": "x"}
    found = looks([SimpleNamespace(**row, until=60.0), SimpleNamespace(**row, until=None)])
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    assert [(each.at, each.until) for each in found] == [(epoch, epoch + timedelta(minutes=1)), (epoch, epoch)]


def test_the_index_shows_what_the_state_remembers(tmp_path: Path) -> None:
    from runbook.state import HealthRow, RunRow, State
    from runbook.verbs_report import report

    runs, folder_ = tmp_path / "runs", tmp_path / "state"
    finish(folder(runs, record()))
    state = State(folder_)
    began = BEGUN.timestamp() - 90_000
    state.add_run(
        RunRow(channel=CHANNEL, started=began, ended=began + 5, outcome="Transient", exit_code=20, cause="It was away.")
    )
    state.add_health(HealthRow(CHANNEL, BEGUN.timestamp() + 900, "unauthorized", "the audit log says so", "audit"))
    state.close()
    (tmp_path / "settings.toml").write_text(f'[defaults]\nruns = "{runs}"\nstate = "{folder_}"\n')
    given = {"given": (), "check": False, "open_": False, "as_json": True}
    assert report(**given, runs=None, config=tmp_path / "settings.toml") == 0
    text = (runs / "index.html").read_text()
    assert "It was away." in text
    assert "the audit log says so" in text
    assert report(**given, runs=runs, config=None) == 0
    assert "It was away." not in (runs / "index.html").read_text()


def test_a_state_that_cannot_be_read_is_told_and_keeps_nothing_else_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from runbook.verbs_report import report

    runs, state = tmp_path / "runs", tmp_path / "state"
    finish(folder(runs, record()))
    state.mkdir(mode=0o700)
    elsewhere = tmp_path / "elsewhere.db"
    elsewhere.touch(0o600)
    (state / "state.db").symlink_to(elsewhere)
    (tmp_path / "settings.toml").write_text(f'[defaults]\nruns = "{runs}"\nstate = "{state}"\n')
    assert report(given=(), check=False, open_=False, as_json=False, runs=None, config=tmp_path / "settings.toml") == 0
    assert "Not in it: What is remembered of runs and health: The state file" in capsys.readouterr().out
    assert elsewhere.read_bytes() == b""


# --- the page


def many(count: int, **given: Any) -> list[Channel]:
    """Channels with a past of every kind."""
    kinds = ("NothingToDo", "Connected", "Transient", "ChannelDown", "HumanNeeded", "NothingToDo")
    runs = [
        run(-n * 3, kinds[n % 6], channel=f"acme.atlassian.net/{['HELP', 'OPS', 'HR'][n % 3]}", run=f"run-{n}", sandbox=n % 9 == 8,
            gap_seconds=0.5 + n % 5 if n % 6 == 1 else None, link=f"run-{n}/report.html", cause=f"Cause {n}.", **given)
        for n in range(count)
    ]  # fmt: skip
    return channels(runs, [look(2, "unauthorized")], NOW)


# More than are shown at once, once in each colour scheme.
@pytest.mark.parametrize(("count", "dark"), [(0, False), (1, True), (66, False), (66, True)])
async def test_axe_finds_nothing_to_object_to_in_the_index(
    count: int, dark: bool, running: Browser, tmp_path: Path
) -> None:
    page = write(tmp_path, many(count), ["A run cannot be read."], NOW)
    async with opened(running, page, dark=dark) as (tab, did):
        for summary_ in await tab.locator("summary").all():
            await summary_.click()
        assert await flaws(tab) == []
        assert did == []


async def test_nothing_in_the_index_reaches_beyond_the_window(running: Browser, tmp_path: Path) -> None:
    page = write(tmp_path, many(40, mailbox="help" * 20 + "@example.com"), ["x" * 300], NOW)
    async with opened(running, page) as (tab, _):
        await fits(tab, 320, 390, 1280, printed=700)


async def test_the_index_says_first_how_things_stand_and_leads_to_each_run(running: Browser, tmp_path: Path) -> None:
    root = tmp_path / "runs"
    finish(folder(root, record("Connected")))
    finish(folder(root, record("ChannelDown", begun=BEGUN + timedelta(hours=1))))
    found, problems = entries(folders(root))
    async with opened(running, write(root, channels(found, [], NOW), problems, NOW)) as (tab, _):
        assert await tab.get_by_role("heading", level=1).inner_text() == "The channel reads no mail"
        first = await tab.get_by_role("table").first.inner_text()
        assert "Channel down" in first
        assert "not over" in first
        strip = await tab.get_by_role("img").first.get_attribute("aria-label")
        assert strip is not None
        assert "23 Nov: Channel down" in strip
        await tab.get_by_role("link", name="2026-11-23 23:15").first.click()
        assert await tab.get_by_role("heading", level=1).inner_text() == "Jira reads no mail of help@example.com"
        await tab.get_by_role("link", name="All runs").click()
        assert await tab.get_by_role("heading", level=1).inner_text() == "The channel reads no mail"


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(2)>', "javascript:alert(3)"])
async def test_a_hostile_text_in_the_index_is_shown_as_text(text: str, running: Browser, tmp_path: Path) -> None:
    entry_ = run(0, text, channel=text, mailbox=text, cause=text, found=text)
    page = write(tmp_path, channels([entry_], [Look(text, at(1), at(1), "failing", text)], NOW), [text], NOW)
    async with opened(running, page) as (tab, did):
        found = await seen(tab)
    assert did == []
    assert (found["active"], found["handlers"], found["images"]) == (0, 0, [])
    assert {link[:9] for link in found["links"]} == {"#channel-"}
    assert found["text"].count(text) >= 6


def test_older_runs_are_folded_away_and_all_there() -> None:
    text = html(channels([run(-n, cause=f"Cause {n}.") for n in range(45)], [], NOW), [], NOW).decode()
    assert "<summary>25 older runs</summary>" in text
    assert all(f"Cause {n}." in text for n in range(45))


def test_two_thousand_runs_take_seconds_at_most(tmp_path: Path) -> None:
    root = tmp_path / "runs"
    root.mkdir(mode=0o700)
    content = record().model_dump_json(by_alias=True).encode()
    for n in range(2000):
        path = root / f"20261123T{n // 3600:02d}{n // 60 % 60:02d}{n % 60:02d}Z-HELP-{n:04x}"
        path.mkdir(mode=0o700)
        (path / "run.json").touch(0o600)
        (path / "run.json").write_bytes(content)
    begun = time.process_time()
    found, problems = entries(folders(root))
    write(root, channels(found, [], NOW), problems, NOW)
    assert (len(found), problems) == (2000, [])
    assert time.process_time() - begun < 6
