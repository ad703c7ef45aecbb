"""A web server with TLS under any host name, and an HTTP proxy that leads to it whatever it is asked for; both on loopback."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import time
from wsgiref.handlers import format_date_time

import trustme


@dataclass
class Web:
    """`port` of the server, `proxy` of the proxy, `ca`: a file with the server's authority. `ahead`: seconds that the server's clock
    is; `asked`: the hosts that were asked for at the proxy; `answer`: what the proxy says to that."""

    port: int
    ca: Path
    proxy: int = 0
    ahead: float = 0.0
    answer: int = 200
    asked: list[str] = field(default_factory=list)


@contextmanager
def web(folder: Path, hosts: Sequence[str]) -> Iterator[Web]:
    """Serves as long as the block lasts."""
    authority = trustme.CA(organization_name="Example Trust")
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*hosts).configure_cert(context)

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response_only(302)
            self.send_header("Date", format_date_time(time() + found.ahead))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    site = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    site.socket = context.wrap_socket(site.socket, server_side=True, do_handshake_on_connect=False)
    found = Web(site.server_port, folder / "ca.pem")
    with _serving(site), leading_to(found):
        yield found


@contextmanager
def leading_to(found: Web) -> Iterator[None]:
    """The proxy alone, which leads to whatever serves at that port, as long as the block lasts."""

    class Proxy(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            found.asked.append(self.path)
            self.send_response_only(found.answer)
            self.end_headers()
            if found.answer == 200:
                with socket.create_connection(("127.0.0.1", found.port)) as there:
                    pipe(self.connection, there)
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    proxy = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    found.proxy = proxy.server_port
    with _serving(proxy):
        yield


@contextmanager
def _serving(server: ThreadingHTTPServer) -> Iterator[None]:
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def pipe(one: socket.socket, other: socket.socket) -> None:
    """Hands on what either says, until one has nothing more to say."""
    back = threading.Thread(target=one_way, args=(other, one))
    back.start()
    one_way(one, other)
    back.join()


def one_way(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
