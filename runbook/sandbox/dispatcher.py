"""Chooses the site by the Host header, as a browser that maps every host to this one port needs it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from email.utils import formatdate
from typing import Any

from flask import Flask

from runbook.sandbox import atlassian, google, hostile, jira, keycloak, microsoft, okta, start
from runbook.sandbox.compiled import COMPILED
from runbook.sandbox.loopback import Loopback
from runbook.sandbox.world import HOSTS, World

SITES = (start, jira, atlassian, microsoft, google, okta, keycloak, hostile)


class Dispatcher:
    """The WSGI application of the whole sandbox. `after` is called with the world when a request was answered."""

    def __init__(self, world: World, after: Callable[[World], None] | None = None) -> None:
        self.world = world
        self.http = Loopback(HOSTS.values(), self)
        self._after = after
        self._apps: dict[str, Flask] = {}
        for site in SITES:
            app = site.create(world, self.http)
            app.jinja_env.bytecode_cache = COMPILED
            self._apps.update(dict.fromkeys(site.HOSTS, app))

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        host = str(environ.get("HTTP_HOST", "")).rpartition(":443")[0] or str(environ.get("HTTP_HOST", ""))
        app = self._apps.get(host.lower())
        if app is None:
            start_response("421 Misdirected Request", [("Content-Type", "text/plain"), ("Content-Length", "0")])
            return [b""]

        def dated(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            # The sandbox's clock may be ahead of the machine's, and a run measures the skew by this header.
            return start_response(status, [*headers, ("Date", formatdate(self.world.now(), usegmt=True))], *rest)

        environ["wsgi.url_scheme"] = "https"
        answer: Iterable[bytes] = app(environ, dated)
        if self._after is not None:
            self._after(self.world)
        return answer
