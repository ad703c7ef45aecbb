"""The calls that the script of Google's sign-in pages makes: each is answered with the next address, or with what is wrong."""

from __future__ import annotations

from typing import Any

from flask import Flask, jsonify, request
from werkzeug.wrappers import Response

from runbook.sandbox.flow import Flow, struck
from runbook.sandbox.google_pages import GATE_PATHS, KEY_PATH, Pages
from runbook.sandbox.signin import Desk
from runbook.sandbox.world import World

REJECTED = "/v3/signin/rejected"
KEY_TEXT = "Something went wrong with your security key."


class Calls:
    """The calls of one sandbox."""

    def __init__(self, world: World, desk: Desk, pages: Pages) -> None:
        self.world, self.desk, self.pages = world, desk, pages

    def mount(self, app: Flask) -> None:
        """Registers the calls."""
        for name, view in (
            ("lookup", self.lookup),
            ("pwd", self.password),
            ("method", self.method),
            ("totp", self.totp),
            ("gate", self.gate),
        ):
            app.add_url_rule(f"/v3/signin/_/{name}", f"call_{name}", view, methods=["POST"])

    def lookup(self) -> Response:
        """The typed address."""
        flow, asked = self._asked()
        typed = str(asked.get("identifier", "")).strip().lower()
        account = self.desk.known(typed)
        if flow is None:
            return self._next(REJECTED)
        if account is None:
            return jsonify(error="Couldn’t find your Google Account")
        if struck(self.world, "browser-rejected", typed):
            return self._next(REJECTED)
        flow.typed, flow.asked = typed, True
        self.desk.pass_gate(flow, "captcha", {"answer": str(asked.get("ca", ""))})
        if self.desk.gate(flow) == "captcha":
            return jsonify(captcha=True)
        if account.home != "google":
            return self._next(self.pages.at("/v3/signin/federate", flow))
        return self._next(self.pages.at("/v3/signin/challenge/pwd", flow))

    def password(self) -> Response:
        """The password."""
        flow, asked = self._asked()
        if flow is None:
            return self._next(REJECTED)
        verdict = self.desk.password(flow, str(asked.get("Passwd", "")))
        return self._next(self._challenge(flow)) if verdict == "ok" else jsonify(error=self.pages.problem(verdict))

    def _challenge(self, flow: Flow) -> str:
        gate = self.desk.gate(flow)
        if gate:
            flow.pushed = gate in ("push", "number-match")
            return self.pages.at(GATE_PATHS[gate], flow)
        several = flow.typed in self.world.admins.values() and "method" not in flow.passed
        if not several and self.desk.has_passkey(flow):
            return self.pages.at(KEY_PATH, flow)
        return self.pages.at(f"/v3/signin/challenge/{'selection' if several else 'totp'}", flow)

    def method(self) -> Response:
        """A method of the list: the authenticator's code, or a passkey where there is one."""
        flow, asked = self._asked()
        if flow is not None and str(asked.get("type")) == "2" and self.desk.has_passkey(flow):
            return self._next(self.pages.at(KEY_PATH, flow))
        if flow is None or str(asked.get("type")) != "6":
            return jsonify(error="This way of signing in is not available right now.")
        flow.passed.add("method")
        return self._next(self._challenge(flow))

    def totp(self) -> Response:
        """The code: right, and the cookies are set."""
        flow, asked = self._asked()
        if flow is None:
            return self._next(REJECTED)
        verdict = self.desk.code(flow, str(asked.get("totpPin", "")))
        if verdict != "ok":
            return jsonify(error="Wrong code. Try again.")
        return self._signed_in(flow, flow.typed)

    def gate(self) -> Response:
        """A person did what a page asked for, or a page asks whether the notification was approved."""
        flow, asked = self._asked()
        if flow is None or not flow.password_given:
            return self._next(REJECTED)
        if "assertion" in asked:
            given = self.desk.passkey(flow, asked["assertion"])
            return self._signed_in(flow, flow.typed) if given else jsonify(error=KEY_TEXT)
        self.desk.pass_gate(flow, str(asked.get("gate", "")), {k: str(v) for k, v in asked.items()})
        if flow.pushed and not self.desk.gate(flow):
            return self._signed_in(flow, flow.typed)
        return jsonify(wait=True) if flow.pushed else self._next(self._challenge(flow))

    def _signed_in(self, flow: Flow, address: str) -> Response:
        flow.address = address
        return self.desk.sign_in(self._next(self.pages.at("/v3/signin/continue", flow)), address)

    def _asked(self) -> tuple[Flow | None, dict[str, Any]]:
        asked: dict[str, Any] = request.get_json()
        return self.desk.find(str(asked.get("TL", ""))), asked

    def _next(self, url: str) -> Response:
        return jsonify(next=url)
