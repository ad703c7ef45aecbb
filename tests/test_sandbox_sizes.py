"""A sandbox of many channels, on several Jira sites."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from runbook.errors import ConfigError
from runbook.sandbox import build, mailer, parse
from runbook.sandbox.dispatcher import Dispatcher
from runbook.sandbox.seed import channels
from runbook.sandbox.world import ADMIN, World
from runbook.settings import Channel
from runbook.settings.external import External

GLOBEX = "globex.atlassian.net"


@contextmanager
def rest(world: World, host: str, user: str) -> Iterator[httpx.Client]:
    client = Dispatcher(world).http.client()
    client.base_url, client.auth = httpx.URL(f"https://{host}"), httpx.BasicAuth(user, world.api_token)
    with client:
        yield client


def test_ten_channels_are_ten_projects_with_a_mailbox_of_its_own_each() -> None:
    world = build(parse("entra,g2,popup,revoked,channels-10"))
    found = [Channel.model_validate(each) for each in channels(world)]
    assert [each.project for each in found] == ["HELP", *(f"DESK{n:02}" for n in range(2, 11))]
    assert len({each.address for each in found}) == len({each.mailbox.password for each in found}) == 10
    assert {each.site.admin.username for each in found} == {ADMIN}
    mailer.tick(world)
    for each in found:
        rows = [row for row in world.projects[each.project].connections if row.auth != "default"]
        assert [row.address for row in rows] == [each.address]
        assert not mailer.healthy(rows[0])


def test_in_a_mixed_world_every_second_channel_is_healthy() -> None:
    world = build(parse("entra,mixed,channels-4"))
    mailer.tick(world)
    rows = [world.projects[each["project"]].connections[1] for each in channels(world)]
    assert [mailer.healthy(row) for row in rows] == [False, True, False, True]


def test_a_site_shows_its_own_projects_and_no_others() -> None:
    world = build(parse("entra,channels-4,sites-2"))
    assert [each["site"]["url"] for each in channels(world)][:2] == ["https://acme.atlassian.net", f"https://{GLOBEX}"]
    admin = channels(world)[1]["site"]["admin"]["username"]
    assert admin != ADMIN
    with rest(world, GLOBEX, admin) as globex:
        assert globex.get("/rest/api/3/project/DESK02").status_code == 200
        assert globex.get("/rest/api/3/project/HELP").status_code == 404
        desks = globex.get("/rest/servicedeskapi/servicedesk").json()["values"]
        assert [desk["projectKey"] for desk in desks] == ["DESK02", "DESK04"]
        permissions = globex.get("/rest/api/3/mypermissions?permissions=ADMINISTER&projectKey=DESK02").json()
        assert permissions["permissions"]["ADMINISTER"]["havePermission"]


@pytest.mark.parametrize(
    ("scenario", "told"),
    [
        ("entra,channels-0", "there are 1 to 500 channels"),
        ("entra,channels-501", "there are 1 to 500 channels"),
        ("entra,channels-9,sites-4", "there are 1 to 3 sites"),
        ("entra,sites-2", "2 sites need as many channels"),
        ("entra,channels-2,channels-3", "contradicts another trait"),
        ("entra,channels-many", "there is no trait"),
    ],
)
def test_sizes_that_cannot_be_played_are_refused(scenario: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        parse(scenario)


def test_a_scenario_is_written_with_its_sizes() -> None:
    scenario = parse("okta-google,channels-6,sites-3")
    assert parse(str(scenario)) == scenario
    assert str(parse("entra,channels-1")).endswith("revoked")


def test_an_external_mail_provider_has_one_mailbox() -> None:
    mail = {
        "kind": "oidc",
        "issuer": "http://127.0.0.1:1",
        "client_id": "jira",
        "client_secret": "fake-secret",
        "username": "support@example.com",
        "password": "fake-password",
        "account_url": "http://127.0.0.1:1/account",
    }
    with pytest.raises(ConfigError, match="one admin and one mailbox"):
        build(parse("entra,channels-2"), external=External.model_validate({"mail": mail}))
