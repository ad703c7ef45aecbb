"""Finding, fetching and starting a browser; and the banner of a headed run."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.async_api import Page, Route

from runbook import browser_find, browser_install
from runbook.banner import TAG, Banner
from runbook.browser import Browser, ensure, find, new_context, registry, start, version_line
from runbook.browser_install import Way, fetch, machine_ways, run
from runbook.errors import ConfigError

POSIX = pytest.mark.skipif(os.name != "posix", reason="signals and file modes")
STRICT = "default-src 'none'; style-src 'self'; script-src 'self'; require-trusted-types-for 'script'"


def program(path: Path, text: str = "#!/bin/sh\nexit 0\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A machine without any browser: its environment."""
    monkeypatch.setattr(browser_find, "PLACES", {})
    monkeypatch.setattr(browser_install, "_lock_folder", lambda: tmp_path)
    return {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path), "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path / "own")}


@pytest.fixture(scope="module")
async def page() -> AsyncIterator[Page]:
    found = ensure(None, headed=False, say=lambda text: None)
    async with start(found, headed=False) as running:
        context = await new_context(running)

        async def answer(route: Route) -> None:
            headers = {"Content-Security-Policy": STRICT} if "strict" in route.request.url else {}
            await route.fulfill(content_type="text/html", headers=headers, body="<h1>Sign in</h1><input id=name>")

        await context.route("**/*", answer)
        yield await context.new_page()


# --- finding


def test_a_machine_without_a_browser_has_none(machine: dict[str, str]) -> None:
    assert find(None, headed=False, env=machine) is None
    assert find(None, headed=True, env=machine) is None


def test_without_a_window_the_headless_shell_is_preferred_and_with_one_it_is_never_used(
    machine: dict[str, str], tmp_path: Path
) -> None:
    shell = program(tmp_path / "bin" / "chromium-headless-shell")
    assert find(None, headed=True, env=machine) is None
    chrome = program(tmp_path / "bin" / "google-chrome")
    assert find(None, headed=False, env=machine) == Browser("Chromium headless shell", shell, "headless-shell")
    assert find(None, headed=True, env=machine) == Browser("Google Chrome", chrome, "chrome")


@pytest.mark.parametrize(
    ("choice", "name"), [("chrome", "google-chrome-stable"), ("msedge", "microsoft-edge"), ("chromium", "chromium")]
)
def test_a_choice_goes_before_the_preference(machine: dict[str, str], tmp_path: Path, choice: str, name: str) -> None:
    program(tmp_path / "bin" / "chromium-headless-shell")
    path = program(tmp_path / "bin" / name)
    found = find(choice, headed=False, env=machine)
    assert found is not None
    assert (found.path, found.kind) == (path, choice)


@pytest.mark.parametrize("choice", ["chrome", "msedge", "chromium", "/no/such/browser", "firefox"])
def test_a_choice_that_is_not_there_is_an_error_with_a_remedy(machine: dict[str, str], choice: str) -> None:
    with pytest.raises(ConfigError) as caught:
        find(choice, headed=False, env=machine)
    assert "--browser" in caught.value.remedy


def test_a_path_names_a_program_and_a_shell_has_no_window(machine: dict[str, str], tmp_path: Path) -> None:
    path = program(tmp_path / "odd" / "chrome-headless-shell")
    found = find(str(path), headed=False, env=machine)
    assert found == Browser("chrome-headless-shell", path, "headless-shell")
    with pytest.raises(ConfigError, match="has no window"):
        find(str(path), headed=True, env=machine)


@POSIX
def test_a_file_that_cannot_be_started_is_no_browser(machine: dict[str, str], tmp_path: Path) -> None:
    path = program(tmp_path / "odd" / "chrome")
    path.chmod(0o644)
    with pytest.raises(ConfigError, match="not a program"):
        find(str(path), headed=False, env=machine)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="folder names of Linux")
