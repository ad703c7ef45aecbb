"""Two sites on loopback over TLS: one that people work in, and one that signs them in. Every value of theirs is new at every run."""

from __future__ import annotations

import base64
import json
import secrets
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, quote, urlsplit

import trustme
from playwright.async_api import Page

APP, IDP = "app.acme.example", "idp.acme.example"
USERNAME, PASSWORD = "ada@corp.example", "fake-Pa55 &word"
WORK = """<!doctype html><title>Work</title><link rel=stylesheet href=/style.css><img src=/logo.png>
<p id=who></p><p id=list></p><button id=connect>Connect</button><p id=connected></p>
<script>
  const config = {"atlToken": "%(csrf)s", "locale": "en", "state": "CONNECTED"};
  addEventListener('message', (e) => { document.querySelector('#connected').textContent = e.data; });
  document.querySelector('#connect').onclick = () => window.open('https://idp.acme.example/consent?state=' + crypto.randomUUID());
  fetch('/api/me', {redirect: 'manual'}).then(r => r.json()).then(me => { document.querySelector('#who').textContent = me.emailAddress; })
    .then(() => fetch('/api/old-list', {method: 'POST', headers: {'Content-Type': 'application/json'},
                     body: JSON.stringify({atlToken: config.atlToken, project: 'HELP', at: Date.now()})}))
    .then(r => r.json()).then(rows => { document.querySelector('#list').textContent = rows.join(', '); });
</script>"""
SIGN_IN = """<!doctype html><title>Sign in</title><form method=post action=/login>
<input type=hidden name=csrf value="%(csrf)s"><input type=hidden name=RelayState value="%(state)s">
<input name=username><input type=password name=password><input name=otp><button>Sign in</button></form>"""
CONSENT = """<!doctype html><title>Consent</title><form method=post action=/consent><input type=hidden name=ticket value="%(ticket)s">
<button>Accept</button></form><script>
  document.forms[0].onsubmit = async (e) => {
    e.preventDefault();
    const reply = await (await fetch('/check', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: '{"ask": 1}'})).json();
    if (reply.good) e.target.submit();
  };
</script>"""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def reply(
        self, status: int, body: str = "", *headers: tuple[str, str], mime: str = "text/html; charset=utf-8"
    ) -> None:
        self.send_response(status)
        for name, value in (("Content-Type", mime), ("Content-Length", str(len(body.encode()))), *headers):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def to(self, url: str, *headers: tuple[str, str], status: int = 302) -> None:
        self.reply(status, "", ("Location", url), *headers)

    def do_GET(self) -> None:
        self.answer({})

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.answer(
            json.loads(text) if "json" in self.headers["Content-Type"] else {k: v[0] for k, v in parse_qs(text).items()}
        )

    def answer(self, sent: dict[str, Any]) -> None:
        host, path = self.headers["Host"], urlsplit(self.path).path
        name = f"{'app' if host == APP else 'idp'}{path.replace('/', '_').replace('-', '_').replace('.', '_')}"
        getattr(self, name, lambda _: self.reply(404))(sent)

    def cookie(self, name: str) -> str:
        found = dict(part.partition("=")[::2] for part in self.headers.get("Cookie", "").split("; "))
        return found.get(name, "")

    def app_work(self, _: Any) -> None:
        if self.cookie("app.session") not in self.server.sessions:
            state = secrets.token_urlsafe(16)
            return self.to(
                f"https://{IDP}/authorize?state={state}&nonce={secrets.token_urlsafe(9)}",
                ("Set-Cookie", f"app.state={state}; Secure"),
            )
        return self.reply(200, WORK % {"csrf": self.server.csrf})

    def app_callback(self, _: Any) -> None:
        session = secrets.token_urlsafe(24)
        self.server.sessions.add(session)
        self.to(
            "/work",
            ("Set-Cookie", f"app.session={session}; Secure; HttpOnly; Max-Age=3600"),
            ("Set-Cookie", "app.state=; Max-Age=0"),
        )

    def app_api_me(self, _: Any) -> None:
        self.reply(
            200, json.dumps({"accountId": self.server.account, "emailAddress": USERNAME}), mime="application/json"
        )

    def app_api_old_list(self, _: Any) -> None:
        self.to("/api/list", status=307)

    def app_api_list(self, sent: Any) -> None:
        good = sent["atlToken"] == self.server.csrf
        self.reply(
            200 if good else 403, json.dumps(["help@acme.atlassian.net", "logo@2x.png"]), mime="application/json"
        )

    def app_style_css(self, _: Any) -> None:
        self.reply(200, "p { color: black }", mime="text/css")

    def app_logo_png(self, _: Any) -> None:
        self.reply(200, "not really a picture", mime="image/png")

    def idp_authorize(self, _: Any) -> None:
        state = parse_qs(urlsplit(self.path).query)["state"][0]
        self.to(
            f"https://{IDP}/login?continue={quote(f'https://{APP}/callback?state={state}', safe='')}#top",
            ("Set-Cookie", "idp.seen=yes; Secure"),
        )

    def idp_login(self, sent: Any) -> None:
        if not sent:
            # A token with the address in it, as identity providers like to carry their state.
            state = base64.urlsafe_b64encode(
                json.dumps({"user": USERNAME, "t": secrets.token_hex(8)}).encode()
            ).decode()
            return self.reply(200, SIGN_IN % {"csrf": secrets.token_urlsafe(18), "state": state})
        if (sent["username"], sent["password"]) != (USERNAME, PASSWORD):
            return self.reply(200, "<p role=alert>Wrong password</p>")
        session = f"idp.session={secrets.token_urlsafe(24)}; Secure; HttpOnly; SameSite=None"
        return self.to(
            f"https://{APP}/callback?code={secrets.token_urlsafe(16)}&login_hint={quote(USERNAME)}",
            ("Set-Cookie", session),
        )

    def idp_consent(self, sent: Any) -> None:
        if not sent:
            return self.reply(200, CONSENT.replace("%(ticket)s", secrets.token_urlsafe(18)))
        return self.to(f"https://{IDP}/done?code={secrets.token_urlsafe(12)}")

    def idp_check(self, _: Any) -> None:
        self.reply(200, '{"good": true}', mime="application/json")

    def idp_done(self, _: Any) -> None:
        self.reply(200, f"<script>opener.postMessage('{USERNAME}', 'https://{APP}'); close()</script>")

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.sessions: set[str] = set()
        self.csrf = secrets.token_urlsafe(18)
        self.account = "712020:" + "-".join(secrets.token_hex(n) for n in (4, 2, 2, 2, 6))

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: the browser closes connections as it likes."""


class Pair:
    """The two sites; `args` are for a browser that is to reach them."""

    def __enter__(self) -> Self:
        self.server = _Server()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trustme.CA().issue_cert(APP, IDP).configure_cert(context)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.args = [f"--host-resolver-rules=MAP *.acme.example 127.0.0.1:{self.server.server_address[1]}"]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


async def sign_in(page: Page, username: str, password: str, code: str = "123456", patience: float = 8000) -> str:
    """Signs in and returns whom the application knows."""
    await page.goto(f"https://{APP}/work", wait_until="commit")
    assert page.url.startswith(f"https://{IDP}/login?"), page.url
    await page.fill("[name=username]", username)
    await page.fill("[name=password]", password)
    await page.fill("[name=otp]", code)
    await page.click("button")
    await page.locator("#list", has_text="help@").wait_for(timeout=patience)
    return (await page.locator("#who").inner_text()) + " " + (await page.locator("#list").inner_text())


async def connect(page: Page) -> str:
    """Opens the pop-up, accepts, and returns what it told its opener."""
    if page.url == "about:blank":
        await page.goto(f"https://{APP}/work")
    async with page.expect_popup() as opening:
        await page.click("#connect")
    await (await opening.value).click("button")
    told = page.locator("#connected", has_text="@")
    await told.wait_for(timeout=8000)
    return await told.inner_text()
