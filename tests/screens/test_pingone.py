"""PingOne's sign-on pages, built from the ids of its fields and the `data-id` of its button."""

from __future__ import annotations

import pytest
from screen_pages import read

URL = "https://auth.pingone.eu/00000000-0000-0000-0000-000000000000/as/authorize"
GO = '<button type="submit" data-id="submit-button">x</button>'
NAME = '<input id="username" name="username">'
SECRET = '<input id="password" name="password" type="password">'
CODE = '<input name="otp" type="tel">'

# name: page, screen, roles that must be found.
STATES = {
    "both": (NAME + SECRET + GO, "credentials", "username password submit"),
    "name": (NAME + GO, "username", "username submit"),
    "password": (SECRET + GO, "password", "password submit"),
    "code of an app": ("<p>Authenticator</p>" + CODE + GO, "totp", "code submit"),
    "mailed code, German": ("<p>An a***@example.com gesendet</p>" + CODE + GO, "one-time-code", "code submit"),
    "a new password": (
        '<input type="password" name="newPassword"><input type="password" name="verify">' + GO, "password-expired", ""),
    "terms": ('<input type="checkbox" id="agree">' + GO, "terms", ""),
    "sign-up is no sign-in": (NAME + '<input name="name.given">' + SECRET + GO, "unknown", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", STATES)
async def test_a_state_is_told_by_its_fields(name: str) -> None:
    body, screen, roles = STATES[name]
    seen = await read(f"<form>{body}</form>", URL)
    assert (seen.site, seen.screen, seen.problem) == ("pingone", screen, None)
    assert {role for role in roles.split() if not seen.fields.get(role)} == set()


@pytest.mark.parametrize(
    ("body", "text", "problem"),
    [
        (NAME + SECRET, "Nom d'utilisateur ou mot de passe incorrect", "credentials-rejected"),
        (NAME + SECRET, "El usuario está bloqueado", "locked"),
        (CODE, "コードが無効です", "code-rejected"),
    ],
)
async def test_a_complaint_has_its_name(body: str, text: str, problem: str) -> None:
    seen = await read(f"<form><div role='alert'>{text}</div>{body}{GO}</form>", URL)
    assert (seen.site, seen.problem) == ("pingone", problem)


async def test_it_is_known_on_a_host_of_the_organisation() -> None:
    seen = await read(f"<form>{NAME}{SECRET}{GO}</form>", "https://sso.acme.example/signon/")
    assert (seen.site, seen.screen) == ("pingone", "credentials")
