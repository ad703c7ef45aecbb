"""Jira's mail audit endpoint, as far as it is known (facts, section 7.1): path, parameters, names of a row.

Unknown: how many rows one answer holds, what an account without the right gets, what a key of another site gets.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue

from runbook.sandbox import jira_channels, jira_web
from runbook.sandbox.mailer import HANDLER
from runbook.sandbox.world import ID_HOST, Connection, LogRow, World

PATH = "/rest/jira-email-processor-plugin/1.0/mail/audit/process/<channel>"


def answer(world: World, channel: str) -> ResponseReturnValue:
    """The endpoint's answer for a channel key."""
    if instead := _fault(world):
        return instead
    for _, row in jira_channels.everywhere(world):
        if row.channel == channel:
            return {"data": _rows(row, all_times=bool(world.fault("audit-ignores-from")))}
    return jira_web.problem(404, "The mail channel does not exist.")


def _fault(world: World) -> ResponseReturnValue | None:
    """What the endpoint answers instead."""
    if world.fault("audit-gone"):
        return jira_web.problem(410, "The requested API has been removed.")
    if world.fault("audit-forbidden"):
        return jira_web.problem(403, "You do not have permission to access this resource.")
    if world.fault("audit-login"):
        return redirect(f"https://{ID_HOST}/login")
    if world.fault("audit-changed"):
        return {"entries": [], "next": None}
    if world.fault("audit-busy") and not world.events("audit-busy"):
        world.note("audit-busy")
        return Response("", 429, {"Retry-After": "1", "RateLimit-Reason": "jira-burst-based"})
    return None


def _rows(row: Connection, *, all_times: bool) -> list[dict[str, Any]]:
    statuses, text = request.args.getlist("statuses"), request.args.get("searchText", "").lower()
    since = float("-inf") if all_times else float(request.args.get("from", "0")) / 1000
    kept = [
        (number, entry)
        for number, entry in enumerate(row.processing, 1)
        if entry.at >= since
        and (not statuses or entry.status in statuses)
        and (not text or text in f"{entry.key} {entry.subject}".lower())
    ]
    return [_row(row, number, entry) for number, entry in reversed(kept)]


def _row(row: Connection, number: int, entry: LogRow) -> dict[str, Any]:
    when = datetime.fromtimestamp(entry.at, UTC).strftime("%d/%b/%y %I:%M %p")
    return {
        "id": number,
        "mailChannelId": row.channel,
        "mailItemId": number,
        "mailChannelName": row.address,
        "handlerName": HANDLER,
        "resultStatus": entry.status,
        "fromAddress": entry.sender,
        "subject": entry.subject,
        "issueKey": entry.key,
        "noOfRetry": 0,
        "message": entry.details,
        "createdDateTime": when,
        "updatedDateTime": when,
    }
