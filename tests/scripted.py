"""A few hand-written sign-in pages with scripts, served at addresses that look real, and the real sign-in run against them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from playwright.async_api import Browser, BrowserContext, Page, Route
from playwright.async_api import Error as PlaywrightError
from replaying import Stage

from flows.screens.answer import SignIn
from runbook.browser import new_context
from runbook.errors import RunbookError
from runbook.secrets import Secret, SecretRef
from runbook.settings import Channel
from runbook.step import Job, Login

ADA, PASSWORD, SEED = "ada.admin@example.com", "fake-hunter2-and-more", "FAKE2345ABCDEFGHIJKLMNOP"
JIRA = "https://acme.atlassian.net"
MICROSOFT = "https://login.microsoftonline.com/common/oauth2/v2.0/authorize"
GOOGLE = "https://accounts.google.com/v3/signin/identifier"
OKTA = "https://acme.okta.com/signin"
SSO = "https://sso.acme.example/realms/acme/login-actions/authenticate"
ORIGINS = ("https://login.microsoftonline.com", "https://login.microsoft.com", "https://accounts.google.com",
           "https://acme.okta.com", "https://sso.acme.example", "https://id.atlassian.com")  # fmt: skip
END = f"<p>…</p><script>location.replace('{JIRA}/home')</script>"


@dataclass
class Web:
    """The pages in their order: whatever is asked for gets the current one, and every form that is sent brings the next.

    files: scripts by path, each with the seconds that it takes. slow: seconds until a sent form is answered.
    """

    pages: tuple[str, ...]
    files: Mapping[str, tuple[float, str]] = field(default_factory=dict)
    slow: float = 0.0
    sent: list[dict[str, str]] = field(default_factory=list)
    at: int = 0

    async def answer(self, route: Route) -> None:
        request = route.request
        address = urlsplit(request.url)
        if address.path == "/favicon.ico":
            return await route.fulfill(status=404)
        if address.path in self.files:
            seconds, script = self.files[address.path]
            await asyncio.sleep(seconds)
            return await _give(route, script, "text/javascript")
        if f"{address.scheme}://{address.netloc}" == JIRA:
            return await _give(route, "<!doctype html><p>Jira")
        if request.method == "POST":
            self.sent.append(_form(request.post_data or "{}"))
            self.at += 1
            await asyncio.sleep(self.slow)
        return await _give(route, "<!doctype html><meta charset=utf-8>" + self.pages[min(self.at, len(self.pages) - 1)])

    def values(self, name: str) -> list[str]:
        """What was sent under this name, in its order."""
        return [form[name] for form in self.sent if form.get(name)]


def _form(text: str) -> dict[str, str]:
    return dict(json.loads(text) if text.startswith("{") else parse_qsl(text, keep_blank_values=True))


async def _give(route: Route, body: str, kind: str = "text/html") -> None:
    try:
        await route.fulfill(body=body, content_type=f"{kind}; charset=utf-8")
    except PlaywrightError:
        return  # the page has gone on without it


@dataclass
class Play:
    """How a sign-in went: `error` is None when it reached Jira."""

    web: Web
    stage: Stage
    login: Login
    job: Job
    error: RunbookError | None = None
    left: list[Any] = field(default_factory=list)

    def done(self) -> bool:
        """Whether it reached Jira, told with its reason when it did not."""
        assert self.error is None, f"{type(self.error).__name__}: {self.error.cause} {self.error.seen}"
        return True


async def sign_in(
    running: Browser,
    url: str,
    *pages: str,
    files: Mapping[str, tuple[float, str]] | None = None,
    slow: float = 0.0,
    patience: float = 3.0,
    passkey: str = "",
    totp: str | None = SEED,
    origins: tuple[str, ...] = ORIGINS,
    stage: Stage | None = None,
    locators: Mapping[str, str] | None = None,
    **more: Any,
) -> Play:
    """Opens the address and signs the admin in, from the first of these pages to Jira. `stage`: another runner than the plain
    one that only writes down; `locators`: overrides."""
    context = await new_context(running)
    try:
        play = await staged(context, Web(pages, files or {}, slow), patience, passkey, totp, origins, stage or Stage())
        page = play.job.page
        play.job.locators.update(locators or {})
        await page.goto(url)
        try:
            await SignIn(play.job, play.login, page, f"^{JIRA}/", **more).run()
        except RunbookError as error:
            play.error = error
        return play
    finally:
        await context.close()


async def staged(
    context: BrowserContext,
    web: Web,
    patience: float,
    passkey: str,
    totp: str | None,
    origins: tuple[str, ...],
    stage: Stage,
) -> Play:
    await context.route("**/*", web.answer)
    page = await context.new_page()
    login = Login("admin", ADA, secret("password", PASSWORD, origins))
    login.totp = secret("TOTP secret", totp, origins) if totp else None
    login.passkey = secret("passkey", passkey, origins) if passkey else None
    return Play(web, stage, login, _job(context, page, login, stage, patience))


def secret(what: str, value: str, origins: tuple[str, ...] = ORIGINS, **more: Any) -> Secret:
    """A secret of the admin's, as a sandbox run has it."""
    return Secret(f"admin {what}", SecretRef(value), origins, sandbox=True, **more)


def _job(context: BrowserContext, page: Page, login: Login, stage: Stage, patience: float) -> Job:
    identity = {"name": "admin", "username": ADA, "password": PASSWORD, "origins": ORIGINS}
    channel = Channel.model_validate(
        {
            "project": "HELP",
            "site": {"name": "acme", "url": JIRA, "admin": identity, "idp": {"kind": "microsoft"}},
            "mailbox": {**identity, "name": "mailbox", "username": "support@example.com"},
            "address": "support@example.com",
            "provider": "microsoft",
        }
    )
    return Job(channel, context, page, login, login, stage, patience=patience)
