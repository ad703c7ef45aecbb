"""`doctor --probe` opens the sign-in pages of the configured sites and types nothing."""

from __future__ import annotations

import pytest
from play import merged

from runbook.browser import ensure
from runbook.probe import look_at, passed_over, targets
from runbook.sandbox import build, channel, parse
from runbook.sandbox.server import Server
from runbook.settings import Channel

pytestmark = pytest.mark.thorough


async def probed(scenario: str, *faults: str, **site: object) -> dict[str, str]:
    world = build(parse(scenario), faults)
    configured = Channel.model_validate(merged(channel(world), {"site": site} if site else {}))
    program = ensure(None, headed=False, say=lambda _: None)
    with Server(world) as server:
        checks = await look_at(program, targets([configured, configured]), {}, tuple(server.browser_args()))
    assert not world.events("password")
    assert all(check.remedy for check in checks if check.status != "ok")
    return {check.name: check.status for check in checks}


@pytest.mark.parametrize("scenario", ["okta-google,g2", "keycloak-microsoft,g2"])
async def test_pages_that_ask_are_recognised_each_once(scenario: str) -> None:
    found = await probed(scenario)
    assert len(found) == 3
    assert set(found.values()) == {"ok"}


async def test_one_company_that_is_both_is_asked_once() -> None:
    assert set(await probed("entra,g2")) == {"sign-in of acme.atlassian.net", "sign-in at microsoft"}


async def test_a_page_that_is_no_sign_in_and_a_site_that_is_away_are_told() -> None:
    idp = {"kind": "okta", "url": "https://www.google.com"}
    assert (await probed("okta-google,g2", idp=idp))["sign-in at okta"] in ("warning", "failed")
    idp = {"kind": "okta", "url": "https://nowhere.example.com"}
    assert (await probed("okta-google,g2", idp=idp))["sign-in at okta"] == "warning"


@pytest.mark.parametrize(
    ("idp", "told"),
    [
        ({"kind": "generic", "url": "https://sso.example.com"}, ["sign-in of acme.atlassian.net"]),
        ({"kind": "generic", "url": "https://sso.example.com", "home_url": "https://sso.example.com/me"}, []),
        ({"kind": "okta", "url": "https://acme.okta.com"}, []),
        ({"kind": "atlassian"}, []),
    ],
)
def test_a_provider_whose_page_has_no_known_address_is_told(idp: dict[str, str], told: list[str]) -> None:
    configured = Channel.model_validate(
        merged(channel(build(parse("okta-google,g2"))), {"site": {"idp": {"url": None, **idp}}})
    )
    found = passed_over([configured, configured])
    assert [check.name for check in found] == told
    assert all(check.status == "warning" and "home_url" in check.remedy for check in found)
