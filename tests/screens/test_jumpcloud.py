"""JumpCloud's user login, built from the names, `data-automation` and component classes of its login bundle."""

from __future__ import annotations

import pytest
from screen_pages import read

URL = "https://console.jumpcloud.com/login"
GO = '<button type="submit" data-automation="loginButton">x</button>'
MAIL = '<input name="email" type="email" required autocomplete="on">'
SECRET = '<input name="password" type="password" required autocomplete="on">'
# The style sheet hides the address of the password's form.
KEPT = '<input name="email" type="email" readonly>'
BOXES = "".join('<input class="TotpInput__loginInput" maxlength="1">' for _ in range(6))

# name: page, screen, roles that must be found.
STATES = {
    "name": (MAIL + GO, "username", "username submit"),
    "password": (KEPT + SECRET + GO, "password", "password submit"),
    "administrator": (MAIL + SECRET + GO, "credentials", "username password submit"),
    "code in boxes": (f'<div class="TotpInput__totpInputContainer">{BOXES}</div>', "totp", "code"),
    "code in one field": ('<input autocomplete="one-time-code">' + GO, "totp", "code submit"),
    "push": ("<h2>JumpCloud Protect</h2><p>スマートフォンで承認してください</p>", "push", ""),
    "a new password": (
        '<input type="password" name="newPassword"><input type="password" name="confirmPassword">', "password-expired", ""),
    "auto-post": ("<input type='hidden' name='SAMLResponse' value='x'>", "hop", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", STATES)
async def test_a_state_is_told_by_its_fields(name: str) -> None:
    body, screen, roles = STATES[name]
    seen = await read(f"<main><form method='post'>{body}</form></main>", URL)
    assert (seen.site, seen.screen, seen.problem) == ("jumpcloud", screen, None)
    assert {role for role in roles.split() if not seen.fields.get(role)} == set()


PROBLEMS = {
    "wrong password": (SECRET, "Authentication failed.", "credentials-rejected"),
    "locked, Spanish": (SECRET, "Su cuenta está bloqueada", "locked"),
    "wrong code, German": (f"<div>{BOXES}</div>", "Ungültiger Code", "code-rejected"),
}


@pytest.mark.parametrize("name", PROBLEMS)
async def test_a_complaint_has_its_name(name: str) -> None:
    body, text, problem = PROBLEMS[name]
    seen = await read(f"<form><div class='LoginAlert__error'>{text}</div>{body}{GO}</form>", URL)
    assert (seen.site, seen.problem) == ("jumpcloud", problem)
