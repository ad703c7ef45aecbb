"""The schedules of this machine's kind under the real systemd and the real cron, in a container that is thrown away."""

from __future__ import annotations

import json
import re
import shlex
import time
from pathlib import Path

import pytest
from booted import PYTHON, boot, missing

from runbook.browser import find

pytestmark = [pytest.mark.skipif(bool(missing()), reason=missing() or "-"), pytest.mark.timeout(300)]

# Quotes, a percent sign, a dollar sign, spaces and a letter of another language.
FOLDER = '/srv/it\'s 100% "odd" $HOME é'
SETTINGS = f"""
folder={shlex.quote(FOLDER)}
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
# As it is kept, below the three lines that Debian's crontab puts there and does not show.
TABLE = "tail --lines=+4 /var/spool/cron/crontabs/svc"


def drop_in(units: str, more: str) -> str:
    found = find(None, headed=False)
    assert found
    return DROP_IN.format(units=units, python=PYTHON, browser=found.path, more=more)


def test_the_machines_systemd_fires_the_hardened_service_and_the_browser_runs_in_it(tmp_path: Path) -> None:
    seen = boot(
        tmp_path,
        f"""{SETTINGS}
step install {PYTHON} -m runbook schedule install
step again {PYTHON} -m runbook schedule install
step unit systemctl cat jsm-mailbox-runbook.service
step timer systemctl is-active jsm-mailbox-runbook.timer
step enabled systemctl is-enabled jsm-mailbox-runbook.timer
step security systemd-analyze security --no-pager jsm-mailbox-runbook.service
{SPOIL}
step fire systemctl start jsm-mailbox-runbook.service
step journal journalctl --unit=jsm-mailbox-runbook.service --output=cat --no-pager
step status {PYTHON} -m runbook schedule status --json
rm "$folder/runbook.toml"
echo fake-secret > /etc/secret; chmod 600 /etc/secret
{drop_in("/etc/systemd/system", CREDENTIAL)}
systemctl daemon-reload
step sandbox systemctl start jsm-mailbox-runbook.service
step sandbox-journal journalctl --unit=jsm-mailbox-runbook.service --output=cat --no-pager
step private stat -c '%a %U' /home/svc/.local/state/jsm-mailbox-runbook/runs /home/svc/.local/state/jsm-mailbox-runbook/state
echo '# mine' >> /etc/systemd/system/jsm-mailbox-runbook.timer
step edited {PYTHON} -m runbook schedule install
step keep {PYTHON} -m runbook schedule remove
step remove {PYTHON} -m runbook schedule remove --force
step gone {PYTHON} -m runbook schedule remove
step left ls /etc/systemd/system
step status-gone {PYTHON} -m runbook schedule status --json
""",
    )
    assert seen.code("install") == 0, seen.text("install")
    assert "nothing was changed" in seen.text("again")
    assert (seen.text("timer"), seen.text("enabled")) == ("active\n", "enabled\n")
    assert "User=svc" in seen.text("unit")
    exposure = re.search(r"Overall exposure level for jsm-mailbox-runbook.service: ([\d.]+)", seen.text("security"))
    assert exposure, seen.text("security")
    assert float(exposure[1]) <= 1.6, seen.text("security")
    # the verb ran, in that folder, and understood what it was given
    assert seen.text("journal").count(SPOILT) == 1, seen.text("journal")
    status = json.loads(seen.text("status"))
    assert (status["kind"], status["installed"], status["result"]) == ("systemd", True, 2)
    assert abs(status["last"] - time.time()) < 300
    assert -60 < status["next"] - time.time() < 4300
    # the browser in the hardened service
    journal = seen.text("sandbox-journal")
    assert seen.code("sandbox") == 0, journal
    assert '"outcome": "Connected"' in journal
    assert "credential fake-secret" in journal
    assert "written by svc" in journal
    assert journal.count("Read-only file system") == 3
    assert seen.text("private") == "700 svc\n700 svc\n"
    # taken away again, and only what is ours
    assert (seen.code("edited"), seen.code("keep"), seen.code("remove")) == (2, 2, 0)
    assert "changed by hand" in seen.text("keep")
    assert "nothing was changed" in seen.text("gone")
    assert "jsm-mailbox-runbook.timer" not in seen.text("left")
    assert "jsm-mailbox-runbook.service\n" not in seen.text("left")
    assert "jsm-mailbox-runbook.service.d" in seen.text("left"), "a person's drop-in is not ours"
    assert json.loads(seen.text("status-gone"))["installed"] is False


def test_a_users_systemd_fires_it_and_the_browser_runs_in_it(tmp_path: Path) -> None:
    units = "/home/svc/.config/systemd/user"
    seen = boot(
        tmp_path,
        f"""{SETTINGS}
