"""The e-mail page of a project, in three generations, and what its buttons do.

G1: one custom account. G2: a list, the request type asked after the provider's sign-in. G3: the same drawn by a script
in newer words, the request type asked before; with Atlassian's own components where they were built. In all of them the
row that appears carries the address that the *provider* returned, whoever that was.
"""

from __future__ import annotations

import threading
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from httpx import HTTPError
from werkzeug.exceptions import BadRequest

from runbook.sandbox import jira_channels, jira_oauth, jira_web
from runbook.sandbox.atlaskit import Build
from runbook.sandbox.hostile import MARKUP
from runbook.sandbox.jira_channels import Refused
from runbook.sandbox.loopback import Loopback
from runbook.sandbox.scenario import Provider
from runbook.sandbox.world import Connection, Project, Session, Token, World

PATHS = {
    "g1": "/servicedesk/admin/<key>/email-requests",
    "g2": "/jira/servicedesk/projects/<key>/settings/channels/email",
    "g3": "/jira/servicedesk/projects/<key>/settings/self-service/email-intake",
}
SHOWN = {
    "microsoft": "Microsoft",
    "google": "Google",
    "atlassian": "Atlassian",
    "imap": "IMAP (basic authentication)",
}
_PROVIDERS: dict[str, Provider] = {"microsoft": "microsoft", "google": "google"}
SAVE_SECONDS = 1.0
BANNER = "We couldn't connect to your mail server. Check the mailbox and try again."


def page_path(world: World, project: Project) -> str:
    """The path of a project's e-mail page."""
    return PATHS[world.scenario.generation].replace("<key>", project.key)


def email_blueprint(world: World, http: Loopback) -> Blueprint:
    """The e-mail page's routes, for the generation that the scenario plays."""
    site = Blueprint("email", __name__)
    path = PATHS[world.scenario.generation]
    build = Build.wanted() if world.scenario.generation == "g3" else None
    if build:
        build.mount(site)
    template = "jira/email_atlaskit.html" if build else f"jira/email_{world.scenario.generation}.html"
    site.add_url_rule(path, "page", lambda key: _page(world, _project(world, key), template))
    site.add_url_rule(f"{path}/rows", "rows", lambda key: _data(world, _project(world, key)))
    site.add_url_rule(f"{path}/logs/<channel>", "logs", lambda key, channel: _logs(_project(world, key), channel))
    site.add_url_rule(
        f"{path}/act", "act", lambda key: _act(world, _managed(world, _project(world, key))), methods=["POST"]
    )
    site.add_url_rule(
        f"{path}/connect", "connect", lambda key: _connect(world, http, _managed(world, _project(world, key)))
    )
    site.add_url_rule(
        f"{path}/connected", "connected", lambda key: _connected(world, _managed(world, _project(world, key)))
    )
    return site


def _project(world: World, key: str) -> Project:
    project = jira_web.projects(world).get(key)
    if project is None or project.kind != "service_desk":
        abort(404)
    return project


def _managed(world: World, project: Project) -> Project:
    if not _may(world):
        abort(403)
    return project


def _may(world: World) -> bool:
    account = jira_web.who(world)
    return account is not None and jira_channels.may_manage(world, account)


def _session(world: World) -> Session:
    return jira_web.session(world) or abort(401)


def _row(project: Project, row: Connection) -> dict[str, Any]:
    return {
        "address": row.address,
        "provider": SHOWN[row.provider],
        "request_type": row.request_type,
        "reply_to": project.reply_to == row.address,
        "external": row.auth != "default",
        "channel": row.channel,
    }


def _data(world: World, project: Project) -> dict[str, Any]:
    found = _session(world)
    return {
        "key": project.key,
        "site": project.site,
        "on": project.email_on,
        "may": _may(world),
        "rows": [_row(project, row) for row in project.connections],
        "request_types": project.request_types,
        "words": jira_web.words(world),
        "window": world.scenario.window,
        "blocked": bool(world.fault("popup-blocked")),
        "pending": _pending(found, project),
        "flashes": jira_web.flashes(found),
    }


def _pending(found: Session, project: Project) -> str:
    """The address that has been allowed and waits for its request type (G2)."""
    pending = found.data.get("pending")
    return pending["token"].address if pending and pending["project"] == project.key else ""


