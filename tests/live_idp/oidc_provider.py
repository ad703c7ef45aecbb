"""oidc-provider 9.13 (npm), a certified OpenID server with the pages that ship with it. They take any password for any login, so that
a wrong password is not to be seen here. The page for the one-time code is ours: the package brings none."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyotp
from servers import free_port, serving
from software import npm

from runbook.sandbox.world import ADMIN, ID_HOST, MAIL_REDIRECT, MAILBOX
from runbook.settings.external import External

MAIL_SCOPES = ["openid", "email", "offline_access", "mail"]
CLIENTS = {"jira": f"https://{ID_HOST}/login/callback", "jira-mail": MAIL_REDIRECT}


@dataclass(frozen=True)
class OidcProvider:
    """A server that answers."""

    url: str
    client_secret: str
    seeds: Mapping[str, str]
    folder: Path

    def codes(self, address: str) -> list[str]:
        """What became of each one-time code of this login, as the server saw it."""
        log = (self.folder / "server.log").read_text("utf-8", "replace")
        return re.findall(rf"^code of {re.escape(address)}: (\w+)$", log, re.MULTILINE)

    def as_idp(self) -> dict[str, Any]:
        """`[sandbox.idp]`."""
        return {**self._client("jira"), **self._login(ADMIN)}

    def as_mail(self, button: str = "microsoft", **more: Any) -> dict[str, Any]:
        """`[sandbox.mail]`."""
        return {
            **self._client("jira-mail"),
            **self._login(MAILBOX),
            "account_url": f"{self.url}/account",
            "scopes": MAIL_SCOPES,
            "button": button,
            **more,
        }

    @property
    def introspection(self) -> str:
        """Where a mail server asks whose a token is, with the credentials to ask with."""
        scheme, _, rest = self.url.partition("://")
        return f"{scheme}://jira-mail:{self.client_secret}@{rest}/token/introspection"

    def _login(self, address: str) -> dict[str, Any]:
        totp = {"totp": self.seeds[address]} if self.seeds else {}
        return {"username": address, "password": "fake-any-password", **totp}

    def _client(self, name: str) -> dict[str, Any]:
        return {"kind": "oidc", "issuer": self.url, "client_id": name, "client_secret": self.client_secret}


def external(*, idp: OidcProvider | None = None, mail: OidcProvider | None = None) -> External:
    """The settings that put it in the place of the identity provider, of the mail provider, or of both."""
    tables = {"idp": idp and idp.as_idp(), "mail": mail and mail.as_mail()}
    return External.model_validate({name: table for name, table in tables.items() if table})


@contextmanager
def oidc_provider(
    folder: Path, host: str = "localhost", *, forgets: bool = False, codes: bool = True
) -> Iterator[OidcProvider]:
    """A fresh server, which remembers nothing when it ends; one that `forgets` asks for a given consent again and again. `codes`:
    it asks for a second factor. Two servers need two hosts: cookies do not know ports."""
    modules, port = npm("oidc-provider", "9.13.3"), free_port()
    seeds = {address: "FAKE" + pyotp.random_base32() for address in (ADMIN, MAILBOX) if codes}
    server = OidcProvider(f"http://{host}:{port}", "fake-" + secrets.token_urlsafe(12), seeds, folder)
    clients = [
        {
            "client_id": name,
            "client_secret": server.client_secret,
            "client_name": name,
            "redirect_uris": [back],
            "grant_types": ["authorization_code", "refresh_token"],
        }
        for name, back in CLIENTS.items()
    ]
    told = {"npm": str(modules), "host": host, "port": port, "clients": clients, "forgets": forgets, "seeds": seeds}
    given = json.dumps(told)
    with serving(["node", str(Path(__file__).with_name("oidc_provider.mjs")), given], port, folder):
        yield server
