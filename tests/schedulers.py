"""The schedulers' own tools, played by scripts for the PATH: each keeps what it is told in one folder. systemctl knows its units'
state, schtasks its task, crontab its table."""

from __future__ import annotations

from pathlib import Path

SYSTEMCTL = """
echo "$*" >> calls
[ "$1" = --user ] && shift
case "$1" in
  enable) touch enabled ;;
  restart) touch active ;;
  disable) rm -f enabled active ;;
  show)
    [ -e mute ] && { echo "Failed to connect to bus: No medium found" >&2; exit 1; }
    [ -e active ] && echo ActiveState=active || echo ActiveState=inactive
    [ -e enabled ] && echo UnitFileState=enabled
    echo "NextElapseUSecRealtime=Wed 2026-11-25 16:41:59 UTC"
    echo "ExecMainExitTimestamp=Wed 2026-11-25 15:42:07 UTC"
    echo ExecMainStatus=10 ;;
esac
"""
CRONTAB = """
case "$1" in
  -l) [ -e forbidden ] && { echo "You (svc) are not allowed to use this program (crontab)" >&2; exit 1; }
      [ -e table ] || { echo "no crontab for svc" >&2; exit 1; }
      sed 's/\\r/\\\\r/g' table ;;
  -) echo write >> calls; cat > table ;;
  -e) echo edit >> calls; [ -e table ] || : > table; cp table edited; "$VISUAL" "$PWD/edited" && mv edited table ;;
esac
"""
LAUNCHCTL = """
echo "$*" >> calls
case "$1" in
  bootstrap) touch loaded ;;
  bootout) rm loaded ;;
  print) [ -e loaded ] || exit 113; echo "	last exit code = 10" ;;
esac
"""
SCHTASKS = """
echo "$*" >> calls
case "$1" in
  /Create) cp "$5" task ;;
  /Delete) rm task ;;
  /Query) [ -e task ] || exit 1
    [ "$4" = /XML ] && cat task || printf '"PC","\\\\jsm","25.11.2026 17:35:00","Ready","x","25.11.2026 16:35:12","10","ada"\\r\\n' ;;
esac
"""
KUBECTL = """
[ -e deaf ] && { echo "error: no configuration has been provided" >&2; exit 1; }
[ -e job ] && echo '{"status": {"lastScheduleTime": "2026-11-25T15:35:00Z"}}'
exit 0
"""
TOOLS = {"systemctl": SYSTEMCTL, "crontab": CRONTAB, "launchctl": LAUNCHCTL, "schtasks": SCHTASKS, "kubectl": KUBECTL}


def tools_in(folder: Path) -> tuple[Path, Path]:
    """Writes them. Returns their folder, and the one where they keep what they were told."""
    scripts, kept = folder / "bin", folder / "kept"
    for each in (scripts, kept):
        each.mkdir()
    for name, text in TOOLS.items():
        (scripts / name).write_text(f"#!/bin/sh\ncd '{kept}' || exit 1\n{text}", encoding="utf-8")
        (scripts / name).chmod(0o755)
    return scripts, kept
