"""An address's logs, and what the one of its connectivity means. A naive look at the last row misreads it: see `verdict`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Error as PlaywrightError

from flows.jira.email_page import Row, open_menu, open_page, row_of
from flows.jira.page import first_of
from flows.screens import evaluate
from runbook.step import Job, RunbookError, load_script

READ = load_script(__file__, "logs.js")


def verdict(rows: list[dict[str, Any]]) -> tuple[str, str]:
    """`healthy`, `unauthorized`, `failing` or `unknown`, and the evidence. Newest row first.

    After one real failure Jira waits longer and longer and logs RATE_LIMITED rows (domain.md 2.4): those say nothing, the
    newest row that is not one of them does.
    """
    row = next((r for r in rows if r["status"] != "RATE_LIMITED"), None)
    if row is None:
        return "unknown", "its connectivity log is empty" if not rows else "its connectivity log holds only rate limits"
    said = f"connectivity log, {row['time']}: {row['status']} {row['details']}".strip()
    if not row["status"].startswith("FAIL"):
        return "healthy", said
    text = row["details"].lower()
    unauthorized = any(
        t in text for t in ("access token", "403", "401", "unauthorized", "authenticat", "invalid_grant", "oauth")
    )
    return ("unauthorized" if unauthorized else "failing"), said


@dataclass(frozen=True)
class Logs:
    """The rows of an address's two logs, newest first; `missing` says why there are none."""

    connectivity: Sequence[dict[str, Any]] = ()
    processing: Sequence[dict[str, Any]] = ()
    missing: str = ""

    @property
    def health(self) -> tuple[str, str]:
        """What the connectivity log means, and the evidence."""
        return ("unknown", self.missing) if self.missing else verdict(list(self.connectivity))


async def read_logs(job: Job, row: Row) -> Logs:
    """Opens the row's logs and reads both."""
    if not await open_menu(job, row, "email-page.view-logs", needed=True):
        return Logs(missing="the page offers no logs")
    if await first_of(job, ["logs.table"]) is None:
        return Logs(missing="the page shows no logs")
    return Logs(**await evaluate(job.jira, READ))


async def health(job: Job, row: Row) -> tuple[str, str]:
    """Opens the row's logs, reads them, and says what they mean for its connection."""
    return (await read_logs(job, row)).health


async def last_pull(job: Job) -> str:
    """What the log of the mailbox says of Jira's last pull: a text that changes with every one that it tells of. Nothing when
    there was none, when it failed, or when the page does not say."""
    try:
        await job.goto(job.facts.email_page, job.jira)
        await open_page(job)
        row = await row_of(job, job.channel.address)
        logs = await read_logs(job, row) if row is not None else Logs()
    except (RunbookError, PlaywrightError):
        return ""  # a page that does not open tells nothing, and the run has done its work
    rows = [row for row in logs.connectivity if row["status"] != "RATE_LIMITED"]
    if not rows or rows[0]["status"].startswith("FAIL"):
        return ""
    return f"{len(rows)} {rows[0]['time']} {rows[0]['status']}"
