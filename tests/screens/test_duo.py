"""Duo as the page itself, and as a frame on another site's page."""

from __future__ import annotations

import pytest
from screen_pages import read

AT = "https://api-12ab.duosecurity.com/frame/v4/auth/prompt?sid=x"
FIELDSET = """<fieldset {hidden}><div class="push-label"><button type="submit">Senden</button></div><div class="passcode-label">
<input name="passcode" class="{input} passcode-input"><button type="submit" id="passcode">Code</button></div></fieldset>"""
OTHER = '<a class="action-link other-options-link" href="#" title="o">Autres options</a>'


@pytest.mark.parametrize(
    ("html", "screen", "fields"),
    [
        (
            '<button id="trust-browser-button">Ja</button><button id="dont-trust-browser-button">Nein</button>',
            "device-trust",
            {"no": "#dont-trust-browser-button"},
        ),
        (
            '<input id="passcode-input" class="passcode-input"><button class="verify-button" title="v">Prüfen</button>'
            + OTHER,
            "totp",
            {"code": "#passcode-input", "submit": 'button[title="v"]'},
        ),
        (
            '<input id="passcode-input"><button class="verify-button">ok</button><button>Code erneut senden</button>',
            "one-time-code",
            {"code": "#passcode-input"},
        ),
        (
            '<div id="auth-view-wrapper"><div class="verification-code">427</div></div>' + OTHER,
            "push",
            {"number": "#auth-view-wrapper > div"},
        ),
        ('<div id="auth-view-wrapper"><h1>Duo</h1></div>' + OTHER, "push", {"number": None}),
        ('<h1 id="webauthn-request-header">Touch ID</h1>' + OTHER, "security-key", {}),
        (
            '<ul><li data-testid="test-id-push"><a href="#">Push</a></li><li data-testid="test-id-mobile-otp"><a href="#" '
            'aria-label="m">パスコード</a></li></ul>',
            "method-chooser",
            {"totp": 'a[aria-label="m"]'},
        ),
        (
            '<form id="login-form"><div id="auth_methods">'
            + FIELDSET.format(hidden='class="hidden"', input="hidden")
            + "</div></form>",
            "method-chooser",
            {"totp": "#passcode"},
        ),
        (
            '<form id="login-form"><div id="auth_methods">' + FIELDSET.format(hidden="", input="") + "</div></form>",
            "totp",
            {"code": 'input[name="passcode"]', "submit": "#passcode"},
        ),
        ('<form id="plugin_form" method="post"><input type="hidden" name="tx"></form>', "hop", {}),
        ("<h1>Passkey</h1><button>Vorerst überspringen</button>", "passkey-enrolment", {"skip": "button"}),
    ],
)
async def test_a_page_is_told_by_its_structure(html: str, screen: str, fields: dict[str, str | None]) -> None:
    seen = await read(html, AT)
    assert (seen.site, seen.screen, seen.problem) == ("duo", screen, None)
    found = {role: seen.fields.get(role) for role in fields}
    if fields.get("submit") or fields.get("skip"):  # how the one button is written does not matter
        assert all(found.values())
    else:
        assert found == fields


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Falscher Code. Bitte noch einmal.", "code-rejected"),
        ("This passcode has already been used.", "code-reused"),
        ("Votre compte est verrouillé", "locked"),
    ],
)
async def test_a_complaint_is_named_in_any_language(text: str, problem: str) -> None:
    html = f'<div class="message-text">{text}</div><input id="passcode-input"><button class="verify-button">ok</button>'
    assert (await read(html, AT)).problem == problem


@pytest.mark.parametrize(
    "url",
    [
        "https://idp.acme.example/idp/profile/SAML2/Redirect/SSO?execution=e1s2",
        "https://sts.acme.example/adfs/ls/",
        "https://vpn.acme.example/login",
    ],
)
async def test_its_frame_is_seen_on_another_sites_page(url: str) -> None:
    html = (
        '<h1>x</h1><iframe id="duo_iframe" width="600" height="330"></iframe><form id="duo_form" method="post"></form>'
    )
    seen = await read(html, url)
    assert (seen.site, seen.screen) == ("duo", "method-chooser")


async def test_a_button_called_passcode_elsewhere_is_not_duos() -> None:
    html = '<button id="trust-browser-button">ok</button><input id="passcode-input">'
    assert (await read(html, "https://www.acme.example/")).site == "generic"
