"""The sandbox's e-mail page in a browser: menus, dialogs, selects, windows."""

from __future__ import annotations

import re

import pytest
from by_hand import begin_adding, browsing, in_jira, provider_button
from playwright.async_api import Page, expect

from runbook.sandbox.world import MAILBOX, Connection, World

pytestmark = pytest.mark.thorough

DEFAULT = "help@acme.atlassian.net"


def custom(world: World) -> list[Connection]:
    return [row for row in world.projects["HELP"].connections if row.auth != "default"]


async def menu(page: Page, address: str, item: str) -> None:
    await page.get_by_role("row", name=address).get_by_role("button").click()
    await page.get_by_role("menuitem", name=item).click()


async def test_g1_disconnects_in_two_presses_and_then_offers_the_providers() -> None:
    async with browsing("entra,g1,revoked") as (page, world):
        await in_jira(page, world)
        await page.get_by_role("button", name="Disconnect").click()
        assert custom(world)
        await (
            page.get_by_role("dialog", name="Disconnect email account?")
            .get_by_role("button", name="Disconnect")
            .click()
        )
        await expect(page.get_by_role("status")).to_contain_text("was removed")
        assert not custom(world)
        await page.get_by_role("button", name="Add email account").click()
        await expect(page.get_by_role("button", name="Microsoft")).to_be_visible()


@pytest.mark.parametrize("generation", ["g2", "g3"])
async def test_a_row_is_removed_by_its_menu_and_a_dialog(generation: str) -> None:
    async with browsing(f"entra,{generation},revoked") as (page, world):
        await in_jira(page, world)
        await menu(page, MAILBOX, "Remove")
        dialog = page.get_by_role("dialog", name="Remove email address?")
        await dialog.get_by_role("button", name="Cancel").click()
        await expect(dialog).to_be_hidden()
        assert custom(world)
        await menu(page, MAILBOX, "Remove")
        await dialog.get_by_role("button", name="Remove").click()
        await expect(page.get_by_role("row", name=MAILBOX)).to_have_count(0)
        assert not custom(world)


@pytest.mark.parametrize("generation", ["g2", "g3"])
async def test_the_reply_to_moves_and_remove_comes_back(generation: str) -> None:
    async with browsing(f"entra,{generation},healthy,reply-to") as (page, world):
        await in_jira(page, world)
        await page.get_by_role("row", name=MAILBOX).get_by_role("button").click()
        await expect(page.get_by_role("menuitem", name="View logs")).to_be_visible()
        await expect(page.get_by_role("menuitem", name="Remove")).to_have_count(0)
        await page.keyboard.press("Escape")
        if generation == "g2":
            await page.get_by_label("Reply-to address").select_option(DEFAULT)
            await page.get_by_role("button", name="Save").click()
        else:
            await page.get_by_role("combobox", name="Reply-to address").click()
            await page.get_by_role("option", name=DEFAULT).click()
        await expect(page.get_by_role("row", name=DEFAULT)).to_contain_text("Reply-to")
        assert world.projects["HELP"].reply_to == DEFAULT
        await page.get_by_role("row", name=MAILBOX).get_by_role("button").click()
        await expect(page.get_by_role("menuitem", name="Remove")).to_be_visible()


@pytest.mark.parametrize("generation", ["g1", "g2", "g3"])
async def test_the_request_type_is_changed_where_the_generation_has_it(generation: str) -> None:
    async with browsing(f"entra,{generation},healthy") as (page, world):
        await in_jira(page, world)
        if generation != "g1":
            await menu(page, MAILBOX, "Change request type")
        if generation == "g3":
            dialog = page.get_by_role("dialog")
            await dialog.get_by_role("combobox", name="Request type").fill("gen")
            await expect(dialog.get_by_role("option")).to_have_count(1)
            await dialog.get_by_role("option").click()
        else:
            await page.get_by_role("combobox", name="Request type").select_option("General request")
        place = page if generation == "g1" else page.get_by_role("dialog")
        await place.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("now create: General request")).to_be_visible()
        assert custom(world)[0].request_type == "General request"


@pytest.mark.parametrize("generation", ["g2", "g3"])
async def test_all_email_can_be_turned_off_and_on(generation: str) -> None:
    async with browsing(f"entra,{generation},healthy") as (page, world):
        await in_jira(page, world)
        await page.get_by_role("button", name="More", exact=True).click()
        await page.get_by_role("menuitem", name="Disable all email requests").click()
        await page.get_by_role("dialog").get_by_role("button", name="Turn Off").click()
        await page.get_by_role("button", name="Turn on email support").click()
        await expect(page.get_by_role("row", name=MAILBOX)).to_be_visible()
        assert world.projects["HELP"].email_on


async def test_the_page_behind_a_g3_dialog_stays_in_the_role_tree() -> None:
    async with browsing("entra,g3,healthy") as (page, world):
        await in_jira(page, world)
        await page.get_by_role("button", name="Add external email").click()
        await expect(page.get_by_role("combobox")).to_have_count(2)
        await expect(page.get_by_role("dialog").get_by_role("combobox")).to_have_count(1)


@pytest.mark.parametrize("generation", ["g1", "g2", "g3"])
async def test_a_blocked_popup_is_told(generation: str) -> None:
    async with browsing(f"entra,{generation},empty", "popup-blocked") as (page, world):
        await in_jira(page, world)
        await (await provider_button(page, world)).click()
        await expect(page.get_by_role("alert")).to_contain_text("blocked the pop-up")


async def test_a_popup_that_is_closed_by_hand_leaves_the_page_ready_for_another_try() -> None:
    async with browsing("entra,g2,popup,empty") as (page, world):
        await in_jira(page, world)
        provider = await begin_adding(page, world)
        await provider.close()
        again = await begin_adding(page, world)
        await expect(again.locator("#i0116")).to_be_visible()
        assert custom(world) == []


async def test_the_start_page_shows_everybody_with_the_code_of_the_moment() -> None:
    async with browsing("okta-google,g2,revoked") as (page, world):
        await page.goto("https://sandbox.example.com/")
        for account in world.accounts.values():
            row = page.get_by_role("row", name=account.address).first
            await expect(row).to_contain_text(account.password)
            await expect(row.locator("[data-code]")).to_have_text(re.compile(r"^\d{6}$"))
        await expect(page.get_by_text("Could not retrieve access token")).to_be_visible()
        await page.get_by_role("link", name="Jira").click()
        await expect(page).to_have_url(re.compile(r"^https://id\.atlassian\.com/login"))
