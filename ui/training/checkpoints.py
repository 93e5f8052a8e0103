"""What the worker keeps so that undo and redo bring the weights back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.checkpoint import Checkpoint
    from engine.history import Curves

MOST_BYTES = 256 << 20


@dataclass(frozen=True, eq=False)
class Moment:
    """A run as it stood: all that was learned, and its curves."""

    checkpoint: Checkpoint
    curves: Curves
    taken_back: int | None


class Checkpoints:
    """One moment a command of the undo history: before it where it is done, after it where it is undone.

    Parameters
    ----------
    most_bytes : int
        All moments together take no more; the oldest go first.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._moments: dict[int, Moment] = {}  # by serial, the oldest first
        self._known: set[int] = set()

    def knows(self, serial: int) -> bool:
        """Tell whether a moment of a command was ever kept, though there may have been no room for it."""
        return serial in self._known

    def keep(self, serial: int, moment: Moment) -> None:
        """Keep a moment in place of the one that a command had."""
        self._known.add(serial)
        self._moments.pop(serial, None)
        self._moments[serial] = moment
        while self._moments and self.bytes > self._most_bytes:
            del self._moments[next(iter(self._moments))]

    def of(self, serial: int) -> Moment | None:
        """Return the moment of a command, if it was kept."""
        return self._moments.get(serial)

    def forget(self, serials: Iterable[int]) -> None:
        """Drop what belongs to commands that are gone."""
        for serial in serials:
            self._moments.pop(serial, None)
            self._known.discard(serial)

    def clear(self) -> None:
        """Drop everything."""
        self._moments.clear()
        self._known.clear()

    @property
    def bytes(self) -> int:
        """The size of all arrays that are kept; what moments share counts once."""
        arrays = {
            id(array): array.nbytes for one in self._moments.values() for array in one.checkpoint.arrays()
        }
        return sum(arrays.values()) + sum(one.curves.points.nbytes for one in self._moments.values())
