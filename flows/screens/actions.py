"""What the sign-in loop would do next on a screen, in words: for `inspect`, which does nothing."""

from __future__ import annotations

from flows.screens import Seen
from flows.screens.person import TEXTS

# screen: (the field that the answer needs, what is done). The first whose field is there counts.
ANSWERS: dict[str, tuple[tuple[str, str], ...]] = {
    "username": (("username", "type the user name, press submit"),),
    "credentials": (("password", "type the user name and the password, press submit"),),
    "password": (("password", "type the password, press submit"),),
    "totp": (("code", "type a one-time code of the authenticator, press submit"),),
    "account-chooser": (("other", "choose the tile of the wanted address, else the other account"),
                        ("work", "choose the tile of the wanted address, else the work account"),
                        ("", "choose the tile of the wanted address")),
    "method-chooser": (("totp", "choose the authenticator code"), ("password", "choose the password"),
                       ("passkey", "choose the passkey, if the identity has one"), ("other", "look for more ways")),
    "one-time-code": (("other", "choose another way than a code that is sent"),),
    "push": (("other", "choose another way than the push message"),),
    "security-key": (("other", "choose another way than the security key"),),
    "stay-signed-in": (("no", "answer no"),),
    "mfa-enrolment": (("skip", "skip it"),),
    "passkey-enrolment": (("skip", "skip it"),),
    "password-expiring": (("skip", "change it later"),),
    "device-check": (("confirm", "confirm it"),),
    "device-trust": (("no", "do not trust this browser"),),
    "consent": (("accept", "check address, application and permissions, then accept"),),
    "sign-out-confirm": (("confirm", "confirm, if a sign-out was asked for"),),
    "sign-out-chooser": (("", "choose the account to sign out"),),
    "signed-out": (("", "ask again, to prove that nobody is signed in"),),
    "hop": (("", "wait: this page moves on by itself"),),
    "session-expired": (("", "stop: the sign-in took too long, start again"),),
    "error": (("", "stop: the site ends the sign-in here"),),
}  # fmt: skip


def next_action(seen: Seen) -> str:
    """One sentence without a full stop; a screen that nobody but a person may answer says so."""
    if seen.problem and seen.problem != "code-reused":
        return f"stop: {seen.problem}"
    for field, text in ANSWERS.get(seen.screen, ()):
        if not field or seen.fields.get(field):
            return text
    return "call a person: " + TEXTS.get(seen.screen, TEXTS["unknown"]).format(number="").rstrip(".")
