"""Any verb with `--sandbox`, in a sandbox that somebody else has started already; how to reach it comes on standard input."""

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
    yield child.Served.said(json.loads(sys.stdin.readline()))


if __name__ == "__main__":
    with patch.object(child, "serve", _served):
        main(sys.argv[1:])
