"""Blocking work beside the event loop holds nothing that nobody waits for any more."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from runbook.aside import entered_aside


class Lock:
    """A lock whose taking is seen and held up by the test."""

    def __init__(self) -> None:
        self.asked, self.given, self.let_go = threading.Event(), threading.Event(), threading.Event()

    @contextmanager
    def hold(self) -> Iterator[str]:
        self.asked.set()
        assert self.given.wait(30)
        try:
            yield "held"
        finally:
            self.let_go.set()


async def test_a_context_is_entered_in_a_thread_and_left_with_the_block() -> None:
    lock = Lock()
    lock.given.set()
    async with entered_aside(lock.hold()) as got:
        assert got == "held"
        assert not lock.let_go.is_set()
    assert lock.let_go.is_set()


async def test_a_context_is_left_when_its_block_fails() -> None:
    lock = Lock()
    lock.given.set()
    with pytest.raises(KeyError):
        async with entered_aside(lock.hold()):
            raise KeyError
    assert lock.let_go.is_set()


async def test_what_cannot_be_entered_says_why() -> None:
    @contextmanager
    def refused() -> Iterator[None]:
        raise ValueError("no")
        yield

    with pytest.raises(ValueError, match="no"):
        async with entered_aside(refused()):
            raise AssertionError


async def test_who_is_cancelled_while_waiting_gives_back_what_comes_later() -> None:
    lock = Lock()

    async def wait_for_it() -> None:
        async with entered_aside(lock.hold()):
            raise AssertionError("it was not given yet")

    waiting = asyncio.create_task(wait_for_it())
    assert await asyncio.to_thread(lock.asked.wait, 30)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not lock.let_go.is_set()
    lock.given.set()
    assert await asyncio.to_thread(lock.let_go.wait, 30)
