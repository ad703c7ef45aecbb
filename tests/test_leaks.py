"""No secret is in anything that any verb writes, prints or hands to another program, whatever is switched on and however it fails.

A new verb, a new option (`leak_plays`) and a new kind of file (`leak_stage`) have to be listed, else a test fails.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import io
import json
import os
import shlex
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from urllib.parse import quote, urlencode

import click
import psutil
import pytest
from faults import between
from leak_plays import ENDED, LEFT_OUT, PLAYS, TYPED
from leak_stage import Stage, planted, staged, until
from leaking import Search, Witness

from runbook import schedule
from runbook.cli import main
from runbook.environment import SECRET
from runbook.report.seal import verify
from runbook.sandbox.world import MAILBOX
from runbook.settings.variables import ALL, SECRET_KEYS, SECRET_LISTS

pytestmark = pytest.mark.thorough


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as found:
        yield found


# --- the runs


@pytest.mark.timeout(600)
def test_a_run_that_is_recorded_and_whatever_is_looked_at_afterwards_hold_no_secret(stage: Stage) -> None:
    stage.play("recorded")
    stage.is_known()
    stage.play("checked")
    assert "acme.atlassian.net:443" in stage.sites.asked  # with the API token
    run = Path(stage.run_folder)
    assert verify(run).good
    assert {"run.har", "trace.zip"} <= {path.name for path in run.iterdir()}
    assert not [each for each in json.loads((run / "run.json").read_text())["warnings"] if "not kept" in each]
    stage.is_tight(
        "record of a run", "report of a run", "seal of a run", "picture", "recording of a run", "trace of a run",
        "index of the runs", "state", "log", "what a password manager was given",
    )  # fmt: skip


@pytest.mark.timeout(600)
def test_a_schedule_of_any_kind_and_a_sandbox_to_look_at_hold_no_secret(stage: Stage) -> None:
    stage.play("scheduled")
    assert {"printed schedule", "installed schedule", "what a scheduler was told"} <= stage.artifacts()
    assert stage.search()(stage.files()) == []
    stage.play("unscheduled")
    stage.run(
        *ENDED["sandbox"].split(),
        code=0,
        env={"DISPLAY": ":0", "RUNBOOK_BROWSER": "{window}"},
        when="The sandbox is at",
    )
    stage.is_tight("printed schedule")


@pytest.mark.timeout(600)
def test_recordings_of_steps_hold_no_secret(stage: Stage) -> None:
    stage.world.accounts[MAILBOX].passkey = stage.secrets["mailbox passkey"]
    stage.play("step by step")
    assert stage.world.accounts[MAILBOX].passkey_counter
    stage.is_tight("recording of a step", "record of a run", "picture")


@pytest.mark.timeout(600)
def test_a_sweep_that_fails_and_those_who_are_told_of_it_get_no_secret(stage: Stage) -> None:
    stage.world.accounts[MAILBOX].password = "not-real: it was changed"
    stage.play("a sweep")
    stage.is_tight("recording of a run", "trace of a run", "metrics", "log", "what a told command was given")


@pytest.mark.timeout(600)
def test_refused_secrets_of_every_other_kind_are_told_without_them(stage: Stage) -> None:
    stage.play("refused")
    stage.is_tight("state", "log", "metrics", "record of a run")


@pytest.mark.timeout(600)
def test_runs_that_fail_when_everything_is_typed_hold_no_secret(stage: Stage) -> None:
    stage.play("all typed")
    stage.is_tight("record of a run", "picture", "recording of a run", "trace of a run", "log")


@pytest.mark.timeout(600)
def test_a_run_that_is_killed_asked_to_end_or_out_of_time_keeps_nothing_raw(stage: Stage) -> None:
    args, typed = tuple(TYPED.split()), '"title": "Remove the old connection", "status": "started"'
    stage.run(*args, code=-signal.SIGKILL, when=typed, does=killed)
    psutil.wait_procs(stage.stranger.processes(), timeout=60)
    raw = {name: text for name, text in stage.files().items() if name.startswith("tmp/")}
    found = {each.partition("/")[0] for each in stage.search()(raw)}
    assert {"admin password", "mailbox password"} <= found  # what the next run has to take away
    assert not stage.search()({name: text for name, text in stage.files().items() if name not in raw})
    stage.world.offset += 30
    stage.run(*args, code=20, when=typed)
    assert stage.stranger.leftovers() == []
    stage.world.offset += 30

    def stalled(_: object) -> None:
        stage.between.deed = between.stall

    stage.run(*args, code=20, env={"RUNBOOK_DEADLINE_REMOVE_OLD": "2s"}, when=typed, does=stalled)
    stage.is_tight("record of a run", "picture", "log")


def killed(running: subprocess.Popen[str]) -> None:
    """With all that it has started, as when the machine stops."""
    os.killpg(running.pid, signal.SIGKILL)


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


def test_the_environment_and_the_arguments_of_a_program_are_seen_however_short_it_lives(tmp_path: Path) -> None:
    short = f"import subprocess; subprocess.run(['true', {SECRET_WORD!r}], env={{'TOLD': 'Env6Ir0nMent3'}})"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {short!r}])"
    wrapper, witness = tmp_path / "browser", Witness(tmp_path / "witness")
    wrapper.write_text(f"#!/bin/sh\n{witness.wrapper}\n")
    wrapper.chmod(0o755)
    outer += f"; subprocess.run([{str(wrapper)!r}, 'Bro8WsEr4Word'])"
    with (
        subprocess.Popen([sys.executable, "-c", outer], env={**os.environ, **witness.env("")}) as running,
        witness.watching(running.pid),
    ):
        assert not running.wait(60)
    secrets = {"argument": SECRET_WORD, "environment": "Env6Ir0nMent3", "browser": "Bro8WsEr4Word"}
    found = Search(secrets)({name: seen for name, seen in witness.seen.items() if name.endswith(("true", "browser"))})
    assert {each.partition("/")[0] for each in found} == set(secrets)


def test_what_a_program_starts_that_is_no_python_is_seen_while_it_runs(tmp_path: Path) -> None:
    witness = Witness(tmp_path / "witness")
    inner = ["sh", "-c", "cat; true", SECRET_WORD]
    with (
        subprocess.Popen(["sh", "-c", shlex.join(inner) + "; true"], stdin=subprocess.PIPE) as running,
        witness.watching(running.pid),
    ):
        until(lambda: Search({"argument": SECRET_WORD})(witness.seen))
        running.communicate()


# --- that nothing is forgotten


def played() -> Iterator[list[str]]:
    """The words of every command."""
    for play in chain.from_iterable(PLAYS.values()):
        yield shlex.split(play.words)
    yield from map(shlex.split, ENDED.values())


def test_every_verb_and_each_of_its_options_is_played_or_has_a_reason() -> None:
    assert isinstance(main, click.Group)
    assert {words[0] for words in played()} == set(main.commands)
    assert set(LEFT_OUT) <= set(main.commands)
    for name, verb in main.commands.items():
        here = {word for words in played() if words[0] == name for word in words}
        there = {
            option
            for each in verb.params
            if isinstance(each, click.Option)
            for option in (*each.opts, *each.secondary_opts)
        }
        left_out = set(LEFT_OUT.get(name, ()))
        assert there - here - left_out - {"--help"} == set(), f"{name}: play it, or say why not"
        assert left_out <= there - here, f"{name}: there is no such option, or it is played"


def test_every_action_and_kind_of_a_schedule_is_played() -> None:
    assert isinstance(main, click.Group)
    [action] = [each for each in main.commands["schedule"].params if isinstance(each, click.Argument)]
    words = {word for words in played() if words[0] == "schedule" for word in words}
    assert {*action.type.choices, *schedule.KINDS} <= words


def test_every_secret_of_the_settings_is_kept_from_other_programs() -> None:
    secret = [name for name, each in ALL.items() if each.path[-1] in SECRET_KEYS | SECRET_LISTS]
    assert len(secret) >= 9
    assert [name for name in secret if not SECRET.fullmatch(name)] == []
    assert [name for name in ALL if SECRET.fullmatch(name) and name not in secret] == []
