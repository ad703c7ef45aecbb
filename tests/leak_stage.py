"""The stage of the search for leaks: a sandbox whose accounts have planted secrets, somebody whose settings hold them, and everything
that is printed, written and started there."""

from __future__ import annotations

import html
import json
import os
import re
import shlex
import signal
import socketserver
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import pyotp
from faults.between import Between
from leak_plays import PLAYS
from leaking import Overheard, Search, Witness, files_in
from proxying import Web, leading_to
from receivers import dumping, webhook
from schedulers import tools_in
from stranger import PACKAGE, Done, Stranger, somebody
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from runbook.sandbox import build, parse, passkeys, smtp
from runbook.sandbox.scenario import Idp
from runbook.sandbox.server import Server
from runbook.sandbox.world import ADMIN, MAILBOX, World
from runbook.state import State

# Every file that may come about, by its path below the stranger's folder. One that stands nowhere fails a test.
RUN = r"here/runs/\d{8}T\d{6}Z-HELP-[0-9a-f]{4}/"
ARTIFACTS: dict[str, str] = {
    "record of a run": RUN + r"run\.json",
    "report of a run": RUN + r"report\.html",
    "seal of a run": RUN + r"SHA256SUMS",
    "picture": RUN + r"\d\d-\w+-(done|failed)(-\d)?\.jpg",
    "recording of a run": RUN + r"run\.har",
    "trace of a run": RUN + r"trace\.zip",
    "index of the runs": r"here/runs/(index\.html|\.\w+.*)",
    "state": r"here/state/state\.(db|db-wal|db-shm|lock)",
    "lock": r"here/state/[\w.@-]+\.(lock|holder\.json)",
    "recording of a step": r"here/recordings/\w+-good\.har",
    "log": r"here/(log|sweep\.log|check\.log)",
    "metrics": r"here/\w+\.prom",
    "printed schedule": r"here/schedule/.+",
    "installed schedule": r"home/\.config/systemd/user/.+|here/\.github/workflows/.+",
    "what a scheduler was told": r"here/tools/kept/.+",
    "what a told command was given": r"here/hook/\d+\.json",
    "what a password manager was given": r"here/manager/\d+\.json",
    "the driver's compiled program": r"home/\.cache/jsm-mailbox-runbook/driver/.+",
    "the browser's own": r"home/(\.config|\.cache|\.pki|\.local)/(?!jsm).+",
}
GIVEN = re.compile(
    r"here/(\.env|runbook\.toml|tools/bin/.*|authority\.pem|planted/.*|hook\.py|manager\.py|saved\.html)|headless-browser"
)

# A page that somebody has saved after filling it in.
SAVED = """<!doctype html><title>Sign in to your account</title>
<form action="https://login.microsoftonline.com/common/login?ctx={mailbox password}" method="post">
<div id="loginHeader" role="heading">Enter password</div>
<input type="hidden" name="flowToken" value="{API token}"><input type="password" name="passwd" id="i0118" value="{admin password}">
<input type="submit" id="idSIButton9" value="Sign in"></form><script>var sent = "{admin password}";</script>
"""
AWKWARD = "\"<&%25'é+/=?# \\"
MANAGER = """
import json, os, pathlib, sys
out, kept = map(pathlib.Path, sys.argv[1:])
told = {"env": dict(os.environ), "argv": sys.argv[3:]}
(out / f"{len(list(out.iterdir()))}.json").write_text(json.dumps(told))
print(kept.read_text(encoding="utf-8"))
"""


def planted(word: str) -> str:
    """A secret that cannot be mistaken for a real one, nor for anything else."""
    return f"not-real {word}{AWKWARD}end"


def passkey(home: Idp) -> str:
    """A passkey for this provider that is not known as one of a sandbox."""
    made = json.loads(passkeys.made(home))
    return json.dumps({**made, "credentialId": passkeys.encoded(b"not-real-" + os.urandom(12))})


