"""What every neuron makes of many points at once: the pictures of the window, and landscapes of the loss."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels.columns import CHUNK, pass_columns
from engine.kernels.denormals import flush_denormals, restore_denormals
from engine.kernels.gemm import FIRST
from engine.kernels.jit import kernel
from engine.kernels.landscape import add_losses, move
from engine.kernels.layout import INPUTS, LOSS_ON, ON_OUTPUT, SCRATCH

OUTPUT: Any = np.int64(ON_OUTPUT)  # as in gemm: of NumPy's type


@kernel
def fields(network: Any, inputs: Any, width: Any, points: Any, sums: Any, values: Any, plane: Any) -> None:
    """Compute the activation of every neuron at every point, as in inference.

    Or, with a plane, the mean loss of samples everywhere on it: most of that is the same forward pass, and
    to compile it twice would take seconds.

    Parameters
    ----------
    network : Network
        With a plane modified in place: parameters, which are then those of its last point.
    inputs : float32 (features * width,)
        The features, one row each; a row is ``width`` long, of which ``points`` count.  With a plane these
        are samples in chunks, see ``Plane``.
    width, points : int
        Multiples of 16; ``width`` is at least ``points``; with a plane it is that of a chunk, up to CHUNK.
    sums : float32 (most weighted sums of a layer * CHUNK,)
        Scratch.
    values : float32 (neurons * width,)
        Modified in place: one row a neuron, layer after layer, the output last.  With a plane scratch.
    plane : Plane
        Modified in place: losses.
    """
    state = flush_denormals()
    measured = plane.losses.size > 0
    step = width if measured else CHUNK
    on = plane.codes[LOSS_ON] if measured else OUTPUT
    for point in range(max(1, plane.losses.size)):
        move(network, plane, point)
        plane.summed[SCRATCH] = 0.0
        for start in range(0, points, step):
            size = min(step, points - start)
            begin = start * network.layers[0, INPUTS] if measured else start
            into = FIRST if measured else start
            pass_columns(network, inputs, begin, width, size, sums, values, into, on)
            if measured:
                add_losses(network, plane, start, width, values, sums)
        if measured:
            plane.losses[point] = plane.summed[SCRATCH]
    restore_denormals(state)


@kernel
def quantize(
    values: Any, width: Any, points: Any, factor: Any, offset: Any, rows: Any, pictures: Any
) -> None:
    """Map -1..1 to 1..255, with 128 for zero; beyond is cut off, NaN is 128.

    Parameters
    ----------
    values : float32 (rows * width,)
    factor, offset : float32 (rows,)
        A row's values are shown as ``factor * value + offset``.
    pictures : uint8 (rows, points)
        Modified in place.
    """
    for row in range(rows):
        a, b = factor[row] * np.float32(127), offset[row] * np.float32(127) + np.float32(128.5)
        for i in range(points):
            shown = values[row * width + i] * a + b
            if shown >= np.float32(255):
                pictures[row, i] = 255
            elif shown >= np.float32(1):
                pictures[row, i] = np.uint8(shown)
            else:
                pictures[row, i] = 1 if shown < np.float32(1) else 128
