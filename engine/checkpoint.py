"""The whole state of a run at one moment, to go back to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.kernels import layout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from engine.data import PreparedData
    from engine.experiment import Experiment
    from engine.floats import Floats
    from engine.machine import State, Voices
    from engine.snapshot import Divergence, Finish
    from engine.stopping import Watch


# What `Machine.state` holds, in its order.
PARTS = (
    "parameters",
    "statistics",
    "slots",
    "counters",
    "order",
    "losses",
    "order_state",
    "dropout_state",
    "noise_state",
)


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """What `Trainer.checkpoint` returns and `Trainer.restore` takes; nothing in it ever changes.

    Parameters
    ----------
    experiment : Experiment
        The document.
    data : PreparedData
        Its data.
    state : tuple
        What a step changes: parameters, optimizer slots, counters, random streams, ...
    voices : dict
        What the muted weights are when they are not muted.
    gradient : float32 array
        Of the last step.
    earlier : tuple or None
        The state before the last step, where a divergence in the next one goes back to.
    watch : Watch
        What early stopping has seen.
    diverged, finished
        How training has ended by itself, if it has.
    """

    experiment: Experiment
    data: PreparedData
    state: State
    voices: Voices
    gradient: Floats
    earlier: State | None
    watch: Watch
    diverged: Divergence | None
    finished: Finish | None

    @property
    def step(self) -> int:
        """How many steps the run has taken."""
        return int(self.state[0][PARTS.index("counters")][layout.STEP])

    def arrays(self) -> Iterator[NDArray[Any]]:
        """Iterate over all arrays; one may come twice, and other checkpoints may hold it too."""
        yield self.gradient
        yield from self.voices.values()
        yield from (value for value in vars(self.data).values() if isinstance(value, np.ndarray))
        for state in (self.state, self.earlier, self.watch.best):
            if state is not None:
                changing, lbfgs, _ = state
                yield from changing
                if lbfgs is not None:
                    yield from (*lbfgs.s, *lbfgs.y, *(lbfgs.previous or ()))
