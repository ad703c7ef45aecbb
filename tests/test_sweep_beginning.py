"""How a sweep begins: which channels are meant, and the random wait when nobody is watching."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from stranger import Stranger, somebody
from sweeping import channel

from runbook import verbs_sweep
from runbook.errors import ConfigError
from runbook.settings import Settings

GIVEN: dict[str, Any] = {"projects": (), "all_channels": False, "delay": None}


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[Stranger]:
    with somebody(tmp_path) as found:
        yield found


def settings(*keys: str, default: str | None = None) -> Settings:
    return Settings(channels={key: channel(key) for key in keys}, default_project=default)


# --- which channels


def test_without_a_name_the_only_channel_is_meant_or_the_one_of_the_settings() -> None:
    assert [each.project for each in verbs_sweep._chosen(settings("AA"), GIVEN)] == ["AA"]
    assert [each.project for each in verbs_sweep._chosen(settings("AA", "BB", default="BB"), GIVEN)] == ["BB"]


def test_without_a_name_several_channels_are_not_guessed_between_and_all_is_offered() -> None:
    with pytest.raises(ConfigError, match="There are 2 channels, and none is named") as caught:
        verbs_sweep._chosen(settings("AA", "BB"), GIVEN)
    assert caught.value.remedy == "Give --all, or --project KEY. Configured: AA, BB."


# --- the wait


async def test_the_wait_is_a_random_part_of_the_longest_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    waited, told = list[float](), list[str]()

    async def wait(seconds: float) -> None:
        waited.append(seconds)

    with monkeypatch.context() as patch:
        patch.setattr(asyncio, "sleep", wait)
        for _ in range(200):
            await verbs_sweep._delayed(120.0, lambda event: told.append(event["text"]))  # type: ignore[arg-type]
        await verbs_sweep._delayed(0.0, lambda event: told.append(event["text"]))  # type: ignore[arg-type]
    assert len(waited) == len(told) == 200
    assert all(0 <= seconds <= 120 for seconds in waited)
    assert len(set(waited)) > 100
    assert told[-1] == f"Waiting {waited[-1]:.0f} s, because nobody is watching (--delay 0 begins at once)."


@pytest.mark.parametrize(
    ("delay", "terminal", "longest"), [(None, False, 90.0), (None, True, 0.0), (0, False, 0.0), (7, True, 7.0)]
)
def test_who_is_watched_does_not_wait_unless_told_to(
    delay: int | None, terminal: bool, longest: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stream:
        def isatty(self) -> bool:
            return terminal

    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(verbs_sweep.sys, name, Stream())
    prepared = verbs_sweep.Prepared(None, Settings(), [], {}, 90.0)  # type: ignore[arg-type]
    assert verbs_sweep._longest({**GIVEN, "delay": delay}, prepared) == longest


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_sweep_that_is_ended_while_it_waits_has_done_nothing(stranger: Stranger) -> None:
    stranger.settings(RUNBOOK_PROJECT="HELP")
    with stranger.begin("reauthorize", "--delay", "86400", "--json") as running:
        assert running.stdout
        first = json.loads(running.stdout.readline())
        assert first["text"].startswith("Waiting ")
        os.kill(running.pid, signal.SIGTERM)
        last = json.loads(running.stdout.read().splitlines()[-1])
        assert running.wait(60) == 20
    assert (last["outcome"], last["reason"]) == ("Transient", "interrupted")
    assert last["cause"] == "The sweep was interrupted before it did anything."
    assert not list(stranger.folder.rglob("state.db"))
