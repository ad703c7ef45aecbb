"""Serves the sandbox on loopback over TLS, under the sites' real host names.

A browser reaches it by `Server.browser_args()`; nothing outside this machine can.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import socket
import ssl
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any

import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.wsgi import ClosingIterator

from runbook.errors import ConfigError
from runbook.sandbox.dispatcher import Dispatcher
from runbook.sandbox.loopback import Loopback
from runbook.sandbox.puller import Puller
from runbook.sandbox.world import HOSTS, World
from runbook.settings.external import origins

__all__ = ["Loopback", "Server"]
IDLE_SECONDS = 60


class _Handler(WSGIRequestHandler):
    """HTTP/1.1 with keep-alive: werkzeug's own handler closes every connection, and a new TLS handshake for each
    request would be most of the sandbox's time."""

    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = -1

    def run_wsgi(self) -> None:
        # The body is read whole before the site answers, so that the next request starts at its own first line.
        size = int(self.headers.get("Content-Length") or 0)
        self.environ = environ = self.make_environ()
        environ["wsgi.input"] = io.BytesIO(self.rfile.read(size))
        answer: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], _exc: Any = None) -> Callable[[bytes], None]:
            answer[:] = [status, headers]
            return lambda _data: None

        with contextlib.closing(ClosingIterator(self.server.app(environ, start_response))) as parts:
            body = b"".join(parts)
        code, _, reason = answer[0].partition(" ")
        self.send_response_only(int(code), reason)
        for name, value in answer[1]:
            if name.lower() != "content-length":
                self.send_header(name, value)
        if int(code) not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def finish(self) -> None:
        """What the browser does not want any more cannot be sent: what was opened to read from it is closed all the same."""
        try:
            super().finish()
        finally:
            self.rfile.close()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: query strings carry codes and tokens."""

    def log_error(self, format: str, *args: Any) -> None:
        """Nothing: a browser that keeps a connection and asks no more is no error, and nobody may be reading what is said."""


class _HttpServer(ThreadedWSGIServer):
    """Knows its open connections, so that stopping the server does not leave threads waiting for a browser."""

    def __init__(self, listening: socket.socket, app: Any, context: ssl.SSLContext) -> None:
        self._open: set[socket.socket] = set()
        super().__init__("127.0.0.1", listening.getsockname()[1], app, _Handler, fd=listening.fileno())
        self.ssl_context = context

    def get_request(self) -> tuple[socket.socket, Any]:
        """The handshake is left to the connection's own thread: a silent client must not hold up the others."""
        plain, address = super().get_request()
        assert self.ssl_context is not None  # noqa: S101 - for the type checker
        wrapped = self.ssl_context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
        self._open.add(wrapped)
        return wrapped, address

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that goes away in the middle is not an error of the sandbox."""
        if not isinstance(sys.exc_info()[1], (OSError, ValueError)):
            super().handle_error(request, client_address)

    def server_close(self) -> None:
        super().server_close()
        for request in list(self._open):
            with contextlib.suppress(OSError):
                request.shutdown(socket.SHUT_RDWR)


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise ConfigError(
            f"The sandbox cannot listen on port {port}: {error.strerror}.",
            remedy="Give another --port, or none to let it take a free one.",
        ) from None
    return listening


def _certificate() -> tuple[ssl.SSLContext, str, str]:
    """A TLS context for all hosts of the sandbox, the base64 SHA-256 of its public key, and its authority as PEM."""
    authority = trustme.CA()
    issued = authority.issue_cert(*HOSTS.values(), "localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued.configure_cert(context)
    key = x509.load_pem_x509_certificate(issued.cert_chain_pems[0].bytes()).public_key()
    digest = hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    return context, base64.b64encode(digest).decode(), authority.cert_pem.bytes().decode()


class Server:
    """The sandbox of one world, in a thread. `port` 0 takes a free one; `after` is called after every request. `tls` and
    `authority` (PEM) are for what else has to be served under its names. Raises ConfigError when the port is taken."""

    def __init__(self, world: World, port: int = 0, after: Callable[[World], None] | None = None) -> None:
        self.world = world
        listening = _listen(port)
        try:
            self.tls, self.spki, self.authority = _certificate()
            self.dispatcher = Dispatcher(world, after)
            self._http = _HttpServer(listening, self.dispatcher, self.tls)
        finally:
            listening.close()
        self.port = self._http.port
        mail = world.external.mail
        self.puller = Puller(world) if mail and mail.imap else None
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), name="sandbox", daemon=True)

    def start(self) -> Server:
        """Begins to serve; returns at once, the port already answers."""
        self._thread.start()
        if self.puller:
            self.puller.start()
        return self

    def stop(self) -> None:
        """Ends serving and closes every connection."""
        if self.puller:
            self.puller.stop()
        if self._thread.is_alive():
            self._http.shutdown()
            self._thread.join()
        else:
            self._http.server_close()
        self.dispatcher.http.close()

    def browser_args(self) -> list[str]:
        """Chromium's arguments: the sandbox's hosts lead here, on their own port alone, and every other host leads nowhere. With
        an external provider other hosts resolve as usual: its pages may load from more hosts than its own."""
        rules = [f"MAP {host}:443 127.0.0.1:{self.port}" for host in HOSTS.values()]
        if origins(self.world.external):
            rules += [f"MAP {host} ~NOTFOUND" for host in HOSTS.values()]
        else:
            rules += ["MAP * ~NOTFOUND"]
        return [
            f"--host-resolver-rules={', '.join(rules)}",
            f"--ignore-certificate-errors-spki-list={self.spki}",
        ]

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
