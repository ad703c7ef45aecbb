"""What the pages say of endings, decisions and times, in words for a person."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Literal

from runbook.run_record import RUNNING, UNFINISHED, RunRecord

Tone = Literal["good", "warn", "bad", "plain"]

# An ending's name for a person, and how grave it is.
ENDINGS: dict[str, tuple[str, Tone]] = {
    "Connected": ("Connected", "good"),
    "NothingToDo": ("Nothing to do", "good"),
    "ConfigError": ("Settings to correct", "warn"),
    "Transient": ("Try again later", "warn"),
    "CredentialsRejected": ("Secret refused", "bad"),
    "HumanNeeded": ("A person is needed", "warn"),
    "PageChanged": ("Unknown page", "bad"),
    "WrongMailbox": ("Wrong mailbox, caught", "bad"),
    "SessionLost": ("Jira signed out", "bad"),
    "ChannelDown": ("Channel down", "bad"),
    "Locked": ("Another run at work", "plain"),
    "Defect": ("The runbook failed", "bad"),
    UNFINISHED: ("Cut short", "bad"),
    RUNNING: ("Not ended", "plain"),
}
WHY_NOT = {
    "ConfigError": "the settings do not fit what is there",
    "Transient": "a site did not answer as it should",
    "CredentialsRejected": "a secret was refused",
    "HumanNeeded": "a person has to do a page",
    "PageChanged": "a page is not known",
    "WrongMailbox": "another mailbox stood in its place",
    "SessionLost": "Jira was signed out on the way",
    "Locked": "another run is at work",
    "Defect": "the runbook itself failed",
}
DECISIONS = {
    "connect": "Connect the mailbox",
    "replace": "Replace the connection",
    "restore": "Restore request type and reply-to",
    "nothing": "Leave the connection as it is",
    "accept": "Accept the consent page",
    "remove": "Remove the old connection",
    "take-back": "Take a connection back",
    "signed-in": "The admin is signed in to Jira",
    "permission": "The admin may manage this project's e-mail",
    "signed-out": "Signed out of the provider",
    "still-signed-in": "Jira is still signed in",
    "mailbox": "The mailbox can sign in",
    "request": "Jira asks for mail alone",
    "connected": "Jira shows the mailbox",
    "left": "No session is left behind",
}
PROVIDERS = {"microsoft": "Microsoft", "google": "Google"}


def headline(record: RunRecord) -> str:
    """The one sentence that tells how it ended."""
    mailbox, name = record.mailbox or "The mailbox", record.outcome.name
    if record.outcome.down:
        return f"Jira reads no mail of {mailbox}"
    if name == "Connected":
        return f"{mailbox} is connected"
    if name == "NothingToDo":
        if record.dry_run and not any(each.what == "nothing" for each in record.decisions):
            return f"{mailbox} can be connected; this was a dry run"
        return f"{mailbox} is connected already"
    if name == RUNNING:
        return "The run has not ended"
    if name == UNFINISHED or record.outcome.reason == "interrupted":
        return f"The run for {mailbox} was cut short"
    return f"{mailbox} was not connected: {WHY_NOT.get(name, 'the run failed')}"


def reassurance(record: RunRecord) -> str:
    """What the run did to the channel, in one sentence; empty where it cannot be said."""
    ending, gap = record.outcome, record.gap
    if ending.down:
        return ""  # its cause says it
    if ending.name == "Connected":
        return "Jira shows exactly this mailbox; that was read from the page after the connection."
    if ending.name == UNFINISHED:
        return "" if gap else "No connection was removed before that."
    if record.finished and not ending.changed and gap is None:
        return "Nothing was changed in Jira."
    return ""


def tone(record: RunRecord) -> Tone:
    """How grave the ending is."""
    return "bad" if record.outcome.down else ENDINGS.get(record.outcome.name, ("", "bad"))[1]


def label(name: str) -> str:
    """An ending's name for a person."""
    return ENDINGS.get(name, (name, "bad"))[0]


def duration(seconds: float | None) -> str:
    """A length of time as short as it can be told: `0.63 s`, `12.4 s`, `3 min 20 s`, `2 h 05 min`, `3 d 4 h`."""
    if seconds is None:
        return "unknown"
    if seconds < 9.995:
        return f"{seconds:.2f} s"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    if whole < 172_800:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
    return f"{whole // 86_400} d {whole % 86_400 // 3600} h"


def parse(stamp: str | None) -> datetime | None:
    """A time of the record (ISO 8601); None when there is none or it is no time."""
    try:
        found = datetime.fromisoformat(stamp) if stamp else None
    except ValueError:
        return None
    return found.astimezone(UTC) if found else None


def day(at: datetime) -> str:
    """`23 Nov 2026`."""
    return f"{at.day} {MONTHS[at.month - 1]} {at.year}"


def moment(at: datetime | None) -> str:
    """`23 Nov 2026, 22:15:01 UTC`."""
    return f"{day(at)}, {clock(at)} UTC" if at else "unknown"


def short(at: datetime) -> str:
    """`2026-11-23 22:15`."""
    return at.strftime("%Y-%m-%d %H:%M")


def clock(at: datetime | None) -> str:
    """`22:15:01`."""
    return at.strftime("%H:%M:%S") if at else "unknown"


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_of(on: date) -> str:
    """`23 Nov`."""
    return f"{on.day} {MONTHS[on.month - 1]}"
