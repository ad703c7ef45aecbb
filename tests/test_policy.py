"""A channel's policy: what `[policy]` takes, what it refuses in words, and when its windows are open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runbook.errors import ConfigError
from runbook.settings import durations, load, windows
from runbook.settings.policy import Policy

BASE = """
[identities.ada]
username = "ada@example.com"
password = "keyring:acme/ada"
[identities.help]
username = "help@example.com"
password = "file:secrets/help"
[identities.ops]
username = "ops@example.com"
password = "file:secrets/ops"
[sites.acme]
url = "https://acme.atlassian.net"
admin = "ada"
[sites.acme.idp]
kind = "microsoft"
[channels.HELP]
site = "acme"
mailbox = "help"
address = "help@example.com"
provider = "google"
[channels.OPS]
site = "acme"
mailbox = "ops"
address = "ops@example.com"
provider = "google"
"""
BERLIN = ZoneInfo("Europe/Berlin")


def written(tmp_path: Path, toml: str) -> dict[str, Policy]:
    (tmp_path / "runbook.toml").write_text(BASE + toml, encoding="utf-8")
    return {key: channel.policy for key, channel in load(folder=tmp_path, env={}).channels.items()}


def refused(tmp_path: Path, toml: str) -> str:
    with pytest.raises(ConfigError) as caught:
        written(tmp_path, toml)
    return caught.value.cause


def at(text: str, zone: ZoneInfo = BERLIN) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


# --- settings


def test_a_channels_own_policy_goes_over_the_one_for_every_channel(tmp_path: Path) -> None:
    found = written(
        tmp_path,
        """
