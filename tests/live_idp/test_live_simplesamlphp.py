"""SimpleSAMLphp, a real SAML provider, as the single sign-on of the sandbox's Jira, with single logout off and on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from play import Played
from playwright.async_api import Browser
from replaying import Stage
from scripted import Web, secret, staged
from simplesamlphp import simplesamlphp

from flows.screens import SITES
from flows.screens.answer import SignIn
from flows.screens.sign_out import Place, prove_signed_out, sign_out
from runbook.browser import new_context
from runbook.errors import HumanNeeded
from runbook.sandbox.world import MAILBOX
from runbook.settings.places import LOGOUT_URLS

pytestmark = [pytest.mark.live_idp, pytest.mark.timeout(300)]


@pytest.mark.parametrize("language", ["en", "de"])
async def test_without_single_logout_jira_survives_and_the_mailbox_is_connected(language: str, tmp_path: Path) -> None:
    with simplesamlphp(tmp_path, language=language) as server:
        played = Played(tmp_path, external=server.as_idp())
        outcome = await played.run(patience=15.0)
        assert server.codes == ["accepted"]
    assert outcome.name == "Connected", outcome
    assert played.rows == [MAILBOX]
    assert played.connected_only_the_mailbox()
    assert not [event for event in played.world.events("signed-out") if event.details["site"] == "id"]


async def test_with_single_logout_the_lost_session_is_told_and_nothing_is_changed(tmp_path: Path) -> None:
    with simplesamlphp(tmp_path, single_logout=True) as server:
        played = Played(tmp_path, external=server.as_idp())
        before = played.rows
        outcome = await played.run(patience=15.0)
    assert (outcome.name, outcome.exit_code) == ("SessionLost", 61), outcome
    assert "single logout" in outcome.remedy
    assert next(event.details["site"] for event in played.world.events("signed-out")) == "id"
    assert played.rows == before


async def test_the_usual_home_tells_whether_somebody_is_signed_in(running: Browser, tmp_path: Path) -> None:
    site = SITES["simplesamlphp"]
    with simplesamlphp(tmp_path, source="example-userpass", new=False) as server:
        home = site.home.format(url=server.url)
        place = Place(site, LOGOUT_URLS[site.name].format(url=server.url), home)
        context = await new_context(running)
        play = await staged(context, Web(()), 5.0, "", None, (server.url,), Stage())
        await context.unroute_all()
        play.login.password = secret("password", server.password, (server.url,))
        page = play.job.page
        await page.goto(home)
        await SignIn(play.job, play.login, page, f"^{re.escape(home)}$").run()
        with pytest.raises(HumanNeeded) as found:
            await prove_signed_out(play.job, page, place)
        assert found.value.reason == "still-signed-in"
        await sign_out(play.job, page, place)
        await prove_signed_out(play.job, page, place)
        await context.close()
