"""The sign-in loop: look which screen is there, answer it, until the goal is reached. Serves the admin and the mailbox alike."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from playwright.async_api import ElementHandle, Page

from flows.screens import SITES, Seen, by_selector, look
from flows.screens.lesson import show_button, show_fields
from flows.screens.passkeys import use_passkey, with_other_ways
from flows.screens.person import call_person
from flows.screens.press import choose_account, press
from runbook.step import (
    CredentialsRejected,
    HumanNeeded,
    Job,
    Login,
    PageChanged,
    RunbookError,
    SecurityKey,
    Transient,
    WrongMailbox,
)

AGAIN = frozenset(
    {"stay-signed-in", "passkey-enrolment", "mfa-enrolment", "account-chooser", "method-chooser", "device-check", "hop"}
)
CREDENTIALS = frozenset({"username", "credentials", "password", "totp", "security-key"})
MOST_ANSWERS = 25
STEADY = 1.0  # seconds that a page stays as it is before a person is called to it
MOST_CONSENTS = 3  # a page that names the application, one for its permissions, and one to spare


@dataclass
class SignIn:
    """One sign-in of one identity on one page. `goal`: regex of the address at which it is over."""

    job: Job
    login: Login
    page: Page
    goal: str
    on_consent: Callable[[Seen], Awaitable[None]] | None = None
    done: list[tuple[str, str, str]] = field(default_factory=list)
    codes: int = 0
    stays: bool = False  # another sign-in goes on where this one ends: the page keeps its security key
    key: SecurityKey = field(init=False)

    def __post_init__(self) -> None:
        self.key = self.job.keys.pop(self.page) if self.page in self.job.keys else SecurityKey(self.page)

    async def run(self) -> Seen:
        """Answers screen after screen; returns the reading at the goal. Raises the ending that the site's page means."""
        attaching = asyncio.ensure_future(self.key.attach(hold=self.login.passkey is not None))
        async with AsyncExitStack() as stack:
            try:
                if self.login.passkey is not None:
                    await attaching
                return await self._run(stack)
            finally:
                await attaching
                if self.stays:
                    self.job.keys[self.page] = self.key
                else:
                    await self.key.detach()

    async def _run(self, stack: AsyncExitStack) -> Seen:
        after, alone = "", False
        for _ in range(MOST_ANSWERS):
            seen = await self._look(after)
            if seen.screen in CREDENTIALS and not alone:
                # Nobody else types this identity's credentials meanwhile: a code is good once, and so is an attempt.
                await stack.enter_async_context(self.job.host.signing_in(self.login))
                alone = True
            if seen.screen == "goal":
                return seen
            if not seen.moved:
                raise Transient(f"{seen.place} did not react to the answer ({seen.screen}).", reason="no-reaction")
            after = seen.signature
            if seen.problem:
                await self._problem(seen)
            elif key(seen) in self.done and seen.screen not in AGAIN:
                raise page_changed(
                    seen,
                    "the page after it",
                    f"{seen.site} asks for the same again ({seen.screen}) and says no reason.",
                )
            answer = getattr(self, "_" + seen.screen.replace("-", "_"), None)
            if answer is not None and await answer(seen):
                self.done.append(key(seen))
            elif await show_fields(self.job, self.page, seen, self.login, self.done):
                after = ""
            elif (await self._look(after, STEADY)).moved:
                after = ""  # it was a page on its way to the next one
            else:
                await self.key.detach()  # a person has a real one
                await call_person(self.job, self.page, seen, self.goal, self.login.role, self.done[-1:])
                after = ""
        raise PageChanged("The sign-in goes round in circles.", reason="loop", expected=f"an address like {self.goal}")

    async def _look(self, after: str, patience: float | None = None) -> Seen:
        if (sighted := self.job.sighted.pop(self.page, None)) is not None:
            seen: Seen = await sighted
            return seen
        waits = self.job.patience if patience is None else patience
        return await look(self.page, after=after, goal=self.goal, patience=waits, overrides=self.job.locators)

    async def _problem(self, seen: Seen) -> None:
        said = f"{seen.site} says: {seen.problem_text}"
        who = f"the {self.login.role}'s"
        if seen.problem == "code-reused" and self.codes < 2:
            return
        if seen.problem in ("code-rejected", "code-reused") and self.codes:
            self.job.host.remember_rejected(self.login, "totp")
            raise CredentialsRejected(
                f"The one-time code of {who} sign-in was refused. {said}",
                reason=seen.problem,
                remedy="Compare the TOTP secret with the provider's, and this machine's clock with the true time.",
            )
        if seen.problem == "credentials-rejected" and self.login.passwords_typed and seen.screen != "username":
            self.job.host.remember_rejected(self.login, "password")
            raise CredentialsRejected(f"The password of {who} sign-in was refused. {said}", reason="password")
        if seen.problem == "credentials-rejected" and key(seen) in self.done:
            raise CredentialsRejected(f"The user name of {who} sign-in was refused. {said}", reason="username")
        if seen.problem in ("locked", "account-disabled", "not-assigned"):
            raise HumanNeeded(
                f"The {self.login.role}'s account cannot sign in ({seen.problem}). {said}",
                reason=seen.problem,
                remedy="An administrator of that site must put the account right; then run again.",
            )
        if seen.problem == "wrong-account":
            kind: type[RunbookError] = WrongMailbox if self.login.role == "mailbox" else HumanNeeded
            raise kind(
                f"{seen.site} has another account in mind than the {self.login.role}'s. {said}", reason="wrong-account"
            )

    async def _username(self, seen: Seen) -> bool:
        await self._type(seen, "username")
        return await self._submit(seen)

    async def _credentials(self, seen: Seen) -> bool:
        await self._type(seen, "username")
        return await self._password(seen)

    async def _password(self, seen: Seen) -> bool:
        if self.login.passwords_typed and any(screen in ("password", "credentials") for _, screen, _ in self.done):
            raise page_changed(seen, "no second password", f"{seen.site} asks for the password a second time.")
        self.job.host.refuse_rejected(self.login, "password")
        await self.job.type_secret(self._finder(seen, "password"), self.login.password)
        self.login.passwords_typed += 1
        return await self._submit(seen)

    async def _totp(self, seen: Seen) -> bool:
        if self.login.totp is None:  # the passkey is another way, where the page leads to it
            return self.login.passkey is not None and await self._press(seen, "other")
        self.job.host.refuse_rejected(self.login, "totp")
        self.codes += 1
        # The button is found before: after the last digit another page may be there with a button of the same name.
        button = await by_selector(self.page, seen.fields.get("submit") or "") if seen.fields.get("submit") else None
        sends = SITES[seen.site].sends_codes
        if not await self.job.type_code(self._finder(seen, "code"), self.login, self.page, sends=sends):
            return True
        if button is None:
            return await self._shown(seen)
        await press(self.page, button, self.job.patience)
        return True

    async def _account_chooser(self, seen: Seen) -> bool:
        tiles = await choose_account(self.page, seen, self.login.username, self.job)
        if tiles > 1:  # nothing is guessed
            self.job.warn(f"{seen.site} shows {self.login.username} {tiles} times; which one is meant cannot be told.")
            return False
        return tiles == 1 or await self._press(seen, "other", "work")

    async def _method_chooser(self, seen: Seen) -> bool:
        # A passkey is a second factor: first of all the ways after the password, last before it.
        passkey = ("passkey",) if self.login.passkey is not None else ()
        ways = (*passkey, "totp", "password") if self.login.passwords_typed else ("totp", "password", *passkey)
        return await self._press(seen, *ways, *(() if key(seen) in self.done else ("other",)))

    async def _push(self, seen: Seen) -> bool:
        if not self.login.passwords_typed:  # instead of the password, not after it: needs no authenticator
            return await self._press(seen, "password", "other")
        alone = self.login.totp is None and self.login.passkey is None
        return not alone and await self._press(seen, "other")

    _one_time_code = _push

    async def _security_key(self, seen: Seen) -> bool:
        if self.login.passkey is None:
            return await self._push(await with_other_ways(self.job, self.page, seen))
        self.job.host.refuse_rejected(self.login, "passkey")
        await use_passkey(self.job, self.page, self.key, self.login, seen, self.goal)
        return True

    async def _hop(self, seen: Seen) -> bool:
        return True  # it moves on by itself: one that does not is told as no reaction

    async def _stay_signed_in(self, seen: Seen) -> bool:
        return await self._press(seen, "no")

    async def _mfa_enrolment(self, seen: Seen) -> bool:
        return await self._press(seen, "skip")

    _passkey_enrolment = _password_expiring = _mfa_enrolment

    async def _device_check(self, seen: Seen) -> bool:
        return await self._press(seen, "confirm")

    async def _consent(self, seen: Seen) -> bool:
        if self.on_consent is None:
            return False
        if [screen for _, screen, _ in self.done].count("consent") >= MOST_CONSENTS:
            raise page_changed(
                seen, "the page after it", f"{seen.site} asks again and again for a consent given to it."
            )
        await self.on_consent(seen)
        return True

    async def _error(self, seen: Seen) -> bool:
        raise dead_end(seen)

    def _finder(self, seen: Seen, role: str) -> Callable[[], Awaitable[ElementHandle]]:
        """What finds the field of the role, again when a script has replaced it."""

        async def find() -> ElementHandle:
            selector = seen.fields.get(role)
            if selector and (handle := await by_selector(self.page, selector)) is not None:
                return handle
            raise page_changed(seen, f"a field for the {role}", f"The {seen.screen} page has no field for the {role}.")

        return find

    async def _type(self, seen: Seen, role: str) -> None:
        await self.job.type_text(self._finder(seen, role), self.login.username)

    async def _submit(self, seen: Seen) -> bool:
        return await self._press(seen, "submit") or await self._shown(seen)

    async def _shown(self, seen: Seen) -> bool:
        button = await show_button(self.job, self.page, seen)
        if button is None:
            raise page_changed(seen, "its button", f"The {seen.screen} page has no button to go on.")
        await press(self.page, button, self.job.patience)
        return True

    async def _press(self, seen: Seen, *roles: str) -> bool:
        selector = next((found for role in roles if (found := seen.fields.get(role))), None)
        if not selector:
            return False
        await press(self.page, selector, self.job.patience)
        return True


def key(seen: Seen) -> tuple[str, str, str]:
    """What makes a screen the same as one that was answered before."""
    return seen.site, seen.screen, seen.path


def page_changed(seen: Seen, expected: str, cause: str) -> PageChanged:
    """The ending for a page that is not the one awaited."""
    return PageChanged(
        cause, seen=f"{seen.site}/{seen.screen} at {seen.place} ({seen.title})", expected=expected, reason=seen.screen
    )


def dead_end(seen: Seen) -> RunbookError:
    """The ending for an error page of a site."""
    if seen.site == "browser" or (seen.problem_text or "").startswith("HTTP 5"):
        return Transient(
            f"{seen.origin} does not answer as it should ({seen.problem_text or 'no connection'}).", reason="site-error"
        )
    return HumanNeeded(
        f"{seen.site} ends the sign-in with an error page: {seen.problem_text or seen.title}.",
        reason="error-page",
        seen=seen.place,
        remedy="Read the page's picture in the run folder and ask that site's administrator.",
    )
