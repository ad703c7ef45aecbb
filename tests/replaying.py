"""Plays one recorded step back, on its own: a fresh context, no sandbox, no network."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from flows import CONNECT
from runbook.browser import ensure, new_context, start
from runbook.errors import RunbookError
from runbook.fixtures import Replay
from runbook.otp import parse
from runbook.secrets import Secret, SecretRef
from runbook.settings import Channel
from runbook.step import Facts, Job, Login

RECORDINGS = Path(__file__).parent / "fixtures"
STEPS = {step.name: step for step in CONNECT}
# Times and clocks differ from one playing to the next.
VOLATILE = ("removed_at", "verified_at")


@dataclass
class Stage:
    """What the runner does for a step, written down."""

    headed: bool = False
    events: list[Mapping[str, Any]] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    kept: list[Facts] = field(default_factory=list)

    def emit(self, event: Mapping[str, Any]) -> None:
        self.events.append(event)

    def now(self) -> float:
        return 1_800_000_000.0

    async def code(self, login: Login, origin: str, skew: float) -> str:
        assert login.totp is not None
        return str(parse(login.totp.reveal(origin)).now())

    def refuse_rejected(self, login: Login, what: str) -> None:
        """Nothing was refused before."""

    def remember_rejected(self, login: Login, what: str) -> None:
        self.rejected.append(f"{login.role} {what}")

    def before_cut(self, facts: Facts) -> None:
        self.kept.append(facts.model_copy(deep=True))

    def pending(self) -> Mapping[str, Any]:
        return {}

    def signing_in(self, login: Login) -> AbstractAsyncContextManager[None]:
        return nullcontext()

    async def person(self, page: Page, text: str, until: Awaitable[Any]) -> Any:
        return await until

    teaching = False

    async def learn(self, name: str, locator: str, page: str) -> None:
        """Nobody teaches here."""

    async def free(self, page: Page) -> None:
        """No pictures are taken here."""

    def warnings(self) -> list[str]:
        """The warnings that the step told."""
        return [str(event["text"]) for event in self.events if event["event"] == "warning"]


@dataclass
class Replayed:
    """How a step ended: `error` is None when it did its work; `expected` are the facts that the recording ended with."""

    job: Job
    stage: Stage
    error: RunbookError | None
    expected: Facts
    meta: Mapping[str, Any]
    left: list[Any]

    def cookies(self) -> list[Any]:
        """The cookies that the step left behind."""
        return self.left

    @property
    def facts(self) -> Facts:
        return self.job.facts

    def as_recorded(self) -> bool:
        """Whether the step ended, and learned, what it did when it was recorded."""
        name = type(self.error).__name__ if self.error else None
        # A recording says nothing of facts that are younger than it.
        said = self.expected.model_fields_set - set(VOLATILE)
        mine, theirs = ({k: v for k, v in f.model_dump().items() if k in said} for f in (self.facts, self.expected))
        assert name == self.meta["outcome"], self.error.cause if self.error else "no error"
        assert mine == theirs
        return True


def recordings(step: str) -> list[Path]:
    """All recordings of a step."""
    return sorted(path for path in RECORDINGS.glob("*.har") if re.match(rf"{step}-", path.name))


async def replay(name: str, *, address: str = "", account_id: str = "", **options: Any) -> Replayed:
    """Plays `tests/fixtures/NAME.har` to its step. Raises ReplayMiss when the step asks for what was not recorded.

    `address`: another mailbox than the recorded one; `account_id`: another account that step 1 would have found.
    """
    with Replay(RECORDINGS / f"{name}.har") as recording:
        async with _context(recording) as context:
            stage = Stage()
            job = _job(recording.meta, context, await context.new_page(), stage, options)
            await recording.install(context)
            if address:
                job.channel = job.channel.model_copy(update={"address": address})
                job.mailbox.username = job.mailbox.username if recording.meta["step"] == "prove_mailbox" else address
            job.facts.account_id = account_id or job.facts.account_id
            error: RunbookError | None = None
            try:
                await STEPS[recording.meta["step"]].run(job)
            except RunbookError as ended:
                error = ended
            recording.check()
            left = await context.cookies()
        return Replayed(job, stage, error, Facts.model_validate(recording.meta["facts_after"]), recording.meta, left)


@asynccontextmanager
async def _context(recording: Replay) -> AsyncIterator[Any]:
    program = ensure(None, headed=False, say=lambda _: None)
    async with start(program, headed=False) as running:
        context = await new_context(running, **recording.context_options())
        yield context
        await context.close()


def _job(meta: Mapping[str, Any], context: Any, page: Page, stage: Stage, options: Mapping[str, Any]) -> Job:
    settings = json.loads(json.dumps(meta["channel"]))
    people = {
        role: {"name": role, "username": who["username"], "password": who["password"], "totp": who["totp"]}
        for role, who in meta["identities"].items()
    }
    settings["site"] |= {
        "admin": people["admin"],
        "mail_domain": settings.pop("mail_domain", settings["site"]["mail_domain"]),
    }
    channel = Channel.model_validate({**settings, "mailbox": people["mailbox"]})
    facts = Facts.model_validate(meta["facts"])
    admin, mailbox = (
        _login(role, people[role], origins)
        for role, origins in (("admin", channel.site.admin_origins), ("mailbox", channel.mailbox_origins))
    )
    return Job(channel, context, page, admin, mailbox, stage, facts, **{"patience": 3.0, **options})


def _login(role: str, who: Mapping[str, str], origins: tuple[str, ...]) -> Login:
    password, totp = (
        Secret(f"{role} {what}", SecretRef(who[what]), origins, sandbox=True) for what in ("password", "totp")
    )
    return Login(role, who["username"], password, totp)
