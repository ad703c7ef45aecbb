"""What npm gave for these tests, and what a failed one has to tell."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from play import Played
from servers import GET

from runbook.outcome import Outcome


def npm(name: str, version: str) -> Path:
    """The folder with `node_modules` that has this package. Skips the test, telling how to install it, when there is none."""
    folder = Path(os.environ.get("RUNBOOK_NPM") or "/nowhere")
    manifest = folder / "node_modules" / name / "package.json"
    if not manifest.is_file():
        pytest.skip(f"{name} is not in RUNBOOK_NPM: {GET} (npm install --ignore-scripts {name}@{version})")
    found = json.loads(manifest.read_text("utf-8"))["version"]
    assert found == version, f"{name} {found} is installed; these tests were written for {version}"
    return folder


def atlaskit() -> str:
    """The built e-mail page. Skips the test, telling how to build it, when there is none."""
    script = os.environ.get("LIVE_ATLASKIT", "")
    if not Path(script or "/nowhere").is_file():
        pytest.skip(f"the e-mail page of Atlaskit is not in RUNBOOK_ATLASKIT: {GET}")
    return script


def told(played: Played, outcome: Outcome) -> str:
    """What a failed test has to say: the ending, the page that was there, and where its picture is."""
    lines = [f"{outcome.name} ({outcome.exit_code}): {outcome.cause}"]
    for event in played.said("unknown_page"):
        lines.append(f"page: {json.dumps(event['seen'])}; expected: {event['expected']}")
    lines += [f"said: {event['text']}" for event in played.said("say")]
    if played.events:
        lines += sorted(str(path) for path in Path(played.events[0]["run"]).glob("*.jpg"))
    return "\n".join(lines)
