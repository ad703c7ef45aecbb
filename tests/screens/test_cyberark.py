"""CyberArk Identity's pages, built from the ids of its two forms and its field `answer`."""

from __future__ import annotations

import pytest
from screen_pages import read

URL = "https://aab1234.id.cyberark.cloud/login"
NAME = '<form id="usernameForm"><input type="text"><input type="hidden" name="a"><button>x</button></form>'
SECRET = '<form id="passwordForm"><input type="password"><button>x</button></form>'

# name: page, screen, roles that must be found.
STATES = {
    "name": (NAME, "username", "username submit"),
    "password": (SECRET, "password", "password submit"),
    "password as an answer": (
        '<form><input name="answer" type="password"><button>x</button></form>', "password", "password submit"),
    "code of an app": ('<form><p>OATH</p><input name="answer"><button>x</button></form>', "totp", "code submit"),
    "texted code, French": (
        '<form><p>Code envoyé au ***42</p><input name="answer"><button>x</button></form>', "one-time-code", "code submit"),
    "a new password": (
        '<form><input type="password" name="newPassword"><input type="password" name="confirm"></form>', "password-expired", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", STATES)
async def test_a_state_is_told_by_its_forms(name: str) -> None:
    html, screen, roles = STATES[name]
    seen = await read(html, URL)
    assert (seen.site, seen.screen, seen.problem) == ("cyberark", screen, None)
    assert {role for role in roles.split() if not seen.fields.get(role)} == set()


@pytest.mark.parametrize(
    ("page", "text", "problem"),
    [
        (SECRET, "Authentifizierung fehlgeschlagen", "credentials-rejected"),
        (SECRET, "アカウントがロックされています", "locked"),
        ('<form><input name="answer"></form>', "Código incorrecto", "code-rejected"),
        (SECRET, "", None),
    ],
)
async def test_a_complaint_has_its_name(page: str, text: str, problem: str | None) -> None:
    seen = await read(f"<div class='error-message'>{text}</div>{page}", URL)
    assert (seen.site, seen.problem) == ("cyberark", problem)
