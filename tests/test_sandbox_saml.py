"""Jira's single sign-on over SAML 2.0 in the sandbox: pysaml2 on both ends, the provider's pages left out."""

from __future__ import annotations

import shutil
from pathlib import Path

import httpx
import pytest
from visitor import ATLASSIAN, JIRA, Visitor

from runbook.errors import ConfigError
from runbook.sandbox.world import ADMIN, MAILBOX

if shutil.which("xmlsec1") is None:
    pytest.skip("xmlsec1 is not installed: `apt-get install xmlsec1`", allow_module_level=True)

from saml2 import BINDING_HTTP_POST  # type: ignore[import-untyped]
from saml_idp import ORIGIN, SamlIdp, hidden


class Sso:
    """One browser between Jira and the provider."""

    def __init__(self, folder: Path, *, single_logout: bool = False) -> None:
        self.idp = SamlIdp(folder)
        self.visitor = Visitor("entra", external=self.idp.external(single_logout=single_logout))
        self.metadata = self.visitor.http.get(f"{ATLASSIAN}/login/saml/metadata").text
        self.server = self.idp.knows(self.metadata)

    def ask(self) -> str:
        """Types the address at Atlassian; where the browser is sent."""
        self.visitor.http.get(f"{JIRA}/jira")
        body = {"username": ADMIN, "continue": f"{JIRA}/jira"}
        return self.visitor.http.post(f"{ATLASSIAN}/login", data=body, follow_redirects=False).headers["Location"]

    def post(self, body: dict[str, str]) -> httpx.Response:
        return self.visitor.http.post(f"{ATLASSIAN}/login/saml/acs", data=body)

    def sign_in(self, address: str = ADMIN, **more: str) -> httpx.Response:
        return self.post(self.idp.answer(self.server, self.ask(), address, **more))


@pytest.mark.parametrize(
    "attribute", ["mail", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", "x"]
)
def test_the_admin_comes_in_by_whatever_name_the_address_has(attribute: str, tmp_path: Path) -> None:
    sso = Sso(tmp_path)
    assert sso.ask().startswith(f"{ORIGIN}/sso?SAMLRequest=")
    sso.sign_in(attribute=attribute)
    assert sso.visitor.is_in_jira()


def test_somebody_else_than_the_one_who_typed_is_not_let_in(tmp_path: Path) -> None:
    sso = Sso(tmp_path)
    page = sso.sign_in(MAILBOX)
    assert page.url.params["error_description"] == "authentication-policy-strategy-mismatch"
    assert not sso.visitor.is_in_jira()


def test_a_response_counts_once_untouched_and_only_for_its_own_request(tmp_path: Path) -> None:
    sso = Sso(tmp_path)
    body = sso.idp.answer(sso.server, sso.ask(), ADMIN)
    other = sso.idp.answer(sso.server, sso.ask(), ADMIN)
    for bad in (
        {**body, "RelayState": "nobody-waits"},
        {**body, "SAMLResponse": other["SAMLResponse"]},
        {**other, "SAMLResponse": "bm90IHhtbA=="},
    ):
        assert "error=access_denied" in str(sso.post(bad).url)
        assert not sso.visitor.is_in_jira()
    fresh = sso.idp.answer(sso.server, sso.ask(), ADMIN)
    sso.post(fresh)
    assert sso.visitor.is_in_jira()
    again = Visitor("entra")
    again.http = sso.visitor.browser()
    assert "error=access_denied" in str(again.http.post(f"{ATLASSIAN}/login/saml/acs", data=fresh).url)


def test_a_response_that_another_key_has_signed_is_refused(tmp_path: Path) -> None:
    sso = Sso(tmp_path)
    asked = sso.ask()
    (tmp_path / "other").mkdir()
    forger = SamlIdp(tmp_path / "other")
    page = sso.post(forger.answer(forger.knows(sso.metadata), asked, ADMIN))
    assert "error=access_denied" in str(page.url)
    assert not sso.visitor.is_in_jira()


def test_with_single_logout_the_providers_request_ends_the_session_it_names_and_no_other(tmp_path: Path) -> None:
    sso = Sso(tmp_path, single_logout=True)
    sso.sign_in()
    answer = sso.visitor.http.get(sso.idp.leave(sso.server, "somebody@example.com"), follow_redirects=False)
    assert answer.headers["Location"].startswith(f"{ORIGIN}/slo?SAMLResponse=")
    assert sso.visitor.is_in_jira()
    answer = sso.visitor.http.get(sso.idp.leave(sso.server, ADMIN), follow_redirects=False)
    assert "RelayState=back" in answer.headers["Location"]
    assert not sso.visitor.is_in_jira()


def test_without_single_logout_jira_offers_none_and_survives(tmp_path: Path) -> None:
    sso = Sso(tmp_path)
    sso.sign_in()
    assert "SingleLogoutService" not in sso.metadata
    assert "SingleLogoutService" in Sso(tmp_path, single_logout=True).metadata
    assert sso.visitor.http.get(f"{ATLASSIAN}/login/saml/slo?SAMLRequest=x").status_code == 404
    assert sso.visitor.is_in_jira()


def test_a_provider_that_wants_a_posted_request_gets_a_page_that_posts_itself(tmp_path: Path) -> None:
    idp = SamlIdp(tmp_path, BINDING_HTTP_POST)
    visitor = Visitor("entra", external=idp.external())
    page = visitor.http.post(f"{ATLASSIAN}/login", data={"username": ADMIN})
    assert f'action="{ORIGIN}/sso"' in page.text
    assert {"SAMLRequest", "RelayState"} <= set(hidden(page.text))


@pytest.mark.parametrize(("text", "cause"), [("<x/>", "is not the metadata"), (None, "cannot be read")])
def test_metadata_that_cannot_be_used_is_told(text: str | None, cause: str, tmp_path: Path) -> None:
    idp = SamlIdp(tmp_path)
    idp.metadata.unlink()
    if text:
        idp.metadata.write_text(text)
    with pytest.raises(ConfigError, match=cause):
        Visitor("entra", external=idp.external())
