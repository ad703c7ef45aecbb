"""What each kind of schedule writes: valid by the real tool or its schema, and quoted right for odd paths and values."""

from __future__ import annotations

import json
import plistlib
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate
import mslex
import pytest
import xmlschema
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from schedule_schema import TASK

from runbook.errors import ConfigError
from runbook.schedule import KINDS, Request, cron, github_actions, kind, kubernetes, launchd, systemd, windows
from runbook.schedule.plan import Plan, plan
from runbook.schedule.seal import check, judge, sealed

TOML = """
[identities.admin]
username = "ada.admin@example.com"
password = "keyring:jira/ada"
totp = "file:/run/secrets/totp"
[identities.support-desk]
username = "support@example.com"
password = "cmd:pass show support"
[sites.acme]
url = "https://acme.atlassian.net"
admin = "admin"
idp = { kind = "microsoft" }
[channels.HELP]
site = "acme"
mailbox = "support-desk"
address = "support@example.com"
provider = "microsoft"
"""
DOTENV = """
RUNBOOK_SITE=https://acme.atlassian.net
RUNBOOK_PROJECT=HELP
RUNBOOK_ADMIN_USERNAME=ada.admin@example.com
RUNBOOK_ADMIN_PASSWORD=fake-password
RUNBOOK_IDP=microsoft
RUNBOOK_MAILBOX=support@example.com
RUNBOOK_MAIL_PROVIDER=microsoft
RUNBOOK_MAILBOX_PASSWORD=fake-password-2
RUNBOOK_STATE=/var/lib/here
"""
SCHEMA = xmlschema.XMLSchema(TASK)
LOCAL = ("systemd", "cron", "launchd", "windows")
LETTERS = st.characters(exclude_categories=("C", "Z"), include_characters=" ")  # those that str.isprintable() takes
ODD = st.text(LETTERS.filter(lambda letter: letter != "/"), min_size=1, max_size=20)
paths = st.lists(ODD.filter(lambda part: part not in {".", ".."}), min_size=1, max_size=3).map(
    lambda parts: "/srv/" + "/".join(parts)
)
many = settings(max_examples=30)


def write_settings(folder: Path) -> None:
    (folder / ".env").write_text(DOTENV, encoding="utf-8")
    (folder / ".env").chmod(0o600)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository with settings in the one-site form."""
    (tmp_path / ".git").mkdir()
    write_settings(tmp_path)
    return tmp_path


@pytest.fixture
def several(tmp_path: Path) -> Path:
    """A repository with settings in runbook.toml."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "runbook.toml").write_text(TOML, encoding="utf-8")
    return tmp_path


def made(folder: str = "/srv/runbook", **changed: Any) -> Plan:
    usual: dict[str, Any] = {
        "python": "/opt/env/bin/python", "folder": folder, "options": (), "env": {}, "user": "svc",
        "log": "/var/lib/runbook/schedule.log", "writes": ("/var/lib/runbook",),
    }  # fmt: skip
    return Plan(**(usual | changed))


def text_of(name: str, folder: Path, **more: Any) -> str:
    texts = kind(name).texts(Request(folder, env={}, **more))
    assert len(texts) == 1
    return next(iter(texts.values()))


# --- what all have in common


