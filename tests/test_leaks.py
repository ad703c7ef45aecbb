"""No secret is in anything that any verb writes, prints or hands to another program, whatever is switched on and however it fails.

A new verb, a new option and a new kind of file have to be listed here, else a test fails.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import io
import json
import os
import re
import shlex
import socketserver
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

import click
import pyotp
import pytest
from leaking import Overheard, Search, files_in, watched
from receivers import dumping, webhook
from stranger import Done, Stranger, somebody

from runbook.cli import main
from runbook.environment import SECRET
from runbook.report.seal import verify
from runbook.sandbox import build, parse, smtp
from runbook.sandbox.server import Server
from runbook.sandbox.world import ADMIN, MAILBOX, World
from runbook.settings.variables import ALL, SECRET_KEYS, SECRET_LISTS

# With what each verb is run below; what is not, and why. A verb or an option that stands nowhere fails a test.
PLAYED: dict[str, str] = {
    "connect": "--project --har --trace --json --log-file --log-format --rescue --retry-rejected --dry-run --force --config"
    " --sandbox --fault --quiet",
    "record": "--project --out --label --force --dry-run",
    "reauthorize": "--all --force --har --trace --log-file --log-format --metrics --delay",
    "check": "--all --by --tell --json --log-file --metrics --sandbox --scenario",
    "status": "--json",
    "history": "--json",
    "steps": "",
    "settings": "--json --project",
    "report": "--verify --json",
    "inspect": "--json",
    "locators": "--json",
    "doctor": "--json",
    "schedule": "--as --out",
    "notify": "--test",
    "sandbox": "",
}
SAME = "changes what is chosen or how it is shown, and writes nothing that the played ones do not"
WINDOW = "needs a window: see test_headed"
LEFT_OUT: dict[str, str] = {
    **dict.fromkeys(
        ("--browser", "--logout-by", "--limit", "--url", "--urls", "--runs", "--jobs", "--shard", "--image"), SAME
    ),
    **dict.fromkeys(("--headed", "--slow-mo", "--pause", "--teach", "--open", "--port"), WINDOW),
    "--sandbox-state": "holds the sandbox's own fake secrets, by its purpose",
    "--forget": "takes a word out of a file that never holds a secret",
    "--fix": "fetches a browser",
    "--probe": "opens public pages, and nothing is typed",
    "--system": "installs nothing here",
}
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
    "what a told command was given": r"here/hook/\d+\.json",
    "what a password manager was given": r"here/manager/\d+\.json",
    "the driver's compiled program": r"home/\.cache/jsm-mailbox-runbook/driver/.+",
    "the browser's own": r"home/(\.config|\.cache|\.pki|\.local)/(?!jsm).+",
}
GIVEN = re.compile(
    r"here/(\.env|runbook\.toml|authority\.pem|planted/.*|hook\.py|manager\.py|saved\.html)|headless-browser"
)

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


@dataclass
class Stage:
    """A stranger whose real runs meet the sandbox, with secrets planted wherever one may be put."""

    stranger: Stranger
    world: World
    server: Server
    secrets: dict[str, str]
    heard: Overheard
    printed: dict[str, bytes] = field(default_factory=dict)
    verbs: dict[str, set[str]] = field(default_factory=dict)

    def run(self, *args: str, code: int | None = 0, **env: str) -> Done:
        """One command to its end, every process of which is looked at."""
        self.verbs.setdefault(args[0], set()).update(arg for arg in args[1:] if arg.startswith("--"))
        with self.stranger.begin(*args, env=self.env(env)) as running, watched(running.pid) as watcher:
            out, err = running.communicate(timeout=500)
        self.printed |= {f"{len(self.printed)} {args[0]} said": (out + err).encode()}
        self.printed |= {f"{args[0]}: {name}": seen for name, seen in watcher.seen.items()}
        assert code is None or running.returncode == code, (args, out, err)
        return Done(running.returncode, out, err)

    def env(self, more: dict[str, str]) -> dict[str, str]:
        """Everything that makes programs talk, and one secret that is written out."""
        talk = {"DEBUG": "pw:*,*", "DEBUG_FILE": str(self.stranger.here / "debug"), "NODE_DEBUG": "net,http,tls"}
        talk |= {"PYTHONASYNCIODEBUG": "1", "HTTPX_LOG_LEVEL": "trace", "PYTHONUNBUFFERED": "1"}
        own = {"RUNBOOK_ADMIN_PASSWORD": self.secrets["admin password"], "RUNBOOK_NOTIFY": self.secrets["notify"]}
        own |= {"RUNBOOK_BROWSER": self.stranger.browser(*self.server.browser_args())}
        own |= {"SSL_CERT_FILE": str(self.stranger.here / "authority.pem")}
        return {**talk, **own, **more}

    def files(self) -> dict[str, bytes]:
        """Every file that was written, by its path, but for those that the stranger has given."""
        folder = self.stranger.folder
        found = files_in(*(folder / name for name in ("here", "home", "tmp")))
        return {name: text for name, text in found.items() if not GIVEN.fullmatch(name.removeprefix("the path "))}

    def leaks(self) -> list[str]:
        """Where any secret is: a planted one, a code that was sent, a cookie, a token, a state."""
        search = Search(self.secrets)
        for at, event in enumerate(self.world.events("code")):
            account = self.world.accounts[event.details["address"]]
            if event.details["counter"] is not None:
                search.add(f"code {at}", pyotp.TOTP(account.totp).at(event.details["counter"] * 30))
        search.plain = self.heard.values
        return search({**self.files(), **self.printed})

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
        assert {"node", "headless-browser"} & {name.rpartition(" ")[2] for name in self.printed if "process" in name}
        assert self.heard.values
        assert self.leaks() == []
        assert self.stranger.leftovers() == []
        for verb, options in self.verbs.items():
            assert options <= {"--config", *PLAYED[verb].split()}, f"list what {verb} is played with"


@pytest.fixture
def stage(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Stage]:
    scenario = getattr(request, "param", "entra,g2,popup,revoked")
    with ExitStack() as stack:
        stranger = stack.enter_context(somebody(tmp_path))
        world = build(parse(scenario))
        admin, mailbox = world.accounts[ADMIN], world.accounts[MAILBOX]
        admin.password, mailbox.password = planted("Adm7Qz2Wk9Lm"), planted("Box5Rt8Yv3Np")
        admin.totp, mailbox.totp = "NOTREALADMIN2345NOTREALADMIN2345", "NOTREALMAILBOX234NOTREALMAILBOX2"
        hook = stack.enter_context(webhook())
        hook.status = 500
        secrets = {
            "admin password": admin.password,
            "mailbox password": mailbox.password,
            "admin TOTP": admin.totp,
            "mailbox TOTP": f"otpauth://totp/x?secret={mailbox.totp}&issuer=y",
            "API token": planted("Api4Hs6Jd1Fg"),
            "SMTP password": planted("Smt3Bc9Xz7Vn"),
            "IMAP password": planted("Ima8Gk2Pl5Qw"),
            "notify": f"json://user:Web6Tn4Mk8Zx@127.0.0.1:{hook.port}/Tok9Fv3Cb7Rd/",
            "database": "postgresql://user:Dbp5Lq1Ws8Ej@127.0.0.1:9/runbook",
        }
        server = Server(world)
        heard = server._http.app = Overheard(server._http.app)
        stack.enter_context(server)
        mail = smtp.MailServer(world, server.tls).start()
        stack.callback(mail.stop)
        made = Stage(stranger, world, server, secrets, heard)
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
        RUNBOOK_API_USER=ADMIN,
        RUNBOOK_API_TOKEN=f"file:{put('API token')}",
    )
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


# --- the runs


@pytest.mark.timeout(600)
def test_a_run_that_is_recorded_and_whatever_is_looked_at_afterwards_hold_no_secret(stage: Stage) -> None:
    done = stage.run(
        "connect", "--project", "HELP", "--har", "--trace", "--json", "--log-file", "log", "--log-format", "json"
    )
    run = Path(done.ended["run"])
    assert verify(run).good
    assert {"run.har", "trace.zip"} <= {path.name for path in run.iterdir()}
    assert not [each for each in done.ended["warnings"] if "not kept" in each]
    stage.run("status", "--json")
    stage.run("history", "--json")
    stage.run("steps")
    stage.run("settings", "--json", "--project", "HELP")
    stage.run("report", "--json")
    stage.run("report", "--verify")
    stage.run("inspect", str(run / "run.har"), "--json", code=None)
    stage.run("locators", "--json")
    stage.run("doctor", "--json", code=None)
    for kind in ("systemd", "cron", "kubernetes", "github-actions"):
        stage.run("schedule", "print", "--as", kind, "--out", "schedule", code=None)
    stage.run("sandbox", code=2)
    stage.is_tight(
        "record of a run", "report of a run", "seal of a run", "picture", "recording of a run", "trace of a run",
        "index of the runs", "state", "log", "what a password manager was given",
    )  # fmt: skip


@pytest.mark.timeout(600)
def test_recordings_of_steps_hold_no_secret(stage: Stage) -> None:
    stage.run("record", "--project", "HELP", "--out", "recordings", "--label", "good")
    stage.is_tight("recording of a step", "record of a run", "picture")


@pytest.mark.timeout(600)
def test_a_sweep_that_fails_and_those_who_are_told_of_it_get_no_secret(stage: Stage) -> None:
    stage.world.accounts[MAILBOX].password = "not-real: it was changed"
    stage.run(
        "reauthorize", "--all", "--force", "--har", "--trace", "--delay", "0", "--log-file", "sweep.log",
        "--log-format", "console", "--metrics", "sweep.prom", code=10,
    )  # fmt: skip
    stage.run("notify", "--test", code=10)
    stage.run("status", "--json")
    stage.is_tight("recording of a run", "trace of a run", "metrics", "log", "what a told command was given")


@pytest.mark.timeout(600)
def test_refused_secrets_of_every_other_kind_are_told_without_them(stage: Stage) -> None:
    stage.run(
        "check", "--all", "--by", "audit", "--by", "canary", "--tell", "--json", "--log-file", "check.log",
        "--metrics", "check.prom", code=None, HTTPS_PROXY="http://127.0.0.1:9",
    )  # fmt: skip
    stage.run("connect", "--project", "HELP", "--rescue", "--retry-rejected", "--dry-run", code=30)
    stage.run("status", code=20, RUNBOOK_STATE_URL=stage.secrets["database"])
    # The sandbox's own process, and a run that refuses a real secret in it.
    stage.run("check", "--sandbox", "--scenario", "nowhere", "--all", code=2)
    stage.run("connect", "--sandbox", "--project", "HELP", "--fault", "nonsense", "--quiet", code=2)
    stage.is_tight("state", "log", "metrics", "record of a run")


@pytest.mark.timeout(600)
def test_runs_that_fail_when_everything_is_typed_hold_no_secret(stage: Stage) -> None:
    args = ("connect", "--project", "HELP", "--har", "--trace", "--json", "--log-file", "log")
    for fault, value, code in (
        ("consent-more-scopes", True, 40),
        ("connects-other", "elsewhere@example.com", 60),
        ("token-exchange-fails", True, 70),
    ):
        stage.world.faults[fault] = value
        stage.run(*args, code=code)
        del stage.world.faults[fault]
        stage.world.offset += 30  # the next code is there already
    stage.is_tight("record of a run", "picture", "recording of a run", "trace of a run", "log")


# --- that what is there would be found

SECRET_WORD = planted("Con7Tr0lWord9")
HIDDEN: dict[str, Callable[[bytes], bytes]] = {
    "raw": bytes,
    "URL": lambda raw: quote(raw, safe="").encode(),
    "form": lambda raw: urlencode({"passwd": raw}).encode(),
    "JSON": lambda raw: json.dumps(raw.decode()).encode(),
    "HTML": lambda raw: html.escape(raw.decode()).encode(),
    **{f"base64 at {n}": lambda raw, n=n: base64.b64encode(b"x" * n + raw + b"yz") for n in range(3)},
    **{f"URL-safe base64 at {n}": lambda raw, n=n: base64.urlsafe_b64encode(b"x" * n + raw + b"yz") for n in range(3)},
    "base64 of UTF-16": lambda raw: base64.b64encode(raw.decode().encode("utf-16-le")),
    "UTF-16": lambda raw: raw.decode().encode("utf-16-le"),
    "UTF-16, the other way round": lambda raw: raw.decode().encode("utf-16-be"),
    "hexadecimal": lambda raw: raw.hex().encode(),
    "in capitals": lambda raw: raw.upper(),
    "a digest": lambda raw: hashlib.sha256(raw).hexdigest().encode(),
    "gzip": gzip.compress,
    "gzip in base64": lambda raw: base64.b64encode(gzip.compress(raw + b"." * 40)),
    "zip": lambda raw: zipped(raw),
}


def zipped(content: bytes) -> bytes:
    """A zip with a file of this content."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a/b", content)
    return written.getvalue()


