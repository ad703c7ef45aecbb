"""The sandbox's one state: accounts, provider sessions, tokens, projects, logs. It knows no page and no HTTP.

Every site of the sandbox reads and writes this world under `world.lock`; tests look into it and switch faults on.
"""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import asdict, dataclass, field
from typing import Any

import pyotp

from runbook.sandbox.scenario import Idp, Provider, Scenario
from runbook.settings.external import External

SITE_HOST = "acme.atlassian.net"
# Jira sites beyond the first, and who administers each.
OTHER_SITES = {"globex.atlassian.net": "gus.admin@example.com", "initech.atlassian.net": "ida.admin@example.com"}
ID_HOST = "id.atlassian.com"
HOSTS = {
    "start": "sandbox.example.com",
    "site": SITE_HOST,
    "id": ID_HOST,
    "microsoft": "login.microsoftonline.com",
    "microsoft-key": "login.microsoft.com",
    "microsoft-account": "myaccount.microsoft.com",
    "google": "accounts.google.com",
    "google-account": "myaccount.google.com",
    "google-about": "www.google.com",
    "okta": "acme.okta.com",
    "keycloak": "sso.acme.example",
    "hostile": "login.microsoftonline.com-signin.example",  # nobody's: see `hostile.py`
} | {host: host for host in OTHER_SITES}
ADMIN = "ada.admin@example.com"
MAILBOX = "support@example.com"
PROJECT = "HELP"
MAIL_CLIENT_ID = "jira-mail"
MAIL_CLIENT_NAME = "Jira Service Management"
CLIENT_SECRET = "fake-client-secret"  # noqa: S105 - of every OAuth client of the sandbox, `jira-mail` among them
MAIL_REDIRECT = f"https://{ID_HOST}/outboundAuth/finish"
MAIL_SCOPES: dict[Provider, list[str]] = {
    "microsoft": ["openid", "profile", "email", "offline_access", "Mail.ReadWrite", "Mail.Send"],
    "google": ["openid", "email", "https://mail.google.com/"],
}


def totp_secret() -> str:
    """A base32 secret that anybody recognises as the sandbox's: it begins with FAKE."""
    return "FAKE" + pyotp.random_base32()[4:]


@dataclass
class Account:
    """A person or a mailbox. `home` is the site that asks for the password; another site that knows the address
    (a mail provider whose domain is federated) sends the browser there. With a `passkey` (see `passkeys`) that is the second
    factor."""

    address: str
    name: str
    home: Idp
    password: str = field(default_factory=lambda: "fake-" + secrets.token_urlsafe(9))
    totp: str = field(default_factory=totp_secret)
    known_at: list[Idp] = field(default_factory=list)
    last_counter: int = -1
    failures: int = 0
    locked: bool = False
    disabled: bool = False
    password_expired: bool = False
    passkey: str = ""
    passkey_counter: int = 0


@dataclass
class Token:
    """What Jira got from a mail provider for one connection."""

    provider: Provider
    address: str
    scopes: list[str]
    access_token: str
    refresh_token: str
    revoked: bool = False


@dataclass
class LogRow:
    """A row of a connectivity or processing log. `at` is in seconds since 1970."""

    at: float
    status: str
    details: str = ""
    subject: str = ""
    key: str = ""
    sender: str = ""


@dataclass
class Connection:
    """One address that a project reads. `auth`: oauth, basic, or default (the address Jira made itself)."""

    address: str
    auth: str
    provider: str
    request_type: str
    channel: str = field(default_factory=lambda: "CHANNEL" + secrets.token_hex(6))
    linked_at: float = 0.0
    token: Token | None = None
    pulled_at: float = 0.0
    first_uid: int = 0  # of the mail that is newer than the connection, on a real server
    failures: int = 0
    retry_at: float = 0.0
    connectivity: list[LogRow] = field(default_factory=list)
    processing: list[LogRow] = field(default_factory=list)


@dataclass
class Project:
    """A Jira project. `kind`: service_desk, software or business; `site`: the host of the Jira site that has it."""

    key: str
    name: str
    kind: str
    request_types: list[str]
    connections: list[Connection] = field(default_factory=list)
    reply_to: str = ""
    email_on: bool = True
    site: str = SITE_HOST