def asked_to_end(running: subprocess.Popen[str]) -> None:
    """As a terminal, a service manager or a shutdown does it."""
    running.send_signal(signal.SIGTERM)


@dataclass
class Stage:
    """A stranger whose real runs meet the sandbox, with secrets planted wherever one may be put."""

    stranger: Stranger
    world: World
    server: Server
    secrets: dict[str, str]
    heard: Overheard
    between: Between
    sites: Web
    run_folder: str = ""
    printed: dict[str, bytes] = field(default_factory=dict)

    def play(self, name: str) -> None:
        """Every command of these plays, each of which has to end as it should."""
        for play in PLAYS[name]:
            words = [word.format(run=self.run_folder, admin=ADMIN) for word in shlex.split(play.words)]
            done = self.run(*words, code=play.code, module=play.module, meets=play.meets, env=play.env)
            if words[0] == "connect" and play.code == 0:
                self.run_folder = done.ended["run"]

    def run(
        self,
        *args: str,
        code: int,
        env: Mapping[str, str] = {},
        module: str = "runbook",
        meets: str = "",
        when: str = "",
        does: Callable[[subprocess.Popen[str]], None] = asked_to_end,
    ) -> Done:
        """One command to its end, every program of which is looked at. `meets`: a fault of the sandbox's sites; `does`: what is done
        to it as soon as it has said `when`."""
        witness = Witness(self.stranger.folder / "witness")
        said: tuple[list[str], list[str]] = ([], [])
        if meets:
            fault, _, value = meets.partition("=")
            self.world.faults[fault] = value or True
        with (
            self.stranger.begin(*args, env=self.env(witness, env), module=module) as running,
            witness.watching(running.pid),
        ):

            def listen(stream: TextIO, lines: list[str]) -> None:
                for line in stream:
                    lines.append(line)
                    if when and when in line:
                        if "sandbox" in args[:1]:
                            until(lambda: witness.wrapped)
                        does(running)

            ears = [
                threading.Thread(target=listen, args=each)
                for each in zip((running.stdout, running.stderr), said, strict=True)
            ]
            for ear in ears:
                ear.start()
            running.wait(500)
            for ear in ears:
                ear.join()
        if meets:
            del self.world.faults[fault]
            self.world.offset += 30  # the next code is there already
        out, err = map("".join, said)
        self.printed |= {f"{len(self.printed)} {args[0]} said": (out + err).encode()}
        self.printed |= {f"{len(self.printed)} {args[0]}: {name}": seen for name, seen in witness.seen.items()}
        assert running.returncode == code, (args, out, err)
        return Done(running.returncode, out, err)

    def env(self, witness: Witness, more: Mapping[str, str]) -> dict[str, str]:
        """Everything that makes programs talk, and one secret that is written out."""
        here = self.stranger.here
        talk = {"DEBUG": "pw:*,*", "DEBUG_FILE": str(here / "debug"), "NODE_DEBUG": "net,http,tls"}
        talk |= {"PYTHONASYNCIODEBUG": "1", "HTTPX_LOG_LEVEL": "trace", "PYTHONUNBUFFERED": "1"}
        own = {"RUNBOOK_ADMIN_PASSWORD": self.secrets["admin password"], "RUNBOOK_NOTIFY": self.secrets["notify"]}
        own |= {"RUNBOOK_BROWSER": self.stranger.browser(*self.server.browser_args(), first=witness.wrapper)}
        own |= {"SSL_CERT_FILE": str(here / "authority.pem"), "PATH": f"{here / 'tools' / 'bin'}:{os.environ['PATH']}"}
        places = {"planted": here / "planted", "proxy": self.sites.proxy, "database": self.secrets["database"]}
        # What has "headless" in its name is asked for no window.
        places |= {
            name: self.stranger.browser(first=witness.wrapper, name=name) for name in ("window", "plain-headless")
        }
        told = {name: value.format(**places) for name, value in more.items()}
        return {**talk, **own, **witness.env(f"{PACKAGE}{os.pathsep}{PACKAGE / 'tests'}"), **told}

    def is_known(self) -> None:
        """Notes the channel's name in the mail audit, as a look at the e-mail page does, which costs a browser."""
        [row] = [each for each in self.world.projects["HELP"].connections if each.address == MAILBOX]
        state = State(self.stranger.here / "state")
        state.update_channel("acme.atlassian.net/HELP", address=MAILBOX, audit_key=row.channel)
        state.close()

    def files(self) -> dict[str, bytes]:
        """Every file that was written, by its path, but for those that the stranger has given."""
        folder = self.stranger.folder
        found = files_in(*(folder / name for name in ("here", "home", "tmp")))
        return {name: text for name, text in found.items() if not GIVEN.fullmatch(name.removeprefix("the path "))}

    def search(self) -> Search:
        """For whatever is secret: what was planted, codes that were sent, cookies, tokens, states."""
        search = Search(self.secrets)
        for at, event in enumerate(self.world.events("code")):
            account = self.world.accounts[event.details["address"]]
            if event.details["counter"] is not None:
                search.add(f"code {at}", pyotp.TOTP(account.totp).at(event.details["counter"] * 30))
        search.plain = self.heard.values
        return search

    def artifacts(self) -> set[str]:
        """Which kinds of file have come about. Fails for one that is not listed."""
        kinds = set()
        for name in self.files():
            if name.startswith("the path ") or name.startswith("tmp/"):
                continue
            kind = next((kind for kind, pattern in ARTIFACTS.items() if re.fullmatch(pattern, name)), None)
            assert kind, f"{name} is a new kind of file: list it in ARTIFACTS, and see that no secret is in it"
            kinds.add(kind)
        return kinds

    def is_tight(self, *kinds: str) -> None:
        """Asserts that these kinds of file have come about, that nothing leaked, and that nothing temporary is left."""
        assert set(kinds) <= self.artifacts()
        programs = {name.rpartition(" ")[2] for name in self.printed if ": program " in name}
        assert {"node", "headless-browser"} <= programs
        assert self.heard.values or not self.world.events("code")
        found = self.search()({**self.files(), **self.printed})
        assert found == [], found
        assert self.stranger.leftovers() == []


