"""A sweep or a check that could not be made is told all the same, once, and so is the first one that could."""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from receivers import Mailbag, Webhook, webhook
from stranger import within
from test_sweep_telling import CAPTCHA, DUE
from test_telling import HELP, HOUR, START

from runbook import files
from runbook.due import Due
from runbook.errors import ConfigError, Transient
from runbook.outcome import Outcome
from runbook.redact import Redactor
from runbook.settings import Settings, load, salvage
from runbook.settings.notify import Notify
from runbook.state import State
from runbook.sweep import Swept
from runbook.sweep_telling import conclude
from runbook.telling import Standby
from runbook.telling.standby import _Memo

pytestmark = pytest.mark.thorough

NEWER = ConfigError("The state was written by a newer version.", remedy="Update the runbook.", reason="newer-state")
GONE = Transient("The state's database cannot be reached.", reason="state-database")
FULL = ConfigError("The state file cannot be written.", remedy="Make room.", reason="state-folder")
TITLE = "The runbook cannot look after its mailboxes (ConfigError: {})"
AGAIN = "The runbook looks after its mailboxes again"
TOML = """
[identities.ada]
username = "ada@example.com"
password = "keyring:jira/ada"
[identities.box]
username = "help@example.com"
password = "keyring:jira/box"
[sites.acme]
url = "https://acme.atlassian.net"
admin = "ada"
idp = { kind = "microsoft" }
[channels.HELP]
site = "acme"
mailbox = "box"
address = "help@example.com"
provider = "google"
[notify]
urls = ["file:notify-urls"]
[defaults]
state = "state"
runs = "runs"
"""


class Desk:
    """Sweeps, an hour apart, that are made or not; each in a process of its own. `folders`: where it may be remembered."""

    def __init__(self, *folders: Path) -> None:
        self.folders, self.bag, self.now = folders, Mailbag(), START
        self.warnings: list[str] = []

    def sweep(self, error: ConfigError | Transient | None) -> list[str]:
        standby = Standby(Notify(), self.folders, Redactor(), lambda: self.now, self.bag)
        self.warnings = standby.failed(error) if error else standby.works()
        self.now += HOUR
        return self.bag.told()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "state", tmp_path / "cache")


def test_it_is_told_once_and_reminded_of_and_so_is_its_end(desk: Desk, tmp_path: Path) -> None:
    assert desk.sweep(None) == []
    assert not (tmp_path / "state").exists(), "the usual sweep writes nothing"
    assert desk.sweep(NEWER) == ["failed"]
    assert stat.S_IMODE((tmp_path / "state" / "cannot-begin.json").stat().st_mode) == 0o600
    assert [event for _ in range(24) for event in desk.sweep(NEWER)] == ["reminder"]
    assert desk.sweep(GONE) == [], "it may be over the next time"
    assert desk.sweep(FULL) == ["failed"], "another cause"
    assert desk.sweep(None) == ["recovered"]
    assert desk.sweep(None) == []
    assert not (tmp_path / "state" / "cannot-begin.json").exists()
    assert desk.sweep(GONE) == ["failed"], "another incident"


def test_what_is_said(desk: Desk) -> None:
    standby = Standby(Notify(), desk.folders, Redactor(), lambda: START, desk.bag)
    standby.failed(NEWER)
    standby.works()
    first, last = desk.bag.got
    assert (first.kind, first.title) == ("failure", TITLE.format("newer-state"))
    where, *lines = first.text.splitlines()
    assert where.startswith("Where: ")
    assert where.endswith(f", {Path.cwd()}")
    assert lines == [
        "Outcome: ConfigError: newer-state",
        "Cause: The state was written by a newer version.",
        "Remedy: Update the runbook.",
        "Since: 2026-11-25 09:46 UTC",
    ]
    assert (last.kind, last.title) == ("success", AGAIN)
    assert "What it was: The state was written by a newer version." in last.text


