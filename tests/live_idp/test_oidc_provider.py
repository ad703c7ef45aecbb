"""oidc-provider, a certified OpenID server (npm), as Jira's single sign-on, as the mail provider, and as both at once, which is the
vendor's article's case. Its sign-in takes any password: a refused one is tested with other software."""

from __future__ import annotations

import imaplib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from dovecot import dovecot
from oidc_provider import OidcProvider, external, oidc_provider
from play import Played
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page
from software import told

from flows import CONNECT, idp_logout
from flows.jira.email_page import alerts, read_rows, watch
from flows.oauth_window import closed, goal, open_provider
from flows.screens import Seen, look
from flows.screens.answer import SignIn
from flows.screens.press import press
from flows.screens.sign_out import Place
from runbook.sandbox.world import ADMIN, MAILBOX, PROJECT
from runbook.step import Job, Step

pytestmark = pytest.mark.live_idp
STEPS = {step.name: step for step in CONNECT}
MORNING = [STEPS[name] for name in ("jira_login", "project_check", "read_channel")]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[OidcProvider]:
    with oidc_provider(tmp_path) as found:
        yield found


async def test_the_mailbox_is_connected_with_it_as_single_sign_on(server: OidcProvider, tmp_path: Path) -> None:
    played = Played(tmp_path, "entra,g2,popup,revoked", external=external(idp=server))
    outcome = await played.run()
    assert outcome.name == "Connected", told(played, outcome)
    assert played.rows == [MAILBOX]
    assert played.connected_only_the_mailbox()
    assert server.codes(ADMIN) == ["accepted"]
    # Its sign-out only asks; the answer was given, and it was proven that it asks for credentials again. Jira stayed.
    assert "generic asks for credentials again: signed out." in [event["text"] for event in played.said("say")]
    assert "id" not in [event.details["site"] for event in played.world.events("signed-out")]


async def test_a_visit_to_its_sign_out_alone_signs_nobody_out_and_that_is_told(
    server: OidcProvider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def only_visit(job: Job, page: Page, place: Place) -> None:
        await job.goto(place.logout, page)
        await look(page, patience=job.patience)

    monkeypatch.setattr(idp_logout, "sign_out", only_visit)
    played = Played(tmp_path, "entra,g2,popup,revoked", external=external(idp=server))
    outcome = await played.run()
    assert (outcome.name, outcome.reason) == ("HumanNeeded", "still-signed-in"), told(played, outcome)
    assert played.rows == [MAILBOX]
    assert not played.world.events("removed")


async def test_the_token_that_jira_got_opens_the_mailbox_and_no_other(server: OidcProvider, tmp_path: Path) -> None:
    played = Played(tmp_path, "okta-microsoft,g2,popup,revoked", external=external(mail=server))
    with dovecot(server.introspection, MAILBOX) as imap:
        outcome = await played.run()
        assert outcome.name == "Connected", told(played, outcome)
        assert played.connected_only_the_mailbox()
        mine = next(row for row in played.world.projects[PROJECT].connections if row.address == MAILBOX)
        assert mine.token
        assert mine.token.refresh_token
        assert "mail" in mine.token.scopes

        assert server.codes(MAILBOX) == ["accepted"]
        assert imap.open(MAILBOX, mine.token.access_token) == ["Subject: The printer is on fire"]
        with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
            imap.open(MAILBOX, "fake-token")
        with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
            imap.open(ADMIN, mine.token.access_token)


@pytest.mark.parametrize("scenario", ["entra,g3,popup,revoked,reply-to", "entra,g1,same-tab,empty"])
async def test_the_mailbox_is_connected_where_the_admin_signs_in_at_the_same_server(
    scenario: str, server: OidcProvider, tmp_path: Path
) -> None:
    played = Played(tmp_path, scenario, external=external(idp=server, mail=server))
    outcome = await played.run()
    assert outcome.name == "Connected", told(played, outcome)
    assert played.rows == [MAILBOX]
    assert played.connected_only_the_mailbox()


async def test_a_consent_that_is_asked_for_again_and_again_is_not_given_for_ever(tmp_path: Path) -> None:
    with oidc_provider(tmp_path, forgets=True) as server:
        played = Played(tmp_path, "entra,g2,popup,revoked", external=external(idp=server))
        outcome = await played.run()
    assert (outcome.name, outcome.reason) == ("PageChanged", "consent"), told(played, outcome)
    assert "again and again" in outcome.cause
    assert len(played.said("decision")) == 3
    assert played.rows == [MAILBOX]


class Naive(Step):
    """Connects without any sign-out, as somebody does who does not know the article."""

    name = "naive"
    title = "Connect without signing out first"
    before = after = by_hand = ""

    async def run(self, job: Job) -> None:
        known = [row.address for row in await read_rows(job)]
        window = await open_provider(job)
        seen = await look(window, patience=job.patience)
        assert (seen.screen, await window.locator("input:not([type=hidden])").count()) == ("consent", 0)
        await window.click(seen.fields["accept"] or "")
        await closed(window, job.patience)
        assert await watch(job, known=known, asks=False) == "new"


async def test_without_the_sign_out_it_silently_connects_the_admins_own_address(
    server: OidcProvider, tmp_path: Path
) -> None:
    played = Played(tmp_path, "entra,g3,popup,empty", external=external(idp=server, mail=server))
    outcome = await played.run(steps=[*MORNING, Naive()])
    assert outcome.exit_code == 0, told(played, outcome)
    assert played.rows == [ADMIN]


async def test_a_consent_of_the_admins_live_session_is_not_given(server: OidcProvider, tmp_path: Path) -> None:
    # The page names nobody: the account page in the same browser tells whose consent it would be.
    played = Played(tmp_path, "entra,g3,popup,empty", external=external(idp=server, mail=server))
    outcome = await played.run(steps=[*MORNING, STEPS["connect_oauth"]])
    assert (outcome.name, outcome.reason) == ("WrongMailbox", "consent"), told(played, outcome)
    assert ADMIN in outcome.cause
    assert played.rows == []


class Cancel(Step):
    """Goes as far as the consent page and cancels there."""

    name = "cancel"
    title = "Cancel at the consent page"
    before = after = by_hand = ""

    def __init__(self) -> None:
        self.seen = self.said = ""

    async def run(self, job: Job) -> None:
        known = [row.address for row in await read_rows(job)]
        window = await open_provider(job)

        async def decline(seen: Seen) -> None:
            await press(window, seen.fields["decline"] or "", job.patience)

        with suppress(PlaywrightError):  # the window closes itself
            await SignIn(job, job.mailbox, window, goal(job), on_consent=decline).run()
        await closed(window, job.patience)
        self.seen = await watch(job, known=known, asks=False)
        self.said = await alerts(job)


async def test_a_cancelled_consent_connects_nothing_and_the_next_run_does(server: OidcProvider, tmp_path: Path) -> None:
    played = Played(tmp_path, "okta-microsoft,g3,popup,empty", external=external(mail=server))
    cancel = Cancel()
    steps = [STEPS[name] for name in ("idp_logout", "jira_alive", "prove_mailbox")]
    outcome = await played.run(steps=[*MORNING, *steps, cancel])
    assert outcome.exit_code == 0, told(played, outcome)
    assert cancel.seen == "complaint"
    assert "cancelled" in cancel.said
    assert played.rows == []

    outcome = await played.run()
    assert outcome.name == "Connected", told(played, outcome)
    assert played.rows == [MAILBOX]
