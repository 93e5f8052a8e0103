"""Doing often wished work seldom: at most so many times a second, and once more for the last wish."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from collections.abc import Callable


class Throttle(QObject):
    """Calls a function for wishes, though not for each.

    Parameters
    ----------
    work : callable
        What to do.
    seconds : float
        How long to let pass between two times.
    parent : QObject
        The owner; nothing is called after it is gone.
    """

    def __init__(self, work: Callable[[], None], seconds: float, parent: QObject) -> None:
        super().__init__(parent)
        self._work, self._seconds = work, seconds
        self._done_at = 0.0
        self._later = QTimer(self, singleShot=True)
        self._later.timeout.connect(self.now)

    def wish(self) -> None:
        """Do it now if it was long ago, else soon."""
        left = self._done_at + self._seconds - time.perf_counter()
        if left <= 0:
            self.now()
        elif not self._later.isActive():
            self._later.start(round(left * 1000))

    def now(self) -> None:
        """Do it at once."""
        self._later.stop()
        self._done_at = time.perf_counter()
        self._work()

    def drop(self) -> None:
        """Forget a wish."""
        self._later.stop()
