"""The curves of a run, kept within bounds however long it trains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.snapshot import History

if TYPE_CHECKING:
    from numpy.typing import NDArray

CAPACITY = 4096


@dataclass(frozen=True, eq=False)
class Curves:
    """What a recorder held at one moment; ``points`` is float64 (3, n): epochs, train and test losses."""

    points: NDArray[np.float64]
    stride: int
    since_kept: int


class Recorder:
    """Losses over epochs, evenly thinned.

    When full, every other point goes, and from then on only every other one is kept.  The newest point is
    always there.

    Parameters
    ----------
    capacity : int
        Most points ever kept; even.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._points = np.full((3, capacity), np.nan)
        self.clear()

    def clear(self) -> None:
        """Forget all points."""
        self._count = 0
        self._stride = 1  # one point in so many appended ones is kept for good
        self._since_kept = 0

    def append(self, epoch: float, train: float, test: float) -> None:
        """Add a point in place of those at its epoch and beyond, which a run that has gone back redoes.

        Parameters
        ----------
        epoch : float
            Where the run stands.
        train, test : float
            The losses, NaN where a part has no rows.
        """
        last = self._count - 1
        if last >= 0 and self._points[0, last] == epoch:
            self._points[:, last] = epoch, train, test
            return
        if last >= 0 and self._points[0, last] > epoch:
            self._count = int(np.searchsorted(self._points[0, : self._count], epoch))
            self._since_kept = self._stride  # so that what is left stays
            last = self._count - 1
        # The last point is provisional until it is `stride` appends away from the last kept one.
        if last >= 1 and self._since_kept < self._stride:
            self._points[:, last] = epoch, train, test
            self._since_kept += 1
            return
        if self._count == self._points.shape[1]:
            self._thin()
        self._points[:, self._count] = epoch, train, test
        self._count += 1
        self._since_kept = 1

    def _thin(self) -> None:
        kept = (self._count + 1) // 2
        self._points[:, :kept] = self._points[:, : self._count : 2].copy()
        self._count = kept
        self._stride *= 2

    def view(self) -> History:
        """Return the curves so far as read-only copies."""
        points = self._points[:, : self._count].copy()
        points.setflags(write=False)
        return History(points[0], points[1], points[2])

    def state(self) -> Curves:
        """Return all there is, to go back to."""
        return Curves(self._points[:, : self._count].copy(), self._stride, self._since_kept)

    def restore(self, curves: Curves) -> None:
        """Go back to what ``state`` of a recorder of this capacity has returned."""
        self._count = curves.points.shape[1]
        self._points[:, : self._count] = curves.points
        self._stride, self._since_kept = curves.stride, curves.since_kept
