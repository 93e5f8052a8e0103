"""The mean loss at many points of a plane through a network's parameters.

Samples are the lanes here, as points are in a field, so that narrow layers waste none of them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from engine.kernels.gemm import FIRST
from engine.kernels.jit import inlined
from engine.kernels.layout import LOSS, OUTPUTS
from engine.kernels.objective import rows_loss
from engine.kernels.simd import fma, load, store


class Plane(NamedTuple):
    """The points ``base + a first + b second``, and the samples whose mean loss is wanted there.

    The samples lie side by side, ``width`` of them in a chunk; what fills the last chunk up weighs nothing.
    A chunk has one row a feature or an output, so features and targets are (chunks, rows, width) numbers.
    """

    base: Any  # float32, as parameters
    first: Any  # float32, as parameters
    second: Any  # float32, as parameters
    points: Any  # float64 (2 * points,): a and b of every point
    losses: Any  # float64 (points,)
    targets: Any  # float32 (chunks * outputs * width,)
    weights: Any  # float32 (chunks * width,): what a sample's loss is multiplied by: its share of the mean
    rows: Any  # int64 (chunks * outputs,): 0, 1, 2, ..., by which the loss finds its targets
    codes: Any  # int64: those of learning
    numbers: Any  # float64: the loss's numbers
    summed: Any  # float64 (1,): scratch


def nowhere() -> Plane:
    """Return the plane without points, for when no loss is wanted: the parameters stay."""
    floats, numbers, whole = np.zeros(0, np.float32), np.zeros(2), np.zeros(8, np.int64)
    return Plane(floats, floats, floats, numbers, numbers[:0], floats, floats, whole, whole, numbers, numbers)


@inlined
def move(network: Any, plane: Any, point: Any) -> None:
    """Go to a point of the plane.  Modified in place: network.parameters."""
    a, b = plane.points[2 * point], plane.points[2 * point + 1]
    for i in range(0, plane.base.size, 16):
        moved = fma(load(plane.first, i), a, load(plane.base, i))
        store(network.parameters, i, fma(load(plane.second, i), b, moved))


@inlined
def add_losses(network: Any, plane: Any, start: Any, width: Any, values: Any, sums: Any) -> None:
    """Add the losses of the chunk of samples that begins with the start-th; what is not finite stays so.

    The slopes that come with them are not wanted; they go where the sums have been.
    Modified in place: plane.summed, sums.
    """
    outputs = network.layers[network.layers.shape[0] - 1, OUTPUTS]
    rows_loss(plane.codes[LOSS], (values, values.size - outputs * width, FIRST, outputs, width, plane.targets, plane.rows,
              start // width * outputs, sums, plane.weights, start, 1.0, plane.numbers, plane.summed))  # fmt: skip
