"""The gate lets nothing live pass, and every recording that is kept has passed it."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fixtures_support.exchange import JWT, exchange

from runbook.fixtures import Finding, GateRefused, gate
from runbook.fixtures.gate import env_values, gate_har

KEPT = sorted(Path(__file__).with_name("fixtures").glob("**/*.har"))


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_every_recording_that_is_kept_passes(path: Path) -> None:
    assert gate(path) == []


def packed(text: str) -> str:
    return base64.b64encode(gzip.compress(text.encode())).decode()


@pytest.mark.parametrize(
    ("kind", "har"),
    [
        ("jwt", exchange(got=f"<p>{JWT}</p>")),
        ("jwt", exchange(sent=f"x={quote(base64.b64encode(JWT.encode()).decode())}")),
        ("jwt", exchange(got=packed(f"<p>{JWT}"), kind="text/plain")),
        ("cookie", exchange(request={"Cookie": "a=1; sid=Zx91kLmnopq"})),
        ("cookie", exchange(response={"Set-Cookie": "sid=Zx91kLmnopq; Secure"})),
        ("authorization", exchange(request={"Authorization": "Bearer Zx91kLmnopq"})),
        ("authorization", exchange(request={"authorization": "Basic YWRhOnNlY3JldDE="})),
        ("secret", exchange(request={"X-Session-Token": "Zx91kLmnopq"})),
        ("secret", exchange("https://a.example/?code=Zx91kLmnopq")),
        ("secret", exchange(got='<input type=hidden name=csrf value="Zx91kLmnopq">')),
        ("address", exchange(got="ada@corp.example")),
        ("address", exchange("https://a.example/?go=x%253Dada%2540corp.example")),
        ("address", exchange(got=base64.b64encode(b"user: ada@corp.example").decode())),
        ("address", exchange(got="ada&#64;corp.example and ada\\u0040corp.example")),
    ],
)
def test_what_is_live_is_found_in_any_encoding(kind: str, har: dict[str, Any]) -> None:
    findings = gate_har(har)
    assert kind in {finding.kind for finding in findings}
    told = " ".join(map(str, findings))
    assert not any(value in told for value in (JWT, "Zx91kLmnopq", "corp.example"))


def test_stand_ins_and_examples_pass() -> None:
    har = exchange(
        "https://a.example/?code=fake-code-1&login_hint=admin%40example.com",
        request={"Cookie": "sid=fake-sid-1; lang=en", "Authorization": "Bearer fake-authorization-1"},
        response={"Set-Cookie": "sid=fake-sid-2; Secure"},
        got="help@acme.example.com logo@2x.png",
    )
    assert gate_har(har) == []


def test_the_values_of_the_env_file_are_found_in_any_encoding(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text(
        "RUNBOOK_SITE=https://contoso.atlassian.net\nRUNBOOK_ADMIN_PASSWORD='fake pass/word'\n"
        "RUNBOOK_IDP=okta\nRUNBOOK_MAILBOX=help@example.com\n"
    )
    assert {name for name, _ in env_values(env)} == {"RUNBOOK_SITE", "RUNBOOK_ADMIN_PASSWORD"}
    for text in (
        "fake%20pass%2Fword",
        "fake+pass%2fword",
        "fake pass\\/word",
        base64.b64encode(b"ab fake pass/word").decode(),
        packed("x fake pass/word"),
    ):
        path = tmp_path / "x.har"
        path.write_text(json.dumps(exchange(got=f"okta {text}")))
        assert Finding("RUNBOOK_ADMIN_PASSWORD", "x.har: entry 0, response.content.text") in gate(path, env), text
    path.write_text(json.dumps(exchange(got="see https://contoso.atlassian.net/x, okta, help@example.com")))
    assert [finding.kind for finding in gate(path, env)] == ["RUNBOOK_SITE"]


def test_the_metadata_is_looked_at_as_well() -> None:
    har = exchange()
    har["log"]["_runbook"] = {
        "cookies": [{"name": "sid", "value": "Zx91kLmnopq"}],
        "facts": {"account_address": "ada@corp.example"},
    }
    assert {finding.kind for finding in gate_har(har)} == {"cookie", "address"}


def test_a_file_that_is_no_recording_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.har"
    path.write_text("{}")
    with pytest.raises(ValueError, match=r"x\.har is no HAR"):
        gate(path)


def test_a_refusal_tells_kinds_and_places_and_is_no_success() -> None:
    error = GateRefused([Finding("jwt", f"x.har: entry {n}, response.content.text") for n in range(12)])
    assert error.exit_code == 50
    assert len(error.findings) == 12
    assert "jwt in x.har: entry 0, response.content.text" in error.cause
    assert "and 2 more" in error.cause
