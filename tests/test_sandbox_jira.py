"""The sandbox's Jira: sessions, REST, and the pages as a browser without scripts gets them."""

from __future__ import annotations

import base64
import re
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from jira_visitor import SITE, Visitor, custom, visitor

from runbook.sandbox import mailer
from runbook.sandbox.world import ADMIN, MAILBOX, SITE_HOST, Session


def test_a_visitor_without_a_session_is_sent_to_the_sign_in_and_back() -> None:
    answer = visitor(address="").get("/jira/servicedesk/projects/HELP")
    where = urlsplit(answer.headers["location"])
    assert where.netloc == "id.atlassian.com"
    assert parse_qs(where.query)["continue"] == [f"{SITE}/jira/servicedesk/projects/HELP"]


def test_a_ticket_opens_one_session_only() -> None:
    found = visitor()
    assert found.get("/rest/api/3/myself").json()["emailAddress"] == ADMIN
    assert "ticket:t" not in found.world.sessions
    again = httpx.Client(transport=found.http._transport, base_url=SITE, trust_env=False)
    assert "id.atlassian.com" in again.get("/login/callback?token=t").headers["location"]
    assert again.get("/rest/api/3/myself").status_code == 401


def test_a_ticket_never_leads_out_of_the_site() -> None:
    found = visitor()
    for wanted in ("https://other.example.com/", "//other.example.com/", "https://acme.atlassian.net.example.com/"):
        found.world.sessions["ticket:x"] = Session("ticket", [ADMIN], data={})
        answer = found.get("/login/callback", params={"token": "x", "continue": wanted})
        assert answer.headers["location"] == "/jira"


def test_the_site_session_ends_with_the_atlassian_session() -> None:
    found = visitor()
    del found.world.sessions["cloud:c"]
    answer = found.get("/rest/api/3/myself")
    assert answer.status_code == 401
    assert answer.json()["errorMessages"]


def test_permissions_are_those_of_the_account() -> None:
    asked = "/rest/api/3/mypermissions?permissions=ADMINISTER,BROWSE_PROJECTS&projectKey=HELP"

    def have(found: Visitor) -> list[bool]:
        return [entry["havePermission"] for entry in found.get(asked).json()["permissions"].values()]

    assert have(visitor()) == [True, True]
    assert have(visitor("entra", "no-permission")) == [False, True]
    assert have(visitor(address=MAILBOX)) == [False, True]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/rest/api/3/mypermissions?permissions=ADMINISTER&projectKey=NOPE", 404),
        ("/rest/api/3/mypermissions?permissions=FLY", 400),
        ("/rest/api/3/project/NOPE", 404),
        ("/rest/api/3/nothing", 404),
        ("/rest/api/3/search?jql=project=HELP", 410),
    ],
)
def test_refusals_of_the_rest_interface_have_messages(path: str, status: int) -> None:
    answer = visitor().get(path)
    assert answer.status_code == status
    assert answer.json()["errorMessages"]


def test_a_project_tells_its_kind() -> None:
    assert visitor().get("/rest/api/3/project/HELP").json()["projectTypeKey"] == "service_desk"
    assert (
        visitor("entra", "not-service-project").get("/rest/api/3/project/HELP").json()["projectTypeKey"] == "software"
    )
    assert visitor("entra", "not-service-project").get("/jira/servicedesk/projects/HELP").status_code == 404


def test_the_server_tells_that_it_is_a_cloud_site_to_anybody() -> None:
    found = visitor(address="")
    assert found.get("/rest/api/3/serverInfo").json()["deploymentType"] == "Cloud"
    assert found.get("/_edge/tenant_info").json()["cloudId"]


def test_the_audit_endpoint_takes_an_api_token_and_no_other() -> None:
    found = visitor("entra,healthy", address="")
    row = custom(found.world)[0]
    mailer.deliver(found.world, MAILBOX, "zoe@example.com", "Printer on fire")
    mailer.tick(found.world)
    path = f"/rest/jira-email-processor-plugin/1.0/mail/audit/process/{row.channel}"

    def basic(secret: str) -> dict[str, str]:
        return {"Authorization": "Basic " + base64.b64encode(f"{ADMIN}:{secret}".encode()).decode()}

    (entry,) = found.get(path, headers=basic(found.world.api_token)).json()["data"]
    assert (entry["resultStatus"], entry["subject"]) == ("NEW REQUEST", "Printer on fire")
    assert (entry["mailChannelName"], entry["issueKey"]) == (MAILBOX, "HELP-1")
    assert found.get(path, headers=basic("fake-wrong")).status_code == 401
    assert found.get(path, headers={"Authorization": "Basic ?"}).status_code == 401
    assert found.get(f"{path}?statuses=FAILED", headers=basic(found.world.api_token)).json()["data"] == []


def test_a_new_issue_is_found_only_after_a_while() -> None:
    found = visitor("entra,healthy")
    mailer.deliver(found.world, MAILBOX, "zoe@example.com", "Printer on fire")
    found.world.offset += mailer.PULL_SECONDS
    asked = {"jql": 'project = HELP AND summary ~ "printer"'}
    assert found.http.get("/rest/api/3/search/jql", params=asked).json()["issues"] == []
    found.world.offset += 11
    (issue,) = found.http.post("/rest/api/3/search/jql", json=asked).json()["issues"]
    assert issue["key"] == "HELP-1"


