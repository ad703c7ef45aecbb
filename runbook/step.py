"""What a page step is given, and what it gives back: `Step`, `Job`, `Facts`. Knows no page of any site."""

from __future__ import annotations

import asyncio
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol

from playwright.async_api import BrowserContext, Page
from playwright.async_api import Error as PlaywrightError

from runbook.aside import aside
from runbook.errors import (
    ChannelDown,
    ConfigError,
    CredentialsRejected,
    HumanNeeded,
    PageChanged,
    RunbookError,
    SessionLost,
    Transient,
    WrongMailbox,
)
from runbook.facts import Evidence, Facts, lines_of
from runbook.field import Find, put, watch
from runbook.net import answered, network_failure, origin_of
from runbook.passkey import SecurityKey
from runbook.secrets import Secret
from runbook.settings import Channel, Idp

# What a browser says of an opening that the page itself has moved on from: before it got an answer, or after it.
BY_ITSELF = re.compile(r"interrupted by another navigation|\bERR_ABORTED\b")

__all__ = [
    "Channel",
    "ChannelDown",
    "ConfigError",
    "CredentialsRejected",
    "Facts",
    "Host",
    "HumanNeeded",
    "Idp",
    "Job",
    "Login",
    "PageChanged",
    "RunbookError",
    "SecurityKey",
    "SessionLost",
    "Step",
    "Transient",
    "WrongMailbox",
    "load_script",
    "network_failure",
    "origin_of",
]


def load_script(folder: str, name: str) -> str:
    """The text of a page script that stands beside a flow module, without its comments; `folder` is that module's `__file__`."""
    text = (Path(folder).parent / name).read_text(encoding="utf-8")
    return re.sub(r"^\s*(//.*)?\n|^\s+", "", text, flags=re.MULTILINE)  # every call carries its script to the page


@dataclass
class Login:
    """One identity in one run. `role`: admin or mailbox."""

    role: str
    username: str
    password: Secret
    totp: Secret | None = None
    passkey: Secret | None = None
    passwords_typed: int = 0


class Host(Protocol):
    """What the runner does for a step: narrate, keep evidence, hand out one-time codes, call a person."""

    @property
    def headed(self) -> bool: ...

    @property
    def teaching(self) -> bool: ...

    def emit(self, event: Mapping[str, Any]) -> None: ...

    def now(self) -> float: ...

    async def code(self, login: Login, origin: str, skew: float) -> str: ...

    def refuse_rejected(self, login: Login, what: str) -> None: ...

    def remember_rejected(self, login: Login, what: str) -> None: ...

    def before_cut(self, facts: Facts) -> None: ...

    def pending(self) -> Mapping[str, Any]: ...

    def signing_in(self, login: Login) -> AbstractAsyncContextManager[None]: ...

    async def person(self, page: Page, text: str, until: Awaitable[Any]) -> Any: ...

    async def free(self, page: Page) -> None: ...

    async def learn(self, name: str, locator: str, page: str) -> None: ...


