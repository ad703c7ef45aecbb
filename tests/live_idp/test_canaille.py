"""Canaille, a real OpenID provider, as the single sign-on of the sandbox's Jira: nothing is said to the runbook about its pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from canaille import Canaille, canaille
from play import Played
from playwright.async_api import Page

from flows import idp_logout
from flows.screens.sign_out import Place, prove_signed_out
from runbook.sandbox.world import ADMIN, MAILBOX
from runbook.step import Job

pytestmark = [pytest.mark.live_idp, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Canaille]:
    """One server for all: setting it up takes longer than a run."""
    with canaille(tmp_path_factory.mktemp("canaille")) as found:
        yield found


def happened(server: Canaille, what: str) -> int:
    """How often the server's own log tells of this."""
    return len(re.findall(what, (server.folder / "server.log").read_text("utf-8", "replace")))


async def test_password_code_consent_and_a_sign_out_that_is_proven_although_the_account_is_still_offered(
    server: Canaille, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: list[str] = []

    async def prove(job: Job, page: Page, place: Place) -> None:
        await prove_signed_out(job, page, place)
        if place.site.name == "generic":
            offered.append(await page.locator("[data-login-history-section]").inner_text())

    monkeypatch.setattr(idp_logout, "prove_signed_out", prove)
    played = Played(tmp_path, external=server.as_idp())
    outcome = await played.run(patience=15.0)
    assert outcome.name == "Connected", outcome
    assert played.rows == [MAILBOX]
    assert played.connected_only_the_mailbox()
    # One password and one code, as the server saw it; the consent was judged; the sign-out is the server's as well.
    assert happened(server, f"Successful password authentication for {ADMIN}") == 1
    assert happened(server, f"Successful OTP authentication for {ADMIN}") == 1
    accepted = [str(event["why"]) for event in played.said("decision") if event["what"] == "accept"]
    assert accepted[0].startswith("Consent page of generic: id.atlassian.com may know who signs in")
    texts = [str(event["text"]) for event in played.said("say")]
    assert "generic asks for credentials again: signed out." in texts
    (chooser,) = offered
    assert "ada" in chooser.split(), "the page that asks offers the account, of which it knows no session any more"
    assert "Logged in" not in chooser
    # Jira's session was not touched.
    assert [event.details["address"] for event in played.world.events("signed-in")] == [ADMIN, MAILBOX]
    assert "id" not in [event.details["site"] for event in played.world.events("signed-out")]


async def test_a_refused_password_is_told_and_never_typed_again(server: Canaille, tmp_path: Path) -> None:
    played = Played(tmp_path, external=server.as_idp(password="fake-wrong-password"))
    before = played.rows
    outcome = await played.run(patience=15.0)
    assert (outcome.name, outcome.reason) == ("CredentialsRejected", "password"), outcome
    await played.run(patience=15.0)
    assert happened(server, "Failed password authentication") == 1
    assert played.rows == before
