"""Canaille 0.3.6 (PyPI) as an OpenID provider: two people with password and one-time codes, one application."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from servers import free_port, installed, run, serving

from runbook.sandbox.world import ADMIN, ID_HOST
from runbook.settings.external import External

CALLBACK = f"https://{ID_HOST}/login/callback"


@dataclass(frozen=True)
class Canaille:
    """A server that answers. `totp` is the base32 form of the raw secret that it keeps."""

    url: str
    client_secret: str
    password: str
    totp: str
    folder: Path

    def as_idp(self, **change: str) -> External:
        """The settings that put it in the place of the identity provider; nothing is said of its pages."""
        table = {"kind": "oidc", "issuer": self.url, "client_id": "jira", "client_secret": self.client_secret}
        table |= {"username": ADMIN, "password": self.password, "totp": self.totp}
        return External.model_validate({"idp": table | change})


def fake_totp() -> tuple[str, str]:
    """A secret of printable text, as Canaille takes it, and its base32 form, which begins with FAKE."""
    raw = "(\x14A" + secrets.token_urlsafe(32)[:17]
    return raw, base64.b32encode(raw.encode()).decode()


@contextmanager
def canaille(folder: Path) -> Iterator[Canaille]:
    """A fresh server with its own database in `folder`."""
    command = installed("RUNBOOK_CANAILLE", "Canaille")
    port = free_port()
    env = {"CANAILLE_CONFIG": str(folder / "canaille.toml"), "AUTHLIB_INSECURE_TRANSPORT": "1"}
    raw, totp = fake_totp()
    server = Canaille(
        f"http://localhost:{port}",
        "fake-" + secrets.token_urlsafe(12),
        "fake-" + secrets.token_urlsafe(12),
        totp,
        folder,
    )
    key = json.loads(run([command, "jwk", "create", "rsa"], folder, {"AUTHLIB_INSECURE_TRANSPORT": "1"}))
    # A table, not text: a key given as JSON text is taken for a shared secret.
    table = ", ".join(f"{name} = {json.dumps(value)}" for name, value in key.items())
    (folder / "canaille.toml").write_text(
        f"""
SECRET_KEY = "fake-{secrets.token_urlsafe(12)}"
SERVER_NAME = "localhost:{port}"
PREFERRED_URL_SCHEME = "http"
TRUSTED_HOSTS = ["localhost"]
[CANAILLE]
DATABASE = "sql"
AUTHENTICATION_FACTORS = ["password", "otp"]
[CANAILLE_SQL]
DATABASE_URI = "sqlite:///{folder}/canaille.sqlite"
PASSWORD_SCHEMES = "pbkdf2_sha512"
[CANAILLE_OIDC]
ACTIVE_JWKS = [{{ {table} }}]
""",
        encoding="utf-8",
    )
    run([command, "install"], folder, env)
    _people(command, folder, env, server.password, raw)
    _application(command, folder, env, server.client_secret)
    argv = [command, "run", "--bind", f"127.0.0.1:{port}", "--workers", "1"]
    with serving(argv, port, folder, env):
        yield server


def _people(command: str, folder: Path, env: dict[str, str], password: str, raw: str) -> None:
    argv = [command, "create", "user", "--user-name", "ada", "--emails", ADMIN, "--given-name", "Ada"]
    argv += ["--family-name", "Admin", "--password", password, "--secret-token", raw]
    # Who never used a code is sent to set one up anew.
    argv += ["--last-otp-login", "2026-01-01T00:00:00+00:00"]
    run(argv, folder, env)


def _application(command: str, folder: Path, env: dict[str, str], secret: str) -> None:
    argv = [command, "create", "client", "--client-id", "jira", "--client-secret", secret, "--client-name", "Jira"]
    for option, values in {
        "--redirect-uris": [CALLBACK],
        "--grant-types": ["authorization_code"],
        "--response-types": ["code"],
        "--scope": ["openid", "email", "profile"],
        "--token-endpoint-auth-method": ["client_secret_basic"],
    }.items():
        for value in values:
            argv += [option, value]
    run(argv, folder, env)
    run([command, "set", "client", "jira", "--audience", "jira"], folder, env)
