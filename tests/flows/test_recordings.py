"""Every step has recordings, good and failing, and no recording holds what it must not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from replaying import RECORDINGS, STEPS, recordings

from runbook.fixtures import gate

ALL = sorted(RECORDINGS.glob("*.har"))


@pytest.mark.parametrize("step", STEPS)
def test_every_step_has_a_good_and_a_failing_recording_and_tests_of_its_own(step: str) -> None:
    labels = [path.stem.removeprefix(f"{step}-") for path in recordings(step)]
    assert "good" in labels
    assert len(labels) >= 2
    tests = (Path(__file__).parent / f"test_{step}.py").read_text()
    assert all(f'"{step}-{label}"' in tests for label in labels)


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_a_recording_says_where_it_comes_from_and_passes_the_gate(path: Path) -> None:
    meta = json.loads(path.read_text())["log"]["_runbook"]
    assert meta["source"] in ("sandbox", "tenant")
    assert meta["step"] in STEPS
    assert gate(path) == []
