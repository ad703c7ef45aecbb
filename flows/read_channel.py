"""Step 3: read the channel and decide what has to be done."""

from __future__ import annotations

from flows.jira.email_page import Row, open_page, read_rows
from flows.jira.logs import health
from runbook.step import ConfigError, Job, Step


def strangers(job: Job, rows: list[Row]) -> list[Row]:
    """Rows that must not stay: the admin's own address, connected by mistake, and those that the settings give up."""
    given_up = {
        job.admin.username.lower(),
        job.facts.account_address.lower(),
        *(a.lower() for a in job.channel.replaces),
    }
    given_up -= {"", job.channel.address.lower()}
    return [row for row in rows if row.address in given_up and not row.default]


class ReadChannel(Step):
    """The state of a channel is what Jira shows now; only what an earlier run could not restore comes from memory."""

    name = "read_channel"
    title = "Read the e-mail channel"
    before = "Signed in to Jira; the project is a service project."
    after = "Known: address, provider, request type, reply-to, health; decided: nothing to do, connect, or replace."
    by_hand = "Open Channels & self service > Email; note the address, its request type, the reply-to, and what View logs says."
    still = True

    async def run(self, job: Job) -> None:
        facts, channel = job.facts, job.channel
        await open_page(job)
        job.open_ahead()
        rows = await read_rows(job)
        facts.rows = [row.fact() for row in rows]
        mine = next((row for row in rows if row.address == channel.address.lower()), None)
        wrong = strangers(job, rows)
        kept = job.host.pending()
        if mine is None and kept:
            since = [row.address for row in rows if row.address not in kept.get("rows", []) and not row.default]
            for address in since if "rows" in kept else []:
                job.warn(
                    f"{address} was connected after an earlier run had begun, by it or by somebody else: look at it."
                )
            facts.removed_at = kept["down_since"]
            job.warn(
                "An earlier run removed the old connection and did not finish: the channel is down; this run repairs it."
            )
        source = mine or (wrong[0] if wrong else None)
        found = source.request_type if source else str(kept.get("request_type", ""))
        facts.request_type = channel.request_type or str(kept.get("request_type") or found)
        was_reply = bool(source and source.reply_to) or bool(kept.get("reply_to"))
        facts.reply_to = was_reply if channel.reply_to is None else channel.reply_to
        facts.decision, facts.why = await self.decide(job, mine, wrong)
        if facts.decision == "nothing" and mine and not self.as_wanted(job, mine):
            facts.decision = "restore"
            facts.why += (
                " An earlier run did not restore its request type or reply-to."
                if kept
                else f" Its request type or reply-to is not as the settings want it ({mine.request_type or 'no request type'})."
            )
        job.decide(
            facts.decision,
            facts.why,
            page_showed=[row.told() for row in rows] or "no address at all",
            wanted_request_type=facts.request_type,
            wanted_as_reply_to=facts.reply_to,
        )

    def as_wanted(self, job: Job, mine: Row) -> bool:
        """Whether the row has the request type and the reply-to that it should have; a page that shows no request type has the
        right one."""
        return mine.request_type in ("", job.facts.request_type) and mine.reply_to >= job.facts.reply_to

    async def decide(self, job: Job, mine: Row | None, wrong: list[Row]) -> tuple[str, str]:
        """The decision and its evidence."""
        address, facts = job.channel.address, job.facts
        facts.health = "absent" if mine is None else "unknown"
        if mine is None:
            if wrong:
                return "replace", f"The project reads {wrong[0].address}, and not {address}."
            return "connect", f"The project does not read {address} yet."
        if mine.default:
            raise ConfigError(
                f"{address} is an address that Jira made itself; it has no mailbox to connect.",
                remedy="Set the mailbox to the external address, for example support@example.com.",
            )
        if job.force:
            if job.rescue:  # whether the old connection reads mail until the cut makes a difference then
                facts.health, _ = job.seen or await health(job, mine)
            return "replace", "--force: the connection is replaced whatever its health."
        if mine.basic:
            return "replace", f"{address} is connected with basic authentication, not over OAuth."
        # Nothing is gained by reading the log again that somebody has read in this very sign-in.
        state, evidence = job.seen or await health(job, mine)
        facts.health = state
        if state in ("unauthorized", "failing"):
            return "replace", f"{address} is {state}: {evidence}."
        if wrong:
            job.warn(f"The project also reads {wrong[0].address}; `connect --force` removes it.")
        return "nothing", f"{address} is connected over OAuth and {state}: {evidence}."
