"""Python's cycle collector, in the thread of the window alone.

Left to itself it runs in whichever thread makes the object that is one too many.  In the worker's it would
destroy what is left of the window's widgets and models there, which Qt does not survive.
"""

from __future__ import annotations

import gc
import time

from PySide6.QtCore import QObject, Qt, QTimer, Slot

_BUSY_MS, _IDLE_MS = 50, 3200  # between two looks: while there is garbage, and after a while without
_SHARE = 0.01  # of the time, at most, is spent on looks through all objects


class Collector(QObject):
    """Collects where Python would, by the same counts, from a timer in the thread that creates it.

    Parameters
    ----------
    parent : QObject, optional
        The owner.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._full_after = 0.0  # on the performance counter: no look through all objects before
        self._timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.CoarseTimer)
        self._timer.timeout.connect(self.collect)

    def is_active(self) -> bool:
        """Tell whether it collects, and Python does not."""
        return self._timer.isActive()

    def start(self) -> None:
        """Take over from Python."""
        gc.disable()
        self._timer.start(_BUSY_MS)

    def stop(self) -> None:
        """Leave it to Python again."""
        self._timer.stop()
        gc.enable()

    @Slot()
    def collect(self) -> None:
        """Collect the oldest generation whose turn it is, if there is one."""
        due = self._due()
        if due is not None:
            begun = time.perf_counter()
            gc.collect(due)
            if due == 2:
                now = time.perf_counter()
                self._full_after = now + (now - begun) / _SHARE
        # An idle program need not wake up twenty times a second.
        idle = min(2 * self._timer.interval(), _IDLE_MS)
        self._timer.start(_BUSY_MS if due is not None else idle)

    def _due(self) -> int | None:
        counts, most = gc.get_count(), gc.get_threshold()
        if counts[2] > most[2] and time.perf_counter() >= self._full_after:
            return 2
        return next((i for i in (1, 0) if counts[i] > most[i]), None)
