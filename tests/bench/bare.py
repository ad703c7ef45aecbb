"""What somebody would write in an afternoon: the clicks one after the other, fixed selectors, nothing looked at.

`same`: the clicks of the runbook. `article`: the article's order, in which the mailbox signs in after the removal.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

import pyotp
from playwright.async_api import BrowserContext, Locator, Page, async_playwright

JIRA = "https://acme.atlassian.net"
LOGOUT = "https://login.microsoftonline.com/common/oauth2/v2.0/logout"
ACCOUNT = "https://myaccount.microsoft.com/"


async def sign_in(page: Page, who: dict[str, str], offset: float, *, asked: bool = False) -> None:
    """Microsoft's pages: address, password, code, "No" to staying signed in. `asked`: the account has several second
    factors, and chooses the code."""
    await page.locator("#i0116").fill(who["username"])
    await page.locator("#idSIButton9").click()
    await page.locator("#i0118:not(.moveOffScreen)").fill(who["password"])
    await page.locator("#idSIButton9").click()
    if asked:
        await page.locator("[data-value=PhoneAppOTP]").click()
    await page.locator("#idTxtBx_SAOTCC_OTC").fill(pyotp.TOTP(who["totp"]).at(int(time.time() + offset)))
    await page.locator("#idSubmit_SAOTCC_Continue").click()
    await page.locator("#idBtn_Back").click()


async def follow(page: Page, button: Locator) -> None:
    """Clicks and waits for the page that comes: its scripts must be there before the next click."""
    async with page.expect_navigation():
        await button.click()


async def to_the_email_page(page: Page, admin: dict[str, str], offset: float) -> str:
    """Signs in to Jira, finds the e-mail page by the menu, looks at the logs; returns the page's address."""
    await page.goto(f"{JIRA}/jira/servicedesk/projects/HELP")
    await page.locator("input[name=username]").fill(admin["username"])
    await page.locator("#login-submit").click()
    await sign_in(page, admin, offset, asked=True)
    await follow(page, page.get_by_role("link", name="Project settings"))
    await page.get_by_role("button", name="Channels & self service").click()
    await follow(page, page.get_by_role("link", name="Email", exact=True))
    row = page.get_by_role("row", name="support@example.com")
    await row.get_by_role("button", name="More actions").click()
    address = page.url
    await row.get_by_role("menuitem", name="View logs").click()
    await page.locator("table[data-channel]").wait_for()
    return address


async def sign_out(page: Page) -> None:
    """Leaves Microsoft, and waits for the page that says so."""
    await page.goto(LOGOUT)
    await page.locator("#login_workload_logo_text").wait_for()


async def remove(page: Page, address: str) -> None:
    """Removes the old connection on the e-mail page."""
    await page.goto(address)
    row = page.get_by_role("row", name="support@example.com")
    await row.get_by_role("button", name="More actions").click()
    await row.get_by_role("menuitem", name="Remove").click()
    dialog = page.get_by_role("dialog", name="Remove email address?")
    await follow(page, dialog.get_by_role("button", name="Remove"))


async def add(page: Page) -> Page:
    """Adds an external address; returns Microsoft's window."""
    await page.get_by_role("button", name="Add external email").click()
    async with page.expect_popup() as opened:
        await page.get_by_role("button", name="Microsoft", exact=True).click()
    return await opened.value


async def accept(window: Page, page: Page) -> None:
    """Accepts what Jira asks for, and chooses the request type."""
    await window.locator("#idSIButton9[value=Accept]").click()
    dialog = page.get_by_role("dialog", name="Choose a request type")
    await dialog.get_by_label("Request type").select_option("Report an incident")
    await dialog.get_by_role("button", name="Done").click()
    await page.get_by_text("is now connected").wait_for()


async def same(context: BrowserContext, admin: dict[str, str], mailbox: dict[str, str], offset: float) -> None:
    """The clicks of the runbook, in its order."""
    page = await context.new_page()
    address = await to_the_email_page(page, admin, offset)
    beside = await context.new_page()
    await sign_out(beside)
    await beside.goto(ACCOUNT)
    await sign_in(beside, mailbox, offset)
    await beside.get_by_text("My Account").first.wait_for()
    await remove(page, address)
    await accept(await add(page), page)
    await sign_out(beside)


async def article(context: BrowserContext, admin: dict[str, str], mailbox: dict[str, str], offset: float) -> None:
    """The article's order: out of the identity provider, remove, add, and only then sign in as the mailbox."""
    page = await context.new_page()
    address = await to_the_email_page(page, admin, offset)
    beside = await context.new_page()
    await sign_out(beside)
    await remove(page, address)
    window = await add(page)
    await sign_in(window, mailbox, offset)
    await accept(window, page)
    await sign_out(beside)


async def main(order: str, given: dict[str, Any]) -> None:
    """Starts the browser, plays one order, closes the browser."""
    channel = given["channel"]
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=given["program"], args=given["args"])
        context = await browser.new_context()
        play = {"same": same, "article": article}[order]
        await play(context, channel["site"]["admin"], channel["mailbox"], given["offset"])
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], json.loads(sys.stdin.readline())))
