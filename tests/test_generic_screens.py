"""What is told of pages of providers that have no table of their own, where a form alone says too little."""

from __future__ import annotations

import pytest
from screen_pages import read

ANSWERS = "<form method=post><button id={0} name=answer value={0}>No</button><button id={1} name=answer value={1}>Yes</button></form>"
CODE = "<form method=post><label for=otp>One-time code</label><input id=otp name=otp autocomplete=one-time-code><button>Go</button></form>"


@pytest.mark.parametrize(
    ("body", "screen", "fields"),
    [
        (ANSWERS.format("deny", "accept"), "consent", {"accept": "#accept", "decline": "#deny"}),
        (ANSWERS.format("stay", "logout"), "sign-out-confirm", {"confirm": "#logout", "decline": "#stay"}),
        # Beside a switch of users that has the sign-out's name, it is still a consent.
        (ANSWERS.format("deny", "accept") + ANSWERS.format("x", "logout"), "consent", {"accept": "#accept"}),
        # A new secret beside a field for its first code: nothing of ours is to be typed there.
        (f"<a href='otpauth://totp/x?secret=FAKE'>Open the app</a>{CODE}", "mfa-enrolment", {}),
    ],
)
async def test_a_page_is_told_by_the_names_of_its_buttons(body: str, screen: str, fields: dict[str, str]) -> None:
    seen = await read(f"<!doctype html><html><body>{body}</body></html>", "https://login.example.com/x")
    assert (seen.site, seen.screen) == ("generic", screen)
    assert {name: seen.fields.get(name) for name in fields} == fields