def test_playwrights_own_build_that_fits_the_driver_goes_before_a_newer_one(
    machine: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser_find, "_driver_revision", lambda: "1200")
    for revision in ("1100", "1200", "1300"):
        folder = tmp_path / "own" / f"chromium_headless_shell-{revision}"
        program(folder / "chrome-headless-shell-linux64" / "chrome-headless-shell")
        (folder / "INSTALLATION_COMPLETE").touch()
    found = find(None, headed=False, env=machine)
    assert found is not None
    assert "chromium_headless_shell-1200" in str(found.path)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="folder names of Linux")
def test_a_download_that_was_cut_off_is_no_browser(machine: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "own" / "chromium-1255"
    path = program(folder / "chrome-linux64" / "chrome")
    assert find(None, headed=True, env=machine) is None
    (folder / "INSTALLATION_COMPLETE").touch()
    assert find(None, headed=True, env=machine) == Browser("Chromium", path, "chromium")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the folder of Linux")
def test_the_registry_is_where_the_driver_keeps_it() -> None:
    assert registry({"HOME": "/home/a"}) == Path("/home/a/.cache/ms-playwright")
    assert registry({"HOME": "/home/a", "XDG_CACHE_HOME": "/c"}) == Path("/c/ms-playwright")
    assert registry({"PLAYWRIGHT_BROWSERS_PATH": "/b"}) == Path("/b")
    assert registry({"PLAYWRIGHT_BROWSERS_PATH": "0"}).name == ".local-browsers"


def test_ubuntus_empty_shell_of_a_package_is_no_browser(machine: dict[str, str], tmp_path: Path) -> None:
    program(tmp_path / "bin" / "chromium-browser", "#!/bin/sh\necho requires the chromium snap\nexit 1\n")
    assert find(None, headed=True, env=machine) is None


# --- fetching


def test_a_browser_that_is_there_is_not_fetched(machine: dict[str, str], tmp_path: Path) -> None:
    program(tmp_path / "bin" / "chromium")
    said: list[str] = []
    assert ensure(None, headed=False, say=said.append, env=machine).kind == "chromium"
    assert said == []


def test_a_chosen_chrome_is_not_replaced_by_something_else(machine: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="Google Chrome is not on this machine"):
        ensure("chrome", headed=False, say=lambda text: None, env=machine)


@POSIX
def test_the_first_way_that_gives_a_browser_that_starts_ends_the_search(
    machine: dict[str, str], tmp_path: Path
) -> None:
    said: list[str] = []
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    broken = (
        f"printf '#!/bin/sh\\necho libnss3.so is missing >&2; exit 127' > {bin_}/chromium; chmod +x {bin_}/chromium"
    )
    good = f"printf '#!/bin/sh\\nexit 0' > {bin_}/chromium; sleep 0"
    ways = [
        Way("nothing", (("/bin/sh", "-c", "echo E: no such package; exit 100"),)),
        Way("a broken one", (("/bin/sh", "-c", broken),)),
        Way("a good one", (("/bin/sh", "-c", good),)),
        Way("never tried", (("/bin/sh", "-c", f"touch {tmp_path}/tried"),)),
    ]
    found = fetch(lambda: find(None, headed=True, env=machine), said.append, ways=ways)
    assert found.path == bin_ / "chromium"
    assert not (tmp_path / "tried").exists()
    told = "\n".join(said)
    assert "exit code 100: E: no such package" in told
    assert "libnss3.so is missing" in told
    assert said[-1].startswith(f"Got Chromium ({found.path}) in ")


def test_when_no_way_works_the_error_names_both_commands(machine: dict[str, str]) -> None:
    with pytest.raises(ConfigError) as caught:
        fetch(lambda: None, lambda text: None, ways=[Way("nothing", ((sys.executable, "-c", "raise SystemExit(1)"),))])
    assert "apt-get install chromium chromium-headless-shell" in caught.value.remedy
    assert "-m playwright install chromium" in caught.value.remedy


@POSIX
def test_ctrl_c_during_one_way_does_not_go_on_to_the_next(machine: dict[str, str], tmp_path: Path) -> None:
    ways = [
        Way("interrupted", (("/bin/sh", "-c", "kill -INT $$"),)),
        Way("never tried", (("/bin/sh", "-c", f"touch {tmp_path}/tried"),)),
    ]
    with pytest.raises(ConfigError, match="interrupted"):
        fetch(lambda: None, lambda text: None, ways=ways)
    assert not (tmp_path / "tried").exists()


def test_a_second_process_waits_and_takes_what_the_first_one_got(machine: dict[str, str], tmp_path: Path) -> None:
    inside, go, said = threading.Event(), threading.Event(), list[str]()

    def look() -> Browser | None:
        inside.set()
        go.wait(10)
        return Browser("Chromium", tmp_path, "chromium")

    first = threading.Thread(target=fetch, args=(look, lambda text: None), kwargs={"ways": []})
    first.start()
    assert inside.wait(10)

    def heard(text: str) -> None:
        said.append(text)
        if "Another process" in text:
            go.set()

    assert fetch(look, heard, ways=[]).path == tmp_path
    first.join(10)
    assert any("Another process" in text for text in said)


def test_a_commands_progress_is_told_with_lines_and_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser_install, "TELL_EVERY", 0.05)
    said: list[str] = []
    text = "import sys, time\nfor n in range(4): print('unpacking', n, flush=True); time.sleep(0.1)"
    assert run((sys.executable, "-c", text), said.append) == 0
    assert any("lines: unpacking" in line and " s, " in line for line in said)


