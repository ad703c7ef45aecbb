"""Makes the recordings in tests/fixtures anew, from the sandbox: `python tests/record_fixtures.py [STEP-LABEL ...]`.

Every step gets a good recording from one whole run, and a failing one from a run in which that step fails.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from play import Played

from runbook.fixtures.recording import recorder_for
from runbook.sandbox.world import ADMIN, HOSTS, MAILBOX

OUT = Path(__file__).parent / "fixtures"
GOOD = "entra,g2,popup,revoked,reply-to"
WRONG = "fake-wrong-password"
NOWHERE = f"https://{HOSTS['site']}/jira/servicedesk/projects/HELP/settings/nowhere"

# step, label, scenario, faults, changes to the channel's settings
FAILING: list[tuple[str, str, str, tuple[str, ...], Mapping[str, Any]]] = [
    ("jira_login", "wrong-password", "entra", (), {"site": {"admin": {"password": WRONG}}}),
    ("jira_login", "captcha", "entra", (f"captcha={ADMIN}",), {}),
    ("project_check", "no-permission", "entra", ("no-permission",), {}),
    ("project_check", "not-a-service-project", "entra", ("not-service-project",), {}),
    ("read_channel", "no-such-page", "entra", (), {"site": {"email_page": NOWHERE}}),
    ("idp_logout", "still-signed-in", "entra", ("idp-survives-logout",), {}),
    ("jira_alive", "single-logout", "entra", ("slo",), {}),
    ("prove_mailbox", "wrong-password", "entra", (), {"mailbox": {"password": WRONG}}),
    ("remove_old", "refused", "entra", ("remove-fails",), {}),
    ("connect_oauth", "other-client", "entra,empty", ("consent-other-client",), {}),
    ("connect_oauth", "more-scopes", "entra,empty", ("consent-more-scopes",), {}),
    ("restore", "no-such-request-type", "entra,g1", (), {"request_type": "No such type"}),
    ("verify", "another-address", "entra,empty", ("connects-other",), {}),
    ("leave", "site-down", "entra,empty", (f"logout-503={MAILBOX}",), {}),
    ("leave", "session-stays", "entra,empty", (f"idp-survives-logout={MAILBOX}",), {}),
]


async def record(
    step: str | None, label: str, scenario: str, faults: tuple[str, ...], change: Mapping[str, Any]
) -> None:
    """Records one run; only `step` if it is given."""
    with tempfile.TemporaryDirectory() as folder:
        played = Played(Path(folder), scenario, faults)
        recorder = recorder_for(OUT, label, sandbox=True, scenario=scenario, steps=[step] if step else None)
        outcome = await played.run(change=change, recorder=recorder, patience=4.0)
        sys.stdout.write(f"{step or 'all steps'}-{label}: {outcome.name}\n")


async def main(wanted: list[str]) -> None:
    """Records everything, or only what is named."""
    if not wanted or "good" in wanted:
        await record(None, "good", GOOD, (), {})
    for step, label, *rest in FAILING:
        if not wanted or f"{step}-{label}" in wanted:
            await record(step, label, *rest)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
