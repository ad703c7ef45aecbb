"""The REST interface as a check asks it: the real sandbox over TLS, and every answer that is not the one asked for."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from checks import SITE, secret

from runbook import asking
from runbook.audit import Api, NoSuchChannel, connected, own_rows
from runbook.errors import CredentialsRejected, HumanNeeded, PageChanged, RunbookError, Transient
from runbook.health import MailRow
from runbook.redact import Redactor
from runbook.sandbox import build, mailer, parse
from runbook.sandbox.reach import Reach
from runbook.sandbox.server import Server
from runbook.sandbox.world import ADMIN, MAILBOX, PROJECT, World

TOKEN = "fake-api-token-of-the-tests"
KEY = "CHANNEL0123456789ab"
Answer = Callable[[httpx.Request], httpx.Response]


@asynccontextmanager
async def in_sandbox(world: World, token: str = "") -> AsyncIterator[Api]:
    """The interface of a world that is served."""
    with Server(world) as server:
        reach = Reach(server.port, server.authority)
        async with connected(SITE, ADMIN, secret(token or world.api_token), reach) as api:
            yield api


@asynccontextmanager
async def answering(answer: Answer) -> AsyncIterator[Api]:
    """The interface of a site that answers as it is told."""
    async with connected(SITE, ADMIN, secret(TOKEN), httpx.MockTransport(answer)) as api:
        yield api


def always(status: int, **how: object) -> Answer:
    return lambda _request: httpx.Response(status, **how)  # type: ignore[arg-type]


def healthy(*faults: str) -> World:
    return build(parse("entra,healthy"), faults)


def key_of(world: World) -> str:
    return next(row.channel for row in world.projects[PROJECT].connections if row.address == MAILBOX)


# --- in the sandbox


async def test_the_audit_log_gives_the_rows_of_a_time_newest_first() -> None:
    world = healthy()
    for minutes, subject in ((30, "An old one"), (0, "A first one"), (0, "A second one")):
        mailer.deliver(world, MAILBOX, "zoe@example.com", subject, at=world.now() - minutes * 60)
    mailer.tick(world)
    old, *_ = world.projects[PROJECT].connections[1].processing
    old.at -= 1800
    async with in_sandbox(world) as api:
        await api.hello()
        rows = await api.rows(key_of(world), time.time() - 600)
        assert [(row.subject, row.status, row.key, row.address, row.sender) for row in rows] == [
            ("A second one", "NEW REQUEST", "HELP-3", MAILBOX, "zoe@example.com"),
            ("A first one", "NEW REQUEST", "HELP-2", MAILBOX, "zoe@example.com"),
        ]
        assert [row.subject for row in await api.rows(key_of(world), 0.0, "old")] == ["An old one"]
        assert await api.rows(key_of(world), time.time() + 5) == []


async def test_a_clock_that_is_behind_the_sites_does_not_make_old_rows_new() -> None:
    world = healthy()
    mailer.deliver(world, MAILBOX, "zoe@example.com", "Printer on fire")
    mailer.tick(world)
    world.offset += 3600
    async with in_sandbox(world) as api:
        await api.hello()
        assert api.skew == pytest.approx(3600, abs=3)
        assert await api.rows(key_of(world), time.time() - 600) == []
        assert len(await api.rows(key_of(world), time.time() - 3700)) == 1


async def test_a_channel_key_that_nobody_knows_is_no_reason_to_give_the_endpoint_up() -> None:
    async with in_sandbox(healthy()) as api:
        with pytest.raises(NoSuchChannel):
            await api.rows(KEY, 0.0)


@pytest.mark.parametrize(
    ("fault", "kind", "cause"),
    [
        ("audit-gone", PageChanged, "is gone (it answered 410)"),
        ("audit-forbidden", HumanNeeded, "may not read"),
        ("audit-login", PageChanged, "is not what it was (it answered 302)"),
        ("audit-changed", PageChanged, "holds no list of mails"),
        ("audit-ignores-from", PageChanged, "does not go by the time"),
        ("site-503", Transient, "answered 503"),
    ],
)
async def test_an_endpoint_that_is_not_what_it_was_says_so(
    fault: str, kind: type[RunbookError], cause: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "FIRST_WAIT", 0.01)
    world = healthy(fault)
    mailer.deliver(world, MAILBOX, "zoe@example.com", "Printer on fire")
    mailer.tick(world)
    async with in_sandbox(world) as api:
        with pytest.raises(kind, match=cause.replace("(", r"\(").replace(")", r"\)")) as told:
            await api.rows(key_of(world), time.time() - 600)
    assert told.value.remedy


async def test_a_wrong_token_is_refused_once_and_named() -> None:
    world = healthy()
    async with in_sandbox(world, "fake-other-token") as api:
        with pytest.raises(CredentialsRejected, match=r"refused the API token of ada\.admin@example\.com") as told:
            await api.hello()
    assert "without scopes" in told.value.remedy
    assert [event.details["right"] for event in world.events("api-token")] == [False]


async def test_a_search_finds_a_request_by_its_words_and_asks_for_every_page() -> None:
    world = healthy()
    made = world.now() - 60
    for number in range(1, 121):
        issue = {"project": PROJECT, "key": f"HELP-{number}", "summary": "Mark bcdfgh", "created": made}
        world.issues.append(issue)
    async with in_sandbox(world) as api:
        found = await api.search(f'project = "{PROJECT}" AND summary ~ "bcdfgh"')
        assert [each["key"] for each in found] == [f"HELP-{number}" for number in range(1, 121)]
        assert found[0]["fields"]["summary"] == "Mark bcdfgh"
        assert await api.search('project = "HELP" AND summary ~ "qwrtzp"') == []


async def test_the_sandbox_reaches_no_other_host() -> None:
    with Server(healthy()) as server:
        reach = Reach(server.port, server.authority)
        async with connected(
            "https://other.example.com", ADMIN, secret("fake-x", origin="https://other.example.com"), reach
        ) as api:
            with pytest.raises(Transient, match="cannot be reached"):
                await api.hello()


# --- what a site may answer


async def test_the_token_goes_to_the_site_alone_and_a_redirect_is_not_followed() -> None:
    asked: list[httpx.Request] = []

    def away(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(302, headers={"location": "https://other.example.com/"})

    async with answering(away) as api:
        with pytest.raises(PageChanged):
            await api.hello()
    assert [request.url.host for request in asked] == ["acme.atlassian.net"]
    assert asked[0].headers["authorization"].startswith("Basic ")


async def test_a_token_is_not_given_to_a_site_that_it_is_not_bound_to() -> None:
    async with connected(
        SITE, ADMIN, secret(TOKEN, origin="https://other.example.com"), httpx.MockTransport(always(200))
    ) as api:
        with pytest.raises(PageChanged, match="does not belong"):
            await api.hello()


@pytest.mark.parametrize(
    "answer",
    [
        always(401),
        always(403),
        always(404),
        always(410),
        always(429, headers={"retry-after": "600"}),
        always(500),
        always(200, text="<html>Log in</html>"),
        always(200, json=["no", "object"]),
        always(200, json={"data": "no list"}),
        always(200, json={"data": [{"id": 1}]}),
    ],
)
async def test_no_error_holds_the_token(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "FIRST_WAIT", 0.01)
    redactor = Redactor()
    token = secret(TOKEN, redactor)
    async with connected(SITE, ADMIN, token, httpx.MockTransport(answer)) as api:
        with pytest.raises(RunbookError) as told:
            await api.rows(KEY, 0.0)
    error = told.value
    shown = "".join(map(repr, (error, error.cause, error.remedy, error.__cause__, api, token)))
    assert redactor.text(shown) == shown
    assert error.cause
    assert error.remedy


async def test_a_busy_site_is_asked_again_when_it_has_said_and_by_nobody_before() -> None:
    asked: list[float] = []

    def busy(request: httpx.Request) -> httpx.Response:
        asked.append(time.monotonic())
        if len(asked) == 1:
            return httpx.Response(429, headers={"retry-after": "1"})
        return httpx.Response(200, json={"data": []})

    async with answering(busy) as api:
        first = asyncio.ensure_future(api.rows(KEY, 0.0))
        await asyncio.wait([first], timeout=0.3)
        assert await asyncio.gather(first, *(api.rows(KEY, 0.0) for _ in range(5))) == [[]] * 6
    assert len(asked) == 7
    assert min(asked[1:]) - asked[0] >= 0.95


async def test_a_site_that_wants_more_patience_than_a_check_has_is_not_waited_for() -> None:
    asked = 0

    def busy(_request: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        return httpx.Response(429, headers={"retry-after": "3600"})

    async with answering(busy) as api:
        began = time.monotonic()
        with pytest.raises(Transient, match="answered 429"):
            await api.hello()
    assert time.monotonic() - began < 5
    assert asked == 1


@pytest.mark.parametrize(
    ("header", "low", "high"),
    [
        (None, None, None),
        ("7", 7, 7),
        (" 7 ", 7, 7),
        ("soon", None, None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0),
    ],
)
def test_a_wait_is_named_in_seconds_or_by_a_date(header: str | None, low: float | None, high: float | None) -> None:
    found = asking._named_wait(header)
    assert found is None if low is None or high is None else low <= (found or 0.0) <= high


def test_a_wait_that_is_named_by_a_date_is_counted_from_now() -> None:
    found = asking._named_wait(format_datetime(datetime.now(UTC) + timedelta(seconds=1000)))
    assert found is not None
    assert 900 < found <= 1000


async def test_a_site_that_does_not_answer_is_asked_a_few_times_and_told_by_kind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asking, "FIRST_WAIT", 0.01)
    asked = 0

    def silent(request: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        raise httpx.ReadTimeout(f"no answer of {request.url}?code=fake-secret", request=request)

    async with answering(silent) as api:
        with pytest.raises(Transient, match=r"^https://acme.atlassian.net cannot be reached \(ReadTimeout\)\.$"):
            await api.hello()
    assert asked == asking.TRIES


async def test_a_certificate_that_is_not_trusted_is_told_as_that() -> None:
    with Server(healthy()) as server, Server(healthy()) as other:
        async with connected(SITE, ADMIN, secret("fake-x"), Reach(server.port, other.authority)) as api:
            with pytest.raises(Transient, match="certificate"):
                await api.hello()


async def test_whether_the_endpoint_goes_by_the_time_is_asked_once_for_all_channels() -> None:
    asked: list[int] = []

    def rows(request: httpx.Request) -> httpx.Response:
        asked.append(int(request.url.params["from"]))
        late = asked[-1] / 1000 > time.time() + 3600
        return httpx.Response(200, json={"data": [] if late else [{"id": 1, "resultStatus": "NEW REQUEST"}]})

    async with answering(rows) as api:
        found = await asyncio.gather(*(api.rows(KEY, time.time()) for _ in range(6)))
    assert [len(each) for each in found] == [1] * 6
    assert len(asked) == 7


async def test_a_site_without_numbers_in_its_rows_keeps_its_own_order() -> None:
    data = [{"resultStatus": "FAILED", "message": None}, {"resultStatus": "NEW REQUEST", "issueKey": "HELP-2"}]

    def rows(request: httpx.Request) -> httpx.Response:
        late = int(request.url.params["from"]) / 1000 > time.time() + 3600
        return httpx.Response(200, text=json.dumps({"data": [] if late else data}))

    async with answering(rows) as api:
        assert [row.status for row in await api.rows(KEY, time.time())] == ["FAILED", "NEW REQUEST"]


@pytest.mark.parametrize(
    ("address", "own"), [(MAILBOX, True), (MAILBOX.upper(), True), ("", True), ("other@example.com", False)]
)
def test_rows_of_another_address_are_not_the_channels_own(address: str, own: bool) -> None:
    assert own_rows([MailRow("NEW REQUEST", address=address)], MAILBOX) == own
