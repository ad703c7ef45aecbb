"""A display of its own for tests that need a window: Xvfb, and what it really shows.

Xvfb itself keeps its screen in a file (`-fbdir`), in the format of `xwd`, so that no further program is needed to look at it.
"""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

XVFB = shutil.which("Xvfb")
ABSENT = "there is no Xvfb: apt-get install xvfb"
WIDE, HIGH = 1400, 1000
HEADER = struct.Struct(">25I")


@dataclass(frozen=True)
class Display:
    """A running Xvfb. `name` goes into DISPLAY."""

    name: str
    folder: Path

    def lines_of(self, colour: tuple[int, int, int], *, at_least: int) -> list[int]:
        """The lines of the screen, 0 at the top, that have at least so many pixels of exactly this red, green and blue."""
        raw = (self.folder / "Xvfb_screen0").read_bytes()
        size, line, colours = (HEADER.unpack_from(raw)[at] for at in (0, 12, 19))
        start = size + colours * 12  # a colour map that a true colour screen does not use
        red, green, blue = colour
        pixel = re.compile(re.escape(bytes((blue, green, red))) + b".", re.DOTALL)
        rows = (raw[start + y * line : start + y * line + WIDE * 4] for y in range(HIGH))
        return [y for y, row in enumerate(rows) if sum(at.start() % 4 == 0 for at in pixel.finditer(row)) >= at_least]


@contextmanager
def display() -> Iterator[Display]:
    """Runs Xvfb on the first free display for the length of the block."""
    assert XVFB, ABSENT
    read, write = os.pipe()
    with TemporaryDirectory() as folder, os.fdopen(read) as told:
        screen = ["-screen", "0", f"{WIDE}x{HIGH}x24", "-fbdir", folder]
        server = subprocess.Popen(
            [XVFB, "-displayfd", str(write), *screen, "-nolisten", "tcp", "-noreset"],
            pass_fds=[write],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(write)
        try:
            number = told.readline().strip()
            assert number, "Xvfb did not start"
            yield Display(f":{number}", Path(folder))
        finally:
            server.terminate()
            server.wait(10)