@pytest.mark.parametrize("way", HIDDEN)
def test_a_secret_is_found_however_it_is_written(way: str) -> None:
    found = Search({"control": SECRET_WORD})({"a file": HIDDEN[way](SECRET_WORD.encode())})
    assert found
    assert all(each.startswith("control/0 in a file") for each in found)


def test_each_part_of_a_secret_of_several_is_found_in_whatever_order() -> None:
    totp, address = "NOTREALCONTROL2345", "json://user:Pas5Wo4Rd8Xy@127.0.0.1:9/Pat6Tok3En7Zz/"
    search = Search({"code": f"otpauth://totp/x?secret={totp}&issuer=y", "notify": address})
    assert search({"a": f"otpauth://totp/x?issuer=y&secret={totp}".encode()}) == ["code/0 in a"]
    assert search({"a": b"Pas5Wo4Rd8Xy", "b": b"Pat6Tok3En7Zz"}) == ["notify/0 in a", "notify/1 in b"]
    assert search({"a": address.replace("Pas5Wo4Rd8Xy", "***").replace("Pat6Tok3En7Zz", "***").encode()}) == []


def test_the_environment_and_the_arguments_of_a_program_are_seen() -> None:
    inner = "import sys; sys.stdin.read()"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}, {SECRET_WORD!r}])"
    search = Search({"argument": SECRET_WORD, "environment": "Env6Ir0nMent3"})
    env = {**os.environ, "TOLD": "Env6Ir0nMent3"}
    with (
        subprocess.Popen([sys.executable, "-c", outer], env=env, stdin=subprocess.PIPE) as running,
        watched(running.pid) as watcher,
    ):
        assert running.stdin
        while not watcher.seen:
            assert running.poll() is None
        running.stdin.close()
    assert {each.partition("/")[0] for each in search(watcher.seen)} == {"argument", "environment"}


# --- that nothing is forgotten


def test_every_verb_and_every_option_is_played_here_or_has_a_reason() -> None:
    assert isinstance(main, click.Group)
    assert set(main.commands) == set(PLAYED)
    for name, verb in main.commands.items():
        options = {each.opts[0] for each in verb.params if isinstance(each, click.Option)}
        forgotten = options - set(PLAYED[name].split()) - set(LEFT_OUT) - {"--help"}
        elsewhere = {each for verb in PLAYED.values() for each in verb.split()}
        assert forgotten <= elsewhere, f"{name} has a new option: play it here, or say why not"


def test_every_secret_of_the_settings_is_kept_from_other_programs() -> None:
    secret = [name for name, each in ALL.items() if each.path[-1] in SECRET_KEYS | SECRET_LISTS]
    assert len(secret) >= 9
    assert [name for name in secret if not SECRET.fullmatch(name)] == []
    assert [name for name in ALL if SECRET.fullmatch(name) and name not in secret] == []