@pytest.mark.parametrize("name", [name for name in KINDS if name not in {"systemd", "kubernetes"}])
def test_one_hour_has_one_sweep_of_all_channels_and_no_sign_in_besides(several: Path, name: str) -> None:
    text = text_of(name, several)
    if name == "launchd":
        text = text.replace("</string>\n    <string>", " ")
    assert re.findall(r"runbook (\S+) --all", text) == ["reauthorize"]
    assert "HELP" not in text, "no channel is named"


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("form", ["folder", "several"])
def test_no_secret_of_the_settings_gets_into_a_schedule(
    name: str, form: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(systemd, "HIDDEN", ())  # where pytest keeps its folders
    texts = kind(name).texts(Request(request.getfixturevalue(form), env={}))
    assert "fake-password" not in "".join(texts.values())


@pytest.mark.parametrize("name", LOCAL)
def test_a_secret_that_only_this_shell_has_is_refused_and_not_written(folder: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="RUNBOOK_ADMIN_TOTP is set in this shell alone") as caught:
        kind(name).texts(Request(folder, env={"RUNBOOK_ADMIN_TOTP": "FAKEFAKEFAKEFAKE"}))
    assert "FAKEFAKE" not in str(caught.value) + caught.value.remedy


def test_what_only_this_shell_says_goes_along_and_what_a_file_says_does_not(folder: Path) -> None:
    env = {
        "RUNBOOK_BROWSER": "chromium",
        "RUNBOOK_ADMIN_TOTP": "file:/run/totp",
        "OTHER": "x",
        "RUNBOOK_RUNS": "/srv/r",
    }
    assert plan(Request(folder, env=env)).env == {key: value for key, value in env.items() if key != "OTHER"}
    # RUNBOOK_STATE is in .env: another place for this user's folders changes nothing of it
    env = {"XDG_STATE_HOME": "/elsewhere"}
    assert list(plan(Request(folder, env=env)).env) == ["RUNBOOK_RUNS"]


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("odd", ["line\nbreak", "bell\a", "no-text\udcff", "next\x85line"])
def test_a_folder_that_no_file_can_name_is_refused(tmp_path: Path, name: str, odd: str) -> None:
    folder = tmp_path / odd
    folder.mkdir()
    write_settings(folder)
    (tmp_path / ".git").mkdir()
    if name == "kubernetes":
        return  # no path of this machine is in it
    with pytest.raises(ConfigError) as caught:
        kind(name).texts(Request(folder, env={}))
    assert caught.value.reason == "odd-path"


def test_the_minute_is_odd_spread_and_the_same_each_time() -> None:
    minutes = [Request(Path(f"/srv/{number}")).minute for number in range(300)]
    assert set(minutes) <= set(range(1, 58, 2))
    assert len(set(minutes)) > 20
    assert minutes == [Request(Path(f"/srv/{number}")).minute for number in range(300)]


@given(st.text(), st.text())
def test_a_seal_tells_the_folder_and_every_change(text: str, more: str) -> None:
    ours = sealed(f"{text}<<seal>>{more}", "0123abcd")
    assert judge(ours, "0123abcd") == "ours"
    assert judge(ours, "ffffffff") == "another's"
    assert judge(ours + ".", "0123abcd") == "edited"
    with pytest.raises(ConfigError, match="changed by hand"):
        check(ours + ".", "0123abcd", "It", False)
    check(ours + ".", "0123abcd", "It", True)


# --- systemd


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze: apt-get install systemd")
@pytest.mark.parametrize("system", [True, False])
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path, system: bool) -> None:
    # Any program that is there: an environment under /tmp would be refused.
    units = systemd.units(
        made("/srv", python="/bin/sh", env={"RUNBOOK_RUNS": "/a b%"}), Request(tmp_path, system=system)
    )
    for name, text in units.items():
        (tmp_path / name).write_text(text.replace("User=svc", "User=root"), encoding="utf-8")
    argv = [
        "systemd-analyze",
        "verify",
        "--man=no",
        *([] if system else ["--user"]),
        *(tmp_path / name for name in units),
    ]
    env = {"PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path)}
    done = subprocess.run(argv, capture_output=True, text=True, check=False, env=env)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_unit_hides_the_machine_from_the_browser_and_lets_it_write_its_own_folders(tmp_path: Path) -> None:
    text = systemd.units(made(writes=("/home/svc/my state", "/runs")), Request(tmp_path, system=True))[systemd.SERVICE]
    assert 'ReadWritePaths="-/home/svc/my state" -/runs\n' in text
    for line in (
        "NoNewPrivileges=true",
        "ProtectSystem=strict",
        "PrivateTmp=true",
        "CapabilityBoundingSet=",
        "KillMode=mixed",
    ):
        assert f"\n{line}\n" in text


@pytest.mark.parametrize("system", [True, False])
def test_a_unit_may_write_beside_the_files_that_the_settings_name(
    several: Path, system: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(systemd, "HIDDEN", ())  # where pytest keeps its folders
    defaults = '[defaults]\nmetrics = "/srv/node exporter/runbook.prom"\nlog_file = "logs/sweeps.log"\n'
    (several / "runbook.toml").write_text(TOML + defaults, encoding="utf-8")
    text = systemd.texts(Request(several, env={}, system=system))[systemd.SERVICE]
    [line] = re.findall("^ReadWritePaths=(.*)$", text, re.M)
    assert line.endswith(f' "-/srv/node exporter" -{several}/logs')
    (several / "runbook.toml").write_text(TOML + '[defaults]\nlog_file = "-"\n', encoding="utf-8")
    assert "exporter" not in systemd.texts(Request(several, env={}))[systemd.SERVICE]


@pytest.mark.parametrize(
    ("name", "where"),
    [("kubernetes", "/var/lib/jsm-mailbox-runbook"), ("github-actions", "${{ github.workspace }}")],
)
def test_elsewhere_the_files_that_the_settings_name_go_to_where_a_run_can_write(
    several: Path, name: str, where: str
) -> None:
    (several / "runbook.toml").write_text(TOML + '[defaults]\nmetrics = "/srv/x/runbook.prom"\n', encoding="utf-8")
    (several / ".env").write_text("RUNBOOK_LOG_FILE=/srv/y/sweeps.log\nRUNBOOK_JOBS=4\nRUNBOOK_RUNS=/srv/z\n")
    found = list(yaml.safe_load_all(text_of(name, several)))[-1]
    if name == "kubernetes":
        pod = found["spec"]["jobTemplate"]["spec"]["template"]["spec"]
        env = {each["name"]: each["value"] for each in pod["containers"][0]["env"]}
    else:
        env = found["jobs"]["reauthorize"]["env"]
    assert env["RUNBOOK_METRICS"] == f"{where}/runbook.prom"
    assert env["RUNBOOK_LOG_FILE"] == f"{where}/sweeps.log"
    assert str(env["RUNBOOK_JOBS"]) == "4"
    assert "/srv/" not in str(env)


@pytest.mark.parametrize("path", ["/tmp/x", "/var/tmp/x"])  # noqa: S108
def test_a_folder_that_the_service_would_not_see_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(ConfigError, match="a /tmp of its own"):
        systemd.units(made(path), Request(tmp_path))


@many
@given(st.lists(st.text(LETTERS, min_size=1), min_size=1, max_size=4))
def test_a_command_line_reaches_a_service_as_it_was(words: list[str]) -> None:
    assert systemd_words(systemd.command(["/bin/x", *words])) == ["/bin/x", *words]


def systemd_words(line: str) -> list[str]:
    """Takes a command line apart as systemd.service(5) and systemd.syntax(7) say: quotes and escapes, `%%`, then `$$`."""
    words, word, quote, escaped, started = [], "", "", False, False
    for letter in line:
        if escaped:
            word, escaped = word + letter, False
        elif letter == "\\":
            escaped = started = True
        elif quote:
            quote, word = ("", word) if letter == quote else (quote, word + letter)
        elif letter in "\"'":
            quote, started = letter, True
        elif letter in " \t":
            words, word, started = [*words, *([word] if started else [])], "", False
        else:
            word, started = word + letter, True
    assert (quote, escaped) == ("", False)
    words += [word] if started else []
    for each in words:
        assert not re.search(r"(?<!%)%(?:%%)*(?!%)", each), "a specifier"
    words = [each.replace("%%", "%") for each in words]
    return [words[0], *(each.replace("$$", "$") for each in words[1:])]


# --- cron


def vixie(command: str) -> str:
    """What cron gives to the shell: a bare % would end the command, a backslash before one goes."""
    assert not re.search(r"(?<!\\)%", command)
    return command.replace("\\%", "%")


def busybox(command: str) -> str:
    """A cron that knows nothing of %."""
    return command


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell")
@pytest.mark.parametrize("like", [vixie, busybox])
@many
@given(paths, paths)
def test_the_shell_gets_every_word_of_the_crontab_as_it_was(like: Any, folder: str, log: str) -> None:
    folder, log = folder.replace("\\", ""), log.replace("\\", "")
    request = Request(Path("/srv/x"))
    line = cron.line(
        made(folder, log="/dev/stdout", python="/bin/echo", options=("--config", log), env={"RUNBOOK_RUNS": log}),
        request,
    )
    minute, command = line.rstrip("\n").split(" * * * * ")[0], line.rstrip("\n").split(" * * * * ", 1)[1]
    assert minute == str(request.minute)
    script = like(command).replace("cd ", 'show() { printf \'%s\\0\' "$RUNBOOK_RUNS" "$@"; }; show ', 1)
    script = script.replace("/bin/echo -m", "show -m")
    done = subprocess.run(
        ["/bin/sh", "-c", script], capture_output=True, check=False, env={"PATH": "/usr/bin:/bin", "HOME": "/"}
    )
    assert (done.returncode, done.stderr) == (0, b"")
    shown = done.stdout.decode().split("\0")
    assert shown == ["", folder, log, "-m", "runbook", "reauthorize", "--all", "--config", log, ""]


@pytest.mark.skipif(not shutil.which("crontab"), reason="there is no crontab: apt-get install cron")
@many
@given(paths)
def test_the_real_crontab_takes_the_line(folder: str) -> None:
    line = cron.line(made(folder.replace("\\", "")), Request(Path("/srv/x")))
    done = subprocess.run(["crontab", "-n", "/dev/stdin"], input=line.encode(), capture_output=True, check=False)
    if b"Not a regular file" in done.stderr:
        file = Path(subprocess.check_output(["mktemp"], text=True).strip())
        file.write_text(line, encoding="utf-8")
        done = subprocess.run(["crontab", "-n", file], capture_output=True, check=False)
        file.unlink()
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "changed", [{"folder": "/srv/a\\b"}, {"env": {"RUNBOOK_RUNS": "a\\b"}}, {"log": "/" + "x" * 1000}]
)
def test_what_crons_disagree_about_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as caught:
        cron.line(made(**changed), Request(Path("/srv/x")))
    assert caught.value.reason == "odd-path"


# --- launchd


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell")
@many
@given(paths, paths)
def test_the_property_list_holds_every_word_as_it_was(folder: str, log: str) -> None:
    text = launchd.plist(
        made(folder, log=log, options=("--config", log), python="/bin/echo", env={"RUNBOOK_RUNS": log}),
        Request(Path("/srv/x"), system=True),
    )
    found = plistlib.loads(text.encode())
    assert found["WorkingDirectory"] == folder
    assert found["EnvironmentVariables"]["RUNBOOK_RUNS"] == log
    assert found["UserName"] == "svc"
    assert found["StartCalendarInterval"] == {"Minute": Request(Path("/srv/x")).minute}
    words = found["ProgramArguments"]
    done = subprocess.run(words, capture_output=True, check=False, env={"PATH": "/usr/bin:/bin"})
    options = f"--all --config {log}"
    assert done.stdout.decode() == f"-m runbook reauthorize {options}\n"
    assert launchd.read_list(text) == (log, found["StartCalendarInterval"]["Minute"])


def test_a_users_property_list_names_no_user() -> None:
    assert "UserName" not in plistlib.loads(launchd.plist(made(), Request(Path("/srv/x"))).encode())


# --- Windows


@many
@given(paths, paths)
def test_windows_takes_the_arguments_apart_as_they_were(folder: str, log: str) -> None:
    # what no path of Windows has, and what a task replaces
    folder, log = (re.sub(r'["<>%]|\$\(', "", path) for path in (folder, log))
    text = windows.xml(made(folder, options=("--config", log)), Request(Path("/srv/x")))
    task = SCHEMA.to_dict(text.replace(' encoding="UTF-16"', ""))
    (action,) = task["Actions"]["Exec"]
    assert (action["WorkingDirectory"], action["Command"]) == (folder, "/opt/env/bin/python")
    words = ["-m", "runbook", "reauthorize", "--all", "--config", log]
    assert mslex.split(action["Arguments"], like_cmd=False) == words
    trigger = task["Triggers"]["TimeTrigger"][0]
    assert str(trigger["Repetition"]["Interval"]) == "PT1H"


@pytest.mark.parametrize(("system", "logon"), [(True, "S4U"), (False, "InteractiveToken")])
def test_a_task_of_the_machine_needs_nobody_to_be_signed_in(system: bool, logon: str) -> None:
    assert f"<LogonType>{logon}</LogonType>" in windows.xml(made(), Request(Path("/srv/x"), system=system))


@pytest.mark.parametrize(
    "changed", [{"folder": "C:\\%TEMP%"}, {"options": ("--config", "$(Arg0)")}, {"env": {"RUNBOOK_RUNS": "x"}}]
)
def test_what_windows_would_replace_or_lose_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        windows.xml(made(**changed), Request(Path("/srv/x")))


# --- Kubernetes


def test_kubernetes_takes_every_object_by_its_schema(several: Path) -> None:
    objects = list(yaml.safe_load_all(text_of("kubernetes", several, image="registry.example.com/runbook:1")))
    assert [each["kind"] for each in objects] == ["ServiceAccount", "PersistentVolumeClaim", "CronJob"]
    for each in objects:
        kubernetes_validate.validate(each, "1.30", strict=True)


def test_the_cron_job_never_overlaps_and_reads_its_secrets_from_private_files(several: Path) -> None:
    job = list(yaml.safe_load_all(text_of("kubernetes", several)))[-1]["spec"]
    assert (job["concurrencyPolicy"], job["startingDeadlineSeconds"]) == ("Forbid", 900)
    pod = job["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"]
    for container in (*pod["initContainers"], *pod["containers"]):
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert "memory" in container["resources"]["limits"]
    env = {each["name"]: each["value"] for each in pod["containers"][0]["env"]}
    assert (
        env["RUNBOOK_IDENTITY_SUPPORT_DESK_PASSWORD"]
        == "file:/run/secrets/runbook/RUNBOOK_IDENTITY_SUPPORT_DESK_PASSWORD"
    )
    assert env["RUNBOOK_IDENTITY_ADMIN_TOTP"].startswith("file:")
    assert pod["containers"][0]["workingDir"] == "/etc/jsm-mailbox-runbook"
    volumes = {each["name"]: each for each in pod["volumes"]}
    assert volumes["config"]["configMap"] == {"name": "jsm-mailbox-runbook"}
    assert volumes["secrets"]["secret"]["defaultMode"] == 0o440
    assert volumes["private"]["emptyDir"]["medium"] == "Memory"
    assert {each["name"] for each in pod["containers"][0]["volumeMounts"]} == {"config", "private", "state", "tmp"}


def test_the_one_site_form_goes_into_the_job_without_this_machines_folders(folder: Path) -> None:
    text = text_of("kubernetes", folder)
    pod = list(yaml.safe_load_all(text))[-1]["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    env = {each["name"]: each["value"] for each in pod["containers"][0]["env"]}
    assert env["RUNBOOK_SITE"] == "https://acme.atlassian.net"
    assert env["RUNBOOK_ADMIN_PASSWORD"] == "file:/run/secrets/runbook/RUNBOOK_ADMIN_PASSWORD"
    assert env["RUNBOOK_STATE"] == "/var/lib/jsm-mailbox-runbook/state"
    assert "config" not in {each["name"] for each in pod["volumes"]}
    assert "--from-file=RUNBOOK_MAILBOX_PASSWORD" in text


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell")
def test_the_first_container_makes_copies_of_the_secrets_that_the_tool_takes(several: Path, tmp_path: Path) -> None:
    pod = list(yaml.safe_load_all(text_of("kubernetes", several)))[-1]["spec"]["jobTemplate"]["spec"]["template"][
        "spec"
    ]
    first = pod["initContainers"][0]
    places = {
        "/secrets": tmp_path / "s",
        "/run/secrets/runbook": tmp_path / "r",
        "/var/lib/jsm-mailbox-runbook": tmp_path / "v",
    }
    script = first["args"][0]
    for place in sorted(places, key=len, reverse=True):
        places[place].mkdir()
        script = re.sub(rf"(?<![\w/]){place}(?=/)", str(places[place]), script)
    # as a mounted secret is: a link to a file that a group can read
    (tmp_path / "s" / "..data").mkdir()
    (tmp_path / "s" / "..data" / "KEY").write_text("fake-secret\n", encoding="utf-8")
    (tmp_path / "s" / "..data" / "KEY").chmod(0o440)
    (tmp_path / "s" / "KEY").symlink_to("..data/KEY")
    (tmp_path / "v" / "state").mkdir(mode=0o770)
    (tmp_path / "v" / "state").chmod(0o2770)
    subprocess.run([*first["command"], script], check=True)
    assert (tmp_path / "r" / "KEY").read_text() == "fake-secret\n"
    assert (tmp_path / "r" / "KEY").stat().st_mode & 0o777 == 0o400
    assert (tmp_path / "v" / "state").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "v" / "runs").stat().st_mode & 0o777 == 0o700


@many
@given(st.text(LETTERS))
def test_a_value_reaches_the_cluster_as_it_was(text: str) -> None:
    assert yaml.safe_load(f"key: {kubernetes.scalar(text)}") == {"key": text}


# --- GitHub Actions


def test_github_takes_the_workflow_by_its_schema(several: Path) -> None:
    path = several / "workflow.yml"
    path.write_text(text_of("github-actions", several), encoding="utf-8")
    argv = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", path]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_workflow_runs_one_at_a_time_with_pinned_actions_and_keeps_the_state_and_the_report_alone(
    several: Path,
) -> None:
    text = text_of("github-actions", several)
    flow = yaml.safe_load(text)
    assert flow["concurrency"] == {"group": "jsm-mailbox-runbook", "cancel-in-progress": False}
    assert flow["permissions"] == {"contents": "read"}
    assert int(flow[True]["schedule"][0]["cron"].split()[0]) % 2 == 1  # `on` is true in YAML 1.1
    job = flow["jobs"]["reauthorize"]
    assert job["env"]["RUNBOOK_IDENTITY_ADMIN_PASSWORD"] == "${{ secrets.RUNBOOK_IDENTITY_ADMIN_PASSWORD }}"
    used = re.findall(r"uses: (\S+)", text)
    assert used
    assert all(re.fullmatch(r"actions/[\w/-]+@[0-9a-f]{40}", each) for each in used)
    uploaded = next(step for step in job["steps"] if "upload-artifact" in step.get("uses", ""))["with"]["path"].split()
    assert all(path.endswith((".json", ".html")) for path in uploaded)
    cached = [step["with"] for step in job["steps"] if "actions/cache/" in step.get("uses", "")]
    assert [each["path"] for each in cached] == [job["env"]["RUNBOOK_STATE"].split("}}/")[1]] * 2
    assert cached[0]["key"] == cached[1]["key"]


