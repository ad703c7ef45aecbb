"""Every step of the runbook meets every fault: `python -m tests.faults`."""
