"""The runbook where the temporary folder is one as any other: a service of systemd has its own, and none is installed from there."""

from runbook.cli import main
from runbook.schedule import systemd

if __name__ == "__main__":
    systemd.HIDDEN = ()
    main()
