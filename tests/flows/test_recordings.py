"""Every step has recordings, good and failing, and no recording holds what it must not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from replaying import RECORDINGS, STEPS, recordings

from runbook import errors
from runbook.fixtures import gate

ALL = sorted(RECORDINGS.glob("*.har"))


def meta(path: Path) -> dict[str, Any]:
    """What a recording says of itself."""
    return dict(json.loads(path.read_text(encoding="utf-8"))["log"]["_runbook"])


@pytest.mark.parametrize("step", STEPS)
def test_every_step_has_a_recording_that_ended_well_one_of_an_error_and_tests_of_its_own(step: str) -> None:
    labels = [path.stem.removeprefix(f"{step}-") for path in recordings(step)]
    endings = {label: meta(RECORDINGS / f"{step}-{label}.har")["outcome"] for label in labels}
    assert endings["good"] is None
    assert [name for name in endings.values() if isinstance(getattr(errors, name or "", None), type)], endings
    tests = (Path(__file__).parent / f"test_{step}.py").read_text()
    assert all(f'"{step}-{label}"' in tests for label in labels)


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_a_recording_says_where_it_comes_from_and_passes_the_gate(path: Path) -> None:
    found = meta(path)
    assert found["source"] in ("sandbox", "tenant")
    assert found["step"] in STEPS
    assert gate(path) == []
