"""Whether anything grows when the runbook is run again and again: `python -m tests.soak [--runs 300] [--minutes 30]`."""
