"""A PostgreSQL server of the tests' own: a cluster in a temporary folder, on loopback, gone with the tests."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

INSTALL = "no PostgreSQL server; `apt-get install postgresql` brings one"
NEEDED = "TESTS_NEED_POSTGRESQL"  # set by .ci/run: there a server that is missing is no reason to skip
PASSWORD = "fake-state-password"
USER = "runbook"


def programs() -> Path | None:
    """The folder of its programs: the newest of Debian's, or what is in the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@dataclass
class Server:
    """A running server."""

    programs: Path
    folder: Path
    port: int
    numbers: Iterator[int]
    process: subprocess.Popen[str] = field(init=False)
    listener: threading.Thread = field(init=False)
    told: list[str] = field(init=False)

    def new(self) -> str:
        """The address of an empty schema, which costs a hundredth of an empty database."""
        name = f"state{next(self.numbers)}"
        self.sql(f"CREATE SCHEMA {name}")
        return self.url("postgres") + f"?options=-csearch_path%3D{name}"

    def database(self) -> str:
        """The address of an empty database."""
        name = f"state{next(self.numbers)}"
        self.sql(f"CREATE DATABASE {name}")
        return self.url(name)

    def url(self, database: str, *, user: str = USER, password: str = PASSWORD, port: int | None = None) -> str:
        return f"postgresql://{user}:{password}@127.0.0.1:{port or self.port}/{database}"

    def sql(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def start(self) -> None:
        where = ("-D", str(self.folder / "data"), "-p", str(self.port), "-h", "127.0.0.1", "-k", str(self.folder))
        command = [*_as_its_user(dying=True), str(self.programs / "postgres"), *where, "-c", "fsync=off"]
        self.process = subprocess.Popen(command, cwd="/", stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        ready = threading.Event()
        self.told = []
        self.listener = threading.Thread(target=_listen, args=(self.process, self.told, ready), daemon=True)
        self.listener.start()
        assert ready.wait(60), "".join(self.told)
        assert self.process.poll() is None, "".join(self.told)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGQUIT)  # at once: nothing is to be kept
        self.process.wait(60)
        self.listener.join(60)
        assert self.process.stderr
        self.process.stderr.close()


@contextmanager
def serve(found: Path) -> Iterator[Server]:
    """A server until the block ends."""
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "password").write_text(PASSWORD)
        if os.getuid() == 0:
            for path in (folder, folder / "password"):
                shutil.chown(path, "postgres", "postgres")
        secured = ("--auth=scram-sha-256", f"--pwfile={folder / 'password'}", f"--username={USER}")
        plain = ("--no-sync", "--encoding=UTF8", "--locale=C")
        _run(found / "initdb", "-D", str(folder / "data"), *secured, *plain)
        server = Server(found, folder, free_port(), count(1))
        server.start()
        try:
            yield server
        finally:
            server.stop()


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _run(program: Path, *arguments: str) -> None:
    done = subprocess.run([*_as_its_user(), str(program), *arguments], cwd="/", stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, f"{program.name}: {done.stdout}"


def _as_its_user(*, dying: bool = False) -> tuple[str, ...]:
    """What goes before a command: it refuses to run as root. `dying`: it ends when the tests are killed."""
    user = ("--reuid=postgres", "--regid=postgres", "--init-groups") if os.getuid() == 0 else ()
    wanted = (*user, *(("--pdeathsig", "QUIT") if dying else ()))
    return ("setpriv", *wanted, "--") if wanted and shutil.which("setpriv") else ()


def _listen(process: subprocess.Popen[str], told: list[str], ready: threading.Event) -> None:
    assert process.stderr
    for line in process.stderr:
        told.append(line)
        if "ready to accept connections" in line:
            ready.set()
    ready.set()  # it has ended
