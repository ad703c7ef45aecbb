"""Whoever is told, for real: webhooks and mail on loopback, commands of this machine. No address is ever shown."""

from __future__ import annotations

import asyncio
import email
import email.policy
import io
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from aiosmtpd.smtp import SMTP
from receivers import Notes, Webhook, dumped, dumping, webhook
from test_telling import CONNECTED, HELP, LEFT_ALONE, Due, Ending

from runbook.redact import Redactor
from runbook.secrets import SecretRef
from runbook.settings.notify import Notify
from runbook.telling import Message, Teller, Undelivered, targets
from runbook.telling.hooks import Hook

pytestmark = pytest.mark.thorough

TOKEN = "fake-token-3f9a8b7c6d5e"
TEST = Message("test")


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with webhook() as found:
        yield found


def url(hook: Webhook, path: str = TOKEN) -> SecretRef:
    return SecretRef(f"json://user:{TOKEN}@127.0.0.1:{hook.port}/{path}")


def tell(notify: Notify, notes: Notes, ending: Ending | None, due: Due | None = None, parked: bool = True) -> list[str]:
    teller = Teller(notify, notes, Redactor())
    teller.outcome(HELP, due or Due(), ending, parked)
    return teller.finish()


class Post:
    """Keeps the mails that it takes."""

    def __init__(self) -> None:
        self.got: list[Any] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.got.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"


