"""What a person does in a browser, click by click, with no checks at all: for tests that need somebody signed in."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pyotp
from playwright.async_api import Locator, Page

from runbook.browser import ensure, new_context, start
from runbook.sandbox import build, parse
from runbook.sandbox.scenario import Idp
from runbook.sandbox.server import Server
from runbook.sandbox.world import ADMIN, HOSTS, Account, Session, World

JIRA = f"https://{HOSTS['site']}"
DASHBOARDS = {
    "okta": f"https://{HOSTS['okta']}/app/UserHome",
    "keycloak": f"https://{HOSTS['keycloak']}/realms/acme/account",
}


@asynccontextmanager
async def browsing(scenario: str, *faults: str) -> AsyncIterator[tuple[Page, World]]:
    """A fresh browser in front of a fresh sandbox."""
    with Server(build(parse(scenario), faults)) as server:
        program = ensure(None, headed=False, say=lambda _: None)
        async with start(program, headed=False, args=tuple(server.browser_args())) as running:
            context = await new_context(running)
            context.set_default_timeout(15_000)
            yield await context.new_page(), server.world
            await context.close()


async def in_jira(page: Page, world: World, address: str = ADMIN) -> None:
    """Is signed in to Jira at once, and in front of the e-mail page."""
    world.sessions["ticket:t"] = Session("ticket", [address], data={})
    await page.goto(f"{JIRA}/login/callback?token=t&continue=/jira/servicedesk/projects/HELP")
    await open_email_page(page, world)


async def sign_in(page: Page, world: World, account: Account, site: Idp | None = None) -> None:
    """Signs in on the page that is open: at `site`, by default the account's home."""
    ways = {"microsoft": microsoft, "google": google, "okta": okta, "keycloak": keycloak}
    await ways[site or account.home](page, world, account)


def code(world: World, account: Account) -> str:
    """The one-time code of the moment."""
    return pyotp.TOTP(account.totp).at(int(world.now()))


async def microsoft(page: Page, world: World, account: Account) -> None:
    await page.locator("#i0116").fill(account.address)
    await page.locator("#idSIButton9").click()
    await page.locator("#i0118:not(.moveOffScreen)").fill(account.password)
    await page.locator("#idSIButton9").click()
    field, app = page.locator("#idTxtBx_SAOTCC_OTC"), page.locator("[data-value=PhoneAppOTP]")
    await field.or_(app).first.wait_for()
    if await app.is_visible():
        await app.click()
    await field.fill(code(world, account))
    await page.locator("#idSubmit_SAOTCC_Continue").click()
    await page.locator("#idBtn_Back").click()


async def google(page: Page, world: World, account: Account) -> None:
    await page.locator("#identifierId").fill(account.address)
    await page.locator("#identifierNext button").click()
    await page.locator("input[name=Passwd]").fill(account.password)
    await page.locator("#passwordNext button").click()
    field, app = page.locator("#totpPin"), page.locator("[data-challengetype='6']")
    await field.or_(app).first.wait_for()
    if await app.is_visible():
        await app.click()
    await field.fill(code(world, account))
    await page.locator("#totpNext button").click()


async def okta(page: Page, world: World, account: Account) -> None:
    await page.locator("input[name=identifier]").fill(account.address)
    await page.locator("input[data-type=save]").click()
    password = page.locator("input[type=password][name='credentials.passcode']")
    app = page.locator("[data-se=google_otp] a.select-factor")
    by_password = page.locator("[data-se=okta_password] a.select-factor")
    await password.or_(by_password).first.wait_for()
    if await by_password.is_visible():
        await by_password.click()
    await password.fill(account.password)
    await page.locator("input[data-type=save]").click()
    field = page.locator("input[type=text][name='credentials.passcode']")
    await field.or_(app).first.wait_for()
    if await app.is_visible():
        await app.click()
    await field.fill(code(world, account))
    await page.locator("input[data-type=save]").click()