def test_a_command_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser_install, "TELL_EVERY", 0.05)
    monkeypatch.setattr(browser_install, "LIMIT", 0.2)
    before = set(psutil.Process().children())
    assert run((sys.executable, "-c", "import time; time.sleep(60)"), lambda text: None) == 124
    assert set(psutil.Process().children()) <= before


def test_a_command_that_is_not_there_is_told() -> None:
    said: list[str] = []
    assert run(("/no/such/command",), said.append) == 127
    assert said[-1] == "/no/such/command: No such file or directory"


@POSIX
@pytest.mark.parametrize(
    ("os_release", "root", "first", "count"),
    [
        ("ID=debian", True, "the packages chromium and chromium-headless-shell", 3),
        ('NAME=x\nID="ubuntu"', True, "Chromium, Playwright's own build, with the system libraries that it needs", 3),
        ("ID=debian", False, "Chromium, Playwright's own build", 1),
    ],
)
def test_the_order_of_the_ways_suits_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, os_release: str, root: bool, first: str, count: int
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000)
    program(tmp_path / "bin" / "apt-get")
    (tmp_path / "os-release").write_text(os_release, encoding="utf-8")
    ways = machine_ways({"PATH": str(tmp_path / "bin")}, tmp_path / "os-release")
    assert (ways[0].what, len(ways)) == (first, count)


@POSIX
def test_sudo_is_used_only_when_it_does_not_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    program(tmp_path / "bin" / "apt-get")
    sudo = program(tmp_path / "bin" / "sudo", "#!/bin/sh\nexit 1\n")
    env = {"PATH": str(tmp_path / "bin")}
    assert [way.commands[0][0] for way in machine_ways(env)] == [sys.executable]
    program(sudo)
    assert machine_ways(env)[-2].commands[0][:2] == (str(sudo), "-n")


# --- starting


async def test_the_browser_starts_and_its_version_is_named() -> None:
    found = ensure(None, headed=False, say=lambda text: None)
    line = await version_line(found)
    assert line.startswith(f"{found.name} ")
    assert "driver Playwright 1." in line


