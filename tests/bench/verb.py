"""`python -m runbook connect --project HELP --sandbox --json`, in a sandbox that somebody else has started already."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from runbook.cli import main
from runbook.sandbox import child


@contextmanager
def _served(*_: Any, **__: Any) -> Iterator[child.Served]:
    given = json.loads(sys.stdin.readline())
    yield child.Served(0, tuple(given["args"]), (given["channel"],), "")


if __name__ == "__main__":
    # The sandbox is not the runner's: its start and its memory are not to be counted.
    with patch.object(child, "serve", _served):
        main(["connect", "--project", "HELP", "--sandbox", "--json"])
