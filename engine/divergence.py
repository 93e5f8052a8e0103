"""Steps that are taken back where they leave the finite numbers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from engine.snapshot import Divergence

if TYPE_CHECKING:
    from engine.machine import Machine, State

CHUNK_SECONDS = 0.005
COPY_SHARE = 20  # a chunk takes so many times longer than to copy the state before it


class Guard:
    """Takes the steps of a machine in chunks, and keeps its last finite state."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self.earlier: State | None = None  # before the last step
        self._chunk_seconds = CHUNK_SECONDS
        self._seconds_per_step = 0.0

    def chunk(self) -> int:
        """Return how many steps to take without coming back to Python."""
        return max(1, int(self._chunk_seconds / self._seconds_per_step)) if self._seconds_per_step else 1

    def take(self, steps: int) -> Divergence | None:
        """Take some steps; where they leave the finite numbers, go back to the last state that had not."""
        machine = self._machine
        begin = time.perf_counter()
        before = machine.state()
        self._chunk_seconds = max(CHUNK_SECONDS, COPY_SHARE * (time.perf_counter() - begin))
        if self._all_finite(steps, before):
            self._seconds_per_step = (time.perf_counter() - begin) / steps
            return None
        # One step at a time from the last good state, so that what is kept does not depend on the chunks.
        machine.restore(before)
        good, earlier = before, self.earlier
        while (taken := machine.step(1)) == 1 and machine.is_finite():
            good, earlier = machine.state(), good
        # Parameters may be finite and their loss not: then those before them are the last to be of use.
        machine.restore(good if taken or earlier is None else earlier)
        self.earlier = None
        return Divergence(
            machine.epoch,
            machine.step_count,
            f"training diverged after step {machine.step_count} (epoch {machine.epoch}): the loss or a "
            "weight is no longer a finite number; the last finite weights are kept. Lower the learning rate, "
            "or reset",
        )

    def _all_finite(self, steps: int, before: State) -> bool:
        """Take some steps, remembering the state before the last; tell whether all numbers stayed finite."""
        machine = self._machine
        if steps > 1:
            if machine.step(steps - 1) < steps - 1:
                return False
            before = machine.state()
        if machine.step(1) < 1 or not machine.is_finite():
            return False
        self.earlier = before
        return True
