"""The e-mail page made of Atlassian's published components, in the place of the sandbox's own newest one (G3).

`RUNBOOK_ATLASKIT` names the built script; its style sheet is beside it. `tests/live_idp/atlaskit/` has the source.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Response, send_from_directory

from runbook.errors import ConfigError

VARIABLE = "RUNBOOK_ATLASKIT"
ASSETS = "/s/atlaskit"


@dataclass(frozen=True)
class Build:
    """What esbuild wrote: `page.js`, and `page.css` beside it."""

    script: Path

    @classmethod
    def wanted(cls) -> Build | None:
        """The build that the environment names, or None. Raises ConfigError when it is not there."""
        named = os.environ.get(VARIABLE, "")
        if not named:
            return None
        script = Path(named).resolve()
        if not (script.is_file() and script.with_suffix(".css").is_file()):
            raise ConfigError(
                f"{VARIABLE} names {script}, which is not there together with its style sheet.",
                remedy="Build it: `bash .ci/live_idp FOLDER` does.",
            )
        return cls(script)

    def mount(self, site: Blueprint) -> None:
        """Registers the addresses of the two files."""

        def file(kind: str) -> Response:
            wanted = self.script.with_suffix(f".{kind}")
            return send_from_directory(wanted.parent, wanted.name, max_age=3600)

        site.add_url_rule(f"{ASSETS}/page.<any(js, css):kind>", "atlaskit", file)