def test_what_did_not_go_out_is_told_the_next_time(desk: Desk) -> None:
    desk.bag.broken = True
    assert desk.sweep(NEWER) == []
    assert desk.warnings == ["send was not told: it is broken. It is tried again the next time."]
    desk.bag.broken = False
    assert desk.sweep(NEWER) == ["failed"]
    assert desk.sweep(NEWER) == []


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_on_a_full_disk_an_empty_file_remembers(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "put", full)
    assert desk.sweep(FULL) == ["failed"]
    assert [event for _ in range(24) for event in desk.sweep(FULL)] == ["reminder"]
    assert desk.sweep(None) == ["recovered"]
    assert desk.sweep(None) == []
    desk.bag.broken = True
    assert desk.sweep(FULL) == []
    desk.bag.broken = False
    assert desk.sweep(FULL) == ["failed"], "an empty file does not know to whom it has still to go"


def test_a_disk_that_fills_up_meanwhile_does_not_make_it_told_each_hour(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert desk.sweep(GONE) == ["failed"]
    monkeypatch.setattr(files, "put", full)
    assert desk.sweep(FULL) == ["failed"]
    assert [desk.sweep(FULL) for _ in range(5)] == [[]] * 5


def test_where_the_state_cannot_be_written_the_next_folder_remembers(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    desk = Desk(tmp_path / "file" / "state", tmp_path / "cache")
    assert [desk.sweep(FULL) for _ in range(3)] == [["failed"], [], []]
    assert [desk.sweep(None) for _ in range(2)] == [["recovered"], []]


def test_a_disk_that_becomes_read_only_does_not_make_it_reminded_of_each_hour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file that is there cannot be changed any more, nor deleted."""
    desk, first = Desk(tmp_path / "state", tmp_path / "cache"), tmp_path / "state" / "cannot-begin.json"
    assert desk.sweep(FULL) == ["failed"]
    put, unlink = _Memo._put, Path.unlink

    def refused(path: Path) -> None:
        if path == first:
            raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(_Memo, "_put", lambda memo, path, text: refused(path) or put(memo, path, text))
    monkeypatch.setattr(Path, "unlink", lambda path, missing_ok=False: refused(path) or unlink(path, missing_ok))
    assert [event for _ in range(47) for event in desk.sweep(FULL)] == ["reminder"]
    monkeypatch.undo()
    assert [desk.sweep(None), desk.sweep(None)] == [["recovered"], []]


def test_where_nothing_can_be_written_it_is_told_each_time(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    desk = Desk(tmp_path / "file" / "state")
    assert [desk.sweep(FULL) for _ in range(2)] == [["failed"]] * 2
    assert desk.sweep(None) == []


@pytest.mark.parametrize("text", ["[]", "{", '{"open": 3}'])
def test_a_file_that_holds_something_else_counts_as_none(desk: Desk, text: str) -> None:
    desk.folders[0].mkdir()
    files.put(desk.folders[0] / "cannot-begin.json", text.encode())
    assert [desk.sweep(NEWER), desk.sweep(NEWER), desk.sweep(None)] == [["failed"], [], ["recovered"]]


# --- at the end of a sweep


async def test_a_state_that_fails_at_the_end_is_told_with_what_was_found(tmp_path: Path) -> None:
    state, bag, warnings = State(tmp_path / "state"), Mailbag(), list[str]()
    standby = Standby(Notify(), (tmp_path,), Redactor(), send=bag)
    given = {"dry_run": False, "sandbox": False, "metrics": None}
    settings = Settings(notify=Notify(on_failure=("true",)))

    async def sweep(outcome: Outcome | None, due: Due = DUE) -> list[str]:
        await conclude(given, settings, state, Redactor(), [Swept(HELP, due, outcome)], warnings.append, standby)
        return bag.told()

    state.close()
    (tmp_path / "state").rename(tmp_path / "away")
    (tmp_path / "state").touch()
    assert await sweep(CAPTCHA) == ["failed"]
    assert "could not be told of one by one: The state folder" in warnings[0]
    down = Outcome("ChannelDown", 70, "The old connection was removed.", "Run it again.", down=True)
    await conclude(given, settings, state, Redactor(), [Swept(HELP, DUE, down)], warnings.append, standby)
    [message] = bag.got
    assert (message.event, message.title[:5], message.items[0].cause[-50:]) == (
        "down",
        "ALARM",
        "could not be written down, of: HELP (ChannelDown).",
    )
    bag.told()
    assert await sweep(down) == []
    (tmp_path / "state").unlink()
    (tmp_path / "away").rename(tmp_path / "state")
    assert await sweep(None, Due(HELP.id, False, "healthy", "It is well.")) == ["recovered"]
    assert not (tmp_path / "cannot-begin.json").exists()


# --- settings that cannot all be read


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with webhook() as found:
        yield found


@pytest.fixture
def here(tmp_path: Path, hook: Webhook, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with complete settings, which is the current one, and a home of its own."""
    folder = tmp_path / "here"
    folder.mkdir()
    for name in [name for name in os.environ if name.startswith(("RUNBOOK_", "XDG_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(folder)
    (folder / "runbook.toml").write_text(TOML, encoding="utf-8")
    files.put(folder / "notify-urls", f"json://127.0.0.1:{hook.port}/x".encode())
    return folder


def test_who_is_told_is_read_where_other_settings_cannot_be(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toml = here / "runbook.toml"
    toml.write_text(TOML.replace("[sites.acme]", "[sites.acme]\nnonsense = 1") + 'jobs = "many"\n')
    found = salvage()
    assert found
    assert (len(found.notify.urls), found.state) == (1, here / "state")
    (here / ".env").write_text("nonsense\n\0")
    assert salvage()
    toml.write_text(TOML.replace("[notify]", "[notify]\nnonsense = 1"))
    assert salvage() is None
    toml.write_text("no TOML at all")
    assert salvage() is None
    monkeypatch.setenv("RUNBOOK_NOTIFY", "json://127.0.0.1:9/x")
    found = salvage()
    assert found
    assert len(found.notify.urls) == 1


def test_a_sweep_that_cannot_read_its_settings_is_told(here: Path, hook: Webhook) -> None:
    toml = here / "runbook.toml"
    toml.write_text(TOML.replace("[sites.acme]", "[sites.acme]\nnonsense = 1"))
    for _ in range(2):
        assert within("reauthorize", "--all").code == 2
    assert hook.titles == [TITLE.format("settings")]
    assert "nonsense is not a setting" in hook.got[0]["message"]


def test_a_sweep_and_a_check_over_a_newer_state_are_told(here: Path, hook: Webhook) -> None:
    state = State(load().state)
    state.update_channel(HELP.id, project=HELP.project)
    state.close()
    with sqlite3.connect(here / "state" / "state.db") as database:
        database.execute("UPDATE runbook_version SET version_num = '9999'")
    database.close()
    done = within("reauthorize", "--all", "--delay", "0")
    assert (done.code, "was written by a newer version" in done.out) == (2, True)
    assert hook.titles == [TITLE.format("newer-state")]
    assert "pip install --upgrade" in hook.got[0]["message"]
    assert within("check", "--all", "--by", "audit", "--tell").code == 2
    assert len(hook.got) == 1, "it is the same incident"


def test_a_database_that_cannot_be_had_is_told(here: Path, hook: Webhook, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "runbook.toml").write_text(TOML + 'state_url = "file:nowhere"\n')
    for args in (("check", "--all", "--tell"), ("check", "--all"), ("reauthorize", "--all", "--dry-run")):
        assert within(*args).code == 2
    assert [title.partition("(")[0] for title in hook.titles] == [TITLE.partition("(")[0]]
    monkeypatch.setenv("RUNBOOK_STATE_URL", "nonsense://fake-user:fake-password-77@db/x")
    assert within("reauthorize", "--all", "--delay", "0").code == 2
    assert hook.titles[1:] == [TITLE.format("state-url")]
    assert "fake-password-77" not in str(hook.got)


@pytest.mark.parametrize("args", [("--shard", "3/2"), ("--all", "--project", "HELP"), ("--scenario", "entra")])
def test_what_only_a_person_does_wrong_is_told_to_nobody_else(here: Path, hook: Webhook, args: tuple[str, ...]) -> None:
    done = within("reauthorize", *args)
    assert done.code == 2
    assert hook.got == []
