"""The project's e-mail page: found as a person finds it, read in one evaluate, changed through its own buttons."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import ElementHandle

from flows.addresses import ADDRESS
from flows.jira.names import locators
from flows.jira.page import DIALOG, first_of, get, gone, missing, need, press, push
from flows.jira.tab import home, not_done, session_ended, signed_out
from flows.jira.writes import written
from flows.screens import EYES, evaluate, evaluate_handle, patiently
from runbook.step import Job, PageChanged, Transient, load_script, origin_of

FIND_ROWS = f"const ADDRESS = {ADDRESS};\n" + load_script(__file__, "find_rows.js")
ROWS = load_script(__file__, "rows.js").replace("EYES", EYES, 1).replace("FIND_ROWS", FIND_ROWS, 1)
WATCH = load_script(__file__, "watch.js").replace("EYES", EYES, 1).replace("FIND_ROWS", FIND_ROWS, 1)
MARK = (
    "(notices) => {"
    + EYES
    + FIND_ROWS
    + "; look.roots = roots(); for (const row of findRows().keys()) row.dataset.runbookOld = '';"
    + " for (const notice of notices) for (const el of findAll([notice])) el.dataset.runbookOld = ''; }"
)
LIKE = 4.0  # seconds that a page gets whose address is a guess
STALE = 3.0  # seconds that a page has to redraw itself after the provider's window closed, before it is read again


@dataclass(frozen=True)
class Row:
    """One address as the page shows it. `default`: Jira made it itself; `basic`: connected by password, not by OAuth."""

    address: str
    provider: str
    request_type: str
    reply_to: bool
    basic: bool
    default: bool
    selector: str

    def told(self) -> str:
        """The row in one line."""
        how = (
            "made by Jira"
            if self.default
            else f"{self.provider.capitalize() or 'another provider'}, {'password' if self.basic else 'OAuth'}"
        )
        more = [self.request_type or "no request type shown", *(["reply-to"] if self.reply_to else [])]
        return f"{self.address}: {', '.join([how, *more])}"

    def fact(self) -> dict[str, Any]:
        """The row for the report: everything but where it stood on the page."""
        return {key: value for key, value in asdict(self).items() if key != "selector"}


async def open_page(job: Job) -> None:
    """Brings the Jira tab to the e-mail page; remembers its address for the rest of the run. Raises PageChanged, and Transient when
    Jira's session is over."""
    known = job.facts.email_page or job.channel.email_page
    if known:
        if job.jira.url.split("#")[0] != known:
            await job.goto(known, job.jira)
        if signed_out(job):
            raise session_ended()
        await arrived(job)
    else:
        await find_page(job)
    job.facts.email_page = job.jira.url.split("#")[0]


async def open_like(job: Job, project: str, page: str) -> bool:
    """Tries the address that this project's e-mail page has if it differs from another project's by the key alone, and says
    whether the page is there."""
    parts = urlsplit(page)
    steps = parts.path.split("/")
    if steps.count(project) != 1 or parts.query:
        return False
    path = "/".join(job.channel.project if step == project else step for step in steps)
    url = f"{parts.scheme}://{parts.netloc}{path}"
    await job.goto(url, job.jira)
    if await watch(job, known=[], patience=LIKE) != "new" or job.jira.url.split("#")[0] != url:
        return False
    job.facts.email_page = url
    return True


async def find_page(job: Job) -> None:
    """From the project's page: settings, channels, e-mail, by the labels of the menus in every generation."""
    if origin_of(job.jira.url) != job.channel.site.url:
        await job.goto(home(job.channel), job.jira)
    await push(job, "menu.settings")
    if await first_of(job, ("menu.email", "menu.channels")) != "menu.email":
        await push(job, "menu.channels")
    before = job.jira.url
    await push(job, "menu.email")
    await job.jira.wait_for_url(lambda url: url != before, wait_until="commit", timeout=job.patience * 1000)
    await arrived(job)


async def arrived(job: Job) -> None:
    """Waits for the rows: a project always has the address that Jira made itself. Raises PageChanged."""
    if await watch(job, known=[]) != "new":
        raise missing(job, "email-page.heading")


async def read_rows(job: Job) -> list[Row]:
    """All rows of the page, in its order."""
    found = await evaluate(job.jira, ROWS)
    domain = job.channel.site.mail_domain.lower()
    rows = []
    for row in found["rows"]:
        default = row["address"].rpartition("@")[2] == domain
        keys = ("address", "provider", "request_type", "reply_to", "basic", "selector")
        rows.append(Row(**{k: row[k] for k in keys}, default=default))
    return rows


async def alerts(job: Job) -> str:
    """What the page complains about, or announces, right now."""
    return " ".join((await evaluate(job.jira, ROWS))["alerts"])


async def row_of(job: Job, address: str) -> Row | None:
    """The row of exactly this address."""
    return next((row for row in await read_rows(job) if row.address == address.lower()), None)


