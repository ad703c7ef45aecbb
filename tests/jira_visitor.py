"""A browser without scripts in front of the sandbox's Jira, for tests that need no pictures."""

from __future__ import annotations

from typing import Any

import httpx

from runbook.sandbox import build, parse
from runbook.sandbox.dispatcher import Dispatcher
from runbook.sandbox.jira_email import page_path
from runbook.sandbox.world import ADMIN, SITE_HOST, Connection, Session, Token, World

SITE = f"https://{SITE_HOST}"


class Visitor:
    """A browser without scripts, signed in to Jira as somebody (or nobody)."""

    def __init__(self, world: World, address: str = ADMIN) -> None:
        self.world = world
        dispatcher = Dispatcher(world)
        self.http = httpx.Client(transport=dispatcher.http.transport, base_url=SITE, trust_env=False)
        self.page = page_path(world, world.projects["HELP"])
        if address:
            world.sessions["cloud:c"] = Session("id", [address])
            world.sessions["ticket:t"] = Session("ticket", [address], data={"cloud": "cloud:c"})
            self.http.get("/login/callback?token=t")

    def get(self, path: str, **more: Any) -> httpx.Response:
        """A page or an answer of the site; redirects are not followed."""
        return self.http.get(path, **more)

    def act(self, action: str, **fields: str) -> httpx.Response:
        """A change on the e-mail page, as its script asks for it."""
        self.http.get(self.page)
        token = self.http.cookies.get("atlassian.xsrf.token") or ""
        return self.http.post(
            f"{self.page}/act",
            data={"action": action, "atl_token": token, **fields},
            headers={"Accept": "application/json"},
        )

    def also_at_microsoft(self, address: str) -> None:
        """Is signed in at the mail provider as well."""
        self.world.sessions["microsoft:m"] = Session("microsoft", [address])
        self.http.cookies.set("ESTSAUTH", "m", domain="login.microsoftonline.com")

    def connect(self, **more: str) -> httpx.Response:
        """Adds a mailbox, following every redirect."""
        start = self.http.get(f"{self.page}/connect", params={"provider": "microsoft", **more})
        return self.http.get(start.headers["location"], follow_redirects=True)


def visitor(scenario: str = "entra", *faults: str, address: str = ADMIN) -> Visitor:
    """A visitor of a fresh world."""
    return Visitor(build(parse(scenario), faults), address)


def custom(world: World, key: str = "HELP") -> list[Connection]:
    """A project's rows without the address that Jira made itself."""
    return [row for row in world.projects[key].connections if row.auth != "default"]


def token(address: str, *scopes: str) -> Token:
    """What a provider gives for an address, with these scopes."""
    return Token("microsoft", address, list(scopes or ("Mail.ReadWrite",)), "fake-at", "fake-rt")
