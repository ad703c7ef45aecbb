"""The schedules of this machine's kind under the real systemd and the real cron, in a container that is thrown away: one machine is
booted for all three, and while its cron waits for the next minute its systemd is at work."""

from __future__ import annotations

import json
import re
import shlex
import time
from pathlib import Path

import pytest
from booted import PYTHON, Seen, boot, missing

from runbook.browser import find

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.skipif(bool(missing()), reason=missing() or "-"),
    pytest.mark.timeout(420),
]

# Quotes, a percent sign, a dollar sign, spaces and a letter of another language.
FOLDER = '/srv/it\'s 100% "odd" $HOME é'
CRON_FOLDER = '/srv/cron\'s 100% "odd" $HOME é'
SETTINGS = """
mkdir -p "$folder"
cat > "$folder/.env" <<'END'
RUNBOOK_SITE=https://acme.atlassian.net
RUNBOOK_PROJECT=HELP
RUNBOOK_ADMIN_USERNAME=ada.admin@example.com
RUNBOOK_ADMIN_PASSWORD=fake-password
RUNBOOK_IDP=microsoft
RUNBOOK_MAILBOX=support@example.com
RUNBOOK_MAIL_PROVIDER=microsoft
RUNBOOK_MAILBOX_PASSWORD=fake-password
END
chmod 600 "$folder/.env"
chown -R svc: "$folder"
cd "$folder"
"""
# Makes the settings unusable: every verb then ends at once, names this key, and shows where it looked and that it was understood.
SPOIL = "printf '[nonsense-in-this-folder]\\n' > \"$folder/runbook.toml\""
SPOILT = "runbook.toml nonsense-in-this-folder is not a table of the settings."
# The whole runbook, browser and all, in the place of the verb, under everything else that the unit says.
DROP_IN = """
mkdir -p {units}/jsm-mailbox-runbook.service.d
cat > {units}/jsm-mailbox-runbook.service.d/sandbox.conf <<'END'
[Service]
ExecStart=
ExecStart={python} -m runbook connect --project HELP --sandbox --browser {browser} --json
{more}
END
"""
CREDENTIAL = f"""LoadCredential=admin-password:/etc/secret
Environment=RUNBOOK_ADMIN_PASSWORD=file:%d/admin-password
ExecStart={PYTHON} -c "import os, pathlib, runbook.secret_sources as s; \\
  print('credential', s.from_file(pathlib.Path(os.environ['RUNBOOK_ADMIN_PASSWORD'][5:]), 'x'))"
ExecStart=-/bin/sh -c 'touch /etc/x /home/svc/x /usr/x 2>&1; echo written by $(id -un)'"""
AS_SVC = (
    "setpriv --reuid svc --regid svc --init-groups env -i HOME=/home/svc PATH=/usr/bin:/bin LANG=C.UTF-8 "
    "XDG_RUNTIME_DIR=/run/user/$(id -u svc) XDG_CONFIG_HOME="
)
USER_UNITS = "/home/svc/.config/systemd/user"
CRONTAB = b"# caf\xe9, in another encoding\r\nMAILTO=svc\n\n5 4 * * * true # 100\\% mine\n#\t@daily old\n6 4 * * * true"
KEPT = b"# 1\n# 2\n# 3\n" + CRONTAB
# As it is kept, below the three lines that Debian's crontab puts there and does not show.
TABLE = "tail --lines=+4 /var/spool/cron/crontabs/svc"


def drop_in(units: str, more: str) -> str:
    found = find(None, headed=False)
    assert found
    return DROP_IN.format(units=units, python=PYTHON, browser=found.path, more=more)


