"""What `.ci/live_idp` says of software that it could not install."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / ".ci" / "live_idp"
HANGS = "#!/bin/sh\necho hangs >&2\nexec sleep 600\n"


def test_an_installation_that_runs_out_of_time_says_so_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "python3").write_text(HANGS)
    (tmp_path / "python3").chmod(0o755)
    way = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    # `timeout` is the leader of a group as well, and ends all of it.
    installing = subprocess.Popen(
        ["bash", SCRIPT, tmp_path / "live"],
        env=way, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert installing.stderr
    assert installing.stderr.readline() == "hangs\n"
    os.killpg(installing.pid, signal.SIGTERM)
    given, said = installing.communicate(timeout=30)
    assert said.splitlines() == [
        "live_idp: out of time while installing canaille; its tests and those of what comes after it are skipped"
    ]
    assert given.splitlines() == [f"export RUNBOOK_LIVE={tmp_path / 'live'}"]
    assert installing.returncode == 124
