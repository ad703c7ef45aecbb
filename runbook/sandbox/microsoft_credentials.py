"""What Microsoft asks a person who signs in: address, password, second factor, whether to stay signed in."""

from __future__ import annotations

from urllib.parse import quote

from flask import Flask, jsonify, redirect, request
from werkzeug.wrappers import Response

from runbook.sandbox import hostile
from runbook.sandbox.flow import Flow, struck
from runbook.sandbox.microsoft_pages import CODE_TEXT, Pages
from runbook.sandbox.signin import Desk


class Credentials:
    """The forms' and the script's addresses. `origin` is the site's https address."""

    def __init__(self, desk: Desk, pages: Pages, origin: str) -> None:
        self.desk, self.pages, self.origin = desk, pages, origin

    def mount(self, app: Flask) -> None:
        """Registers every address."""
        for rule, view in (
            ("/common/GetCredentialType", self.credential_type),
            ("/common/login", self.login),
            ("/common/gate", self.gate),
            ("/common/SAS/EndAuth", self.end_auth),
            ("/common/SAS/ProcessAuth", self.process_auth),
            ("/kmsi", self.kmsi),
            ("/common/fido", self.fido_answer),
        ):
            app.add_url_rule(rule, view.__name__, view, methods=["POST"])
        app.add_url_rule("/common/fido/get", "fido", self.fido)

    def credential_type(self) -> Response:
        """The script's question about a typed address: a password here, or a federated provider's page?"""
        asked = request.get_json()
        flow, typed = self.desk.find(asked.get("originalRequest", "")), str(asked.get("username", "")).lower()
        account = self.desk.known(typed)
        if flow is None or account is None:
            return jsonify(Username=typed, Display=typed, IfExistsResult=1, Credentials={"PrefCredential": 1})
        flow.typed, flow.asked = typed, True
        away = None
        if account.home != "microsoft":
            away = f"{self.origin}/common/federation/start?ctx={quote(flow.id)}"
        return jsonify(
            Username=typed,
            Display=account.address,
            IfExistsResult=0,
            Credentials={
                "PrefCredential": 4 if away else 1,
                "HasPassword": not away,
                "FederationRedirectUrl": away,
            },
            EstsProperties={"DomainType": 4 if away else 3},
        )

    def login(self) -> Response:
        """The password."""
        flow = self._flow()
        if flow is None:
            return self.pages.expired()
        flow.typed, flow.asked = request.form.get("login", "").strip().lower(), True
        verdict = self.desk.password(flow, request.form.get("passwd", ""))
        if verdict == "ok" and struck(self.desk.world, "password-twice", flow.typed) and "again" not in flow.passed:
            flow.passed.add("again")
            return hostile.page("again", ctx=flow.id, address=flow.typed)
        return self.second(flow) if verdict == "ok" else self.pages.signin(flow, "password", problem=verdict)

    def second(self, flow: Flow) -> Response:
        """What comes between the password and the end: things for a person, then the second factor."""
        gate = self.desk.gate(flow)
        if gate in ("push", "number-match"):
            return self.pages.second_factor(flow, gate)
        if not gate and not (self.desk.has_passkey(flow) and not self.pages.several(flow)):
            return self.pages.second_factor(flow, gate)
        if gate in ("security-key", ""):
            return redirect(self.pages.key_url(flow))
        return self.pages.gate(flow, gate)

    def fido(self) -> Response:
        """The page that asks for a passkey, on the host to which all of them belong."""
        flow = self.desk.find(request.args.get("ctx", ""))
        if flow is None or not flow.password_given:
            return self.pages.expired()
        return self.pages.gate(flow, "security-key", post=self.origin, fido=self.desk.passkey_request(flow))

    def fido_answer(self) -> Response:
        """What the browser's security key said."""
        flow = self._flow()
        if flow is None:
            return self.pages.expired()
        if self.desk.passkey(flow, request.form):
            return self.signed_in(flow, flow.typed)
        return self.pages.error(135004, "The passkey could not be verified.")

    def gate(self) -> Response:
        """A person did what a page asked for."""
        flow, gate = self._flow(), request.form.get("gate", "")
        if flow is None or not flow.password_given:
            return self.pages.expired()
        self.desk.pass_gate(flow, gate, request.form)
        return self.second(flow)

    def end_auth(self) -> Response:
        """The script's check of a code, or its question whether the notification was approved."""
        asked = request.get_json()
        flow = self.desk.find(asked.get("Ctx", ""))
        if flow is None:
            return jsonify(Success=False, Message="Your session has expired. Sign in again.")
        if asked.get("AuthMethodId") != "PhoneAppOTP":
            flow.second_given = flow.pushed and flow.password_given and not self.desk.gate(flow)
            return jsonify(Success=flow.second_given)
        verdict = self.desk.code(flow, str(asked.get("AdditionalAuthData", "")))
        flow.second_given = verdict == "ok"
        return jsonify(Success=flow.second_given, Message=CODE_TEXT[verdict] if verdict != "ok" else "")

    def process_auth(self) -> Response:
        """Signed in: the cookies are set here, then the browser may be asked to stay signed in."""
        flow = self._flow()
        if flow is None or not flow.second_given:
            return self.pages.expired()
        return self.signed_in(flow, flow.typed)

    def signed_in(self, flow: Flow, address: str) -> Response:
        """Adds the account to the browser's session and asks whether it shall stay there."""
        flow.address = address
        return self.desk.sign_in(self.pages.kmsi(flow), address)

    def kmsi(self) -> Response:
        """Stay signed in? 1 is yes."""
        flow = self._flow()
        if flow is None or not flow.address:
            return self.pages.expired()
        response = redirect(f"/common/reprocess?ctx={quote(flow.id)}")
        if request.form.get("LoginOptions") == "1":
            self.desk.sign_in(response, flow.address, persistent=True)
        return response

    def _flow(self) -> Flow | None:
        return self.desk.find(request.form.get("ctx", ""))
