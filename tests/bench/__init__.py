"""Speed and memory of `connect` against a bare script that makes the same clicks: `python -m tests.bench`."""
