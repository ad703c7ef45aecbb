"""The step `prove_mailbox`, replayed on its own from recordings."""

from __future__ import annotations

from replaying import replay

from runbook.errors import CredentialsRejected, WrongMailbox


async def test_the_mailbox_signs_in_and_the_provider_names_it() -> None:
    played = await replay("prove_mailbox-good")
    assert played.as_recorded()
    assert played.facts.proven
    assert played.job.mailbox.passwords_typed == 1


async def test_a_refused_password_leaves_everything_as_it_was() -> None:
    played = await replay("prove_mailbox-wrong-password")
    assert played.as_recorded()
    assert isinstance(played.error, CredentialsRejected)
    assert played.stage.rejected == ["mailbox password"]
    assert not played.facts.removed


async def test_another_account_than_the_mailbox_is_not_taken_for_it() -> None:
    played = await replay("prove_mailbox-good", address="sales@example.com")
    assert isinstance(played.error, WrongMailbox)
    assert "support@example.com" in played.error.cause
