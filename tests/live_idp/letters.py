"""Mail that keeps arriving while something else goes on, and the wait for what becomes of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def mail_every(seconds: float, deliver: Callable[[int], None]) -> Iterator[None]:
    """Somebody writes as long as the block lasts; `deliver` takes the number of the mail."""
    end = threading.Event()

    def write() -> None:
        number = 0
        while not end.wait(seconds):
            number += 1
            deliver(number)

    writing = threading.Thread(target=write)
    writing.start()
    try:
        yield
    finally:
        end.set()
        writing.join()


def until(true: Callable[[], bool], limit: float) -> None:
    """Waits until it is so, or until it is too long; whoever asks looks then."""
    end = time.monotonic() + limit
    while time.monotonic() < end and not true():
        time.sleep(0.05)
