"""What vendors' npm packages draw, in the folder that RUNBOOK_NPM names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

NPM = Path(os.environ.get("RUNBOOK_NPM") or "/nowhere")


def needs(path: Path) -> list[pytest.MarkDecorator]:
    """The marks of a module whose tests need this file or folder, and are skipped with the way to it where it is not."""
    missing = f'{path.relative_to(NPM)} is not in the folder RUNBOOK_NPM: eval "$(bash .ci/live_idp FOLDER)"'
    return [pytest.mark.live_idp, pytest.mark.skipif(not path.exists(), reason=missing)]
