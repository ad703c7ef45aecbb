"""Real receivers of messages on loopback: a webhook, a mail server, commands that write down what they were given."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from runbook.telling.message import Message
from runbook.telling.target import Undelivered


class Webhook:
    """A server that takes JSON. `status`: what it answers; `held`: while it is not set, it does not answer."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.status = 200
        self.held = threading.Event()
        self.held.set()
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                hook.paths.append(self.path)
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                hook.held.wait(30)
                if hook.status == 200:
                    hook.got.append(body)
                self.send_response(hook.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]

    @property
    def titles(self) -> list[str]:
        return [each["title"] for each in self.got]


@contextmanager
def webhook() -> Iterator[Webhook]:
    hook = Webhook()
    thread = threading.Thread(target=hook.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield hook
    finally:
        hook.held.set()
        hook.server.shutdown()
        hook.server.server_close()
        thread.join()


class Notes:
    """The part of the state that telling needs, in memory; each note goes through JSON, as in the real one."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.waiting: set[str] = set()
        self.written = 0

    def read_note(self, channel: str, key: str) -> dict[str, Any] | None:
        found = self.kept.get((channel, key))
        return None if found is None else json.loads(found)

    def write_note(self, channel: str, key: str, data: Mapping[str, Any] | None) -> None:
        self.write_notes(key, {channel: data})

    def notes(self, key: str) -> dict[str, dict[str, Any]]:
        return {channel: json.loads(text) for (channel, name), text in self.kept.items() if name == key}

    def write_notes(self, key: str, notes: Mapping[str, Mapping[str, Any] | None]) -> None:
        self.written += 1
        for channel, data in notes.items():
            self.kept.pop((channel, key), None)
            if data is not None:
                self.kept[channel, key] = json.dumps(data)

    @contextmanager
    def lock_identity(self, name: str) -> Iterator[None]:
        yield

    def parked(self, channel: str) -> object | None:
        return "parked" if channel in self.waiting else None


class Mailbag:
    """Takes messages in the place of all targets; `broken`: none goes out."""

    def __init__(self) -> None:
        self.got: list[Message] = []
        self.broken = False

    def __call__(self, message: Message) -> None:
        if self.broken:
            raise Undelivered("it is broken")
        self.got.append(message)

    def told(self) -> list[str]:
        """The events since the last time."""
        events = [message.event for message in self.got]
        self.got = []
        return events


# Writes its environment and its standard input; the number in the file's name counts up.
DUMP = """
import json, os, pathlib, sys
folder = pathlib.Path(sys.argv[1])
told = {"env": dict(os.environ), "stdin": json.load(sys.stdin), "argv": sys.argv[2:]}
(folder / f"{len(list(folder.iterdir()))}.json").write_text(json.dumps(told))
"""


def dumping(folder: Path, name: str = "hook") -> tuple[tuple[str, ...], Path]:
    """A command that dumps what it is given into files, and the folder of these."""
    script, out = folder / f"{name}.py", folder / name
    script.write_text(DUMP, encoding="utf-8")
    out.mkdir()
    return (sys.executable, str(script), str(out)), out


def dumped(out: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in sorted(out.iterdir())]
