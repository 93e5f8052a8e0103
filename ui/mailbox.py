"""What crosses between the window and the worker: commands there, one frame and reports back."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine.errors import UnfoldError
    from engine.experiment import Experiment
    from engine.snapshot import Frame


@dataclass(frozen=True)
class Load:
    """Train this from its initial weights, whatever was trained before."""

    experiment: Experiment
    generation: int


@dataclass(frozen=True)
class Edit:
    """Go on with this experiment, keeping what can be kept."""

    experiment: Experiment
    generation: int


@dataclass(frozen=True)
class Reset:
    """Back to the initial weights and epoch 0."""

    generation: int


@dataclass(frozen=True)
class Play:
    """Train or pause; ``serial`` tells a later Stopped which Play it ends."""

    running: bool
    serial: int


@dataclass(frozen=True)
class Step:
    """Train one batch, or to the end of the epoch."""

    epoch: bool


@dataclass(frozen=True)
class LoadWeights:
    """Take the parameters of a file."""

    path: Path


@dataclass(frozen=True)
class ExportWeights:
    """Write the parameters to a file."""

    path: Path


Command: TypeAlias = Load | Edit | Reset | Play | Step | LoadWeights | ExportWeights


@dataclass(frozen=True)
class Stopped:
    """Training has ended by itself: it diverged, or a stop rule holds."""

    serial: int


@dataclass(frozen=True)
class Problem:
    """Something the user can act on; nothing was changed."""

    error: UnfoldError


@dataclass(frozen=True)
class Failure:
    """A fault of the program: its traceback."""

    trace: str


@dataclass(frozen=True)
class Preparing:
    """The engine is not ready yet; ``how`` is "" once it is."""

    how: str


@dataclass(frozen=True)
class WeightsLoaded:
    """The parameters of this file are in use."""

    path: Path


@dataclass(frozen=True)
class WeightsExported:
    """The parameters are in this file now."""

    path: Path


Report: TypeAlias = Stopped | Problem | Failure | Preparing | WeightsLoaded | WeightsExported


class Mailbox:
    """One slot for the newest frame, and every report, in order.

    Parameters
    ----------
    wake : callable
        Tells the reader that there is something to take; not called again before it has taken it.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._lock = threading.Lock()
        self._frame: Frame | None = None
        self._reports: list[Report] = []
        self._awake = False

    def put(self, item: Frame | Report) -> None:
        """Leave a report, or a frame in place of one not taken yet."""
        with self._lock:
            if isinstance(item, Report):
                self._reports.append(item)
            else:
                self._frame = item
            asleep, self._awake = not self._awake, True
        if asleep:
            self._wake()

    def take(self) -> tuple[Frame | None, list[Report]]:
        """Take everything out."""
        with self._lock:
            frame, self._frame = self._frame, None
            reports, self._reports = self._reports, []
            self._awake = False
        return frame, reports
