"""An external provider in the place of an embedded site: the whole runbook, with nothing said about the provider's pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from own_idp import external, own_idp
from play import Played
from stranger import somebody

from runbook.sandbox.world import ADMIN, MAILBOX
from runbook.settings.external import External

pytestmark = pytest.mark.thorough

EMPTY = "entra,g2,popup,empty"


async def test_an_external_provider_signs_the_admin_in_and_is_left_with_proof(tmp_path: Path) -> None:
    with own_idp() as idp:
        played = Played(tmp_path, EMPTY, external=external(idp))
        outcome = await played.run(dry_run=True)
    assert outcome.name == "NothingToDo", outcome
    said = " ".join(str(event["text"]) for event in played.said("say"))
    assert "generic asks for credentials again: signed out." in said
    # The sign-in request of step 1 was what step 4 asked again.
    first, again = idp.asked
    assert first == again
    assert {"code_challenge", "nonce"} <= set(first)


async def test_an_external_mail_provider_is_proven_by_its_account_page_and_connected(tmp_path: Path) -> None:
    with own_idp("127.0.0.1") as mail:
        played = Played(tmp_path, external=external(mail=mail))
        outcome = await played.run()
        attempts = [event.details["right"] for event in mail.world.events("password")]
    assert outcome.name == "Connected", outcome
    assert played.rows == [MAILBOX]
    assert attempts == [True]
    row = next(row for row in played.world.projects["HELP"].connections if row.address == MAILBOX)
    assert row.token is not None
    assert mail.provider.tokens[row.token.access_token].address == row.token.address == MAILBOX


async def test_both_may_be_external_at_one_provider(tmp_path: Path) -> None:
    with own_idp() as both:
        played = Played(tmp_path, EMPTY, external=external(both, both))
        outcome = await played.run()
    assert outcome.name == "Connected", outcome
    assert played.rows == [MAILBOX]
    # The admin's session there would have answered for the mailbox.
    assert [asked["client_id"] for asked in both.asked] == ["sso", "sso", "mail"]


async def test_a_provider_whose_session_survives_its_logout_is_found_out(tmp_path: Path) -> None:
    with own_idp(survives=True) as idp:
        played = Played(tmp_path, external=external(idp))
        before = played.rows
        outcome = await played.run()
    assert (outcome.name, outcome.reason) == ("HumanNeeded", "still-signed-in"), outcome
    assert played.rows == before


async def test_a_device_that_signs_in_is_found_out_though_the_provider_asks_for_consent_first(tmp_path: Path) -> None:
    with own_idp(device=ADMIN) as idp:
        played = Played(tmp_path, external=external(idp))
        before = played.rows
        outcome = await played.run()
        assert not idp.world.events("password")
    assert (outcome.name, outcome.reason) == ("HumanNeeded", "silently-signed-in-again"), outcome
    assert "without a cookie" in outcome.cause
    assert played.rows == before


async def test_a_home_of_the_providers_own_may_be_asked_instead(tmp_path: Path) -> None:
    for survives, reason in ((False, ""), (True, "still-signed-in")):
        with own_idp(survives=survives) as idp:
            settings = external(idp)
            assert settings.idp
            home = settings.idp.model_copy(update={"home_url": f"{idp.url}/account"})
            played = Played(tmp_path / str(survives), EMPTY, external=settings.model_copy(update={"idp": home}))
            outcome = await played.run(dry_run=True)
            asked = len(idp.asked)
        assert outcome.reason == reason, outcome
        assert asked == 1


async def test_a_provider_that_does_not_say_where_to_sign_out_needs_a_setting(tmp_path: Path) -> None:
    with own_idp(silent=True) as idp:
        outcome = await Played(tmp_path / "1", EMPTY, external=external(idp)).run()
        assert (outcome.name, outcome.reason) == ("ConfigError", "no-logout"), outcome
        settings = External.model_validate({"idp": idp.as_idp(logout_url=f"{idp.url}/end")})
        outcome = await Played(tmp_path / "2", EMPTY, external=settings).run(dry_run=True)
    assert outcome.exit_code == 0, outcome


async def test_the_cookies_of_an_external_provider_can_be_dropped_instead(tmp_path: Path) -> None:
    with own_idp(survives=True) as idp:
        played = Played(tmp_path, EMPTY, external=external(idp))
        outcome = await played.run(logout_by="cookies", dry_run=True)
    assert outcome.name == "NothingToDo", outcome


async def test_a_consent_to_more_than_knowing_who_signs_in_is_left_to_a_person(tmp_path: Path) -> None:
    with own_idp() as idp:
        settings = external(idp)
        assert settings.idp
        more = settings.idp.model_copy(update={"scopes": ("openid", "email", "files.read")})
        played = Played(tmp_path, EMPTY, external=settings.model_copy(update={"idp": more}))
        outcome = await played.run()
    assert (outcome.name, outcome.reason) == ("HumanNeeded", "consent"), outcome
    assert "files.read" in outcome.cause
    assert not played.world.events("signed-in")


async def test_a_provider_that_lets_somebody_else_in_is_told(tmp_path: Path) -> None:
    with own_idp("127.0.0.1") as mail:
        mail.world.accounts[MAILBOX].address = "ops@example.com"
        played = Played(tmp_path, EMPTY, external=external(mail=mail))
        outcome = await played.run()
    assert (outcome.name, outcome.reason) == ("WrongMailbox", "proof"), outcome
    assert "ops@example.com" in outcome.cause
    assert played.rows == []


async def test_an_external_provider_that_is_away_is_told_and_nothing_is_changed(tmp_path: Path) -> None:
    with own_idp() as idp:
        settings = external(idp)
    played = Played(tmp_path, external=settings)
    before = played.rows
    outcome = await played.run(patience=3.0)
    assert outcome.name == "Transient", outcome
    assert played.rows == before


def test_the_command_line_takes_the_file_and_nothing_else_of_it(tmp_path: Path) -> None:
    with somebody(tmp_path) as stranger, own_idp() as idp:
        lines = [f'{key} = "{value}"' for key, value in idp.as_idp().items()]
        other = '[channels.OPS]\naddress = "half a channel"\n'
        (stranger.here / "external.toml").write_text(other + "[sandbox.idp]\n" + "\n".join(lines), encoding="utf-8")
        done = stranger.run(
            "connect", "--project", "HELP", "--sandbox", "--config", "external.toml", "--json", "--dry-run"
        )
        assert (done.code, done.ended["outcome"]) == (0, "NothingToDo"), done.out + done.err
        assert [event.details["right"] for event in idp.world.events("password")] == [True]
        assert idp.as_idp()["password"] not in done.out + done.err