def test_the_workflow_runs_in_the_folder_of_the_settings_whatever_it_is_called(several: Path) -> None:
    inner = several / 'it\'s 5% "odd" é'
    inner.mkdir()
    (inner / "other file.toml").write_text(TOML, encoding="utf-8")
    flow = yaml.safe_load(text_of("github-actions", inner, config=inner / "other file.toml"))
    job = flow["jobs"]["reauthorize"]
    assert job["defaults"]["run"]["working-directory"] == inner.name
    line = next(step["run"] for step in job["steps"] if step.get("name") == "Re-authorize")
    assert shlex.split(line)[-2:] == ["--config", "other file.toml"]


@pytest.mark.parametrize("name", ["${{ github.token }}", "a/${{x}}"])
def test_what_github_would_evaluate_is_refused(several: Path, name: str) -> None:
    inner = several / name
    inner.mkdir(parents=True)
    with pytest.raises(ConfigError, match="GitHub evaluates"):
        github_actions.texts(Request(inner, env={}))


def test_the_workflow_installs_the_repository_itself_if_it_is_this_project(several: Path) -> None:
    assert "jsm-mailbox-runbook==" in text_of("github-actions", several)
    (several / "pyproject.toml").write_text('[project]\nname = "jsm-mailbox-runbook"\n', encoding="utf-8")
    assert 'pip install --disable-pip-version-check "$GITHUB_WORKSPACE"' in text_of("github-actions", several)


def test_json_and_yaml_agree_on_the_manifests(folder: Path) -> None:
    """No anchor, no tag, no octal number: what any reader of YAML takes alike."""
    objects = list(yaml.safe_load_all(text_of("kubernetes", folder)))
    again = list(yaml.load_all(text_of("kubernetes", folder), Loader=yaml.BaseLoader))
    assert json.dumps(objects)
    assert again[-1]["spec"]["jobTemplate"]["spec"]["template"]["spec"]["volumes"][0]["secret"]["defaultMode"] == "288"