step deaf {AS_SVC} {PYTHON} -m runbook schedule install --as systemd
install -d -o svc -g svc -m 700 /run/user/$(id -u svc)
systemctl start user@$(id -u svc).service
step install {AS_SVC} {PYTHON} -m runbook schedule install --as systemd
step again {AS_SVC} {PYTHON} -m runbook schedule install --as systemd
{SPOIL}
step fire {AS_SVC} systemctl --user start jsm-mailbox-runbook.service
step journal journalctl _UID=$(id -u svc) --output=cat --no-pager
step status {AS_SVC} {PYTHON} -m runbook schedule status --json
rm "$folder/runbook.toml"
{drop_in(units, "")}
{AS_SVC} systemctl --user daemon-reload
step sandbox {AS_SVC} systemctl --user start jsm-mailbox-runbook.service
step sandbox-journal journalctl _UID=$(id -u svc) --output=cat --no-pager
step remove {AS_SVC} {PYTHON} -m runbook schedule remove --as systemd
step left ls {units} {units}/timers.target.wants
""",
    )
    assert seen.code("deaf") == 2
    assert "systemd of this user does not answer" in seen.text("deaf")
    assert seen.code("install") == 0, seen.text("install")
    assert "enable-linger" in seen.text("install")
    assert "nothing was changed" in seen.text("again")
    assert seen.text("journal").count(SPOILT) == 1, seen.text("journal")
    status = json.loads(seen.text("status"))
    assert (status["installed"], status["result"]) == (True, 2)
    assert seen.code("sandbox") == 0, seen.text("sandbox-journal")
    assert '"outcome": "Connected"' in seen.text("sandbox-journal")
    assert seen.code("remove") == 0, seen.text("remove")
    assert "jsm-mailbox-runbook.timer" not in seen.text("left")


def test_the_real_cron_fires_the_line_and_the_rest_of_the_table_stays_byte_for_byte(tmp_path: Path) -> None:
    table = (
        b"# caf\xe9, in another encoding\r\nMAILTO=svc\n\n5 4 * * * true # 100\\% mine\n#\t@daily old\n6 4 * * * true"
    )
    kept = b"# 1\n# 2\n# 3\n" + table
    seen = boot(
        tmp_path,
        f"""{SETTINGS}
mkdir -p /var/spool/cron/crontabs
printf '{"".join(f"{chr(92)}x{byte:02x}" for byte in kept)}' > /var/spool/cron/crontabs/svc
chown svc:crontab /var/spool/cron/crontabs/svc; chmod 600 /var/spool/cron/crontabs/svc
chmod 777 /out
echo 'EXTRA_OPTS="-L 3"' >> /etc/default/cron  # the journal tells when a command ended
systemctl start cron
step before {TABLE}
step install {AS_SVC} {PYTHON} -m runbook schedule install --as cron
step table {TABLE}
step again {AS_SVC} {PYTHON} -m runbook schedule install --as cron
step table-again {TABLE}
step status {AS_SVC} {PYTHON} -m runbook schedule status --as cron --json
{SPOIL}
# at every minute, for the test; the command stays as it is
sed -E 's/^[0-9]+ (\\* \\* \\* \\* cd )/* \\1/' /out/table > /out/every-minute
step every-minute-installed {AS_SVC} crontab /out/every-minute
grep --max-count=1 END < <(timeout 100 journalctl --follow --lines=all --identifier=CRON --output=cat)
step log cat /home/svc/.local/state/jsm-mailbox-runbook/state/schedule.log
step fired {AS_SVC} {PYTHON} -m runbook schedule status --as cron --json
step keep {AS_SVC} {PYTHON} -m runbook schedule remove --as cron
rm "$folder/runbook.toml"
step remove {AS_SVC} {PYTHON} -m runbook schedule remove --as cron --force
step after {TABLE}
step gone {AS_SVC} {PYTHON} -m runbook schedule remove --as cron
""",
    )
    assert seen.raw("before") == table
    assert seen.code("install") == 0, seen.text("install")
    found = seen.raw("table")
    assert found.startswith(table + b"\n")
    assert found.removeprefix(table + b"\n").count(b"\n") == 1
    assert "nothing was changed" in seen.text("again")
    assert seen.raw("table-again") == found
    status = json.loads(seen.text("status"))
    assert (status["installed"], status["last"]) == (True, None)
    assert -60 < status["next"] - time.time() < 3700
    assert seen.code("every-minute-installed") == 0, seen.text("every-minute-installed")
    # the verb ran, in that folder, and understood what it was given
    assert seen.text("log").count(SPOILT) == 1, seen.text("log")
    assert abs(json.loads(seen.text("fired"))["last"] - time.time()) < 300
    assert seen.code("keep") == 2
    assert "changed by hand" in seen.text("keep")
    assert seen.code("remove") == 0
    assert seen.raw("after") == table + b"\n"
    assert "nothing was changed" in seen.text("gone")
