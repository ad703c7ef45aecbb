"""A recording plays back without the sites it was made of, and says what was asked otherwise than recorded."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fixtures_support.pair import APP, connect, sign_in
from fixtures_support.studio import browser, record
from playwright.async_api import Browser, Page

from runbook.fixtures import Replay, ReplayMiss
from runbook.fixtures.match import Answers, Asked
from runbook.fixtures.replay import lasting


@pytest.fixture(scope="module")
async def recorded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    found = await record(tmp_path_factory.mktemp("recorded"))
    return {path.name.split("-")[0]: path for path in found}


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[Browser]:
    async with browser() as started:
        yield started


async def opened(running: Browser, replay: Replay) -> Page:
    context = await running.new_context(**replay.context_options())
    await replay.install(context)
    return await context.new_page()


async def test_the_same_script_passes_with_the_sites_gone(recorded: dict[str, Path], running: Browser) -> None:
    with Replay(recorded["sign_in"]) as replay:
        page = await opened(running, replay)
        admin = replay.meta["identities"]["admin"]
        assert (
            await sign_in(page, admin["username"], admin["password"], "654321")
            == "admin@example.com help@acme.example.com, logo@2x.png"
        )
        assert page.url == f"https://{APP}/work"
        replay.check()
        await page.context.close()


async def test_redirects_set_the_cookies_of_every_hop(recorded: dict[str, Path], running: Browser) -> None:
    with Replay(recorded["sign_in"]) as replay:
        page = await opened(running, replay)
        admin = replay.meta["identities"]["admin"]
        await sign_in(page, admin["username"], admin["password"])
        cookies = {cookie["name"]: cookie["value"] for cookie in await page.context.cookies()}
        await page.context.close()
    assert set(cookies) == {"app.session", "idp.seen", "idp.session"}
    assert cookies["app.session"].startswith("fake-app-session-")


async def test_a_later_step_starts_with_the_cookies_it_had_and_opens_its_popup(
    recorded: dict[str, Path], running: Browser
) -> None:
    with Replay(recorded["connect"]) as replay:
        page = await opened(running, replay)
        assert await connect(page) == "admin@example.com"
        replay.check()
        await page.context.close()


async def test_a_wrong_password_is_a_miss_that_names_the_closest_request(
    recorded: dict[str, Path], running: Browser
) -> None:
    with Replay(recorded["sign_in"]) as replay:
        page = await opened(running, replay)
        with pytest.raises(Exception, match="Timeout"):
            await sign_in(page, "admin@example.com", "fake-other", patience=500)
        await page.context.close()
        with pytest.raises(ReplayMiss) as caught:
            replay.check()
    text = str(caught.value)
    assert "POST https://idp.acme.example/login is not in the recording." in text
    assert "Closest: POST https://idp.acme.example/login" in text
    assert "form password: recorded 'fake-admin-password-1', asked 'fake-other'" in text
    assert "otp" not in text
    assert "csrf" not in text


async def test_an_unknown_address_is_a_miss_and_never_reaches_a_network(
    recorded: dict[str, Path], running: Browser
) -> None:
    with Replay(recorded["sign_in"]) as replay:
        page = await opened(running, replay)
        response = await page.goto("https://elsewhere.acme.example/there")
        assert response is not None
        assert response.status == 599
        await page.goto("https://app.acme.example/favicon.ico")
        await page.context.close()
    assert len(replay.misses) == 1
    assert replay.misses[0].startswith("GET https://elsewhere.acme.example/there is not in the recording.")


async def test_a_context_that_would_ask_the_network_is_refused(recorded: dict[str, Path], running: Browser) -> None:
    context = await running.new_context()
    with Replay(recorded["sign_in"]) as replay, pytest.raises(RuntimeError, match="context_options"):
        await replay.install(context)
    await context.close()


def test_a_replay_outside_its_block_has_no_options(recorded: dict[str, Path]) -> None:
    with pytest.raises(RuntimeError, match="with"):
        Replay(recorded["sign_in"]).context_options()


def test_the_time_of_the_recording_is_known(recorded: dict[str, Path]) -> None:
    age = datetime.now(UTC) - Replay(recorded["sign_in"]).recorded_at
    assert 0 <= age.total_seconds() < 600


def asked(url: str = "https://a.example/x", method: str = "GET", body: str = "", mime: str = "") -> Asked:
    return Asked.of(method, url, body, mime)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/x?state=1&b=2", "https://a.example/x?b=2&state=9"),
        ("https://a.example:443/x", "https://a.example/x"),
        ("https://a.example/x?code_challenge=abc", "https://a.example/x?code_challenge=def"),
        ("https://a.example/x?_=1700000000000", "https://a.example/x?_=1800000000000"),
        (
            "https://a.example/x?go=https%3A%2F%2Fb.example%2F%3Fstate%3D1",
            "https://a.example/x?go=https%3A%2F%2Fb.example%2F%3Fstate%3D2",
        ),
    ],
)
def test_what_changes_at_every_run_is_not_compared(one: str, other: str) -> None:
    assert asked(one) == asked(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/x?project=HELP", "https://a.example/x?project=OPS"),
        ("https://a.example/x", "https://a.example/y"),
        ("https://a.example/x", "https://b.example/x"),
        ("https://a.example/x?prompt=login", "https://a.example/x"),
    ],
)
def test_what_means_something_is_compared(one: str, other: str) -> None:
    assert asked(one) != asked(other)


def test_bodies_are_compared_by_their_fields() -> None:
    form = "application/x-www-form-urlencoded"
    same = asked(method="POST", body="otp=111111&user=ada&csrf=1a", mime=form)
    assert same == asked(method="POST", body="csrf=2b&user=ada&otp=222222", mime=form)
    assert same != asked(method="POST", body="csrf=2b&user=bob&otp=222222", mime=form)
    one = asked(method="POST", body='{"a": {"nonce": "x1", "n": 1}}', mime="application/json")
    assert one == asked(method="POST", body='{"a":{"n":1,"nonce":"y2"}}', mime="application/json")
    assert one != asked(method="POST", body='{"a":{"n":2,"nonce":"y2"}}', mime="application/json")


def entry(url: str, status: int, text: str = "") -> dict[str, Any]:
    return {"request": {"method": "GET", "url": url}, "response": {"status": status, "content": {"text": text}}}


def test_the_same_request_gets_the_answers_in_order_and_then_the_last_again() -> None:
    answers = Answers([entry("https://a.example/x", 200, "one"), entry("https://a.example/x", 200, "two")])
    given = [answers.find(asked()) for _ in range(3)]
    assert [found["response"]["content"]["text"] for found in given if found] == ["one", "two", "two"]


def test_a_request_that_the_page_gave_up_does_not_hide_the_answer() -> None:
    answers = Answers([entry("https://a.example/x", -1), entry("https://a.example/x", 200, "one")])
    found = answers.find(asked())
    assert found is not None
    assert found["response"]["status"] == 200


def test_cookies_outlive_the_recording_and_deletions_stay() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert lasting("a=b; Max-Age=60; Path=/; Secure", at) == "a=b; Path=/; Secure"
    assert lasting("a=b; Expires=Thu, 01 Jan 2026 01:00:00 GMT; HttpOnly", at) == "a=b; HttpOnly"
    assert lasting("a=; Max-Age=0; Path=/", at) == "a=; Max-Age=0; Path=/"
    assert lasting("a=; expires=Thu, 01-Jan-1970 00:00:00 GMT", at) == "a=; expires=Thu, 01-Jan-1970 00:00:00 GMT"


def test_a_recording_is_plain_har(recorded: dict[str, Path]) -> None:
    log = json.loads(recorded["sign_in"].read_text())["log"]
    assert log["version"] == "1.2"
    assert {"startedDateTime", "time", "request", "response", "cache", "timings"} <= set(log["entries"][0])