# The e-mail page


@pytest.mark.parametrize("generation", ["g1", "g2", "g3"])
def test_the_settings_menu_leads_to_the_email_page(generation: str) -> None:
    found = visitor(f"entra,{generation}")
    label = "Space settings" if generation == "g3" else "Project settings"
    settings = link(found.get("/jira/servicedesk/projects/HELP").text, label)
    menu = found.get(settings).text
    assert ("Channels &amp; self service" in menu) == (generation != "g1")
    page = found.get(link(menu, "Email requests" if generation == "g1" else "Email"))
    assert page.status_code == 200
    assert page.request.url.path == found.page


def link(html: str, label: str) -> str:
    match = re.search(rf'href="([^"]+)"[^>]*>{re.escape(label)}</a>', html)
    assert match, f"no link {label!r}"
    return match[1]


def test_the_three_generations_have_three_addresses() -> None:
    assert len({visitor(f"entra,{generation}").page for generation in ("g1", "g2", "g3")}) == 3


@pytest.mark.parametrize("generation", ["g1", "g2", "g3"])
def test_somebody_without_the_permission_sees_no_buttons_and_changes_nothing(generation: str) -> None:
    found = visitor(f"entra,{generation}", "no-permission")
    if generation == "g3":
        assert found.get(f"{found.page}/rows").json()["may"] is False
    else:
        page = found.get(found.page).text
        assert "You need to be a Jira administrator" in page
        assert "data-opens" not in page
        assert "data-connect" not in page
    assert found.act("remove", address=MAILBOX).status_code == 403
    assert found.get(f"{found.page}/connect?provider=microsoft").status_code == 403
    assert custom(found.world)


def test_a_change_without_the_xsrf_token_is_refused() -> None:
    found = visitor()
    found.get(found.page)
    for fields in ({}, {"atl_token": "fake-other"}):
        answer = found.http.post(f"{found.page}/act", data={"action": "remove", "address": MAILBOX, **fields})
        assert (answer.status_code, answer.text) == (403, "XSRF check failed")
    assert custom(found.world)


def test_remove_is_not_offered_while_the_address_is_the_reply_to() -> None:
    found = visitor("entra,reply-to")
    offered = re.compile(rf'data-opens="remove" data-address="{re.escape(MAILBOX)}"')
    assert not offered.search(found.get(found.page).text)
    assert "reply-to" in found.act("remove", address=MAILBOX).json()["flashes"][0]["text"]
    found.act("reply-to", address=f"help@{SITE_HOST}")
    assert offered.search(found.get(found.page).text)
    found.act("remove", address=MAILBOX)
    assert not custom(found.world)


def test_request_type_and_switch_are_changed_from_the_page() -> None:
    found = visitor("entra,healthy,g3")
    rows = found.act("request-type", address=MAILBOX, request_type="General request").json()["rows"]
    assert [row["request_type"] for row in rows if row["external"]] == ["General request"]
    assert found.act("request-type", address=MAILBOX, request_type="Nonsense").json()["flashes"][0]["kind"] == "error"
    assert found.act("off").json()["on"] is False
    assert found.act("on").json()["on"] is True
    assert found.act("dance").status_code == 400


def test_an_address_of_jiras_own_can_be_created() -> None:
    found = visitor("entra,g3")
    rows = found.act("create", prefix="It-Help", request_type="General request").json()["rows"]
    assert f"it-help@{SITE_HOST}" in [row["address"] for row in rows]
    assert found.act("create", prefix="a b", request_type="General request").json()["flashes"][0]["kind"] == "error"


def test_the_logs_of_an_address_are_newest_first() -> None:
    found = visitor()
    page = found.get(f"{found.page}/logs/{custom(found.world)[0].channel}").text
    statuses = re.findall(r'class="lozenge \w+">(\w+)<', page)
    assert statuses[-2:] == ["FAILURE", "SUCCESS"]
    assert set(statuses[:-2]) == {"RATE_LIMITED"}
    assert found.get(f"{found.page}/logs/CHANNEL000000000000").status_code == 404


def test_the_site_wide_page_deletes_a_mailbox() -> None:
    found = visitor()
    path = "/jira/settings/products/servicedesk/email-requests"
    assert MAILBOX in found.get(path).text
    fields = {"project": "HELP", "address": MAILBOX, "atl_token": found.http.cookies["atlassian.xsrf.token"]}
    found.http.post(f"{path}/delete", data=fields)
    assert not custom(found.world)


@pytest.mark.parametrize(
    ("value", "label"), [("renamed-labels", "Add External mail"), ("renamed-labels=unknown", "Link an inbox")]
)
def test_labels_can_be_others(value: str, label: str) -> None:
    found = visitor("entra", value)
    page = found.get(found.page).text
    assert label in page
    assert "Add external email" not in page
