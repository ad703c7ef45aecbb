"""Pages that post themselves are waited for on whatever site, and never when there is something to fill in."""

from __future__ import annotations

import pytest
from screen_pages import read

AT = "https://sso.acme.example/go"


@pytest.mark.parametrize(
    "fields",
    [
        '<input type="hidden" name="SAMLResponse" value="x"><input type="submit" value="Weiter">',
        '<input type="hidden" name="SAMLRequest" value="x"><input type="hidden" name="RelayState" value="y">',
        '<input type="hidden" name="wa" value="wsignin1.0"><input type="hidden" name="wresult" value="x">',
        '<input type="hidden" name="code" value="x"><input type="hidden" name="state" value="y">',
        '<input type="hidden" name="id_token" value="x">',
    ],
)
async def test_a_form_of_hidden_fields_is_a_hop(fields: str) -> None:
    seen = await read(f'<form method="post" action="https://acme.example/acs">{fields}</form>', AT)
    assert (seen.site, seen.screen) == ("generic", "hop")


async def test_a_login_form_that_carries_a_request_along_is_no_hop() -> None:
    html = """<form method="post"><input type="hidden" name="SAMLRequest" value="x"><input name="username"><input type="password"
name="password"><button type="submit">ok</button></form>"""
    assert (await read(html, AT)).screen == "credentials"


async def test_a_question_that_carries_a_state_along_is_no_hop() -> None:
    html = """<form method="post"><input type="hidden" name="code" value="x"><input type="hidden" name="state" value="y">
<button type="submit">Erlauben</button></form>"""
    assert (await read(html, AT)).screen == "unknown"
