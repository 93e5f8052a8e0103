"""A progress bar for terminals."""

from __future__ import annotations

import shutil
import time
from typing import TextIO


class Bar:
    """A progress bar, on a terminal only, redrawn at most ten times a second."""

    def __init__(self, total: int, stream: TextIO, wanted: bool = True) -> None:
        self.total, self.stream = total, stream
        self.visible = wanted and stream.isatty() and total > 0
        self.begin = time.perf_counter()
        self.next = self.begin + 0.2

    def show(self, done: int) -> None:
        """Draw the bar for so many epochs."""
        now = time.perf_counter()
        if not self.visible or (now < self.next and done < self.total):
            return
        self.next = now + 0.1
        filled = 30 * done // self.total
        left = (now - self.begin) / max(done, 1) * (self.total - done)
        text = f"[{'#' * filled}{'.' * (30 - filled)}] epoch {done:,} of {self.total:,}, {left:.0f} s left"
        width = shutil.get_terminal_size().columns - 1  # a line that wraps could not be drawn over
        self.stream.write(f"\r{text[:width]}\033[K")
        self.stream.flush()

    def close(self) -> None:
        """Clear the line."""
        if self.visible:
            self.stream.write("\r\033[K")
            self.stream.flush()
