"""Jira's REST interfaces, as far as the runbook and its checks ask them.

Known: paths, removed search (410), pages and delayed visibility of the new one (facts, section 7).
Unknown: exact texts of some refusals.
"""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from runbook.sandbox import jira_audit, jira_channels, jira_web
from runbook.sandbox.world import Project, World

CLOUD_ID = "5a4db0c5-0000-4000-8000-fa4eacae0001"
INDEXED_AFTER_SECONDS = 10.0
PERMISSIONS = ("ADMINISTER", "ADMINISTER_PROJECTS", "BROWSE_PROJECTS", "SERVICEDESK_AGENT")
ANONYMOUS = ("/rest/api/3/serverInfo", "/_edge/tenant_info")
REMOVED = (
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. "
    "A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046"
)


def rest_blueprint(world: World) -> Blueprint:
    """The routes under /rest and /_edge."""
    rest = Blueprint("rest", __name__)

    @rest.before_request
    def authenticated() -> ResponseReturnValue | None:
        if request.path in ANONYMOUS or jira_web.who(world):
            return None
        return jira_web.problem(401, "Client must be authenticated to access this resource.")

    @rest.get("/_edge/tenant_info")
    def tenant_info() -> ResponseReturnValue:
        return {"cloudId": CLOUD_ID}

    @rest.get("/rest/api/3/serverInfo")
    def server_info() -> ResponseReturnValue:
        return {
            "baseUrl": jira_web.site(),
            "version": "1001.0.0-SNAPSHOT",
            "versionNumbers": [1001, 0, 0],
            "deploymentType": "Cloud",
            "serverTitle": "Jira",
        }

    @rest.get("/rest/api/3/myself")
    def myself() -> ResponseReturnValue:
        account = jira_web.who(world) or abort(401)
        return {
            "self": f"{jira_web.site()}/rest/api/3/user?accountId={account_id(account.address)}",
            "accountId": account_id(account.address),
            "accountType": "atlassian",
            "emailAddress": account.address,
            "displayName": account.name,
            "active": True,
            "timeZone": "Etc/UTC",
            "locale": "en_US",
        }

    @rest.get("/rest/api/3/mypermissions")
    def my_permissions() -> ResponseReturnValue:
        key = request.args.get("projectKey")
        if key is not None and key not in jira_web.projects(world):
            return jira_web.problem(404, f"No project could be found with key '{key}'.")
        asked = [name for name in request.args.get("permissions", "").split(",") if name]
        if not asked or set(asked) - set(PERMISSIONS):
            return jira_web.problem(400, f"Unrecognized permission: {', '.join(asked) or '(none)'}")
        account = jira_web.who(world) or abort(401)
        allowed = jira_channels.may_manage(world, account)
        return {"permissions": {name: _permission(name, allowed) for name in asked}}

    @rest.get("/rest/api/3/project/<key>")
    def project(key: str) -> ResponseReturnValue:
        found = jira_web.projects(world).get(key)
        if found is None:
            return jira_web.problem(404, f"No project could be found with key '{key}'.")
        return _project(world, found)

    @rest.get("/rest/servicedeskapi/info")
    def service_info() -> ResponseReturnValue:
        return {"isLicensedForUse": True, "platformVersion": "1001.0.0-SNAPSHOT", "version": "1001.0.0-SNAPSHOT"}

    @rest.get("/rest/servicedeskapi/servicedesk")
    def service_desks() -> ResponseReturnValue:
        return _page([_desk(world, p) for p in jira_web.projects(world).values() if p.kind == "service_desk"])

    @rest.get("/rest/servicedeskapi/servicedesk/<desk>/requesttype")
    def request_types(desk: str) -> ResponseReturnValue:
        for found in jira_web.projects(world).values():
            if found.kind == "service_desk" and desk in (found.key, _number(world, found)):
                return _page([{"id": str(n), "name": name} for n, name in enumerate(found.request_types, 1)])
        return {"errorMessage": "The service desk you are trying to view does not exist."}, 404

    @rest.route("/rest/api/3/search", methods=["GET", "POST"])
    def old_search() -> ResponseReturnValue:
        return jira_web.problem(410, REMOVED)

    @rest.route("/rest/api/3/search/jql", methods=["GET", "POST"])
    def search() -> ResponseReturnValue:
        asked = request.args if request.method == "GET" else request.get_json()
        fields = request.args.get("fields", "").split(",") if request.method == "GET" else asked.get("fields", [])
        found = _search(world, str(asked.get("jql", "")), "summary" in fields)
        begin = int(str(asked.get("nextPageToken", "0")))
        end = begin + min(int(asked.get("maxResults", 50)), 50)
        more = {"nextPageToken": str(end)} if end < len(found) else {}
        return {"issues": found[begin:end], "isLast": not more, **more}

    @rest.get(jira_audit.PATH)
    def audit(channel: str) -> ResponseReturnValue:
        return jira_audit.answer(world, channel)

    return rest


def account_id(address: str) -> str:
    """The account id that stands for an address; the same in every world."""
    return f"712020:{address.encode().hex()[:24]}"


def _number(world: World, project: Project) -> str:
    return str(10000 + list(world.projects).index(project.key))


def _project(world: World, project: Project) -> dict[str, Any]:
    return {
        "self": f"{jira_web.site()}/rest/api/3/project/{_number(world, project)}",
        "id": _number(world, project),
        "key": project.key,
        "name": project.name,
        "projectTypeKey": project.kind,
        "simplified": False,
        "style": "classic",
    }


def _desk(world: World, project: Project) -> dict[str, str]:
    number = _number(world, project)
    return {"id": number, "projectId": number, "projectKey": project.key, "projectName": project.name}


def _page(values: list[Any]) -> dict[str, Any]:
    return {"size": len(values), "start": 0, "limit": 50, "isLastPage": True, "values": values}


def _permission(name: str, allowed: bool) -> dict[str, Any]:
    everyone = name in ("BROWSE_PROJECTS", "SERVICEDESK_AGENT")
    return {
        "id": str(PERMISSIONS.index(name)),
        "key": name,
        "name": name.replace("_", " ").capitalize(),
        "type": "GLOBAL" if name == "ADMINISTER" else "PROJECT",
        "description": "",
        "havePermission": allowed or everyone,
    }


def _search(world: World, jql: str, summaries: bool) -> list[dict[str, Any]]:
    """Finds by `project = KEY` and `summary ~ "text"`; an issue shows a while after it was made, and without the fields that were
    not named, as in reality."""
    key = re.search(r'project\s*=\s*"?(\w+)', jql)
    here = jira_web.projects(world)
    text = re.search(r'summary\s*~\s*"([^"]*)"', jql)
    return [
        {"id": issue["key"], "key": issue["key"], **({"fields": {"summary": issue["summary"]}} if summaries else {})}
        for issue in world.issues
        if issue["project"] in here
        and (key is None or issue["project"] == key[1])
        and (text is None or text[1].strip('\\"').lower() in issue["summary"].lower())
        and world.now() - issue["created"] >= INDEXED_AFTER_SECONDS
    ]
