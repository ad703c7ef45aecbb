"""Where a run's browser and its driver keep theirs."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack
from pathlib import Path


def scratch_folder(stack: ExitStack) -> Path:
    """A folder that goes away with the stack, in which the browser and its driver keep theirs: a signal to the whole group
    of processes ends the driver before it can tidy up."""
    scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="runbook-", ignore_cleanup_errors=True))
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = scratch
    stack.callback(lambda: os.environ.pop("TMPDIR") if before is None else os.environ.update(TMPDIR=before))
    return Path(scratch)
