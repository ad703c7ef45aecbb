"""What the settings say in the place of options that are not given."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from stranger import within

from runbook.beginning import Beginning, filled
from runbook.errors import ConfigError
from runbook.redact import Redactor
from runbook.settings import Settings

NOTHING: dict[str, Any] = {
    **dict.fromkeys(("rescue", "jobs", "metrics", "log_file", "log_format", "config", "sandbox_state", "scenario")),
    "sandbox": False,
    "fault": (),
    "projects": (),
}
SAID = {"rescue": True, "jobs": 4, "log_format": "json"}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    toml = '[defaults]\nrescue = true\njobs = 4\nmetrics = "x.prom"\nlog_file = "x.log"\nlog_format = "json"\n'
    (tmp_path / "runbook.toml").write_text(toml)
    return tmp_path


def begun(**given: Any) -> dict[str, Any]:
    """The options that are not nothing, after the settings were asked."""
    with ExitStack() as stack:
        begins = Beginning({**NOTHING, **given}, Redactor(), tells=False)
        begins.open(stack)
        return {key: value for key, value in begins.given.items() if value != NOTHING[key]}


def test_the_settings_stand_for_what_is_not_given(here: Path) -> None:
    assert begun() == {**SAID, "metrics": here / "x.prom", "log_file": here / "x.log"}
    mine = {"rescue": False, "jobs": 1, "metrics": here / "a", "log_file": here / "b", "log_format": "console"}
    assert begun(**mine) == mine


def test_the_sandbox_takes_nothing_of_the_settings(here: Path) -> None:
    assert begun(sandbox=True) == {"sandbox": True, "rescue": False, "jobs": 2}


def test_a_format_without_a_log_says_nothing_unless_it_was_asked_for(here: Path) -> None:
    (here / "runbook.toml").write_text('[defaults]\nlog_format = "json"\n')
    assert begun() == {"rescue": False, "jobs": 2}
    with pytest.raises(ConfigError, match="--log-format is for a log"):
        begun(log_format="json")


def test_a_verb_has_only_the_settings_that_it_has_an_option_for() -> None:
    given = {"log_file": None, "log_format": None}
    assert filled(given, Settings(rescue=True, jobs=3)) == given


@pytest.mark.parametrize("args", [("check", "--all"), ("reauthorize", "--all"), ("connect", "--project", "HELP")])
def test_a_verb_writes_the_log_that_the_settings_name(here: Path, args: tuple[str, ...]) -> None:
    assert within(*args).code == 2
    [line] = [json.loads(line) for line in (here / "x.log").read_text().splitlines()]
    assert (line["event"], line["exit_code"]) == ("ended", 2)


def test_what_only_the_log_of_the_options_can_take_is_taken(here: Path) -> None:
    """The settings cannot be read, and the option names a log."""
    (here / "runbook.toml").write_text("nonsense = 1\n")
    for verb in (("check", "--all"), ("reauthorize", "--all"), ("connect", "--project", "HELP")):
        assert within(*verb, "--log-file", f"{verb[0]}.log").code == 2
        assert "nonsense" in (here / f"{verb[0]}.log").read_text()
