"""Okta's own sign-in widget in the place of the sandbox's copy of it, where the npm package is installed.

`RUNBOOK_SANDBOX_OKTA_WIDGET=2` (or `3`, the widget's generation) asks for it; `RUNBOOK_NPM` names the folder that has
`node_modules/@okta/okta-signin-widget`. The page is the vendor's then, the answers to its calls stay the sandbox's.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, render_template, send_from_directory

from runbook.errors import ConfigError
from runbook.sandbox.world import World

SWITCH, NPM = "RUNBOOK_SANDBOX_OKTA_WIDGET", "RUNBOOK_NPM"
PACKAGE = "@okta/okta-signin-widget"
INSTALL = f"npm install --ignore-scripts {PACKAGE}@7.49.0"
ASSETS = "/assets/siw"
SCRIPTS = {"2": "js/okta-sign-in.min.js", "3": "js/okta-sign-in.next.js"}
STYLES = {"2": "css/okta-sign-in.min.css", "3": "css/okta-sign-in.next.css"}
# What stands between password and code and has no form in the widget: the captcha comes from another company's host,
# and a page that nobody knows is not the vendor's.
NO_FORM = ("captcha", "unknown-page")


@dataclass(frozen=True)
class Widget:
    """The vendor's files. `generation`: 2 or 3."""

    folder: Path
    generation: str
    world: World

    @classmethod
    def wanted(cls, world: World) -> Widget | None:
        """The widget that the environment asks for, or None. Raises ConfigError when it is not to be had."""
        generation = os.environ.get(SWITCH, "")
        if not generation:
            return None
        if generation not in SCRIPTS:
            raise ConfigError(f"{SWITCH} is {generation!r}.", remedy=f"Give 2 or 3. Example: {SWITCH}=3")
        folder = Path(os.environ.get(NPM) or ".").resolve() / "node_modules" / PACKAGE / "dist"
        if not (folder / SCRIPTS[generation]).is_file():
            raise ConfigError(
                f"{SWITCH} is set, and {PACKAGE} is not installed in {folder.parents[3]}.",
                remedy=f"Run `{INSTALL}` in a folder, and let {NPM} name it.",
            )
        for fault in NO_FORM:
            if world.fault(fault):
                raise ConfigError(
                    f"--fault {fault}: the vendor's widget has no such page.", remedy=f"Play it without {SWITCH}."
                )
        return cls(folder, generation, world)

    def mount(self, app: Flask) -> None:
        """Registers the addresses of the vendor's files."""

        def file(name: str) -> Response:
            return send_from_directory(self.folder, name, max_age=3600)

        app.add_url_rule(f"{ASSETS}/<path:name>", "widget_file", file)

    def page(self, state_token: str, origin: str) -> str:
        """The page that starts the widget."""
        self.world.note("vendor-page", generation=self.generation)
        return render_template(
            "okta/vendor.html",
            script=f"{ASSETS}/{SCRIPTS[self.generation]}",
            style=f"{ASSETS}/{STYLES[self.generation]}",
            config={
                "baseUrl": origin,
                "stateToken": state_token,
                "brandName": "acme",
                "language": "en",
                "assets": {"baseUrl": origin + ASSETS},
                "features": {"selfServiceUnlock": False},
            },
        )