async def test_a_program_that_is_no_browser_is_a_config_error(tmp_path: Path) -> None:
    path = program(tmp_path / "chrome", "#!/bin/sh\necho 'libnss3.so: cannot open shared object file' >&2\nexit 127\n")
    with pytest.raises(ConfigError) as caught:
        async with start(Browser("Chromium", path, "chromium"), headed=False):
            pass
    assert "libnss3.so is missing" in caught.value.cause
    assert "install-deps chromium" in caught.value.remedy


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="DISPLAY belongs to Linux")
async def test_a_window_without_a_display_is_refused_before_anything_starts() -> None:
    with pytest.raises(ConfigError) as caught:
        async with start(Browser("x", Path("/no/such"), "chromium"), headed=True, env={}):
            pass
    assert caught.value.reason == "no-display"
    assert "xvfb-run" in caught.value.remedy


async def test_the_browser_keeps_to_itself_and_says_that_it_is_automated(page: Page) -> None:
    process = next(p for p in psutil.Process().children(recursive=True) if "--no-first-run" in p.cmdline())
    wanted = {"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic"}
    assert wanted <= set(process.cmdline())
    assert not any("AutomationControlled" in word for word in process.cmdline())
    assert await page.evaluate("navigator.webdriver") is True


async def test_a_fresh_context_has_the_fixed_locale_and_size(page: Page) -> None:
    await page.goto("https://site.example.com/")
    assert await page.evaluate("[navigator.language, innerWidth, innerHeight]") == ["en-US", 1280, 800]


async def test_a_context_can_record(page: Page, tmp_path: Path) -> None:
    running = page.context.browser
    assert running is not None
    (tmp_path / "page.html").write_text("hello", encoding="utf-8")
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        context = await new_context(running, har=tmp_path / "all.har")
        recorded = await context.new_page()
        await recorded.goto(f"http://127.0.0.1:{server.server_port}/page.html")
        await context.close()
        server.shutdown()
    har = json.loads((tmp_path / "all.har").read_text(encoding="utf-8"))
    assert har["log"]["entries"][0]["response"]["content"]["text"] == "hello"


async def test_a_cancelled_run_leaves_no_process() -> None:
    before = {p.pid for p in psutil.Process().children(recursive=True)}
    found, started = ensure(None, headed=False, say=lambda text: None), asyncio.Event()

    async def hold() -> None:
        async with start(found, headed=False):
            started.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hold())
    await asyncio.wait_for(started.wait(), 30)
    new = [p for p in psutil.Process().children(recursive=True) if p.pid not in before]
    assert new
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert psutil.wait_procs(new, timeout=10)[1] == []


@pytest.mark.parametrize("phase", ["node", "--no-first-run"])
async def test_a_run_cancelled_while_the_browser_starts_leaves_no_process(phase: str) -> None:
    before = {p.pid for p in psutil.Process().children(recursive=True)}
    found = ensure(None, headed=False, say=lambda text: None)

    async def hold() -> None:
        async with start(found, headed=False):
            await asyncio.Event().wait()

    task = asyncio.create_task(hold())
    new: list[psutil.Process] = []
    while not any(phase in " ".join(p.cmdline()) for p in new):
        await asyncio.sleep(0.01)
        new = [p for p in psutil.Process().children(recursive=True) if p.pid not in before]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    new += [p for p in psutil.Process().children(recursive=True) if p.pid not in before]
    assert psutil.wait_procs(new, timeout=10)[1] == []


@POSIX
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_no_browser_outlives_its_run(name: str) -> None:
    script = """
import asyncio
from runbook.browser import ensure, start
async def main():
    async with start(ensure(None, headed=False, say=lambda text: None), headed=False):
        print("ready", flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
"""
    child = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        family = psutil.Process(child.pid).children(recursive=True)
        assert len(family) >= 2
        # Ctrl-C on a terminal reaches the whole group, the driver included.
        os.killpg(child.pid, getattr(signal, name)) if name == "SIGINT" else child.send_signal(getattr(signal, name))
        assert psutil.wait_procs(family, timeout=15)[1] == []
        child.wait(15)