async def open_menu(job: Job, row: Row, item: str, *, needed: bool = False) -> bool:
    """Presses a named item of a row: a button in the row itself, or one of its menu. False when it is not offered. `needed`:
    somebody who teaches may be asked for it."""
    if (direct := await in_row(job, row, item)) is not None:
        await press(job, direct)
        return True
    menu = await in_row(job, row, "email-page.row-menu")
    if menu is None and needed and job.host.teaching:
        menu = await need(job, "email-page.row-menu", row=row.selector)
    if menu is None:
        return False
    await press(job, menu)
    await first_of(job, ("email-page.remove", "email-page.view-logs"))
    element = await get(job, item)
    if element is None and needed and job.host.teaching:
        element = await need(job, item)
    if element is None:
        await job.jira.keyboard.press("Escape")
        return False
    await press(job, element)
    return True


async def in_row(job: Job, row: Row, name: str) -> ElementHandle | None:
    """A named element inside a row, or None."""
    script = (
        "([locators, row]) => {"
        + EYES
        + "; look.roots = roots(); return find(locators, document.querySelector(row)); }"
    )
    handle = await evaluate_handle(job.jira, script, [locators([name], job.locators)[name], row.selector])
    return handle.as_element()


async def remove(job: Job, row: Row) -> None:
    """Removes a row and waits until it is gone. Raises PageChanged when the page does not offer it, or it stays."""
    if not await open_menu(job, row, "email-page.remove", needed=True):
        raise PageChanged(
            f"Jira offers no way to remove {row.address}.",
            seen="a row without Remove",
            expected="Remove in the row's menu, or Disconnect",
            remedy="Make another address the reply-to by hand, then run again.",
            reason="no-remove",
        )
    confirm = await need(job, "dialog.confirm-remove", DIALOG)
    job.facts.removed_at = job.host.now()
    await press(job, confirm)
    if await watch(job, gone=row.address) != "gone":
        job.facts.removed_at = None
        said = await alerts(job)
        raise Transient(
            f"Jira did not remove {row.address}. {said}".strip(),
            reason="not-removed",
            remedy="Nothing was disconnected. Try again later, or remove the address by hand.",
        )
    job.facts.removed.append(row.address)


async def mark_rows(job: Job) -> None:
    """Marks the rows and messages that stand there now, so that a new one of the same address can be told from them."""
    await evaluate(job.jira, MARK, locators(["email-page.notice"], job.locators)["email-page.notice"])


async def watch(
    job: Job,
    *,
    gone: str = "",
    known: list[str] | None = None,
    want: dict[str, Any] | None = None,
    asks: bool = True,
    fresh: bool = False,
    patience: float | None = None,
) -> str:
    """Waits for what happens to the rows: `gone` (that address is no longer shown), `new` (an address that is not `known`),
    `as-wanted` (a row with these values), `dialog` (the page asks for the request type, if `asks`), `complaint`, or
    `nothing` in time. With `fresh`, rows that `mark_rows` has marked do not count, unless a message that came after names their
    address."""
    ways = locators(["dialog", "dialog.request-type", "email-page.alert", "email-page.notice"], job.locators)
    arg = {
        "want": want,
        "gone": gone.lower(),
        "known": known,
        "fresh": fresh,
        "dialog": ways["dialog"] if asks else [],
        "type": ways["dialog.request-type"],
        "alert": ways["email-page.alert"],
        "notices": ways["email-page.notice"],
    }
    return str(await patiently(job.jira, WATCH, arg, job.patience if patience is None else patience))


async def make_reply_to(job: Job, address: str) -> None:
    """Chooses the reply-to address of the project. Raises PageChanged when the page offers no such choice."""
    async with written(job):
        await choose(job, await need(job, "email-page.reply-to"), address)
        if (save := await get(job, "email-page.reply-to-save")) is not None:
            await press(job, save)
        if await watch(job, want={"address": address.lower(), "reply_to": True}) != "as-wanted":
            said = f"Jira did not make {address} the reply-to address. {await alerts(job)}".strip()
            raise await not_done(job, PageChanged(said, reason="reply-to"))


async def choose(job: Job, field: ElementHandle, text: str) -> None:
    """Chooses the option with exactly this text (any, if it is empty) in a select or a combobox. Raises PageChanged."""
    options = await field.evaluate(
        "el => el.tagName === 'SELECT' ? [...el.options].map((o) => o.textContent.trim()) : null"
    )
    if options is not None:
        wanted = next(
            (o for o in options if re.search(rf"(^|[\s(<]){re.escape(text)}($|[\s)>])", o, re.IGNORECASE)), None
        )
        if wanted is None:
            raise no_option(text, options)
        await field.select_option(label=wanted)
        return
    await press(job, field)
    await first_of(job, ["option"])
    option = await get(job, "option", text=text or None)
    if option is None:
        raise no_option(text, [])
    await press(job, option)
    await gone(job, ["option"])


def no_option(text: str, options: list[str]) -> PageChanged:
    """The ending when a list does not have what the settings or the old connection say."""
    return PageChanged(
        f"Jira does not offer {text!r}.",
        seen=", ".join(options) or "a list without it",
        expected=text,
        reason="no-option",
        remedy="Correct RUNBOOK_REQUEST_TYPE; it must be one of the project's request types.",
    )
