"""What Jira's pages share: who is signed in, the XSRF token, messages for the next page, and words per generation."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from urllib.parse import quote

from flask import Response, g, redirect, request
from flask.typing import ResponseReturnValue

from runbook.sandbox.world import ID_HOST, Account, Project, Session, World

COOKIE = "tenant.session.token"
XSRF = "atlassian.xsrf.token"


def site() -> str:
    """The address of the Jira site that is asked."""
    return f"https://{request.host}"


def projects(world: World) -> dict[str, Project]:
    """The projects of the site that is asked, by key."""
    return {key: project for key, project in world.projects.items() if project.site == request.host}


def words(world: World) -> dict[str, str]:
    """The labels of the UI generation; the fault `renamed-labels` gives others: those that the vendor's articles mix
    up, or with the value `unknown` one that nobody has seen."""
    new = world.scenario.generation == "g3"
    found = {
        "settings": "Space settings" if new else "Project settings",
        "project": "space" if new else "project",
        "projects": "Spaces" if new else "Projects",
        "request": "work item" if new else "request",
        "channels": "Channels & self service",
        "email": "Email requests" if world.scenario.generation == "g1" else "Email",
        "add": "Add external email",
        "remove": "Disconnect" if world.scenario.generation == "g1" else "Remove",
        "logs": "View logs",
    }
    renamed = world.fault("renamed-labels")
    if renamed == "all":
        never_seen = {"settings": "Workbench", "channels": "Ways in", "email": "Post", "add": "Link an inbox"}
        return {**found, **never_seen, "remove": "Detach", "logs": "Diary"}
    if renamed == "unknown":
        return {**found, "add": "Link an inbox"}
    if renamed:
        return {**found, "email": "Email Request", "add": "Add External mail", "logs": "View Log"}
    return found


def session(world: World) -> Session | None:
    """The browser's session at the site, if it has a live one. It ends with the Atlassian session that it came from."""
    found = world.sessions.get(request.cookies.get(COOKIE, ""))
    if found is None or found.site != "site":
        return None
    cloud = found.data.get("cloud")
    return found if cloud is None or cloud in world.sessions else None


def who(world: World) -> Account | None:
    """The account of the session, or of HTTP Basic with an API token (REST only)."""
    found = session(world)
    if found is not None:
        return world.account(found.accounts[0])
    return _basic(world) if request.path.startswith("/rest/") else None


def _basic(world: World) -> Account | None:
    scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, _, token = base64.b64decode(rest, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    right = hmac.compare_digest(token.encode(), world.api_token.encode()) and not world.fault("token-refused")
    world.note("api-token", right=right)
    return world.account(user) if right else None


def to_login() -> ResponseReturnValue:
    """The redirect to the sign-in, which comes back to the page asked for."""
    wanted = quote(site() + request.full_path.rstrip("?"), safe="")
    return redirect(f"https://{ID_HOST}/login?continue={wanted}&application=jira")


def sign_in(world: World, ticket: Session) -> str:
    """Opens a site session for the account of a ticket; returns the cookie's value."""
    value = secrets.token_urlsafe(32)
    world.sessions[value] = Session("site", accounts=[ticket.accounts[0]], data={"cloud": ticket.data.get("cloud")})
    return value


def xsrf_token() -> str:
    """The token that a writing request of this browser must repeat."""
    if "xsrf" not in g:
        g.xsrf = request.cookies.get(XSRF) or secrets.token_urlsafe(18)
    return str(g.xsrf)


def keep_xsrf(response: Response) -> Response:
    """Gives the browser its XSRF cookie when a page has used it for the first time."""
    if "xsrf" in g and request.cookies.get(XSRF) != g.xsrf:
        response.set_cookie(XSRF, g.xsrf, secure=True, samesite="None")
    return response


def xsrf_ok() -> bool:
    """Whether a writing request comes from a page of this site."""
    sent = request.form.get("atl_token") or request.headers.get("X-Atlassian-Token", "")
    known = request.cookies.get(XSRF, "")
    same = request.headers.get("Origin", site()) == site()
    return bool(known) and same and hmac.compare_digest(sent.encode(), known.encode())


def flash(found: Session, kind: str, text: str) -> None:
    """Keeps a message for the next page: `success`, `error` or `warning`."""
    found.data.setdefault("flash", []).append({"kind": kind, "text": text})


def flashes(found: Session) -> list[dict[str, str]]:
    """The kept messages, once."""
    kept: list[dict[str, str]] = found.data.pop("flash", [])
    return kept


def problem(status: int, *messages: str) -> ResponseReturnValue:
    """An error as Jira's REST interface gives it."""
    return {"errorMessages": list(messages), "errors": {}}, status


def project_home(project: Project) -> str:
    """The path of a project's first page."""
    if project.kind == "service_desk":
        return f"/jira/servicedesk/projects/{project.key}"
    return f"/jira/software/projects/{project.key}/boards/1"
