"""The channels of one site in one browser context: the admin signs in once and out of the identity provider once, and then
each mailbox is proven, replaced, verified and signed out, in a fresh state of its provider's.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from playwright.async_api import BrowserContext
from playwright.async_api import Error as PlaywrightError
from tenacity import AsyncRetrying, retry_if_result, stop_after_attempt, wait_exponential

from flows import CONNECT, NEXT, NEXT_SIGNED_IN
from runbook import browser as browsers
from runbook.capture import captured
from runbook.due import Due
from runbook.fleet import Fleet
from runbook.options import Options
from runbook.outcome import Outcome
from runbook.runner import Run, Seat, Sink
from runbook.session import Order, Session
from runbook.settings import Channel
from runbook.step import Step

# Steps that are made once for all channels of a site: what stops one of them stops them all.
OF_THE_SITE = frozenset({"jira_login", "idp_logout"})
CRASHES = 1  # contexts that may be lost in one round
# A driver keeps what it knows of every request until its context is closed: some megabytes a channel.
LONGEST = 8  # runs in one context
INTERRUPTED = Outcome(
    "Transient",
    20,
    cause="The sweep was interrupted before it came to this channel; nothing was changed.",
    remedy="Run it again.",
    reason="interrupted",
    passing=True,
)
BROKEN = Outcome(
    "Transient",
    20,
    cause="The browser was lost again and again before it came to this channel; nothing was changed.",
    remedy="Try again later.",
    reason="browser-gone",
    passing=True,
)


@dataclass
class Work:
    """One channel that is due, how it has ended so far, how often and when it was begun, and when it was judged.
    `seen`: its state and the evidence, when its page was read in this sweep."""

    channel: Channel
    due: Due
    outcome: Outcome | None = None
    tries: int = 0
    started: float = 0.0
    judged: float = 0.0
    seen: tuple[str, str] | None = None

    @property
    def again(self) -> bool:
        """Whether another try in the same sweep is worth it."""
        ended = self.outcome
        worth = ended is not None and ended.passing and ended.reason not in ("interrupted", "locked")
        return worth and self.tries <= self.channel.policy.retries


@dataclass
class SiteSession:
    """One site's context. `sinks`: who is told of a channel's run; `now`: seconds since 1970."""

    session: Session
    fleet: Fleet
    options: Options
    sinks: Callable[[Channel], Sequence[Sink]]
    now: Callable[[], float]
    context: BrowserContext | None = None
    seat: Seat | None = None
    _run: Run | None = field(default=None, repr=False)
    _no_browser: bool = False
    _runs: int = 0  # in this context

    async def renew(self, works: Sequence[Work]) -> None:
        """Plays the runbook on each, in this order, and again on those that failed for a passing reason, after waits that grow.
        Every one has an outcome afterwards, whatever happens; only being cancelled is raised, between two of them."""
        left = list(works)

        async def once() -> list[Work]:
            nonlocal left
            whole = await self._round(left)
            left = [work for work in left if work.again and whole]
            return left

        first = min((work.channel.policy.retry_wait.total_seconds() for work in works), default=0.0)
        retrying = AsyncRetrying(
            retry=retry_if_result(bool),
            stop=stop_after_attempt(1 + max((work.channel.policy.retries for work in works), default=0)),
            wait=wait_exponential(multiplier=first),
            retry_error_callback=lambda _state: None,
        )
        await retrying(once)

    async def open(self) -> BrowserContext:
        """The site's context, a fresh one if there is none. Raises ConfigError when no browser can be started."""
        if self.context is None:
            self.context, self.seat, self._runs = await self.fleet.context(), None, 0
        return self.context

    async def close(self) -> None:
        """Forgets everything that is signed in."""
        context, self.context, self.seat = self.context, None, None
        if context is not None:
            await browsers.close(context)

    async def _round(self, works: Sequence[Work]) -> bool:
        """One try of each; False when it was interrupted."""
        queue, crashes = deque(works), 0
        while queue:
            work = queue.popleft()
            signed_out = self.seat is not None and self.seat.signed_out
            ended = await self._one(work)
            if ended.reason == "interrupted":
                end(queue, INTERRUPTED)
                return False
            if ended.exit_code and self._ends_all(signed_out):
                await self.close()
                await self._share(queue, ended)
                break
            if ended.exit_code and await self._lost(ended):
                await self.close()
                crashes += 1
                if crashes > CRASHES:
                    end(queue, BROKEN)
                    break
            elif queue and self._runs >= LONGEST:
                await self._move()
        return True

    async def _move(self) -> None:
        """Goes on in a fresh context with the cookies of this one, where the sign-out is behind it. What cannot be moved stays."""
        old, seat = self.context, self.seat
        if old is None or seat is None or not seat.signed_out:
            return
        new = await self.fleet.context()
        try:
            await new.add_cookies(await old.cookies())  # type: ignore[arg-type]
            self.seat = replace(seat, page=await new.new_page(), spare=None)
        except PlaywrightError:
            await browsers.close(new)
            return
        self.context, self._runs = new, 0
        await browsers.close(old)

    async def _one(self, work: Work) -> Outcome:
        """One run on one channel."""
        work.tries += 1
        work.started = work.started or self.now()
        self._run = None
        options = replace(self.options, force=work.due.replaces, seen=work.seen if work.tries == 1 else None)
        order = Order(work.channel, self._steps(), options, self.sinks(work.channel), work.due.reason, held=True)
        work.outcome = await self.session.run(order, self._play)
        await self._tidy()
        return work.outcome

    def _steps(self) -> Sequence[Step]:
        if self.seat is None:
            return CONNECT
        return NEXT if self.seat.signed_out else NEXT_SIGNED_IN

    async def _play(self, run: Run) -> Outcome:
        self._no_browser = True
        context = await self.open()
        self._no_browser = False
        self._run, run.seat = run, self.seat
        self._runs += 1
        try:
            return await captured(run, context)
        finally:
            self.seat = run.seat

    def _ends_all(self, signed_out: bool) -> bool:
        """Whether what has just failed was for all channels: the browser, the admin's sign-in, the sign-out that only needs to be
        done once, or Jira's session right after it (single logout)."""
        if self._run is None:
            return self._no_browser
        failed = self._run.failed_step
        return failed in OF_THE_SITE or (failed == "jira_alive" and not signed_out)

    async def _lost(self, ended: Outcome) -> bool:
        """Whether the context is of no use any more: it has gone away, or Jira's session has ended since."""
        if self.context is None or self.seat is None or self.seat.page.is_closed():
            return True
        running = self.context.browser
        return (
            ended.reason in ("browser-gone", "session-expired")
            or ended.name == "SessionLost"
            or not (running and running.is_connected())
        )

    async def _share(self, rest: Sequence[Work] | deque[Work], ended: Outcome) -> None:
        """The same ending for each of the others, which were not touched, in a run folder of its own."""
        for work in rest:
            work.tries += 1
            work.started = work.started or self.now()

            async def play(run: Run) -> Outcome:
                return replace(ended, run=str(run.folder.path), changed=False, down=False, warnings=())

            order = Order(work.channel, (), self.options, self.sinks(work.channel), work.due.reason, held=True)
            work.outcome = await self.session.run(order, play)

    async def _tidy(self) -> None:
        """Closes every window but the two tabs that are worked in."""
        if self.context is None or self.seat is None:
            return
        for page in self.context.pages:
            if page not in (self.seat.page, self.seat.spare) and not page.is_closed():
                with suppress(PlaywrightError):
                    await page.close()


def end(works: Sequence[Work] | deque[Work], outcome: Outcome) -> None:
    """Gives an ending to those that were not begun; one that was begun before keeps its own."""
    for work in works:
        work.outcome = work.outcome or outcome
