"""Server-to-server calls of the sandbox: its own hosts are answered in this process, any other host as usual."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import httpx

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class _Router(httpx.BaseTransport):
    """Hands a request for one of `hosts` to the WSGI application, and every other one to the network."""

    def __init__(self, hosts: frozenset[str], application: Wsgi) -> None:
        self._hosts = hosts
        self._inside = httpx.WSGITransport(application, raise_app_exceptions=False)
        self._outside: httpx.HTTPTransport | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host in self._hosts:
            return self._inside.handle_request(request)
        if self._outside is None:  # loading the certificate bundle takes a while, and the sandbox alone never needs it
            self._outside = httpx.HTTPTransport()
        return self._outside.handle_request(request)

    def close(self) -> None:
        """Stays open: the clients of one sandbox share it."""

    def shut(self) -> None:
        """Closes the connections to the network."""
        if self._outside is not None:
            self._outside.close()


class Loopback:
    """Gives httpx clients that reach the sandbox's hosts without a socket."""

    def __init__(self, hosts: Iterable[str], application: Wsgi) -> None:
        self.transport = _Router(frozenset(hosts), application)

    def close(self) -> None:
        """Ends what clients have left open."""
        self.transport.shut()

    def client(self) -> httpx.Client:
        """A new client with no cookies; redirects are not followed. Close it or use it as a context manager."""
        return httpx.Client(transport=self.transport, trust_env=False, timeout=20.0)
