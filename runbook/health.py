"""What the health of a channel is, judged from what was seen of it. No network, no page, no clock.

Three sources, and what each may say by itself:

- `audit`, Jira's log of processed mails: that mail was read and became a request a moment ago. Silence says nothing (nobody may
  have written), and of the connection itself it has no rows: it never says `unauthorized`.
- `page`, the connectivity and processing logs on the e-mail page: everything.
- `canary`, a mail of our own: that mail becomes a request, or that it did not in time, whatever the cause.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Literal

Verdict = Literal["healthy", "unauthorized", "failing", "absent", "wrong-mailbox", "unknown"]
Source = Literal["audit", "page", "canary", "none"]

BROKEN = 10
UNKNOWN = 11
EXIT_CODES: dict[Verdict, int] = {
    "healthy": 0,
    "unauthorized": BROKEN,
    "failing": BROKEN,
    "absent": BROKEN,
    "wrong-mailbox": BROKEN,
    "unknown": UNKNOWN,
}
MADE = frozenset({"NEW REQUEST", "NEW COMMENT"})  # a mail became something
REFUSED = "FAILED"
# A mail that is refused says more of its sender than of the channel; so many in a row, of several senders, do not.
RUN = 3
SENDERS = 2


KEPT: dict[Source, str] = {
    "audit": "the mail audit log shows new requests",
    "page": "the connectivity log shows success",
    "canary": "the canary mail became a request",
    "none": "",
}


@dataclass(frozen=True)
class Health:
    """A verdict on a channel with its evidence; `at` in seconds since 1970."""

    verdict: Verdict
    evidence: str
    source: Source
    at: float

    @property
    def kept(self) -> str:
        """The evidence as it is written down: the same as long as a channel is healthy, whatever its newest row."""
        return KEPT[self.source] if self.verdict == "healthy" else self.evidence


@dataclass(frozen=True)
class Said:
    """What one source says. `sure`: nobody else need be asked. A source that cannot tell says `unknown`, and why."""

    source: Source
    verdict: Verdict
    evidence: str
    sure: bool = False


@dataclass(frozen=True)
class MailRow:
    """A row of the processing log: what became of one mail. `when` as Jira writes it, `address` of the mailbox."""

    status: str
    when: str = ""
    details: str = ""
    sender: str = ""
    key: str = ""
    subject: str = ""
    address: str = ""

    def __str__(self) -> str:
        told = " ".join(part for part in (self.status, self.key, self.details) if part)
        return f"{self.when}: {told}" if self.when else told


def refused(rows: Iterable[MailRow]) -> str:
    """The evidence that mail is read and becomes no request, or nothing. Newest row first; rows of any other status (mail that
    Jira filters out by rule) say nothing either way."""
    told = [row for row in rows if row.status in MADE or row.status == REFUSED]
    run = list(takewhile(lambda row: row.status == REFUSED, told))
    if len(run) < RUN or len({row.sender.lower() for row in run}) < SENDERS:
        return ""
    return f"the last {len(run)} mails became no request; {run[0]}"


def from_audit(rows: Sequence[MailRow], minutes: int) -> Said:
    """What the audit log says, given its rows of the last `minutes`, newest first, all of the channel's own address."""
    if not rows:
        return Said("audit", "unknown", f"no mail was processed in the last {minutes} minutes")
    if why := refused(rows):
        return Said("audit", "failing", f"mail audit log: {why}")
    made = next((row for row in rows if row.status in MADE), None)
    if made is None:
        return Said("audit", "unknown", f"in the last {minutes} minutes no mail became a request; {rows[0]}")
    return Said("audit", "healthy", f"mail audit log, {made}", sure=True)


def from_page(state: str, evidence: str, rows: Sequence[MailRow] = (), strangers: Sequence[str] = ()) -> Said:
    """What the e-mail page says. `state` and `evidence`: of the connectivity log, or of the row that is not there; `rows`: of the
    processing log, newest first; `strangers`: addresses that the project reads as well and must not."""
    verdict: Verdict = state if state in EXIT_CODES else "unknown"
    if verdict == "healthy" and (why := refused(rows)):
        verdict, evidence = "failing", f"{evidence}; processing log: {why}"
    if verdict == "healthy" and strangers:
        verdict, evidence = "wrong-mailbox", f"the project also reads {', '.join(strangers)}; {evidence}"
    return Said("page", verdict, evidence, sure=verdict != "unknown")


def judge(said: Sequence[Said], at: float) -> Health:
    """The verdict, when every source that was to be asked has been. `at` in seconds since 1970.

    A cause goes before a symptom: the page's word counts most. Only where it finds nothing wrong, mail that did not get
    through is believed more than a log that looks well.
    """
    sure = [each for each in said if each.sure]
    cause = next((each for each in sure if each.verdict != "healthy"), None)
    symptom = next((each for each in reversed(said) if each.verdict == "failing"), None)
    if best := cause or symptom or (sure[-1] if sure else None):
        others = [each.evidence for each in sure if each is not best] if best is symptom else []
        return Health(best.verdict, "; ".join([best.evidence, *others]), best.source, at)
    if any(each.source == "page" for each in said):
        said = [each for each in said if each.source != "audit"]  # why the page had to be asked matters no more
    source = said[-1].source if said else "none"
    return Health("unknown", "; ".join(each.evidence for each in said) or "nothing was asked", source, at)


def worst(verdicts: Iterable[Verdict]) -> int:
    """The exit code for several channels: 10 when one is known to be broken, else 11 when one is not known, else 0."""
    codes = {EXIT_CODES[verdict] for verdict in verdicts}
    return next((code for code in (BROKEN, UNKNOWN) if code in codes), 0)