@pytest.mark.long
def test_the_real_schedulers_fire_what_is_installed_and_nothing_else_is_touched(tmp_path: Path) -> None:
    seen = boot(
        tmp_path,
        f"""
# --- cron begins
folder={shlex.quote(CRON_FOLDER)}
{SETTINGS}
mkdir -p /var/spool/cron/crontabs
printf '{"".join(f"{chr(92)}x{byte:02x}" for byte in KEPT)}' > /var/spool/cron/crontabs/svc
chown svc:crontab /var/spool/cron/crontabs/svc; chmod 600 /var/spool/cron/crontabs/svc
chmod 777 /out
echo 'EXTRA_OPTS="-L 3"' >> /etc/default/cron  # the journal tells when a command ended
systemctl start cron
step cron-before {TABLE}
step cron-install {AS_SVC} {PYTHON} -m runbook schedule install --as cron
step cron-table {TABLE}
step cron-again {AS_SVC} {PYTHON} -m runbook schedule install --as cron
step cron-table-again {TABLE}
step cron-status {AS_SVC} {PYTHON} -m runbook schedule status --as cron --json
{SPOIL}
# at every minute, for the test; the command stays as it is
sed -E 's/^[0-9]+ (\\* \\* \\* \\* cd )/* \\1/' /out/cron-table > /out/every-minute
step cron-every-minute-installed {AS_SVC} crontab /out/every-minute

# --- the machine's systemd
folder={shlex.quote(FOLDER)}
{SETTINGS}
step user-deaf {AS_SVC} {PYTHON} -m runbook schedule install --as systemd
step machine-install {PYTHON} -m runbook schedule install
step machine-again {PYTHON} -m runbook schedule install
step machine-unit systemctl cat jsm-mailbox-runbook.service
step machine-timer systemctl is-active jsm-mailbox-runbook.timer
step machine-enabled systemctl is-enabled jsm-mailbox-runbook.timer
step machine-security systemd-analyze security --no-pager jsm-mailbox-runbook.service
{SPOIL}
step machine-fire systemctl start jsm-mailbox-runbook.service
step machine-journal journalctl --unit=jsm-mailbox-runbook.service --output=cat --no-pager
step machine-status {PYTHON} -m runbook schedule status --json
rm "$folder/runbook.toml"
echo fake-secret > /etc/secret; chmod 600 /etc/secret
{drop_in("/etc/systemd/system", CREDENTIAL)}
systemctl daemon-reload
step machine-sandbox systemctl start jsm-mailbox-runbook.service
step machine-sandbox-journal journalctl --unit=jsm-mailbox-runbook.service --output=cat --no-pager
step machine-private stat -c '%a %U' /home/svc/.local/state/jsm-mailbox-runbook/runs /home/svc/.local/state/jsm-mailbox-runbook/state
echo '# mine' >> /etc/systemd/system/jsm-mailbox-runbook.timer
step machine-edited {PYTHON} -m runbook schedule install
step machine-keep {PYTHON} -m runbook schedule remove
step machine-remove {PYTHON} -m runbook schedule remove --force
step machine-gone {PYTHON} -m runbook schedule remove
step machine-left ls /etc/systemd/system
step machine-status-gone {PYTHON} -m runbook schedule status --json

# --- the user's systemd
install -d -o svc -g svc -m 700 /run/user/$(id -u svc)
systemctl start user@$(id -u svc).service
step user-install {AS_SVC} {PYTHON} -m runbook schedule install --as systemd
step user-again {AS_SVC} {PYTHON} -m runbook schedule install --as systemd
{SPOIL}
step user-fire {AS_SVC} systemctl --user start jsm-mailbox-runbook.service
step user-journal journalctl _SYSTEMD_USER_UNIT=jsm-mailbox-runbook.service --output=cat --no-pager
step user-status {AS_SVC} {PYTHON} -m runbook schedule status --json
rm "$folder/runbook.toml"
{drop_in(USER_UNITS, "")}
{AS_SVC} systemctl --user daemon-reload
step user-sandbox {AS_SVC} systemctl --user start jsm-mailbox-runbook.service
step user-sandbox-journal journalctl _SYSTEMD_USER_UNIT=jsm-mailbox-runbook.service --output=cat --no-pager
step user-remove {AS_SVC} {PYTHON} -m runbook schedule remove --as systemd
step user-left ls {USER_UNITS} {USER_UNITS}/timers.target.wants

# --- cron has fired
folder={shlex.quote(CRON_FOLDER)}
cd "$folder"
grep --max-count=1 --fixed-strings "(svc) END" < <(timeout 100 journalctl --follow --lines=all --identifier=CRON --output=cat)
step cron-log cat /home/svc/.local/state/jsm-mailbox-runbook/state/schedule.log
step cron-fired {AS_SVC} {PYTHON} -m runbook schedule status --as cron --json
step cron-keep {AS_SVC} {PYTHON} -m runbook schedule remove --as cron
rm "$folder/runbook.toml"
step cron-remove {AS_SVC} {PYTHON} -m runbook schedule remove --as cron --force
step cron-after {TABLE}
step cron-gone {AS_SVC} {PYTHON} -m runbook schedule remove --as cron
""",
        360,
    )
    check_the_machines_systemd(seen)
    check_the_users_systemd(seen)
    check_cron(seen)