def until(there: Callable[[], bool]) -> None:
    """Waits for something that another process makes, at most half a minute."""
    Retrying(retry=retry_if_result(lambda found: not found), wait=wait_fixed(0.05), stop=stop_after_delay(30))(there)


@contextmanager
def staged(folder: Path, scenario: str = "entra,g2,popup,revoked") -> Iterator[Stage]:
    """A stage for the length of the block."""
    with ExitStack() as stack:
        stranger = stack.enter_context(somebody(folder))
        world = build(parse(scenario))
        admin, mailbox = world.accounts[ADMIN], world.accounts[MAILBOX]
        admin.password, mailbox.password = planted("Adm7Qz2Wk9Lm"), planted("Box5Rt8Yv3Np")
        admin.totp, mailbox.totp = "NOTREALADMIN2345NOTREALADMIN2345", "NOTREALMAILBOX234NOTREALMAILBOX2"
        world.api_token = planted("Api4Hs6Jd1Fg")
        hook = stack.enter_context(webhook())
        hook.status = 500
        secrets = {
            "admin password": admin.password,
            "mailbox password": mailbox.password,
            "admin TOTP": admin.totp,
            "mailbox TOTP": f"otpauth://totp/x?secret={mailbox.totp}&issuer=y",
            "mailbox passkey": passkey(mailbox.home),
            "API token": world.api_token,
            "SMTP password": planted("Smt3Bc9Xz7Vn"),
            "IMAP password": planted("Ima8Gk2Pl5Qw"),
            "notify": f"json://user:Web6Tn4Mk8Zx@127.0.0.1:{hook.port}/Tok9Fv3Cb7Rd/",
            "database": "postgresql://user:Dbp5Lq1Ws8Ej@127.0.0.1:9/runbook",
        }
        server = Server(world)
        heard = Overheard(server._http.app)
        between = server._http.app = Between(heard)
        stack.enter_context(server)
        stack.callback(between.released.set)
        mail = smtp.MailServer(world, server.tls).start()
        stack.callback(mail.stop)
        sites = Web(server.port, stranger.here / "authority.pem")
        stack.enter_context(leading_to(sites))
        made = Stage(stranger, world, server, secrets, heard, between, sites)
        plant(made, mail.port, stack.enter_context(mocking_imap()))
        yield made


