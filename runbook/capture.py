"""`--har` and `--trace`: what the browser did in a run, kept in the run's folder once no secret is left in it.

The raw data is in a private temporary folder and goes away with it, whatever happens. What the gate refuses is not kept, and that
is a warning: how the channel is does not depend on it.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.async_api import BrowserContext
from playwright.async_api import Error as PlaywrightError

from runbook.aside import aside
from runbook.errors import Defect

if TYPE_CHECKING:
    from runbook.fixtures.gate import GateRefused
    from runbook.outcome import Outcome
    from runbook.runner import Run

HAR, TRACE = "run.har", "trace.zip"
REMEDY = "Report it with this line; nothing secret is in it."
LIMIT = 60.0  # seconds for the driver to write what it has


async def captured(run: Run, context: BrowserContext) -> Outcome:
    """Plays a run in this context, with a recording and a trace of it if its options say so. A run that is interrupted keeps none."""
    wanted = [name for name, wish in ((HAR, run.options.har), (TRACE, run.options.trace)) if wish]
    if not wanted:
        return await run.play(context)
    with tempfile.TemporaryDirectory(prefix="runbook-raw-", ignore_cleanup_errors=True) as folder:
        capture = Capture(run, context, Path(folder))
        await capture.begin(wanted)
        outcome = await run.play(context)
        if outcome.reason != "interrupted":
            await capture.end()
        return replace(outcome, warnings=(*outcome.warnings, *capture.problems))


class Capture:
    """The recordings of one run. `problems` are the warnings that it has told."""

    def __init__(self, run: Run, context: BrowserContext, folder: Path) -> None:
        self._run, self._context, self._folder = run, context, folder
        self._going: list[str] = []
        self.problems: list[str] = []

    async def begin(self, wanted: list[str]) -> None:
        """Begins to record into the private folder."""
        tracing = self._context.tracing
        try:
            if TRACE in wanted:
                # No pictures: what is typed can be seen in them. No sources: they name the paths of this machine.
                await tracing.start(screenshots=False, snapshots=True, sources=False)
                self._going.append(TRACE)
            if HAR in wanted:
                await tracing.start_har(self._folder / HAR, content="embed", mode="full")
                self._going.append(HAR)
        except PlaywrightError as error:
            self._warn(f"The recording could not be begun ({type(error).__name__}).")

    async def end(self) -> None:
        """Ends recording, scrubs, passes the gate and writes what may be kept into the run's folder."""
        tracing = self._context.tracing
        raw: dict[str, Path] = {}
        try:
            async with asyncio.timeout(LIMIT):
                cookies = [dict(cookie) for cookie in await self._context.cookies()]
                if HAR in self._going:
                    await tracing.stop_har()
                    raw[HAR] = self._folder / HAR
                if TRACE in self._going:
                    raw[TRACE] = self._folder / TRACE
                    await tracing.stop(path=raw[TRACE])
        except (PlaywrightError, TimeoutError) as error:
            self._warn(f"The recording could not be ended and is not kept ({type(error).__name__}).")
            return
        try:
            kept, refused = await aside(lambda: self._scrubbed(raw, cookies))
        except Exception as error:  # noqa: BLE001 - told by kind and place: its text may hold what was typed
            self._warn(f"The recording cannot be scrubbed and is not kept. {Defect.of(error).cause}")
            return
        for name, problem in refused.items():
            self._warn(f"{name} is not kept; it still holds: {problem.told}. {REMEDY}")
        self._write(kept)

    def _scrubbed(
        self, raw: Mapping[str, Path], cookies: list[dict[str, Any]]
    ) -> tuple[dict[str, bytes], dict[str, GateRefused]]:
        from runbook.fixtures.recording import people_of, tenant_of
        from runbook.fixtures.scrub import Scrubber
        from runbook.fixtures.whole import scrubbed

        typed = self._typed()
        scrubber = Scrubber(typed, tenant_of(self._run), people_of(self._run))
        scrubber.learn_cookies(cookies)
        return scrubbed(raw, scrubber, typed)

    def _write(self, kept: Mapping[str, bytes]) -> None:
        folder, written = self._run.folder, []
        for name, content in kept.items():
            try:
                written.append(str(folder.path / folder.write(name, content)))
            except OSError as error:
                self._warn(f"{name} cannot be written ({error.strerror}).")
        if written:
            self._run.emit({"event": "recordings", "files": written})

    def _typed(self) -> list[tuple[str, str]]:
        """All that must not be found: what this run has typed, and whatever else the process knows."""
        typed = list(self._run.guard.revealed)
        known = {value for _name, value in typed}
        return typed + [("secret", value) for value in sorted(self._run.redactor.values - known)]

    def _warn(self, text: str) -> None:
        clean = self._run.redactor.text(text)
        self.problems.append(clean)
        self._run.emit({"event": "warning", "text": clean})
