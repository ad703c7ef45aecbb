"""What the sandbox plays: `NAME[,TRAIT...]` as given to `--scenario`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from runbook.errors import ConfigError

Idp = Literal["microsoft", "google", "okta", "keycloak"]
Provider = Literal["microsoft", "google"]
Generation = Literal["g1", "g2", "g3"]
Window = Literal["popup", "same-tab"]
ChannelState = Literal["empty", "basic", "healthy", "revoked", "wrong-mailbox", "mixed"]


@dataclass(frozen=True)
class Scenario:
    """One world to start from. `federated`: the mailbox's domain signs in at the IdP; `passkey`: the second factor is a stored
    passkey, and no authenticator's secret is at hand; `channels`: service projects with a mailbox of their own each, spread over
    `sites`."""

    name: str
    idp: Idp
    mail: Provider
    federated: bool = False
    generation: Generation = "g2"
    window: Window = "popup"
    channel: ChannelState = "revoked"
    reply_to: bool = False
    consented: bool = False
    passkey: bool = False
    channels: int = 1
    sites: int = 1

    def __str__(self) -> str:
        traits: list[str] = [self.generation, self.window, self.channel]
        traits += ["reply-to"] * self.reply_to + ["consented"] * self.consented
        traits += ["passkey"] * self.passkey
        traits += [f"channels-{self.channels}"] * (self.channels > 1) + [f"sites-{self.sites}"] * (self.sites > 1)
        return ",".join([self.name, *traits])


NAMES: dict[str, Scenario] = {
    "entra": Scenario("entra", "microsoft", "microsoft"),
    "google": Scenario("google", "google", "google"),
    "okta-microsoft": Scenario("okta-microsoft", "okta", "microsoft"),
    "okta-google": Scenario("okta-google", "okta", "google"),
    "okta-federated": Scenario("okta-federated", "okta", "microsoft", federated=True),
    "keycloak-microsoft": Scenario("keycloak-microsoft", "keycloak", "microsoft"),
}
DEFAULT = "entra,g2,popup,revoked"
TRAITS: dict[str, tuple[str, object]] = {
    "g1": ("generation", "g1"),
    "g2": ("generation", "g2"),
    "g3": ("generation", "g3"),
    "popup": ("window", "popup"),
    "same-tab": ("window", "same-tab"),
    "empty": ("channel", "empty"),
    "basic": ("channel", "basic"),
    "healthy": ("channel", "healthy"),
    "revoked": ("channel", "revoked"),
    "wrong-mailbox": ("channel", "wrong-mailbox"),
    "mixed": ("channel", "mixed"),
    "reply-to": ("reply_to", True),
    "consented": ("consented", True),
    "passkey": ("passkey", True),
}

# How much of it there is: `channels-10`, `sites-2`. In the state `mixed` every second channel is healthy, the others are revoked.
SIZES = {"channels": 500, "sites": 3}
SIZE = re.compile(r"(channels|sites)-(\d{1,4})")

NO_REPLY_TO = {
    "g1": "that page has no reply-to address",
    "empty": "there is no address that could be the reply-to",
}


def parse(text: str = DEFAULT) -> Scenario:
    """The scenario that `text` names. Raises ConfigError for an unknown name or trait, or two that contradict."""
    name, *traits = [part.strip() for part in text.split(",") if part.strip()] or [""]
    if name not in NAMES:
        raise ConfigError(
            f"--scenario: there is no scenario {name!r}.",
            remedy=f"Scenarios: {', '.join(NAMES)}. Example: --scenario {DEFAULT}",
        )
    chosen: dict[str, object] = {}
    for trait in traits:
        size = SIZE.fullmatch(trait)
        if not size and trait not in TRAITS:
            raise ConfigError(
                f"--scenario: there is no trait {trait!r}.",
                remedy=f"Traits: {' '.join(TRAITS)} channels-N sites-N. Example: --scenario {DEFAULT}",
            )
        key, value = (size[1], int(size[2])) if size else TRAITS[trait]
        if chosen.get(key, value) != value:
            raise ConfigError(
                f"--scenario: {trait!r} contradicts another trait.",
                remedy="Give one generation, one window and one channel state.",
            )
        chosen[key] = value
    if "reply_to" in chosen:
        for other, why in NO_REPLY_TO.items():
            if other in chosen.values():
                raise ConfigError(
                    f"--scenario: 'reply-to' contradicts {other!r}: {why}.", remedy="Leave one of the two out."
                )
    return _sized(replace(NAMES[name], **chosen))  # type: ignore[arg-type]


def _sized(found: Scenario) -> Scenario:
    for name, most in SIZES.items():
        if not 1 <= getattr(found, name) <= most:
            raise ConfigError(
                f"--scenario: there are 1 to {most} {name}.", remedy=f"Example: --scenario entra,{name}-2"
            )
    if found.sites > found.channels:
        raise ConfigError(
            f"--scenario: {found.sites} sites need as many channels.",
            remedy="Example: --scenario entra,channels-6,sites-2",
        )
    return found
