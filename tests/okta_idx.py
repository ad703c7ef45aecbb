"""Answers of Okta's Identity Engine as its sign-in widget reads them, one function a kind of page, in the smallest form that
the widget draws. Shapes: the names of the remediations and of the fields that the widget's own code asks for."""

from __future__ import annotations

from typing import Any

ORG = "https://acme.okta.com"
WHO = "ada@example.com"
HANDLE = {"name": "stateHandle", "required": True, "value": "fake-state", "visible": False, "mutable": False}
Answer = dict[str, Any]

# key: what kind of authenticator it is, and what the organisation calls it.
AUTHENTICATORS = {
    "okta_password": ("password", "Password"),
    "google_otp": ("app", "Google Authenticator"),
    "okta_verify": ("app", "Okta Verify"),
    "okta_email": ("email", "Email"),
    "phone_number": ("phone", "Phone"),
    "security_question": ("security_question", "Security Question"),
    "webauthn": ("security_key", "Security Key"),
    "rsa_token": ("security_key", "RSA SecurID"),
}
# Those of which a list names each way: what the way is called.
WAYS = {
    "okta_verify": {"push": "Get a push notification", "totp": "Enter a code"},
    "phone_number": {"sms": "SMS", "voice": "Voice call"},
}


def remedy(name: str, *fields: Answer, href: str = "", **more: Any) -> Answer:
    """One remediation: what the page may send, and where to."""
    base = {"rel": ["create-form"], "name": name, "href": f"{ORG}/idp/idx/{href or name}", "method": "POST"}
    return {**base, "accepts": "application/json; okta-version=1.0.0", "value": [*fields, HANDLE], **more}


def message(text: str, key: str, kind: str = "ERROR") -> Answer:
    """A message; the widget shows its own words, in its own language, for the keys that it knows."""
    return {"message": text, "class": kind, "i18n": {"key": key}}


def answer(*remedies: Answer, messages: tuple[Answer, ...] = (), **more: Any) -> Answer:
    """A whole answer with these remediations. `user` and `cancel` are there unless they are given as None."""
    base: Answer = {
        **{"version": "1.0.0", "stateHandle": "fake-state", "expiresAt": "2099-01-01T00:00:00.000Z", "intent": "LOGIN"},
        "user": {"type": "object", "value": {"id": "00ufake", "identifier": WHO}},
        "cancel": remedy("cancel"),
        "app": {"type": "object", "value": {"name": "jira", "label": "Jira", "id": "0oafake"}},
    }
    if remedies:
        base["remediation"] = {"type": "array", "value": list(remedies)}
    if messages:
        base["messages"] = {"type": "array", "value": list(messages)}
    return {name: value for name, value in {**base, **more}.items() if value is not None}


def passcode(*, told: Answer | None = None, **more: Any) -> Answer:
    """The field `credentials.passcode`, that every authenticator uses; `told`: the complaint under it."""
    field = {"name": "passcode", "label": "x", **more}
    if told:
        field["messages"] = {"type": "array", "value": [told]}
    return {"name": "credentials", "type": "object", "required": True, "form": {"value": [field]}}


def known(key: str, *ways: str, **more: Any) -> Answer:
    """One authenticator as it stands beside the remediations."""
    kind, label = AUTHENTICATORS[key]
    methods = [{"type": way} for way in ways or (kind,)]
    return {"type": kind, "key": key, "id": f"aut-{key}", "displayName": label, "methods": methods, **more}


def listed(*keys: str, enrol: bool = False, skip: bool = False, messages: tuple[Answer, ...] = ()) -> Answer:
    """The list of authenticators to verify with, or to set up."""
    options = []
    for at, key in enumerate(keys):
        fields: list[Answer] = [{"name": "id", "value": f"aut-{key}", "required": True, "mutable": False}]
        if key in WAYS and not enrol:
            ways = [{"value": way, "label": label} for way, label in WAYS[key].items()]
            fields.append({"name": "methodType", "required": False, "options": ways})
        beside = f"$.{'authenticators' if enrol else 'authenticatorEnrollments'}.value[{at}]"
        options.append({"label": AUTHENTICATORS[key][1], "value": {"form": {"value": fields}}, "relatesTo": beside})
    name = "select-authenticator-enroll" if enrol else "select-authenticator-authenticate"
    choice = remedy(name, {"name": "authenticator", "type": "object", "options": options}, href="challenge")
    many = {"type": "array", "value": [known(key) for key in keys]}
    return answer(
        choice,
        *([remedy("skip")] if skip else []),
        messages=messages,
        authenticators=many,
        authenticatorEnrollments=many,
    )


def identify(*, password: bool = False, messages: tuple[Answer, ...] = ()) -> Answer:
    """The first page, with the field for the password on it or without."""
    fields = [{"name": "identifier", "label": "x"}, *([passcode(secret=True)] if password else [])]
    return answer(remedy("identify", *fields), messages=messages, user=None, cancel=None)


def about(key: str, *ways: str, name: str, fields: tuple[Answer, ...], enrolled: bool, **more: Any) -> Answer:
    """A page about one authenticator: a challenge, an enrolment, a new password. `skip`, `messages` and `back` (to the list)
    besides what is known of it."""
    skip, messages, back = more.pop("skip", False), more.pop("messages", ()), more.pop("back", enrolled)
    current = "currentAuthenticatorEnrollment" if enrolled else "currentAuthenticator"
    form = remedy(name, *fields, href="challenge/answer", relatesTo=[f"$.{current}"], refresh=4000)
    others = listed("okta_password", "google_otp")
    return answer(
        form,
        *([remedy("skip")] if skip else []),
        *(others["remediation"]["value"] if back else []),
        messages=messages,
        authenticators=others["authenticators"],
        authenticatorEnrollments=others["authenticatorEnrollments"],
        **{current: {"type": "object", "value": known(key, *ways, **more)}},
    )


def challenge(key: str, *ways: str, field: Answer | None = None, **more: Any) -> Answer:
    """The page on which one authenticator is asked for."""
    return about(key, *ways, name="challenge-authenticator", fields=(field or passcode(),), enrolled=True, **more)


def enrol(key: str, *fields: Answer, name: str = "enroll-authenticator", **more: Any) -> Answer:
    """The page on which one authenticator is set up, or a password chosen anew."""
    return about(key, name=name, fields=fields or (passcode(),), enrolled=False, **more)


def push(number: str = "") -> Answer:
    """The page that waits for the phone, with the number to approve or without."""
    shown = {"contextualData": {"correctAnswer": number}} if number else {}
    return about("okta_verify", "push", name="challenge-poll", fields=(), enrolled=False, back=True, **shown)
