"""PingID's pages: a code, a push with and without a number, the list of devices, and what moves on by itself."""

from __future__ import annotations

import pytest
from screen_pages import read

AT = "https://authenticator.pingone.com/pingid/ppm/auth/status"
OTP = """<div class="error-message">{error}</div><form id="otp-form" method="post" action="/pingid/ppm/auth/otp"><input id="otp"
name="otp"><div class="call-again-link">{again}</div><a class="button" href="/pingid/ppm/devices">Gerät wechseln</a><input
type="submit" class="primary" disabled value="Anmelden"></form>"""
POLL = '<form method="POST" action="https://authenticator.pingone.com/pingid/ppm/auth/poll" id="form1"></form>'
DEVICES = """<ul class="device-list"><li class="device mobile-phone selected" data-id="1"><{tag}>Téléphone</{tag}></li></ul>
<form id="device-form" action="/pingid/ppm/devices" method="post"><input type="Submit" value="ok"></form>"""


@pytest.mark.parametrize(
    ("html", "screen", "fields"),
    [
        (OTP.format(error="", again="&nbsp;"), "totp", {"code": "#otp", "submit": 'input[type="submit"]'}),
        (OTP.format(error="", again='<a href="/again">noch einmal senden</a>'), "one-time-code", {"code": "#otp"}),
        (
            '<div class="window authenticating"><div class="numbermatching">10</div><a class="button" href="/pingid/ppm/devices" '
            'aria-label="c">変更</a></div>' + POLL,
            "push",
            {"number": "div > div:nth-of-type(1)", "other": 'a[aria-label="c"]'},
        ),
        ('<div class="window authenticating"><p>Bitte warten</p></div>' + POLL, "push", {"number": None}),
        (POLL, "push", {}),
        (DEVICES.format(tag="a"), "method-chooser", {"totp": None}),
        (DEVICES.format(tag="button"), "method-chooser", {}),
        (
            '<form method="post" action="/pingid/ppm/auth" id="start-form"><input type="hidden" name="w"></form>',
            "hop",
            {},
        ),
        ('<div class="window error"><div class="error-text">Etwas ging schief.</div></div>', "error", {}),
        (
            '<div class="window error"><div class="error-text">Die Sitzung ist abgelaufen.</div></div>',
            "session-expired",
            {},
        ),
    ],
)
async def test_a_page_is_told_by_its_structure(html: str, screen: str, fields: dict[str, str | None]) -> None:
    seen = await read(html, AT)
    assert (seen.site, seen.screen, seen.problem) == ("pingid", screen, None)
    found = {role: seen.fields.get(role) for role in fields}
    if fields.get("number"):
        assert found["number"] is not None
        found["number"] = fields["number"]
    assert found == fields


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        ("Invalid passcode", "code-rejected"),
        ("Ungültiger Passcode", "code-rejected"),
        ("This passcode was already used", "code-reused"),
        ("Trop de tentatives", "locked"),
    ],
)
async def test_a_complaint_is_named_in_any_language(error: str, problem: str) -> None:
    seen = await read(OTP.format(error=error, again=""), "https://authenticator.pingone.com/pingid/ppm/auth/otp")
    assert (seen.screen, seen.problem) == ("totp", problem)


async def test_pairing_a_device_is_an_enrolment() -> None:
    html = '<p>Koppeln Sie Ihr Gerät</p><a class="window" href="/x">x</a>'
    assert (await read(html, "https://authenticator.pingone.com/pingid/ppm/pair")).screen == "mfa-enrolment"


async def test_a_code_field_elsewhere_is_not_pingids() -> None:
    html = '<form id="otp-form" action="/verify"><input id="otp" name="otp"><button>ok</button></form>'
    assert (await read(html, "https://www.acme.example/verify")).site == "generic"