@dataclass
class Session:
    """One browser at one site: who is signed in there (several at a mail provider), and the half-done sign-in."""

    site: str
    accounts: list[str] = field(default_factory=list)
    listed: list[str] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)


@dataclass
class Event:
    """A line of the journal: what a test asks about afterwards."""

    at: float
    kind: str
    details: dict[str, Any]


@dataclass
class World:
    """Everything that lasts between two requests. `offset`: seconds that the sandbox's clock is ahead of the machine's.
    `external`: real software in the place of an embedded site."""

    scenario: Scenario
    external: External = field(default_factory=External)
    accounts: dict[str, Account] = field(default_factory=dict)
    projects: dict[str, Project] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    consents: list[dict[str, Any]] = field(default_factory=list)
    mail: list[dict[str, Any]] = field(default_factory=list)
    issued: list[Token] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)
    api_token: str = field(default_factory=lambda: "fake-api-" + secrets.token_urlsafe(12))
    journal: list[Event] = field(default_factory=list)
    faults: dict[str, Any] = field(default_factory=dict)
    offset: float = 0.0
    lock: Any = field(default_factory=threading.RLock, repr=False, compare=False)

    @property
    def admin(self) -> str:
        """The address of the admin, whoever lets the admin in."""
        return self.external.idp.username if self.external.idp else ADMIN

    @property
    def admins(self) -> dict[str, str]:
        """The address of each Jira site's admin, by the site's host."""
        others = dict(list(OTHER_SITES.items())[: self.scenario.sites - 1])
        return {SITE_HOST: self.admin, **others}

    @property
    def mailbox(self) -> str:
        """The address of the (first) mailbox that is to be connected."""
        return self.external.mail.username if self.external.mail else MAILBOX

    def now(self) -> float:
        """The sandbox's time, in seconds since 1970."""
        return time.time() + self.offset

    def note(self, kind: str, **details: Any) -> None:
        """Writes a line into the journal. Never a secret: say that a password was submitted, not which."""
        with self.lock:
            self.journal.append(Event(self.now(), kind, details))

    def events(self, kind: str) -> list[Event]:
        """The journal's lines of one kind, oldest first."""
        return [event for event in self.journal if event.kind == kind]

    def account(self, address: str) -> Account | None:
        """The account of an address, whatever its case."""
        return self.accounts.get(address.strip().lower())

    def check_password(self, account: Account, password: str) -> bool:
        """One password attempt at the account's home: five wrong ones lock it, as real ones do."""
        with self.lock:
            right = secrets.compare_digest(account.password.encode(), password.encode()) and not account.locked
            account.failures = 0 if right else account.failures + 1
            account.locked = account.locked or account.failures >= 5
            self.note("password", address=account.address, site=account.home, right=right)
            return right

    def check_code(self, account: Account, code: str) -> str:
        """One second-factor attempt: `ok`, `wrong` or `reused`. One step of the clock either way is allowed."""
        with self.lock:
            counter = int(self.now() // 30)
            for step in (counter, counter - 1, counter + 1):
                if pyotp.TOTP(account.totp).at(step * 30) == code.strip():
                    verdict = "ok" if step > account.last_counter else "reused"
                    account.last_counter = max(account.last_counter, step)
                    self.note("code", address=account.address, verdict=verdict, counter=step)
                    return verdict
            self.note("code", address=account.address, verdict="wrong", counter=None)
            return "wrong"

    def consented(self, provider: str, address: str, client_id: str, scopes: list[str]) -> bool:
        """Whether this user has allowed this client all of these scopes before."""
        return any(
            c["provider"] == provider
            and c["address"] == address
            and c["client_id"] == client_id
            and set(scopes) <= set(c["scopes"])
            for c in self.consents
        )

    def fault(self, name: str) -> Any:
        """The value of a fault that is switched on, else None."""
        return self.faults.get(name)

    def dump(self) -> dict[str, Any]:
        """The world as JSON-ready data (for `--sandbox-state`); browser sessions and the journal stay behind."""
        return {
            "version": 1,
            "scenario": str(self.scenario),
            "accounts": [asdict(a) for a in self.accounts.values()],
            "projects": [asdict(p) for p in self.projects.values()],
            "consents": self.consents,
            "mail": self.mail,
            "issues": self.issues,
            "api_token": self.api_token,
            "offset": self.offset,
        }
