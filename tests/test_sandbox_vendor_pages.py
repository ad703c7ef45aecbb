"""Vendors' own pages in the sandbox: what asks for them, what is told when they are not there, and what they are answered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from visitor import OKTA, Visitor

from runbook.errors import ConfigError
from runbook.sandbox.atlaskit import VARIABLE
from runbook.sandbox.okta_widget import NPM, PACKAGE, SWITCH


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for the package, as far as the server's side goes."""
    dist = tmp_path / "node_modules" / PACKAGE / "dist"
    for name in ("js/okta-sign-in.min.js", "js/okta-sign-in.next.js", "css/okta-sign-in.min.css"):
        (dist / name).parent.mkdir(parents=True, exist_ok=True)
        (dist / name).write_text(f"/* {name} */")
    (tmp_path / "node_modules" / "private.txt").write_text("not for a browser")
    monkeypatch.setenv(NPM, str(tmp_path))
    monkeypatch.setenv(SWITCH, "2")
    return dist


def test_the_widgets_page_loads_the_vendors_files_and_nothing_beside_them(installed: Path) -> None:
    visitor = Visitor("okta-microsoft")
    page = visitor.http.get(f"{OKTA}/app/UserHome")
    assert "/assets/siw/js/okta-sign-in.min.js" in page.text
    assert visitor.http.get(f"{OKTA}/assets/siw/js/okta-sign-in.min.js").text == "/* js/okta-sign-in.min.js */"
    assert visitor.http.get(f"{OKTA}/assets/siw/../../../private.txt").status_code == 404
    assert visitor.http.get(f"{OKTA}/assets/siw/%2e%2e/%2e%2e/%2e%2e/private.txt").status_code == 404


def test_every_step_of_a_sign_in_is_a_form_of_named_fields(installed: Path) -> None:
    visitor = Visitor("okta-microsoft")
    page = visitor.http.get(f"{OKTA}/app/UserHome").text
    flow = page.partition('"stateToken": "')[2].partition('"')[0]
    told = visitor.idx("introspect", flow)
    assert _asked(told) == ("identify", ["identifier", "rememberMe", "stateHandle"])
    told = visitor.idx("identify", flow, identifier=visitor.admin.address)
    assert _asked(told) == ("challenge-authenticator", ["credentials", "stateHandle"])
    assert told["currentAuthenticator"]["value"]["key"] == "okta_password"
    told = visitor.idx("challenge/answer", flow, credentials={"passcode": "fake-wrong"})
    assert told["messages"]["value"][0]["message"] == "Password is incorrect"
    told = visitor.idx("challenge/answer", flow, credentials={"passcode": visitor.admin.password})
    assert _asked(told)[0] == "select-authenticator-authenticate"
    offered = told["remediation"]["value"][0]["value"][0]["options"]
    assert [option["label"] for option in offered] == ["Google Authenticator", "Okta Verify"]
    told = visitor.idx("challenge", flow, authenticator={"id": "google_otp", "methodType": "otp"})
    assert told["currentAuthenticator"]["value"]["key"] == "google_otp"
    told = visitor.idx("challenge/answer", flow, credentials={"passcode": visitor.code(visitor.admin)})
    assert told["success"]["name"] == "success-redirect"
    assert visitor.http.get(told["success"]["href"]).url.path == "/app/UserHome"


@pytest.mark.parametrize(
    ("generation", "folder", "fault", "says"),
    [
        ("2", "elsewhere", "", "npm install --ignore-scripts @okta/okta-signin-widget@7.49.0"),
        ("4", "", "", "Give 2 or 3."),
        ("3", "", "captcha", f"Play it without {SWITCH}."),
    ],
)
def test_a_widget_that_is_not_to_be_had_is_told(
    generation: str, folder: str, fault: str, says: str, installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SWITCH, generation)
    if folder:
        monkeypatch.setenv(NPM, str(installed / folder))
    with pytest.raises(ConfigError) as refused:
        Visitor("okta-microsoft", *([fault] if fault else []))
    assert says in refused.value.remedy


def test_a_page_of_components_that_was_not_built_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "page.js"))
    with pytest.raises(ConfigError, match=r"page\.js, which is not there"):
        Visitor("entra,g3")
    Visitor("entra,g2")  # where it has no place it is not asked for


def test_a_page_of_components_is_served_with_its_style_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "page.js"))
    for kind in ("js", "css"):
        (tmp_path / f"page.{kind}").write_text(f"/* {kind} */")
    visitor = Visitor("entra,g3")
    visitor.in_jira()
    page = visitor.http.get(
        "https://acme.atlassian.net/jira/servicedesk/projects/HELP/settings/self-service/email-intake"
    )
    for kind in ("js", "css"):
        assert f"/s/atlaskit/page.{kind}" in page.text
        assert visitor.http.get(f"https://acme.atlassian.net/s/atlaskit/page.{kind}").text == f"/* {kind} */"


def _asked(told: dict[str, Any]) -> tuple[str, list[str]]:
    first = told["remediation"]["value"][0]
    return first["name"], [field["name"] for field in first["value"]]
