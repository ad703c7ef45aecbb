"""How a program that is no browser reaches the sandbox: its hosts lead to the one port, under their own names and certificate."""

from __future__ import annotations

import ssl

import httpx

from runbook.sandbox.world import HOSTS


def trust(authority: str) -> ssl.SSLContext:
    """A TLS context that trusts the sandbox's own authority (PEM) and nobody else."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=authority)
    return context


class Reach(httpx.AsyncBaseTransport):
    """Sends requests for the sandbox's hosts to its port; every other host cannot be reached."""

    def __init__(self, port: int, authority: str) -> None:
        self._port = port
        self._inner = httpx.AsyncHTTPTransport(verify=trust(authority), trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        if host not in HOSTS.values():
            raise httpx.ConnectError("The sandbox has no such host.", request=request)
        # The Host header was written from the address before, and stays.
        request.extensions = {**request.extensions, "sni_hostname": host}
        request.url = request.url.copy_with(host="127.0.0.1", port=self._port)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()
