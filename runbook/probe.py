"""Whether the public sign-in pages of the configured sites are still recognised: opened, looked at, nothing typed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path

from flows.screens import SITES, Seen
from runbook import browser as browsers
from runbook.browser import Browser
from runbook.doctor import Check
from runbook.errors import ConfigError, Transient
from runbook.inspection import Source, see
from runbook.settings import Channel, load
from runbook.verbs_look import overrides_in_force

# What such a page may be when nobody is signed in.
ASKS = ("username", "credentials", "password", "account-chooser")


def targets(channels: Iterable[Channel]) -> list[Source]:
    """The pages to open, each once: of every site, its identity provider, and its mail provider."""
    found: dict[str, Source] = {}
    for channel in channels:
        idp = channel.site.idp
        home = idp.home_url or SITES[idp.kind].home.format(url=idp.url or "")
        pages = {
            f"sign-in of {channel.site.host}": f"{channel.site.url}/jira/servicedesk/projects/{channel.project}",
            f"sign-in at {idp.kind}": home if idp.kind != "atlassian" else "",
            f"sign-in at {channel.provider}": SITES[channel.provider].home,
        }
        for name, url in pages.items():
            if url and url not in {source.url for source in found.values()}:
                found[name] = Source(name, url, None)
    return list(found.values())


async def look_at(
    browser: Browser, sources: Iterable[Source], overrides: Mapping[str, str], args: tuple[str, ...] = ()
) -> list[Check]:
    """One check a page, each page in a context of its own: nobody is signed in there."""
    async with browsers.start(browser, headed=False, args=args) as running:

        async def one(source: Source) -> Check:
            context = await browsers.new_context(running)
            try:
                return judge(source, await see(await context.new_page(), source, overrides))
            except Transient as error:
                return Check(source.name, "warning", error.cause, error.remedy)
            finally:
                await context.close()

        return list(await asyncio.gather(*(one(source) for source in sources)))


def judge(source: Source, seen: Seen) -> Check:
    """Recognised as a page that asks, recognised as something else, or not recognised."""
    what = f"{seen.site}/{seen.screen} at {seen.origin}"
    if seen.screen in ASKS:
        return Check(source.name, "ok", f"recognised: {what}")
    remedy = (
        f"Look at it: `python -m runbook inspect {source.url}`; `connect --headed --teach` learns what has changed."
    )
    if seen.screen == "unknown":
        return Check(source.name, "failed", f"not recognised: {what}", remedy)
    return Check(source.name, "warning", f"no sign-in page: {what}", remedy)


def passed_over(channels: Iterable[Channel]) -> list[Check]:
    """A warning for each identity provider whose page has no address that could be opened."""
    sites = {
        c.site.host
        for c in channels
        if not (c.site.idp.home_url or SITES[c.site.idp.kind].home or c.site.idp.kind == "atlassian")
    }
    return [
        Check(
            f"sign-in of {host}",
            "warning",
            "Its identity provider's page is not looked at: no address of it is known.",
            "Set home_url of its idp to an address that asks for credentials.",
        )
        for host in sorted(sites)
    ]


def probe(choice: str | None, config: Path | None = None) -> list[Check]:
    """Looks at the pages of all configured channels; not to be called from a running event loop."""
    settings = load(config=config)
    channels = [*settings.channels.values(), *([settings.unbound] if settings.unbound else [])]
    if not channels:
        return [
            Check("sign-in pages", "warning", "No site is configured.", "Copy .env.example to .env and fill it in.")
        ]
    browser = browsers.find(choice or settings.browser, headed=False)
    if browser is None:
        raise ConfigError("There is no browser on this machine.", remedy="Run `python -m runbook doctor --fix`.")
    overrides = {name: locator for name, (locator, _) in overrides_in_force(config).items()}
    return asyncio.run(look_at(browser, targets(channels), overrides)) + passed_over(channels)
