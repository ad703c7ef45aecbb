"""Attaches the rescue of unread mail to a run (`--rescue`), and reminds of one that was not finished."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from runbook.aside import aside
from runbook.errors import RunbookError
from runbook.runner import Run
from runbook.settings.rescue import NOTE


@asynccontextmanager
async def rescuing(run: Run, *, sandbox: bool) -> AsyncIterator[None]:
    """For the length of a run. Raises ConfigError, before anything is done, when mail should be rescued and the channel's
    settings have no IMAP access."""
    if not run.options.rescue:
        reminding = asyncio.ensure_future(_remind(run))
        try:
            yield
        finally:
            reminding.cancel()
            await asyncio.gather(reminding, return_exceptions=True)
        return
    from runbook.rescue import rescue_of  # IMAP is loaded by who uses it

    run.rescue = rescue_of(run.guard, run.emit, dry_run=run.options.dry_run, sandbox=sandbox)
    try:
        yield
    finally:
        await run.rescue.close()


async def _remind(run: Run) -> None:
    """Warns of mail that waits for a run with --rescue; beside the run, which has other things to ask of the state."""
    with suppress(RunbookError):  # a state that cannot be read is told by who needs it
        note = await aside(lambda: run.guard.state.read_note(run.channel.id, NOTE))
        if not note:
            return
        what = "mail of the last gap was not brought over"
        if waiting := len(note.get("mail", ())):
            what = f"up to {waiting} messages wait in the mail folder {note.get('folder')!r}"
        text = f"An earlier rescue was not finished: {what}. Run with --rescue to finish it."
        run.emit({"event": "warning", "text": text})