def _page(world: World, project: Project, template: str) -> ResponseReturnValue:
    # In G3 the page asks for its data itself, messages included: they must not be used up here.
    data = {"window": world.scenario.window} if world.scenario.generation == "g3" else _data(world, project)
    return render_template(template, project=project, data=data, path=page_path(world, project))


def _logs(project: Project, channel: str) -> ResponseReturnValue:
    found = [row for row in project.connections if row.channel == channel] or abort(404)
    return render_template("jira/logs.html", project=project, row=found[0])


def _act(world: World, project: Project) -> ResponseReturnValue:
    """One change, asked by a form (answer: the page) or by the page's script (answer: JSON)."""
    found, form = _session(world), request.form
    if world.fault("slow-save"):
        threading.Event().wait(SAVE_SECONDS)
    try:
        text = _change(world, project, found, form)
        jira_web.flash(found, "success", text)
    except Refused as no:
        jira_web.flash(found, "error", str(no))
    if request.headers.get("Accept", "").startswith("application/json"):
        return _data(world, project)
    return redirect(page_path(world, project))


def _change(world: World, project: Project, found: Session, form: Any) -> str:
    address, request_type = form.get("address", ""), form.get("request_type", "")
    match form.get("action"):
        case "remove":
            jira_channels.remove(world, project, address)
            return f"{address} was removed."
        case "reply-to":
            jira_channels.set_reply_to(world, project, address)
            return f"Replies are now sent from {address}."
        case "request-type":
            jira_channels.set_request_type(world, project, address, request_type)
            return f"Emails to {address} now create: {request_type}."
        case "create":
            row = jira_channels.create_default(world, project, form.get("prefix", ""), request_type)
            return f"{row.address} was created."
        case "finish":
            pending = found.data.pop("pending", None)
            if pending is None or pending["project"] != project.key:
                raise Refused("This connection has expired. Add the email address again.")
            jira_channels.connect(world, project, pending["token"], request_type)
            return f"{pending['token'].address} is now connected."
        case "cancel":
            found.data.pop("pending", None)
            return "No email address was connected."
        case "on" | "off" as switch:
            jira_channels.switch(world, project, switch == "on")
            return f"Email requests are turned {switch}."
    raise BadRequest


def _connect(world: World, http: Loopback, project: Project) -> ResponseReturnValue:
    """Sends the browser to the provider. G3 says the request type here already."""
    provider = _PROVIDERS.get(request.args.get("provider", "")) or abort(400)
    mine = {"project": project.key, "request_type": request.args.get("request_type", "")}
    back = f"{jira_web.site()}{page_path(world, project)}/connected"
    try:
        return redirect(jira_oauth.authorize_url(world, http, provider, back, mine))
    except HTTPError:
        jira_web.flash(_session(world), "error", BANNER)
        return redirect(f"{page_path(world, project)}/connected?{urlencode({'ticket': 'none'})}")


def _connected(world: World, project: Project) -> ResponseReturnValue:
    """Back from the provider: the popup tells its opener and closes; in the same tab the page follows."""
    found = _session(world)
    result = jira_oauth.take_result(world, request.args.get("ticket", ""))
    if result is not None and result["mine"]["project"] == project.key:
        _settle(world, project, found, result)
    if world.scenario.window == "popup":
        return render_template("jira/connected.html", path=page_path(world, project))
    return redirect(page_path(world, project))


def _settle(world: World, project: Project, found: Session, result: dict[str, Any]) -> None:
    try:
        token = _allowed(world, project, result)
        if world.scenario.generation == "g2":
            found.data["pending"] = {"project": project.key, "token": token}
            return
        jira_channels.connect(world, project, token, result["mine"]["request_type"] or project.request_types[0])
        jira_web.flash(found, "success", f"{token.address} is now connected.")
    except Refused as no:
        jira_web.flash(found, "error", str(no))


def _allowed(world: World, project: Project, result: dict[str, Any]) -> Token:
    """The token that may be used now. Raises Refused."""
    token: Token | None = result.get("token")
    if token is None:
        raise Refused(result["error"])
    if world.fault("jira-error-banner"):
        raise Refused(f"{BANNER} {MARKUP}" if world.fault("markup") else BANNER)
    jira_channels.check_new(world, project, token.address)
    return token
