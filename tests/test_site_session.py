"""One context for the channels of a site: what one failure means for the others, and what is tried again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.async_api import Error as PlaywrightError
from sweeping import BUSY, CONNECTED, REFUSED, channel

from flows import CONNECT, NEXT, NEXT_SIGNED_IN
from runbook.due import Due
from runbook.errors import ConfigError
from runbook.options import Options
from runbook.outcome import Outcome
from runbook.runner import Seat
from runbook.session import Order
from runbook.site_session import LONGEST, SiteSession, Work

GONE = Outcome("Transient", 20, cause="The browser was closed.", reason="browser-gone", passing=True)
LOST = Outcome("SessionLost", 61, cause="Jira was signed out.")
STOPPED = Outcome("Transient", 20, cause="The run was interrupted.", reason="interrupted", passing=True)


class Page:
    """A tab."""

    closed = False

    def is_closed(self) -> bool:
        return self.closed

    async def close(self) -> None:
        self.closed = True


@dataclass
class Context:
    """A browser context."""

    pages: list[Page] = field(default_factory=list)
    browser: Any = field(default_factory=lambda: SimpleNamespace(is_connected=lambda: True))
    closed: bool = False
    jar: list[dict[str, str]] = field(default_factory=list)
    refuses: bool = False

    async def close(self) -> None:
        self.closed = True

    async def cookies(self) -> list[dict[str, str]]:
        return self.jar

    async def add_cookies(self, cookies: list[dict[str, str]]) -> None:
        if self.refuses:
            raise PlaywrightError("Protocol error (Storage.setCookies): Invalid cookie fields")
        self.jar += cookies

    async def new_page(self) -> Page:
        self.pages.append(Page())
        return self.pages[-1]


@dataclass
class Run:
    """A run that ends as the script says: an outcome and the step that failed."""

    folder: Any
    ending: tuple[Outcome, str]
    before: Callable[[Context], None] | None
    seat: Seat | None = None
    failed_step: str = ""
    options: Options = field(default_factory=Options)

    async def play(self, context: Context) -> Outcome:
        if self.seat is None:
            self.seat = Seat(await context.new_page())  # type: ignore[arg-type]
            context.jar.append({"name": "tenant.session.token"})
        context.pages += [Page(), Page()]
        self.seat.spare = context.pages[-1]  # type: ignore[assignment]
        outcome, self.failed_step = self.ending
        if self.failed_step not in ("jira_login", "project_check", "idp_logout"):
            self.seat.signed_out = True
        if self.before:
            self.before(context)
        return outcome


@dataclass
class Stage:
    """Stands for the session and the browser. `script`: by project, the endings of its runs one after the other."""

    script: dict[str, list[Any]] = field(default_factory=dict)
    orders: list[tuple[str, str, bool]] = field(default_factory=list)
    contexts: list[Context] = field(default_factory=list)
    no_browser: bool = False
    crash: str = ""
    refuses: bool = False

    async def context(self) -> Context:
        if self.no_browser:
            raise ConfigError("There is no browser on this machine.")
        self.contexts.append(Context(refuses=self.refuses))
        return self.contexts[-1]

    async def run(self, order: Order, play: Callable[[Any], Any]) -> Outcome:
        key = order.channel.project
        kind = {CONNECT: "connect", NEXT: "next", NEXT_SIGNED_IN: "next-signed-in", (): "share"}[tuple(order.steps)]  # type: ignore[index]
        self.orders.append((key, kind, order.options.force))
        endings = self.script.get(key, [])
        ending = endings.pop(0) if endings and kind != "share" else (CONNECTED, "")
        ending = ending if isinstance(ending, tuple) else (ending, "prove_mailbox")
        folder = SimpleNamespace(path=Path(f"/runs/{key}-{len(self.orders)}"))
        try:
            found = await play(Run(folder, ending, self.lose if self.crash == key else None))
        except ConfigError as error:
            return Outcome.of(error)
        assert isinstance(found, Outcome)
        return found

    def lose(self, context: Context) -> None:
        self.crash = ""
        for page in context.pages:
            page.closed = True

    async def renew(self, *keys: str, **policy: Any) -> list[Work]:
        site = SiteSession(self, self, Options(), lambda _: [], lambda: 1.0)  # type: ignore[arg-type]
        works = [
            Work(
                channel(key, policy={"retry_wait": "0s", **policy}),
                Due(key, True, "planned" if key == "PLAN" else "unauthorized", ""),
            )
            for key in keys
        ]
        await site.renew(works)
        return works

    @property
    def played(self) -> list[str]:
        return [f"{key} {kind}" for key, kind, _ in self.orders]


def names(works: list[Work]) -> list[str]:
    return [work.outcome.name for work in works if work.outcome]


async def test_the_first_signs_in_and_out_for_all_and_each_of_the_others_goes_on_from_there() -> None:
    stage = Stage()
    works = await stage.renew("AA", "BB", "CC")
    assert stage.played == ["AA connect", "BB next", "CC next"]
    assert names(works) == ["Connected"] * 3
    assert len(stage.contexts) == 1


async def test_only_two_tabs_stay_open_from_one_mailbox_to_the_next() -> None:
    stage = Stage()
    await stage.renew("AA", "BB", "CC")
    assert sum(not page.closed for page in stage.contexts[0].pages) == 2


async def test_many_channels_go_on_in_a_fresh_context_with_the_same_sign_in() -> None:
    stage, keys = Stage(), [f"D{number:02}" for number in range(2 * LONGEST)]
    works = await stage.renew(*keys)
    assert names(works) == ["Connected"] * len(keys)
    assert stage.played == ["D00 connect", *(f"{key} next" for key in keys[1:])]
    assert [len(context.jar) for context in stage.contexts] == [1, 1]
    assert [context.closed for context in stage.contexts] == [True, False]


async def test_before_the_sign_out_and_where_cookies_cannot_be_moved_the_context_stays() -> None:
    keys = [f"D{number:02}" for number in range(LONGEST + 2)]
    early = Stage({key: [(REFUSED, "project_check")] for key in keys})
    await early.renew(*keys)
    assert len(early.contexts) == 1
    stage = Stage(refuses=True)
    assert names(await stage.renew(*keys)) == ["Connected"] * len(keys)
    assert stage.played == ["D00 connect", *(f"{key} next" for key in keys[1:])]
    assert [context.closed for context in stage.contexts] == [False, True, True]


async def test_a_mailbox_that_fails_does_not_keep_the_next_one_from_it() -> None:
    stage = Stage({"AA": [REFUSED], "BB": [(REFUSED, "verify")]})
    works = await stage.renew("AA", "BB", "CC")
    assert names(works) == ["CredentialsRejected", "CredentialsRejected", "Connected"]
    assert stage.played == ["AA connect", "BB next", "CC next"]


async def test_a_first_channel_that_fails_before_the_sign_out_leaves_that_to_the_next() -> None:
    stage = Stage({"AA": [(REFUSED, "project_check")]})
    assert names(await stage.renew("AA", "BB", "CC")) == ["CredentialsRejected", "Connected", "Connected"]
    assert stage.played == ["AA connect", "BB next-signed-in", "CC next"]


async def test_an_admin_who_cannot_sign_in_ends_every_channel_with_one_attempt() -> None:
    stage = Stage({"AA": [(REFUSED, "jira_login")]})
    works = await stage.renew("AA", "BB", "CC")
    assert names(works) == ["CredentialsRejected"] * 3
    assert stage.played == ["AA connect", "BB share", "CC share"]
    assert [work.outcome.run for work in works[1:] if work.outcome] == ["/runs/BB-2", "/runs/CC-3"]
    assert stage.contexts[0].closed


async def test_single_logout_ends_every_channel_of_the_site() -> None:
    stage = Stage({"AA": [(LOST, "jira_alive")]})
    assert names(await stage.renew("AA", "BB")) == ["SessionLost", "SessionLost"]
    assert stage.played == ["AA connect", "BB share"]


async def test_a_jira_session_that_ends_later_is_begun_anew_for_the_others() -> None:
    stage = Stage({"BB": [(LOST, "jira_alive")]})
    assert names(await stage.renew("AA", "BB", "CC")) == ["Connected", "SessionLost", "Connected"]
    assert stage.played == ["AA connect", "BB next", "CC connect"]
    assert [context.closed for context in stage.contexts] == [True, False]


async def test_a_crash_gives_the_others_one_fresh_context_and_the_one_that_it_hit_another_try() -> None:
    stage = Stage({"BB": [GONE]})
    assert names(await stage.renew("AA", "BB", "CC")) == ["Connected"] * 3
    assert stage.played == ["AA connect", "BB next", "CC connect", "BB next"]
    assert len(stage.contexts) == 2


async def test_tabs_that_have_gone_away_are_a_crash_whatever_the_ending_was_called() -> None:
    stage = Stage({"AA": [BUSY]}, crash="AA")
    assert names(await stage.renew("AA", "BB")) == ["Connected", "Connected"]
    assert stage.played == ["AA connect", "BB connect", "AA next"]


async def test_a_browser_that_goes_again_and_again_ends_the_others_as_passing() -> None:
    stage = Stage({key: [GONE] * 9 for key in ("AA", "BB", "CC")})
    works = await stage.renew("AA", "BB", "CC", retries=0)
    assert names(works) == ["Transient"] * 3
    assert all(work.outcome and work.outcome.passing for work in works)
    assert stage.played == ["AA connect", "BB connect"]


async def test_a_passing_failure_is_tried_again_so_often_in_the_same_sweep_and_no_other_is() -> None:
    stage = Stage({"AA": [BUSY, BUSY, BUSY, BUSY], "BB": [REFUSED], "CC": [BUSY]})
    works = await stage.renew("AA", "BB", "CC", retries=2)
    assert names(works) == ["Transient", "CredentialsRejected", "Connected"]
    assert [work.tries for work in works] == [3, 1, 2]


async def test_an_identity_provider_that_is_away_for_a_moment_is_asked_again_for_all() -> None:
    stage = Stage({"AA": [(BUSY, "jira_login")]})
    works = await stage.renew("AA", "BB")
    assert names(works) == ["Connected", "Connected"]
    assert stage.played == ["AA connect", "BB share", "AA connect", "BB next"]


async def test_an_interruption_names_the_one_and_tells_the_rest_as_not_begun_and_tries_nothing_again() -> None:
    stage = Stage({"AA": [BUSY], "BB": [STOPPED]})
    works = await stage.renew("AA", "BB", "CC")
    assert stage.played == ["AA connect", "BB next"]
    told = [work.outcome.cause for work in works if work.outcome]
    assert told == [
        BUSY.cause,
        STOPPED.cause,
        "The sweep was interrupted before it came to this channel; nothing was changed.",
    ]


async def test_without_a_browser_all_end_as_the_first() -> None:
    stage = Stage(no_browser=True)
    assert names(await stage.renew("AA", "BB")) == ["ConfigError", "ConfigError"]
    assert stage.played == ["AA connect", "BB share"]


async def test_only_a_planned_channel_is_replaced_whatever_its_health() -> None:
    stage = Stage()
    await stage.renew("AA", "PLAN")
    assert [(key, forced) for key, _, forced in stage.orders] == [("AA", False), ("PLAN", True)]


async def test_the_waits_between_tries_begin_as_the_policy_says_and_double(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    stage = Stage({"AA": [BUSY, BUSY, BUSY, BUSY]})
    works = await stage.renew("AA", retries=3, retry_wait="30s")
    assert (waited, works[0].tries, names(works)) == ([30.0, 60.0, 120.0], 4, ["Transient"])
    waited.clear()
    await Stage({"AA": [BUSY, CONNECTED]}).renew("AA", retries=3, retry_wait="10s")
    assert waited == [10.0], "what has ended well is waited for no more"
    waited.clear()
    await Stage({"AA": [REFUSED]}).renew("AA", retries=3, retry_wait="10s")
    assert waited == [], "it does not pass"
