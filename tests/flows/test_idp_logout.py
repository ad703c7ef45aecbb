"""The step `idp_logout`, replayed on its own from recordings."""

from __future__ import annotations

from replaying import replay

from runbook.errors import HumanNeeded


async def test_the_identity_provider_asks_for_credentials_again() -> None:
    played = await replay("idp_logout-good")
    assert played.as_recorded()
    left = {cookie["name"] for cookie in played.cookies()}
    assert not left & {"ESTSAUTH", "ESTSAUTHPERSISTENT", "ESTSAUTHLIGHT"}
    assert {"cloud.session.token", "tenant.session.token"} <= left


async def test_a_logout_page_that_says_signed_out_proves_nothing() -> None:
    played = await replay("idp_logout-still-signed-in")
    assert played.as_recorded()
    assert isinstance(played.error, HumanNeeded)
    assert played.error.reason == "still-signed-in"