def check_the_machines_systemd(seen: Seen) -> None:
    """It fires the hardened service, and the browser runs in it."""
    assert seen.code("machine-install") == 0, seen.text("machine-install")
    assert "nothing was changed" in seen.text("machine-again")
    assert (seen.text("machine-timer"), seen.text("machine-enabled")) == ("active\n", "enabled\n")
    assert "User=svc" in seen.text("machine-unit")
    exposure = re.search(
        r"Overall exposure level for jsm-mailbox-runbook.service: ([\d.]+)", seen.text("machine-security")
    )
    assert exposure, seen.text("machine-security")
    assert float(exposure[1]) <= 1.6, seen.text("machine-security")
    # the verb ran, in that folder, and understood what it was given
    assert seen.text("machine-journal").count(SPOILT) == 1, seen.text("machine-journal")
    status = json.loads(seen.text("machine-status"))
    assert (status["kind"], status["installed"], status["result"]) == ("systemd", True, 2)
    assert abs(status["last"] - time.time()) < 900
    assert -60 < status["next"] - time.time() < 4300
    # the browser in the hardened service
    journal = seen.text("machine-sandbox-journal")
    assert seen.code("machine-sandbox") == 0, journal
    assert '"outcome": "Connected"' in journal
    assert "credential fake-secret" in journal
    assert "written by svc" in journal
    assert journal.count("Read-only file system") == 3
    assert seen.text("machine-private") == "700 svc\n700 svc\n"
    # taken away again, and only what is ours
    assert (seen.code("machine-edited"), seen.code("machine-keep"), seen.code("machine-remove")) == (2, 2, 0)
    assert "changed by hand" in seen.text("machine-keep")
    assert "nothing was changed" in seen.text("machine-gone")
    assert "jsm-mailbox-runbook.timer" not in seen.text("machine-left")
    assert "jsm-mailbox-runbook.service\n" not in seen.text("machine-left")
    assert "jsm-mailbox-runbook.service.d" in seen.text("machine-left"), "a person's drop-in is not ours"
    assert json.loads(seen.text("machine-status-gone"))["installed"] is False


def check_the_users_systemd(seen: Seen) -> None:
    """It fires the service, and the browser runs in it."""
    assert seen.code("user-deaf") == 2
    assert "systemd of this user does not answer" in seen.text("user-deaf")
    assert seen.code("user-install") == 0, seen.text("user-install")
    assert "enable-linger" in seen.text("user-install")
    assert "nothing was changed" in seen.text("user-again")
    assert seen.text("user-journal").count(SPOILT) == 1, seen.text("user-journal")
    status = json.loads(seen.text("user-status"))
    assert (status["installed"], status["result"]) == (True, 2)
    assert seen.code("user-sandbox") == 0, seen.text("user-sandbox-journal")
    assert '"outcome": "Connected"' in seen.text("user-sandbox-journal")
    assert seen.code("user-remove") == 0, seen.text("user-remove")
    assert "jsm-mailbox-runbook.timer" not in seen.text("user-left")


def check_cron(seen: Seen) -> None:
    """It fires the line, and the rest of the table stays byte for byte."""
    assert seen.raw("cron-before") == CRONTAB
    assert seen.code("cron-install") == 0, seen.text("cron-install")
    found = seen.raw("cron-table")
    assert found.startswith(CRONTAB + b"\n")
    assert found.removeprefix(CRONTAB + b"\n").count(b"\n") == 1
    assert "nothing was changed" in seen.text("cron-again")
    assert seen.raw("cron-table-again") == found
    status = json.loads(seen.text("cron-status"))
    assert (status["installed"], status["last"]) == (True, None)
    assert -60 < status["next"] - time.time() < 3700
    assert seen.code("cron-every-minute-installed") == 0, seen.text("cron-every-minute-installed")
    # the verb ran, in that folder, and understood what it was given
    assert seen.text("cron-log").count(SPOILT) >= 1, seen.text("cron-log")
    assert abs(json.loads(seen.text("cron-fired"))["last"] - time.time()) < 900
    assert seen.code("cron-keep") == 2
    assert "changed by hand" in seen.text("cron-keep")
    assert seen.code("cron-remove") == 0
    assert seen.raw("cron-after") == CRONTAB + b"\n"
    assert "nothing was changed" in seen.text("cron-gone")
