"""The sandbox's server: hosts, TLS, clock, keep-alive, and its life as a process."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import stat
import subprocess
import sys
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from fixtures_support.studio import browser as launched
from own_idp import external, own_idp
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from runbook.errors import ConfigError
from runbook.sandbox import build, channel, parse
from runbook.sandbox.jira_channels import remove
from runbook.sandbox.loopback import Loopback
from runbook.sandbox.server import Server
from runbook.sandbox.store import Store, load
from runbook.sandbox.world import HOSTS, MAILBOX
from runbook.settings import Channel

SITE = HOSTS["site"]


@pytest.fixture(name="server")
def running() -> Iterator[Server]:
    with Server(build(parse())) as server:
        yield server


def connection(server: Server) -> http.client.HTTPSConnection:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection("127.0.0.1", server.port, context=context, timeout=10)


def ask(server: Server, host: str, path: str) -> http.client.HTTPResponse:
    link = connection(server)
    link.request("GET", path, headers={"Host": host})
    answer = link.getresponse()
    answer.read()
    link.close()
    return answer


@pytest.mark.parametrize("host", HOSTS.values())
def test_every_host_has_a_site(server: Server, host: str) -> None:
    assert ask(server, host, "/").status < 500
    assert ask(server, host, "/").status != 421


def test_a_host_that_is_none_of_the_sandbox_is_refused(server: Server) -> None:
    assert ask(server, "other.example.com", "/").status == 421
    assert ask(server, f"{SITE}.other.example.com", "/").status == 421


def test_the_server_is_reachable_on_loopback_alone(server: Server) -> None:
    assert server._http.server_address[0] == "127.0.0.1"


def test_the_date_header_follows_the_clock_of_the_sandbox(server: Server) -> None:
    server.world.offset = 900.0
    told = parsedate_to_datetime(ask(server, SITE, "/_edge/tenant_info").headers["Date"]).timestamp()
    assert abs(told - server.world.now()) < 5


def test_one_connection_serves_several_requests_even_after_a_body_that_nobody_read(server: Server) -> None:
    link = connection(server)
    link.request("POST", "/rest/api/3/myself", body=b"x" * 5000, headers={"Host": SITE})
    first = link.getresponse()
    first.read()
    held = link.sock
    link.request("GET", "/_edge/tenant_info", headers={"Host": SITE})
    second = link.getresponse()
    assert json.loads(second.read())["cloudId"]
    assert held is not None
    assert link.sock is held
    link.close()


def test_a_client_that_says_nothing_does_not_hold_up_the_others(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port)):
        assert ask(server, SITE, "/_edge/tenant_info").status == 200


def test_a_port_in_use_is_told_with_a_remedy(server: Server) -> None:
    with pytest.raises(ConfigError, match=str(server.port)) as caught:
        Server(build(parse()), server.port)
    assert "--port" in caught.value.remedy


def test_the_browser_is_led_here_for_the_sandbox_and_nowhere_for_the_rest(server: Server) -> None:
    rules, pinned = server.browser_args()
    assert f"MAP {SITE}:443 127.0.0.1:{server.port}" in rules
    assert rules.endswith("MAP * ~NOTFOUND")
    assert pinned.endswith(server.spki)


@pytest.mark.parametrize("beside", [True, False])
async def test_beside_an_external_provider_names_resolve_as_usual_but_for_the_sandboxs_own(beside: bool) -> None:
    with own_idp() as idp, Server(build(parse(), external=external(idp) if beside else None)) as server:
        async with launched(*server.browser_args()) as browser:
            page = await browser.new_page()
            assert await opened(page, f"https://{SITE}/_edge/tenant_info") == ""
            second = await opened(page, f"http://second.localhost:{urlsplit(idp.url).port}/login")
            assert second == "" if beside else "ERR_NAME_NOT_RESOLVED" in second
            assert "ERR_NAME_NOT_RESOLVED" in await opened(page, f"https://{SITE}:8443/")


async def opened(page: Page, url: str) -> str:
    """What the browser says of an address that cannot be opened; empty when it answers."""
    try:
        await page.goto(url)
    except PlaywrightError as error:
        return str(error)
    return ""


def test_server_to_server_calls_stay_in_the_process() -> None:
    def site(_environ: dict[str, Any], start: Any) -> list[bytes]:
        start("200 OK", [("Content-Type", "text/plain"), ("Set-Cookie", "a=b")])
        return [b"inside"]

    loop = Loopback([SITE], site)
    with loop.client() as client:
        assert client.get(f"https://{SITE}/x").text == "inside"
    with loop.client() as client:
        assert not client.cookies


def test_the_settings_of_a_scenario_are_valid_settings() -> None:
    for name in ("entra", "google", "okta-federated", "keycloak-microsoft,wrong-mailbox"):
        world = build(parse(name))
        found = Channel.model_validate(channel(world))
        assert found.address == MAILBOX
        assert found.federated == world.scenario.federated


def test_an_unknown_fault_is_told_with_those_that_exist() -> None:
    with pytest.raises(ConfigError, match="earthquake") as caught:
        build(parse(), ["earthquake"])
    assert "captcha" in caught.value.remedy


def test_a_kept_world_comes_back_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "world.json"
    world = build(parse())
    remove(world, world.projects["HELP"], MAILBOX)
    Store(file).save(world)
    kept = load(file, parse())
    assert kept is not None
    assert kept.dump() == world.dump()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_a_world_of_another_scenario_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "world.json"
    Store(file).save(build(parse("google")))
    with pytest.raises(ConfigError, match="google") as caught:
        load(file, parse("entra"))
    assert "delete" in caught.value.remedy


@pytest.mark.parametrize("text", ["", "[]", '{"version": 7}', "not json"])
def test_a_file_that_is_no_world_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "world.json"
    file.write_text(text)
    with pytest.raises(ConfigError):
        load(file, parse())


def test_a_damaged_world_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "world.json"
    Store(file).save(build(parse()))
    data = json.loads(file.read_text())
    del data["accounts"][0]["address"]
    file.write_text(json.dumps(data))
    with pytest.raises(ConfigError, match="damaged"):
        load(file, parse())


def test_a_state_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be written"):
        Store(tmp_path / "missing" / "world.json").save(build(parse()))


def process(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "runbook.sandbox", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_process_says_when_it_is_ready_and_dies_with_its_parent(tmp_path: Path) -> None:
    file = tmp_path / "world.json"
    with process("--scenario", "okta-microsoft", "--fault", "captcha", "--state", str(file)) as child:
        assert child.stdout is not None
        ready = json.loads(child.stdout.readline())
        with socket.create_connection(("127.0.0.1", ready["port"])):
            pass
        assert ready["channels"][0]["address"] == MAILBOX
        assert any(ready["spki"] in argument for argument in ready["args"])
        out, err = child.communicate(timeout=20)
    assert (child.returncode, out, err) == (0, "", "")
    assert load(file, parse("okta-microsoft")) is not None


def test_the_process_tells_a_wrong_scenario_in_words() -> None:
    with process("--scenario", "atlantis") as child:
        _, err = child.communicate(timeout=20)
    assert child.returncode == 2
    assert "atlantis" in err
    assert "Traceback" not in err