[policy]
window = ["Mon-Fri 20:00-06:00", "Sat,Sun 00:00-24:00"]
time_zone = "Europe/Berlin"
cool_down = "6h"
every = "90d"
[channels.OPS.policy]
window = ["02:00-04:00"]
planned = [2026-12-24, 2027-01-01T20:00:00, "2027-03-01 20:00"]
password_changed = 2026-10-01
password_every = "60d"
tries_per_day = 2
""",
    )
    assert found["HELP"].window == ("Mon-Fri 20:00-06:00", "Sat,Sun 00:00-24:00")
    assert found["OPS"].window == ("02:00-04:00",)
    assert (found["OPS"].time_zone, found["OPS"].cool_down) == ("Europe/Berlin", timedelta(hours=6))
    assert found["OPS"].planned == ("2026-12-24", "2027-01-01 20:00", "2027-03-01 20:00")
    assert (found["HELP"].every, found["OPS"].password_every) == (timedelta(days=90), timedelta(days=60))
    assert (found["HELP"].tries_per_day, found["OPS"].tries_per_day) == (30, 2)


def test_the_settings_in_force_show_a_policy_as_it_was_written(tmp_path: Path) -> None:
    written(tmp_path, '[policy]\nevery = "90d"\ncool_down = "1h30m"\nplanned = [2026-12-24]\n')
    shown = {key: value for key, value, _ in load(folder=tmp_path, env={}).describe("HELP")}
    assert shown["channels.HELP.policy.every"] == "90d"
    assert shown["channels.HELP.policy.cool_down"] == "1h30m"
    assert shown["channels.HELP.policy.planned"] == "2026-12-24"
    assert shown["channels.HELP.policy.window"] == "not set"


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ('[policy]\nwindow = ["20:00-20:00"]', 'all day is 00:00-24:00. Example: window = ["Mon-Fri 20:00-06:00"]'),
        ("[policy]\nwindow = []", "policy] window is empty, so that it never opens; leave it out to allow every time"),
        ('[policy]\nwindow = ["24:00-06:00"]', "should begin before 24:00"),
        ('[policy]\nwindow = ["20:00-25:00"]', "has a time of day that does not exist"),
        ('[policy]\nwindow = ["Mon-Fri"]', "should be days and times"),
        ('[policy]\nwindow = ["Mo 20:00-22:00"]', "should be days and times, the days as Mon Tue Wed Thu Fri Sat Sun"),
        ('[policy]\nwindow = "20:00-22:00"', "policy] window should be a list"),
        (
            '[policy]\ntime_zone = "Europe/Berln"',
            'policy] time_zone is not a time zone (meant Europe/Berlin?). Example: time_zone = "Europe/Berlin"',
        ),
        ('[policy]\ntime_zone = "Europe"', "is not a time zone"),
        ('[policy]\ntime_zone = "../../etc/passwd"', "is not a time zone"),
        (
            "[policy]\ncool_down = 6",
            'policy] cool_down should be a length of time: a number with s, m, h, d or w. Example: cool_down = "30m"',
        ),
        ('[policy]\nevery = "90 days"', "should be a length of time"),
        ('[policy]\nevery = "99999w"', "should be at most ten years"),
        ('[policy]\nevery = "5m"', "policy] every should be at least a day: every renewal costs a mail gap"),
        (
            '[policy]\nplanned = ["Christmas"]',
            'policy] planned should be a date, or a date and a time. Example: planned = ["2026-12-24"]',
        ),
        ("[policy]\nplanned = [2026]", "should be a date"),
        ('[policy]\npassword_every = "90d"', "password_changed is missing: password_every counts from it"),
        ("[policy]\ntries_per_day = 0", "tries_per_day should be at least 1"),
        ('[policy]\nwindows = ["20:00-22:00"]', "policy] windows is not a setting (meant window?)"),
        ('[channels.OPS.policy]\nwindow = ["20:00-20:00"]', "[channels.OPS.policy] window never opens"),
    ],
)
def test_a_slip_in_a_policy_is_told_with_its_place_and_an_example(tmp_path: Path, toml: str, told: str) -> None:
    assert told in refused(tmp_path, toml)


def test_two_channels_of_one_mailbox_are_refused_under_whatever_name_it_is_shown(tmp_path: Path) -> None:
    cause = refused(
        tmp_path,
        '[channels.WEB]\nsite = "acme"\nmailbox = "ops"\naddress = "web@example.com"\nprovider = "google"\nshown_as = "OPS@example.com"\n',
    )
    assert "[channels.WEB] shown_as is the address of OPS as well; a mailbox serves one project." in cause


# --- lengths of time


@given(st.integers(0, int(durations.LONGEST.total_seconds())))
def test_a_length_of_time_is_read_again_as_it_was_shown(seconds: int) -> None:
    length = timedelta(seconds=seconds)
    assert durations.parse(durations.shown(length)) == length


# --- windows


@pytest.mark.parametrize(
    ("window", "moment", "opened"),
    [
        ("Mon-Fri 20:00-06:00", "2026-11-23 20:00", True),  # a Monday
        ("Mon-Fri 20:00-06:00", "2026-11-23 19:59:59", False),
        ("Mon-Fri 20:00-06:00", "2026-11-23 05:00", False),  # Sunday's evening does not open
        ("Mon-Fri 20:00-06:00", "2026-11-24 05:59:59", True),
        ("Mon-Fri 20:00-06:00", "2026-11-24 06:00", False),
        ("Mon-Fri 20:00-06:00", "2026-11-28 05:00", True),  # Saturday morning belongs to Friday
        ("Fri-Mon 10:00-11:00", "2026-11-29 10:30", True),
        ("Fri-Mon 10:00-11:00", "2026-11-25 10:30", False),
        ("sat, Sunday 00:00-24:00", "2026-11-28 23:59:59", True),
        ("sat, Sunday 00:00-24:00", "2026-11-30 00:00", False),
        ("22:00-00:00", "2026-11-25 23:30", True),
        ("22:00-00:00", "2026-11-26 00:00", False),
        ("22:00-24:00", "2026-11-25 23:30", True),
        ("02:00-03:00", "2026-03-29 03:00", False),  # that hour does not exist on this night
        ("02:00-03:00", "2026-10-25 02:30", True),  # and this one exists twice
    ],
)
def test_a_window_opens_by_the_clock_on_the_wall(window: str, moment: str, opened: bool) -> None:
    assert windows.is_open([window], BERLIN, at(moment)) is opened


def test_both_hours_of_a_night_in_autumn_are_inside() -> None:
    first = at("2026-10-25 02:30")
    assert windows.is_open(["02:00-03:00"], BERLIN, first)
    assert windows.is_open(["02:00-03:00"], BERLIN, first + 3600)
    assert not windows.is_open(["02:00-03:00"], BERLIN, first + 7200)


@pytest.mark.parametrize(
    ("window", "moment", "opens"),
    [
        ("Mon-Fri 20:00-06:00", "2026-11-28 07:00", "2026-11-30 20:00"),
        ("Wed 12:00-13:00", "2026-11-25 13:00", "2026-12-02 12:00"),
        ("Wed 12:00-13:00", "2026-11-25 11:59", "2026-11-25 12:00"),
        ("02:30-05:00", "2026-03-29 01:00", "2026-03-29 03:00"),  # the clock jumps over half past two
    ],
)
def test_a_closed_window_says_when_it_opens(window: str, moment: str, opens: str) -> None:
    assert windows.next_opening([window], BERLIN, at(moment)) == at(opens)


@given(
    st.sampled_from(
        [
            "Mon-Fri 20:00-06:00",
            "Sun 02:30-03:15",
            "Sun 02:00-03:00",
            "00:00-24:00",
            "Tue,Thu 23:59-00:01",
            "01:00-02:30",
        ]
    ),
    st.integers(int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()), int(datetime(2027, 1, 1, tzinfo=UTC).timestamp())),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"]),
)
def test_a_window_is_open_from_the_moment_that_was_told_and_closed_until_then(window: str, now: int, name: str) -> None:
    zone = ZoneInfo(name)
    if windows.is_open([window], zone, now):
        return
    opens = windows.next_opening([window], zone, now)
    assert now < opens <= now + 15 * 86_400
    assert windows.is_open([window], zone, opens)
    assert not windows.is_open([window], zone, opens - 1)
