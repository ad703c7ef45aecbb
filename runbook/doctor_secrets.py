"""Whether the secrets that the settings name can be had; none is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from runbook import otp, passkey
from runbook.doctor import Check
from runbook.errors import ConfigError
from runbook.secrets import SecretRef
from runbook.settings import Channel, Identity, Settings

AT_ONCE = 8  # a password manager takes its time
KINDS = {
    "file": "from files",
    "keyring": "from the keyring",
    "cmd": "from commands",
    "literal": "written in .env or the environment",
}


@dataclass(frozen=True)
class Named:
    """A secret of the settings: whose and which, where it is kept, and what has to be able to read it."""

    name: str
    ref: SecretRef
    read: Callable[[str], object] = field(default=str, compare=False)


def secrets(settings: Settings, channels: list[Channel]) -> list[Check]:
    """A line for each that cannot be had, and one for all others. Commands are run, files read, the keyring asked."""
    wanted = list(dict.fromkeys(_all(settings, channels)))
    with ThreadPoolExecutor(AT_ONCE) as threads:
        problems = list(threads.map(_problem, wanted))
    failed = [Check("secret", "failed", error.cause, error.remedy) for error in problems if error]
    had = Counter(each.ref.scheme for each, error in zip(wanted, problems, strict=True) if error is None)
    told = ", ".join(f"{had[scheme]} {how}" for scheme, how in KINDS.items() if had[scheme])
    return [*failed, Check("secrets", "ok", f"{had.total()} can be had: {told}")] if had else failed


def _problem(secret: Named) -> ConfigError | None:
    try:
        text = secret.ref.resolve(secret.name)
    except ConfigError as error:
        return error  # it says which
    try:
        secret.read(text)
    except ConfigError as error:
        return ConfigError(f"{secret.name[0].upper()}{secret.name[1:]}: {error.cause}", remedy=error.remedy)
    return None


def _all(settings: Settings, channels: list[Channel]) -> Iterator[Named]:
    for channel in channels:
        yield from _of(channel.site.admin)
        yield from _of(channel.mailbox)
        if channel.site.api_token:
            yield Named(f"API token of {channel.site.host}", channel.site.api_token)
        if channel.canary and channel.canary.password:
            yield Named(f"password of {channel.canary.host} (canary)", channel.canary.password)
        if channel.rescue:
            yield Named(f"secret of {channel.rescue.host} (rescue)", channel.rescue.secret)
    if settings.state_url:
        yield Named("address of the state's database", settings.state_url)


def _of(identity: Identity) -> Iterator[Named]:
    yield Named(f"password of {identity.username}", identity.password)
    if identity.totp:
        yield Named(f"TOTP secret of {identity.username}", identity.totp, otp.parse)
    if identity.passkey:
        yield Named(f"passkey of {identity.username}", identity.passkey, partial(passkey.parse, name="passkey"))