def test_the_search_does_not_import_playwright() -> None:
    script = "import sys, runbook.browser as b; b.find(None, headed=False); sys.exit('playwright' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


# --- the banner


async def shown(page: Page) -> list[Any]:
    """What the pixels of the strip look like: [height, background]. Its text is in a closed root that no script reads."""
    box = await page.locator(TAG).bounding_box()
    return [] if box is None else [box["y"], box["width"], box["height"]]


@pytest.fixture
async def banner(page: Page) -> AsyncIterator[Banner]:
    await page.goto("https://site.example.com/")
    banner = Banner(lambda: page)
    yield banner
    await banner.clear()


async def test_the_banner_is_a_strip_along_the_upper_edge_of_a_page_that_forbids_everything(
    page: Page, banner: Banner
) -> None:
    await page.goto("https://site.example.com/strict")
    await banner.step(3, 11, "Read the channel")
    top, width, height = await shown(page)
    assert (top, width) == (0, 1280)
    assert 15 < height < 60


async def test_the_banner_takes_no_click_and_adds_no_text_to_the_page(page: Page, banner: Banner) -> None:
    await page.evaluate("document.querySelector('#name').style.cssText = 'position:fixed;top:0;left:40%'")
    text = await page.evaluate("document.documentElement.innerText")
    await banner.step(3, 11, "Read the <b>channel</b>")
    await page.click("#name", timeout=3000)
    assert await page.evaluate("document.activeElement.id") == "name"
    assert await page.evaluate("document.documentElement.innerText") == text
    assert await page.get_by_text("Read the").count() == 0


async def test_the_banner_is_drawn_again_after_a_navigation_and_in_a_new_window(page: Page, banner: Banner) -> None:
    await banner.step(3, 11, "Read the channel")
    await page.goto("https://site.example.com/strict/next")
    await page.wait_for_selector(TAG, state="attached", timeout=5000)
    async with page.context.expect_page() as opened:
        await page.evaluate("() => { window.open('https://site.example.com/popup'); }")
    popup = await opened.value
    await popup.wait_for_selector(TAG, state="attached", timeout=5000)
    await popup.close()


async def test_clear_takes_the_banner_away_for_good(page: Page, banner: Banner) -> None:
    await banner.step(3, 11, "Read the channel")
    assert await page.locator(TAG).count() == 1
    await banner.clear()
    await page.reload()
    assert await page.locator(TAG).count() == 0


async def test_a_person_is_called_by_a_larger_strip_and_the_step_comes_back(page: Page, banner: Banner) -> None:
    await banner.step(6, 11, "Prove the mailbox")
    small = (await shown(page))[2]

    async def until() -> str:
        assert (await shown(page))[2] > small
        return "done"

    assert await banner.hold(page, "Solve the captcha.", 300, until()) == "done"
    assert (await shown(page))[2] == small


async def test_the_countdown_goes_on_over_a_navigation(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    sent: list[Any] = []
    real: Callable[..., Any] = Page.evaluate

    async def spy(self: Page, expression: str, arg: Any = None) -> Any:
        sent.append(arg)
        return await real(self, expression, arg)

    monkeypatch.setattr(Page, "evaluate", spy)
    banner = Banner(lambda: page, clock=lambda: now[0])
    await banner.person("Solve the captcha.", 300)
    now[0] += 60
    await page.goto("https://site.example.com/again")
    await page.wait_for_selector(TAG, state="attached", timeout=5000)
    assert [arg[1]["left"] for arg in sent] == [300, 240]
    await banner.clear()


async def test_a_banner_that_cannot_be_drawn_never_fails_the_run(page: Page) -> None:
    gone = await page.context.new_page()
    await gone.close()
    for getter in (lambda: gone, lambda: None):
        banner = Banner(getter)
        await banner.step(1, 11, "Sign in")
        await banner.person("Solve the captcha.", 10)
        await banner.clear()


@POSIX
def test_the_lock_is_in_a_private_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / "cache")
    folder = browser_install._lock_folder()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
