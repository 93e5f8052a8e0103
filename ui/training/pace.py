"""How much to train at a time, and how fast it went."""

from __future__ import annotations

import time

CHUNK_SECONDS = 0.005
RATE_SECONDS = 0.4
_LARGEST_GROWTH = 8.0
_MOST_BATCHES = 10_000_000


class Pace:
    """Adapts the number of batches in a chunk from the time the last ones took."""

    def __init__(self) -> None:
        self._batches = 1.0

    def batches(self) -> int:
        """Return how many batches take about 5 ms."""
        return max(1, int(self._batches))

    def measured(self, batches: int, seconds: float) -> None:
        """Learn from a chunk that has been trained."""
        fitting = batches * CHUNK_SECONDS / max(seconds, 1e-7)
        # Slowly up, since the first chunks may be lucky; at once down, since the window waits.
        self._batches = min(max(1.0, fitting), _LARGEST_GROWTH * batches, _MOST_BATCHES)

    def forget(self) -> None:
        """Begin anew with a network of another size."""
        self._batches = 1.0


class Rates:
    """Samples and epochs a second of wall time while training, over the last half second or so."""

    def __init__(self) -> None:
        self.samples = self.epochs = 0.0
        self.stop()

    def stop(self) -> None:
        """Training pauses; nothing is known until it goes on."""
        self.samples = self.epochs = 0.0
        self._since = 0.0
        self._samples = self._epochs = 0.0

    def count(self, samples: float, epochs: float) -> None:
        """Add what has just been trained."""
        now = time.perf_counter()
        if not self._since:
            self._since = now
            return  # how long this took is not known
        self._samples += samples
        self._epochs += epochs
        elapsed = now - self._since
        first = not self.epochs and elapsed > RATE_SECONDS / 4
        if first or elapsed > RATE_SECONDS:
            self.samples = self._samples / elapsed
            self.epochs = self._epochs / elapsed
            self._since, self._samples, self._epochs = now, 0.0, 0.0
