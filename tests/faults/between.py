"""What stands between the browser and the sandbox, and can answer in a site's place or change what it says."""

from __future__ import annotations

import re
import socket
import struct
import threading
from collections.abc import Callable, Iterable
from typing import Any

Headers = list[tuple[str, str]]
App = Callable[..., Iterable[bytes]]
Deed = Callable[["Between", dict[str, Any], Any], Iterable[bytes]]

HTML = "text/html; charset=utf-8"
INTERSTITIAL = (
    "<!doctype html><title>Before you go on</title><h1>Our terms have changed</h1>"
    '<p>Please take note of them.</p><a href="{url}">Continue</a>'
)
# Every word another one, in another script; addresses stay as they are. Also of what scripts draw later.
TRANSLATED = """<script>(() => {
  const other = (text) => text.includes('@') ? text : text.replace(/[A-Za-z]/g, (c) =>
    String.fromCharCode(0x430 + (c.toLowerCase().charCodeAt(0) - 97)));
  const texts = (node) => {
    if (node.nodeType === 3) {
      if (!/^(SCRIPT|STYLE)$/.test(node.parentNode.nodeName) && /[A-Za-z]/.test(node.data)) {
        const said = other(node.data);
        if (said !== node.data) node.data = said;
      }
    } else if (node.nodeType === 1) {
      for (const name of ['aria-label', 'title', 'placeholder', 'alt']) {
        const said = node.getAttribute(name);
        if (said && other(said) !== said) node.setAttribute(name, other(said));
      }
      if (node.matches('input[type=submit], input[type=button]') && other(node.value) !== node.value) node.value = other(node.value);
      node.childNodes.forEach(texts);
    }
  };
  document.documentElement.lang = 'ru';
  new MutationObserver(() => texts(document.documentElement)).observe(document, {childList: true, subtree: true});
})()</script>"""


class Between:
    """The WSGI application of the server, with a deed that is done to each request while there is one. `struck` is told when a deed has
    changed anything; `answered`, when a page or what its scripts ask for was answered as it should be. Both in the server's threads."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.deed: Deed | None = None
        self.struck: Callable[[], object] = nothing
        self.answered: Callable[[], object] = nothing
        self.released = threading.Event()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if (deed := self.deed) is not None:
            return deed(self, environ, start_response)
        answer = self.app(environ, start_response)
        if document(environ) or environ.get("HTTP_SEC_FETCH_DEST") == "empty":
            self.answered()
        return answer


def nothing() -> None:
    """For whom nobody listens to."""


def document(environ: dict[str, Any]) -> bool:
    """Whether the browser asks for a page, and not for something in one."""
    return environ.get("HTTP_SEC_FETCH_DEST") in ("document", "iframe")


def status(line: str) -> Deed:
    """Every request is answered with this status."""

    def deed(between: Between, _environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        between.struck()
        start_response(line, [("Content-Type", HTML)])
        return [f"<!doctype html><title>{line}</title><h1>{line}</h1>".encode()]

    return deed


def reset(between: Between, environ: dict[str, Any], _start_response: Any) -> Iterable[bytes]:
    """The connection is torn down."""
    between.struck()
    connection = environ["werkzeug.socket"]
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
    raise ConnectionResetError


def stall(between: Between, _environ: dict[str, Any], _start_response: Any) -> Iterable[bytes]:
    """No answer ever comes."""
    between.struck()
    between.released.wait()
    raise ConnectionResetError


def no_content(between: Between, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """A page is asked for and there is none to go to: the browser aborts the navigation."""
    if not document(environ):
        return between.app(environ, start_response)
    between.struck()
    start_response("204 No Content", [])
    return [b""]


def empty(between: Between, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Every page is empty."""
    if not document(environ):
        return between.app(environ, start_response)
    between.struck()
    start_response("200 OK", [("Content-Type", HTML)])
    return [b"<!doctype html><html><head></head><body></body></html>"]


def interstitial(times: int) -> Deed:
    """The first pages that are asked for are another one, which leads on to them."""
    left = [times]

    def deed(between: Between, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if not document(environ) or not left[0]:
            return between.app(environ, start_response)
        left[0] -= 1
        between.struck()
        query = environ.get("QUERY_STRING", "")
        url = environ.get("PATH_INFO", "/") + (f"?{query}" if query else "")
        start_response("200 OK", [("Content-Type", HTML)])
        return [INTERSTITIAL.format(url=url.replace("&", "&amp;").replace('"', "&quot;")).encode()]

    return deed


def _changed(change: Callable[[str], str], kinds: tuple[str, ...]) -> Deed:
    def deed(between: Between, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        kept: list[tuple[str, Headers]] = []
        body = b"".join(between.app(environ, lambda line, headers, *_: kept.append((line, list(headers)))))
        [(line, headers)] = kept
        kind = next((value for name, value in headers if name.lower() == "content-type"), "")
        if body and any(each in kind for each in kinds):
            changed = change(body.decode("utf-8")).encode()
            if changed != body:
                between.struck()
            body = changed
            headers = [each for each in headers if each[0].lower() not in ("content-length", "content-security-policy")]
        start_response(line, headers)
        return [body]

    return deed


def _broken(text: str) -> str:
    if not re.search(r"<(html|body|head|script|title)\b", text, re.IGNORECASE):
        return "throw new Error('broken');\n"
    return re.sub(r"(<script\b[^>]*>).*?(?=</script>)", r"\1throw new Error('broken');", text, flags=re.DOTALL)


def _translated(text: str) -> str:
    return re.sub(r"(<head\b[^>]*>|^)", lambda found: found[0] + TRANSLATED, text, count=1)


script_error = _changed(_broken, ("text/html", "javascript"))
other_language = _changed(_translated, ("text/html",))
