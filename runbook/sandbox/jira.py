"""acme.atlassian.net and further sites: Jira with its projects, settings menus and sessions.

Addresses of settings pages differ by generation on purpose: the real ones are unknown, so that a run has to find the
page by the menu's labels.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from runbook.sandbox import jira_channels, jira_email, jira_rest, jira_web, mailer
from runbook.sandbox.loopback import Loopback
from runbook.sandbox.world import OTHER_SITES, SITE_HOST, Project, World

HOSTS = (SITE_HOST, *OTHER_SITES)
MARKUP = (
    "Known: paths of project pages and REST, cookie names, menu and button labels, limits, the duplicate's text, "
    "log columns. Unknown: every element id, the address of the e-mail page, dialog titles, messages, status labels; "
    "roles follow Atlassian's published components. A first pull right after connecting is assumed."
)


def create(world: World, http: Loopback) -> Flask:
    """The site's application."""
    app = Flask("runbook.sandbox.jira", static_url_path="/s/assets")
    app.secret_key = secrets.token_bytes(16)
    app.register_blueprint(jira_rest.rest_blueprint(world))
    app.register_blueprint(jira_email.email_blueprint(world, http))
    app.after_request(jira_web.keep_xsrf)
    app.jinja_env.filters["when"] = lambda at: datetime.fromtimestamp(at, UTC).strftime("%d/%b/%y %I:%M %p")
    app.jinja_env.filters["iso"] = lambda at: datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
    _sessions(app, world)
    _pages(app, world)
    _settings(app, world)

    @app.context_processor
    def common() -> dict[str, Any]:
        return {
            "words": jira_web.words(world),
            "me": jira_web.who(world),
            "world": world,
            "xsrf": jira_web.xsrf_token,
            "home": jira_web.project_home,
            "settings_home": settings_home,
            "email_page": lambda project: jira_email.page_path(world, project),
        }

    @app.errorhandler(404)
    def not_found(_: Exception) -> ResponseReturnValue:
        if request.path.startswith("/rest/"):
            return jira_web.problem(404, "Not found.")
        return render_template("jira/not_found.html"), 404

    return app


def settings_home(project: Project) -> str:
    """The path of a project's settings."""
    return f"/jira/servicedesk/projects/{project.key}/settings"


def _sessions(app: Flask, world: World) -> None:
    @app.before_request
    def guard() -> ResponseReturnValue | None:
        mailer.tick(world)
        if world.fault("site-503"):
            return Response("Service Unavailable", 503, content_type="text/plain")
        if request.blueprint == "rest" or request.endpoint in ("callback", "static"):
            return None
        if jira_web.session(world) is None:
            return jira_web.to_login()
        if request.method == "POST" and not jira_web.xsrf_ok():
            return Response("XSRF check failed", 403, content_type="text/plain")
        return None

    @app.get("/login/callback")
    def callback() -> ResponseReturnValue:
        ticket = world.sessions.pop(f"ticket:{request.args.get('token', '')}", None)
        if ticket is None:
            return jira_web.to_login() if jira_web.session(world) is None else redirect("/jira")
        wanted = str(request.args.get("continue") or ticket.data.get("continue") or "/jira")
        parts = urlsplit(wanted)
        inside = parts.netloc in ("", request.host) and not wanted.startswith("//") and parts.path != "/login/callback"
        response = redirect(wanted if inside else "/jira")
        response.set_cookie(
            jira_web.COOKIE, jira_web.sign_in(world, ticket), secure=True, httponly=True, samesite="None"
        )
        world.note("site-session", address=ticket.accounts[0])
        return response


def _pages(app: Flask, world: World) -> None:
    @app.get("/")
    def root() -> ResponseReturnValue:
        return redirect("/jira")

    @app.get("/jira")
    @app.get("/jira/projects")
    def projects() -> ResponseReturnValue:
        return render_template("jira/projects.html", projects=jira_web.projects(world).values())

    @app.get("/browse/<key>")
    @app.get("/projects/<key>")
    def short(key: str) -> ResponseReturnValue:
        return redirect(jira_web.project_home(_project(world, key)))

    @app.get("/jira/servicedesk/projects/<key>")
    @app.get("/jira/servicedesk/projects/<key>/<any(customers,email_logs):section>")
    def desk(key: str, section: str = "queues") -> ResponseReturnValue:
        project = _project(world, key, "service_desk")
        issues = [issue for issue in world.issues if issue["project"] == key]
        rows = [(row, entry) for row in project.connections for entry in reversed(row.processing)]
        return render_template("jira/desk.html", project=project, section=section, issues=issues, rows=rows)

    @app.get("/jira/software/projects/<key>/boards/1")
    def board(key: str) -> ResponseReturnValue:
        project = _project(world, key)
        return render_template("jira/board.html", project=project)


def _settings(app: Flask, world: World) -> None:
    @app.get("/jira/servicedesk/projects/<key>/settings")
    @app.get("/jira/servicedesk/projects/<key>/settings/<any(request_types,portal,people):section>")
    def settings(key: str, section: str = "details") -> ResponseReturnValue:
        project = _project(world, key, "service_desk")
        return render_template("jira/settings.html", project=project, section=section)

    @app.get("/jira/settings/products")
    def products() -> ResponseReturnValue:
        return render_template("jira/products.html", rows=None)

    @app.get("/jira/settings/products/servicedesk/email-requests")
    def site_wide() -> ResponseReturnValue:
        rows = [each for each in jira_channels.everywhere(world) if each[0].site == request.host]
        return render_template("jira/products.html", rows=rows, may=_may(world))

    @app.post("/jira/settings/products/servicedesk/email-requests/delete")
    def delete() -> ResponseReturnValue:
        found = jira_web.session(world) or abort(401)
        if not _may(world):
            abort(403)
        try:
            project = _project(world, request.form["project"])
            jira_channels.remove(world, project, request.form["address"])
            jira_web.flash(found, "success", "The mailbox was deleted.")
        except jira_channels.Refused as no:
            jira_web.flash(found, "error", str(no))
        return redirect("/jira/settings/products/servicedesk/email-requests")

    @app.context_processor
    def messages() -> dict[str, Any]:
        found = jira_web.session(world)
        return {"flashes": (lambda: jira_web.flashes(found)) if found else list}


def _may(world: World) -> bool:
    account = jira_web.who(world)
    return account is not None and jira_channels.may_manage(world, account)


def _project(world: World, key: str, kind: str | None = None) -> Project:
    project = jira_web.projects(world).get(key)
    if project is None or (kind is not None and project.kind != kind):
        abort(404)
    return project