@dataclass
class Job:
    """One channel being worked on. `jira` is the tab that stays in Jira, `page` the tab of the current step."""

    channel: Channel
    context: BrowserContext
    page: Page
    admin: Login
    mailbox: Login
    host: Host
    facts: Facts = field(default_factory=Facts)
    dry_run: bool = False
    force: bool = False
    rescue: bool = False
    seen: tuple[str, str] | None = None  # the channel's state and the evidence, if the page was read just now
    logout_by: str = "url"
    patience: float = 15.0
    locators: dict[str, str] = field(default_factory=dict)
    taught: set[str] = field(default_factory=set)  # elements that a person has shown in this run
    skews: dict[str, float] = field(default_factory=dict)
    keys: dict[Page, SecurityKey] = field(default_factory=dict)  # of pages whose sign-in another step goes on with
    sighted: dict[Page, asyncio.Future[Any]] = field(default_factory=dict)  # readings that a sign-in there begins with
    window: Page | None = None
    stage: Page | None = None  # of the present step only
    spare: Page | None = None  # a tab that an earlier run in this context worked in
    near: tuple[str, str] | None = None  # another project of the site and the address of its e-mail page
    documents: dict[Page, Transient | None] = field(
        default_factory=dict
    )  # what kept a page's last document from coming
    asked: str = ""  # the sign-in request that Jira sent the browser to the identity provider with
    beside: bool = False  # nobody watches or records: things may be done beside each other
    jira: Page = field(init=False)
    _tab: asyncio.Future[Page] | None = None
    _begun: asyncio.Future[None] | None = None

    def __post_init__(self) -> None:
        self.jira = self.page

    def say(self, text: str) -> None:
        """Tells the person who watches what is going on, in one line."""
        self.host.emit({"event": "say", "text": text})

    def warn(self, text: str) -> None:
        """Tells something that does not stop the run and that somebody should know afterwards."""
        self.host.emit({"event": "warning", "text": text})

    def decide(self, what: str, why: str, **evidence: Evidence) -> None:
        """Writes down a decision, why it was taken, and what was seen: name (`_` for a space) to a text or several."""
        self.host.emit({"event": "decision", "what": what, "why": why, "evidence": lines_of(evidence)})

    def prove(self, what: str, why: str, **evidence: Evidence) -> None:
        """Writes down what a step has proven, and what it saw."""
        self.host.emit({"event": "proof", "what": what, "why": why, "evidence": lines_of(evidence)})

    async def goto(self, url: str, page: Page | None = None) -> int:
        """Opens an address and returns the HTTP status. Raises Transient when the site does not answer or answers 5xx."""
        target = page or self.page
        await self.free(target)
        for last in (False, False, True):
            try:
                response = await target.goto(url, wait_until="commit", timeout=self.patience * 2000)
                break
            except PlaywrightError as error:
                # The page was just moving on by itself (a popup that reloads its opener, what a click has begun): ours goes after
                # it. The browser's word for that is also its word for an answer without a page: that one stays.
                if last or not BY_ITSELF.search(str(error)):
                    raise network_failure(error, url) from None
                await target.wait_for_load_state("domcontentloaded")
        status = response.status if response else 200
        if status >= 500:
            raise answered(origin_of(url), status)
        return status

    def open_ahead(self) -> None:
        """Begins to open the tab that `tab` will give: a browser does that while a page is being looked at elsewhere."""
        if self.beside and self._tab is None and self.spare is None:
            self._tab = asyncio.ensure_future(self.context.new_page())
            self._tab.add_done_callback(lambda done: done.cancelled() or done.exception())  # told when it is asked for

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Begins what a later step would begin with, on another page than those of the steps before it."""
        if self.beside:
            self._begun = asyncio.ensure_future(work)
        else:
            work.close()

    async def begun(self) -> bool:
        """Waits for what was begun and raises what it raised; False if nothing was."""
        begun, self._begun = self._begun, None
        if begun is not None:
            await begun
        return begun is not None

    async def drop(self) -> None:
        """Stops what was begun and no step came to."""
        left = [*self.sighted.values(), *([] if self._begun is None else [self._begun])]
        for begun in left:
            begun.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def tab(self) -> Page:
        """A tab beside the one that stays in Jira; it becomes the step's page."""
        if self.page is self.jira or self.page.is_closed():
            opening, self._tab = self._tab, None
            spare, self.spare = self.spare, None
            self.page = spare if spare and not spare.is_closed() else await (opening or self.context.new_page())
        return self.page

    async def free(self, page: Page) -> None:
        """Waits until a page may be changed: the picture of an earlier step may still be taken of it."""
        await self.host.free(page)

    def shown(self, step: Step) -> Page:
        """The page on which a step is to be seen: the one it names in `stage`, an open window of the provider's, else the tab
        that the step works in."""
        if self.stage is not None and not self.stage.is_closed():
            return self.stage
        if self.window is not None and not self.window.is_closed():
            return self.window
        return self.jira if step.in_jira else self.page

    async def fetch(self, path: str, page: Page | None = None) -> tuple[int, Any]:
        """GET of an address of the page's own origin with the page's own cookies: status and parsed JSON (None if it is none).
        Raises Transient like `goto`."""
        target = page or self.jira
        script = """async ([path, limit]) => {
          const how = {headers: {Accept: 'application/json'}, credentials: 'same-origin', redirect: 'manual'};
          const r = await fetch(path, {...how, signal: AbortSignal.timeout(limit)});
          return [r.type === 'opaqueredirect' ? 302 : r.status, await r.text()];
        }"""
        try:
            status, text = await target.evaluate(script, [path, self.patience * 2000])
        except PlaywrightError as error:
            raise network_failure(error, target.url) from None
        if int(status) >= 500:
            raise answered(origin_of(target.url), int(status))
        try:
            return int(status), json.loads(text)
        except ValueError:
            return int(status), None

    async def type_text(self, find: Find, text: str) -> None:
        """Types a text that is no secret into the field that `find` finds. Raises PageChanged when it does not stay there."""
        await put(find, text, patience=self.patience)

    async def type_secret(self, find: Find, secret: Secret) -> None:
        """Types a secret into exactly the element that `find` finds, in exactly its document. Raises before a key is pressed if
        the document's origin, or one that the field's form sends to, is not one that the secret is bound to or the field shows what
        is typed, and PageChanged when it does not keep it."""

        async def give(origin: str) -> str:
            return await aside(lambda: secret.reveal(origin))  # a password manager may take its time

        await put(find, give, patience=self.patience, hidden=True, sendable=secret.may_be_sent_to)

    async def type_code(self, find: Find, login: Login, page: Page, *, sends: bool = True) -> bool:
        """Types one fresh one-time code of this identity; True when it stands there, False when the page has sent it by itself,
        as many do after the last digit (`sends`: this one may). Raises HumanNeeded when the identity has no TOTP secret."""
        if login.totp is None:
            raise HumanNeeded(
                f"The {login.role}'s sign-in asks for a one-time code and no TOTP secret is configured.",
                remedy="Set the identity's totp, or run with --headed and type the code.",
                reason="totp",
            )
        codes: dict[str, str] = {}

        async def give(origin: str) -> str:
            if codes and origin not in codes:
                raise PageChanged("The page moved to another site while a code was being typed.", reason="moved")
            if not codes:
                codes[origin] = await self.host.code(login, origin, self.skews.get(origin, 0.0))
            return codes[origin]

        with watch(page, lambda: next(iter(codes.values()), "")) as sent:
            return await put(
                find, give, patience=self.patience, sent=sent, sends=sends, sendable=login.totp.may_be_sent_to
            )


class Step(ABC):
    """One line of the runbook. Subclasses say `title`, `before` (precondition), `after` (postcondition), `by_hand` (what a
    person does instead), and `run`."""

    name: ClassVar[str]
    title: ClassVar[str]
    before: ClassVar[str]
    after: ClassVar[str]
    by_hand: ClassVar[str]
    in_jira: ClassVar[bool] = True  # works in the tab that stays in Jira, not in the one beside it
    still: ClassVar[bool] = False  # begins by looking, and asks `job.free` before it changes a page
    signs_out: ClassVar[bool] = False  # of the identity provider, for the whole browser context
    cuts: ClassVar[bool] = False  # changes the channel: --dry-run stops before the first of these
    serves: ClassVar[frozenset[str]] = frozenset({"connect", "replace"})  # the decisions for which it has work to do

    @abstractmethod
    async def run(self, job: Job) -> None:
        """Does the step. Raises a RunbookError; anything else is a defect of the runbook."""