async def keycloak(page: Page, world: World, account: Account) -> None:
    await page.locator("#username").fill(account.address)
    await page.locator("#password").fill(account.password)
    await page.locator("#kc-login").click()
    await page.locator("#otp").fill(code(world, account))
    await page.locator("#kc-otp-login-form [type=submit]").click()


async def morning(page: Page, world: World) -> None:
    """How the admin's day begins: the dashboard of a third-party identity provider, and the own mail by its tile."""
    dashboard = DASHBOARDS.get(world.scenario.idp)
    if dashboard is None:
        return
    await page.goto(dashboard)
    await sign_in(page, world, world.accounts[ADMIN])
    await page.get_by_role("link", name=re.compile(r"\bMail$")).click()
    await back_at_the_mail_provider(page, world)
    await page.get_by_text("inbox").first.wait_for()


async def back_at_the_mail_provider(page: Page, world: World) -> None:
    """What the mail provider asks after the identity provider has sent the browser back."""
    if world.scenario.mail == "microsoft":
        await page.locator("#idBtn_Back").click()
    else:
        await page.get_by_role("button", name="Continue").click()


async def open_jira(page: Page, world: World, *, signed_in: bool) -> None:
    """To the project, through Atlassian's e-mail page; `signed_in` tells whether the identity provider asks nothing."""
    await page.goto(f"{JIRA}/jira/servicedesk/projects/HELP")
    await page.locator("input[name=username]").fill(ADMIN)
    await page.locator("#login-submit").click()
    if not signed_in:
        await sign_in(page, world, world.accounts[ADMIN])
    await page.wait_for_url(f"{JIRA}/**")


async def open_email_page(page: Page, world: World) -> None:
    """By the settings menu."""
    await page.get_by_role("link", name=re.compile("^(Project|Space) settings$")).click()
    if world.scenario.generation != "g1":
        await page.get_by_role("button", name="Channels & self service").click()
    await page.get_by_role("link", name=re.compile("^(Email|Email requests)$")).click()


async def provider_button(page: Page, world: World) -> Locator:
    """Presses everything up to the provider's button, which is returned."""
    if world.scenario.generation == "g1":
        await page.get_by_role("button", name="Add email account").click()
    else:
        await page.get_by_role("button", name="Add external email").click()
    if world.scenario.generation == "g3":
        await page.get_by_role("dialog").get_by_role("combobox").click()
        await page.get_by_role("option", name="General request").click()
        await page.get_by_role("button", name="Next").click()
    return page.get_by_role("button", name=world.scenario.mail.capitalize(), exact=True)


async def begin_adding(page: Page, world: World) -> Page:
    """Goes to the provider; returns the page that shows it, a popup or the same."""
    button = await provider_button(page, world)
    if world.scenario.window == "same-tab":
        await button.click()
        return page
    async with page.expect_popup() as opened:
        await button.click()
    return await opened.value


async def allow(page: Page, world: World) -> None:
    """Accepts the consent page."""
    if world.scenario.mail == "microsoft":
        await page.locator("#idSIButton9[value=Accept]").click()
        return
    scopes = page.get_by_role("checkbox", name="Select all")
    accept = page.locator("#submit_approve_access button")
    go_on = page.get_by_role("button", name="Continue", exact=True)
    await accept.or_(go_on).first.wait_for()
    if not await accept.is_visible():
        await go_on.click()
        await accept.wait_for()
    if await scopes.is_visible():
        await scopes.check()
    await accept.click()


async def finish(page: Page, world: World) -> None:
    """Whatever Jira asks afterwards, until it says that it is connected."""
    if world.scenario.generation == "g2":
        dialog = page.get_by_role("dialog", name="Choose a request type")
        await dialog.get_by_label("Request type").select_option("General request")
        await dialog.get_by_role("button", name="Done").click()
    await page.get_by_text("is now connected").wait_for()
