"""Which channel is due, and why or why not: a table of what is known to what is answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from runbook.due import Due, Known, due, next_planned
from runbook.settings import Channel

HOUR, DAY = 3_600.0, 86_400.0
BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp()


NOW = at("2026-11-25 12:00")  # a Wednesday


@dataclass(frozen=True)
class Look:
    verdict: str = "unauthorized"
    evidence: str = "FAILURE Could not retrieve access token"
    at: float = NOW - 60
    source: str = "page"


def channel(**policy: Any) -> Channel:
    who = {"name": "ada", "username": "ada@example.com", "password": "fake-password"}
    return Channel.model_validate(
        {
            "project": "HELP",
            "site": {"name": "acme", "url": "https://acme.atlassian.net", "admin": who, "idp": {"kind": "microsoft"}},
            "mailbox": {"name": "help", "username": "help@example.com", "password": "fake-password"},
            "address": "help@example.com",
            "provider": "microsoft",
            "policy": {"time_zone": "Europe/Berlin", **policy},
        }
    )


def asked(
    looked: Look | None = None, known: Known | None = None, now: float = NOW, *, forced: bool = False, **policy: Any
) -> Due:
    return due(channel(**policy), looked, known or Known(), now, forced=forced)


UNAUTHORIZED, HEALTHY = Look(), Look("healthy", "a pull a minute ago")
TABLE: list[tuple[str, dict[str, Any], bool, str, str]] = [
    # The health
    (
        "unauthorized",
        {"looked": UNAUTHORIZED},
        True,
        "unauthorized",
        "Jira may not read help@example.com: FAILURE Could not retrieve",
    ),
    ("healthy", {"looked": HEALTHY}, False, "healthy", "help@example.com is healthy: a pull a minute ago."),
    ("not looked at", {}, False, "unknown", "The health of help@example.com is not known."),
    (
        "failing otherwise",
        {"looked": Look("failing", "no route")},
        False,
        "failing",
        "a new authorization does not heal that",
    ),
    ("absent", {"looked": Look("absent", "no row")}, False, "absent", "`connect` makes a first connection"),
    ("wrong mailbox", {"looked": Look("wrong-mailbox", "ada@")}, False, "wrong-mailbox", "Not touched"),
    (
        "renewed after the look",
        {"looked": UNAUTHORIZED, "known": Known(renewed_at=NOW - 30)},
        False,
        "unknown",
        "was renewed Wed 2026-11-25 11:59",
    ),
    (
        "a renewal in the future",
        {"looked": UNAUTHORIZED, "known": Known(renewed_at=NOW + DAY)},
        True,
        "unauthorized",
        "may not read",
    ),
    # Down
    (
        "down",
        {"looked": HEALTHY, "known": Known(down=NOW - HOUR)},
        True,
        "channel-down",
        "since Wed 2026-11-25 11:00 Europe/Berlin Jira reads no mail",
    ),
    (
        "down in a closed window",
        {"known": Known(down=NOW - HOUR), "window": ["20:00-22:00"]},
        True,
        "channel-down",
        "reads no mail",
    ),
    ("down and tried just now", {"known": Known(down=NOW - 60, tried_at=NOW - 60, tries=1)}, True, "channel-down", ""),
    (
        "down and parked",
        {"known": Known(down=NOW - 60, parked_at=NOW - 60, parked_why="captcha")},
        False,
        "parked",
        "captcha",
    ),
    ("down and tried too often", {"known": Known(down=NOW - 60, tries=30)}, False, "tries", "tried 30 times"),
    # Forced
    ("forced", {"looked": HEALTHY, "forced": True}, True, "forced", "--force"),
    (
        "forced though parked",
        {"looked": UNAUTHORIZED, "known": Known(parked_at=NOW - DAY), "forced": True},
        True,
        "forced",
        "",
    ),
    (
        "forced in a closed window",
        {"forced": True, "window": ["20:00-22:00"], "known": Known(tried_at=NOW - 1, tries=99)},
        True,
        "forced",
        "",
    ),
    ("forced and down", {"forced": True, "known": Known(down=NOW - HOUR)}, True, "channel-down", ""),
    # Gates
    (
        "parked",
        {"looked": UNAUTHORIZED, "known": Known(parked_at=NOW - DAY, parked_why="The password was refused.")},
        False,
        "parked",
        "Parked since Tue 2026-11-24 12:00 Europe/Berlin until its secrets or settings change, or --force: The password was refused.",
    ),
    ("parked and not looked at", {"known": Known(parked_at=NOW - DAY)}, False, "parked", ""),
    ("parked and healthy again", {"looked": HEALTHY, "known": Known(parked_at=NOW - DAY)}, False, "healthy", ""),
    (
        "cool-down",
        {"looked": UNAUTHORIZED, "known": Known(tried_at=NOW - 60), "cool_down": "6h"},
        False,
        "cool-down",
        "less than 6h ago; again from Wed 2026-11-25 17:59 Europe/Berlin (cool_down)",
    ),
    (
        "cool-down over",
        {"looked": UNAUTHORIZED, "known": Known(tried_at=NOW - 6 * HOUR), "cool_down": "6h"},
        True,
        "unauthorized",
        "",
    ),
    (
        "a try in the future",
        {"looked": UNAUTHORIZED, "known": Known(tried_at=NOW + 60), "cool_down": "6h"},
        True,
        "unauthorized",
        "",
    ),
    ("tries left", {"looked": UNAUTHORIZED, "known": Known(tries=2), "tries_per_day": 3}, True, "unauthorized", ""),
    (
        "no tries left",
        {"looked": UNAUTHORIZED, "known": Known(tries=3), "tries_per_day": 3},
        False,
        "tries",
        "(tries_per_day)",
    ),
    (
        "window closed",
        {"looked": UNAUTHORIZED, "window": ["Mon-Fri 20:00-06:00"]},
        False,
        "outside-window",
        "It waits for its window, which opens Wed 2026-11-25 20:00 Europe/Berlin.",
    ),
    ("window open", {"looked": UNAUTHORIZED, "window": ["Mon-Fri 08:00-18:00"]}, True, "unauthorized", ""),
    (
        "one of two windows open",
        {"looked": UNAUTHORIZED, "window": ["Sun 00:00-24:00", "Wed 11:00-13:00"]},
        True,
        "unauthorized",
        "",
    ),
    (
        "after midnight of a window",
        {"looked": UNAUTHORIZED, "now": at("2026-11-28 05:00"), "window": ["Fri 20:00-06:00"]},
        True,
        "unauthorized",
        "",
    ),
    (
        "the hour that does not exist",
        {"looked": UNAUTHORIZED, "now": at("2026-03-29 03:00"), "window": ["02:00-03:00"]},
        False,
        "outside-window",
        "opens Mon 2026-03-30 02:00",
    ),
    # Planned by a day
    (
        "planned day has come",
        {"looked": HEALTHY, "planned": ["2026-11-25"]},
        True,
        "planned",
        "It is planned for 2026-11-25.",
    ),
    (
        "planned day is done",
        {"looked": HEALTHY, "planned": ["2026-11-25"], "known": Known(renewed_at=NOW - HOUR)},
        False,
        "healthy",
        "",
    ),
    (
        "planned day to come",
        {"looked": HEALTHY, "planned": ["2026-12-24"]},
        False,
        "not-planned",
        "Planned next: Thu 2026-12-24 00:00 Europe/Berlin.",
    ),
    (
        "planned time to come",
        {"looked": HEALTHY, "planned": ["2026-11-25 20:00"]},
        False,
        "not-planned",
        "20:00 Europe/Berlin",
    ),
    ("planned before it was seen", {"looked": HEALTHY, "planned": ["2026-11-01"]}, False, "healthy", ""),
    (
        "planned and missed since",
        {"looked": HEALTHY, "planned": ["2026-11-01"], "known": Known(first_seen=at("2026-10-01 12:00"))},
        True,
        "planned",
        "",
    ),
    ("planned and health unknown", {"planned": ["2026-11-25"]}, True, "planned", ""),
    (
        "planned in a closed window",
        {"looked": HEALTHY, "planned": ["2026-11-25"], "window": ["20:00-22:00"]},
        False,
        "outside-window",
        "planned for",
    ),
    ("unauthorized goes before planned", {"looked": UNAUTHORIZED, "planned": ["2026-11-25"]}, True, "unauthorized", ""),
    # Planned by an interval
    (
        "interval over",
        {"looked": HEALTHY, "every": "90d", "known": Known(renewed_at=NOW - 90 * DAY)},
        True,
        "planned",
        "It is renewed every 90d.",
    ),
    (
        "interval not over",
        {"looked": HEALTHY, "every": "90d", "known": Known(renewed_at=NOW - 89 * DAY)},
        False,
        "not-planned",
        "2026-11-26",
    ),
    (
        "interval from the first look",
        {"looked": HEALTHY, "every": "90d", "known": Known(first_seen=NOW - 91 * DAY)},
        True,
        "planned",
        "",
    ),
    ("interval and never seen", {"looked": HEALTHY, "every": "90d"}, False, "not-planned", ""),
    (
        "interval and a clock put back",
        {"looked": HEALTHY, "every": "1d", "known": Known(renewed_at=NOW + 90 * DAY)},
        False,
        "not-planned",
        "2026-11-26",
    ),
    # Planned by the password's change
    (
        "password changes today",
        {"looked": HEALTHY, "password_changed": "2026-11-25 08:00", "known": Known(renewed_at=NOW - DAY)},
        True,
        "planned",
        "The mailbox's password changes Wed 2026-11-25 08:00 Europe/Berlin.",
    ),
    (
        "password changed and renewed",
        {"looked": HEALTHY, "password_changed": "2026-11-25 08:00", "known": Known(renewed_at=NOW - HOUR)},
        False,
        "healthy",
        "",
    ),
    (
        "password changes again",
        {
            "looked": HEALTHY,
            "password_changed": "2026-05-29",
            "password_every": "90d",
            "known": Known(renewed_at=at("2026-09-01 12:00")),
        },
        True,
        "planned",
        "2026-11-25",
    ),
    (
        "password will change again",
        {
            "looked": HEALTHY,
            "password_changed": "2026-08-28",
            "password_every": "90d",
            "known": Known(renewed_at=at("2026-09-01 12:00")),
        },
        False,
        "not-planned",
        "Thu 2026-11-26",
    ),
]


@pytest.mark.parametrize(
    ("given", "is_due", "reason", "why"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_a_channel_is_due_or_not_with_a_reason(given: dict[str, Any], is_due: bool, reason: str, why: str) -> None:
    found = asked(**given)
    assert (found.due, found.reason) == (is_due, reason), found.why
    assert why in found.why
    assert found.why.endswith(".") or found.reason == "parked"
    assert found.channel_id == "acme.atlassian.net/HELP"


def test_only_what_is_planned_or_forced_is_replaced_whatever_its_health() -> None:
    assert asked(HEALTHY, planned=["2026-11-25"]).replaces
    assert asked(HEALTHY, forced=True).replaces
    assert not asked(UNAUTHORIZED).replaces
    assert not asked(known=Known(down=NOW), forced=True).replaces
    assert not asked(HEALTHY, planned=["2026-11-25"], window=["20:00-22:00"]).replaces


def test_an_answer_says_since_when_its_reason_has_been_there() -> None:
    assert asked(UNAUTHORIZED).since == NOW - 60
    assert asked(known=Known(down=NOW - HOUR)).since == NOW - HOUR
    assert asked(UNAUTHORIZED, Known(parked_at=NOW - DAY)).since == NOW - DAY
    assert asked(HEALTHY, planned=["2026-11-25"]).since == at("2026-11-25 00:00")


def test_the_next_planned_renewal_is_the_first_of_all_kinds() -> None:
    policy = channel(planned=["2026-12-24"], every="90d", password_changed="2026-10-01", password_every="60d").policy
    known = Known(renewed_at=at("2026-10-05 12:00"))
    assert next_planned(policy, known, NOW) == at("2026-11-30 00:00")
    assert next_planned(channel().policy, known, NOW) is None


@pytest.mark.parametrize("years", [1, 40])
def test_a_password_that_changes_daily_for_years_is_no_work(years: int) -> None:
    policy = channel(password_changed=f"{2026 - years}-01-01", password_every="1d").policy
    assert next_planned(policy, Known(renewed_at=NOW), NOW) == at("2026-11-26 00:00")
