"""What the sign-in pages of every provider share: who is signed in in this browser, and one authorize request's way
through the pages. It shows no page."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import abort, request
from werkzeug.wrappers import Response

from runbook.sandbox import hostile, passkeys
from runbook.sandbox.flow import FAKE_CAPTCHA, GATES, Flow, Turn, Verdict, struck
from runbook.sandbox.oidc_records import Client
from runbook.sandbox.world import ID_HOST, Account, Session, World


def after_logout(world: World, site: str, url: str) -> str:
    """Where a browser goes when it was signed out: with the fault `slo` through Atlassian, whose session ends too, with
    `logout-elsewhere` to a host that is nobody's."""
    if world.fault("logout-elsewhere"):
        return f"{hostile.ORIGIN}/signed-out"
    if world.fault("slo") and site == world.scenario.idp:
        return f"https://{ID_HOST}/slo?{urlencode({'return': url})}"
    return url


@dataclass(frozen=True)
class Cookies:
    """The cookies of a site. Any one of `session` is the session, `marks` come and go with it, `browser` stays."""

    session: tuple[str, ...]
    marks: tuple[str, ...] = ()
    browser: str = ""
    domain: str | None = None
    path: str = "/"
    host_only: tuple[str, ...] = ()


@dataclass(frozen=True)
class Desk:
    """One site's sign-in desk. `hint_selects`: a `login_hint` picks the session of that address, or none.
    `remembers`: accounts that were signed out stay in the chooser."""

    world: World
    site: str
    cookies: Cookies
    hint_selects: bool = True
    remembers: bool = False

    # The browser

    def session(self) -> Session | None:
        """The session of the browser that asks, if it has one with somebody signed in."""
        for name in self.cookies.session:
            found = self.world.sessions.get(f"{self.site}:{request.cookies.get(name, '')}")
            if found and found.accounts:
                return found
        return None

    def alive(self) -> list[str]:
        """The addresses that are signed in in this browser."""
        session = self.session()
        return list(session.accounts) if session else []

    def browser(self) -> Session:
        """What the site remembers of this browser whether or not anybody is signed in; `keep` sets its cookie."""
        value = request.cookies.get(self.cookies.browser, "") or request.environ.setdefault(
            "runbook.sandbox.browser", secrets.token_urlsafe(18)
        )
        return self.world.sessions.setdefault(f"{self.site}-browser:{value}", Session(self.site))

    def keep(self, response: Response) -> Response:
        """Gives the browser the cookie by which `browser` knows it again, and those of a sign-in without any page."""
        again = request.environ.pop("runbook.sandbox.again", "")
        if again:
            return self.sign_in(response, again)
        fresh = request.environ.get("runbook.sandbox.browser")
        if fresh and self.cookies.browser:
            self._set(response, self.cookies.browser, fresh, days=365)
        return response

    def sign_in(self, response: Response, address: str, *, persistent: bool = False) -> Response:
        """Adds an account to the browser's session and sets the cookies."""
        with self.world.lock:
            session = self.session() or Session(self.site)
            value = secrets.token_urlsafe(24)
            self.world.sessions[f"{self.site}:{value}"] = session
            session.accounts = [*(a for a in session.accounts if a != address), address]
            browser = self.browser()
            browser.listed = [*(a for a in browser.listed if a != address), address]
        for name in self.cookies.session:
            if persistent or not name.endswith("PERSISTENT"):
                self._set(response, name, value, days=90 if persistent else 0)
        for name in self.cookies.marks:
            self._set(response, name, secrets.token_urlsafe(12))
        self.world.note("signed-in", site=self.site, address=address)
        return self.keep(response)

    def sign_out(self, response: Response, address: str | None = None) -> Response:
        """Ends the session of one account, or of all; the fault `idp-survives-logout` only pretends to, and with `logout-503`
        the site fails."""
        session = self.session()
        if session and struck(self.world, "logout-503", session.accounts[-1]):
            return Response("Service Unavailable", status=503, content_type="text/html")
        if session is None or struck(self.world, "idp-survives-logout", session.accounts[-1]):
            return response
        gone = [a for a in session.accounts if address in (None, a)]
        self.browser().data["last"] = session.accounts[-1]
        session.accounts = [a for a in session.accounts if a not in gone]
        if not session.accounts:
            for name in (*self.cookies.session, *self.cookies.marks):
                response.delete_cookie(name, self.cookies.path, self._domain(name), secure=True, samesite="None")
        self.world.note("signed-out", site=self.site, addresses=gone)
        return response

    def _set(self, response: Response, name: str, value: str, *, days: int = 0) -> None:
        response.set_cookie(
            name,
            value,
            max_age=days * 86_400 or None,
            path=self.cookies.path,
            domain=self._domain(name),
            secure=True,
            httponly=name not in ("SignInStateCookie", "SAPISID", "APISID"),
            samesite="None",
        )

    def _domain(self, name: str) -> str | None:
        return None if name in self.cookies.host_only else self.cookies.domain

    # The flow

    def begin(self, params: Mapping[str, str], client: Client | None = None) -> Flow:
        """A new flow; `find` gives it back by its id on a later page. A fault may put another page in its place."""
        flow = Flow(secrets.token_urlsafe(24), dict(params), client, typed=params.get("login_hint", "").lower())
        if (other := hostile.instead(self.world, flow)) is not None:
            abort(other)
        self.world.sessions[f"flow:{flow.id}"] = Session(self.site, data={"flow": flow})
        return flow

    def find(self, flow_id: str) -> Flow | None:
        """The flow of an id that a page carried, or None when it is over or never was."""
        kept = self.world.sessions.get(f"flow:{flow_id}")
        found: Flow | None = kept.data.get("flow") if kept and kept.site == self.site else None
        return found

    def over(self, flow: Flow) -> None:
        """Forgets a flow that has come to its end."""
        self.world.sessions.pop(f"flow:{flow.id}", None)

    def turn(self, flow: Flow) -> Turn:
        """What an authorize request needs next: nobody, one or several are signed in, and `prompt` may insist."""
        if not flow.address and (turn := self._who(flow)):
            return turn
        if not self._consent_due(flow):
            return Turn("done")
        return Turn("error", "consent_required") if "none" in flow.prompts else Turn("consent")

    def _who(self, flow: Flow) -> Turn | None:
        alive, hint = self.alive(), flow.params.get("login_hint", "").lower()
        if "none" not in flow.prompts and flow.prompts & {"login", "select_account"}:
            return Turn("pick" if "login" not in flow.prompts and self._listed() else "login")
        if hint and self.hint_selects:
            alive = [a for a in alive if a == hint]
        if len(alive) == 1:
            flow.address = alive[0]
            return None
        if "none" in flow.prompts:
            return Turn("error", "account_selection_required" if alive else "login_required")
        if not alive and (last := self._silent_again()):
            flow.address = request.environ["runbook.sandbox.again"] = last
            return None
        return Turn("pick" if alive or (self.remembers and not hint and self.browser().listed) else "login")

    def _listed(self) -> list[str]:
        return self.alive() or self.browser().listed

    def _silent_again(self) -> str:
        """A sign-in without cookies, as a device or Kerberos ticket gives it."""
        last = str(self.browser().data.get("last", ""))
        return last if last and struck(self.world, "silent-again", last) else ""

    def _consent_due(self, flow: Flow) -> bool:
        if flow.client is None or not flow.client.consent or flow.allowed is not None:
            return False
        known = self.world.consented(self.site, flow.address, flow.client.client_id, flow.scopes)
        return "consent" in flow.prompts or not known

    def allow(self, flow: Flow, scopes: list[str]) -> None:
        """Notes that the person allowed the client these scopes."""
        if flow.client is None:
            return
        flow.allowed = scopes
        consent = {
            "provider": self.site,
            "address": flow.address,
            "client_id": flow.client.client_id,
            "scopes": scopes,
        }
        with self.world.lock:
            self.world.consents.append(consent)
        self.world.note("consent", accepted=True, **consent)

    # The credentials

    def known(self, address: str) -> Account | None:
        """The account of an address if this site has ever heard of it."""
        account = self.world.account(address)
        return account if account and (account.home == self.site or self.site in account.known_at) else None

    def password(self, flow: Flow, password: str) -> Verdict:
        """One password attempt for the account that the flow's person typed."""
        account = self.known(flow.typed)
        if account is None or account.home != self.site:
            return "unknown"
        if account.disabled:
            return "disabled"
        right = self.world.check_password(account, password)
        if account.locked:
            return "locked"
        flow.password_given = right
        return "ok" if right else "wrong"

    def gate(self, flow: Flow) -> str:
        """The first thing that a person has to do before the second factor, or an empty text."""
        account = self.known(flow.typed)
        for name in GATES:
            due = struck(self.world, name, flow.typed) or (
                name == "password-expired" and account is not None and account.password_expired
            )
            if due and name not in flow.passed:
                return name
        return ""

    def pass_gate(self, flow: Flow, gate: str, form: Mapping[str, str]) -> None:
        """A person did what a gate's page asked for; what they did not do keeps it shut."""
        account = self.known(flow.typed)
        if gate == "captcha" and form.get("answer", "").strip().lower() != FAKE_CAPTCHA:
            return
        if gate == "password-expired":
            if account is None or not form.get("newpasswd"):
                return
            account.password, account.password_expired = form["newpasswd"], False
        if gate not in ("push", "number-match") and not (gate == "security-key" and self.has_passkey(flow)):
            flow.passed.add(gate)

    def passkey_request(self, flow: Flow) -> dict[str, Any]:
        """What a page asks the browser's security key for: this account's passkey, once."""
        flow.challenge = secrets.token_urlsafe(24)
        return passkeys.request(self.site, self.known(flow.typed), flow.challenge)

    def has_passkey(self, flow: Flow) -> bool:
        """Whether the second factor of who signs in is a passkey."""
        account = self.known(flow.typed)
        return account is not None and bool(account.passkey)

    def passkey(self, flow: Flow, answer: Any) -> bool:
        """One answer of a browser's security key; it is the second factor, once the password and the gates were passed."""
        account, challenge = self.known(flow.typed), flow.challenge
        flow.challenge = ""
        if account is None or not account.passkey or not flow.password_given or not isinstance(answer, Mapping):
            return False
        if self.gate(flow) not in ("", "security-key"):
            return False
        with self.world.lock:
            flow.second_given = passkeys.signed(self.site, account, challenge, answer)
        self.world.note("passkey", address=account.address, site=self.site, right=flow.second_given)
        return flow.second_given

    def code(self, flow: Flow, code: str) -> str:
        """One second-factor attempt: `ok`, `wrong`, `reused`; `early` before the password or the gates were passed."""
        account = self.known(flow.typed)
        if account is None or not flow.password_given or self.gate(flow):
            return "early"
        return self.world.check_code(account, code)