def plant(stage: Stage, smtp_port: int, imap_port: int) -> None:
    """Writes the settings of the stage, each secret in another way."""
    here, secrets = stage.stranger.here, stage.secrets
    (here / "planted").mkdir()

    def put(name: str) -> Path:
        path = here / "planted" / name.replace(" ", "-")
        path.touch(mode=0o600)
        path.write_text(secrets[name] + "\n", encoding="utf-8")
        return path

    (here / "manager.py").write_text(MANAGER, encoding="utf-8")
    (here / "manager").mkdir()
    manager = [sys.executable, str(here / "manager.py"), str(here / "manager"), str(put("admin TOTP"))]
    literal = secrets["mailbox password"].replace("\\", "\\\\").replace("'", "\\'")
    stage.stranger.settings(
        RUNBOOK_PROJECT="HELP",
        RUNBOOK_RUNS="runs",
        RUNBOOK_STATE="state",
        RUNBOOK_ADMIN_PASSWORD=None,
        RUNBOOK_ADMIN_TOTP=f"cmd:{shlex.join(manager)}",
        RUNBOOK_MAILBOX_PASSWORD=f"'{literal}'",
        RUNBOOK_MAILBOX_TOTP=f"file:{put('mailbox TOTP')}",
        RUNBOOK_MAILBOX_PASSKEY=f"file:{put('mailbox passkey')}",
        RUNBOOK_API_USER=ADMIN,
        RUNBOOK_API_TOKEN=f"file:{put('API token')}",
    )
    for name in ("admin password", "notify"):
        put(name)  # for a shell that holds where a secret is
    (here / ".git").mkdir()
    (here / "tools").mkdir()
    tools_in(here / "tools")
    (here / "saved.html").write_text(SAVED.format(**{key: html.escape(value) for key, value in secrets.items()}))
    argv, _out = dumping(here)
    (here / "authority.pem").write_text(stage.server.authority)
    (here / "runbook.toml").write_text(
        f"""
[canary]
host = "localhost"
port = {smtp_port}
username = "canary@example.com"
sender = "canary@example.com"
password = "file:{put("SMTP password")}"
[rescue]
host = "127.0.0.1"
port = {imap_port}
tls = false
auth = "password"
password = "file:{put("IMAP password")}"
[notify]
on_failure = {json.dumps(argv)}
on_success = {json.dumps(argv)}
"""
    )


@contextmanager
def mocking_imap() -> Iterator[int]:
    """A mail server that refuses a password and says it back."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"* OK ready\r\n")
            for line in self.rfile:
                tag, _, rest = line.strip().partition(b" ")
                if rest.upper().startswith(b"CAPABILITY"):
                    self.wfile.write(b"* CAPABILITY IMAP4rev1 AUTH=PLAIN MOVE UIDPLUS\r\n" + tag + b" OK done\r\n")
                elif rest.upper().startswith(b"AUTHENTICATE"):
                    self.wfile.write(b"+ \r\n")
                    self.wfile.write(tag + b" NO [AUTHENTICATIONFAILED] refused: " + self.rfile.readline())
                else:
                    self.wfile.write(tag + b" NO [AUTHENTICATIONFAILED] refused: " + rest + b"\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield int(server.server_address[1])
        server.shutdown()
