"""What `doctor` looks at besides the machine itself: secrets, sites, and the schedule, as the settings name them."""

from __future__ import annotations

from collections.abc import Callable

from runbook.doctor import Check
from runbook.errors import ConfigError
from runbook.settings import Settings


def sites(settings_loader: Callable[[], Settings]) -> list[Check]:
    """A line for each thing. Settings that cannot be read are not told again; not to be called from a running event loop."""
    from runbook.doctor_net import network, origins
    from runbook.doctor_schedule import schedule
    from runbook.doctor_secrets import secrets

    try:
        settings = settings_loader()
    except ConfigError:
        return []
    channels = [*settings.channels.values(), *([settings.unbound] if settings.unbound else [])]
    if not channels:
        text = "None is configured in this folder."
        return [Check("channels", "warning", text, "Copy .env.example to .env and fill it in, or write runbook.toml.")]
    told = Check("channels", "ok", f"{len(channels)} on {len({each.site.url for each in channels})} sites")
    return [told, *secrets(settings, channels), *network(origins(channels)), schedule()]
