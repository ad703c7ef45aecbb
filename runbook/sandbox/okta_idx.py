"""Okta's step-by-step protocol (/idp/idx/*): each call answers with what the widget has to ask for next."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, jsonify, request

from runbook.sandbox import okta_ion
from runbook.sandbox.flow import Flow
from runbook.sandbox.signin import Desk
from runbook.sandbox.world import World

NUMBER = "42"
TEXTS = {
    "unknown": "Unable to sign in",
    "wrong": "Password is incorrect",
    "locked": "Your account is locked. Please contact your administrator.",
    "disabled": "Your account has been deactivated. Please contact your administrator.",
}
CODE_TEXTS = {
    "wrong": "Your code doesn't match our records. Please try again.",
    "reused": "Each code can only be used once. Please wait for a new code and try again.",
    "early": "You have been logged out due to inactivity. Refresh or return to the sign in screen.",
}
EXPIRED = "You have been logged out due to inactivity. Refresh or return to the sign in screen."
AUTHENTICATORS = [
    {"key": "google_otp", "label": "Google Authenticator"},
    {"key": "okta_verify", "label": "Okta Verify", "description": "Get a push notification"},
]
KEY = {"key": "webauthn", "label": "Security Key or Biometric Authenticator"}
KEY_TEXT = "Unable to verify this security key or biometric authenticator."
# What the widget calls the parts of an answer that a browser's security key signed.
SIGNED = {"clientDataJSON": "clientData", "authenticatorData": "authenticatorData", "signature": "signatureData"}


class Idx:
    """The calls. `origin` is the organization's https address. `vendor`: the page is the vendor's widget, which reads
    whole forms; else it is the sandbox's own, which needs to know the step's name only."""

    def __init__(self, world: World, desk: Desk, origin: str, *, vendor: bool = False) -> None:
        self.world, self.desk, self.origin, self.vendor = world, desk, origin, vendor

    def mount(self, app: Flask) -> None:
        """Registers the calls."""
        for name, view in (
            ("introspect", self.introspect),
            ("identify", self.identify),
            ("challenge", self.challenge),
            ("challenge/answer", self.answer),
            ("authenticators/poll", self.poll),
            ("challenge/poll", self.poll),
            ("gate", self.gate),
            ("skip", self.skip),
            ("cancel", self.cancel),
        ):
            app.add_url_rule(f"/idp/idx/{name}", f"idx_{name}", self._call(view), methods=["POST"])

    def _call(self, view: Any) -> Any:
        def serve() -> Response:
            asked = request.get_json()
            flow = self.desk.find(asked.get("stateHandle") or asked.get("stateToken") or "")
            if flow is None:
                return self._told({"name": "terminal"}, EXPIRED, key="idx.session.expired", status=401)
            answer: Response = view(flow, asked)
            return answer

        return serve

    def introspect(self, flow: Flow, _asked: dict[str, Any]) -> Response:
        """Where the flow stands."""
        return self._next(flow)

    def identify(self, flow: Flow, asked: dict[str, Any]) -> Response:
        """The user name."""
        flow.typed = str(asked.get("identifier", "")).strip().lower()
        account = self.desk.known(flow.typed)
        if account is None or account.home != "okta":
            return self._next(flow, TEXTS["unknown"], key="errors.E0000004")
        flow.asked = True
        return self._next(flow)

    def challenge(self, flow: Flow, asked: dict[str, Any]) -> Response:
        """A method was chosen."""
        chosen = asked.get("authenticator", {}).get("id")
        usable = chosen == "google_otp" or (chosen == "webauthn" and self.desk.has_passkey(flow))
        if usable:
            flow.passed.add("method" if chosen == "google_otp" else "key")
        return self._next(flow, "" if usable else "We were unable to send the push notification.")

    def answer(self, flow: Flow, asked: dict[str, Any]) -> Response:
        """The password, or the code: the same call and the same field."""
        given = asked.get("credentials", {})
        passcode = str(given.get("passcode", ""))
        if not flow.asked:
            return self._next(flow)
        if not flow.password_given:
            verdict = self.desk.password(flow, passcode)
            return self._next(flow, TEXTS.get(verdict, ""))
        if self.vendor and self.desk.gate(flow) == "password-expired":
            self.desk.pass_gate(flow, "password-expired", {"newpasswd": passcode})
            return self._next(flow)
        if "signatureData" in given:
            signed = {name: given.get(theirs) for name, theirs in SIGNED.items()}
            return self._next(flow, "" if self.desk.passkey(flow, signed) else KEY_TEXT)
        checked = self.desk.code(flow, passcode)
        flow.second_given = checked == "ok"
        return self._next(flow, CODE_TEXTS.get(checked, ""))

    def poll(self, flow: Flow, _asked: dict[str, Any]) -> Response:
        """Whether the notification was approved, which a person does by switching the fault off."""
        if flow.pushed and flow.password_given and not self.desk.gate(flow):
            flow.second_given = True
        return self._next(flow)

    def gate(self, flow: Flow, asked: dict[str, Any]) -> Response:
        """A person did what a view asked for."""
        if flow.password_given:
            self.desk.pass_gate(flow, str(asked.get("gate", "")), {k: str(v) for k, v in asked.items()})
        return self._next(flow)

    def skip(self, flow: Flow, _asked: dict[str, Any]) -> Response:
        """A second factor is not set up now."""
        if flow.password_given and self.desk.gate(flow) == "mfa-enrolment":
            flow.passed.add("mfa-enrolment")
        return self._next(flow)

    def cancel(self, flow: Flow, _asked: dict[str, Any]) -> Response:
        """Back to sign in."""
        flow.typed, flow.asked, flow.password_given, flow.pushed = "", False, False, False
        flow.passed.clear()
        return self._next(flow)

    def _next(self, flow: Flow, message: str = "", key: str = "") -> Response:
        if flow.second_given:
            href = f"{self.origin}/login/token/redirect?stateToken={flow.id}"
            return jsonify(okta_ion.success(flow.id, href))
        return self._told(self._remedy(flow), message, key=key, flow=flow)

    def _remedy(self, flow: Flow) -> dict[str, Any]:
        if not flow.asked:
            return {"name": "identify", "href": f"{self.origin}/idp/idx/identify", "hint": flow.typed}
        if not flow.password_given:
            return {"name": "challenge-authenticator", "authenticator": "okta_password"}
        gate = self.desk.gate(flow)
        if gate in ("push", "number-match"):
            flow.pushed = True
            return {"name": "challenge-poll", "number": NUMBER if gate == "number-match" else ""}
        if gate == "security-key" or (not gate and "key" in flow.passed):
            return {"name": "gate", "gate": "security-key", "fido": self.desk.passkey_request(flow)}
        if gate:
            return {"name": "gate", "gate": gate}
        if "method" not in flow.passed:
            keys = [KEY] if self.desk.has_passkey(flow) else []
            return {"name": "select-authenticator-authenticate", "options": [*AUTHENTICATORS, *keys]}
        return {"name": "challenge-authenticator", "authenticator": "google_otp"}

    def _told(
        self, remedy: dict[str, Any], message: str, *, key: str = "", flow: Flow | None = None, status: int = 0
    ) -> Response:
        handle, who = (flow.id, flow.typed) if flow else ("", "")
        if self.vendor:
            body = okta_ion.answer(remedy, handle, who if flow and flow.asked else "", message, key, self.origin)
        else:
            body = _plain(remedy, handle, who, message, key)
        response = jsonify(body)
        response.status_code = status or (400 if message else 200)
        return response


def _plain(remedy: dict[str, Any], handle: str, who: str, message: str, key: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "version": "1.0.0",
        "stateHandle": handle,
        "intent": "LOGIN",
        "remediation": {"type": "array", "value": [remedy]},
        "user": {"type": "object", "value": {"identifier": who}},
    }
    if message:
        told = {"message": message, "i18n": {"key": key}, "class": "ERROR"}
        body["messages"] = {"type": "array", "value": [told]}
    return body
