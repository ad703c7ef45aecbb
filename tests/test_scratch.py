"""The folder of a run's browser: it goes away with the run, and with the next run when that one was killed."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from runbook.scratch import OWNER, scratch_folder, sweep

KEEPER = """
import sys
from contextlib import ExitStack
from runbook.scratch import scratch_folder
with ExitStack() as stack:
    print(scratch_folder(stack), flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def test_the_folder_goes_away_with_its_run(temporary: Path) -> None:
    with ExitStack() as stack:
        folder = scratch_folder(stack)
        assert os.environ["TMPDIR"] == str(folder)
        assert (folder / OWNER).is_file()
    assert os.environ["TMPDIR"] == str(temporary)
    assert not list(temporary.iterdir())


def test_the_folder_of_a_killed_run_goes_away_with_the_next_one_and_that_of_a_living_one_stays(temporary: Path) -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", KEEPER], stdin=pipe, stdout=pipe, text=True) as running:
        assert running.stdout
        theirs = Path(running.stdout.readline().strip())
        assert theirs.parent == temporary
        with ExitStack() as stack:
            mine = scratch_folder(stack)
            assert theirs.is_dir()
            sweep(temporary)
            assert mine.is_dir()
        running.kill()
    assert theirs.is_dir()
    with ExitStack() as stack:
        scratch_folder(stack)
        assert not theirs.exists()


def test_what_is_no_scratch_folder_is_left_alone(temporary: Path) -> None:
    (temporary / "runbook-notes").mkdir()
    (temporary / "elsewhere").mkdir()
    (temporary / "elsewhere" / OWNER).touch()
    (temporary / "runbook-link").symlink_to(temporary / "elsewhere")
    (temporary / "runbook-file").touch()
    sweep(temporary)
    assert sorted(path.name for path in temporary.iterdir()) == [
        "elsewhere",
        "runbook-file",
        "runbook-link",
        "runbook-notes",
    ]
