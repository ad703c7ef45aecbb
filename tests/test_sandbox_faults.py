"""Traits that contradict each other, and faults that could not happen, are refused: nobody takes a good run for a proof."""

from __future__ import annotations

import pytest

from runbook.errors import ConfigError
from runbook.sandbox import build, parse
from runbook.sandbox.scenario import NAMES
from runbook.sandbox.seed import FAULTS
from runbook.sandbox.world import ADMIN, MAILBOX


@pytest.mark.parametrize("text", ["entra,g1,reply-to", "google,reply-to,g1,same-tab", "entra,empty,reply-to"])
def test_a_reply_to_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="'reply-to' contradicts") as caught:
        parse(text)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("scenario", "fault", "why"),
    [
        ("entra", "captcha=nobody@example.com", "nobody has that address"),
        ("entra", "browser-rejected", "nobody signs in at Google in the scenario entra"),
        ("okta-google", f"browser-rejected={ADMIN}", f"{ADMIN} does not sign in at Google"),
        ("google", "signout-chooser", "nobody signs out at Microsoft in the scenario google"),
        ("google", "renamed-fields", "nobody signs in at Microsoft in the scenario google"),
        ("okta-google", f"password-twice={ADMIN}", "nobody signs in at Microsoft in the scenario okta-google"),
        ("okta-microsoft", f"swapped-fields={ADMIN}", f"{ADMIN} does not sign in at Microsoft"),
        ("entra,same-tab", "popup-blocked", "the trait same-tab opens no window"),
        ("entra,consented", "consent-more-scopes", "the trait consented passes over the consent page"),
        ("entra,consented", f"admin-approval={MAILBOX}", "the trait consented passes over the consent page"),
        ("entra", "renamed-labels=other", "its values are `unknown` and `all`"),
        ("entra", "connects-other=nobody", "its value is an address"),
        ("entra", "slo=yes", "it takes no value"),
    ],
)
def test_a_fault_that_cannot_happen_is_refused(scenario: str, fault: str, why: str) -> None:
    with pytest.raises(ConfigError, match="--fault ") as caught:
        build(parse(scenario), [fault])
    assert why in caught.value.cause
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("scenario", "fault"),
    [
        ("entra", f"captcha={ADMIN}"),
        ("entra", f"captcha={MAILBOX.upper()}"),
        ("okta-google", f"browser-rejected={MAILBOX}"),
        ("okta-microsoft", "signout-chooser"),
        ("okta-microsoft", f"swapped-fields={MAILBOX}"),
        ("okta-google", f"lookalike-login={MAILBOX}"),
        ("entra", "renamed-labels=unknown"),
        ("entra", "connects-other=elsewhere@example.com"),
    ],
)
def test_a_fault_that_can_happen_is_taken(scenario: str, fault: str) -> None:
    assert build(parse(scenario), [fault]).faults


def test_a_mistyped_fault_is_told_with_the_one_that_was_meant() -> None:
    with pytest.raises(ConfigError, match="no fault 'token-exchange-fail'") as caught:
        build(parse("entra"), ["token-exchange-fail"])
    assert caught.value.remedy == "Did you mean token-exchange-fails?"


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_can_happen_in_a_scenario(fault: str) -> None:
    taken = []
    for name in NAMES:
        try:
            taken.append(build(parse(name), [fault]))
        except ConfigError:
            continue
    assert taken
