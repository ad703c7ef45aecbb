"""Whether the configured sites can be reached as a run reaches them: name, proxy, TLS, and how far this machine's clock is off."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from runbook.doctor import Check
from runbook.otp import skew_from_date_header
from runbook.settings import Channel
from runbook.settings.places import FIXED_ORIGINS

if TYPE_CHECKING:
    import httpx

SECONDS = 10.0
CLOCK = 5.0  # seconds that a clock may be off before it is told
HOME = "atlassian.net"  # of Jira Cloud's sites, which sign in at id.atlassian.com
PROXIES = ("HTTPS_PROXY", "ALL_PROXY")
FIREWALL = "Check this machine's network, its firewall, and HTTPS_PROXY if it needs a proxy."
BETWEEN = (
    "If your company opens TLS at a proxy, name its certificate in SSL_CERT_FILE and trust it in the browser's own store; "
    "if not, somebody is in between."
)
Resolve = Callable[[str, int], object]


@dataclass(frozen=True)
class Reached:
    """What came of asking one address. `skew`: seconds that its clock is ahead of ours, None where it did not tell."""

    host: str
    check: Check
    skew: float | None = None


def origins(channels: Iterable[Channel]) -> list[str]:
    """The addresses that a run on these channels speaks to: the sites, and where admin and mailbox sign in."""
    found: dict[str, None] = {}
    for channel in channels:
        site = channel.site
        ours = [site.url, *(FIXED_ORIGINS["atlassian"] if site.host.endswith(f".{HOME}") else ())]
        found |= dict.fromkeys([*ours, site.idp.origins[0], FIXED_ORIGINS[channel.provider][0]])
    return list(found)


def network(wanted: Iterable[str], resolve: Resolve = socket.getaddrinfo) -> list[Check]:
    """A line for the proxy, one for each address, one for the clock; not to be called from a running event loop.
    `resolve`: finds a host's addresses, or raises OSError."""
    addresses = list(wanted)
    if not addresses:
        return []
    proxy = _proxy()
    if proxy.status == "failed":
        return [proxy]
    try:
        reached = asyncio.run(_ask(addresses, resolve))
    except OSError as error:  # before anything was asked: the certificates that the environment names
        why = f"SSL_CERT_FILE or SSL_CERT_DIR cannot be used ({error.strerror or type(error).__name__})."
        return [proxy, Check("certificates", "failed", why, "Name a file of PEM certificates there, or unset it.")]
    return [proxy, *(each.check for each in reached), _clock(reached)]


def _proxy() -> Check:
    found = getproxies()
    address = found.get("https") or found.get("all")
    if not address:
        return Check("proxy", "ok", "none")
    parts = urlsplit(address if "://" in address else f"http://{address}")
    try:
        port = parts.port
    except ValueError:
        port = None
    shown = f"{parts.scheme}://{parts.hostname}" + (f":{port}" if port else "")
    if not parts.hostname or parts.scheme not in ("http", "https"):
        return Check(
            "proxy",
            "failed",
            f"{' or '.join(PROXIES)} is not the address of an HTTP proxy.",
            "Example: HTTPS_PROXY=http://proxy.example.com:3128",
        )
    return Check("proxy", "ok", f"{shown}, but for {found['no']}" if found.get("no") else shown)


def _proxied(origin: str) -> bool:
    found = getproxies()
    return bool(found.get("https") or found.get("all")) and not proxy_bypass(urlsplit(origin).netloc)


async def _ask(addresses: list[str], resolve: Resolve) -> list[Reached]:
    import httpx

    # Not a keyring of our own: what the environment says of proxies and certificates is what a run goes by.
    async with httpx.AsyncClient(timeout=SECONDS, follow_redirects=False) as client:
        return list(await asyncio.gather(*(_one(origin, client, resolve) for origin in addresses)))


async def _one(origin: str, client: httpx.AsyncClient, resolve: Resolve) -> Reached:
    import httpx

    parts = urlsplit(origin)
    host = parts.hostname or ""
    if not _proxied(origin):
        try:
            async with asyncio.timeout(SECONDS):
                await asyncio.to_thread(resolve, host, parts.port or 443)
        except (OSError, UnicodeError, TimeoutError):
            remedy = "Check the address in the settings, and this machine's DNS."
            return Reached(host, Check("network", "failed", f"The name {host} has no address (DNS).", remedy))
    sent = time.time()
    try:
        async with client.stream("GET", origin) as answer:
            received = time.time()
            told = f"{host} answers{_tls(answer.extensions)}"
            skew = skew_from_date_header(answer.headers.get("date", ""), sent, received)
            return Reached(host, Check("network", "ok", told), skew)
    except httpx.TimeoutException:
        problem = f"{host} did not answer in {SECONDS:.0f} s."
    except httpx.ProxyError as error:
        code = re.match(r"\d{3}", str(error))
        problem = f"The proxy does not let us through to {host}" + (f" (HTTP {code[0]})." if code else ".")
    except httpx.HTTPError as error:
        if untrusted := _cause(error, ssl.SSLCertVerificationError):
            why = f"The certificate of {host} is not trusted ({untrusted.verify_message})."
            return Reached(host, Check("network", "failed", why, BETWEEN))
        what = "its proxy" if _proxied(origin) else host
        problem = f"{host} cannot be reached ({what} closes or refuses the connection)."
    return Reached(host, Check("network", "failed", problem, FIREWALL))


def _tls(extensions: Mapping[str, Any]) -> str:
    """The TLS version, and whose certificate it is until when."""
    found = extensions["network_stream"].get_extra_info("ssl_object")
    if found is None:
        return ""
    certificate = found.getpeercert() or {}
    issuer = {key: value for part in certificate.get("issuer", ()) for key, value in part}
    by = issuer.get("organizationName") or issuer.get("commonName")
    until = ssl.cert_time_to_seconds(certificate["notAfter"]) if "notAfter" in certificate else None
    words = [f", {found.version().replace('v', ' ')}", f"certificate by {by}" if by else ""]
    words += [time.strftime("until %Y-%m-%d", time.gmtime(until))] if until is not None else []
    return " ".join([words[0] + ("," if any(words[1:]) else ""), *filter(None, words[1:])])


def _cause(
    error: BaseException | None, kind: type[ssl.SSLCertVerificationError]
) -> ssl.SSLCertVerificationError | None:
    while error is not None:
        if isinstance(error, kind):
            return error
        error = error.__cause__ or error.__context__
    return None


def _clock(reached: Iterable[Reached]) -> Check:
    """By the site whose clock differs least: one that is wrong itself does not count."""
    told = [(abs(each.skew), each.skew, each.host) for each in reached if each.skew is not None]
    if not told:
        return Check("clock", "warning", "Not compared: no site told its time.", "Run it again when a site answers.")
    off, skew, host = min(told)
    if off < CLOCK:
        return Check("clock", "ok", f"within {max(1, round(off + 0.5))} s of {host}'s")
    which = "behind" if skew > 0 else "ahead of"
    return Check(
        "clock",
        "warning",
        f"This machine's clock is {off:.0f} s {which} {host}'s; one-time codes follow the site's.",
        "Switch the synchronisation of time on, on Linux with `timedatectl set-ntp true`.",
    )
