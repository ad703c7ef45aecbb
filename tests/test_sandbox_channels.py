"""The rules of e-mail channels in the sandbox's Jira, and the puller that reads them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jira_visitor import custom, token

from runbook.sandbox import build, jira_channels, mailer, parse, seed
from runbook.sandbox.jira_channels import Refused
from runbook.sandbox.seed import FAULTS, OPS
from runbook.sandbox.world import MAILBOX, Token


def test_an_address_belongs_to_one_project() -> None:
    world = build(parse("entra,empty"))
    with pytest.raises(Refused, match="currently used by another project's email channel"):
        jira_channels.connect(world, world.projects["HELP"], token(OPS), "General request")


@pytest.mark.parametrize(("generation", "limit"), [("g1", 2), ("g2", 10), ("g3", 10)])
def test_a_project_has_a_limit_of_addresses(generation: str, limit: int) -> None:
    world = build(parse(f"entra,empty,{generation}"))
    project = world.projects["HELP"]
    for number in range(limit - 1):
        jira_channels.connect(world, project, token(f"box{number}@example.com"), "General request")
    with pytest.raises(Refused, match="limit"):
        jira_channels.connect(world, project, token(MAILBOX), "General request")


def test_a_removal_can_be_made_to_fail() -> None:
    world = build(parse(), ["remove-fails"])
    with pytest.raises(Refused):
        jira_channels.remove(world, world.projects["HELP"], MAILBOX)
    assert custom(world)


def test_the_mailbox_can_be_another_projects() -> None:
    world = build(parse("entra,healthy,reply-to"), ["duplicate"])
    assert [row.address for row in custom(world, "OPS")] == [MAILBOX]
    assert custom(world) == []
    assert world.projects["HELP"].reply_to != MAILBOX


# The puller


def test_a_revoked_token_is_one_failure_and_then_waits_that_grow() -> None:
    world = build(parse("entra,healthy"))
    row = custom(world)[0]
    mailer.tick(world)
    assert mailer.healthy(row)
    assert row.token is not None
    row.token.revoked = True
    world.offset += 7200
    mailer.tick(world)
    world.offset += 7200
    mailer.tick(world)
    told = [(entry.status, entry.details) for entry in row.connectivity]
    assert told[:5] == [
        ("SUCCESS", ""),
        ("FAILURE", "Could not retrieve access token"),
        ("RATE_LIMITED", "Retrying in 2 minutes"),
        ("RATE_LIMITED", "Retrying in 4 minutes"),
        ("RATE_LIMITED", "Retrying in 8 minutes"),
    ]
    assert [status for status, _ in told].count("FAILURE") == 1
    assert not mailer.healthy(row)


def test_the_last_failure_stays_in_the_log_however_long_ago_it_was() -> None:
    world = build(parse("entra,revoked"))
    world.offset += 40 * 86_400
    mailer.tick(world)
    row = custom(world)[0]
    assert len(row.connectivity) <= mailer.KEPT_ROWS + 1
    assert row.connectivity[0].status == "FAILURE"
    assert not mailer.healthy(row)


def test_a_grant_revoked_at_the_provider_is_noticed() -> None:
    world = build(parse("entra,empty"))
    jira_channels.connect(world, world.projects["HELP"], token(MAILBOX), "General request")
    world.issued.append(Token("microsoft", MAILBOX, [], "fake-at", "fake-rt", revoked=True))
    mailer.tick(world)
    assert not mailer.healthy(custom(world)[0])


def test_a_token_without_the_mail_scope_is_connected_and_forbidden() -> None:
    world = build(parse("entra,empty"))
    jira_channels.connect(world, world.projects["HELP"], token(MAILBOX, "openid", "email"), "General request")
    mailer.tick(world)
    assert [entry.details for entry in custom(world)[0].connectivity] == ["403 Forbidden"]


def test_only_mail_that_is_newer_than_the_connection_becomes_a_request() -> None:
    world = build(parse("entra,empty"))
    old = mailer.deliver(world, MAILBOX, "zoe@example.com", "Before", at=world.now() - 60)
    jira_channels.connect(world, world.projects["HELP"], token(MAILBOX), "General request")
    mailer.deliver(world, MAILBOX, "zoe@example.com", "After")
    mailer.deliver(world, OPS, "zoe@example.com", "Elsewhere")
    mailer.tick(world)
    mailer.tick(world)
    assert old["unread"]
    assert {(issue["project"], issue["summary"]) for issue in world.issues} == {("HELP", "After"), ("OPS", "Elsewhere")}


def test_a_switched_off_project_reads_nothing() -> None:
    world = build(parse("entra,healthy"))
    jira_channels.switch(world, world.projects["HELP"], on=False)
    mailer.deliver(world, MAILBOX, "zoe@example.com", "Silence")
    mailer.tick(world)
    assert world.issues == []


def test_every_fault_that_a_site_asks_for_can_be_switched_on() -> None:
    sources = Path(seed.__file__).parent.glob("*.py")
    asked = {
        name for file in sources for name in re.findall(r'(?:\bfault|struck)\([^()"]*"([a-z0-9-]+)"', file.read_text())
    }
    assert asked >= {"slo", "remove-fails"}
    assert asked <= set(FAULTS)
