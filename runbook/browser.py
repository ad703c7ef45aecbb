"""A browser for a run: `ensure` gets one where there is none, `start` runs it, `new_context` gives a fresh context.

Nothing here disguises the browser: no flag, header or script makes an automated browser look like another one.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platformdirs import user_cache_path

from runbook import files
from runbook.browser_find import CHOICES, CHROMIUM, Browser, find, registry
from runbook.errors import ConfigError

if TYPE_CHECKING:
    from playwright.async_api import Browser as Running
    from playwright.async_api import BrowserContext, Playwright

__all__ = [
    "CHOICES",
    "Browser",
    "Driver",
    "close",
    "ensure",
    "find",
    "new_context",
    "registry",
    "require_display",
    "start",
    "version_line",
]

# Playwright itself sets --no-first-run, --disable-background-networking, --disable-component-update, --disable-sync.
FLAGS = ("--disable-quic",)
CLOSING = 10.0  # seconds
SPAWNED = 10  # turns of the loop after which the driver's process is there: enough, and none of them waits


def ensure(
    choice: str | None, *, headed: bool, say: Callable[[str], None], env: Mapping[str, str] = os.environ
) -> Browser:
    """`find`, and when there is none, gets one and says so through `say`, which takes one line of text.

    Raises ConfigError when what was chosen cannot be fetched (Chrome, Edge, a path), or when no way to Chromium worked.
    """
    try:
        found = find(choice, headed=headed, env=env)
    except ConfigError:
        if choice != CHROMIUM:
            raise
        found = None
    if found:
        return found
    from runbook.browser_install import fetch

    def look() -> Browser | None:
        with suppress(ConfigError):
            return find(choice, headed=headed, env=env)
        return None

    return fetch(look, say, env=env)


class Driver:
    """Playwright's driver: a program of its own, which takes a while to answer and may do so beside other work."""

    def __init__(self) -> None:
        self._starting: asyncio.Future[Playwright] | None = None

    async def begin(self) -> None:
        """Starts it and does not wait for it."""
        from playwright.async_api import async_playwright

        # The driver's own program is compiled once and not at every start: less than half the time until it answers.
        if cache := _compile_cache():
            os.environ.setdefault("NODE_COMPILE_CACHE", str(cache))
        self._starting = asyncio.ensure_future(async_playwright().start())
        for _ in range(SPAWNED):
            await asyncio.sleep(0)

    async def get(self) -> Playwright:
        """The driver, when it answers."""
        if self._starting is None:
            await self.begin()
        assert self._starting is not None  # noqa: S101 - for the type checker
        # Playwright forgets its driver's process when it is cancelled while that starts, hence the shield.
        return await asyncio.shield(self._starting)

    async def end(self) -> None:
        """Ends it, and every browser with it."""
        from playwright.async_api import Error

        starting, self._starting = self._starting, None
        if starting is not None:
            with suppress(Error):
                await (await starting).stop()


@asynccontextmanager
async def start(
    browser: Browser,
    *,
    headed: bool,
    slow_mo: float = 0.0,
    args: tuple[str, ...] = (),
    env: Mapping[str, str] = os.environ,
    driver: Driver | None = None,
) -> AsyncIterator[Running]:
    """Runs the browser for the length of the block and leaves no process behind, however that ends; `slow_mo` in ms.
    `driver`: one that was begun before, and that whoever began it ends.

    Raises ConfigError when there is no display for a window, or when the program does not start.
    """
    require_display(headed, env)
    from playwright.async_api import Error

    own = Driver()
    try:
        playwright = await (driver or own).get()
        try:
            # The signals stay with the run, which has to close its pages and tell the channel's state first.
            running = await playwright.chromium.launch(
                executable_path=browser.path,
                headless=not headed,
                slow_mo=slow_mo,
                args=[*FLAGS, *args],
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
            )
        except Error as error:
            raise cannot_start(browser, str(error)) from None
        try:
            yield running
        finally:
            # A recording that cannot be ended holds the closing up for ever; the driver's end takes the browser along.
            with suppress(Error, TimeoutError):
                async with asyncio.timeout(CLOSING):
                    await running.close()
    finally:
        await own.end()


def _compile_cache() -> Path | None:
    """A folder that nobody else can write to: what lies there is run. None where there cannot be one."""
    folder = user_cache_path("jsm-mailbox-runbook") / "driver"
    try:
        files.make_folder(folder)
        files.check(folder, others=files.WRITING)
    except (OSError, files.OpenToOthers):
        return None
    return folder


async def new_context(running: Running, *, har: Path | None = None, **options: Any) -> BrowserContext:
    """A fresh context, nothing remembered in it. `har`: a file for a full recording, written when the context closes;
    `options` are further ones of Playwright's `new_context`."""
    if har:
        options = {"record_har_path": har, "record_har_mode": "full", "record_har_content": "embed", **options}
    settings: dict[str, Any] = {
        "locale": "en-US",
        "viewport": {"width": 1280, "height": 800},
        # A service worker would answer requests that neither the recorder nor the run's own routes get to see.
        "service_workers": "block",
        "accept_downloads": False,
        **options,
    }
    return await running.new_context(**settings)


async def close(context: BrowserContext) -> None:
    """Closes a context, within a limit."""
    from playwright.async_api import Error

    # A page that hangs holds the closing up for ever; the browser's own end takes it along.
    with suppress(Error, TimeoutError):
        async with asyncio.timeout(CLOSING):
            await context.close()


async def version_line(browser: Browser) -> str:
    """Starts the browser once, without a window, and names it: `Chromium 156.0, driver Playwright 1.65.2`.

    Raises ConfigError when it does not start.
    """
    async with start(browser, headed=False) as running:
        return f"{browser.name} {running.version}, driver Playwright {version('playwright')}"


def require_display(headed: bool, env: Mapping[str, str] = os.environ) -> None:
    """Raises ConfigError when a window was asked for and this Linux session has nowhere to show it."""
    if headed and sys.platform.startswith("linux") and not (env.get("DISPLAY") or env.get("WAYLAND_DISPLAY")):
        raise ConfigError(
            "There is no display to show a browser window on.",
            remedy="Run without --headed, or put `xvfb-run -a` before the command.",
            reason="no-display",
        )


def cannot_start(browser: Browser, text: str) -> ConfigError:
    """What a browser that did not start has said, as an error with its remedy; `text` is Playwright's."""
    if missing := re.search(r"(\S+\.so\S*): cannot open shared object", text):
        return ConfigError(
            f"{browser.name} ({browser.path}) does not start: {missing[1]} is missing.",
            remedy=f"Run `sudo {sys.executable} -m playwright install-deps chromium`.",
            reason="browser-libraries",
        )
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line).strip() for line in text.splitlines()]
    last = next((line for line in lines if line and not line.lower().startswith("call log")), "no reason given")
    return ConfigError(
        f"{browser.name} ({browser.path}) does not start: {last.removeprefix('BrowserType.launch: ')[:200].rstrip('.')}.",
        remedy="Choose another one with --browser, or run `python -m runbook doctor --fix`.",
        reason="browser-start",
    )
