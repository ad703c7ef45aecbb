"""The sign-in loop: look which screen is there, answer it, until the goal is reached. Serves the admin and the mailbox alike."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from playwright.async_api import ElementHandle, Page
from playwright.async_api import Error as PlaywrightError

from flows.screens import EYES, SITES, Seen, by_selector, look
from flows.screens.person import call_person
from runbook.step import (
    CredentialsRejected,
    HumanNeeded,
    Job,
    Login,
    PageChanged,
    RunbookError,
    Transient,
    WrongMailbox,
)

AGAIN = frozenset(
    {"stay-signed-in", "passkey-enrolment", "mfa-enrolment", "account-chooser", "method-chooser", "device-check", "hop"}
)
MOST_ANSWERS = 25
TILE_OF = (
    "([locators, wanted]) => {"
    + EYES
    + """
  look.roots = roots();
  const norm = (s) => tidy(s).toLowerCase();
  const shows = (el) => [el.dataset.testId, el.dataset.identifier, el.dataset.email].some((v) => v && norm(v) === wanted)
    || norm(textOf(el)).split(/[\\s,()<>]+/).includes(wanted);
  return findAll(locators).filter(shows)[0] || null;
}"""
)


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

    async def run(self) -> Seen:
        """Answers screen after screen; returns the reading at the goal. Raises the ending that the site's page means."""
        after = ""
        for _ in range(MOST_ANSWERS):
            seen = await self._look(after)
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
            else:
                await call_person(self.job, self.page, seen, self.goal, self.login.role)
                after = ""
        raise PageChanged("The sign-in goes round in circles.", reason="loop", expected=f"an address like {self.goal}")

    async def _look(self, after: str) -> Seen:
        return await look(
            self.page, after=after, goal=self.goal, patience=self.job.patience, overrides=self.job.locators
        )

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
        handle = await self._field(seen, "password")
        await self.job.type_secret(handle, self.login.password)
        self.login.passwords_typed += 1
        return await self._submit(seen)

    async def _totp(self, seen: Seen) -> bool:
        if self.login.totp is None:
            return False
        self.job.host.refuse_rejected(self.login, "totp")
        self.codes += 1
        await self.job.type_code(await self._field(seen, "code"), self.login)
        return await self._submit(seen)

    async def _account_chooser(self, seen: Seen) -> bool:
        if await choose_account(self.page, seen, self.login.username, self.job):
            return True
        return await self._press(seen, "other") or await self._press(seen, "work")

    async def _method_chooser(self, seen: Seen) -> bool:
        return await self._press(seen, "totp") or await self._press(seen, "password")

    async def _push(self, seen: Seen) -> bool:
        return self.login.totp is not None and await self._press(seen, "other")

    _security_key = _push

    async def _stay_signed_in(self, seen: Seen) -> bool:
        return await self._press(seen, "no")

    async def _mfa_enrolment(self, seen: Seen) -> bool:
        return await self._press(seen, "skip")

    _passkey_enrolment = _mfa_enrolment

    async def _device_check(self, seen: Seen) -> bool:
        return await self._press(seen, "confirm")

    async def _consent(self, seen: Seen) -> bool:
        if self.on_consent is None:
            return False
        await self.on_consent(seen)
        return True

    async def _error(self, seen: Seen) -> bool:
        raise dead_end(seen)

    async def _field(self, seen: Seen, role: str) -> ElementHandle:
        selector = seen.fields.get(role)
        handle = await by_selector(self.page, selector) if selector else None
        if handle is None:
            raise page_changed(seen, f"a field for the {role}", f"The {seen.screen} page has no field for the {role}.")
        return handle

    async def _type(self, seen: Seen, role: str) -> None:
        handle = await self._field(seen, role)
        try:
            await handle.fill(self.login.username, timeout=self.job.patience * 1000)
        except PlaywrightError:
            raise page_changed(seen, f"a field for the {role}", f"The field for the {role} did not take it.") from None

    async def _submit(self, seen: Seen) -> bool:
        if not await self._press(seen, "submit"):
            raise page_changed(seen, "its button", f"The {seen.screen} page has no button to go on.")
        return True

    async def _press(self, seen: Seen, role: str) -> bool:
        selector = seen.fields.get(role)
        if not selector:
            return False
        await press(self.page, selector, self.job.patience)
        return True


def key(seen: Seen) -> tuple[str, str, str]:
    """What makes a screen the same as one that was answered before."""
    return seen.site, seen.screen, seen.path


async def press(page: Page, target: str | ElementHandle, patience: float) -> None:
    """Clicks once. A page that moves on under the click has been clicked, or needs no click any more."""
    try:
        if isinstance(target, str):
            await page.click(target, timeout=patience * 1000, no_wait_after=True)
        else:
            await target.click(timeout=patience * 1000, no_wait_after=True)
    except PlaywrightError as error:
        if page.is_closed() or any(
            t in str(error) for t in ("navigat", "detached", "not attached", "context was destroyed")
        ):
            return
        raise PageChanged(
            "A button that is shown cannot be clicked.", reason="blocked-click", seen=page.url.split("?")[0]
        ) from None


async def choose_account(page: Page, seen: Seen, address: str, job: Job) -> bool:
    """Clicks the tile of exactly this address; False when there is none."""
    locators = SITES[seen.site].locators("tile", job.locators)
    handle = await page.evaluate_handle(TILE_OF, [locators, address.lower()])
    tile = handle.as_element()
    if tile is None:
        return False
    await press(page, tile, job.patience)
    return True


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
