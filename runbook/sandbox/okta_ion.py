"""What the sandbox's Okta answers, in the form that the vendor's widget reads (ION: each step is a form of named fields).

The names of steps, fields and authenticators are those that the widget asks for; what it does not look at is left out.
"""

from __future__ import annotations

from typing import Any

PASSWORD = {"key": "okta_password", "type": "password", "displayName": "Password", "method": "password"}
GOOGLE = {"key": "google_otp", "type": "app", "displayName": "Google Authenticator", "method": "otp"}
VERIFY = {"key": "okta_verify", "type": "app", "displayName": "Okta Verify", "method": "push"}
WEBAUTHN = {
    "key": "webauthn",
    "type": "security_key",
    "displayName": "Security Key or Biometric Authenticator",
    "method": "webauthn",
    "credentialId": "ZmFrZS1jcmVkZW50aWFs",
}
KNOWN = {one["key"]: one for one in (PASSWORD, GOOGLE, VERIFY, WEBAUTHN)}


def answer(remedy: dict[str, Any], handle: str, who: str, message: str, key: str, origin: str) -> dict[str, Any]:
    """The answer to one call. `remedy`: the sandbox's own name for what comes next, with its details."""
    forms, current = _steps(remedy, handle, origin)
    body: dict[str, Any] = {
        "version": "1.0.0",
        "stateHandle": handle,
        "expiresAt": "2099-01-01T00:00:00.000Z",
        "intent": "LOGIN",
        "app": _object({"name": "atlassian", "label": "Atlassian Cloud", "id": "fake-app"}),
    }
    if forms:
        body["remediation"] = _array(forms)
        body["cancel"] = _form("cancel", "cancel", [], handle, origin)
    if who:
        body["user"] = _object({"id": "fake-user", "identifier": who})
        enrolled = [_authenticator(one) for one in KNOWN.values()]
        body["authenticators"] = _array(enrolled)
        if "fido" in remedy:  # which credential the widget asks the browser for
            enrolled[-1]["credentialId"] = remedy["fido"]["allowCredentials"][0]["id"]
        body["authenticatorEnrollments"] = _array(enrolled)
    if current:
        body["currentAuthenticator"] = _object(current)
        body["currentAuthenticatorEnrollment"] = _object(current)
    if message:
        body["messages"] = _array([{"message": message, "i18n": {"key": key}, "class": "ERROR"}])
    return body


def success(handle: str, href: str) -> dict[str, Any]:
    """The last answer: on to an address of the organization."""
    return {"version": "1.0.0", "stateHandle": handle, "success": {"name": "success-redirect", "href": href}}


def _steps(remedy: dict[str, Any], handle: str, origin: str) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    def form(name: str, call: str, fields: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
        return _form(name, call, fields, handle, origin) | more

    about = {"relatesTo": ["$.currentAuthenticator"]}

    name = "gate:" + remedy["gate"] if remedy["name"] == "gate" else remedy["name"]
    match name:
        case "identify":
            typed = {"name": "identifier", "label": "Username", "required": True, "value": remedy["hint"]}
            keep = {"name": "rememberMe", "label": "Remember this device", "type": "boolean"}
            return [form("identify", "identify", [typed, keep])], None
        case "challenge-authenticator":
            one = KNOWN[remedy["authenticator"]]
            secret = {"secret": True} if one is PASSWORD else {}
            code = _passcode("Password" if one is PASSWORD else "Enter code", **secret)
            return [form(name, "challenge/answer", [code], **about)], _authenticator(one)
        case "select-authenticator-authenticate":
            offered = [KNOWN[option["key"]] for option in remedy["options"]]
            return [form(name, "challenge", [_choice(offered, "authenticatorEnrollments")])], None
        case "challenge-poll":
            waits = _authenticator(VERIFY)
            if remedy["number"]:
                waits["contextualData"] = {"correctAnswer": remedy["number"]}
            return [form(name, "challenge/poll", [], refresh=1000, **about)], waits
        case "gate:security-key":
            names = ("clientData", "authenticatorData", "signatureData")
            signed = [{"name": one, "required": True, "visible": False} for one in names]
            asked = _authenticator(WEBAUTHN)
            asked["contextualData"] = {
                "challengeData": {"challenge": remedy["fido"]["challenge"], "userVerification": "required"}
            }
            given = {"name": "credentials", "type": "object", "required": True, "form": {"value": signed}}
            return [form("challenge-authenticator", "challenge/answer", [given], **about)], asked
        case "gate:password-expired":
            fresh = _passcode("New password", secret=True)
            return [form("reenroll-authenticator", "challenge/answer", [fresh], **about)], _authenticator(PASSWORD)
        case "gate:mfa-enrolment":
            choice = _choice([WEBAUTHN, VERIFY], "authenticators")
            return [form("select-authenticator-enroll", "credential/enroll", [choice]), form("skip", "skip", [])], None
    return [], None


def _form(name: str, call: str, fields: list[dict[str, Any]], handle: str, origin: str) -> dict[str, Any]:
    state = {"name": "stateHandle", "required": True, "value": handle, "visible": False, "mutable": False}
    return {
        "rel": ["create-form"],
        "name": name,
        "href": f"{origin}/idp/idx/{call}",
        "method": "POST",
        "produces": "application/ion+json; okta-version=1.0.0",
        "accepts": "application/json; okta-version=1.0.0",
        "value": [*fields, state],
    }


def _passcode(label: str, **more: Any) -> dict[str, Any]:
    field = {"name": "passcode", "label": label, "required": True, **more}
    return {"name": "credentials", "type": "object", "required": True, "form": {"value": [field]}}


def _choice(ones: list[dict[str, str]], among: str) -> dict[str, Any]:
    keys = list(KNOWN)
    options = [
        {
            "label": one["displayName"],
            "value": {
                "form": {
                    "value": [
                        {"name": "id", "required": True, "value": one["key"], "mutable": False},
                        {"name": "methodType", "required": False, "value": one["method"], "mutable": False},
                    ]
                }
            },
            "relatesTo": f"$.{among}.value[{keys.index(one['key'])}]",
        }
        for one in ones
    ]
    return {"name": "authenticator", "type": "object", "options": options}


def _authenticator(one: dict[str, str]) -> dict[str, Any]:
    named: dict[str, Any] = {key: one[key] for key in ("key", "type", "displayName", "credentialId") if key in one}
    return {**named, "id": one["key"], "authenticatorId": one["key"], "methods": [{"type": one["method"]}]}


def _array(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "array", "value": rows}


def _object(value: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "value": value}
