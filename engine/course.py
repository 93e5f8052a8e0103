"""The course of a run: step after step, until it diverges or a stop rule holds."""

from __future__ import annotations

import operator
import time
from typing import TYPE_CHECKING

from engine.divergence import Guard
from engine.kernels import layout
from engine.stopping import Watch

if TYPE_CHECKING:
    from engine.machine import Machine
    from engine.snapshot import Divergence, Finish


class Course:
    """Takes the steps of a machine, and knows how training has ended by itself.

    Parameters
    ----------
    machine : Machine
        What is trained.

    Attributes
    ----------
    guard, watch
        Who looks for a divergence and after the stop rules.
    diverged, finished
        How training has ended by itself, None while it has not.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self.guard, self.watch = Guard(machine), Watch()
        self.diverged: Divergence | None = None
        self.finished: Finish | None = None

    @property
    def goes_on(self) -> bool:
        """Whether training has not ended by itself."""
        return self.diverged is None and self.finished is None

    @property
    def batches_per_epoch(self) -> int:
        """Steps of one whole epoch."""
        learning = self._machine.learning
        return -(-int(learning.order.size) // int(learning.counters[layout.BATCH]))

    @property
    def batch(self) -> int:
        """Steps already taken of the present epoch; 0 between two epochs."""
        counters = self._machine.learning.counters
        return -(-int(counters[layout.POSITION]) // int(counters[layout.BATCH]))

    def advance(self, epochs: int | None, batches: int | None) -> bool:
        """Train; see `Trainer.advance`."""
        given = [amount for amount in (epochs, batches) if amount is not None]
        if len(given) != 1:
            raise TypeError("advance takes either epochs or batches")
        amount = operator.index(given[0])  # other integers than int would be compiled for anew
        if amount < 0:
            raise ValueError(f"advance cannot go back: {amount}")
        machine = self._machine
        left = self._batches_of(amount) if batches is None else amount
        while left > 0 and self.goes_on:
            size = min(left, self._chunk_size())
            begin = time.perf_counter()
            self.diverged = self.guard.take(size)
            self.watch.seconds += time.perf_counter() - begin
            left -= size
            if self.batch == 0 and self.diverged is None:
                stop = machine.experiment.training.stop
                self.finished = self.watch.finish(machine, stop, machine.epoch, machine.step_count)
        return self.goes_on

    def _chunk_size(self) -> int:
        """Return how many steps to take without coming back to Python."""
        size = self.guard.chunk()
        stop = self._machine.experiment.training.stop
        if Watch.is_needed(stop) or self._machine.plateau is not None:
            return min(size, self._batches_of(1))
        if stop.epochs is not None:
            return min(size, max(1, self._batches_of(max(1, stop.epochs - self._machine.epoch))))
        if stop.seconds is not None and size > self._batches_of(1):  # to the end of an epoch
            return size - (size - self._batches_of(1)) % self.batches_per_epoch
        return size

    def _batches_of(self, epochs: int) -> int:
        """Return the steps to the end of the so-many-th epoch from here."""
        counters = self._machine.learning.counters
        if epochs == 0:
            return 0
        remaining = int(self._machine.learning.order.size) - int(counters[layout.POSITION])
        return (epochs - 1) * self.batches_per_epoch - (-remaining // int(counters[layout.BATCH]))
