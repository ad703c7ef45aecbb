"""An address's connectivity log, and what it means. A naive look at the last row misreads it: see `verdict`."""

from __future__ import annotations

from typing import Any

from flows.jira.email_page import Row, open_menu
from flows.jira.page import first_of
from flows.screens import evaluate
from runbook.step import Job, load_script

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


async def health(job: Job, row: Row) -> tuple[str, str]:
    """Opens the row's logs, reads them, and says what they mean."""
    if not await open_menu(job, row, "email-page.view-logs", needed=True):
        return "unknown", "the page offers no logs"
    if await first_of(job, ["logs.table"]) is None:
        return "unknown", "the page shows no logs"
    return verdict(await evaluate(job.jira, READ))
