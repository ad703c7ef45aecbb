"""OneLogin's page at `/login2`, built from the ids of its fields and the names of its own factors."""

from __future__ import annotations

import pytest
from screen_pages import read

URL = "https://acme.onelogin.com/login2/"
GO = '<button type="submit"><span>x</span></button>'
NAME = '<input id="username" name="username" type="text">'
SECRET = '<input id="password" name="password" type="password">'
CODE = '<input name="otp" type="text">'
CHANGE = '<button type="button"><span>Change Authentication Factor</span></button>'

# name: page, screen, roles that must be found.
STATES = {
    "name": (NAME + GO, "username", "username submit"),
    "password": (SECRET + GO, "password", "password submit"),
    "both": (NAME + SECRET + GO, "credentials", "username password submit"),
    "code of an app": (f"<h2>Google Authenticator</h2>{CODE}{GO}{CHANGE}", "totp", "code submit other"),
    "code, nothing said of its way": (CODE + GO + CHANGE, "totp", "code submit other"),
    "code, German": (
        f"{CODE}{GO}<button type='button'>Authentifizierungsfaktor ändern</button>", "totp", "code submit other"),
    "texted code": (f"<p>Code an +1 ***-***-42 gesendet</p>{CODE}{GO}{CHANGE}", "one-time-code", "code submit other"),
    "mailed code, Spanish": (f"<p>Hemos enviado un código</p>{CODE}{GO}", "one-time-code", "code submit"),
    "push": (f"<p>OneLogin Protect</p>{CHANGE}", "push", "other"),
    "factors": (
        "<button type='button'>OneLogin SMS</button><button type='button'>Google Authenticator</button>", "method-chooser", "totp"),
    "a new password": (
        "<input type='password' name='new_password'><input type='password' name='confirm'>" + GO, "password-expired", ""),
    "auto-post": ("<input type='hidden' name='SAMLResponse' value='x'>", "hop", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", STATES)
async def test_a_state_is_told_by_its_fields(name: str) -> None:
    body, screen, roles = STATES[name]
    seen = await read(f"<div id='root'><form>{body}</form></div>", URL)
    assert (seen.site, seen.screen, seen.problem) == ("onelogin", screen, None)
    assert {role for role in roles.split() if not seen.fields.get(role)} == set()


PROBLEMS = {
    "wrong password": (SECRET, "Ungültiger Benutzername oder Kennwort", "credentials-rejected"),
    "wrong password, Japanese": (SECRET, "パスワードが無効です", "credentials-rejected"),
    "disabled, Japanese": (SECRET, "このアカウントは無効になっています", "account-disabled"),
    "locked": (SECRET, "Votre compte est verrouillé", "locked"),
    "wrong code": (CODE, "コードが正しくありません", "code-rejected"),
    "used code": (CODE, "Dieser Code wurde bereits verwendet", "code-reused"),
    "an empty alert": (SECRET, "", None),
}


@pytest.mark.parametrize("name", PROBLEMS)
async def test_a_complaint_has_its_name(name: str) -> None:
    body, text, problem = PROBLEMS[name]
    seen = await read(f"<form><div role='alert'>{text}</div>{body}{GO}</form>", URL)
    assert (seen.site, seen.problem) == ("onelogin", problem)
