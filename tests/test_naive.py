"""The problem, as the vendor's article tells it: connect the mailbox without signing out first, and Jira gets the admin's.

On the same scenarios `test_scenarios.py` plays the runbook, which connects the right one.
"""

from __future__ import annotations

import by_hand
import pytest
from by_hand import browsing
from scenarios import NAIVE

from runbook.sandbox.world import ADMIN, MAILBOX, World


def connected(world: World) -> list[str]:
    return [row.address for row in world.projects["HELP"].connections if row.auth == "oauth"]


@pytest.mark.parametrize("scenario", NAIVE)
async def test_without_the_sign_out_jira_connects_the_admins_own_address(scenario: str) -> None:
    async with browsing(scenario) as (page, world):
        await by_hand.morning(page, world)
        await by_hand.open_jira(page, world, signed_in=world.scenario.idp in by_hand.DASHBOARDS)
        await by_hand.open_email_page(page, world)
        provider = await by_hand.begin_adding(page, world)
        if not world.scenario.consented:
            await by_hand.allow(provider, world)
        await by_hand.finish(page, world)
        assert connected(world) == [ADMIN]
        assert not [event for event in world.events("password") if event.details["address"] == MAILBOX]


async def test_typing_the_mailboxs_address_does_not_help_while_the_identity_provider_knows_the_admin() -> None:
    [scenario] = [case for case in NAIVE if case.startswith("okta-federated,")]
    async with browsing(scenario) as (page, world):
        await by_hand.open_jira(page, world, signed_in=False)
        await by_hand.open_email_page(page, world)
        provider = await by_hand.begin_adding(page, world)
        await provider.locator("#i0116").fill(MAILBOX)
        await provider.locator("#idSIButton9").click()
        await by_hand.back_at_the_mail_provider(provider, world)
        await by_hand.allow(provider, world)
        await by_hand.finish(page, world)
        assert connected(world) == [ADMIN]
