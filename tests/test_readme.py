"""The README tells the truth: every verb's help stands in it as it is, and what it names exists. `python tests/test_readme.py`
writes the help into it."""

from __future__ import annotations

import re
from pathlib import Path

import click
from click.testing import CliRunner

from flows import CONNECT
from runbook import errors
from runbook.cli import main

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
HELP = re.compile(r"(<!-- help -->\n).*?(<!-- /help -->)", re.DOTALL)


def helps() -> str:
    """The help of every verb, as Markdown."""
    assert isinstance(main, click.Group)
    runner = CliRunner()
    parts = []
    for verb in main.commands:
        shown = runner.invoke(main, [verb, "--help"], prog_name="python -m runbook", terminal_width=100)
        parts.append(f"### {verb}\n\n```\n{shown.output.rstrip()}\n```\n")
    return "\n".join(parts)


def with_help(text: str) -> str:
    """The README with today's help in it."""
    return HELP.sub(lambda found: f"{found[1]}\n{helps()}\n{found[2]}", text)


def test_every_verbs_help_stands_in_the_readme() -> None:
    text = README.read_text(encoding="utf-8")
    assert text == with_help(text), "run `python tests/test_readme.py`"


def test_every_file_that_the_readme_names_exists() -> None:
    text = README.read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:tests|flows|runbook)/[\w./]+\.py)`", text)) | set(
        re.findall(r"\]\((?!http|#)([^)]+)\)", text)
    )
    assert len(named) > 15
    assert not [name for name in named if not (ROOT / name).exists() and "NAME" not in name]


def test_every_step_and_every_ending_stands_in_the_readme() -> None:
    text = README.read_text(encoding="utf-8")
    assert all(f"| {number} | {step.title}" in text for number, step in enumerate(CONNECT, 1))
    endings = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and kind.__base__ is errors.RunbookError
    ]
    assert len(endings) == 10
    assert all(f"| {kind.exit_code} | `{kind.__name__}` |" in text for kind in endings)


if __name__ == "__main__":
    README.write_text(with_help(README.read_text(encoding="utf-8")), encoding="utf-8")
