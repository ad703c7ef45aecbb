"""A machine of its own under a real systemd: this one's files under an overlay that is thrown away, in a container without network.

What a script does there (accounts, units, crontabs) is gone afterwards, and nothing of it reaches this machine.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
PYTHON = "/opt/env/bin/python"

# In a mount namespace of its own: nothing of it is seen outside, and all of it goes away with it.
OUTSIDE = """
set -e
mount --make-rprivate /
mount -t tmpfs tmpfs "$1"
mkdir "$1"/upper "$1"/work "$1"/root
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
"""
BOOT = (
    OUTSIDE
    + """
root=$1/root; out=$2; shift 2
cp "$out/script.service" "$root/etc/systemd/system/"
exec systemd-nspawn --quiet --directory="$root" --private-network --register=no --keep-unit --boot --machine=runbook-test \
  --bind="$out:/out" "$@" systemd.unit=script.service
"""
)
SERVICE = """
[Unit]
After=basic.target dbus.service
Wants=dbus.socket
[Service]
Type=oneshot
ExecStart=/out/script
ExecStopPost=/usr/bin/systemctl --no-block exit
"""
PROLOGUE = r"""#!/bin/bash
exec > /out/script.log 2>&1
# The interpreter may be in root's own home, which is another file here.
for each in {parents}; do chmod a+rx "$each"; done
python_home={base}
"$python_home" -m venv --without-pip /opt/env
printf '/opt/site-packages\n/opt/src\n' > /opt/env/lib/python{version}/site-packages/here.pth
useradd --create-home svc
# Runs a command: what it prints is in /out/NAME, its exit code in /out/NAME.code.
step() {{ local name=$1; shift; "$@" > "/out/$name" 2>&1 < /dev/null; echo $? > "/out/$name.code"; }}
"""


@dataclass(frozen=True)
class Seen:
    """What the script's steps printed."""

    folder: Path

    def text(self, step: str) -> str:
        return (self.folder / step).read_text(encoding="utf-8")

    def raw(self, step: str) -> bytes:
        return (self.folder / step).read_bytes()

    def code(self, step: str) -> int:
        return int(self.text(f"{step}.code"))


@cache
def missing() -> str:
    """Why no machine can be booted here; empty where one can."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        return "only root on Linux can boot a container"
    if not (shutil.which("systemd-nspawn") and shutil.which("unshare") and Path("/lib/systemd/systemd").exists()):
        return "there is no systemd-nspawn: apt-get install systemd systemd-container"
    folder = Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())
    tried = subprocess.run(
        ["unshare", "--mount", "bash", "-c", OUTSIDE, "outside", folder], capture_output=True, text=True, check=False
    )
    folder.rmdir()
    return f"this machine does not let root mount: {tried.stderr.strip()}" if tried.returncode else ""


def boot(folder: Path, script: str, seconds: float = 200) -> Seen:
    """Boots the machine, runs the script in bash as root (with `step`, an account `svc`, and PYTHON), shuts it down."""
    out, machine = folder / "out", folder / "machine"
    out.mkdir()
    machine.mkdir()
    base = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    parents = " ".join(f"'{each}'" for each in base.parents if each != Path("/"))
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    (out / "script").write_text(PROLOGUE.format(parents=parents, base=base, version=version) + script, encoding="utf-8")
    (out / "script").chmod(0o755)
    (out / "script.service").write_text(SERVICE, encoding="utf-8")
    binds = [f"--bind-ro={sysconfig.get_paths()['purelib']}:/opt/site-packages", f"--bind-ro={ROOT}:/opt/src"]
    done = subprocess.run(
        ["unshare", "--mount", "bash", "-c", BOOT, "boot", machine, out, *binds],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds, check=False,
    )  # fmt: skip
    said = done.stdout.decode(errors="replace")
    assert (out / "script.log").exists(), f"the machine did not boot:\n{said[-3000:]}"
    return Seen(out)