@contextmanager
def post_office() -> Iterator[tuple[Post, int]]:
    post = Post()
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(loop.create_server(lambda: SMTP(post, loop=loop), "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield post, server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(server.close)  # of another thread, it would race with the end of a conversation
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


# --- addresses


def test_a_webhook_is_told_with_title_text_and_loudness(hook: Webhook) -> None:
    notes = Notes()
    assert tell(Notify(urls=(url(hook),)), notes, Ending()) == []
    [got] = hook.got
    assert got["title"] == "HELP: the mailbox could not be connected and waits for a person (HumanNeeded: captcha)"
    assert got["type"] == "warning"
    assert "Cause: The site asks for a captcha.\nRemedy: Run again with --headed." in got["message"]
    down = replace(Ending(), name="ChannelDown", down=True)
    assert tell(Notify(urls=(url(hook),)), notes, down) == []
    assert (hook.got[1]["type"], hook.got[1]["title"]) == ("failure", "ALARM: Jira reads no mail for HELP")
    assert tell(Notify(urls=(url(hook),)), notes, CONNECTED, parked=False) == []
    assert (hook.got[2]["type"], hook.got[2]["title"]) == ("success", "HELP works again")


def test_a_mail_arrives_as_plain_readable_text() -> None:
    with post_office() as (post, port):
        ref = SecretRef(f"mailto://127.0.0.1:{port}?from=runbook@example.com&to=ops@example.com&mode=insecure")
        assert tell(Notify(urls=(ref,)), Notes(), Ending(cause="It said <b>no</b> & left.")) == []
    [mail] = post.got
    assert mail["To"] == "ops@example.com"
    assert mail["Subject"].startswith("HELP: the mailbox could not be connected and waits for a person")
    body = mail.get_body(preferencelist=("plain",)).get_content()
    assert "Cause: It said <b>no</b> & left." in body


def test_a_secret_may_hold_several_addresses(hook: Webhook, tmp_path: Path) -> None:
    kept = tmp_path / "urls"
    kept.write_text(f"json://127.0.0.1:{hook.port}/one json://127.0.0.1:{hook.port}/two\n")
    kept.chmod(0o600)
    assert tell(Notify(urls=(SecretRef(f"file:{kept}"),)), Notes(), Ending()) == []
    assert hook.paths == ["/one", "/two"]


def test_only_who_was_not_reached_is_told_again(hook: Webhook) -> None:
    with webhook() as other:
        notes, notify = Notes(), Notify(urls=(url(hook), url(other)))
        other.status = 500
        [warning] = tell(notify, notes, Ending())
        assert warning == "json://*** was not told: the answer was HTTP 500. It is tried again the next time."
        other.status = 200
        assert tell(notify, notes, None, LEFT_ALONE) == []
        assert (len(hook.got), len(other.got)) == (1, 1)
        assert hook.got == other.got


def test_an_address_that_is_corrected_gets_what_it_had_missed(hook: Webhook) -> None:
    notes = Notes()
    nowhere = Notify(urls=(SecretRef("json://127.0.0.1:9/x"),))
    assert len(tell(nowhere, notes, Ending())) == 1
    assert tell(Notify(urls=(url(hook),)), notes, None, LEFT_ALONE) == []
    assert len(hook.got) == 1


def test_an_address_that_is_taken_out_of_the_settings_is_forgotten(hook: Webhook) -> None:
    notes = Notes()
    tell(Notify(urls=(url(hook), SecretRef("json://127.0.0.1:9/x"))), notes, Ending())
    assert tell(Notify(urls=(url(hook),)), notes, None, LEFT_ALONE) == []
    assert "url-2" not in str(notes.kept)


def test_a_secret_that_cannot_be_had_is_told_of_and_its_addresses_are_told_later(hook: Webhook, tmp_path: Path) -> None:
    kept, notes = tmp_path / "urls", Notes()
    notify = Notify(urls=(SecretRef(f"file:{kept}"),))
    [warning] = tell(notify, notes, Ending())
    assert "cannot be read (No such file or directory)" in warning
    kept.write_text(f"json://127.0.0.1:{hook.port}/one json://127.0.0.1:{hook.port}/two")
    kept.chmod(0o600)
    hook.status = 500
    assert len(tell(notify, notes, None, LEFT_ALONE)) == 2
    kept.chmod(0o644)
    assert len(tell(notify, notes, None, LEFT_ALONE)) == 1
    kept.chmod(0o600)
    hook.status = 200
    assert tell(notify, notes, None, LEFT_ALONE) == []
    assert hook.paths[-2:] == ["/one", "/two"]
    assert len(hook.got) == 2


def test_a_receiver_that_hangs_holds_the_sweep_up_for_one_timeout_and_is_told_later(hook: Webhook) -> None:
    hook.held.clear()
    # Longer than the timeout, so that ours is the one that counts.
    ref = SecretRef(f"json://127.0.0.1:{hook.port}/{TOKEN}?rto=20")
    notes, notify = Notes(), Notify(urls=(ref,), timeout="1s")
    begun = time.monotonic()
    assert tell(notify, notes, Ending()) == [
        "json://*** was not told: no answer within 1 s. It is tried again the next time."
    ]
    assert time.monotonic() - begun < 10
    assert notes.kept


@pytest.mark.parametrize(
    ("given", "shown", "why"),
    [
        ("slak://TokenA/TokenB/TokenC", "slak://***", "apprise does not know its kind (meant slack://?)"),
        ("slack://x", "slack://***", "apprise cannot use it"),
        ("fake-Token://abc", "***", "apprise does not know its kind"),
        (f"json://127.0.0.1:9/{TOKEN}", "json://***", "it cannot be reached, or refuses what it was sent"),
        (
            "mailto://u:fake-pw-1@127.0.0.1:9?from=a@example.com&to=b@example.com&mode=insecure",
            "mailto://***",
            "it cannot be",
        ),
    ],
)
def test_an_address_that_does_not_work_is_told_by_its_schema_alone(given: str, shown: str, why: str) -> None:
    [target] = targets(Notify(urls=(SecretRef(given),)), Redactor())
    with pytest.raises(Undelivered) as caught:
        target.send(TEST)
    assert target.shown == shown
    assert str(caught.value).startswith(why)
    assert given.partition("://")[2] not in repr(target) + str(caught.value) + str(vars(caught.value))


def test_nothing_of_an_address_is_logged_printed_or_kept(hook: Webhook, capfd: pytest.CaptureFixture[str]) -> None:
    root, stream = logging.getLogger(), io.StringIO()
    handler, before = logging.StreamHandler(stream), root.level
    root.addHandler(handler)
    root.setLevel(1)
    try:
        logging.getLogger("somebody").debug("is heard")
        notes = Notes()
        for status in (200, 401):
            hook.status = status
            refs = (url(hook), SecretRef(f"json://127.0.0.1:9/{TOKEN}"), SecretRef(f"slak://{TOKEN}/b/c"))
            warnings = tell(Notify(urls=refs), notes, Ending())
    finally:
        root.setLevel(before)
        root.removeHandler(handler)
    written = capfd.readouterr()
    assert len(warnings) == 3
    told = stream.getvalue() + written.out + written.err + str(warnings) + str(notes.kept)
    assert "is heard" in told
    assert TOKEN not in told


def test_the_redactor_learns_addresses_and_their_tokens_and_leaves_mailboxes_readable() -> None:
    redactor = Redactor()
    secret = "mailto://runbook:fake-pw-1@mail.example.com?to=help@example.com"
    targets(
        Notify(urls=(SecretRef(secret), SecretRef("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"))), redactor
    )
    assert redactor.text(f"x {secret} y") == "x *** y"
    assert redactor.text("the hook TIiajkdnlazkcOXrIdevi7FQ failed") == "the hook *** failed"
    assert redactor.text("login with fake-pw-1 failed") == "login with *** failed"
    assert redactor.text("help@example.com at mail.example.com") == "help@example.com at mail.example.com"


# --- commands


def test_a_command_gets_the_facts_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNBOOK_ADMIN_PASSWORD", "fake-admin-password")
    monkeypatch.setenv("RUNBOOK_NOTIFY", "json://fake")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/nowhere")
    argv, out = dumping(tmp_path)
    assert tell(Notify(on_failure=(*argv, "--loud", "two words")), Notes(), Ending()) == []
    [got] = dumped(out)
    assert got["argv"] == ["--loud", "two words"]
    ours = {key: value for key, value in got["env"].items() if key.startswith("RUNBOOK_")}
    others = set(got["env"]) - set(ours)
    assert others <= {"PATH", "HOME", "LANG", "LC_CTYPE"}, "LC_CTYPE is set by Python itself"
    assert ours == {
        "RUNBOOK_EVENT": "parked",
        "RUNBOOK_KIND": "warning",
        "RUNBOOK_TITLE": "HELP: the mailbox could not be connected and waits for a person (HumanNeeded: captcha)",
        "RUNBOOK_CHANNELS": "1",
        "RUNBOOK_PROJECT": "HELP",
        "RUNBOOK_ADDRESS": "help@example.com",
        "RUNBOOK_SITE": "https://acme.atlassian.net",
        "RUNBOOK_OUTCOME": "HumanNeeded",
        "RUNBOOK_REASON": "captcha",
        "RUNBOOK_CAUSE": "The site asks for a captcha.",
        "RUNBOOK_REMEDY": "Run again with --headed.",
        "RUNBOOK_RUN": "/runs/20261123T221500Z-HELP-3f2a",
        "RUNBOOK_REPORT": "/runs/20261123T221500Z-HELP-3f2a",
    }
    [facts] = got["stdin"]["channels"]
    assert (facts["channel"], facts["cause"], facts["parked"]) == (
        "acme.atlassian.net/HELP",
        "The site asks for a captcha.",
        True,
    )


def test_on_failure_hears_of_failures_and_on_success_of_recoveries(tmp_path: Path) -> None:
    bad, failures = dumping(tmp_path, "bad")
    good, successes = dumping(tmp_path, "good")
    notes, notify = Notes(), Notify(on_failure=bad, on_success=good)
    tell(notify, notes, Ending())
    tell(notify, notes, CONNECTED, parked=False)
    tell(notify, notes, CONNECTED, parked=False)
    assert [each["env"]["RUNBOOK_EVENT"] for each in dumped(failures)] == ["parked"]
    assert [each["env"]["RUNBOOK_EVENT"] for each in dumped(successes)] == ["recovered", "repaired"]
    assert dumped(successes)[0]["env"]["RUNBOOK_CAUSE"] == "The site asks for a captcha."


def test_no_shell_reads_a_commands_arguments(tmp_path: Path) -> None:
    argv, out = dumping(tmp_path)
    words = ("$(touch /tmp/never)", "; true", "*", "~")
    Hook("on_failure", (*argv, *words), 20).send(TEST)
    assert dumped(out)[0]["argv"] == list(words)


# Ignores being asked to end, as does what it has started, and waits for ever.
STUBBORN = 'trap "" TERM; sleep 600 & echo $$ $! > "$0"; wait'
TIDY = 'trap "echo tidied up > $0; exit 0" TERM; sleep 600 & wait'


def test_a_command_that_hangs_is_ended_with_everything_it_started(tmp_path: Path) -> None:
    pids, notes = tmp_path / "pids", Notes()
    [warning] = tell(Notify(on_failure=("/bin/sh", "-c", STUBBORN, str(pids)), timeout="2s"), notes, Ending())
    assert "the command /bin/sh did not end in 2 s and was ended" in warning
    both = [int(pid) for pid in pids.read_text().split()]
    assert len(both) == 2
    _, alive = psutil.wait_procs([psutil.Process(pid) for pid in both if psutil.pid_exists(pid)], timeout=10)
    assert not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]
    assert "on_failure" in str(notes.kept), "it is tried again"


def test_a_command_that_ends_by_itself_when_asked_needs_no_force(tmp_path: Path) -> None:
    with pytest.raises(Undelivered, match=r"did not end in 1 s") as caught:
        Hook("on_failure", ("/bin/sh", "-c", TIDY, str(tmp_path / "said")), 1.0).send(TEST)
    assert caught.value.hung
    assert (tmp_path / "said").read_text() == "tidied up\n"


def test_a_command_that_reads_nothing_and_prints_much_is_no_problem() -> None:
    Hook("x", (sys.executable, "-c", "print('x' * 1_000_000)"), 20).send(TEST)


@pytest.mark.parametrize(
    ("argv", "why"),
    [
        (("fake-command-nowhere",), "cannot be started (No such file or directory)"),
        ((sys.executable, "-c", "raise SystemExit(3)"), "ended with exit code 3"),
        (
            (sys.executable, "-c", f"import os; os.kill(os.getpid(), {int(signal.SIGKILL)})"),
            "ended with signal SIGKILL",
        ),
        ((os.fspath(Path(__file__)),), "cannot be started (Permission denied)"),
    ],
)
def test_a_command_that_fails_is_told_and_tried_again(argv: tuple[str, ...], why: str) -> None:
    notes, notify = Notes(), Notify(on_failure=argv)
    for result in ((Ending(), None), (None, LEFT_ALONE)):
        [warning] = tell(notify, notes, *result)
        assert warning == f"on_failure was not told: the command {argv[0]} {why}. It is tried again the next time."


def test_a_command_is_looked_for_without_being_run(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.write_text("#!/bin/sh\ntouch ran\n")
    assert Hook("x", (str(mine),), 1).problem() == f"the command {mine} may not be run"
    mine.chmod(0o700)
    assert Hook("x", (str(mine),), 1).problem() == ""
    assert Hook("x", ("fake-command-nowhere",), 1).problem() == "the command fake-command-nowhere is not there"
    assert not (tmp_path / "ran").exists()


# --- planted secrets


def test_planted_secrets_are_in_nothing_that_is_sent_written_or_passed_on(tmp_path: Path, hook: Webhook) -> None:
    secrets = ("fake-admin-pässword&1", "FAKEFAKEFAKEFAKE", "fake-mailbox-password")
    redactor = Redactor()
    for secret in secrets:
        redactor.learn(secret)
    argv, out = dumping(tmp_path)
    all_of_them = " ".join(secrets)
    ending = Ending(
        cause=f"The page says {all_of_them}.", remedy=all_of_them, reason=secrets[1], run=f"/r/{secrets[2]}"
    )
    notes, warnings = Notes(), []
    with post_office() as (post, port):
        mail = f"mailto://127.0.0.1:{port}?from=a@example.com&to=b@example.com&mode=insecure"
        notify = Notify(
            urls=(url(hook), SecretRef(mail), SecretRef(f"json://127.0.0.1:9/{TOKEN}")),
            on_failure=argv,
            on_success=argv,
        )
        for result in (ending, replace(ending, down=True), CONNECTED):
            teller = Teller(notify, notes, redactor)
            teller.outcome(HELP, replace(Due(), why=all_of_them), result, parked=result is not CONNECTED)
            warnings += teller.finish()
    told = [str(hook.got), str([mail.as_string() + mail.get_body().get_content() for mail in post.got])]
    told += [path.read_text() for path in out.iterdir()] + [str(notes.kept), str(warnings)]
    assert (len(hook.got), len(post.got), len(list(out.iterdir()))) == (3, 3, 3)
    for secret in (*secrets, TOKEN, mail):
        assert redactor.text(secret) == "***"
        assert not [text for text in told if redactor.text(text) != text and secret in text]
        assert secret not in "".join(told)
