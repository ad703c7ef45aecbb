"""What the sandbox plays: `NAME[,TRAIT...]` as given to `--scenario`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from runbook.errors import ConfigError

Idp = Literal["microsoft", "google", "okta", "keycloak"]
Provider = Literal["microsoft", "google"]
Generation = Literal["g1", "g2", "g3"]
Window = Literal["popup", "same-tab"]
ChannelState = Literal["empty", "basic", "healthy", "revoked", "wrong-mailbox"]


@dataclass(frozen=True)
class Scenario:
    """One world to start from. `federated`: the mailbox's domain signs in at the IdP."""

    name: str
    idp: Idp
    mail: Provider
    federated: bool = False
    generation: Generation = "g2"
    window: Window = "popup"
    channel: ChannelState = "revoked"
    reply_to: bool = False
    consented: bool = False

    def __str__(self) -> str:
        traits: list[str] = [self.generation, self.window, self.channel]
        traits += ["reply-to"] * self.reply_to + ["consented"] * self.consented
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
    "reply-to": ("reply_to", True),
    "consented": ("consented", True),
}

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
        if trait not in TRAITS:
            raise ConfigError(
                f"--scenario: there is no trait {trait!r}.",
                remedy=f"Traits: {' '.join(TRAITS)}. Example: --scenario {DEFAULT}",
            )
        key, value = TRAITS[trait]
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
    return replace(NAMES[name], **chosen)  # type: ignore[arg-type]
