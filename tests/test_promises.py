"""The promises that are about the whole run: no secret leaves it, Jira stays signed in, every ending has a name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest
from play import Played

from runbook import errors
from runbook.fixtures.recording import recorder_for
from runbook.redact import pattern_of
from runbook.sandbox.world import ADMIN, MAILBOX

PUBLIC = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, errors.RunbookError) and kind is not errors.RunbookError
]


def secrets_of(played: Played) -> list[str]:
    """Everything that was typed, and what codes are made of."""
    return [
        value
        for address in (ADMIN, MAILBOX)
        for account in [played.world.accounts[address]]
        for value in (account.password, account.totp)
    ]


def leaks(secrets: list[str], texts: Mapping[str, bytes]) -> list[str]:
    """Where a secret stands, in any of the encodings that the redactor knows, and in UTF-16."""
    found = []
    for name, content in texts.items():
        text = (
            content.decode("utf-8", "replace")
            + content.decode("utf-16-le", "replace")
            + content.decode("utf-16-be", "replace")
        )
        found += [f"{name}: secret {at}" for at, secret in enumerate(secrets) if re.search(pattern_of(secret), text)]
    return found


@pytest.mark.parametrize(
    ("scenario", "faults", "change"),
    [
        ("entra,g2,popup,revoked", (), {}),
        pytest.param("okta-google,g3,same-tab,empty", (), {}, marks=pytest.mark.thorough),
        pytest.param("keycloak-microsoft,g1,popup,revoked", ("token-exchange-fails",), {}, marks=pytest.mark.thorough),
        pytest.param(
            "entra,g2,popup,empty", (), {"mailbox": {"password": "fake-wrong-and-told"}}, marks=pytest.mark.thorough
        ),
        pytest.param("entra,g2,popup,empty", ("unknown-page",), {}, marks=pytest.mark.thorough),
    ],
)
async def test_no_secret_is_in_anything_that_a_run_leaves(
    scenario: str, faults: tuple[str, ...], change: dict[str, Any], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    played = Played(tmp_path, scenario, faults, pictured=True)
    commands: set[str] = set()

    class Watching(list[Mapping[str, Any]]):
        def append(self, event: Mapping[str, Any]) -> None:
            super().append(event)
            for child in psutil.Process().children(recursive=True):
                try:
                    commands.add(" ".join([*child.cmdline(), *child.environ().values()]))
                except psutil.Error:
                    continue

    recorder = recorder_for(tmp_path / "recordings", "leak", sandbox=True, scenario=scenario)
    played.events = Watching()
    outcome = await played.run(change=change, recorder=recorder, patience=5.0)
    secrets = [*secrets_of(played), "fake-wrong-and-told"]
    written = {str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    printed = capfd.readouterr()
    texts = {
        **written,
        "events": repr(list(played.events)).encode(),
        "outcome": repr(outcome).encode(),
        "commands": "\n".join(commands).encode(),
        "printed": (printed.out + printed.err).encode(),
    }
    assert len([name for name in written if name.endswith(".har")]) >= 1
    assert commands
    assert leaks(secrets, texts) == []


def test_the_search_for_leaks_can_find_one() -> None:
    assert leaks(
        ["fake-secret"], {"a": b"x fake-secret y", "b": "fake-secret".encode("utf-16-le"), "c": b"nothing"}
    ) == [
        "a: secret 0",
        "b: secret 0",
    ]


@pytest.mark.parametrize(
    "scenario", ["entra,g2,popup,revoked", "google,g3,popup,empty", "keycloak-microsoft,g1,same-tab,empty"]
)
async def test_jira_is_never_signed_out(scenario: str, tmp_path: Path) -> None:
    played = Played(tmp_path, scenario, pictured=True)
    assert (await played.run()).name == "Connected"
    assert {event.details["site"] for event in played.world.events("signed-out")} <= {
        "microsoft",
        "google",
        "okta",
        "keycloak",
    }
    sites = [session.site for session in played.world.sessions.values() if session.accounts]
    assert "site" in sites
    assert not {"microsoft", "google"} & set(sites)


@pytest.mark.parametrize("kind", PUBLIC, ids=lambda kind: kind.__name__)
def test_every_ending_says_a_cause_and_a_remedy(kind: type[errors.RunbookError]) -> None:
    ending = kind()
    assert ending.cause.endswith(".")
    assert ending.remedy.endswith(".")
    assert ending.exit_code > 1
    assert ending.retry is (kind is errors.Transient)


def test_exit_codes_tell_the_endings_apart() -> None:
    codes = [kind.exit_code for kind in PUBLIC]
    assert len(set(codes)) == len(codes)
