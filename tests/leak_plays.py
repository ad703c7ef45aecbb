"""What is played in the search for leaks, verb by verb, with how each command has to end; and what is not, and why. A verb, an action or
an option of a verb that stands nowhere fails a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Play:
    """A command as it is typed; `{run}` is the folder of the last run that went well. `code`: how it has to end; `env`: variables over
    those of the stage; `meets`: a fault of the sites; `module`: what is started."""

    words: str
    code: int = 0
    env: Mapping[str, str] = field(default_factory=dict)
    meets: str = ""
    module: str = "runbook"


# A shell that holds where a secret is: those that are written out, a schedule refuses.
REFERENCES = {"RUNBOOK_ADMIN_PASSWORD": "file:{planted}/admin-password", "RUNBOOK_NOTIFY": "file:{planted}/notify"}
PLAIN = {"RUNBOOK_BROWSER": "{plain-headless}"}
THROUGH_PROXY = {"HTTPS_PROXY": "http://127.0.0.1:{proxy}"}
TYPED = "connect --project HELP --har --trace --json --log-file log"
KINDS = ("systemd", "cron", "launchd", "windows", "kubernetes", "github-actions")
HERE = {"systemd": "--user", "cron": "", "github-actions": ""}  # those that can be installed on this system


def scheduled(words: str, code: int = 0, **env: str) -> Play:
    return Play(f"schedule {words}", code, {**REFERENCES, **env}, module="anywhere")


PLAYS: dict[str, tuple[Play, ...]] = {
    "recorded": (
        Play(
            "connect --project HELP --har --trace --json --log-file log --log-format json --config runbook.toml --logout-by url"
        ),
        Play("status --json --config runbook.toml"),
        Play("history --project HELP --json --limit 5 --config runbook.toml"),
        Play("steps"),
        Play("settings --json --project HELP --config runbook.toml"),
        Play("report --json --config runbook.toml"),
        Play("report --verify --runs runs"),
        Play("inspect {run}/run.har --json", 50),  # not every page that was seen is one of a sign-in
        Play("inspect saved.html --url https://login.microsoftonline.com/common/oauth2/v2.0/authorize"),
        Play("locators --json"),
    ),
    "checked": (Play("check --all --by audit --json", 11, THROUGH_PROXY),),  # no mail has come
    "scheduled": (
        # A task of Windows has no place for a variable, not even for one that is no secret.
        *(
            scheduled(f"print --as {kind} --out schedule --config runbook.toml", 2 if kind == "windows" else 0)
            for kind in KINDS
        ),
        scheduled("print --as kubernetes --image registry.example/runbook:1"),
        scheduled("print --as cron", 2, RUNBOOK_ADMIN_PASSWORD="not-real Adm7Qz2Wk9Lm"),
        *(
            scheduled(f"{action} --as {kind} {scope} {more}")
            for kind, scope in HERE.items()
            for action, more in (("install", "--force"), ("status", "--json"))
        ),
        Play("doctor --json --config runbook.toml", env={**THROUGH_PROXY, **REFERENCES}),
    ),
    "unscheduled": tuple(scheduled(f"remove --as {kind} {scope}") for kind, scope in HERE.items()),
    "step by step": (
        Play(
            "record --project HELP --out recordings --label good --force --retry-rejected --config runbook.toml --logout-by cookies"
            " --json --log-file log --log-format json"
        ),
    ),
    "a sweep": (
        Play(
            "reauthorize --all --force --har --trace --retry-rejected --delay 0 --jobs 1 --shard 1/1 --logout-by url --json"
            " --log-file sweep.log --log-format console --metrics sweep.prom --config runbook.toml",
            10,
        ),
        Play("notify --test --json --config runbook.toml", 10),
        Play("status --json"),
    ),
    "refused": (
        Play(
            "check --all --by audit --by canary --tell --json --log-file check.log --log-format json --metrics check.prom"
            " --config runbook.toml",
            11,
            THROUGH_PROXY,
        ),
        Play("connect --project HELP --no-rescue --rescue --retry-rejected --dry-run --force", 30),
        Play("status", 20, {"RUNBOOK_STATE_URL": "{database}"}),
        # The sandbox's own process beside a real secret.
        Play("check --sandbox --scenario entra,g2,popup,revoked --all --by audit --quiet", 11),
        Play("connect --sandbox --project HELP --scenario entra,g2,popup,revoked --fault captcha --quiet", 40, PLAIN),
    ),
    "all typed": (
        Play(TYPED, 40, meets="consent-more-scopes"),
        Play(TYPED, 60, meets="connects-other=elsewhere@example.com"),
        Play(TYPED, 70, meets="token-exchange-fails"),
    ),
}
# Played by a test of its own, which ends it.
ENDED = {"sandbox": "sandbox --scenario entra,g2,popup,revoked --port 0"}

WINDOW = "needs a window: see test_headed"
PROGRAM = "the browser that is played is set by RUNBOOK_BROWSER, which is the same setting"
STATE = "holds the sandbox's own fake secrets, by its purpose"
CONNECTS = "what connect does with it, by the same code"
_WATCHED = dict.fromkeys(("--headed", "--slow-mo", "--pause", "--teach"), WINDOW)
_SANDBOX = dict.fromkeys(("--sandbox", "--scenario", "--fault"), CONNECTS)
LEFT_OUT: dict[str, dict[str, str]] = {
    "connect": {"--browser": PROGRAM, "--sandbox-state": STATE, **_WATCHED},
    "record": {
        "--browser": PROGRAM, "--sandbox-state": STATE, **_WATCHED, **_SANDBOX, "--dry-run": CONNECTS, "--quiet": CONNECTS,
    },
    "reauthorize": {
        "--browser": PROGRAM, "--sandbox-state": STATE, **_SANDBOX, "--dry-run": CONNECTS, "--rescue": CONNECTS,
        "--no-rescue": CONNECTS, "--project": "--all stands in its place", "--quiet": "prints less than --json",
    },
    "check": {
        "--browser": "no page is opened for what is played", "--sandbox-state": STATE, "--fault": CONNECTS,
        "--project": "--all stands in its place", "--retry-rejected": "for a sign-in, as in connect",
    },
    "report": {"--open": WINDOW},
    "inspect": {"--browser": PROGRAM, "--urls": "--url for several pages"},
    "locators": {"--forget": "takes a word out of a file that never holds a secret"},
    "doctor": {
        "--browser": PROGRAM, "--fix": "fetches a browser", "--probe": "opens public pages, and nothing is typed",
    },
    "schedule": {"--system": "--user stands in its place: the machine's own is changed by no test"},
    "sandbox": {
        "--fault": CONNECTS, "--sandbox-state": STATE, "--browser": PROGRAM,
        "--config": "names providers elsewhere: see test_settings_external",
    },
}  # fmt: skip
