"""Runs as the tests of the report need them: made without a browser, from the same record that a run writes."""

from __future__ import annotations

import struct
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flows import CONNECT
from runbook.evidence import RunFolder
from runbook.run_record import Decision, Ending, Gap, RunRecord, Setting, StepRecord, UnknownPage

BEGUN = datetime(2026, 11, 23, 22, 15, tzinfo=UTC)
CAUSE = "The old connection was removed at 22:15:05 UTC and the new one is not there."
ENDINGS: dict[str, dict[str, Any]] = {
    "Connected": {"exit_code": 0, "changed": True},
    "NothingToDo": {"exit_code": 0, "cause": "help@example.com is connected over OAuth and healthy."},
    "ConfigError": {"exit_code": 2, "cause": "The site has no project NOPE.", "remedy": "Correct it."},
    "Transient": {"exit_code": 20, "cause": "https://login.example.com answered 503.", "remedy": "Try again later."},
    "CredentialsRejected": {"exit_code": 30, "cause": "The admin's password was refused.", "remedy": "Correct it."},
    "HumanNeeded": {"exit_code": 40, "cause": "microsoft asks for a person: captcha.", "remedy": "Run with --headed."},
    "PageChanged": {"exit_code": 50, "cause": "This page is not known.", "remedy": "Run with `--headed`."},
    "WrongMailbox": {"exit_code": 60, "cause": "Jira connected other@example.com.", "remedy": "Check the address."},
    "SessionLost": {"exit_code": 61, "cause": "Jira was signed out.", "remedy": "Switch single logout off."},
    "ChannelDown": {"exit_code": 70, "cause": CAUSE, "remedy": "Run `connect` again.", "down": True, "changed": True},
    "Locked": {"exit_code": 75, "cause": "Another run holds the channel.", "remedy": "Wait for it."},
    "Defect": {"exit_code": 90, "cause": "The runbook itself failed: KeyError.", "remedy": "Report it."},
    "Unfinished": {"exit_code": None, "cause": "The process ended.", "remedy": "Run it again."},
}
STOPPED_AT = {"ConfigError": 2, "Transient": 1, "CredentialsRejected": 1, "HumanNeeded": 6, "PageChanged": 6}
STOPPED_AT |= {"WrongMailbox": 8, "SessionLost": 5, "ChannelDown": 8, "Locked": 0, "Defect": 4, "Unfinished": 8}
PICTURE = "01-jira_login-done.png"


def stamp(seconds: float, begun: datetime = BEGUN) -> str:
    """A time of the run, as the record has it."""
    return (begun + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def record(ending: str = "Connected", *, begun: datetime = BEGUN, **given: Any) -> RunRecord:
    """A run with this ending, half a second for each step; `given` goes over it."""
    last = STOPPED_AT.get(ending, 3 if ending == "NothingToDo" else len(CONNECT))
    failed = ending in STOPPED_AT
    steps = [
        StepRecord(
            n=n,
            name=step.name,
            title=step.title,
            started=stamp(n / 2, begun),
            seconds=0.5,
            status=("started" if ending == "Unfinished" else "failed") if failed and n == last else "done",
            screenshot=PICTURE if n == 1 else None,
        )
        for n, step in enumerate(CONNECT, 1)
        if n <= last
    ]
    if ending == "NothingToDo":
        steps += [
            StepRecord(n=n, name=step.name, title=step.title, started=stamp(2, begun), seconds=0.0, status="skipped")
            for n, step in enumerate(CONNECT, 1)
            if n > last
        ]
    made: dict[str, Any] = {
        "run": f"{begun.strftime('%Y%m%dT%H%M%SZ')}-HELP-0001",
        "project": "HELP",
        "site": "https://acme.atlassian.net",
        "channel": "acme.atlassian.net/HELP",
        "mailbox": "help@example.com",
        "provider": "microsoft",
        "idp": "okta",
        "started": stamp(0, begun),
        "ended": None if ending == "Unfinished" else stamp(7, begun),
        "plan": [step.title for step in CONNECT],
        "steps": steps,
        "outcome": Ending(name=ending, **ENDINGS[ending]),
        "versions": {"runbook": "0.1.0", "browser": "Chromium 156.0"},
        "settings": [
            Setting(key="channels.HELP.mailbox.password", value="***", source=".env RUNBOOK_MAILBOX_PASSWORD")
        ],
        "skew": {"https://login.example.com": 2.1, "https://acme.atlassian.net": 0.0},
        "warnings": ["The consent page names the application. Pin it: `RUNBOOK_OAUTH_CLIENT=Jira`"],
        "decisions": decisions(ending, begun),
        "gap": gap(ending, begun),
    }
    if ending == "PageChanged":
        seen = {"place": "https://login.example.com/x", "title": "How we greet you", "fields": ["user"], "buttons": []}
        made["unknown_page"] = UnknownPage(seen=seen, expected="one of the sign-in screens")
    return RunRecord.model_validate({**made, **given})


def decisions(ending: str, begun: datetime) -> list[Decision]:
    """What the run decided before it ended."""
    if ending in ("Locked", "Transient", "CredentialsRejected", "ConfigError"):
        return []
    what, why = (
        ("nothing", "It is healthy.") if ending == "NothingToDo" else ("replace", "It is unauthorized: FAILURE.")
    )
    rows = ["help@example.com: microsoft, OAuth, Emailed request", "help@acme.atlassian.net: made by Jira, reply-to"]
    found = [Decision(what=what, why=why, step="read_channel", at=stamp(1.6, begun), evidence={"page showed": rows})]
    if ending == "Connected":
        asked = {"account shown": ["help@example.com"], "scopes asked": ["openid", "Mail.Send"]}
        found.append(
            Decision(what="accept", why="It is ours.", step="connect_oauth", at=stamp(4.2, begun), evidence=asked)
        )
    return found


def gap(ending: str, begun: datetime) -> Gap | None:
    """The time in which Jira read no mail."""
    if ending == "Connected":
        return Gap.model_validate({"from": stamp(3.9, begun), "to": stamp(5.1, begun), "seconds": 1.2})
    if ending in ("ChannelDown", "Unfinished"):
        return Gap.model_validate({"from": stamp(3.9, begun)})
    return None


def png(width: int = 64, height: int = 40) -> bytes:
    """A picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(
        b"\0" + b"".join(bytes((x * 4 % 256, y * 6 % 256, 180)) for x in range(width)) for y in range(height)
    )
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def folder(root: Path, made: RunRecord) -> Path:
    """The folder of a run: its record and one picture, private as a run leaves them."""
    root.mkdir(mode=0o700, exist_ok=True)
    path = root / made.run
    path.mkdir(mode=0o700)
    here = RunFolder(path)
    here.write("run.json", made.model_dump_json(by_alias=True).encode())
    here.write(PICTURE, png())
    return path
