"""The gradient of the mean loss, by every parameter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.probes.bench import frozen

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from engine.probes.bench import Bench, Frozen, Part, State


@dataclass(frozen=True)
class Gradient:
    """The slope of ``loss`` by every trained tensor; a muted weight has none."""

    loss: float
    tensors: Frozen


def gradient(bench: Bench, tensors: State, part: Part = "train", rows: ArrayLike | None = None) -> Gradient:
    """Return the gradient of the mean loss of all rows of a part, or of some.

    Without dropout, noise, clipping and penalties: the slope of the loss that a snapshot holds.  Only batch
    normalization is that of training, by mean and variance of the rows themselves (of at most 4096 of them,
    evenly chosen), since that is what training descends; ``loss`` is then computed with these too.

    Parameters
    ----------
    tensors : sequence of mappings
        A snapshot's.
    part : {"train", "test"}
    rows : array_like of int, optional
        Rows of the part.

    Raises
    ------
    ValueError
        Where tensors or rows do not fit.
    """
    bench.load(tensors)
    loss = bench.backward(part, bench.batch(part, rows))
    return Gradient(loss, frozen(bench.named(bench.learning.gradient)))
